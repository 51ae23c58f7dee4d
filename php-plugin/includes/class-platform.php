<?php
/**
 * The PHP that the site runs on, and what a release has for it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Finds out which of a release's files fits this PHP, where it goes, and who restarts PHP afterwards.
 */
final class Platform {

	/** The oldest C library that the extension runs with. */
	public const OLDEST_GLIBC = '2.31';

	/** Linux's names of processors, and those in the names of archives. */
	private const PROCESSORS = array(
		'x86_64'  => 'x86_64',
		'amd64'   => 'x86_64',
		'aarch64' => 'arm64',
		'arm64'   => 'arm64',
	);

	/**
	 * The version of PHP that an extension is built for: `8.4`.
	 */
	public static function php(): string {
		return PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
	}

	/**
	 * Whether PHP was built to run threads: `zts`, else `nts`.
	 */
	public static function mode(): string {
		return PHP_ZTS ? 'zts' : 'nts';
	}

	/**
	 * The processor, as archives name it.
	 */
	public static function processor(): string {
		$machine = strtolower( php_uname( 'm' ) );
		return self::PROCESSORS[ $machine ] ?? $machine;
	}

	/**
	 * The C library that this PHP runs with: `glibc`, `musl`, or null where the server does not tell.
	 */
	public static function libc(): ?string {
		$maps = self::read( '/proc/self/maps' );
		return match ( true ) {
			str_contains( $maps, '/ld-musl-' )                        => 'musl',
			1 === preg_match( '~/libc(?:-2\.\d+)?\.so~', $maps )      => 'glibc',
			default                                                   => null,
		};
	}

	/**
	 * The version of glibc, or null where the server does not tell.
	 */
	public static function glibc(): ?string {
		$is_named = preg_match( '~(/\S*/libc(?:-2\.\d+)?\.so\S*)~', self::read( '/proc/self/maps' ), $file );
		return $is_named && preg_match( '/GNU C Library [^\n]{0,100} version (\d+\.\d+)/', self::read( $file[1] ), $found ) ? $found[1] : null;
	}

	/**
	 * Whether a release can have the extension for this server.
	 */
	public static function is_supported(): bool {
		$glibc = self::glibc();
		return 'Linux' === php_uname( 's' ) && in_array( self::processor(), self::PROCESSORS, true ) && ( null === $glibc || version_compare( $glibc, self::OLDEST_GLIBC, '>=' ) );
	}

	/**
	 * The release's file with the extension for this PHP, as PIE names it.
	 */
	public static function archive(): string {
		return sprintf( 'php_rollbook-%s_php%s-%s-linux-%s-%s.tgz', VERSION, self::php(), self::processor(), self::libc() ?? 'glibc', self::mode() );
	}

	/**
	 * The release's Debian package, where this PHP is Debian's own; else null.
	 */
	public static function debian_package(): ?string {
		if ( PHP_ZTS || ! preg_match( '~^/usr/lib/php/2\d{7}$~', self::extension_folder() ) ) {
			return null;
		}
		return sprintf( 'php%s-rollbook_%s-1_%s.deb', self::php(), VERSION, 'x86_64' === self::processor() ? 'amd64' : self::processor() );
	}

	/**
	 * The release's file with the engine.
	 */
	public static function engine_archive(): string {
		return sprintf( 'rollbook-engine-%s-%s-linux.tgz', VERSION, self::processor() );
	}

	/**
	 * Where PHP looks for extensions.
	 */
	public static function extension_folder(): string {
		return rtrim( (string) ini_get( 'extension_dir' ), '/' );
	}

	/**
	 * The folder whose files PHP reads at its start, or null where it reads none.
	 */
	public static function ini_folder(): ?string {
		$folder = (string) constant( 'PHP_CONFIG_FILE_SCAN_DIR' ); // What the analyser knows of it is true of its own machine.
		if ( '' !== $folder ) {
			return $folder;
		}
		$files = array_filter( array_map( 'trim', explode( ',', (string) php_ini_scanned_files() ) ) );
		return $files ? dirname( end( $files ) ) : null;
	}

	/**
	 * The file of PHP's configuration.
	 */
	public static function ini_file(): string {
		return php_ini_loaded_file() ?: rtrim( PHP_CONFIG_FILE_PATH, '/' ) . '/php.ini';
	}

	/**
	 * What runs PHP, in words that its documentation uses.
	 */
	public static function runs_in(): string {
		return match ( PHP_SAPI ) {
			'fpm-fcgi'       => 'PHP-FPM',
			'apache2handler' => 'Apache (mod_php)',
			'litespeed'      => 'LiteSpeed',
			'cgi-fcgi'       => 'FastCGI',
			'cli-server'     => 'php -S',
			'frankenphp'     => 'FrankenPHP',
			default          => PHP_SAPI,
		};
	}

	/**
	 * Whether the server is a container, which its owner builds anew and does not change.
	 */
	public static function is_container(): bool {
		return @file_exists( '/.dockerenv' ) || @file_exists( '/run/.containerenv' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged -- open_basedir warns.
	}

	/**
	 * The command that restarts what runs PHP, or null where none is known.
	 */
	public static function restart(): ?string {
		$is_debian = null !== self::debian_package();
		if ( self::is_container() ) {
			return null;
		}
		return match ( PHP_SAPI ) {
			'fpm-fcgi'       => 'systemctl restart ' . ( $is_debian ? 'php' . self::php() . '-fpm' : 'php-fpm' ),
			'apache2handler' => 'systemctl restart ' . ( $is_debian ? 'apache2' : 'httpd' ),
			'litespeed'      => 'systemctl restart lsws',
			default          => null,
		};
	}

	/**
	 * A file as far as it can be read, which open_basedir may forbid: then there is nothing to be learnt from it.
	 *
	 * @param string $file The file.
	 */
	private static function read( string $file ): string {
		return (string) @file_get_contents( $file ); // phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
	}
}
