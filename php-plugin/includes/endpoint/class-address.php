<?php
/**
 * The address of the service, and which requests go to it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

defined( 'ABSPATH' ) || exit;

/**
 * Tells from the raw request target whether a request is the service's, and takes it apart.
 *
 * WordPress knows the path too late, decodes it, and applies rewrite rules. So the service is recognised in the bytes that the client sent.
 * Segments are compared whole, and their case counts.
 */
final class Address {

	/** The path of the service below each of its roots. */
	private const SERVICE = array( 'scim', 'v2' );

	/** The path at which a migrated WPO365 was found. */
	private const WPO365 = array( 'wpo365', 'v1' );

	/**
	 * An address that was recognised.
	 *
	 * @param string $base  The address of the service as the client wrote it, without a trailing slash.
	 * @param string $path  What follows it, still percent-encoded: "" or "/Users/2819".
	 * @param string $query What follows the question mark, still percent-encoded.
	 */
	private function __construct( public readonly string $base, public readonly string $path, public readonly string $query ) {
	}

	/**
	 * Recognises a request target, or gives null where it is not the service's.
	 *
	 * @param string $target      The request target, raw: `/blog/wp-json/scim/v2/Users?count=1`.
	 * @param string $home        The site's address, without filters: a multilingual plugin would add a language to it.
	 * @param string $rest_prefix The prefix of REST addresses, `wp-json` unless a filter says otherwise.
	 * @param bool   $wpo365      Whether requests to WPO365's address are answered as well.
	 */
	public static function recognise( string $target, string $home, string $rest_prefix, bool $wpo365 = false ): ?self {
		list( $path, $query ) = array_pad( explode( '?', $target, 2 ), 2, '' );
		$path                 = (string) preg_replace( '~^[a-z][a-z0-9+.-]*://[^/]*~i', '', $path );
		$origin               = self::origin( $home );
		$written              = self::segments( $path );
		$home_path            = self::segments( rawurldecode( (string) wp_parse_url( $home, PHP_URL_PATH ) ) );
		$rest                 = self::segments( $rest_prefix );

		$roots = array( self::SERVICE, array( 'index.php', ...self::SERVICE ) );
		foreach ( $wpo365 ? array( self::SERVICE, self::WPO365 ) : array( self::SERVICE ) as $service ) {
			$roots[] = array( ...$rest, ...$service );
			$roots[] = array( 'index.php', ...$rest, ...$service );
		}
		foreach ( $roots as $root ) {
			$root = array( ...$home_path, ...$root );
			if ( self::begins_with( $written, $root ) ) {
				$base = array_slice( $written, 0, count( $root ) );
				return new self( $origin . self::joined( $base ), self::joined( array_slice( $written, count( $root ) ) ), $query );
			}
		}

		$decoded = array_map( 'rawurldecode', $written );
		if ( $decoded === $home_path || array( ...$home_path, 'index.php' ) === $decoded ) {
			$front_page = $origin . self::joined( $written ) . ( str_ends_with( $path, '/' ) ? '/' : '' );
			return self::recognise_rest_route( $front_page, $query, $wpo365 );
		}
		return null;
	}

	/**
	 * Recognises a route of WordPress's REST server.
	 *
	 * @param string $route  The route, decoded: `/scim/v2/Users/2819`.
	 * @param string $query  The query, still percent-encoded.
	 * @param bool   $wpo365 Whether requests to WPO365's address are answered as well.
	 */
	public static function of_route( string $route, string $query, bool $wpo365 = false ): ?self {
		$written = array_map( 'rawurlencode', self::segments( $route ) );
		foreach ( $wpo365 ? array( self::SERVICE, self::WPO365 ) : array( self::SERVICE ) as $service ) {
			if ( self::begins_with( $written, $service ) ) {
				return new self( untrailingslashit( rest_url( implode( '/', $service ) ) ), self::joined( array_slice( $written, count( $service ) ) ), $query );
			}
		}
		return null;
	}

	/**
	 * The namespaces of the service in WordPress's REST server.
	 *
	 * @param bool $wpo365 Whether requests to WPO365's address are answered as well.
	 * @return list<string>
	 */
	public static function rest_namespaces( bool $wpo365 ): array {
		return array_map( static fn( array $service ): string => implode( '/', $service ), $wpo365 ? array( self::SERVICE, self::WPO365 ) : array( self::SERVICE ) );
	}

	/**
	 * Whether a namespace is the service's.
	 *
	 * @param string $rest_namespace The namespace.
	 */
	public static function is_own( string $rest_namespace ): bool {
		return implode( '/', self::SERVICE ) === $rest_namespace;
	}

	/**
	 * The address to give to an identity provider.
	 *
	 * @param string $home The site's address.
	 */
	public static function to_show( string $home ): string {
		$prefix = '' === (string) get_option( 'permalink_structure' ) ? '/index.php/' : '/' . rest_get_url_prefix() . '/';
		return untrailingslashit( $home ) . $prefix . implode( '/', self::SERVICE );
	}

	/**
	 * Recognises `?rest_route=/scim/v2/Users`, the address of sites with plain permalinks.
	 *
	 * A client that puts its own path and query after such an address sends `?rest_route=/scim/v2/Users?filter=…`:
	 * the second question mark begins the query.
	 *
	 * @param string $front_page The address of the site's front page as the client wrote it.
	 * @param string $query      The whole query.
	 * @param bool   $wpo365     Whether requests to WPO365's address are answered as well.
	 */
	private static function recognise_rest_route( string $front_page, string $query, bool $wpo365 ): ?self {
		if ( ! preg_match( '/(?:^|&)rest_route=([^&?]*)/', $query, $found, PREG_OFFSET_CAPTURE ) ) {
			return null;
		}
		$before  = substr( $query, 0, (int) $found[0][1] );
		$after   = substr( $query, (int) $found[0][1] + strlen( $found[0][0] ) + 1 );
		$written = self::segments( str_ireplace( '%2F', '/', $found[1][0] ) );
		foreach ( $wpo365 ? array( self::SERVICE, self::WPO365 ) : array( self::SERVICE ) as $root ) {
			if ( self::begins_with( $written, $root ) ) {
				return new self(
					$front_page . '?rest_route=' . self::joined( $root ),
					self::joined( array_slice( $written, count( $root ) ) ),
					implode( '&', array_filter( array( $before, $after ), 'strlen' ) )
				);
			}
		}
		return null;
	}

	/**
	 * The scheme, host and port of the site. The Host header is not used: it may be a proxy's, or forged.
	 *
	 * @param string $home The site's address.
	 */
	private static function origin( string $home ): string {
		return preg_match( '~^[a-z][a-z0-9+.-]*://[^/?#]*~i', $home, $found ) ? $found[0] : '';
	}

	/**
	 * The segments of a path; empty ones do not count.
	 *
	 * @param string $path The path.
	 * @return list<string>
	 */
	private static function segments( string $path ): array {
		return array_values( array_filter( explode( '/', $path ), static fn( string $segment ): bool => '' !== $segment ) );
	}

	/**
	 * Segments as a path.
	 *
	 * @param list<string> $segments The segments.
	 */
	private static function joined( array $segments ): string {
		return array() === $segments ? '' : '/' . implode( '/', $segments );
	}

	/**
	 * Whether a path begins with these segments.
	 *
	 * @param list<string> $written   The path's segments, percent-encoded.
	 * @param list<string> $beginning The segments to find, decoded.
	 */
	private static function begins_with( array $written, array $beginning ): bool {
		return array_map( 'rawurldecode', array_slice( $written, 0, count( $beginning ) ) ) === $beginning;
	}
}
