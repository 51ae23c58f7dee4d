<?php
/**
 * Plugin Name:       Rollbook
 * Description:       SCIM 2.0 provisioning: Entra ID, Okta and every other identity provider keep this site's people, roles and groups.
 * Version:           0.1.0
 * Requires at least: 6.1
 * Requires PHP:      8.1
 * Author:            The Rollbook maintainers
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       rollbook
 * Domain Path:       /languages
 *
 * This file uses only syntax that old versions of PHP can read, so that a site still works on a server that was moved to one.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/** The version of the plugin; the extension's must be the same. */
const VERSION = '0.1.0';

/** The plugin's main file. */
const PLUGIN_FILE = __FILE__;

if ( PHP_VERSION_ID < 80100 ) {
	require __DIR__ . '/includes/old-php.php';
	return;
}

if ( ! extension_loaded( 'rollbook' ) ) {
	require __DIR__ . '/engine/load.php';
}

spl_autoload_register(
	static function ( $class_name ) {
		if ( 0 !== strpos( $class_name, __NAMESPACE__ . '\\' ) ) {
			return;
		}
		$path   = explode( '\\', substr( $class_name, strlen( __NAMESPACE__ ) + 1 ) );
		$name   = strtolower( preg_replace( '/(?<=[a-z])(?=[A-Z])/', '-', array_pop( $path ) ) );
		$room   = strtolower( implode( '/', $path ) );
		$folder = 'admin' === $room ? $room : rtrim( "includes/$room", '/' );
		$file   = __DIR__ . "/$folder/class-$name.php";
		if ( is_readable( $file ) ) {
			require $file;
		}
	}
);

require __DIR__ . '/includes/hooks.php';
