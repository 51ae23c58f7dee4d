<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;

/** Who conflicts with a person is found without reading everybody. */
final class ConflictsTest extends SiteTestCase {

	private const CROWD = 4000;

	/** Thousands of accounts and people, half of them deleted, by few statements. */
	private function crowd(): void {
		global $wpdb;
		$first_account = $this->next( $wpdb->users, 'ID' );
		$first_row     = $this->next( Tables::name( 'users' ), 'row_id' );
		foreach ( array_chunk( range( 0, self::CROWD - 1 ), 1000 ) as $numbers ) {
			$values = static fn( callable $row ): string => implode( ',', array_map( $row, $numbers ) );
			$wpdb->query( "INSERT INTO $wpdb->users (ID, user_login, user_nicename, user_email, user_registered) VALUES " . $values( static fn( int $n ): string => sprintf( "(%d,'crowd%d','crowd%d','crowd%d@phpunit.test','2020-01-01 00:00:00')", $first_account + $n, $n, $n, $n ) ) );
			$wpdb->query( "INSERT INTO $wpdb->usermeta (user_id, meta_key, meta_value) VALUES " . $values( static fn( int $n ): string => sprintf( "(%d,'nickname','crowd%d')", $first_account + $n, $n ) ) );
			$wpdb->query( 'INSERT INTO ' . Tables::name( 'users' ) . ' (row_id, id, user_id, user_name, user_name_key, external_id, managed, deleted, created, modified) VALUES ' . $values( static fn( int $n ): string => sprintf( "(%d,'crowd-%d',%d,'crowd%d','crowd%d','crowd-e%d',1,%d,1,1)", $first_row + $n, $n, $first_account + $n, $n, $n, $n, $n % 2 ) ) );
			$wpdb->query( 'INSERT INTO ' . Tables::name( 'lookups' ) . ' (row_id, path, value) VALUES ' . $values( static fn( int $n ): string => sprintf( "(%d,'crowd.path','crowd-v%d')", $first_row + $n, $n ) ) );
		}
		foreach ( array( $wpdb->users, $wpdb->usermeta, Tables::name( 'users' ), Tables::name( 'lookups' ) ) as $table ) {
			$wpdb->query( "ANALYZE TABLE $table" );
		}
	}

	private function next( string $table, string $column ): int {
		global $wpdb;
		return 1 + (int) $wpdb->get_var( "SELECT MAX($column) FROM $table" );
	}

	/** What the database plans for a statement: of each step its table and how it reads it. */
	private function plan( string $sql ): string {
		global $wpdb;
		if ( self::is_sqlite() ) {
			return (string) wp_json_encode( array_column( $wpdb->dbh->get_connection()->query( "EXPLAIN QUERY PLAN $sql" )->fetchAll( \PDO::FETCH_ASSOC ), 'detail' ) );
		}
		return (string) wp_json_encode( $wpdb->get_results( "EXPLAIN $sql", ARRAY_A ) );
	}

	private static function is_sqlite(): bool {
		return defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
	}

	/** Whether a plan reads a whole table or a whole index. */
	private static function reads_everybody( string $plan ): bool {
		// The result of a UNION is a table too, of what was found.
		return 1 === preg_match( '/SCAN (?!CONSTANT|\(|subquery)/i', $plan ) || 1 === preg_match( '/"table":"(?!<union)[^"]*","type":"(ALL|index)"/', $plan );
	}

	public function test_conflicts_are_found_by_indexes_alone(): void {
		$this->crowd();
		$this->conflicts( array( 'email' => 'crowd1@phpunit.test' ) ); // What WordPress reads once in a request is read.
		$statements = array();
		$listen     = static function ( string $sql ) use ( &$statements ): string {
			$statements[] = $sql;
			return $sql;
		};
		$found = $this->with_hook(
			'query',
			$listen,
			fn(): array => $this->conflicts(
				array(
					'user_name_key' => 'crowd7',
					'email'         => 'Crowd8@phpunit.test',
					'external_id'   => 'crowd-e9',
					'lookups'       => array(
						array(
							'path'  => 'crowd.path',
							'value' => 'crowd-v10',
						),
						array(
							'path'  => 'crowd.path',
							'value' => 'crowd-v11',
						),
					),
				)
			)
		);
		self::assertSame( array( 'crowd7', 'crowd8', 'crowd9', 'crowd10', 'crowd11' ), array_column( $found['people'], 'user_name' ) );
		self::assertSame( get_user_by( 'login', 'crowd8' )->ID, $found['email_holder'] );
		self::assertTrue( $found['email_accepted'] );

		$reads = array_filter( $statements, static fn( string $sql ): bool => 1 === preg_match( '/^\s*SELECT/i', $sql ) );
		self::assertGreaterThan( 3, count( $reads ) );
		foreach ( $reads as $sql ) {
			self::assertFalse( self::reads_everybody( $this->plan( $sql ) ), "$sql\n" . $this->plan( $sql ) );
		}
		$joined_by_or = 'SELECT row_id FROM ' . Tables::name( 'users' ) . " u WHERE u.user_name_key = 'crowd7' OR u.user_id IN (SELECT ID FROM $GLOBALS[table_prefix]users WHERE user_email = 'crowd8@phpunit.test')";
		if ( ! self::is_sqlite() ) {
			self::assertTrue( self::reads_everybody( $this->plan( $joined_by_or ) ), 'the test sees a scan where there is one' );
		}
		self::assertTrue( self::reads_everybody( $this->plan( 'SELECT row_id FROM ' . Tables::name( 'users' ) . " WHERE document = 'x'" ) ) );
	}

	public function test_living_people_with_the_same_external_id_and_unfit_addresses_are_told(): void {
		$this->create( 'pu-living', array( 'external_id' => 'pu-e1' ), array( 'email' => 'living@phpunit.test' ) );
		$found = $this->conflicts( array( 'external_id' => 'pu-e1' ) );
		self::assertSame( array( array(), null, true ), array( $found['people'], $found['email_holder'], $found['email_accepted'] ) );
		self::assertFalse( $this->conflicts( array( 'email' => 'no address' ) )['email_accepted'] );
		$user_id = wp_create_user( 'pu-local', 'x', 'local@phpunit.test' );
		self::assertSame( $user_id, $this->conflicts( array( 'email' => 'LOCAL@phpunit.test' ) )['email_holder'], 'also where the account has no row' );
	}
}
