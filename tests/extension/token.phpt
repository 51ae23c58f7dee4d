--TEST--
Tokens are made in the documented form, and an own one that is easy to guess is refused
--FILE--
<?php
$made = Rollbook\Token::generate();
var_dump( preg_match( '/^rb_[0-9a-v]{58}$/', $made['token'] ), hash( 'sha256', $made['token'] ) === $made['hash'] );
var_dump( Rollbook\Token::hash( '4fG7h2Kq9Lm1Zx8Cv3Bn6Ty5Re0WsuJd' ) === hash( 'sha256', '4fG7h2Kq9Lm1Zx8Cv3Bn6Ty5Re0WsuJd' ) );
foreach ( array( 'short', str_repeat( 'ab', 40 ), substr( $made['token'], 0, 40 ) ) as $token ) {
	try {
		Rollbook\Token::hash( $token );
	} catch ( Rollbook\InvalidToken $exception ) {
		echo $exception->getMessage(), "\n";
	}
}
?>
--EXPECT--
int(1)
bool(true)
bool(true)
The token has 5 characters; it needs at least 32.
The token is too easy to guess: it repeats itself. Use a random one, or let Rollbook generate it.
The token begins like one of Rollbook's, but its checksum is wrong: it was mistyped or cut off.
