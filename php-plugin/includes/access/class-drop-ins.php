<?php
/**
 * The files that WordPress includes instead of its own pages.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Access;

defined( 'ABSPATH' ) || exit;

/**
 * Puts files into wp-content that answer identity providers while WordPress is closed: during an update, and without its database,
 * WordPress ends every request before it loads plugins. A site keeps such files of its own.
 */
final class DropIns {

	/** The names of the files that WordPress includes. */
	private const NAMES = array( 'maintenance.php', 'db-error.php' );

	/** The text that marks a file as Rollbook's. */
	private const MARK = 'Plugin Name: Rollbook: identity providers are told to wait';

	/**
	 * Writes them, if the server allows it and the site has none of its own.
	 */
	public static function install(): void {
		$text = self::read( dirname( __DIR__, 2 ) . '/drop-ins/closed.php' );
		foreach ( self::NAMES as $name ) {
			$path = WP_CONTENT_DIR . "/$name";
			if ( ! file_exists( $path ) || self::is_ours( $path ) ) {
				MustUseFile::write( $path, $text );
			}
		}
	}

	/**
	 * Removes them when the plugin is deactivated, but not while other sites of a network may use it.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated for every site.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( $network_wide || ! is_multisite() ) {
			self::remove();
		}
	}

	/**
	 * Takes them away.
	 */
	public static function remove(): void {
		foreach ( self::NAMES as $name ) {
			$path = WP_CONTENT_DIR . "/$name";
			if ( self::is_ours( $path ) && is_writable( WP_CONTENT_DIR ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_is_writable
				unlink( $path ); // phpcs:ignore WordPress.WP.AlternativeFunctions.unlink_unlink
			}
		}
	}

	/**
	 * The names of the files that are the site's own or could not be written. There, identity providers get WordPress's or the site's page.
	 *
	 * @return list<string>
	 */
	public static function missing(): array {
		return array_values( array_filter( self::NAMES, static fn( string $name ): bool => ! self::is_ours( WP_CONTENT_DIR . "/$name" ) ) );
	}

	/**
	 * Whether a file was put there by this plugin.
	 *
	 * @param string $path The file.
	 */
	private static function is_ours( string $path ): bool {
		return is_file( $path ) && str_contains( self::read( $path ), self::MARK );
	}

	/**
	 * The beginning of a file: more bytes than a file of ours has.
	 *
	 * @param string $path The file.
	 */
	private static function read( string $path ): string {
		return is_readable( $path ) ? (string) file_get_contents( $path, false, null, 0, 65536 ) : ''; // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
	}
}
