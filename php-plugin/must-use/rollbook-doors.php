<?php
/**
 * Plugin Name: Rollbook: deactivated people stay out
 * Description: Refuses people that the identity provider has deactivated, and asks identity providers to come again, while the Rollbook plugin is not active or cannot run. Rollbook keeps this file up to date and removes it when the plugin is deleted.
 * Version:     0.1.0
 * License:     GPL-2.0-or-later
 *
 * Rollbook copies this file to the must-use plugins, and its class-access-control.php to the folder beside it. The file needs neither the
 * plugin nor its extension. It does nothing while the plugin itself runs, or if the site has no tables of the plugin.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

use Rollbook\WordPress\Access\AccessControl;

defined( 'ABSPATH' ) || exit;

/** The version of this file and of the copy beside it. */
const DOORS_VERSION = '0.1.0';

/**
 * Asks an identity provider to come again. One that was told 404 would take everybody for deleted.
 */
function answer_while_off() {
	header_remove( 'Link' );
	header( 'Content-Type: application/scim+json' );
	header( 'Cache-Control: private, no-store' );
	header( 'Retry-After: 3600' );
	status_header( 503 );
	echo '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503",'
		. '"detail":"Nobody is provisioned at the moment: the Rollbook plugin of this site is not active. Its administrator can activate it again under Plugins."}';
}

/**
 * Whether a path is the service's.
 *
 * @param string $path The path: `/scim/v2/Users`.
 */
function is_the_service( $path ) {
	return 1 === preg_match( '~^/(?:index\.php/+)?(?:scim/+v2|(?:wpo365/+v1))(?:/|$)~', $path );
}

/**
 * Says on the list of plugins what happens while the plugin is off: several plugins may have been deactivated at once, or on the command line.
 */
function tell_that_it_is_off() {
	if ( ! current_user_can( 'activate_plugins' ) || ! in_array( isset( $GLOBALS['pagenow'] ) ? $GLOBALS['pagenow'] : '', array( 'plugins.php' ), true ) ) {
		return;
	}
	// Austria and Canada read the texts of their language, too.
	$texts = glob( WP_PLUGIN_DIR . '/rollbook/languages/rollbook-' . substr( determine_locale(), 0, 2 ) . '_*.mo' );
	if ( $texts ) {
		load_textdomain( 'rollbook', $texts[0] );
	}
	$people = class_exists( AccessControl::class, false )
		? __( 'People who are locked out stay out, by a must-use plugin.', 'rollbook' )
		: __( 'People who were locked out can log in.', 'rollbook' );
	printf( '<div class="notice notice-info"><p>%s %s %s</p></div>', esc_html__( 'Rollbook is not active.', 'rollbook' ), esc_html( $people ), esc_html__( 'Identity providers are asked to come again (503), and nobody is created, changed or locked out.', 'rollbook' ) );
}

// This runs when all plugins are loaded, and before any of them can ask who is logged in.
add_action(
	'plugins_loaded',
	static function () {
		if ( class_exists( AccessControl::class, false ) || false === get_option( 'rollbook_tables' ) ) {
			return;
		}
		$file = __DIR__ . '/rollbook-doors/class-access-control.php';
		// The owner may have chosen, when the plugin was switched off, that everybody gets in.
		if ( is_readable( $file ) && false === get_option( 'rollbook_doors_open' ) && false === get_site_option( 'rollbook_doors_open' ) ) {
			require $file;
			AccessControl::add_hooks();
		}
		// Only where nobody else answers: another plugin may serve this address now.
		add_filter(
			'rest_pre_serve_request',
			static function ( $served, $result, $request ) {
				$data = $result instanceof \WP_HTTP_Response ? $result->get_data() : null;
				if ( $served || ! is_the_service( (string) $request->get_route() ) || ! is_array( $data ) || ! isset( $data['code'] ) || 'rest_no_route' !== $data['code'] ) {
					return $served;
				}
				answer_while_off();
				return true;
			},
			PHP_INT_MAX,
			3
		);
		add_action(
			'template_redirect',
			static function () {
				// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared, and not used.
				$target = (string) preg_replace( '~[?#].*$~s', '', isset( $_SERVER['REQUEST_URI'] ) ? $_SERVER['REQUEST_URI'] : '' );
				$home   = rtrim( (string) wp_parse_url( (string) get_option( 'home' ), PHP_URL_PATH ), '/' );
				if ( is_404() && 0 === strpos( $target, $home ) && is_the_service( substr( $target, strlen( $home ) ) ) ) {
					answer_while_off();
					exit;
				}
			},
			PHP_INT_MIN
		);
		add_action( 'admin_notices', __NAMESPACE__ . '\\tell_that_it_is_off' );
		add_action( 'network_admin_notices', __NAMESPACE__ . '\\tell_that_it_is_off' );
	},
	PHP_INT_MIN
);
