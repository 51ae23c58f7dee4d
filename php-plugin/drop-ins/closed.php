<?php
/**
 * Plugin Name: Rollbook: identity providers are told to wait
 * Description: Answers identity providers in the form that they expect while the site is being updated or does not reach its database. Everybody else sees WordPress's page. Rollbook keeps this file up to date and removes it when the plugin is deactivated or deleted.
 * Version:     0.1.0
 * License:     GPL-2.0-or-later
 *
 * Rollbook copies this file to wp-content as maintenance.php and as db-error.php, unless such a file is there. WordPress includes them
 * instead of its own pages, before it has loaded any plugin, and ends. So the file uses nothing of the plugin's. Without the extension it
 * prints WordPress's page.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

use Rollbook\WordPress\Endpoint\Endpoint;

defined( 'ABSPATH' ) || exit;

/**
 * Answers and ends, if the client is an identity provider.
 *
 * Settings cannot be read, so the end of the address decides. A client that accepts HTML and sends no credentials is a person's browser.
 *
 * @param bool $is_maintenance Whether the site is being updated, or else reaches no database.
 */
function answer_while_closed( $is_maintenance ) {
	// phpcs:disable WordPress.Security.ValidatedSanitizedInput -- Compared, and not used.
	$server                = $_SERVER;
	list( $path, $query )  = explode( '?', ( isset( $server['REQUEST_URI'] ) ? $server['REQUEST_URI'] : '' ) . '?', 2 );
	$written               = preg_match( '~(?:^|&)rest_route=([^&?]*)~', $query, $found ) ? $found[1] : $path;
	$is_the_service        = (bool) preg_match( '~^(?:.*/)?(?:scim/+v2|(?:wpo365/+v1))(?:/|$)~s', rawurldecode( $written ) );
	$credentials           = array( 'HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION', 'PHP_AUTH_USER' );
	$has_credentials       = array() !== array_intersect_key( $server, array_flip( $credentials ) );
	$wants_a_page          = isset( $server['HTTP_ACCEPT'] ) && 0 === strpos( $server['HTTP_ACCEPT'], 'text/html' );
	$is_served_by_a_plugin = class_exists( Endpoint::class, false ); // The plugin runs and answers itself.
	if ( ! $is_the_service || $wants_a_page && ! $has_credentials || $is_served_by_a_plugin || ! is_callable( array( 'Rollbook\Exchange', 'closed' ) ) ) {
		return;
	}
	$answer = \Rollbook\Exchange::closed( $is_maintenance, isset( $server['REQUEST_METHOD'] ) ? $server['REQUEST_METHOD'] : '' );
	// phpcs:enable
	header_remove();
	foreach ( $answer['headers'] as $name => $value ) {
		header( "$name: $value" );
	}
	http_response_code( $answer['status'] );
	echo $answer['body']; // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- JSON, as the extension wrote it.
	exit;
}

/**
 * What WordPress does during an update.
 */
function close_for_maintenance() {
	require_once ABSPATH . WPINC . '/functions.php';
	wp_load_translations_early();
	header( 'Retry-After: 600' );
	wp_die( translate( 'Briefly unavailable for scheduled maintenance. Check back in a minute.' ), translate( 'Maintenance' ), 503 ); // phpcs:ignore WordPress.WP.I18n.LowLevelTranslationFunction -- WordPress's own words.
}

/**
 * What WordPress does without a database. It shows the cause in the admin, during the installation, and where errors are displayed.
 *
 * @param \wpdb|null $database The database that could not be reached; null where the connection was lost later.
 */
function close_without_database( $database ) {
	// phpcs:disable WordPress.WP.I18n, WordPress.Security.EscapeOutput -- WordPress's own words.
	if ( null !== $database ) {
		$host    = '<code>' . htmlspecialchars( DB_HOST, ENT_QUOTES ) . '</code>';
		$message = '<h1>' . translate( 'Error establishing a database connection' ) . "</h1>\n"
			. '<p>' . sprintf( translate( 'This either means that the username and password information in your %1$s file is incorrect or that contact with the database server at %2$s could not be established. This could mean your host&#8217;s database server is down.' ), '<code>wp-config.php</code>', $host ) . "</p>\n"
			. "<ul>\n"
			. '<li>' . translate( 'Are you sure you have the correct username and password?' ) . "</li>\n"
			. '<li>' . translate( 'Are you sure you have typed the correct hostname?' ) . "</li>\n"
			. '<li>' . translate( 'Are you sure the database server is running?' ) . "</li>\n"
			. "</ul>\n"
			. '<p>' . sprintf( translate( 'If you are unsure what these terms mean you should probably contact your host. If you still need help you can always visit the <a href="%s">WordPress support forums</a>.' ), translate( 'https://wordpress.org/support/forums/' ) ) . "</p>\n";
		$database->bail( $message, 'db_connect_fail' );
	}
	if ( wp_installing() || defined( 'WP_ADMIN' ) ) {
		$database = null === $database ? $GLOBALS['wpdb'] : $database;
		wp_die( $database->error );
	}
	wp_die( '<h1>' . translate( 'Error establishing a database connection' ) . '</h1>', translate( 'Database Error' ) );
	// phpcs:enable
}

answer_while_closed( 'maintenance.php' === basename( __FILE__ ) );
if ( 'maintenance.php' === basename( __FILE__ ) ) {
	close_for_maintenance();
}
// wpdb includes this file if it cannot connect; otherwise WordPress does.
close_without_database( isset( $this ) && $this instanceof \wpdb ? $this : null );
