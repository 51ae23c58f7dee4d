<?php
/**
 * User metas, fields of other plugins and attributes of own schemas that decide who gets in or what an account may do.
 */

declare( strict_types=1 );

$user   = static fn( string $name, array $more = array() ): array => array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $name, 'active' => true ) + $more;
$change = static fn( array ...$operations ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => $operations );
$map    = static fn( string $target, array $more = array() ): array => array( 'mappings' => array( array( 'path' => 'title', 'target' => $target, 'confirmed' => true ) + $more ) );

$attempts = array();

// Targets that are refused where the owner saves them.
$refused = array(
	'the capabilities'                          => 'meta:wp_capabilities',
	'the capabilities in capitals'              => 'meta:WP_CAPABILITIES',
	'the capabilities in mixed case'            => 'meta:wp_Capabilities',
	'the capabilities of another site'          => 'meta:wp_2_capabilities',
	'the capabilities under another prefix'     => 'meta:site7_capabilities',
	'the capabilities with an accent'           => "meta:wp_c\u{E0}pabilities",
	'the capabilities with a combining accent'  => "meta:wp_ca\u{300}pabilities",
	'the capabilities with a Cyrillic a'        => "meta:wp_c\u{430}pabilities",
	'the capabilities with a ligature'          => "meta:wp_capabil\u{133}ties",
	'the capabilities in full width'            => "meta:wp_\u{FF43}apabilities",
	'the capabilities with a soft hyphen'       => "meta:wp_capa\u{AD}bilities",
	'the capabilities with an invisible blank'  => "meta:wp_capabilities\u{200B}",
	'the capabilities with a long s'            => "meta:wp_capabilitie\u{17F}",
	'the capabilities by a wildcard for one'    => 'meta:wp_capabilitie_',
	'the capabilities by a wildcard for any'    => 'meta:wp_capab%',
	'the capabilities with a null byte'         => "meta:wp_capabilities\u{0}x",
	'the capabilities with a backslash'         => 'meta:wp_capa\\bilities',
	'the capabilities as a path of an array'    => 'meta:wp_capabilities[administrator]',
	'the capabilities as a field'               => 'field:wp_capabilities',
	'the roles as a field'                      => 'field:roles',
	'the role as a field'                       => 'field:role',
	'the rights of an account as a place'       => 'account:role',
	'the super administrators as a place'       => 'site:site_admins',
	'an option as a place'                      => 'option:default_role',
	'the level'                                 => 'meta:wp_user_level',
	'the level without a prefix'                => 'meta:user_level',
	'sessions'                                  => 'meta:session_tokens',
	'sessions in capitals with a blank inside'  => "meta:Session_Tokens\u{A0}",
	'application passwords'                     => 'meta:_application_passwords',
	'a pending address'                         => 'meta:_new_email',
	'the main site'                             => 'meta:primary_blog',
	'the settings of the administration'        => 'meta:wp_user-settings',
	'the owning site'                           => 'meta:rollbook_owning_site',
	'the identity that another plugin reads'    => 'meta:wpo365_scim_external_id',
	'a second factor'                           => 'meta:_two_factor_enabled_providers',
	'a secret of ACF'                           => 'acf:wp_capabilities',
	'sessions by ACF'                           => 'acf:session_tokens',
	'the number of the account'                 => 'field:ID',
	'the login'                                 => 'field:user_login',
	'the hash of the password'                  => 'field:user_pass',
	'the key of a password reset'               => 'field:user_activation_key',
	'the state of the account'                  => 'field:user_status',
	'the address'                               => 'field:user_email',
	'the name in addresses'                     => 'field:user_nicename',
	'metas of a new account'                    => 'field:meta_input',
);
foreach ( $refused as $what => $target ) {
	// The last one takes the others' place under a name that is none: `capabilitie_` is a meta of its own.
	$attempts[ "an attribute is mapped to $what" ] = 'meta:wp_capabilitie_' === $target
		? array( array( 'settings', $map( $target ) ), array( 'open', 'wp_capabilitie_' ), array( 'POST', '/Users', $user( 'mallory', array( 'title' => 'administrator' ) ), 201 ) )
		: array( array( 'refused', $map( $target ), 'mappings[0].target' ) );
}

$serialized = 'a:1:{s:13:"administrator";b:1;}';
$attempts  += array(
	'a mapped attribute becomes an array of rights'     => array( array( 'open', 'priv_meta' ), array( 'settings', $map( 'meta:priv_meta' ) ), array( 'POST', '/Users', $user( 'mallory', array( 'title' => $serialized ) ), 201 ) ),
	'a mapped attribute ends a text of SQL'             => array( array( 'open', 'priv_meta' ), array( 'settings', $map( 'meta:priv_meta' ) ), array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'add', 'path' => 'title', 'value' => "x', meta_key = 'wp_capabilities', meta_value = '$serialized" ) ), 200 ) ),
	'a language that is a path'                         => array( array( 'POST', '/Users', $user( 'mallory', array( 'preferredLanguage' => '../../uploads/evil', 'locale' => '../../uploads/evil' ) ), 201 ) ),
	'attributes named after what WordPress stores'      => array( array( 'POST', '/Users', $user( 'mallory', array( 'role' => 'administrator', 'wp_capabilities' => array( 'administrator' => true ), 'caps' => array( 'manage_options' ), 'allcaps' => array( 'manage_options' => true ), 'user_level' => 10, 'ID' => '{boss.number}', 'user_login' => '{boss.login}', 'user_email' => '{boss.email}', 'user_pass' => 'x', 'meta_input' => array( 'wp_capabilities' => array( 'administrator' => true ) ) ) ), 201 ) ),
	'a schema of its own with rights'                   => array( array( 'POST', '/Users', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User', 'urn:wordpress:2.0:User' ), 'urn:wordpress:2.0:User' => array( 'wp_capabilities' => array( 'administrator' => true ), 'role' => 'administrator', 'session_tokens' => 'x' ) ) + $user( 'mallory' ), 201 ) ),
	'a schema of its own, attribute by attribute'       => array( array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'add', 'path' => 'urn:wordpress:2.0:User:wp_capabilities', 'value' => array( 'administrator' => true ) ), array( 'op' => 'add', 'path' => 'urn:wordpress:2.0:User:role', 'value' => 'administrator' ) ), 200 ) ),
	'a PATCH without a path names what WordPress stores' => array( array( 'PATCH', '/Users/{person}', $change( array( 'op' => 'add', 'value' => array( 'wp_capabilities' => array( 'administrator' => true ), 'meta:session_tokens' => 'x', 'roles' => array( array( 'value' => 'administrator', 'primary' => true ) ) ) ) ), 200 ) ),
	'a list is written where rights are an array'       => array( array( 'open', 'priv_list' ), array( 'settings', $map( 'meta:priv_list', array( 'path' => 'roles', 'values' => 'list' ) ) ), array( 'POST', '/Users', $user( 'mallory', array( 'roles' => array( array( 'value' => 'administrator' ), array( 'value' => 'manage_options' ) ) ) ), 201 ) ),
	'a transform makes another key'                     => array( array( 'open', 'priv_meta' ), array( 'settings', $map( 'meta:priv_meta', array( 'transform' => array( 'pattern' => '^', 'replacement' => 'wp_capabilities=' ) ) ) ), array( 'POST', '/Users', $user( 'mallory', array( 'title' => 'administrator' ) ), 201 ) ),
);
return $attempts;
