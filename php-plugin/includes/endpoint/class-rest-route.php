<?php
/**
 * The service as a route of WordPress's REST server.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\Exchange;
use Rollbook\WordPress\Store\Settings;
use WP_REST_Request;
use WP_REST_Response;
use WP_REST_Server;

defined( 'ABSPATH' ) || exit;

/**
 * Makes the service known to WordPress's index and tools, and answers requests that are dispatched inside WordPress. It answers the
 * original request: the REST server's changes to parameters, methods or the answer have no effect.
 */
final class RestRoute {

	/** Every method that the service knows. */
	private const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

	/**
	 * The answers as the extension wrote them, by the request that they belong to.
	 *
	 * @var ?\WeakMap<WP_REST_Request, array{status: int, headers: array<string, string>, body: string}>
	 */
	private static ?\WeakMap $answers = null;

	/**
	 * Registers the route.
	 *
	 * @param WP_REST_Server $server The REST server.
	 */
	public static function action_rest_api_init( WP_REST_Server $server ): void {
		foreach ( Address::rest_namespaces( Settings::answers_wpo365() ) as $namespace ) {
			$options = array(
				'methods'             => self::METHODS,
				'callback'            => array( self::class, 'answer' ),
				// The token is verified by the extension, for each request.
				'permission_callback' => '__return_true',
				'show_in_index'       => true,
			);
			register_rest_route( $namespace, '/(?P<path>.+)', $options );
			if ( Address::is_own( $namespace ) ) {
				// Replaces the index of the namespace, which WordPress has made with the first route.
				$server->register_route( $namespace, "/$namespace", array( $options ), true );
			}
		}
	}

	/**
	 * Answers before the server looks at methods, parameters and permissions.
	 *
	 * @param mixed           $result  What another plugin answers.
	 * @param WP_REST_Server  $server  The REST server.
	 * @param WP_REST_Request $request The request.
	 */
	public static function filter_rest_pre_dispatch( mixed $result, WP_REST_Server $server, WP_REST_Request $request ): mixed {
		return null === self::address( $request ) ? $result : self::answer( $request );
	}

	/**
	 * Answers a request.
	 *
	 * @param WP_REST_Request $request The request.
	 */
	public static function answer( WP_REST_Request $request ): WP_REST_Response {
		$incoming                 = IncomingRequest::dispatched( self::address( $request ), $request );
		$answer                   = Endpoint::answer_within( $incoming );
		self::$answers          ??= new \WeakMap();
		self::$answers[ $request ] = $answer;
		// The data is made of arrays, because WordPress's own filters and plugins expect them.
		return new WP_REST_Response( json_decode( $answer['body'], true ), $answer['status'], $answer['headers'] );
	}

	/**
	 * Sends the answer as the extension wrote it, and ends, so that nobody adds output. Filters in the REST server have no effect. If a
	 * plugin refused the client before the dispatch, the request is answered here.
	 *
	 * @param mixed           $served  Whether it was sent already.
	 * @param mixed           $result  What the server made of it.
	 * @param WP_REST_Request $request The request.
	 */
	public static function filter_rest_pre_serve_request( mixed $served, mixed $result, WP_REST_Request $request ): mixed {
		if ( true === $served || null === self::address( $request ) ) {
			return $served;
		}
		if ( ! isset( self::$answers[ $request ] ) ) {
			self::answer( $request );
		}
		Output::send( self::$answers[ $request ] );
		exit;
	}

	/**
	 * The address of a request, if it is to the service.
	 *
	 * @param WP_REST_Request $request The request.
	 */
	private static function address( WP_REST_Request $request ): ?Address {
		return Address::of_route( $request->get_route(), http_build_query( $request->get_query_params(), '', '&', PHP_QUERY_RFC3986 ), Settings::answers_wpo365() );
	}
}
