<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;

/** What each kind of request asks the database, statement by statement, and what for. */
final class StatementsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const TOKENS = array( 'SELECT id, name, hash% FROM {tokens}' => 'the tokens: whether the request is let in' );
	private const LOG    = array( 'INSERT INTO {activity}' => 'the activity log' );
	private const PERSON = array(
		'SELECT p.part AS rollbook_part, r.row_id% WHERE u.id' => 'the person: row, account, metas and groups',
	);
	private const BEGIN  = array(
		'START TRANSACTION'  => 'all of it or nothing',
		'SAVEPOINT rollbook' => 'tells whether a hook has ended the transaction',
	);
	private const LOSS   = array(
		'SELECT (SELECT option_value FROM {options}%MAX(decided)%COUNT(DISTINCT user_id) FROM {losses}' => 'whether the alarm is raised, since when losses count, and how many have lost something today',
		'INSERT INTO {losses}' => 'what the person loses, so that the owner can undo it',
	);
	private const ROLES  = array(
		'SELECT u.id, u.user_id, u.version, m.umeta_id%FROM {users} u INNER JOIN {groups} g%{usermeta}%FOR UPDATE' => 'locks the group, the person and the metas',
		'UPDATE {users} SET ruling%version = version + 1' => 'what the rules have decided; whoever decided on the old groups decides anew',
		'UPDATE {usermeta} SET meta_value = CASE meta_key' => 'the role',
		'UPDATE {groups} SET written_by' => 'the group',
	);
	private const MEMBERS = array(
		'SELECT m.group_row, m.member_id%FROM {group_members}' => 'the members, for the answer, if they are not too many',
	);
	private const END    = array(
		'RELEASE SAVEPOINT rollbook' => 'fails if a hook has ended the transaction',
		'COMMIT'                     => 'all of it stands',
	);

	private const GONE   = array(
		'UPDATE {users} SET active' => 'nobody logs in any more',
		'DELETE FROM {group_members}' => 'the memberships',
		'SELECT row_id, path, value FROM {lookups}' => 'the matchable values, to write only what differs',
		'DELETE FROM {lookups}' => 'that of a living person',
		'INSERT IGNORE INTO {lookups}' => 'those by which the person is known on return',
		'SELECT umeta_id FROM {usermeta}' => 'WordPress: the sessions, none',
		'UPDATE {users} SET deleted' => 'name and address are free',
		'RELEASE SAVEPOINT rollbook' => 'fails if a hook has ended the transaction',
		'COMMIT'                     => 'all of it stands',
		'SELECT 0 AS holder, row_id FROM {lookups}'          => 'who waits for the address',
		'SELECT u.row_id% FROM {users}'                      => 'whoever has it',
		'SELECT m.member_id, g.row_id% FROM {group_members}' => 'and their groups',
		'INSERT INTO {activity}' => 'the activity log',
	);

	/**
	 * By operation: how each statement begins (% stands for anything), and what it is for. WordPress's own SHOW FULL COLUMNS come once in
	 * a request and are left out.
	 *
	 * @return array<string, list<array{string, string}>>
	 */
	private static function table(): array {
		$list = static function ( array ...$parts ): array {
			$rows = array();
			foreach ( $parts as $part ) {
				foreach ( $part as $statement => $purpose ) {
					$rows[] = array( $statement, $purpose );
				}
			}
			return $rows;
		};
		return array(
			'find by id'      => $list( self::TOKENS, self::PERSON, self::LOG ),
			'PATCH, no change' => $list( self::TOKENS, self::PERSON, self::LOG ),
			'find, found'     => $list(
				self::TOKENS,
				array(
					'SELECT u.row_id% FROM {users}'                        => 'the page; it ends the list, so it is counted',
					'SELECT * FROM {wp_users} WHERE ID IN'                 => 'the accounts',
					'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'their metas: roles, rights, values of mappings',
					'SELECT m.member_id, g.row_id% FROM {group_members}'   => 'their groups',
				),
				self::LOG
			),
			'find, nobody'    => $list(
				self::TOKENS,
				array(
					'SELECT u.row_id% FROM {users}'                     => 'the page; it ends the list, so it is counted',
					'SELECT 0 AS holder, row_id FROM {users}'           => 'an account that has the name as its address',
					'SELECT w.ID FROM (SELECT ID FROM {wp_users}%{usermeta}%LEFT JOIN {users} u' => 'an account without a row that has that login, or for which another SCIM plugin has kept the name',
				),
				self::LOG
			),
			'POST'            => $list(
				self::TOKENS,
				array(
					'SELECT 0 AS holder, row_id FROM {users}'           => 'who conflicts with name, address and externalId',
					'SELECT w.ID FROM (SELECT ID FROM {wp_users}%LEFT JOIN {users} u' => 'an account that is there already and has no row yet',
				),
				self::BEGIN,
				array(
					'INSERT INTO {users}'               => 'the row, which claims name and address',
					'SELECT 1 FROM {lookups}'           => 'what an undone row of the same number may have left',
					'INSERT IGNORE INTO {lookups}'      => 'the matchable values',
				),
				array( 'SELECT * FROM {wp_users} WHERE user_login' => 'WordPress: the login is free' ),
				array( 'SELECT ID FROM {wp_users} WHERE user_nicename' => 'WordPress: so is the name in addresses' ),
				array( 'SELECT * FROM {wp_users} WHERE user_email' => 'WordPress: so is the address' ),
				array( 'INSERT INTO `{wp_users}`' => 'the account' ),
				array( 'SELECT * FROM {wp_users} WHERE ID =' => 'WordPress: the account that its hooks get' ),
				array( 'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'WordPress: its metas, none so far' ),
				array( 'UPDATE {users} SET user_id' => 'the row knows the account, before any plugin hears of it' ),
				array( 'INSERT INTO {usermeta}' => 'all metas at once, the role among them' ),
				array( 'SELECT * FROM {wp_users} WHERE ID' => 'the account, as plugins have left it' ),
				array( 'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'its metas, as plugins have left them' ),
				array( 'UPDATE {users} SET active' => 'the person exists; what WordPress has made of the values' ),
				self::END,
				self::LOG
			),
			'PATCH'           => $list(
				self::TOKENS,
				self::PERSON,
				self::BEGIN,
				array( 'UPDATE {users} SET active' => 'the row, if nobody has written it since' ),
				array( 'SELECT row_id, path, value FROM {lookups}' => 'the matchable values, to write only what differs' ),
				array( 'UPDATE {users} SET active' => 'what WordPress has made of the values' ),
				self::END,
				self::LOG
			),
			'PATCH, account'  => $list(
				self::TOKENS,
				self::PERSON,
				self::BEGIN,
				array( 'UPDATE {users} SET active' => 'the row, if nobody has written it since' ),
				array( 'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'whether the account has got rights since' ),
				array( 'SELECT * FROM {wp_users} WHERE ID =' => 'WordPress: the account before' ),
				array( 'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'WordPress: its metas' ),
				array( 'SELECT ID FROM {wp_users} WHERE user_nicename' => 'WordPress: the name in addresses is free' ),
				array( 'UPDATE `{wp_users}`' => 'the account' ),
				array( 'SELECT * FROM {wp_users} WHERE ID' => 'the account, as plugins have left it' ),
				array( 'SELECT user_id, meta_key, meta_value FROM {usermeta}' => 'its metas, as plugins have left them' ),
				array( 'SELECT row_id, path, value FROM {lookups}' => 'the matchable values, to write only what differs' ),
				array( 'INSERT IGNORE INTO {lookups}' => 'the new one' ),
				array( 'UPDATE {users} SET active' => 'what WordPress has made of the values' ),
				self::END,
				self::LOG
			),
			'one joins'       => $list(
				self::TOKENS,
				array(
					'SELECT g.row_id%AS nested FROM {groups} g WHERE g.id'  => 'the group, and whether any group is in another',
					'SELECT c.id, \'User\' AS kind, EXISTS%FROM {users} c' => 'the person exists, and is no member yet',
				),
				self::PERSON,
				self::BEGIN,
				self::ROLES,
				array( 'INSERT IGNORE INTO {group_members}%SELECT%FROM {users} u' => 'the membership, if the person still exists' ),
				self::MEMBERS,
				self::END,
				self::LOG
			),
			'one leaves'      => $list(
				self::TOKENS,
				array(
					'SELECT g.row_id%AS nested FROM {groups} g WHERE g.id' => 'the group, and whether any group is in another',
					'SELECT m.member_id FROM {group_members} m INNER JOIN' => 'the person is a member',
				),
				self::PERSON,
				self::LOSS,
				self::BEGIN,
				self::ROLES,
				array( 'DELETE FROM {group_members}' => 'the membership' ),
				self::MEMBERS,
				self::END,
				self::LOG
			),
			'DELETE'          => $list( self::TOKENS, self::PERSON, self::LOSS, self::BEGIN, self::GONE ),
			'DELETE, member'  => $list(
				self::TOKENS,
				self::PERSON,
				self::LOSS,
				self::BEGIN,
				array( 'UPDATE {groups} SET version = version + 1, modified%EXISTS%FROM {group_members}' => 'whoever has read one of the groups reads it again' ),
				self::GONE
			),
		);
	}

	/** The most statements of an operation. */
	private const MOST = array(
		'find by id'       => 3,
		'PATCH, no change' => 3,
		'find, nobody'     => 5,
		'find, found'      => 6,
		'POST'             => 22,
		'PATCH'            => 10,
		'PATCH, account'   => 18,
		'one joins'        => 15,
		'one leaves'       => 17,
		'DELETE'           => 19,
		'DELETE, member'   => 20,
	);

	/** @return array<string, array{string}> */
	public static function operations(): array {
		return array_map( static fn( string $name ): array => array( $name ), array_combine( array_keys( self::MOST ), array_keys( self::MOST ) ) );
	}

	/** @dataProvider operations */
	public function test_an_operation_costs_the_statements_of_the_table( string $operation ): void {
		remove_action( 'user_register', array( 'WP_Internal_Pointers', 'dismiss_pointers_for_new_users' ) ); // Of wp-admin, should a test have loaded it.
		$this->take_groups_apart();
		$schema = array( 'urn:ietf:params:scim:schemas:core:2.0:User' );
		$patch  = static fn( string $path, mixed $value ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => array( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) ) );
		$person = static fn( string $name ): array => array( 'schemas' => $schema, 'userName' => "$name@phpunit.test", 'externalId' => $name, 'active' => true, 'emails' => array( array( 'value' => "$name@phpunit.test" ) ) );
		$id     = $this->answer( 'POST', '/Users', $person( 'pu-known' ) )->id;
		$other  = $this->answer( 'POST', '/Users', $person( 'pu-other' ) )->id;
		$members = static fn( string $op, string $who ): array => array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => array( array( 'op' => $op, 'path' => 'members', 'value' => array( array( 'value' => $who ) ) ) ) );
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-editors"', 'role' => 'editor' ) ) ) );
		$group  = $this->answer( 'POST', '/Groups', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ), 'displayName' => 'pu-editors', 'members' => array( array( 'value' => $other ) ) ) )->id;
		// An attribute that no request has brought before is written down once.
		\Rollbook\WordPress\Store\ReceivedAttributes::note( array_fill_keys( array( 'userName', 'active', 'title', 'displayName', 'emails.value', 'emails.primary' ), array( 'text' => '', 'id' => '' ) ) );
		// The use of a token is written down once in a minute.
		$GLOBALS['wpdb']->query( 'UPDATE ' . Tables::name( 'tokens' ) . ' SET last_used = ' . (int) ( microtime( true ) * 1000 ) );
		$asked = $this->statements_of(
			fn(): object => match ( $operation ) {
				'find by id'       => $this->answer( 'GET', "/Users/$id" ),
				'PATCH, no change' => $this->answer( 'PATCH', "/Users/$id", $patch( 'active', true ) ),
				'find, found'      => $this->answer( 'GET', '/Users', null, array( 'filter' => 'userName eq "pu-known@phpunit.test"' ) ),
				'find, nobody'     => $this->answer( 'GET', '/Users', null, array( 'filter' => 'userName eq "pu-nobody"' ) ),
				'POST'             => $this->answer( 'POST', '/Users', $person( 'pu-new' ) ),
				'PATCH'            => $this->answer( 'PATCH', "/Users/$id", $patch( 'title', 'Clerk' ) ),
				'PATCH, account'   => $this->answer( 'PATCH', "/Users/$id", $patch( 'displayName', 'Kim Clerk' ) ),
				'one joins'        => $this->answer( 'PATCH', "/Groups/$group", $members( 'add', $id ) ),
				'one leaves'       => $this->answer( 'PATCH', "/Groups/$group", $members( 'remove', $other ) ),
				'DELETE'           => $this->answer( 'DELETE', "/Users/$id" ),
				'DELETE, member'   => $this->answer( 'DELETE', "/Users/$other" ),
			}
		);
		$table = self::table()[ $operation ];
		$this->assertCount( count( $table ), $asked, implode( "\n", $asked ) );
		foreach ( $table as $place => list( $statement, $purpose ) ) {
			$this->assertMatchesRegularExpression( self::pattern( $statement ), $asked[ $place ], $purpose );
		}
		$this->assertLessThanOrEqual( self::MOST[ $operation ], count( $asked ) );
	}

	/** What the settings were unserialized to, when the first command came, is what is used to the end. */
	public function test_the_settings_are_read_once(): void {
		$read  = new \ReflectionProperty( Settings::class, 'read' );
		$from  = new \ReflectionProperty( Settings::class, 'read_from' );
		$known = null;
		$mark  = static function ( string $query ) use ( $read, &$known ): string {
			if ( null === $known ) {
				$known = array( 'read once' => true ) + $read->getValue();
				$read->setValue( null, $known );
			}
			return $query;
		};
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Clerk"', 'role' => 'editor' ) ) ) );
		wp_load_alloptions( true );
		$from->setValue( null, null );
		try {
			$this->with_hook( 'query', $mark, fn(): object => $this->answer( 'POST', '/Users', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => 'pu-once@phpunit.test', 'title' => 'Clerk' ) ) );
			$this->assertSame( $known, $read->getValue() );
		} finally {
			$from->setValue( null, null );
		}
	}

	private static function pattern( string $statement ): string {
		global $wpdb;
		$named = preg_replace_callback(
			'/\{(\w+)\}/',
			static fn( array $found ): string => match ( $found[1] ) {
				'wp_users' => $wpdb->users,
				'usermeta' => $wpdb->usermeta,
				'options'  => $wpdb->options,
				default    => Tables::name( $found[1] ),
			},
			$statement
		);
		return '/^' . str_replace( '%', '.*', preg_quote( $named, '/' ) ) . '/s';
	}

	/** @return list<string> */
	private function statements_of( callable $work ): array {
		wp_cache_flush();
		wp_load_alloptions(); // As at the beginning of any request.
		foreach ( array( 'home', 'rollbook_activity_purged', 'users_can_register', 'default_role' ) as $option ) {
			get_option( $option );
		}
		$statements = array();
		$this->with_hook(
			'query',
			static function ( string $query ) use ( &$statements ): string {
				$statements[] = $query;
				return $query;
			},
			$work
		);
		return array_values( array_filter( $statements, static fn( string $query ): bool => ! str_starts_with( $query, 'SHOW ' ) ) );
	}

	/** Sends a request within this process, and gives the answer. */
	private function answer( string $method, string $path, ?array $body = null, array $query = array() ): object {
		$request = new \WP_REST_Request( $method, "/scim/v2$path" );
		$request->set_query_params( $query );
		$request->set_header( 'Authorization', 'Bearer ' . $this->service()->token );
		$request->set_header( 'Content-Type', 'application/scim+json' );
		$request->set_body( null === $body ? '' : (string) wp_json_encode( $body ) );
		$answer = rest_do_request( $request );
		$this->assertLessThan( 300, $answer->get_status(), (string) wp_json_encode( $answer->get_data() ) );
		return (object) $answer->get_data();
	}
}
