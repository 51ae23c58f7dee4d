<?php
// Engines that are of no use: each is said so in time, with the reason, and nothing is taken for an answer. And the constants are those of
// the extension, which this PHP has loaded.
declare( strict_types=1 );

$folder = realpath( $argv[1] ) . '/engines';
is_dir( $folder ) || mkdir( $folder );
$good    = (string) getenv( 'ROLLBOOK_ENGINE' );
$plugin  = (string) getenv( 'ROLLBOOK_PLUGIN' );
$engines = array(
	'missing'    => array( null, '/could not be started|has ended/' ),
	'truncated'  => array( substr( (string) file_get_contents( $good ), 0, 10_000 ), '/could not be started|has ended/' ),
	'no-program' => array( 'not a program', '/could not be started|has ended/' ),
	'dying'      => array( "#!/bin/sh\nread line\nexit 3\n", '/has ended/' ),
	'silent'     => array( "#!/bin/sh\nexec sleep 60\n", '/no answer within/' ),
	'late'       => array( "#!/bin/sh\nread line\nsleep 60\necho '{\"value\":1}'\n", '/no answer within/' ),
	'babbling'   => array( "#!/bin/sh\nread line\necho 'PHP Warning: something'\nsleep 1\n", '/no answer/' ),
	'lying'      => array( "#!/bin/sh\nread line\necho '[]'\nsleep 1\n", '/no answer/' ),
	'confused'   => array( "#!/bin/sh\nread line\necho '{\"value\":7}'\nsleep 1\n", '/no answer/' ),
	'endless'    => array( "#!/bin/sh\nread line\nwhile :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done\n", '/no answer/' ),
);
$try     = <<<'TRY'
define( 'ABSPATH', '/' );
define( 'ROLLBOOK_ENGINE', $argv[1] );
require $argv[2] . '/engine/load.php';
foreach ( array( 1, 2 ) as $time ) {
	$started = microtime( true );
	try {
		var_export( Rollbook\Settings::defaults() );
	} catch ( Rollbook\EngineFailure $failure ) {
		echo $failure->getMessage(), "\n";
	}
	echo microtime( true ) - $started < ( 1 === $time ? 8 : 0.1 ) ? '' : "too late\n";
}
TRY;
$wrong = 0;
foreach ( $engines as $name => list( $content, $reason ) ) {
	$file = "$folder/$name";
	@unlink( $file );
	if ( null !== $content ) {
		file_put_contents( $file, $content );
		chmod( $file, 0700 );
	}
	$said  = (string) shell_exec( sprintf( 'php -n -d memory_limit=160M -r %s %s %s 2>&1', escapeshellarg( $try ), escapeshellarg( $file ), escapeshellarg( $plugin ) ) );
	$lines = array_values( array_filter( explode( "\n", $said ) ) );
	$is_so = 2 === count( $lines ) && $lines[0] === $lines[1] && preg_match( $reason, $said ) && str_contains( $said, $file );
	echo $is_so ? '' : "WRONG: $name says: " . substr( $said, 0, 600 ) . "\n";
	$wrong += $is_so ? 0 : 1;
}
// No secret can stand in the arguments or the environment of the program: it gets neither.
$spy = "$folder/spy";
file_put_contents(
	$spy,
	<<<'SPY'
	#!/bin/sh
	read line
	echo "{\"value\":\"$# arguments, $(wc -c < /proc/$$/environ) bytes of environment\"}"
	SPY . "\n"
);
chmod( $spy, 0700 );
$said  = (string) shell_exec( sprintf( 'ROLLBOOK_SECRET=secret php -n -r %s %s %s 2>&1', escapeshellarg( str_replace( 'Settings::defaults()', "Settings::verdict( 'x' )", $try ) ), escapeshellarg( $spy ), escapeshellarg( $plugin ) ) );
$is_so = str_contains( $said, '0 arguments, 0 bytes of environment' );
echo $is_so ? '' : "WRONG: the program is given something: $said\n";
$wrong += $is_so ? 0 : 1;
$constants = '/const (\w+)\s*= (\d+);/';
preg_match_all( $constants, (string) file_get_contents( "$plugin/engine/class-exchange.php" ), $ours, PREG_SET_ORDER );
foreach ( ( new ReflectionClass( Rollbook\Exchange::class ) )->getConstants() as $name => $value ) {
	if ( ! in_array( array( $name, (string) $value ), array_map( static fn( array $found ): array => array( $found[1], $found[2] ), $ours ), true ) ) {
		echo "WRONG: $name is $value in the extension\n";
		++$wrong;
	}
}
foreach ( array( 'Exchange', 'Settings', 'Token', 'InvalidSettings' ) as $class ) {
	preg_match_all( '/public (?:static )?function (\w+)/', (string) file_get_contents( $plugin . '/engine/class-' . strtolower( (string) preg_replace( '/(?<=[a-z])(?=[A-Z])/', '-', $class ) ) . '.php' ), $methods );
	foreach ( ( new ReflectionClass( "Rollbook\\$class" ) )->getMethods() as $method ) {
		if ( '__construct' !== $method->name && $method->class === "Rollbook\\$class" && ! in_array( $method->name, $methods[1], true ) ) {
			echo "WRONG: the engine's $class has no $method->name()\n";
			++$wrong;
		}
	}
}
echo 0 === $wrong ? sprintf( "%d engines of no use are said to be; classes and constants are the extension's\n", count( $engines ) ) : '';
exit( 0 === $wrong ? 0 : 1 );
