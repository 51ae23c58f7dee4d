<?php
/**
 * Plugins that end requests at `init`, by the names that real ones have; the tests put this among the must-use plugins.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Wpo\Services {

	defined( 'ABSPATH' ) || exit;

	/** WPO365 where the whole site needs a login. */
	class Authentication_Service {

		/** Redirects to the login. */
		public static function authenticate_request(): void {
			if ( str_contains( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), 'scim/v2' ) ) {
				wp_redirect( 'https://login.contoso.test/' );
				exit;
			}
		}
	}

	add_action( 'init', '\Wpo\Services\Authentication_Service::authenticate_request', 1 );
}

namespace {

	/** miniOrange, which answers whatever has `/scim` in its address. */
	function mo_scim_user_provisioning_validate(): void {
		if ( str_contains( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), '/scim' ) ) {
			header( 'Content-Type: application/json', true, 401 );
			exit( '{"error":"Unauthorized"}' );
		}
	}

	add_action( 'init', 'mo_scim_user_provisioning_validate' );

	/** A plugin that nobody knows. */
	function contoso_wall(): void {
		if ( str_contains( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), 'contoso-wall' ) ) {
			exit;
		}
	}

	add_action( 'init', 'contoso_wall', 7 );

	// A plugin that changes the address until WordPress reads it, as some that translate sites do.
	if ( str_contains( (string) ( $_SERVER['REQUEST_URI'] ?? '' ), 'late-door' ) || isset( $_SERVER['HTTP_X_LATE_DOOR'] ) ) {
		$contoso_address        = $_SERVER['REQUEST_URI'];
		$_SERVER['REQUEST_URI'] = '/';
		add_action(
			'wp_loaded',
			static function () use ( $contoso_address ): void {
				$_SERVER['REQUEST_URI'] = $contoso_address;
			},
			PHP_INT_MAX
		);
	}
}
