<?php
/**
 * Sites that come into a network and leave it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\Store\Tables;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Gives a new site its tables and takes those of a deleted one away. A site that was there before the plugin was activated for
 * the network gets its tables with its first request, so that activation takes as long for a thousand sites as for one.
 */
final class NetworkSites {

	/**
	 * Whether the plugin is active for a whole network.
	 */
	public static function plugin_is_active(): bool {
		return is_multisite() && isset( get_site_option( 'active_sitewide_plugins' )[ plugin_basename( PLUGIN_FILE ) ] );
	}

	/**
	 * Gives a new site its tables.
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
	 * Has our tables deleted with those of WordPress.
	 *
	 * @param mixed $tables  The tables.
	 * @param mixed $site_id The site, to which WordPress has switched.
	 * @return mixed
	 */
	public static function filter_wpmu_drop_tables( mixed $tables, mixed $site_id ): mixed {
		global $wpdb;
		return array( ...(array) $tables, ...Tables::names( $wpdb->get_blog_prefix( (int) $site_id ) ) );
	}
}
