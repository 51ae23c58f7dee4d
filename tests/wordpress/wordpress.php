<?php
/**
 * Loads the WordPress of the site that ROLLBOOK_SITE describes, with the plugin active.
 */

declare( strict_types=1 );

$rollbook_site = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
if ( ! isset( $rollbook_site->dir, $rollbook_site->url ) ) {
	fwrite( STDERR, "ROLLBOOK_SITE describes no site; tests/wordpress/run sets it.\n" );
	exit( 1 );
}

$_SERVER['HTTP_HOST']       = parse_url( $rollbook_site->url, PHP_URL_HOST ) . ':' . parse_url( $rollbook_site->url, PHP_URL_PORT );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';

define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true ); // Its page is HTML for visitors.

require $rollbook_site->dir . '/wordpress/wp-load.php';

if ( ! class_exists( Rollbook\WordPress\Endpoint\CommandTable::class ) ) {
	fwrite( STDERR, "The site {$rollbook_site->url} runs without the plugin.\n" );
	exit( 1 );
}
