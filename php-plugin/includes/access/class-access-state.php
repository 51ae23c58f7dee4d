<?php
/**
 * Who stays out while the plugin is not active.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Access;

defined( 'ABSPATH' ) || exit;

/**
 * Whether the must-use file keeps people out who are locked out, and how many they are.
 */
final class AccessState {

	/** The option that lets everybody in while the plugin is off. The must-use file reads it. */
	public const OPEN = 'rollbook_doors_open';

	/**
	 * Notes what the owner chose before the plugin is deactivated.
	 *
	 * @param bool $shut         Whether people who are locked out stay out.
	 * @param bool $network_wide Whether the plugin is deactivated on all sites of the network.
	 */
	public static function keep_shut( bool $shut, bool $network_wide ): void {
		if ( $network_wide ) {
			$shut ? delete_site_option( self::OPEN ) : update_site_option( self::OPEN, '1' );
			return;
		}
		$shut ? delete_option( self::OPEN ) : update_option( self::OPEN, '1', true );
	}

	/**
	 * The plugin is active again: the choice is over.
	 *
	 * @param bool $network_wide Whether it is active on all sites of the network.
	 */
	public static function activate( bool $network_wide = false ): void {
		self::keep_shut( true, $network_wide );
	}

	/**
	 * How many people of the site are locked out.
	 *
	 * @param bool $network_wide Whether it is about all sites of the network.
	 * @return ?int Null where that is not known.
	 */
	public static function locked_out( bool $network_wide = false ): ?int {
		global $wpdb;
		// phpcs:ignore WordPress.DB -- The name is Rollbook's, and the page is seldom shown.
		$count = $network_wide ? null : $wpdb->get_var( "SELECT COUNT(*) FROM {$wpdb->prefix}rollbook_users WHERE active = 0" );
		return null === $count ? null : (int) $count;
	}

	/**
	 * Tells on the command line what happens now.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated on all sites of the network.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( ! defined( 'WP_CLI' ) || ! constant( 'WP_CLI' ) ) {
			return;
		}
		\WP_CLI::log( self::what_happens( self::locked_out( $network_wide ) ) );
	}

	/**
	 * What happens while the plugin is off.
	 *
	 * @param ?int $count How many people are locked out.
	 */
	public static function what_happens( ?int $count ): string {
		$people = null === $count
			? __( 'Rollbook is off.', 'rollbook' )
			/* translators: %s: number of people. */
			: sprintf( _n( 'Rollbook is off; %s person is locked out.', 'Rollbook is off; %s people are locked out.', $count, 'rollbook' ), number_format_i18n( $count ) );
		/* translators: 1: “Rollbook is off; 3 people are locked out.”, 2: name of a file. */
		$shut = __( '%1$s People who are locked out stay out, by the file %2$s, and identity providers are asked to come again (503).', 'rollbook' );
		/* translators: 1: “Rollbook is off; 3 people are locked out.”, 2: name of a file. */
		$open = __( '%1$s People who are locked out can log in again, because the file %2$s could not be written.', 'rollbook' );
		return sprintf( MustUseFile::is_there() ? $shut : $open, $people, WPMU_PLUGIN_DIR . '/rollbook-doors.php' );
	}
}
