--TEST--
Settings are completed, and refused with every place and reason
--FILE--
<?php
$role = static fn( string ...$names ): array => array( 'name' => array_shift( $names ), 'capabilities' => $names );
$site = array(
	'roles'        => array( $role( 'shop_manager', 'read', 'edit_users' ), $role( 'editor' ), $role( 'subscriber' ) ),
	'default_role' => 'subscriber',
);
$document = Rollbook\Settings::validate( array( 'default_role' => 'editor' ), array(), $site );
echo $document['default_role'], ' ', $document['deletion']['policy'], "\n";
var_dump( Rollbook\Settings::validate( $document, array(), $site ) === $document );
var_dump( Rollbook\Settings::validate( array(), array(), $site ) === Rollbook\Settings::defaults() );
list( 'paths' => $paths, 'targets' => $targets ) = Rollbook\Settings::suggestions();
var_dump( in_array( 'title', $paths, true ), in_array( 'field:description', $targets, true ) );
try {
	Rollbook\Settings::validate( array( 'role_rules' => array( array( 'filter' => 'department eq', 'role' => 'editor' ) ), 'colour' => 'red' ), array(), $site );
} catch ( Rollbook\InvalidSettings $exception ) {
	foreach ( $exception->problems() as $problem ) {
		echo $problem['place'], ': ', $problem['reason'], "\n";
	}
	var_dump( $exception instanceof Rollbook\Exception, count( explode( "\n", $exception->getMessage() ) ) );
}
try {
	Rollbook\Settings::validate( array( 'protected_roles' => array(), 'default_role' => 'administrator', 'role_rules' => array( array( 'filter' => 'active eq true', 'role' => 'shop_manager' ) ) ), array(), $site );
} catch ( Rollbook\InvalidSettings $exception ) {
	echo implode( ', ', array_column( $exception->problems(), 'place' ) ), "\n";
}
$lost = array( 'default_role' => 'lost' );
var_dump( Rollbook\Settings::validate( array( 'welcome_mail' => true ) + $lost, $lost, $site )['welcome_mail'] );
echo implode( ', ', array_column( Rollbook\Settings::problems( $lost, $site ), 'place' ) ), "\n";
echo implode( ', ', array_column( Rollbook\Settings::problems( array( 'colour' => 'red' ), $site ), 'place' ) ), "\n";
$protecting = Rollbook\Settings::protecting( array( 'protected_roles' => array( 'editor' ) ), $site );
var_dump( array() === array_diff( array( 'administrator', 'editor', 'shop_manager', 'edit_users' ), $protecting ) );
var_dump( in_array( 'shop_manager', Rollbook\Settings::protecting( array( 'protected_roles' => array( '-shop_manager' ) ), $site ), true ) );
echo implode( ' ', array_map( array( Rollbook\Settings::class, 'verdict' ), array( 'department', 'wp_capabilities', 'größe', "wp_capa\u{200b}bilities" ) ) ), "\n";
$link = static fn( int $id, bool $managed, bool $active, bool $unlinked, bool $protected ): array => array( 'user_id' => $id, 'managed' => $managed, 'active' => $active, 'unlinked' => $unlinked, 'protected' => $protected );
$links = array( $link( 1, true, true, false, true ), $link( 2, true, false, false, false ), $link( 3, false, true, true, false ), $link( 4, false, true, true, true ), $link( 5, false, true, false, false ) );
echo json_encode( Rollbook\Settings::links( array(), $links ) ), json_encode( Rollbook\Settings::links( array( 'existing_accounts' => 'apart' ), $links ) ), "\n";
?>
--EXPECTF--
editor deactivate
bool(true)
bool(true)
bool(true)
bool(true)
role_rules[0].filter: %s
colour: There is no such setting.
bool(true)
int(2)
default_role, role_rules[0].role
bool(true)
default_role
colour
bool(true)
bool(false)
open guarded odd guarded
{"unlinking":[1],"allowing_linking":[3],"locking":[1],"unlocking":[2]}{"unlinking":[1],"allowing_linking":[],"locking":[1],"unlocking":[2]}
