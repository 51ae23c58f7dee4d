<?php
/**
 * Plugin Name: Rollbook: the fast lane
 * Description: Answers identity providers before WordPress loads its plugins and its theme, where that makes no difference. Rollbook keeps this file up to date. It removes the file when the fast lane is switched off or the plugin is deactivated.
 * Version:     0.1.0
 * License:     GPL-2.0-or-later
 *
 * Rollbook puts this file among the must-use plugins. It loads the plugin early, for requests to the service alone, and only where the
 * plugin is active. Which requests are answered then, the plugin decides.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

// Once the last of the must-use plugins is loaded: any of them may have a say about a request.
add_action(
	'mu_plugin_loaded',
	static function ( $loaded ) {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared, and not used.
		$target = isset( $_SERVER['REQUEST_URI'] ) ? rawurldecode( (string) $_SERVER['REQUEST_URI'] ) : '';
		if ( PHP_VERSION_ID < 80100 || wp_installing() || ! preg_match( '~scim/+v2|wpo365/+v1~', $target ) ) {
			return;
		}
		$files = wp_get_mu_plugins();
		if ( end( $files ) !== $loaded ) {
			return;
		}
		$active = array_merge( is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) ) : array(), (array) get_option( 'active_plugins', array() ) );
		foreach ( $active as $plugin ) {
			$file = WP_PLUGIN_DIR . '/' . $plugin;
			if ( 'rollbook.php' === basename( $plugin ) && 0 === validate_file( $plugin ) && is_readable( dirname( $file ) . '/includes/endpoint/class-fast-lane.php' ) ) {
				wp_register_plugin_realpath( $file );
				define( __NAMESPACE__ . '\IS_EARLY', true );
				include_once $file; // WordPress does not load it a second time.
				return;
			}
		}
	},
	PHP_INT_MAX
);
