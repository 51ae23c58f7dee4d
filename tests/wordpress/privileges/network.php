<?php
/**
 * Rights in a network of sites, tried with the token of one of them: over the network, and on another site.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$email  = static fn( string $address ): array => array( 'emails' => array( array( 'value' => $address, 'type' => 'work', 'primary' => true ) ) );
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$set    = static fn( string $path, mixed $value ): array => $change( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) );
$group  = static fn( string ...$ids ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ), 'displayName' => 'Editors', 'members' => array_map( static fn( string $id ): array => array( 'value' => $id ), $ids ) );

$open     = array( 'settings', array( 'link_credentials' => 'always', 'password_sync' => true, 'username' => array( 'from' => 'userName', 'rename' => true ), 'mappings' => array( array( 'path' => 'title', 'target' => 'meta:priv_meta' ) ) ) );
$password = array( 'password' => 'Correct-Horse-7-Battery' );
$attempts = array(
	'the list of super administrators has a login that is free'              => array( array( 'super', 'mallory' ), array( 'POST', '/Users', $user( 'mallory', $email( 'mallory@priv.test' ) ), array( 201, 400, 409 ) ) ),
	'a rename to a login in the list of super administrators'                => array( array( 'super', 'mallory' ), $open, array( 'PATCH', '/Users/{person}', $set( 'userName', 'mallory' ), array( 200, 400, 409 ) ) ),
	'a rename to a login in that list in capitals'                           => array( array( 'super', 'mallory' ), $open, array( 'PATCH', '/Users/{person}', $set( 'userName', 'MALLORY' ), array( 200, 400, 409 ) ) ),
	'a rename to a login in that list with an accent'                        => array( array( 'super', 'mallory' ), $open, array( 'PATCH', '/Users/{person}', $set( 'userName', "m\u{E0}llory" ), array( 200, 400, 409 ) ) ),
	'a token of a site is good for another site'                             => array( array( 'GET', '{first}/Users', null, 401 ), array( 'POST', '{first}/Users', $user( 'mallory', $email( 'mallory@priv.test' ) ), 401 ) ),
	'the first site is reached by its number in the request'                 => array( array( 'POST', '/Users?blog_id=1', $user( 'mallory', $email( 'mallory@priv.test' ) ), 201 ) ),
	'the screens of the network'                                             => array( array( 'POST', '!/wp-admin/network/edit.php?action=updatesettings', 'x=1', array( 302, 400, 403, 404 ), array( 'Content-Type: application/x-www-form-urlencoded' ) ) ),
	'an administrator of another site is made one here by a group'           => array( array( 'settings', array( 'hand_given_roles' => 'overrule', 'role_rules' => array( array( 'filter' => 'groups.display eq "Editors"', 'role' => 'editor' ) ) ) ), array( 'POST', '/Groups', $group( '{super}' ), 201 ), array( 'task', 'roles' ) ),
);
foreach ( array( 'super' => 'a super administrator', 'boss' => 'an administrator of the site' ) as $name => $who ) {
	$attempts += array(
		"$who gets another address"      => array( $open, array( 'PATCH', "/Users/{{$name}}", $set( 'emails', array( array( 'value' => 'mallory@priv.test', 'primary' => true ) ) ), 403 ) ),
		"$who gets a password"           => array( $open, array( 'PATCH', "/Users/{{$name}}", $set( 'password', 'Correct-Horse-7-Battery' ), 403 ) ),
		"$who gets another login"        => array( $open, array( 'PATCH', "/Users/{{$name}}", $set( 'userName', 'mallory' ), 403 ) ),
		"$who is replaced"               => array( $open, array( 'PUT', "/Users/{{$name}}", $user( 'mallory', $password + array( 'title' => 'x' ) + $email( 'mallory@priv.test' ) ), 403 ) ),
		"$who is created again"          => array( $open, array( 'POST', '/Users', $user( 'mallory', $password + $email( "$name@priv.test" ) ), 409 ) ),
		"$who is deleted"                => array( array( 'settings', array( 'deletion' => array( 'policy' => 'delete' ) ) ), array( 'DELETE', "/Users/{{$name}}", null, 403 ) ),
	);
}
// An administrator of another site is a person here like all; the account is nobody's to change.
$attempts += array(
	'an administrator of another site gets another address' => array( $open, array( 'PUT', '/Users/{other}', $user( 'mallory', $password + array( 'title' => 'x', 'displayName' => 'Mallory' ) + $email( 'mallory@priv.test' ) ), array( 200, 403, 409 ) ) ),
	'an administrator of another site is linked and changed' => array( $open, array( 'POST', '/Users', $user( 'mallory', $password + array( 'title' => 'x', 'displayName' => 'Mallory' ) + $email( 'other@priv.test' ) ), array( 201, 409 ) ) ),
	'an administrator of another site is changed by a PATCH' => array( $open, array( 'PATCH', '/Users/{other}', $change( array( 'op' => 'replace', 'value' => $password + array( 'userName' => 'mallory', 'displayName' => 'Mallory' ) + $email( 'mallory@priv.test' ) ) ), array( 200, 403, 409 ) ) ),
);
return $attempts;
