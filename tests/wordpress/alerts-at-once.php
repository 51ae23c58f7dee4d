<?php
/**
 * Looks for trouble in a WordPress of its own, at the same moment as others: php alerts-at-once.php <port of the webhook> <moment>
 */

declare( strict_types=1 );

use Rollbook\WordPress\Store\Alerts;

require __DIR__ . '/wordpress.php';

list( , $port, $moment ) = $argv;
add_filter( 'http_request_host_is_external', '__return_true' );
add_filter( 'http_allowed_safe_ports', static fn( array $ports ): array => array( ...$ports, (int) $port ) );
// All of them read before the first one writes, unless they wait for each other.
add_filter(
	'query',
	static function ( string $query ): string {
		if ( str_contains( $query, "'rollbook_alerts'" ) && str_starts_with( $query, 'UPDATE' ) ) {
			usleep( 250_000 );
		}
		return $query;
	}
);
usleep( max( 0, (int) ( ( (float) $moment - microtime( true ) ) * 1e6 ) ) );
do_action( Alerts::EVENT );
echo json_encode( true );
