<?php
/**
 * Holds many exchanges and abandons every third in the middle: php … exchanges.php <how many> [path of one more request]
 */

declare( strict_types=1 );

require __DIR__ . '/exchange.inc';

$person   = array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => 'jane', 'active' => true );
$patch    = array( 'Operations' => array( array( 'op' => 'Replace', 'path' => 'active', 'value' => 'False' ) ) );
$requests = array(
	request( 'GET', '/Users', null, array( 'query' => 'filter=userName%20eq%20%22jane%22' ) ),
	request( 'POST', '/Users', $person ),
	request( 'GET', '/Users/1' ),
	request( 'PUT', '/Users/1', $person + array( 'title' => 'Dr' ) ),
	request( 'PATCH', '/Users/1', $patch ),
	request( 'DELETE', '/Users/1' ),
	request( 'GET', '/Schemas' ),
	request( 'PATCH', '/Users/1', '{"Operations":[{"op":"Replace","path":"emails[", "value":1}]}' ),
	request( 'POST', '/Users', "\xff" ),
	...array_map( static fn( string $path ): array => request( 'GET', $path ), array_slice( $argv, 2 ) ),
);
$part     = array( 'after' => 0, 'limit' => 10, 'apply' => true );
$tasks    = array(
	array( 'task' => 'roles', 'part' => $part ),
	array( 'task' => 'linking', 'part' => $part, 'user_name' => 'email' ),
	array( 'task' => 'unlinking', 'user_id' => 7 ),
);
$open     = array();
foreach ( $requests as $request ) {
	$open[] = static fn(): Rollbook\Exchange => Rollbook\Exchange::open( $request, array(), array() );
}
foreach ( $tasks as $task ) {
	$open[] = static fn(): Rollbook\Exchange => Rollbook\Exchange::task( $task, array(), array(), 1_700_000_000_000 );
}
$finished = 0;
for ( $i = 0; $i < (int) $argv[1]; $i++ ) {
	$exchange = $open[ $i % count( $open ) ]();
	$abandons = 0 === ( $i + intdiv( $i, count( $open ) ) ) % 3; // Another third in each round.
	$left     = $abandons ? 1 : PHP_INT_MAX;
	while ( $left-- > 0 && $command = $exchange->command() ) {
		0 === $i % 50 ? $exchange->fail( 'tried' ) : $exchange->answer( answer( $command ) );
	}
	if ( ! $abandons ) {
		$finished += (int) ( $exchange->response()['status'] > 0 );
	}
}
printf( "%d exchanges, %d finished, %d abandoned\n", $argv[1], $finished, $argv[1] - $finished );
