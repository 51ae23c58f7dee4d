<?php
/**
 * What leaves PHP while the service answers.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

defined( 'ABSPATH' ) || exit;

/**
 * Discards the output and the headers of WordPress and its plugins, and sends one response instead.
 */
final class Output {

	/**
	 * Discards everything that is printed from now on, even if somebody flushes the buffer.
	 */
	public static function hold_back(): void {
		ob_start( static fn(): string => '' );
	}

	/**
	 * Sends a response, byte for byte, and ends the connection for the client. Everything printed afterwards is discarded.
	 *
	 * @param array{status: int, headers: array<string, string>, body: string} $response The response.
	 */
	public static function send( array $response ): void {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		if ( ! headers_sent() ) {
			header_remove();
			// PHP would add `text/html` to a response without a body.
			ini_set( 'default_mimetype', '' ); // phpcs:ignore WordPress.PHP.IniSet.Risky
			foreach ( $response['headers'] as $name => $value ) {
				header( "$name: $value" );
			}
			// The status comes after the headers: PHP changes it to 302 at a Location, and to 401 at a WWW-Authenticate. It is sent as a
			// whole line: http_response_code() would keep a line that some plugin has set.
			header( wp_get_server_protocol() . " {$response['status']} " . get_status_header_desc( $response['status'] ), true, $response['status'] );
		}
		echo $response['body']; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- JSON, as the extension wrote it.
		self::let_client_go();
		self::hold_back();
	}

	/**
	 * Ends the response as far as the client can see.
	 */
	private static function let_client_go(): void {
		flush();
		if ( function_exists( 'fastcgi_finish_request' ) ) {
			fastcgi_finish_request();
		} elseif ( function_exists( 'litespeed_finish_request' ) ) {
			litespeed_finish_request();
		}
	}
}
