<?php
/**
 * The fast lane's file among the must-use plugins.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Access;

defined( 'ABSPATH' ) || exit;

/**
 * Writes the file that lets requests be answered before plugins are loaded, as long as the settings want it, and removes it afterwards.
 *
 * The sites of a network share the file. There it stays until the plugin is deactivated for all of them; on a site whose settings do not
 * want it, it has no effect.
 */
final class FastLaneFile {

	/** Its name. */
	private const NAME = 'rollbook-fast-lane.php';

	/**
	 * Writes or removes it, as the settings say.
	 *
	 * @param bool $is_wanted What the settings say.
	 */
	public static function keep( bool $is_wanted ): void {
		if ( $is_wanted ) {
			self::install();
		} elseif ( ! is_multisite() ) {
			self::remove();
		}
	}

	/**
	 * Writes the file, if the server has the right to.
	 *
	 * @return bool Whether it is there, with this text.
	 */
	public static function install(): bool {
		return MustUseFile::write( self::path(), (string) file_get_contents( self::original() ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents -- Our own file.
	}

	/**
	 * Whether the file is there as this version of the plugin has it.
	 */
	public static function is_in_step(): bool {
		return is_readable( self::path() ) && sha1_file( self::path() ) === sha1_file( self::original() );
	}

	/**
	 * Removes it with the plugin. In a network other sites may use it.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated on all sites.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( $network_wide || ! is_multisite() ) {
			self::remove();
		}
	}

	/**
	 * Removes it.
	 */
	public static function remove(): void {
		if ( is_file( self::path() ) && is_writable( WPMU_PLUGIN_DIR ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_is_writable
			unlink( self::path() ); // phpcs:ignore WordPress.WP.AlternativeFunctions.unlink_unlink
		}
	}

	/**
	 * Where WordPress finds it.
	 */
	public static function path(): string {
		return WPMU_PLUGIN_DIR . '/' . self::NAME;
	}

	/**
	 * The file that it is a copy of.
	 */
	private static function original(): string {
		return dirname( __DIR__, 2 ) . '/must-use/' . self::NAME;
	}
}
