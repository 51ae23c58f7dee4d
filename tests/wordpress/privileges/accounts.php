<?php
/**
 * Accounts with rights that are linked, changed, taken over, deleted or made anew.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$email  = static fn( string $address ): array => array( 'emails' => array( array( 'value' => $address, 'type' => 'work', 'primary' => true ) ) );
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$set    = static fn( string $path, mixed $value ): array => $change( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) );
$bulk   = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations );

$passwords = array( 'settings', array( 'password_sync' => true ) );
$deleting  = array( 'settings', array( 'deletion' => array( 'policy' => 'reassign', 'reassign_to' => 'priv-writer' ) ) );
$always    = array( 'settings', array( 'link_credentials' => 'always', 'password_sync' => true, 'username' => array( 'from' => 'userName', 'rename' => true ) ) );

$attempts = array(
	"a POST with an administrator's address links the administrator" => array( $always, array( 'POST', '/Users', $user( 'mallory', array( 'password' => 'Correct-Horse-7-Battery' ) + $email( 'boss@priv.test' ) ), 409 ) ),
	"a POST with an administrator's address in capitals"              => array( array( 'POST', '/Users', $user( 'mallory', $email( 'BOSS@PRIV.TEST' ) ), 409 ) ),
	'a POST with an address beside another'                           => array( array( 'POST', '/Users', $user( 'mallory', array( 'emails' => array( array( 'value' => 'mallory@priv.test', 'primary' => true ), array( 'value' => 'boss@priv.test' ) ) ) ), 409 ) ),
	'a POST for an account that may edit users'                       => array( array( 'POST', '/Users', $user( 'mallory', $email( 'keeper@priv.test' ) ), 409 ) ),
	"a PUT over an administrator's account"                           => array( $always, array( 'PUT', '/Users/{boss}', $user( 'mallory', array( 'password' => 'Correct-Horse-7-Battery' ) + $email( 'mallory@priv.test' ) ), 403 ) ),
	"a PUT over an administrator's account with all as it was"        => array( $always, array( 'PUT', '/Users/{boss}', $user( 'priv-boss', array( 'displayName' => 'Mallory', 'title' => 'x' ) + $email( 'boss@priv.test' ) ), 403 ) ),
	'a PUT over an account that may edit users'                       => array( $always, array( 'PUT', '/Users/{keeper}', $user( 'mallory', $email( 'mallory@priv.test' ) ), 403 ) ),
	"a PATCH moves an administrator's address"                        => array( array( 'PATCH', '/Users/{boss}', $set( 'emails[type eq "work"].value', 'mallory@priv.test' ), 403 ) ),
	"a PATCH sets an administrator's password"                        => array( $passwords, array( 'PATCH', '/Users/{boss}', $set( 'password', 'Correct-Horse-7-Battery' ), 403 ) ),
	"a PATCH without a path sets an administrator's password"         => array( $passwords, array( 'PATCH', '/Users/{boss}', $change( array( 'op' => 'add', 'value' => array( 'password' => 'Correct-Horse-7-Battery', 'emails' => array( array( 'value' => 'm@priv.test', 'primary' => true ) ) ) ) ), 403 ) ),
	'a PATCH renames an administrator'                                => array( $always, array( 'PATCH', '/Users/{boss}', $set( 'userName', 'mallory' ), 403 ) ),
	"a PATCH gives an administrator the attributes of an identity"    => array( array( 'PATCH', '/Users/{boss}', $set( 'externalId', 'mallory' ), 403 ) ),
	'a DELETE of an administrator'                                    => array( $deleting, array( 'DELETE', '/Users/{boss}', null, 403 ) ),
	'a DELETE of an account that may edit users'                      => array( $deleting, array( 'DELETE', '/Users/{keeper}', null, 403 ) ),
	'a DELETE gives content with rights to another'                   => array( $deleting, array( 'DELETE', '/Users/{person}', null, 204 ) ),
	'a Bulk changes an administrator'                                 => array(
		$passwords,
		array(
			'POST',
			'/Bulk',
			$bulk(
				array( 'method' => 'PUT', 'path' => '/Users/{boss}', 'data' => $user( 'mallory', $email( 'mallory@priv.test' ) ) ),
				array( 'method' => 'PATCH', 'path' => '/Users/{boss}', 'data' => $set( 'password', 'Correct-Horse-7-Battery' ) ),
				array( 'method' => 'DELETE', 'path' => '/Users/{boss}' ),
				array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => 'boss', 'data' => $user( 'mallory', $email( 'boss@priv.test' ) ) ),
				array( 'method' => 'PATCH', 'path' => '/Users/bulkId:boss', 'data' => $set( 'password', 'Correct-Horse-7-Battery' ) ),
				array( 'method' => 'PATCH', 'path' => '/wp/v2/users/{boss.number}', 'data' => array( 'roles' => array( 'administrator' ) ) ),
			),
			200,
		),
	),
	"a person moves to an administrator's address"                    => array( array( 'PATCH', '/Users/{person}', $set( 'emails', array( array( 'value' => 'boss@priv.test', 'primary' => true ) ) ), 409 ) ),
	"a person moves to an administrator's address by a PUT"           => array( array( 'PUT', '/Users/{person}', $user( 'person@priv.test', $email( 'boss@priv.test' ) ), 409 ) ),
	'linking everybody takes administrators in'                       => array( array( 'settings', array( 'link_credentials' => 'always' ) ), array( 'task', 'linking', array( 'user_name' => 'email' ) ) ),
	'who is deleted comes back as an administrator with another address' => array(
		array( 'DELETE', '/Users/{person}', null, 204 ),
		array( 'promote', 'person' ),
		$always,
		array( 'POST', '/Users', $user( 'person@priv.test', array( 'password' => 'Correct-Horse-7-Battery' ) + $email( 'mallory@priv.test' ) ), 409 ),
	),
	'who is deleted comes back as an administrator with the same address' => array(
		array( 'DELETE', '/Users/{person}', null, 204 ),
		array( 'promote', 'person' ),
		$always,
		array( 'POST', '/Users', $user( 'person@priv.test', array( 'displayName' => 'Mallory', 'password' => 'Correct-Horse-7-Battery' ) + $email( 'person@priv.test' ) ), 409 ),
	),
	'who was promoted gets another address'                           => array( array( 'promote', 'person' ), array( 'PATCH', '/Users/{person}', $set( 'emails', array( array( 'value' => 'mallory@priv.test', 'primary' => true ) ) ), 200 ) ),
	'who was promoted is replaced'                                    => array( array( 'promote', 'person' ), $always, array( 'PUT', '/Users/{person}', $user( 'mallory', array( 'password' => 'Correct-Horse-7-Battery', 'displayName' => 'Mallory' ) + $email( 'mallory@priv.test' ) ), 200 ) ),
	'who was promoted gets a password'                                => array( array( 'promote', 'person' ), $passwords, array( 'PATCH', '/Users/{person}', $set( 'password', 'Correct-Horse-7-Battery' ), 200 ) ),
	'who was promoted is deleted and its content goes to another'     => array( array( 'promote', 'person' ), $deleting, array( 'DELETE', '/Users/{person}', null, 204 ), array( 'POST', '/Users', $user( 'person@priv.test', $email( 'mallory@priv.test' ) ), 409 ) ),
	'who was there before is taken over under another name and address' => array( $always, array( 'PUT', '/Users/{writer}', $user( 'mallory', array( 'password' => 'Correct-Horse-7-Battery' ) + $email( 'mallory@priv.test' ) ), 409 ) ),
	'who was there before is taken over and then made an administrator' => array(
		$always,
		array( 'PUT', '/Users/{writer}', $user( 'mallory', array( 'roles' => array( array( 'value' => 'administrator' ) ) ) + $email( 'writer@priv.test' ) ), 200 ),
		array( 'promote', 'writer' ),
		array( 'PATCH', '/Users/{writer}', $set( 'emails', array( array( 'value' => 'mallory@priv.test', 'primary' => true ) ) ), 200 ),
		array( 'PATCH', '/Users/{writer}', $set( 'userName', 'mallory-2' ), 200 ),
		array( 'PATCH', '/Users/{writer}', $set( 'password', 'Correct-Horse-7-Battery' ), 200 ),
	),
	'an administrator is deactivated and let in again'                => array( array( 'PATCH', '/Users/{boss}', $set( 'active', false ), 403 ), array( 'PATCH', '/Users/{boss}', $set( 'active', true ), 403 ) ),
);

// Addresses that a database or a mail server takes for an administrator's: its mails would go there, or theirs to it.
$addresses = array(
	'with an accent'         => "b\u{F6}ss@priv.test",
	'in full width'          => "\u{FF42}oss@priv.test",
	'with an invisible mark' => "boss\u{200B}@priv.test",
	'with a long s'          => "bo\u{17F}s@priv.test",
	'with a Kelvin sign'     => "\u{212A}eeper@priv.test",
	'with a blank'           => 'boss@priv.test ',
	'with a comment'         => 'boss(x)@priv.test',
	'in quotes'              => '"boss"@priv.test',
	'with a second one'      => 'boss@priv.test,mallory@priv.test',
	'with a line of a mail'  => "boss@priv.test\r\nBcc: mallory@priv.test",
	'with a null byte'       => "boss@priv.test\u{0}",
	'with a domain in IDNA'  => "boss@pr\u{131}v.test",
);
// What the database takes for the same is taken; everything else is no address for WordPress.
$taken = array( 'with a blank' => 409, 'with a Kelvin sign' => array( 400, 409 ) );
foreach ( $addresses as $how => $address ) {
	$status = $taken[ $how ] ?? 400;
	$attempts[ "a new account has an administrator's address, $how" ] = array( array( 'POST', '/Users', $user( 'mallory', $email( $address ) ), $status ) );
	$attempts[ "a person moves to an administrator's address, $how" ] = array( array( 'PATCH', '/Users/{person}', $set( 'emails', array( array( 'value' => $address, 'primary' => true ) ) ), $status ) );
}
return $attempts;
