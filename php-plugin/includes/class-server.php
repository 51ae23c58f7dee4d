<?php
/**
 * The server that the site runs on.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * What the web server and PHP say of themselves. On the command line this is another PHP than the web's: there the web's own facts are
 * asked for by a request.
 */
final class Server {

	/** What a web server's name for itself begins with, or holds. */
	private const KINDS = array(
		'litespeed'  => '/litespeed/i',
		'nginx'      => '/nginx|openresty/i',
		'apache'     => '/apache/i',
		'iis'        => '/microsoft-iis/i',
		'caddy'      => '/caddy|frankenphp/i',
		'cloudflare' => '/cloudflare/i',
	);

	/**
	 * A server.
	 *
	 * @param string $software       What the web server calls itself.
	 * @param string $sapi           How PHP is run: `fpm-fcgi`.
	 * @param string $host           A host with ways of its own: `wpengine`, `bitnami`, or nothing.
	 * @param int    $memory         The bytes that a request may take; -1 for any number.
	 * @param int    $seconds        The seconds that a request may take; 0 for any number.
	 * @param int    $largest_upload The bytes that a request's body may have; 0 for any number.
	 * @param string $front          What the sender of an answer calls itself, which may be another server before this one.
	 */
	private function __construct(
		public readonly string $software,
		public readonly string $sapi,
		public readonly string $host,
		public readonly int $memory,
		public readonly int $seconds,
		public readonly int $largest_upload,
		public readonly string $front = '',
	) {
	}

	/**
	 * The server that this request runs on.
	 */
	public static function here(): self {
		return new self(
			sanitize_text_field( wp_unslash( (string) ( $_SERVER['SERVER_SOFTWARE'] ?? '' ) ) ),
			PHP_SAPI,
			self::host_here(),
			'-1' === ini_get( 'memory_limit' ) ? -1 : wp_convert_hr_to_bytes( (string) ini_get( 'memory_limit' ) ),
			(int) ini_get( 'max_execution_time' ),
			wp_convert_hr_to_bytes( (string) ini_get( 'post_max_size' ) )
		);
	}

	/**
	 * The server of which these are the facts.
	 *
	 * @param array<string, mixed> $facts The facts, as facts() gave them.
	 */
	public static function of( array $facts ): self {
		return new self(
			(string) ( $facts['software'] ?? '' ),
			(string) ( $facts['sapi'] ?? '' ),
			(string) ( $facts['host'] ?? '' ),
			(int) ( $facts['memory'] ?? -1 ),
			(int) ( $facts['seconds'] ?? 0 ),
			(int) ( $facts['largest_upload'] ?? 0 ),
			(string) ( $facts['front'] ?? '' )
		);
	}

	/**
	 * What is known of the server.
	 *
	 * @return array<string, int|string>
	 */
	public function facts(): array {
		return get_object_vars( $this );
	}

	/**
	 * Which web server it is: `apache`, `nginx`, `litespeed`, `iis`, `caddy`, `cloudflare`, or nothing where it does not say.
	 */
	public function kind(): string {
		return 'litespeed' === $this->sapi ? 'litespeed' : self::named( $this->software );
	}

	/**
	 * Which server stands before it, or the same one.
	 */
	public function front_kind(): string {
		return self::named( $this->front );
	}

	/**
	 * Which server calls itself so.
	 *
	 * @param string $name The name.
	 */
	private static function named( string $name ): string {
		foreach ( self::KINDS as $kind => $pattern ) {
			if ( preg_match( $pattern, $name ) ) {
				return $kind;
			}
		}
		return '';
	}

	/**
	 * Whether the web server reads a file `.htaccess`, as far as one can tell.
	 */
	public function reads_htaccess(): bool {
		return in_array( $this->kind(), array( 'apache', 'litespeed' ), true ) && 'bitnami' !== $this->host;
	}

	/**
	 * A host with ways of its own.
	 */
	private static function host_here(): string {
		return match ( true ) {
			defined( 'WPE_APIKEY' ) || function_exists( 'is_wpe' ) => 'wpengine',
			str_starts_with( ABSPATH, '/opt/bitnami/' ) || str_starts_with( ABSPATH, '/bitnami/' ) => 'bitnami',
			default => '',
		};
	}
}
