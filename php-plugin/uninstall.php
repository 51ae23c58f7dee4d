<?php
/**
 * Removes what the plugin has stored. Accounts stay as they are. Deactivated people can log in again.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\WordPress\Access\DropIns;
use Rollbook\WordPress\Access\FastLaneFile;
use Rollbook\WordPress\Access\MustUseFile;
use Rollbook\WordPress\Store\Tables;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/store/class-tables.php';
require_once __DIR__ . '/includes/access/class-must-use-file.php';
require_once __DIR__ . '/includes/access/class-drop-ins.php';
require_once __DIR__ . '/includes/access/class-fast-lane-file.php';

/**
 * Removes the current site's tables and options.
 */
function uninstall_site(): void {
	global $wpdb;
	Tables::drop();
	// phpcs:ignore WordPress.DB -- There is no function for "every option of ours".
	$options = $wpdb->get_col( $wpdb->prepare( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $wpdb->esc_like( 'rollbook_' ) . '%' ) );
	array_map( 'delete_option', $options );
	delete_metadata( 'user', 0, $wpdb->get_blog_prefix() . 'rollbook_unlinked', '', true );
}

if ( is_multisite() ) {
	if ( function_exists( 'set_time_limit' ) ) {
		set_time_limit( 0 ); // There may be thousands of sites. If the work is interrupted and repeated, it skips what is gone already.
	}
	foreach ( get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	) as $rollbook_site ) {
		switch_to_blog( $rollbook_site );
		if ( false !== get_option( Tables::OPTION ) ) { // Many sites may have no tables, because nobody ever used the plugin there.
			uninstall_site();
		}
		restore_current_blog();
	}
	delete_metadata( 'user', 0, 'rollbook_owning_site', '', true );
	delete_metadata( 'user', 0, 'rollbook_created_on_site', '', true );
	delete_site_option( 'rollbook_network' );
	delete_site_option( 'rollbook_doors_open' );
} else {
	uninstall_site();
}
MustUseFile::remove();
DropIns::remove();
FastLaneFile::remove();
