<?php
/**
 * Sites that are added to a network and deleted from it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\People\AccountRegistry;
use Rollbook\WordPress\People\Network;
use Rollbook\WordPress\People\UserRemover;
use Rollbook\WordPress\Store\RunningExchange;
use Rollbook\WordPress\Store\SiteSwitch;
use Rollbook\WordPress\Store\Tables;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Creates the tables of a new site and drops those of a deleted one. A site that existed before the plugin was activated for the network
 * gets its tables with its first request, so that activation takes no longer with many sites.
 */
final class NetworkSites {

	/**
	 * Whether the plugin is active for a whole network.
	 */
	public static function plugin_is_active(): bool {
		return is_multisite() && isset( get_site_option( 'active_sitewide_plugins' )[ plugin_basename( PLUGIN_FILE ) ] );
	}

	/**
	 * Creates the tables of a new site.
	 *
	 * @param \WP_Site $site The site.
	 */
	public static function action_wp_initialize_site( \WP_Site $site ): void {
		if ( self::plugin_is_active() ) {
			switch_to_blog( (int) $site->id );
			Tables::create();
			restore_current_blog();
		}
	}

	/**
	 * Adds our tables to those that WordPress drops.
	 *
	 * @param mixed $tables  The tables.
	 * @param mixed $site_id The site, to which WordPress has switched.
	 * @return mixed
	 */
	public static function filter_wpmu_drop_tables( mixed $tables, mixed $site_id ): mixed {
		global $wpdb;
		return array( ...(array) $tables, ...Tables::names( $wpdb->get_blog_prefix( (int) $site_id ) ) );
	}

	/**
	 * Makes an account that was added to the site be examined: its number may be below those that were examined already.
	 *
	 * @param mixed $user_id The account.
	 */
	public static function action_add_user_to_blog( mixed $user_id ): void {
		if ( ! RunningExchange::is_running() && (int) get_option( AccountRegistry::OPTION ) >= (int) $user_id ) {
			update_option( AccountRegistry::OPTION, (int) $user_id - 1, true );
		}
	}

	/**
	 * Removes the person of an account that is removed from the site.
	 *
	 * @param mixed $user_id The account.
	 */
	public static function action_remove_user_from_blog( mixed $user_id ): void {
		if ( Tables::exist() ) {
			UserRemover::action_deleted_user( (int) $user_id );
		}
		Network::move_out( (int) $user_id );
	}

	/**
	 * Removes the person of a deleted account on every site. WordPress itself skips archived sites.
	 *
	 * @param mixed $user_id The account.
	 */
	public static function action_wpmu_delete_user( mixed $user_id ): void {
		SiteSwitch::on_each(
			array( get_current_blog_id(), ...Network::other_sites_of( (int) $user_id ) ),
			static fn() => UserRemover::action_deleted_user( (int) $user_id )
		);
	}
}
