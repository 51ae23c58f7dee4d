<?php
/**
 * Plugin Name: Rollbook: deactivated people stay out
 * Description: Refuses people that the identity provider has deactivated while the Rollbook plugin is not active or cannot run. Rollbook keeps this file up to date and removes it when the plugin is deleted.
 * Version:     0.1.0
 * License:     GPL-2.0-or-later
 *
 * Rollbook puts this file among the must-use plugins, and a copy of its class-access-control.php into the folder beside it. It needs
 * neither the plugin nor its extension, and does nothing while the plugin refuses them itself, or has no tables here.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

use Rollbook\WordPress\Access\AccessControl;

defined( 'ABSPATH' ) || exit;

/** The version of this file and of the copy beside it. */
const DOORS_VERSION = '0.1.0';

// Once all plugins are there and before any of them can look for who is logged in.
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
