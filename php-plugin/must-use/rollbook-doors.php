<?php
/**
 * Plugin Name: Rollbook: deactivated people stay out
 * Description: Refuses people that the identity provider has deactivated while the Rollbook plugin is not active or cannot run. Rollbook keeps this file up to date and removes it when the plugin is deleted.
 * Version:     0.1.0
 * License:     GPL-2.0-or-later
 *
 * Rollbook copies this file to the must-use plugins, and its class-access-control.php to the folder beside it. The file needs neither the
 * plugin nor its extension. It does nothing while the plugin itself refuses deactivated people, or if the site has no tables of the plugin.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

use Rollbook\WordPress\Access\AccessControl;

defined( 'ABSPATH' ) || exit;

/** The version of this file and of the copy beside it. */
const DOORS_VERSION = '0.1.0';

// This runs when all plugins are loaded, and before any of them can ask who is logged in.
add_action(
	'plugins_loaded',
	static function () {
		if ( class_exists( AccessControl::class, false ) || false === get_option( 'rollbook_tables' ) ) {
			return;
		}
		$file = __DIR__ . '/rollbook-doors/class-access-control.php';
		if ( is_readable( $file ) ) {
			require $file;
			AccessControl::add_hooks();
		}
	},
	PHP_INT_MIN
);
