<?php
/**
 * Roles that the owner has not opened, by rules, groups, attributes and background work.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$group  = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ), 'displayName' => $name ) + $more;
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$set    = static fn( string $path, mixed $value ): array => $change( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) );
$rules  = static fn( string $filter, string $role, array $more = array() ): array => array( 'role_rules' => array( array( 'filter' => $filter, 'role' => $role ) ) ) + $more;

$member   = static fn( string ...$ids ): array => array( 'members' => array_map( static fn( string $id ): array => array( 'value' => $id ), $ids ) );
$editors  = array( 'settings', $rules( 'groups.display eq "Editors"', 'editor' ) );
$attempts = array();

// The role in each shape that identity providers send it in.
$shapes = array(
	'as a text'                   => 'administrator',
	'as a list of texts'          => array( 'administrator' ),
	'as a list of objects'        => array( array( 'value' => 'administrator', 'primary' => true, 'type' => 'WindowsAzureActiveDirectoryRole' ) ),
	'by its display name'         => array( array( 'value' => 'x', 'display' => 'Administrator' ) ),
	'as a JSON text'              => array( array( 'value' => '{"id":"1","value":"administrator","displayName":"administrator"}' ) ),
	'as a serialized array'       => array( array( 'value' => 'a:1:{s:13:"administrator";b:1;}' ) ),
	'among others'                => array( array( 'value' => 'subscriber' ), array( 'value' => 'administrator' ) ),
	'of somebody who edits users' => array( array( 'value' => 'priv_keeper', 'primary' => true ) ),
	'with blanks and a capital'   => array( array( 'value' => ' Administrator ' ) ),
	'as a right'                  => array( array( 'value' => 'manage_options' ) ),
);
foreach ( array( 'roles', 'entitlements', 'x509Certificates' ) as $attribute ) {
	foreach ( $shapes as $how => $value ) {
		if ( 'roles' !== $attribute && ! is_array( $value[0] ) ) {
			continue; // Only roles are taken as texts.
		}
		$attempts[ "a role in $attribute, $how" ] = array( array( 'POST', '/Users', $user( 'mallory', array( $attribute => $value ) ), array( 201, 400 ) ), array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'add', 'path' => $attribute, 'value' => $value ) ), array( 200, 204, 400 ) ) );
	}
}
foreach ( array( 'userType', 'title', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department' ) as $path ) {
	$attempts[ "a role in $path" ] = array( array( 'PATCH', '/Users/{person}', $set( $path, 'administrator' ), 200 ) );
}
foreach ( array( 'administrator', 'Administrator', 'priv_keeper', 'super_admin', 'editor' ) as $name ) {
	$attempts[ "a group named $name" ] = array( array( 'POST', '/Groups', $group( $name, $member( '{person}' ) ), 201 ) );
}
foreach ( array( 'administrator', 'priv_keeper' ) as $role ) {
	$attempts += array(
		"a rule gives $role"                    => array( array( 'refused', $rules( 'active eq true', $role ), 'role_rules[0].role' ) ),
		"new people are $role"                  => array( array( 'refused', array( 'default_role' => $role ), 'default_role' ) ),
		"the site makes everybody new a $role"  => array( array( 'site', 'default_role', $role ), array( 'settings', array( 'default_role' => null ) ), array( 'POST', '/Users', $user( 'mallory' ), 201 ) ),
		"a rule's role becomes one of a $role"  => array( array( 'settings', $rules( 'active eq true', 'priv_helper' ) ), array( 'grow', 'priv_helper', $role ), array( 'POST', '/Users', $user( 'mallory' ), 201 ), array( 'PATCH', '/Users/{person}', $set( 'title', 'x' ), 200 ), array( 'task', 'roles' ) ),
	);
}
return $attempts + array(
	'a group that the rules know, claimed in the person'    => array( $editors, array( 'POST', '/Groups', $group( 'Editors' ), 201 ), array( 'POST', '/Users', $user( 'mallory', array( 'groups' => array( array( 'value' => '{last}', 'display' => 'Editors' ) ) ) ), 201 ), array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'add', 'path' => 'groups', 'value' => array( array( 'value' => '{last}', 'display' => 'Editors' ) ) ) ), 400 ), array( 'task', 'roles' ) ),
	'a group that the rules know, under a schema of its own' => array( $editors, array( 'POST', '/Users', $user( 'mallory', array( 'urn:x:2.0:User' => array( 'groups' => array( array( 'display' => 'Editors' ) ) ) ) ), 201 ) ),
	'a group that the rules know, with an invisible mark'   => array( $editors, array( 'POST', '/Groups', $group( "Edit\u{200B}ors", $member( '{person}' ) ), 201 ) ),
	'a group that the rules know, in full width'            => array( $editors, array( 'POST', '/Groups', $group( "\u{FF25}ditors", $member( '{person}' ) ), 201 ) ),
	'a group that the rules know, with an accent'           => array( $editors, array( 'POST', '/Groups', $group( "\u{C9}ditors", $member( '{person}' ) ), 201 ) ),
	'a group that the rules know, with an external id'      => array( $editors, array( 'POST', '/Groups', $group( 'x', array( 'externalId' => 'Editors' ) + $member( '{person}' ) ), 201 ) ),
	'administrators join a group whose rule gives a role'   => array( $editors, array( 'open', 'editor' ), array( 'settings', array( 'hand_given_roles' => 'overrule' ) ), array( 'POST', '/Groups', $group( 'Editors', $member( '{person}', '{boss}', '{keeper}' ) ), 201 ), array( 'task', 'roles' ) ),
	'a role of other settings for everybody'                => array( array( 'settings', array( 'hand_given_roles' => 'overrule', 'default_role' => 'subscriber' ) ), array( 'task', 'roles' ) ),
	'who was promoted keeps the role when all is overruled' => array( array( 'promote', 'person' ), array( 'settings', array( 'hand_given_roles' => 'overrule' ) ), array( 'PATCH', '/Users/{person}', $set( 'title', 'x' ), 200 ), array( 'task', 'roles' ) ),
	'a group of groups leads to a role'                     => array( $editors, array( 'POST', '/Groups', $group( 'Outer', $member( '{person}' ) ), 201 ), array( 'POST', '/Groups', $group( 'Inner', $member( '{last}' ) ), 201 ) ),
	'a group of an account by its number'                   => array( $editors, array( 'POST', '/Groups', $group( 'Editors', $member( '{person.number}' ) ), array( 201, 400, 404 ) ) ),
	'a removal that leaves a role to others'                => array( $editors, array( 'open', 'editor' ), array( 'POST', '/Groups', $group( 'Editors', $member( '{person}' ) ), 201 ), array( 'DELETE', '/Groups/{last}', null, 204 ) ),
);
