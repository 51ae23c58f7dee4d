--TEST--
Settings are completed, and refused with every place and reason
--FILE--
<?php
$document = Rollbook\Settings::validate( array( 'default_role' => 'editor' ) );
echo $document['default_role'], ' ', $document['deletion']['policy'], "\n";
var_dump( Rollbook\Settings::validate( $document ) === $document );
var_dump( Rollbook\Settings::validate( array() ) === Rollbook\Settings::defaults() );
list( 'paths' => $paths, 'targets' => $targets ) = Rollbook\Settings::suggestions();
var_dump( in_array( 'title', $paths, true ), in_array( 'field:description', $targets, true ) );
try {
	Rollbook\Settings::validate( array( 'role_rules' => array( array( 'filter' => 'department eq', 'role' => 'editor' ) ), 'colour' => 'red' ) );
} catch ( Rollbook\InvalidSettings $exception ) {
	foreach ( $exception->problems() as $problem ) {
		echo $problem['place'], ': ', $problem['reason'], "\n";
	}
	var_dump( $exception instanceof Rollbook\Exception, count( explode( "\n", $exception->getMessage() ) ) );
}
?>
--EXPECTF--
editor deactivate
bool(true)
bool(true)
bool(true)
bool(true)
role_rules[0].filter: %s
colour: there is no such setting
bool(true)
int(2)
