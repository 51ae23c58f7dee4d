<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;
use RuntimeException;
use WP_Session_Tokens;

final class UpdateUserTest extends SiteTestCase {

	public function test_only_what_is_given_changes(): void {
		$before = $this->create(
			'pu-jane',
			array( 'external_id' => 'x' ),
			array(
				'email'  => 'jane@phpunit.test',
				'role'   => 'author',
				'values' => array(
					'field:first_name' => 'PU-Jane',
					'meta:dept'        => 'Sales',
					'meta:floor'       => '3',
				),
			)
		);
		$hash   = get_userdata( $before['account']['user_id'] )->user_pass;
		$answer = $this->update(
			$before,
			array( 'user_name' => 'PU-Jane.New' ),
			array(
				'values' => array(
					'field:last_name' => 'Doe',
					'meta:dept'       => null,
				),
			),
			array( 'field:first_name', 'field:last_name', 'meta:dept', 'meta:floor' )
		);
		self::assertSame( 'done', $answer['outcome'] );
		$after = $answer['record'];
		self::assertSame( array( 'PU-Jane.New', 2, $before['id'], $before['row'], 'x' ), array( $after['user_name'], $after['version'], $after['id'], $after['row'], $after['external_id'] ) );
		self::assertSame( array( 'pu-jane', 'jane@phpunit.test', array( 'author' ) ), array( $after['account']['login'], $after['account']['email'], $after['account']['roles'] ) );
		self::assertSame(
			array(
				'field:first_name' => 'PU-Jane',
				'field:last_name'  => 'Doe',
				'meta:dept'        => null,
				'meta:floor'       => '3',
			),
			$after['values']
		);
		ksort( $after['applied'] );
		self::assertSame( $after['values'], $after['applied'], 'what was applied before is kept' );
		self::assertSame( $hash, get_userdata( $before['account']['user_id'] )->user_pass );
	}

	public function test_an_update_decided_on_another_version_writes_nothing(): void {
		$record = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		$this->update( $record );
		$answer = $this->update( $record, array( 'active' => false ), array( 'email' => 'other@phpunit.test' ) );
		self::assertSame( array( 'outcome' => 'stale' ), $answer );
		self::assertSame( 'jane@phpunit.test', $this->load( $record['id'] )['account']['email'] );
		self::assertTrue( $this->load( $record['id'] )['active'] );
	}

	public function test_after_stale_the_newest_account_is_read(): void {
		global $wpdb;
		$record = $this->create( 'pu-jane' );
		$wpdb->query( "UPDATE $wpdb->users SET display_name = 'Elsewhere' WHERE ID = {$record['account']['user_id']}" ); // Another server.
		$wpdb->query( 'UPDATE ' . Tables::name( 'users' ) . " SET version = 5 WHERE row_id = {$record['row']}" );
		$this->update( $record );
		self::assertSame( 'Elsewhere', $this->load( $record['id'] )['account']['display_name'] );
	}

	public function test_who_is_gone_is_gone(): void {
		$record = $this->create( 'pu-jane' );
		self::assertSame( array( 'outcome' => 'gone' ), $this->update( array( 'id' => '00000000-0000-4000-8000-000000000000' ) + $record ) );
		self::assertSame( array( 'outcome' => 'gone' ), $this->update( array( 'id' => strtoupper( $record['id'] ) ) + $record ), 'ids are compared byte by byte' );
	}

	public function test_values_of_somebody_else_are_taken(): void {
		$this->create( 'pu-first', array(), array( 'email' => 'first@phpunit.test' ) );
		$record = $this->create( 'pu-second', array(), array( 'email' => 'second@phpunit.test' ) );
		self::assertSame( 'user_name', $this->update( $record, array( 'user_name' => 'PU-FIRST' ) )['value'] );
		self::assertSame( 'email', $this->update( $record, array(), array( 'email' => 'First@phpunit.test' ) )['value'] );
		self::assertSame( 'login', $this->update( $record, array(), array( 'logins' => array( 'pu-first' ) ) )['value'] );
		self::assertSame( 1, $this->load( $record['id'] )['version'] );
		self::assertSame( 'done', $this->update( $record, array( 'user_name' => 'PU-SECOND' ), array( 'email' => 'SECOND@phpunit.test', 'logins' => array( 'pu-second' ) ) )['outcome'] );
	}

	public function test_a_login_is_renamed(): void {
		$record = $this->create( 'pu-old' );
		$after  = $this->update( $record, array(), array( 'logins' => array( 'admin', 'pu-new' ) ) )['record'];
		self::assertSame( 'pu-new', $after['account']['login'] );
		self::assertFalse( username_exists( 'pu-old' ) );
		self::assertSame( $after['account']['user_id'], username_exists( 'pu-new' ) );
	}

	public function test_an_address_can_be_taken_away(): void {
		$record = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		self::assertSame( '', $this->update( $record, array(), array( 'email' => '' ) )['record']['account']['email'] );
		$this->create( 'pu-heir', array(), array( 'email' => 'jane@phpunit.test' ) );
	}

	public function test_the_one_role_on_this_site_is_set(): void {
		$record = $this->create( 'pu-jane', array(), array( 'role' => 'author' ) );
		( new \WP_User( $record['account']['user_id'] ) )->add_role( 'contributor' );
		self::assertSame( array( 'editor' ), $this->update( $record, array(), array( 'role' => 'editor' ) )['record']['account']['roles'] );
	}

	public function test_an_account_that_nobody_managed_becomes_managed(): void {
		$user_id = wp_insert_user(
			array(
				'user_login' => 'pu-local',
				'user_pass'  => 'x',
				'user_email' => 'local@phpunit.test',
			)
		);
		$this->run_command(
			'register_accounts',
			array(
				'accounts' => array(
					array(
						'user_id'       => $user_id,
						'user_name'     => 'pu-local',
						'user_name_key' => 'pu-local',
						'created'       => 1,
						'lookups'       => array(),
					),
				),
				'now'      => 2,
			)
		);
		$record = $this->run_command( 'load_users_by_account', array( 'user_ids' => array( $user_id ), 'kept' => false, 'targets' => array() ) )[0];
		self::assertFalse( $record['managed'] );
		self::assertTrue( $this->update( $record )['record']['managed'] );
		self::assertSame( 'email', $this->run_command( 'create_user', $this->person( 'pu-other', array(), array( 'email' => 'LOCAL@phpunit.test' ) ) )['value'] );
	}

	public function test_deactivation_ends_every_session_and_takes_nothing_else(): void {
		$record   = $this->create( 'pu-jane', array(), array( 'role' => 'author' ) );
		$user_id  = $record['account']['user_id'];
		$sessions = WP_Session_Tokens::get_instance( $user_id );
		$sessions->create( time() + 3600 );
		\WP_Application_Passwords::create_new_application_password( $user_id, array( 'name' => 'phone' ) );

		$record = $this->update( $record, array( 'active' => false ) )['record'];
		self::assertFalse( $record['active'] );
		self::assertSame( array( 'author' ), $record['account']['roles'] );
		self::assertSame( array(), $sessions->get_all() );
		self::assertCount( 1, \WP_Application_Passwords::get_user_application_passwords( $user_id ) );
	}

	public function test_nothing_remains_when_a_hook_throws_in_database_or_memory(): void {
		$record = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'values' => array( 'meta:dept' => 'Sales' ) ), array( 'meta:dept' ) );
		$thrown = false;
		try {
			$this->with_hook(
				'profile_update',
				static fn() => throw new RuntimeException( 'no' ),
				fn() => $this->update(
					$record,
					array( 'active' => false ),
					array(
						'email'  => 'new@phpunit.test',
						'role'   => 'editor',
						'values' => array(
							'meta:dept'        => 'Board',
							'field:first_name' => 'New',
						),
					)
				)
			);
		} catch ( RuntimeException ) {
			$thrown = true;
		}
		self::assertTrue( $thrown );
		self::assertSame( $record, $this->load( $record['id'], array( 'meta:dept' ) ) );
		self::assertFalse( email_exists( 'new@phpunit.test' ) );
		self::assertSame( $record['account']['user_id'], email_exists( 'jane@phpunit.test' ) );
		self::assertSame( '', get_user_meta( $record['account']['user_id'], 'first_name', true ) );
	}

	/** @dataProvider spoilers */
	public function test_answer_and_database_agree_when_a_hook_ends_the_transaction( string ...$statements ): void {
		global $wpdb;
		$record = $this->create( 'pu-jane', array(), array( 'values' => array( 'field:first_name' => 'PU-Jane' ) ) );
		$spoil  = static fn(): array => array_map( array( $wpdb, 'query' ), $statements );
		$log    = ini_set( 'error_log', '/dev/null' ); // A failing statement is one of those that WordPress logs.
		try {
			$answer = $this->with_hook( 'profile_update', $spoil, fn(): array => $this->update( $record, array( 'active' => false ), array( 'values' => array( 'field:first_name' => 'New', 'meta:dept' => 'x' ) ) ) );
			$result = 'done' === $answer['outcome'];
		} catch ( RuntimeException ) {
			$result = false;
		}
		ini_set( 'error_log', (string) $log );
		wp_cache_flush();
		$now = $this->load( $record['id'], array( 'field:first_name' ) );
		self::assertSame( $result ? array( 2, false, 'New' ) : array( 1, true, 'PU-Jane' ), array( $now['version'], $now['active'], $now['values']['field:first_name'] ) );
	}

	public function spoilers(): array {
		return array(
			'a failing statement' => array( 'SELECT nothing FROM nowhere' ),
			'another transaction' => array( 'START TRANSACTION', 'ROLLBACK' ),
			'a commit'            => array( 'COMMIT' ),
			'a rollback'          => array( 'ROLLBACK' ),
			'a new table'         => array( 'CREATE TABLE rollbook_spoiler (a int)', 'DROP TABLE rollbook_spoiler' ),
		);
	}

	public function test_an_update_that_changes_no_field_calls_no_hook_of_a_changed_profile(): void {
		$record = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'values' => array( 'field:first_name' => 'PU-Jane' ) ) );
		$calls  = 0;
		$count  = static function () use ( &$calls ): void {
			++$calls;
		};
		$this->with_hook( 'profile_update', $count, fn() => $this->update( $record, array(), array( 'email' => 'jane@phpunit.test', 'values' => array( 'field:first_name' => 'PU-Jane', 'meta:dept' => 'x' ) ) ) );
		self::assertSame( 0, $calls );
	}

	public function test_matchable_values_are_replaced(): void {
		$lookup = static fn( string $value ): array => array(
			'path'  => 'emails.value',
			'value' => $value,
		);
		$record = $this->create( 'pu-jane', array( 'lookups' => array( $lookup( 'a' ), $lookup( 'b' ) ) ) );
		$this->update( $record, array( 'lookups' => array( $lookup( 'b' ), $lookup( "c'\\" ), $lookup( "c'\\" ) ) ) );
		$found = fn( string $value ): int => count( $this->find( 'EXISTS (SELECT 1 FROM {lookups} l WHERE l.row_id = u.row_id AND l.path = %s AND l.value = %s)', array( 'emails.value', $value ) )['users'] );
		self::assertSame( array( 0, 1, 1 ), array( $found( 'a' ), $found( 'b' ), $found( "c'\\" ) ) );
	}

	/** Somebody who is gone by now, is another person in the same row or was changed meanwhile gets no values. */
	public function test_values_of_many_people_are_replaced_at_once(): void {
		global $wpdb;
		$lookup  = static fn( string $value ): array => array(
			'path'  => 'title',
			'value' => $value,
		);
		$records = array_map( fn( string $name ): array => $this->create( $name, array( 'lookups' => array( $lookup( 'before' ) ) ) ), array( 'pu-one', 'pu-two', 'pu-gone', 'pu-other', 'pu-changed' ) );
		$wpdb->update( Tables::name( 'users' ), array( 'deleted' => 1 ), array( 'row_id' => $records[2]['row'] ) );
		$records[3]['id'] = $records[0]['id'];
		$this->update( $records[4], array( 'lookups' => array( $lookup( 'newer' ) ) ) );

		$people = array_map(
			static fn( array $record ): array => array(
				'row'     => $record['row'],
				'id'      => $record['id'],
				'version' => $record['version'],
				'lookups' => array( $lookup( 'after' ), $lookup( "{$record['user_name']}'\\" ) ),
			),
			$records
		);
		$asked  = 0;
		$count  = static function ( string $query ) use ( &$asked ): string {
			++$asked;
			return $query;
		};
		$this->with_hook( 'query', $count, fn() => $this->run_command( 'index_users', array( 'people' => array_slice( $people, 1 ) ) ) );
		self::assertLessThanOrEqual( 8, $asked, 'two of a kind: the transaction, the rows, the values' );
		self::assertSame( array( $records[4]['id'] ), $this->run_command( 'index_users', array( 'people' => $people ) ), 'who has to be read again' );
		self::assertSame( array(), $this->run_command( 'index_users', array( 'people' => array() ) ) );

		$stored = static fn( array $record ): array => $wpdb->get_col( $wpdb->prepare( 'SELECT value FROM ' . Tables::name( 'lookups' ) . " WHERE row_id = %d AND path = 'title' ORDER BY value", $record['row'] ) );
		self::assertSame( array( 'after', "pu-one'\\" ), $stored( $records[0] ) );
		self::assertSame( array( 'after', "pu-two'\\" ), $stored( $records[1] ) );
		self::assertSame( array( array( 'before' ), array( 'before' ), array( 'newer' ) ), array( $stored( $records[2] ), $stored( $records[3] ), $stored( $records[4] ) ) );
		self::assertSame( 1, $this->load( $records[1]['id'] )['version'], 'nothing else changes' );
	}

	public function test_an_edit_on_the_site_is_indexed(): void {
		$record = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		$index  = fn( ?array $name, ?int $modified, int $version = 1 ): string => $this->run_command(
			'index_user',
			array(
				'id'        => $record['id'],
				'version'   => $version,
				'user_name' => $name,
				'lock'      => false,
				'lookups'   => array(),
				'modified'  => $modified,
			)
		)['outcome'];
		$index( array( 'raw' => 'Other', 'key' => 'pu-other' ), null );
		self::assertSame( array( 'pu-jane', 1 ), array_values( array_intersect_key( $this->load( $record['id'] ), array( 'user_name' => 1, 'version' => 1 ) ) ), 'the name of a managed person is the identity provider\'s' );
		self::assertSame( array( 'done', 'stale', 'done' ), array( $index( null, self::NOW + 5 ), $index( null, self::NOW + 6 ), $index( null, null, 2 ) ) );
		self::assertSame( array( 2, self::NOW + 5 ), array( $this->load( $record['id'] )['version'], $this->load( $record['id'] )['modified'] ) );
	}

	/** Rights that somebody gives an account while a request about it is under way protect it from that request. */
	public function test_an_account_that_has_got_rights_meanwhile_is_not_touched(): void {
		global $wpdb;
		foreach ( array( 'before the command', 'within it' ) as $when ) {
			$record  = $this->create( "pu-risen-$when", array(), array( 'email' => str_replace( ' ', '', $when ) . '@phpunit.test', 'role' => 'author' ) );
			$user_id = $record['account']['user_id'];
			// Another request writes it, so nothing that this one remembers is forgotten.
			$rise   = static fn(): mixed => $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->usermeta SET meta_value = %s WHERE user_id = %d AND meta_key = %s", serialize( array( 'author' => true, 'manage_options' => true ) ), $user_id, $wpdb->get_blog_prefix() . 'capabilities' ) );
			$role   = array( 'user_id' => $user_id, 'version' => 1, 'role' => 'editor', 'other_roles' => array(), 'before' => array( 'author' ) );
			$delete = array( 'id' => $record['id'], 'version' => 1, 'disposal' => 'delete', 'managed_here' => true, 'reassign_to' => null, 'now' => self::NOW );
			$ways   = array(
				'address'  => fn(): string => $this->update( $record, array(), array( 'email' => 'taken-over@phpunit.test' ) )['outcome'],
				'value'    => fn(): string => $this->update( $record, array(), array( 'values' => array( 'meta:dept' => 'two' ) ) )['outcome'],
				'role'     => fn(): string => $this->update( $record, array(), array( 'role' => 'editor' ) )['outcome'],
				'rule'     => fn(): string => $this->run_command( 'set_roles', array( 'roles' => array( $role ) ) )[0]['outcome']['outcome'],
				'deletion' => fn(): string => $this->run_command( 'delete_user', $delete )['outcome'],
			);
			foreach ( $ways as $way => $run ) {
				$risen = 'within it' === $when;
				$risen ? $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->usermeta SET meta_value = %s WHERE user_id = %d AND meta_key = %s", serialize( array( 'author' => true ) ), $user_id, $wpdb->get_blog_prefix() . 'capabilities' ) ) : $rise();
				wp_cache_delete( $user_id, 'user_meta' );
				$this->load( $record['id'] );
				$meanwhile = static function ( string $query ) use ( &$risen, $rise ): string {
					if ( $risen && str_starts_with( $query, 'SAVEPOINT' ) ) {
						$risen = false;
						$rise();
					}
					return $query;
				};
				self::assertSame( 'stale', $this->with_hook( 'query', $meanwhile, $run ), "$way, $when" );
				wp_cache_delete( $user_id, 'user_meta' );
				clean_user_cache( $user_id );
				$now = $this->load( $record['id'] );
				self::assertSame( array( 1, $record['account']['email'], array( 'author' ), '' ), array( $now['version'], $now['account']['email'], $now['account']['roles'], get_user_meta( $user_id, 'dept', true ) ), "$way, $when" );
			}
		}
	}
}
