<?php
/**
 * The file among the must-use plugins.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Access;

use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * Writes, updates and removes the file that refuses deactivated people while the plugin is not active.
 *
 * It is written when the plugin is activated. When somebody is deactivated, it may be too late to write a file.
 */
final class MustUseFile {

	/** The constant with the version of the file that WordPress has loaded. */
	private const DOORS_VERSION = 'Rollbook\WordPress\DOORS_VERSION';

	/** The copies below the folder of must-use plugins, each with the plugin's file that it is a copy of. WordPress loads the first. */
	private const FILES = array(
		'rollbook-doors.php'                      => 'must-use/rollbook-doors.php',
		'rollbook-doors/class-access-control.php' => 'includes/access/class-access-control.php',
	);

	/**
	 * Writes it after an update of the plugin, which runs no activation hook.
	 */
	public static function action_admin_init(): void {
		if ( ! self::is_in_step() ) {
			self::install();
		}
	}

	/**
	 * Whether WordPress has loaded it in the plugin's own version.
	 */
	public static function is_in_step(): bool {
		return defined( self::DOORS_VERSION ) && VERSION === constant( self::DOORS_VERSION );
	}

	/**
	 * Whether both files are there.
	 */
	public static function is_there(): bool {
		foreach ( array_keys( self::FILES ) as $name ) {
			if ( ! is_readable( WPMU_PLUGIN_DIR . "/$name" ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Writes it, if the server allows it.
	 *
	 * @return bool Whether it is there.
	 */
	public static function install(): bool {
		foreach ( array_reverse( self::FILES ) as $name => $original ) {
			$text = (string) file_get_contents( dirname( __DIR__, 2 ) . "/$original" ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents -- Our own file.
			if ( ! self::write( WPMU_PLUGIN_DIR . "/$name", $text ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Writes a file beside the plugin's own, if it holds another text.
	 *
	 * @param string $path The file.
	 * @param string $text The text.
	 * @return bool Whether it holds the text now.
	 */
	public static function write( string $path, string $text ): bool {
		// phpcs:disable WordPress.WP.AlternativeFunctions -- WordPress's own functions ask for credentials where the server cannot write.
		if ( is_readable( $path ) && file_get_contents( $path ) === $text ) {
			return true;
		}
		if ( '' === $text || ! wp_mkdir_p( dirname( $path ) ) || ! is_writable( dirname( $path ) ) ) {
			return false;
		}
		// Renaming keeps another request from reading half of it.
		$part = $path . '.' . wp_generate_password( 8, false );
		if ( strlen( $text ) !== file_put_contents( $part, $text ) || ! rename( $part, $path ) ) {
			file_exists( $part ) && unlink( $part );
			return false;
		}
		// phpcs:enable
		return true;
	}

	/**
	 * Removes it.
	 */
	public static function remove(): void {
		foreach ( array_keys( self::FILES ) as $name ) {
			$path = WPMU_PLUGIN_DIR . "/$name";
			if ( is_file( $path ) && is_writable( dirname( $path ) ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_is_writable
				unlink( $path ); // phpcs:ignore WordPress.WP.AlternativeFunctions.unlink_unlink
			}
		}
		$folder = WPMU_PLUGIN_DIR . '/rollbook-doors';
		if ( is_dir( $folder ) && array() === array_diff( (array) scandir( $folder ), array( '.', '..' ) ) ) {
			rmdir( $folder ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_rmdir
		}
	}
}
