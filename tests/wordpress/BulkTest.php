<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use RuntimeException;

/** Many operations in one request: what is answered of each is what WordPress holds, whatever hooks do in the midst. */
final class BulkTest extends SiteTestCase {

	private const RUDE = WPMU_PLUGIN_DIR . '/rude-plugin.php';

	private static string $token;

	public static function setUpBeforeClass(): void {
		copy( __DIR__ . '/rude-plugin.php', self::RUDE );
		self::$token = Tokens::create( 'BulkTest' );
	}

	public static function tearDownAfterClass(): void {
		global $wpdb;
		unlink( self::RUDE );
		$wpdb->delete( Tables::name( 'tokens' ), array( 'name' => 'BulkTest' ) );
	}

	protected function tearDown(): void {
		Batch::end();
		parent::tearDown();
	}

	public function test_a_hook_that_throws_costs_its_person_alone(): void {
		$throw   = fn( int $user_id ) => 'pu-b' === get_userdata( $user_id )->user_login && throw new RuntimeException( 'no' );
		$answers = $this->quietly( fn(): array => $this->with_hook( 'user_register', $throw, fn(): array => $this->bulk( array( $this->posted( 'pu-a' ), $this->posted( 'pu-b' ), $this->posted( 'pu-c' ), $this->group( 'PU-Group', 'pu-a', 'pu-c' ) ) ) ) );
		self::assertSame( array( '201', '500', '201', '201' ), array_column( $answers, 'status' ) );
		$this->assert_true( $answers );
		self::assertFalse( username_exists( 'pu-b' ) );
		self::assertSame( '201', $this->bulk( array( $this->posted( 'pu-b' ) ) )[0]['status'] );
	}

	/** A batch is not done again where nobody can tell whether it is stored: that would answer 409 for what it has made. */
	public function test_a_batch_of_which_nothing_is_known_is_told_so(): void {
		foreach ( array( 'stored' => 'COMMIT', 'undone' => 'SELECT nothing FROM nowhere' ) as $what => $end ) {
			$opened  = false;
			$broken  = false;
			$lose    = static function ( string $query ) use ( &$opened, &$broken, $end ): string {
				$opened = $opened || str_starts_with( $query, 'INSERT' ) && str_contains( $query, 'rollbook_batch_' );
				if ( 'COMMIT' === $query && $opened && ! $broken ) {
					$broken = true;
					return $end;
				}
				return $broken && str_contains( $query, 'rollbook_batch_' ) ? 'SELECT nothing FROM nowhere' : $query;
			};
			$answers = $this->quietly( fn(): array => $this->with_hook( 'query', $lose, fn(): array => $this->bulk( array( $this->posted( "pu-$what-1" ), $this->posted( "pu-$what-2" ) ) ) ) );
			if ( ! $broken ) {
				self::assertSame( array( '201', '201' ), array_column( $answers, 'status' ), 'on SQLite there are no batches' );
				continue;
			}
			self::assertSame( array( '503', '503' ), array_column( $answers, 'status' ), $what );
			self::assertStringContainsString( 'not known how much', wp_json_encode( $answers ) );
			self::assertSame( 'stored' === $what, false !== username_exists( "pu-$what-1" ) );
			Database::run( "DELETE FROM {$GLOBALS['wpdb']->options} WHERE option_name LIKE %s", array( 'rollbook\_batch\_%' ) );
		}
	}

	/** @dataProvider spoilers */
	public function test_answers_are_true_when_a_hook_ends_the_transaction( string ...$statements ): void {
		global $wpdb;
		$spoil   = static function ( int $user_id ) use ( $wpdb, $statements ): void {
			if ( 'pu-c' === get_userdata( $user_id )->user_login ) {
				array_map( array( $wpdb, 'query' ), $statements );
			}
		};
		$names   = array( 'pu-a', 'pu-b', 'pu-c', 'pu-d' );
		$answers = $this->quietly(
			fn(): array => $this->with_hook(
				'user_register',
				$spoil,
				fn(): array => $this->bulk( array( ...array_map( array( $this, 'posted' ), $names ), $this->group( 'PU-Group', 'pu-a', 'pu-d' ) ) )
			)
		);
		foreach ( array( 0, 1, 3, 4 ) as $number ) {
			self::assertSame( '201', $answers[ $number ]['status'], "operation $number" );
		}
		$this->assert_true( $answers );
		self::assertSame( '201' === $answers[2]['status'], false !== username_exists( 'pu-c' ) );
	}

	public function spoilers(): array {
		return array(
			'a failing statement' => array( 'SELECT nothing FROM nowhere' ),
			'another transaction' => array( 'START TRANSACTION', 'ROLLBACK' ),
			'a commit'            => array( 'COMMIT' ),
			'a rollback'          => array( 'ROLLBACK' ),
			'a new table'         => array( 'CREATE TABLE rollbook_spoiler (a int)', 'DROP TABLE rollbook_spoiler' ),
			'one left open'       => array( 'COMMIT', 'START TRANSACTION' ),
		);
	}

	public function test_an_update_is_undone_for_itself_and_memory_knows(): void {
		$record  = $this->create( 'pu-old', array(), array( 'email' => 'old@phpunit.test' ) );
		$path    = "/Users/{$record['id']}";
		$patch   = fn( string $name ): array => array(
			'method' => 'PATCH',
			'path'   => $path,
			'data'   => array(
				array(
					'op'    => 'replace',
					'path'  => 'name.givenName',
					'value' => $name,
				),
			),
		);
		$throw   = static fn( int $user_id ) => 'Bad' === get_userdata( $user_id )->first_name && throw new RuntimeException( 'no' );
		$answers = $this->quietly( fn(): array => $this->with_hook( 'profile_update', $throw, fn(): array => $this->bulk( array( $patch( 'Good' ), $patch( 'Bad' ), $this->posted( 'pu-new' ) ) ) ) );
		self::assertSame( array( '200', '500', '201' ), array_column( $answers, 'status' ) );
		self::assertSame( 'Good', get_userdata( $record['account']['user_id'] )->first_name );
		wp_cache_flush();
		self::assertSame( 'Good', get_userdata( $record['account']['user_id'] )->first_name );
	}

	/** A hook that ends PHP in the midst leaves what was done before it, and says so. */
	public function test_answers_are_true_when_a_hook_ends_php(): void {
		$operations = array( $this->posted( 'pu-a' ), $this->posted( 'pu-b' ), $this->posted( 'pu-c', 'Exit' ), $this->posted( 'pu-d' ), $this->group( 'PU-Group', 'pu-a' ) );
		$answer     = ( new Browser( $this->url() ) )->fetch(
			'/scim/v2/Bulk',
			(string) wp_json_encode( array( 'Operations' => $operations ) ),
			array( 'Authorization: Bearer ' . self::$token, 'Content-Type: application/scim+json' )
		);
		self::assertSame( 200, $answer->status, $answer->body );
		$answers = json_decode( $answer->body, true )['Operations'];
		self::assertSame( array( '201', '201', '500', '500', '500' ), array_column( $answers, 'status' ) );
		wp_cache_flush();
		$this->assert_true( $answers );
	}

	/**
	 * What COMMIT has stored is told as done, although PHP ends before that is known.
	 *
	 * @testWith ["SELECT"]
	 *           ["DELETE"]
	 */
	public function test_a_hook_that_ends_php_after_the_commit_costs_nothing( string $at ): void {
		$answer = ( new Browser( $this->url() ) )->fetch(
			'/scim/v2/Bulk',
			(string) wp_json_encode( array( 'Operations' => array( $this->posted( 'pu-a' ), $this->group( 'PU-Group', 'pu-a' ) ) ) ),
			array( 'Authorization: Bearer ' . self::$token, 'Content-Type: application/scim+json', "X-Exit-At: $at" )
		);
		$answers = json_decode( $answer->body, true )['Operations'];
		self::assertSame( array( '201', '201' ), array_column( $answers, 'status' ), $answer->body );
		Database::run( "DELETE FROM {$GLOBALS['wpdb']->options} WHERE option_name LIKE %s", array( 'rollbook\_batch\_%' ) );
		wp_cache_flush();
		$this->assert_true( $answers );
	}

	public function test_one_transaction_carries_a_batch_where_that_is_safe(): void {
		$commits = 0;
		$batches = 0;
		$count   = static function ( string $query ) use ( &$commits, &$batches ): string {
			$commits += (int) ( 'COMMIT' === $query );
			$batches += (int) str_starts_with( $query, 'SET TRANSACTION ISOLATION' );
			return $query;
		};
		$this->with_hook( 'query', $count, fn(): array => $this->bulk( array_map( fn( int $number ): array => $this->posted( "pu-$number" ), range( 1, 20 ) ) ) );
		// A slow machine needs a second batch: none goes on for longer than three seconds.
		$is_safe = ! defined( 'DB_ENGINE' ) || 'sqlite' !== DB_ENGINE;
		self::assertSame( array( $is_safe, $is_safe ? 2 * $batches : 20 ), array( $batches > 0, $commits ), 'one ends whatever was open before' );
		self::assertLessThan( 20, $batches );
		self::assertSame( 0, $this->count_rows( $GLOBALS['wpdb']->options, "option_name LIKE 'rollbook\\_batch%'" ), 'no witness remains' );
	}

	public function test_a_deadlock_costs_nobody_anything(): void {
		global $wpdb;
		// What a deadlock does on MariaDB, and any failing statement on SQLite: the transaction is undone.
		$spoilt  = false;
		$spoil   = static function ( string $query ) use ( &$spoilt, $wpdb ): string {
			if ( ! $spoilt && str_contains( $query, 'INSERT INTO ' . Tables::name( 'users' ) ) && str_contains( $query, 'pu-c' ) ) {
				$spoilt = true;
				$wpdb->query( 'ROLLBACK' );
				return 'SELECT nothing FROM nowhere';
			}
			return $query;
		};
		$answers = $this->quietly( fn(): array => $this->with_hook( 'query', $spoil, fn(): array => $this->bulk( array( $this->posted( 'pu-a' ), $this->posted( 'pu-b' ), $this->posted( 'pu-c' ), $this->group( 'PU-Group', 'pu-b' ) ) ) ) );
		self::assertTrue( $spoilt );
		self::assertSame( array( '201', '201', '201', '201' ), array_column( $answers, 'status' ) );
		$this->assert_true( $answers );
	}

	/** A savepoint that is gone undoes what was done before it: so roles that cannot be decided at the end undo all of the batch, and not a part. */
	public function test_a_batch_that_lost_its_savepoint_is_done_again(): void {
		global $wpdb;
		$before = Settings::document()['role_rules'];
		SettingsWriter::merge( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "PU-Group"', 'role' => 'editor' ) ) ) );
		$thrown  = false;
		$release = static function ( int $user_id ) use ( $wpdb ): void {
			if ( 'pu-b' === get_userdata( $user_id )->user_login && ! ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) ) {
				$wpdb->query( 'SAVEPOINT rollbook_batch' );
				$wpdb->query( 'RELEASE SAVEPOINT rollbook_batch' );
			}
		};
		$throw   = static function ( int $user_id, string $role ) use ( &$thrown ): void {
			if ( 'editor' === $role && ! $thrown ) {
				$thrown = true;
				throw new RuntimeException( 'no' );
			}
		};
		add_action( 'set_user_role', $throw, 10, 2 );
		try {
			$answers = $this->quietly( fn(): array => $this->with_hook( 'user_register', $release, fn(): array => $this->bulk( array( $this->posted( 'pu-a' ), $this->posted( 'pu-b' ), $this->posted( 'pu-c' ), $this->group( 'PU-Group', 'pu-a', 'pu-c' ) ) ) ) );
		} finally {
			remove_action( 'set_user_role', $throw );
			SettingsWriter::merge( array( 'role_rules' => $before ) );
		}
		self::assertTrue( $thrown );
		self::assertSame( array( '201', '201', '201' ), array_column( array_slice( $answers, 0, 3 ), 'status' ) );
		$this->assert_true( $answers );
	}

	/** After a loss wpdb connects again and sends the statement once more: then the savepoint is there, and the transaction is not. */
	public function test_a_connection_that_is_lost_at_the_savepoint_is_no_transaction(): void {
		global $wpdb;
		$savepoints = 0;
		$lose       = static function ( string $query ) use ( &$savepoints, $wpdb ): string {
			if ( 'SAVEPOINT rollbook_batch' === $query && 2 === ++$savepoints ) {
				mysqli_report( MYSQLI_REPORT_OFF );
				mysqli_query( $wpdb->dbh, 'KILL ' . mysqli_thread_id( $wpdb->dbh ) );
			}
			return $query;
		};
		$operations = array( $this->posted( 'pu-a' ), $this->group( 'PU-Group', 'pu-a' ) );
		$answers    = $this->quietly( fn(): array => $this->with_hook( 'query', $lose, fn(): array => $this->bulk( $operations ) ) );
		self::assertSame( null !== Database::connection(), $savepoints >= 2, 'on SQLite there are no batches' );
		self::assertSame( array( '201', '201' ), array_column( $answers, 'status' ) );
		$this->assert_true( $answers );
	}

	/** The operations' answers. */
	private function bulk( array $operations ): array {
		$request      = array(
			'method'  => 'POST',
			'base'    => $this->url() . '/scim/v2',
			'path'    => '/Bulk',
			'query'   => '',
			'headers' => array( 'authorization' => 'Bearer ' . self::$token ),
			'body'    => (string) wp_json_encode( array( 'Operations' => $operations ) ),
			'now'     => self::NOW,
			'remote'  => '127.0.0.1',
		);
		$runner = new ExchangeRunner( Exchange::open( $request, Settings::document(), Site::facts() ) );
		$runner->run();
		$response = $runner->exchange->response();
		self::assertSame( 200, $response['status'], $response['body'] );
		return json_decode( $response['body'], true )['Operations'];
	}

	/** The operation that creates a person. */
	private function posted( string $name, string $given_name = 'X' ): array {
		return array(
			'method' => 'POST',
			'path'   => '/Users',
			'bulkId' => $name,
			'data'   => array(
				'userName' => $name,
				'name'     => array( 'givenName' => $given_name ),
				'emails'   => array( array( 'value' => "$name@phpunit.test" ) ),
			),
		);
	}

	/** The operation that creates a group. */
	private function group( string $name, string ...$members ): array {
		return array(
			'method' => 'POST',
			'path'   => '/Groups',
			'bulkId' => $name,
			'data'   => array(
				'displayName' => $name,
				'members'     => array_map( static fn( string $member ): array => array( 'value' => "bulkId:$member" ), $members ),
			),
		);
	}

	/** Who was created is there, with a whole account and every member; who was not has left nothing behind. */
	private function assert_true( array $answers ): void {
		global $wpdb;
		foreach ( $answers as $answer ) {
			$id    = basename( $answer['location'] ?? 'none' );
			$name  = $answer['bulkId'];
			$there = '201' === $answer['status'];
			if ( 'PU-Group' === $name ) {
				$members = Database::rows( 'SELECT m.member_id, u.row_id FROM ' . Tables::name( 'group_members' ) . ' m INNER JOIN ' . Tables::name( 'groups' ) . ' g ON g.row_id = m.group_row LEFT JOIN ' . Tables::name( 'users' ) . ' u ON u.id = m.member_id WHERE g.id = %s', array( $id ) );
				self::assertSame( $there, array() !== $members );
				self::assertNotContains( null, array_column( $members, 'row_id' ), 'every member is somebody' );
				continue;
			}
			foreach ( array( 'what memory knows', 'what the database knows' ) as $where ) {
				self::assertSame( $there, false !== username_exists( $name ), "$name: $where" );
				self::assertSame( $there, false !== email_exists( "$name@phpunit.test" ), "$name: $where" );
				wp_cache_flush();
			}
			self::assertSame( (int) $there, $this->count_rows( Tables::name( 'users' ), "user_name = '$name'" ), $name );
			if ( $there ) {
				$record = $this->load( $id, array( 'field:first_name' ) );
				self::assertSame( array( $name, 'X' ), array( $record['account']['login'] ?? null, $record['values']['field:first_name'] ?? null ) );
			}
		}
		self::assertSame( 0, $this->count_rows( $wpdb->options, "option_name LIKE 'rollbook\\_batch%'" ), 'no witness remains' );
	}

	/** What the plugin writes to PHP's log is not to be read here. */
	private function quietly( callable $work ): mixed {
		$log = ini_set( 'error_log', '/dev/null' );
		try {
			return $work();
		} finally {
			ini_set( 'error_log', (string) $log );
		}
	}
}
