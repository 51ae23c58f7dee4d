--TEST--
Trouble is told once, and the message is signed
--FILE--
<?php
$settings = array( 'alerts' => array( 'mail' => array( 'it@contoso.test' ), 'failures' => 2 ) );
$request  = static fn( int $time, int $status ): array => array( 'time' => $time, 'method' => 'POST', 'path' => '/Users', 'status' => $status, 'outcome' => $status < 400 ? 'done' : 'refused' );
$facts    = static fn( array ...$requests ): array => array(
	'now'      => 1700000000000,
	'address'  => array( 'now' => 'https://contoso.test', 'noted' => null ),
	'accepted' => 1699999999000,
	'requests' => $requests,
	'refusals' => array( array( 'reason' => 'unknown', 'times' => 9, 'last_time' => 1699999999000 ) ),
);
$failed = array( $request( 1699999998000, 409 ), $request( 1699999997000, 400 ) );
$first  = Rollbook\Alerts::decide( $settings, $facts( ...$failed ), array() );
echo json_encode( $first['alerts'] ), "\n";
$second = Rollbook\Alerts::decide( $settings, $facts( ...$failed ), $first['state'] );
echo json_encode( $second['alerts'] ), "\n";
$third = Rollbook\Alerts::decide( $settings, $facts( $request( 1699999999000, 201 ), ...$failed ), $second['state'] );
echo json_encode( $third['alerts'] ), "\n";
echo json_encode( Rollbook\Alerts::decide( array(), $facts( ...$failed ), $first['state'] ) ), "\n";
$secret  = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
$message = Rollbook\Alerts::message( array( 'event' => 'test' ), '2f1c8a0e-5b0f-4a52-9d7e-0d3c5c1f6a11', 'https://contoso.test', 1700000000000, 1700000060000, array( $secret ) );
echo $message['body'], "\n", $message['headers']['webhook-timestamp'], ' ', $message['headers']['webhook-signature'], "\n";
$secrets = array( Rollbook\Alerts::secret(), Rollbook\Alerts::secret() );
var_dump( $secrets[0] !== $secrets[1], 1 === preg_match( '/^whsec_[A-Za-z0-9+\/]{43}=$/', $secrets[0] ) );
try {
	Rollbook\Alerts::message( array( 'event' => 'other' ), 'id', 'https://contoso.test', 1, 1, array() );
} catch ( Throwable $error ) {
	echo substr( $error->getMessage(), 0, 27 ), "\n";
}
?>
--EXPECT--
[{"event":"failing","since":1699999997000,"times":2,"status":409}]
[]
[{"event":"working","since":1699999997000}]
{"state":{"failing":null,"silent":null,"counted_from":null},"alerts":[]}
{"iss":"https://contoso.test","iat":1700000000,"jti":"2f1c8a0e-5b0f-4a52-9d7e-0d3c5c1f6a11","events":{"urn:rollbook:scim:event:alert:test":{}}}
1700000060 v1,EZldu9Dk1p+XHqnB/Ixx3+/vlh8ObbKKDto09tx/Rl0=
bool(true)
bool(true)
The alert cannot be read: u
