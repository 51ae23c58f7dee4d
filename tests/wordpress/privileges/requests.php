<?php
/**
 * Requests that name somebody else, or that are more than they seem.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$set    = static fn( string $path, mixed $value ): array => $change( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) );
$email  = static fn( string $address ): array => array( 'emails' => array( array( 'value' => $address, 'type' => 'work', 'primary' => true ) ) );
$bulk   = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations );

$mallory  = $user( 'mallory', $email( 'mallory@priv.test' ) );
$attempts = array();

// The number of an account in the place of a person's id: elsewhere it made administrators.
$numbers = array(
	'as it is'              => '{boss.number}',
	'with a zero before'    => '0{boss.number}',
	'with a sign'           => '+{boss.number}',
	'with a point'          => '{boss.number}.0',
	'in powers'             => '{boss.number}e0',
	'with a blank'          => '{boss.number}%20',
	'with a null byte'      => '{boss.number}%00',
	'with SQL'              => '{boss.number}%20OR%201=1',
	'as a path'             => '{person}/../{boss.number}',
	'as an encoded path'    => '%2e%2e/Users/{boss.number}',
	'the first account'     => '1',
	'in Arabic digits'      => '%D9%A1',
	'as a login'            => '{boss.login}',
	'as an address'         => '{boss.email}',
	'a wildcard'            => '%25',
	'another wildcard'      => '____________________________________',
);
foreach ( $numbers as $how => $id ) {
	$attempts[ "the number of an account is its id, $how" ] = array(
		array( 'GET', "/Users/$id", null, 404 ),
		array( 'PUT', "/Users/$id", $mallory, 404 ),
		array( 'PATCH', "/Users/$id", $set( 'emails', array( array( 'value' => 'mallory@priv.test', 'primary' => true ) ) ), 404 ),
		array( 'DELETE', "/Users/$id", null, 404 ),
	);
}
$given = array(
	'the number of an account'  => '{boss.number}',
	'a number of JSON'          => 1,
	'the number one'            => '1',
	'its id'                    => '{boss}',
	'its login'                 => '{boss.login}',
	'an array'                  => array( 'value' => '{boss.number}' ),
);
foreach ( $given as $how => $value ) {
	$is_text = is_string( $value );
	$attempts[ "an external id is taken for an account: $how" ] = array( array( 'POST', '/Users', array( 'externalId' => $value ) + $mallory, array( 201, 400 ) ), array( 'PATCH', '/Users/{person}', $set( 'externalId', $value ), $is_text ? array( 200, 409 ) : array( 200, 400, 409 ) ) );
	$attempts[ "an id that was sent is taken for an account: $how" ] = array( array( 'POST', '/Users', array( 'id' => $value ) + $mallory, 201 ), array( 'PUT', '/Users/{person}', array( 'id' => $value ) + $user( 'person@priv.test', $email( 'person@priv.test' ) ), 200 ), array( 'PATCH', '/Users/{person}', $set( 'id', $value ), 400 ) );
}
return $attempts + array(
	'what is only read is written'                    => array( array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'replace', 'value' => array( 'id' => '{boss}', 'meta' => array( 'location' => '{boss}', 'resourceType' => 'Group', 'version' => 'W/"1"' ) ) ) ), array( 200, 400 ) ), array( 'PATCH', '/Users/{person}', $set( 'meta.resourceType', 'Group' ), 400 ), array( 'PATCH', '/Users/{person}', $set( 'meta.location', '{boss}' ), 400 ) ),
	'a manager who is an administrator lends rights'  => array( array( 'PATCH', '/Users/{person}', $set( 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', array( 'value' => '{boss}' ) ), 200 ) ),
	'a token for reading writes'                      => array( array( 'POST', '/Users', $mallory, 403, array( 'Authorization: Bearer {reading}' ) ), array( 'DELETE', '/Users/{person}', null, 403, array( 'Authorization: Bearer {reading}' ) ), array( 'POST', '/Bulk', $bulk( array( 'method' => 'DELETE', 'path' => '/Users/{person}' ) ), 403, array( 'Authorization: Bearer {reading}' ) ) ),
	'a token for reading writes by another method'    => array( array( 'GET', '/Users/{person}?_method=DELETE', null, array( 200, 403 ), array( 'Authorization: Bearer {reading}' ) ), array( 'POST', '/Users/{person}', '', array( 403, 405 ), array( 'Authorization: Bearer {reading}', 'X-HTTP-Method-Override: DELETE' ) ), array( 'POST', '/Users/.search', '{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}', array( 200, 403 ), array( 'Authorization: Bearer {reading}', 'X-HTTP-Method-Override: DELETE' ) ), array( 'GET', '/Users/{person}', null, 200 ) ),
	'the token is good for the REST API of WordPress' => array( array( 'POST', '!/index.php?rest_route=/wp/v2/users', array( 'username' => 'mallory', 'email' => 'mallory@priv.test', 'password' => 'x', 'roles' => array( 'administrator' ) ), array( 401, 403 ), array( 'Content-Type: application/json' ) ), array( 'POST', '!/index.php?rest_route=/wp/v2/settings', array( 'default_role' => 'administrator' ), array( 401, 403 ), array( 'Content-Type: application/json' ) ), array( 'GET', '!/index.php?rest_route=/wp/v2/users/me', null, array( 401, 403 ) ) ),
	'the token is good for the screens of WordPress'  => array( array( 'POST', '!/wp-admin/admin-post.php', 'action=rollbook_save_settings&default_role=administrator', array( 200, 302, 400, 403 ), array( 'Content-Type: application/x-www-form-urlencoded' ) ), array( 'POST', '!/wp-admin/admin-ajax.php', 'action=rollbook_self_test', array( 400, 403 ), array( 'Content-Type: application/x-www-form-urlencoded' ) ) ),
	'a path leads out of the service'                 => array( array( 'POST', '/../../wp/v2/users', $mallory, array( 401, 403, 404 ) ), array( 'POST', '/%2e%2e/%2e%2e/wp/v2/users', $mallory, array( 401, 403, 404 ) ), array( 'POST', '/Users/../../../wp/v2/users', $mallory, array( 401, 403, 404 ) ) ),
	'a reference of a Bulk leads elsewhere'           => array( array( 'POST', '/Bulk', $bulk( array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => '../../wp/v2/users', 'data' => $mallory ), array( 'method' => 'PATCH', 'path' => '/Users/bulkId:../../wp/v2/users/{boss.number}', 'data' => $set( 'roles', 'administrator' ) ), array( 'method' => 'POST', 'path' => 'https://priv.test/Users', 'data' => $mallory ), array( 'method' => 'POST', 'path' => '/../Users', 'data' => $mallory ) ), 200 ) ),
	'a filter that writes'                            => array( array( 'GET', '/Users?filter=' . rawurlencode( "userName eq \"x'; UPDATE wp_users SET user_email='mallory@priv.test'; -- \"" ), null, 200 ), array( 'GET', '/Users?filter=' . rawurlencode( 'password sw "$"' ), null, array( 200, 400, 403 ) ), array( 'GET', '/Users?attributes=user_pass,password,wp_capabilities,session_tokens', null, array( 200, 400 ) ) ),
	'what is not this service\'s'                     => array( array( 'POST', '/Me', $mallory, array( 403, 404, 501 ) ), array( 'POST', '/Schemas', $mallory, array( 403, 404, 405 ) ), array( 'PUT', '/ServiceProviderConfig', $mallory, array( 403, 404, 405 ) ), array( 'POST', '/', $mallory, array( 403, 404, 405 ) ) ),
	'a body of a form'                                => array( array( 'POST', '/Users', 'userName=mallory&role=administrator', array( 400, 415 ), array( 'Content-Type: application/x-www-form-urlencoded' ) ), array( 'POST', '/Users?userName=mallory&role=administrator', '', 400 ) ),
);
