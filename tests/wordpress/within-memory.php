<?php
/**
 * Answers a request, or carries out a part of a task, with little memory: php within-memory.php <limit> <request or task as JSON>.
 * Prints the status, the body's beginning, and the most memory that it took beyond what WordPress had taken before.
 */

declare( strict_types=1 );

require __DIR__ . '/wordpress.php';

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;

ini_set( 'memory_limit', $argv[1] );
$asked   = json_decode( $argv[2], true, 512, JSON_THROW_ON_ERROR );
$service = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
$request = $asked + array(
	'method'  => 'GET',
	'base'    => $service->scim,
	'path'    => '/Users',
	'query'   => '',
	'headers' => array( 'authorization' => "Bearer $service->token" ),
	'body'    => '',
	'remote'  => '127.0.0.1',
	'now'     => Tokens::now(),
);
$before  = memory_get_usage();
if ( function_exists( 'memory_reset_peak_usage' ) ) {
	memory_reset_peak_usage();
}
$exchange = isset( $asked['task'] )
	? Exchange::task( $asked, Settings::document(), Site::facts(), Tokens::now() )
	: Exchange::open( $request, Settings::document(), Site::facts() );
( new ExchangeRunner( $exchange ) )->run();
$response = $exchange->response();
$peak     = memory_get_peak_usage() - $before;
$body     = json_decode( $response['body'] );
echo json_encode(
	array(
		'status' => $response['status'],
		'total'  => $body->totalResults ?? $body->examined ?? null,
		'items'  => $body->itemsPerPage ?? null,
		'next'   => $body->next ?? null,
		'detail' => $body->detail ?? null,
		'why'    => $exchange->summary()['failure'],
		'peak'   => $peak,
	)
);
