<?php
/**
 * Requests by which the site tests its own address.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Server;

defined( 'ABSPATH' ) || exit;

/**
 * A request that the site sends to itself, to see what becomes of it on its way. It is signed and counts for a few minutes; it touches no
 * person, no token and no log, and the answer tells what of it has arrived.
 */
final class Probe {

	/** The header that marks such a request: the time, the status to answer with, and the signature. */
	public const HEADER = 'x-rollbook-probe';

	/** How long a signature counts, in seconds. */
	private const LIFETIME = 5 * MINUTE_IN_SECONDS;

	/** The keys in the cache by which a probe and who sent it hear of each other. */
	public const GROUP = 'rollbook-probe';

	/**
	 * The headers of a probe.
	 *
	 * @param int $status The status to answer with.
	 * @return array<string, string>
	 */
	public static function headers( int $status = 200 ): array {
		$mark = time() . ".$status." . wp_generate_password( 12, false );
		$mark = "$mark." . self::signature( $mark );
		return array(
			self::HEADER    => $mark,
			'Authorization' => self::credentials( $mark ),
		);
	}

	/**
	 * The credentials that belong to a mark: no token, and known to who can sign.
	 *
	 * @param string $mark The mark.
	 */
	private static function credentials( string $mark ): string {
		return 'Bearer probe-' . self::signature( "credentials $mark" );
	}

	/**
	 * The answer to a request, where it is a probe.
	 *
	 * @param IncomingRequest $request The request.
	 * @param ?string         $ended   Who ended it before it was answered.
	 * @return ?array{status: int, headers: array<string, string>, body: string}
	 */
	public static function answer( IncomingRequest $request, ?string $ended = null ): ?array {
		$mark = $request->header( self::HEADER );
		if ( '' === $mark || ! self::is_ours( $mark ) ) {
			return null;
		}
		$heard = wp_cache_get( 'question', self::GROUP, true );
		wp_cache_set( 'answer', $mark, self::GROUP, self::LIFETIME );
		$body = array(
			'probe'         => $mark,
			'ended'         => $ended,
			'suspects'      => null === $ended ? array() : Interference::suspects(),
			'method'        => $request->method,
			'content_type'  => $request->header( 'content-type' ),
			'body'          => md5( $request->body() ),
			'user_agent'    => $request->header( 'user-agent' ),
			'authorization' => self::verdict( $request->header( 'authorization' ), $mark ),
			'plain'         => $request->plain,
			'remote'        => $request->remote,
			'heard'         => is_string( $heard ) ? $heard : '',
			'server'        => Server::here()->facts(),
		);
		return array(
			'status'  => null === $ended ? (int) explode( '.', $mark )[1] : 500,
			'headers' => array(
				'Content-Type'  => 'application/scim+json',
				'Cache-Control' => 'private, no-store',
				'Vary'          => 'Authorization',
			),
			'body'    => (string) wp_json_encode( $body ),
		);
	}

	/**
	 * Whether this site has made a mark, and lately.
	 *
	 * @param string $mark The mark.
	 */
	private static function is_ours( string $mark ): bool {
		$parts = explode( '.', $mark );
		if ( 4 !== count( $parts ) || abs( time() - (int) $parts[0] ) > self::LIFETIME ) {
			return false;
		}
		$signature = array_pop( $parts );
		return hash_equals( self::signature( implode( '.', $parts ) ), $signature );
	}

	/**
	 * What became of the credentials.
	 *
	 * @param string $arrived What arrived of them.
	 * @param string $mark    The mark.
	 */
	private static function verdict( string $arrived, string $mark ): string {
		return match ( true ) {
			'' === $arrived                                      => 'missing',
			hash_equals( self::credentials( $mark ), $arrived ) => 'arrived',
			default                                              => 'changed',
		};
	}

	/**
	 * Signs a text.
	 *
	 * @param string $text The text.
	 */
	private static function signature( string $text ): string {
		if ( ! function_exists( 'wp_hash' ) ) {
			require_once ABSPATH . WPINC . '/pluggable.php'; // A plugin has ended PHP before WordPress got there.
		}
		return hash_hmac( 'sha256', "rollbook-probe $text", wp_salt( 'auth' ) );
	}
}
