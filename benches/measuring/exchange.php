<?php
/* What the extension needs for one request, from its bytes to the response's, PHP's side of the boundary included: the median of many, in seconds.
   The commands of the request are carried out once; then their answers are given again and again. */

$given    = json_decode( '@given@', true );
$request  = $given + array( 'query' => '', 'remote' => '127.0.0.1', 'plain' => true, 'now' => (int) floor( microtime( true ) * 1000 ) );
$settings = \Rollbook\WordPress\Store\Settings::document();
$site     = \Rollbook\WordPress\Site::facts_of_request();

$answers  = array();
$commands = new \Rollbook\WordPress\Endpoint\CommandTable();
$exchange = \Rollbook\Exchange::open( $request, $settings, $site );
\Rollbook\WordPress\Store\RunningExchange::begin();
for ( $command = $exchange->command(); null !== $command; $command = $exchange->command() ) {
	$answers[] = $commands->run( $command );
	$exchange->answer( end( $answers ) );
}
\Rollbook\WordPress\Store\RunningExchange::end();

$taken = array();
for ( $time = 0; $time < 500; ++$time ) {
	$started  = hrtime( true );
	$exchange = \Rollbook\Exchange::open( $request, $settings, $site );
	foreach ( $answers as $answer ) {
		$exchange->command();
		$exchange->answer( $answer );
	}
	$is_over  = null === $exchange->command();
	$response = $exchange->response();
	$taken[]  = hrtime( true ) - $started;
	if ( ! $is_over || $response['status'] >= 300 || count( $answers ) < 4 ) {
		throw new RuntimeException( 'the request is not carried out: ' . $response['status'] . ' ' . $response['body'] );
	}
}
sort( $taken );
echo json_encode( $taken[ intdiv( count( $taken ), 2 ) ] / 1e9 );
