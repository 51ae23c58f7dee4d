<?php
/**
 * Makes `php -S` behave as a web server with WordPress' rewrite rules: what is a file is served or run,
 * everything else reaches index.php with the raw REQUEST_URI.
 */

$rollbook_path = rawurldecode( strtok( $_SERVER['REQUEST_URI'], '?' ) );
$rollbook_file = $_SERVER['DOCUMENT_ROOT'] . $rollbook_path;

if ( is_file( $rollbook_file ) && '/index.php' !== $rollbook_path ) {
	return false;
}
if ( '/' !== $rollbook_path && is_file( "$rollbook_file/index.php" ) ) {
	if ( str_ends_with( $rollbook_path, '/' ) ) {
		return false;
	}
	header( 'Location: ' . strtok( $_SERVER['REQUEST_URI'], '?' ) . '/', true, 301 );
	return true;
}

// PHP's server guesses these from the path; a real one with rewrite rules gives them so.
unset( $_SERVER['PATH_INFO'] );
if ( str_starts_with( $rollbook_path, '/index.php/' ) ) {
	$_SERVER['PATH_INFO'] = substr( $rollbook_path, strlen( '/index.php' ) );
}
$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'] . '/index.php';
$_SERVER['PHP_SELF']        = '/index.php' . ( $_SERVER['PATH_INFO'] ?? '' );

chdir( $_SERVER['DOCUMENT_ROOT'] );
require $_SERVER['SCRIPT_FILENAME'];
