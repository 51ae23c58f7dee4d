--TEST--
A command that failed, or an answer of the wrong form, becomes a SCIM 500 or 503 whose cause only the log sees
--FILE--
<?php
require __DIR__ . '/exchange.inc';
$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), array(), array() );
$exchange->answer( answer( $exchange->command() ) );
$exchange->command();
$exchange->fail( 'Table wp_rollbook_users is marked as crashed' );
echo $exchange->response()['status'], "\n";
echo str_contains( $exchange->response()['body'], 'crashed' ) ? 'told' : 'not told', "\n";
echo $exchange->summary()['failure'], "\n";

$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), array(), array() );
$exchange->command();
$exchange->answer( 'tokens' );
echo $exchange->response()['status'], "\n", $exchange->summary()['failure'], "\n";

$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), array(), array() );
$exchange->command();
$exchange->fail( 'server has gone away', true, true );
echo $exchange->response()['status'], ' ', $exchange->response()['headers']['Retry-After'], "\n";
echo str_contains( $exchange->response()['body'], 'it is not known how much of it was stored' ) ? 'not known' : 'known', "\n";

$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), null, array() );
echo $exchange->response()['status'], "\n", $exchange->summary()['failure'], "\n";

$exchange = Rollbook\Exchange::open( request( 'GET', '/Users/1' ), array( 'password_sync' => 'perhaps' ), array() );
echo $exchange->response()['status'], "\n", $exchange->summary()['failure'], "\n";
?>
--EXPECT--
500
not told
Table wp_rollbook_users is marked as crashed
500
the answer to list_tokens has the wrong form: invalid type: string "tokens", expected a sequence
503 30
not known
503
The database does not give the settings.
500
The settings cannot be read: password_sync: This is not of the right kind: invalid type: string "perhaps", expected a boolean.
