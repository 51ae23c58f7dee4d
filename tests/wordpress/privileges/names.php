<?php
/**
 * Names and addresses that are taken for an administrator's.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$email  = static fn( string $address ): array => array( 'emails' => array( array( 'value' => $address, 'type' => 'work', 'primary' => true ) ) );
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$set    = static fn( string $path, mixed $value ): array => $change( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) );

$attempts = array();

// An account of an administrator's login, in the spellings that a database or a browser takes for it.
$spellings = array(
	'as it is'                  => 'priv-boss',
	'in capitals'               => 'PRIV-BOSS',
	'with blanks around'        => " priv-boss\t",
	'with an accent'            => "priv-b\u{F6}ss",
	'with a combining accent'   => "priv-bo\u{308}ss",
	'in full width'             => "\u{FF50}\u{FF52}\u{FF49}\u{FF56}-\u{FF42}\u{FF4F}\u{FF53}\u{FF53}",
	'with an invisible blank'   => "priv-bo\u{200B}ss",
	'with a soft hyphen'        => "priv-bo\u{AD}ss",
	'with a sharp s'            => "priv-bo\u{DF}",
	'with a long s'             => "priv-bo\u{17F}\u{17F}",
	'with a Cyrillic o'         => "priv-b\u{43E}ss",
	'with markup'               => 'priv-<b>boss</b>',
	'with an entity'            => 'priv-b&#111;ss',
	'with a null byte'          => "priv-boss\u{0}x",
	'with a percent sign'       => 'priv-b%6Fss',
	'with a blank that is none' => "priv-boss\u{A0}",
	'with a mark of direction'  => "\u{202E}priv-boss",
	'as its address'            => 'boss@priv.test',
);
foreach ( $spellings as $how => $name ) {
	$attempts[ "a new account takes an administrator's login, $how" ]         = array( $name, 'POST' );
	$attempts[ "a rename takes an administrator's login, $how" ]              = array( $name, 'PATCH' );
	$attempts[ "a rename of the account takes an administrator's login, $how" ] = array( $name, 'RENAME' );
}
// A null byte is refused. The address of a protected account is refused once the account is in the registry, as a POST puts it there.
$statuses = array( "priv-boss\u{0}x" => 400, 'boss@priv.test' => array( 200, 409 ) );
foreach ( $attempts as $hole => list( $name, $way ) ) {
	$status            = $statuses[ $name ] ?? ( 'POST' === $way ? 201 : 200 );
	$attempts[ $hole ] = match ( $way ) {
		'POST'   => array( array( 'POST', '/Users', $user( $name ) + $email( 'mallory@priv.test' ), $status ) ),
		'PATCH'  => array( array( 'PATCH', '/Users/{person}', $set( 'userName', $name ), $status ) ),
		'RENAME' => array( array( 'settings', array( 'username' => array( 'from' => 'userName', 'rename' => true ) ) ), array( 'PATCH', '/Users/{person}', $set( 'userName', $name ), $status ) ),
	};
}
return $attempts;
