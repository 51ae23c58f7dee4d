--TEST--
phpinfo() has a section, and the classes are there
--FILE--
<?php
ob_start();
phpinfo( INFO_MODULES );
preg_match( '/^Version => (\S+)$/m', strstr( ob_get_clean(), "\nrollbook\n" ) ?: '', $version );
var_dump( phpversion( 'rollbook' ) === $version[1] );
echo implode( ' ', array_map( static fn( $class ) => $class->getShortName(), ( new ReflectionExtension( 'rollbook' ) )->getClasses() ) ), "\n";
var_dump( ( new ReflectionClass( Rollbook\Exchange::class ) )->isFinal() );
try {
	unserialize( serialize( Rollbook\Exchange::open( array(), array(), array() ) ) );
} catch ( Exception $exception ) {
	echo $exception->getMessage(), "\n";
}
?>
--EXPECT--
bool(true)
Exception InvalidToken OutOfTurn InvalidSettings Exchange Token Settings Alerts
bool(true)
Serialization of 'Rollbook\Exchange' is not allowed
