<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;

final class AccountRegistryTest extends SiteTestCase {

	private function local( string $login, string $email = '' ): int {
		return wp_insert_user(
			array(
				'user_login' => $login,
				'user_pass'  => 'x',
				'user_email' => $email,
			)
		);
	}

	private function accounts( ?string $login = null, ?string $email = null, int $limit = 100, array $more = array() ): array {
		return $this->run_command(
			'find_unregistered_accounts',
			$more + array(
				'login'   => $login,
				'emails'  => array_filter( array( $email ), 'is_string' ),
				'user_id' => null,
				'metas'   => array(),
				'read'    => array(),
				'limit'   => $limit,
			)
		);
	}

	private function register( array $accounts ): void {
		$registration = static fn( array $account ): array => array(
			'user_id'       => $account['user_id'],
			'id'            => $account['id'] ?? null,
			'external_id'   => $account['external_id'] ?? null,
			'active'        => $account['active'] ?? true,
			'user_name'     => $account['login'],
			'user_name_key' => $account['login'],
			'created'       => $account['registered'],
			'lookups'       => array(
				array(
					'path'  => 'emails.value',
					'value' => $account['email'],
				),
			),
		);
		$this->run_command(
			'register_accounts',
			array(
				'accounts' => array_map( $registration, $accounts ),
				'now'      => self::NOW,
			)
		);
	}

	public function test_one_account_is_found_by_its_login_or_address(): void {
		$user_id = $this->local( 'pu-jose', 'jose@phpunit.test' );
		self::assertSame( array( $user_id ), array_column( $this->accounts( 'PU-JOSE' ), 'user_id' ) );
		self::assertSame( array( $user_id ), array_column( $this->accounts( null, 'Jose@phpunit.test' ), 'user_id' ) );
		self::assertSame( array( $user_id ), array_column( $this->accounts( 'pu-nobody', 'jose@phpunit.test' ), 'user_id' ), 'either will do' );
		self::assertSame( array(), $this->accounts( 'pu-josé' ), 'an accent makes another person' );
		self::assertSame( array(), $this->accounts( '', '' ) );
		$this->create( 'managed' );
		self::assertSame( array(), $this->accounts( 'managed' ), 'who has a row is known' );
	}

	/** By number and by metas, exactly, with the metas that were asked for. */
	public function test_accounts_are_found_by_what_another_plugin_left(): void {
		$user_id = $this->local( 'pu-moved' );
		$other   = $this->local( 'pu-other' );
		update_user_meta( $user_id, 'pu_known_as', 'José' );
		update_user_meta( $other, 'pu_known_as', 'Jose' );
		update_user_meta( $user_id, 'pu_list', array( 'x' ) );
		$meta  = static fn( string $value ): array => array( 'metas' => array( array( 'key' => 'pu_known_as', 'value' => $value ) ), 'read' => array( 'pu_known_as', 'pu_list', 'pu_none' ) );
		$found = $this->accounts( null, null, 100, $meta( 'José' ) );
		self::assertSame( array( array( $user_id, array( 'pu_known_as' => 'José' ) ) ), array_map( static fn( array $account ): array => array( $account['user_id'], $account['metas'] ), $found ) );
		self::assertSame( array( $other ), array_column( $this->accounts( null, null, 100, $meta( 'Jose' ) ), 'user_id' ) );
		self::assertSame( array(), $this->accounts( null, null, 100, $meta( '' ) ) );
		self::assertSame( array( $other ), array_column( $this->accounts( null, null, 100, array( 'user_id' => $other ) ), 'user_id' ) );

		$this->register( array( array( 'id' => (string) $user_id, 'external_id' => 'X-1', 'active' => false ) + $found[0] ) );
		$record = $this->load( (string) $user_id );
		self::assertSame( array( (string) $user_id, 'X-1', false, false ), array( $record['id'], $record['external_id'], $record['active'], $record['managed'] ) );
		self::assertTrue( \Rollbook\WordPress\Access\AccessControl::is_locked_out( $user_id ) );
		self::assertSame( array(), $this->accounts( null, null, 100, array( 'user_id' => $user_id ) ), 'who has a row is known' );
	}

	public function test_registered_accounts_get_a_row_and_stay_unmanaged(): void {
		$user_id = $this->local( 'pu-local', 'local@phpunit.test' );
		$account = $this->accounts( 'pu-local' )[0];
		$this->register( array( $account ) );
		$record = $this->run_command( 'load_users_by_account', array( 'user_ids' => array( $user_id ), 'kept' => false, 'targets' => array() ) )[0];
		self::assertSame( array( 'pu-local', true, false, 1, $account['registered'], self::NOW, null, array() ), array( $record['user_name'], $record['active'], $record['managed'], $record['version'], $record['created'], $record['modified'], $record['document'], $record['applied'] ) );
		self::assertSame( array( $record['id'] ), array_column( $this->find( 'EXISTS (SELECT 1 FROM {lookups} l WHERE l.row_id = u.row_id AND l.value = %s)', array( 'local@phpunit.test' ) )['users'], 'id' ) );
		$this->register( array( $account ) );
		self::assertSame( 1, $this->count_rows( Tables::name( 'users' ), "user_id = $user_id" ), 'a second time is no time' );
		self::assertSame( $record, $this->load( $record['id'] ) );
	}

	public function test_all_accounts_are_registered_in_turn_and_then_it_costs_next_to_nothing(): void {
		global $wpdb;
		foreach ( range( 1, 7 ) as $number ) {
			$this->local( "adopt$number" );
		}
		// Somebody else has the name already: this one can never get its row.
		$this->create( 'ADOPT3', array(), array( 'logins' => array( 'managed' ) ) );
		$found = array();
		do {
			$accounts = $this->accounts( null, null, 3 );
			$this->register( $accounts );
			array_push( $found, ...array_column( $accounts, 'user_id' ) );
			self::assertSame( array_unique( $found ), $found, 'no account may be found over and over' );
		} while ( $accounts );
		$highest = (int) $wpdb->get_var( "SELECT MAX(ID) FROM $wpdb->users" );
		self::assertSame( 1, $this->count_rows( $wpdb->users, "ID <= $highest AND ID NOT IN (SELECT user_id FROM " . Tables::name( 'users' ) . ')' ) );

		$before = $wpdb->num_queries;
		self::assertSame( array(), $this->accounts() );
		self::assertSame( 1, $wpdb->num_queries - $before );
	}

	public function test_a_thousand_accounts_are_registered_at_once(): void {
		global $wpdb;
		$rows = implode( ',', array_map( static fn( int $number ): string => "('many$number','many$number@phpunit.test','2020-01-01 00:00:00')", range( 1, 1000 ) ) );
		$wpdb->query( "INSERT INTO $wpdb->users (user_login, user_email, user_registered) VALUES $rows" );
		$first    = (int) $wpdb->get_var( "SELECT ID FROM $wpdb->users WHERE user_login = 'many1'" );
		$accounts = array_map( static fn( int $number ): array => array( 'user_id' => $first + $number - 1, 'login' => "many$number", 'email' => "many$number@phpunit.test", 'registered' => 1 ), range( 1, 1000 ) );
		$before   = $wpdb->num_queries;
		$this->register( $accounts );
		self::assertLessThan( 20, $wpdb->num_queries - $before );
		self::assertSame( 1000, $this->count_rows( Tables::name( 'users' ), "user_id >= $first" ) );
		self::assertSame( 1000, $this->count_rows( Tables::name( 'lookups' ), "value LIKE 'many%@phpunit.test'" ) );
	}
}
