<?php
/**
 * Holds many exchanges and abandons every third in the middle: php … exchanges.php <how many>
 */

declare( strict_types=1 );

require __DIR__ . '/conversation.inc';

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
);
$finished = 0;
for ( $i = 0; $i < (int) $argv[1]; $i++ ) {
	$exchange = Rollbook\Exchange::open( $requests[ $i % count( $requests ) ], array() );
	$left     = 0 === $i % 3 ? 1 : PHP_INT_MAX;
	while ( $left-- > 0 && $command = $exchange->command() ) {
		0 === $i % 50 ? $exchange->fail( 'tried' ) : $exchange->answer( answer( $command ) );
	}
	if ( 0 !== $i % 3 ) {
		$finished += (int) ( $exchange->response()['status'] > 0 );
	}
}
printf( "%d exchanges, %d finished, %d abandoned\n", $argv[1], $finished, $argv[1] - $finished );
