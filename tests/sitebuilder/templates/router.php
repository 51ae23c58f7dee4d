<?php
/**
 * Makes `php -S` behave as a web server with WordPress' rewrite rules: what is a file is served or run,
 * everything else reaches index.php with the raw REQUEST_URI.
 */

$rollbook_path = rawurldecode( strtok( $_SERVER['REQUEST_URI'], '?' ) );

// The files of a network's site in a subdirectory are those of the first one.
if ( preg_match( '#^/[\w-]+(/(?:wp-(?:admin|content|includes)/.*|[\w-]+\.php))$#', $rollbook_path, $rollbook_found ) && '/index.php' !== $rollbook_found[1] ) {
	$rollbook_file = $_SERVER['DOCUMENT_ROOT'] . $rollbook_found[1] . ( str_ends_with( $rollbook_found[1], '/' ) ? 'index.php' : '' );
	if ( ! is_file( $_SERVER['DOCUMENT_ROOT'] . $rollbook_path ) && is_file( $rollbook_file ) ) {
		if ( ! str_ends_with( $rollbook_file, '.php' ) ) {
			$rollbook_types = array( 'css' => 'text/css', 'js' => 'text/javascript', 'svg' => 'image/svg+xml' );
			header( 'Content-Type: ' . ( $rollbook_types[ pathinfo( $rollbook_file, PATHINFO_EXTENSION ) ] ?? mime_content_type( $rollbook_file ) ) );
			readfile( $rollbook_file );
			return true;
		}
		$_SERVER['SCRIPT_FILENAME'] = $rollbook_file;
		$_SERVER['SCRIPT_NAME']     = substr( $rollbook_file, strlen( $_SERVER['DOCUMENT_ROOT'] ) );
		$_SERVER['PHP_SELF']        = $_SERVER['SCRIPT_NAME'];
		chdir( dirname( $rollbook_file ) );
		require $rollbook_file;
		return true;
	}
}

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
