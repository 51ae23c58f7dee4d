<?php
/**
 * The HTTP request as the web server handed it to PHP.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the request's method and headers from the server's variables before WordPress adds slashes to them, and removes its credentials
 * from there.
 */
final class IncomingRequest {

	/** Where web servers put the client's credentials; the first also behind any number of `REDIRECT_`. */
	private const CREDENTIALS = '/^(?:REDIRECT_)*HTTP_AUTHORIZATION$|^PHP_AUTH_(?:USER|PW|DIGEST)$/';

	/**
	 * The request.
	 *
	 * @param Address               $address The address that it was sent to.
	 * @param string                $method  Its method.
	 * @param array<string, string> $headers Its headers, by lower-case name.
	 * @param string                $remote  The IP address of the client, as the web server names it.
	 * @param ?string               $body    Its body; null where it is still to be read.
	 * @param bool                  $plain   Whether it came without TLS, as far as WordPress knows.
	 */
	private function __construct( private readonly Address $address, public readonly string $method, private readonly array $headers, public readonly string $remote, private readonly ?string $body = null, public readonly bool $plain = false ) {
	}

	/**
	 * A request that some code has made inside WordPress.
	 *
	 * @param Address          $address The address that it was sent to.
	 * @param \WP_REST_Request $request The request.
	 */
	public static function dispatched( Address $address, \WP_REST_Request $request ): self {
		$headers = array();
		foreach ( $request->get_headers() as $name => $values ) {
			$headers[ self::header_name( (string) $name ) ] = implode( ',', (array) $values );
		}
		$body   = (string) $request->get_body();
		$fields = $request->get_body_params();
		if ( '' === $body && array() !== $fields ) {
			$body                    = (string) wp_json_encode( $fields );
			$headers['content-type'] = 'application/json';
		}
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- The extension reads it as an address, or refuses.
		return new self( $address, $request->get_method(), $headers, (string) ( $_SERVER['REMOTE_ADDR'] ?? '' ), $body );
	}

	/**
	 * Takes the request over. Afterwards no plugin sees its credentials, checks them, or fails because of them.
	 *
	 * @param Address              $address The recognised address.
	 * @param array<string, mixed> $server  The server's variables; loses the credentials.
	 */
	public static function take( Address $address, array &$server ): self {
		$request = new self( $address, (string) ( $server['REQUEST_METHOD'] ?? '' ), self::headers( $server ), (string) ( $server['REMOTE_ADDR'] ?? '' ), plain: ! is_ssl() );
		foreach ( array_keys( $server ) as $name ) {
			if ( preg_match( self::CREDENTIALS, (string) $name ) ) {
				unset( $server[ $name ] );
			}
		}
		return $request;
	}

	/**
	 * The request as the extension expects it, with its body.
	 *
	 * @return array{method: string, base: string, path: string, query: string, headers: array<string, string>, body: string, remote: string, plain: bool, now: int}
	 */
	public function described(): array {
		return array(
			'method'  => $this->method,
			'base'    => $this->address->base,
			'path'    => $this->address->path,
			'query'   => $this->address->query,
			'headers' => $this->headers,
			'body'    => $this->body(),
			'remote'  => $this->remote,
			'plain'   => $this->plain,
			'now'     => (int) floor( microtime( true ) * 1000 ),
		);
	}

	/**
	 * A header; empty if there is none.
	 *
	 * @param string $name Its name, in lower case.
	 */
	public function header( string $name ): string {
		return $this->headers[ $name ] ?? '';
	}

	/**
	 * The body. One byte more than allowed tells the extension that it is too large.
	 */
	public function body(): string {
		// phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
		return $this->body ?? (string) file_get_contents( 'php://input', false, null, 0, \Rollbook\Exchange::MAX_BODY + 1 );
	}

	/**
	 * All headers. The server's own list may hold headers that its variables lack: not every web server passes `Authorization` to PHP under
	 * CGI.
	 *
	 * @param array<string, mixed> $server The server's variables.
	 * @return array<string, string>
	 */
	private static function headers( array $server ): array {
		$headers = array();
		foreach ( $server as $name => $value ) {
			if ( is_string( $value ) && preg_match( '/^(?:HTTP_(.+)|(CONTENT_(?:TYPE|LENGTH)))$/', (string) $name, $found ) ) {
				$headers[ self::header_name( $found[2] ?? $found[1] ) ] = $value;
			}
		}
		foreach ( function_exists( 'getallheaders' ) ? getallheaders() : array() as $name => $value ) {
			$headers[ self::header_name( (string) $name ) ] ??= (string) $value;
		}
		if ( '' === ( $headers['authorization'] ?? '' ) ) {
			$headers['authorization'] = self::hidden_authorization( $server );
		}
		return array_filter( $headers, 'strlen' );
	}

	/**
	 * The credentials, from the variables that redirects and PHP itself store them in.
	 *
	 * @param array<string, mixed> $server The server's variables.
	 */
	private static function hidden_authorization( array $server ): string {
		foreach ( $server as $name => $value ) {
			if ( is_string( $value ) && '' !== $value && preg_match( '/^(?:REDIRECT_)+HTTP_AUTHORIZATION$/', (string) $name ) ) {
				return $value;
			}
		}
		if ( isset( $server['PHP_AUTH_USER'] ) ) {
			// phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- Undoes what PHP did to the header.
			return 'Basic ' . base64_encode( $server['PHP_AUTH_USER'] . ':' . ( $server['PHP_AUTH_PW'] ?? '' ) );
		}
		return '';
	}

	/**
	 * A header's name in one form, whether a variable or a client wrote it.
	 *
	 * @param string $name `CONTENT_TYPE` or `Content-Type`.
	 */
	private static function header_name( string $name ): string {
		return strtolower( str_replace( '_', '-', $name ) );
	}
}
