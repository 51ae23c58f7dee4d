--TEST--
What does not fit the order of the exchange is an exception
--FILE--
<?php
require __DIR__ . '/exchange.inc';
$attempt = static function ( callable $call ): void {
	try {
		$call();
		echo "no exception\n";
	} catch ( Rollbook\OutOfTurn $exception ) {
		echo $exception instanceof Rollbook\Exception ? '' : 'not ours: ', $exception->getMessage(), "\n";
	}
};
$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), array(), array() );
$attempt( static fn() => $exchange->response() );
$attempt( static fn() => $exchange->summary() );
$attempt( static fn() => $exchange->answer( array() ) );
$command = $exchange->command();
var_dump( $exchange->command() );
$exchange->answer( answer( $command ) );
$exchange->answer( answer( $exchange->command() ) );
$attempt( static fn() => $exchange->answer( null ) );
$attempt( static fn() => $exchange->fail( 'late' ) );
echo $exchange->response()['status'], "\n";
?>
--EXPECT--
the exchange is not finished: fetch and answer every command first
the exchange is not finished: fetch and answer every command first
no command has been handed out, so there is nothing to answer
NULL
no command has been handed out, so there is nothing to answer
no command has been handed out, so there is nothing to answer
200
