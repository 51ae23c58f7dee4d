<?php
/**
 * The extension's file, as PHP's configuration names it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Finds out why an extension that somebody installed is not loaded. PHP tells that only to its own log, at its start.
 */
final class ExtensionFile {

	/**
	 * The extension's file.
	 *
	 * @param string $path     The file.
	 * @param string $named_in The file of PHP's configuration that names it.
	 */
	private function __construct( public readonly string $path, public readonly string $named_in ) {
	}

	/**
	 * The file that PHP's configuration names, or null where it names none.
	 */
	public static function configured(): ?self {
		$files = array_filter( array_map( 'trim', explode( ',', (string) php_ini_scanned_files() ) ) );
		if ( php_ini_loaded_file() ) {
			array_unshift( $files, php_ini_loaded_file() );
		}
		foreach ( array_reverse( $files ) as $file ) {
			// PHP warns about a folder outside open_basedir; its files cannot be read then. phpcs:ignore
			// WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
			$text = (string) @file_get_contents( $file );
			if ( preg_match( '/^[ \t]*extension[ \t]*=[ \t]*["\']?([^"\';\r\n]*rollbook[^"\';\r\n]*)/mi', $text, $found ) ) {
				return new self( self::full_path( trim( $found[1] ) ), $file );
			}
		}
		return null;
	}

	/**
	 * Whether the file is there.
	 */
	public function exists(): bool {
		// phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged -- open_basedir, as above.
		return @is_readable( $this->path );
	}

	/**
	 * The build of PHP that the extension was made for, `API20220829,NTS`, or null if the file does not tell.
	 */
	public function build(): ?string {
		// phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
		$bytes = (string) @file_get_contents( $this->path );
		return preg_match( '/API2\d{7},N?TS(?:,debug)?/', $bytes, $found ) ? $found[0] : null;
	}

	/**
	 * The C library that the extension was made for, `glibc` or `musl`, or null if the file does not tell.
	 */
	public function libc(): ?string {
		// phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
		$bytes = (string) @file_get_contents( $this->path );
		return match ( true ) {
			str_contains( $bytes, "\0libc.musl-" ) => 'musl',
			str_contains( $bytes, "\0libc.so.6\0" ) => 'glibc',
			default                                => null,
		};
	}

	/**
	 * The build of this PHP, in the same words. Empty where the host has switched phpinfo() off.
	 */
	public static function expected_build(): string {
		if ( ! function_exists( 'phpinfo' ) ) {
			return '';
		}
		ob_start();
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.prevent_path_disclosure_phpinfo -- Read, not shown.
		phpinfo( INFO_GENERAL );
		return preg_match( '/API2\d{7},N?TS(?:,debug)?/', (string) ob_get_clean(), $found ) ? $found[0] : '';
	}

	/**
	 * Where PHP looks for the file that an `extension=` line names.
	 *
	 * @param string $name The value of the line.
	 */
	private static function full_path( string $name ): string {
		if ( str_contains( $name, '/' ) || str_contains( $name, '\\' ) ) {
			return $name;
		}
		$folder = rtrim( (string) ini_get( 'extension_dir' ), '/\\' ) . DIRECTORY_SEPARATOR;
		if ( is_file( $folder . $name ) || str_contains( $name, '.' ) ) {
			return $folder . $name;
		}
		return 'Windows' === PHP_OS_FAMILY ? "{$folder}php_$name.dll" : "$folder$name.so";
	}
}
