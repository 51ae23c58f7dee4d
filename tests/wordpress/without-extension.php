<?php
/**
 * Loads the site as a PHP without the extension would, or with one that does not fit.
 *
 *     php without-extension.php <request target>    prints what the site answers
 *     php without-extension.php                     prints what an administrator is told, as JSON
 */

declare( strict_types=1 );

if ( false !== getenv( 'ROLLBOOK_TEST_PLUGINS' ) ) {
	define( 'WP_PLUGIN_DIR', getenv( 'ROLLBOOK_TEST_PLUGINS' ) );
}
$rollbook_site             = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
$_SERVER['HTTP_HOST']      = parse_url( $rollbook_site->url, PHP_URL_HOST ) . ':' . parse_url( $rollbook_site->url, PHP_URL_PORT );
$_SERVER['REQUEST_METHOD'] = 'GET';
if ( isset( $argv[1] ) ) {
	$_SERVER['REQUEST_URI'] = $argv[1];
	$_SERVER['PHP_SELF']    = '/index.php';
	define( 'WP_USE_THEMES', true );
	require $rollbook_site->dir . '/wordpress/wp-blog-header.php';
	exit;
}
if ( false !== getenv( 'ROLLBOOK_TEST_ENGINE' ) ) {
	define( 'ROLLBOOK_ENGINE', getenv( 'ROLLBOOK_TEST_ENGINE' ) );
}
require $rollbook_site->dir . '/wordpress/wp-load.php';
echo json_encode( Rollbook\WordPress\Requirements::complaint() );
