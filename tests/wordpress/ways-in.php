<?php
/**
 * Opens other ways into the service than the early answer, and puts neighbours beside it, for requests that ask for it by a header; the
 * tests put this among the must-use plugins.
 *
 * `X-Way-In` is one of
 *
 * - `route`: the address that arrives is another; a plugin tells WordPress the route while it reads the request, as some that translate
 *   sites do, and WordPress's REST server is asked;
 * - `dispatch`: a plugin has the REST server serve a path that stands in no address, so that nothing of the service's looks at the request
 *   before the server dispatches it;
 * - `within`: a plugin dispatches a request of its own with rest_do_request(), and prints what it gets.
 *
 * `X-Set-Up: yes` listens to `init`, so that everything is set up as for a page.
 *
 * `X-Neighbours: yes` loads the plugins that end requests, `X-Refuse: yes` one that lets nobody use the REST API.
 *
 * `X-Went-Full: yes` writes the request down if plugins are loaded for it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

if ( isset( $_SERVER['HTTP_X_NEIGHBOURS'] ) ) {
	require_once __DIR__ . '/rollbook-tests/neighbours.php';
}

if ( isset( $_SERVER['HTTP_X_REFUSE'] ) ) {
	add_filter( 'rest_authentication_errors', static fn(): WP_Error => new WP_Error( 'contoso_refuses', 'Nobody.', array( 'status' => 403 ) ), PHP_INT_MAX );
}

if ( isset( $_SERVER['HTTP_X_SET_UP'] ) ) {
	add_action( 'init', static fn() => null );
}

if ( isset( $_SERVER['HTTP_X_WENT_FULL'] ) ) {
	$contoso_request = $_SERVER['REQUEST_METHOD'] . ' ' . strtok( $_SERVER['REQUEST_URI'], '?' );
	add_action( 'plugins_loaded', static fn() => file_put_contents( ROLLBOOK_SITE_DIR . '/went-full.log', "$contoso_request\n", FILE_APPEND | LOCK_EX ) );
}

( static function (): void {
	$way = $_SERVER['HTTP_X_WAY_IN'] ?? '';
	if ( ! in_array( $way, array( 'route', 'dispatch', 'within' ), true ) ) {
		return;
	}
	unset( $_SERVER['HTTP_X_WAY_IN'] );
	$address                = $_SERVER['REQUEST_URI'];
	$_SERVER['REQUEST_URI'] = '/';
	$route                  = substr( rawurldecode( explode( '?', $address )[0] ), strlen( '/wp-json' ) );

	if ( 'route' === $way ) {
		// After the service has looked at the request, and before WordPress asks its REST server (10).
		add_action(
			'parse_request',
			static function ( WP $wp ) use ( $address, $route ): void {
				$_SERVER['REQUEST_URI']       = $address;
				$wp->query_vars['rest_route'] = $route;
			},
			5
		);
		return;
	}
	add_action(
		'wp_loaded',
		static function () use ( $way, $route ): void {
			$server = rest_get_server();
			if ( 'dispatch' === $way ) {
				$server->serve_request( $route );
				exit;
			}
			$request = new WP_REST_Request( $_SERVER['REQUEST_METHOD'], $route );
			$request->set_query_params( wp_unslash( $_GET ) );
			$request->set_headers( $server->get_headers( wp_unslash( $_SERVER ) ) );
			$request->set_body( WP_REST_Server::get_raw_data() );
			$answer = rest_do_request( $request );
			header_remove();
			ini_set( 'default_mimetype', '' );
			foreach ( $answer->get_headers() as $name => $value ) {
				header( "$name: $value" );
			}
			http_response_code( $answer->get_status() );
			if ( null !== $answer->get_data() ) {
				echo wp_json_encode( $answer->get_data(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS | JSON_PRESERVE_ZERO_FRACTION );
			}
			exit;
		},
		PHP_INT_MAX
	);
} )();
