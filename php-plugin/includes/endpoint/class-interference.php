<?php
/**
 * Other plugins that end requests.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Requirements;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps those away that are known to end our requests before we answer, and finds out who else has.
 */
final class Interference {

	/**
	 * What is known to redirect or to answer our requests at `init`: WPO365's login wherever the whole site needs one ("intranet"), and
	 * miniOrange's SCIM plugins every address that contains `/scim`.
	 */
	private const ENDS_REQUESTS = '/^(?:Wpo\\\\Services\\\\Authentication_Service::authenticate_request|mo_scim_\w+|(?:\w+::)?mo_scim_user_provisioning_validate)$/i';

	/** The transient that says that the owner was told. */
	private const TOLD = 'rollbook_ended';

	/**
	 * Takes those out of the way for this request, before the first of them is called.
	 */
	public static function set_aside(): void {
		global $wp_filter;
		foreach ( ( $wp_filter['init'] ?? null )?->callbacks ?? array() as $priority => $callbacks ) {
			foreach ( $callbacks as $callback ) {
				if ( preg_match( self::ENDS_REQUESTS, self::name( $callback['function'] ) ) ) {
					remove_action( 'init', $callback['function'], $priority );
				}
			}
		}
	}

	/**
	 * Says what was running when the request was ended: the hook, and which functions of plugins and themes it was calling then.
	 */
	public static function culprit(): string {
		global $wp_current_filter, $wp_filter;
		$hooks = array_values( array_diff( (array) $wp_current_filter, array( 'shutdown' ) ) );
		$hook  = end( $hooks );
		if ( false === $hook ) {
			$files = get_included_files();
			return sprintf( 'no hook was running; the last file that was loaded is %s', self::short( (string) end( $files ) ) );
		}
		$running  = $wp_filter[ $hook ] ?? null;
		$priority = $running instanceof \WP_Hook ? $running->current_priority() : false;
		$callers  = array();
		foreach ( false === $priority ? array() : $running->callbacks[ $priority ] ?? array() as $callback ) {
			$place = self::place( $callback['function'] );
			if ( null !== $place ) {
				$callers[] = sprintf( '%s (%s)', self::name( $callback['function'] ), $place );
			}
		}
		return sprintf( 'it was the hook "%s" at priority %s: %s', $hook, false === $priority ? 'unknown' : (string) $priority, $callers ? implode( ', or ', $callers ) : 'a function of WordPress' );
	}

	/**
	 * Tells the owner that requests are ended before they are answered. Nobody's token was looked at, so this is told once an hour only.
	 *
	 * @param string $reason What is known of it.
	 */
	public static function tell( string $reason ): void {
		if ( Requirements::met() && false === get_transient( self::TOLD ) ) {
			set_transient( self::TOLD, 1, HOUR_IN_SECONDS );
			ActivityLog::tell( ActivityLog::REQUEST, 'ended', array( 'failure' => $reason ) );
		}
	}

	/**
	 * A callback's name.
	 *
	 * @param mixed $callback The callback.
	 */
	private static function name( mixed $callback ): string {
		if ( is_array( $callback ) ) {
			return ( is_object( $callback[0] ) ? get_class( $callback[0] ) : ltrim( (string) $callback[0], '\\' ) ) . '::' . $callback[1];
		}
		return is_object( $callback ) ? get_class( $callback ) : ltrim( (string) $callback, '\\' );
	}

	/**
	 * Where a callback stands, unless it is WordPress's own or ours.
	 *
	 * @param mixed $callback The callback.
	 * @return ?string File and line.
	 */
	private static function place( mixed $callback ): ?string {
		try {
			$function = match ( true ) {
				$callback instanceof \Closure => new \ReflectionFunction( $callback ),
				is_object( $callback )        => new \ReflectionMethod( $callback, '__invoke' ),
				is_array( $callback )         => new \ReflectionMethod( $callback[0], $callback[1] ),
				str_contains( (string) $callback, '::' ) => new \ReflectionMethod( ...explode( '::', $callback, 2 ) ),
				default                       => new \ReflectionFunction( $callback ),
			};
		} catch ( \ReflectionException ) {
			return null;
		}
		$file = wp_normalize_path( (string) $function->getFileName() );
		foreach ( array( ABSPATH . WPINC, ABSPATH . 'wp-admin', dirname( PLUGIN_FILE ) ) as $folder ) {
			if ( '' === $file || str_starts_with( $file, trailingslashit( wp_normalize_path( $folder ) ) ) ) {
				return null;
			}
		}
		return self::short( $file ) . ':' . (int) $function->getStartLine();
	}

	/**
	 * A file below the site's folder.
	 *
	 * @param string $file The file.
	 */
	private static function short( string $file ): string {
		return str_replace( array( wp_normalize_path( ABSPATH ), wp_normalize_path( WP_CONTENT_DIR ) ), array( '', 'wp-content' ), wp_normalize_path( $file ) );
	}
}
