<?php
/**
 * A plugin with bad manners, as sites have them; the tests put it among the must-use plugins.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

add_action(
	'init',
	static function (): void {
		if ( ! str_contains( $_SERVER['REQUEST_URI'] ?? '', 'scim' ) ) {
			return;
		}
		echo 'printed too early';
		setcookie( 'tracking', '1' );
		header( 'Content-Type: text/html' );
		// A JWT plugin judges every bearer token.
		foreach ( $_SERVER as $name => $value ) {
			if ( preg_match( '/AUTH/', $name ) ) {
				wp_die( 'This is no JWT.' );
			}
		}
		if ( str_contains( $_SERVER['REQUEST_URI'], 'wall' ) ) {
			wp_safe_redirect( wp_login_url() );
			exit;
		}
	}
);
add_filter( 'rest_authentication_errors', static fn(): WP_Error => new WP_Error( 'rest_disabled', 'The REST API is disabled.' ) );
add_action(
	'shutdown',
	static function (): void {
		if ( str_contains( $_SERVER['REQUEST_URI'] ?? '', 'scim' ) ) {
			echo 'printed too late';
		}
	}
);

// It ends PHP when a batch asks what was stored, or takes its witness away; once, because it looks at statements.
if ( isset( $_SERVER['HTTP_X_EXIT_AT'] ) ) {
	add_filter(
		'query',
		static function ( mixed $query ): mixed {
			static $left = 1;
			if ( is_string( $query ) && str_starts_with( $query, $_SERVER['HTTP_X_EXIT_AT'] ) && str_contains( $query, "= 'rollbook_batch_" ) && 0 < $left-- ) {
				exit( 'exit' );
			}
			return $query;
		}
	);
}

// What becomes of a new account depends on its name.
add_action(
	'user_register',
	static function ( int $user_id ): void {
		switch ( get_userdata( $user_id )->first_name ) {
			case 'Exit':
				exit( 'exit' );
			case 'Die':
				wp_die( 'wp_die' );
				break;
			case 'Throw':
				throw new RuntimeException( 'thrown' );
			case 'Fatal':
				trigger_error( 'fatal', E_USER_ERROR );
				break;
			case 'Memory':
				ini_set( 'memory_limit', (string) ( memory_get_usage() + 8 * MB_IN_BYTES ) );
				for ( $all = array(); ; ) {
					$all[] = str_repeat( 'x', 1000 );
				}
			case 'Print':
				echo 'printed in the midst';
				trigger_error( 'warned', E_USER_WARNING );
		}
	},
	PHP_INT_MAX
);
