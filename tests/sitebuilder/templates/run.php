<?php
/**
 * Runs PHP inside WordPress: php run.php <wordpress> <host and path> <code> [argument]…
 *
 * The code finds its arguments in $args. What it throws, a fatal error and wp_die() end with exit status 1 and the
 * message on stderr.
 */

list( $host, $path ) = explode( '/', $argv[2], 2 );

$_SERVER['HTTP_HOST']       = $host;
$_SERVER['SERVER_NAME']     = strtok( $host, ':' );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = "/$path";
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';

define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true ); // Its page is HTML for visitors.

register_shutdown_function(
	static function () {
		$error = error_get_last();
		if ( $error && ( $error['type'] & ( E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR ) ) ) {
			fwrite( STDERR, "{$error['message']} in {$error['file']}:{$error['line']}\n" );
			exit( 1 );
		}
	}
);

$args = array_slice( $argv, 4 );
try {
	require $argv[1] . '/wp-load.php';
	add_filter(
		'wp_die_handler',
		static fn() => static function ( $message ) {
			throw new RuntimeException( 'wp_die: ' . ( is_wp_error( $message ) ? $message->get_error_message() : $message ) );
		}
	);
	eval( preg_replace( '/^\s*<\?php\b/', '', $argv[3] ) );
} catch ( Throwable $e ) {
	$place = $e->getFile() ? "\n  at {$e->getFile()}:{$e->getLine()}" : ''; // The extension's own have none.
	fwrite( STDERR, get_class( $e ) . ': ' . $e->getMessage() . "$place\n" );
	exit( 1 );
}
