<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\People\UnlinkedAccounts;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Store\ValueIndexes;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Upkeep\ProfileChanges;
use Rollbook\WordPress\Upkeep\TaskRun;
use Rollbook\WordPress\Upkeep\ValueIndexing;
use Throwable;

/**
 * A database that fails: each statement of each command in turn, lost connections, locks of others. The database holds what was
 * answered, and a request that failed can be sent again.
 */
final class DatabaseTroubleTest extends SiteTestCase {

	private static string $token;

	private string $log;

	public static function setUpBeforeClass(): void {
		self::$token = Tokens::create( 'DatabaseTroubleTest' );
	}

	public static function tearDownAfterClass(): void {
		$GLOBALS['wpdb']->delete( Tables::name( 'tokens' ), array( 'name' => 'DatabaseTroubleTest' ) );
	}

	protected function setUp(): void {
		parent::setUp();
		$this->log = (string) ini_set( 'error_log', '/dev/null' );
	}

	protected function tearDown(): void {
		ini_set( 'error_log', $this->log );
		parent::tearDown();
	}

	/** @dataProvider commands */
	public function test_a_failing_statement_fails_its_command_as_a_whole( string $command ): void {
		$this->each_statement( $command, static fn( string $query ): string => 'SELECT nothing FROM nowhere' );
	}

	/** @dataProvider commands */
	public function test_a_lost_connection_fails_its_command_as_a_whole( string $command ): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$this->each_statement( $command, $this->killing( ... ) );
	}

	/** @dataProvider commands */
	public function test_a_hook_that_swallows_the_failure_does_not_save_the_command( string $command ): void {
		$this->each_statement(
			$command,
			static function ( string $query ): string {
				try {
					$GLOBALS['wpdb']->query( 'SELECT nothing FROM nowhere' );
				} catch ( Throwable ) {
					return $query;
				}
				return $query;
			},
			true
		);
	}

	public function commands(): array {
		return array_map( static fn( string $name ): array => array( $name ), array( 'create' => 'create', 'update' => 'update', 'deactivate' => 'deactivate', 'keep' => 'keep', 'delete' => 'delete', 'reassign' => 'reassign', 'group' => 'group', 'members' => 'members', 'ungroup' => 'ungroup', 'roles' => 'roles' ) );
	}

	public function test_a_lock_of_somebody_else_is_waited_for_and_then_told(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		global $wpdb;
		$record = $this->create( 'pu-locked', array(), array( 'role' => 'editor' ) );
		$other  = $this->other_connection();
		$other->query( 'START TRANSACTION' );
		$other->query( "UPDATE $wpdb->usermeta SET meta_value = meta_value WHERE user_id = {$record['account']['user_id']}" );
		$other->query( "SELECT * FROM $wpdb->usermeta WHERE user_id = {$record['account']['user_id']} FOR UPDATE" );
		$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = 1' );
		try {
			$answer = $this->attempt( fn(): array => $this->update( $record, array(), array( 'role' => 'author', 'values' => array( 'meta:dept' => 'two' ) ) ) );
			self::assertNull( $answer );
			$other->query( 'ROLLBACK' );
			wp_cache_flush();
			self::assertSame( array( 1, array( 'editor' ) ), array( $this->load( $record['id'] )['version'], $this->load( $record['id'] )['account']['roles'] ) );
			self::assertSame( 'done', $this->update( $record, array(), array( 'role' => 'author' ) )['outcome'] );
		} finally {
			$wpdb->query( 'SET SESSION innodb_lock_wait_timeout = DEFAULT' );
		}
	}

	public function test_linking_is_allowed_or_the_command_fails(): void {
		$user_id = $this->create( 'pu-allowed' )['account']['user_id'];
		for ( $number = 1, $reached = true; $reached; ++$number ) {
			UnlinkedAccounts::add( $user_id );
			$count  = 0;
			$fail   = static function ( string $query ) use ( &$count, $number ): string {
				return ++$count === $number ? 'SELECT nothing FROM nowhere' : $query;
			};
			$answer = $this->attempt(
				fn(): array => $this->with_hook( 'query', $fail, fn(): array => (array) $this->run_command( 'allow_linking', array( 'user_ids' => array( $user_id ) ) ) )
			);
			wp_cache_flush();
			self::assertSame( null === $answer, UnlinkedAccounts::contains( $user_id ), "statement $number" );
			$reached = $count >= $number;
		}
		self::assertGreaterThan( 4, $number );
	}

	public function test_a_deadlock_is_tried_again(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$record = $this->create( 'pu-dead' );
		$times  = 0;
		$dead   = static function ( string $query ) use ( &$times ): string {
			// What a deadlock does: the whole transaction is gone.
			return str_contains( $query, 'last_name' ) && 1 === ++$times ? "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'" : $query;
		};
		$answer = $this->with_hook( 'query', $dead, fn(): array => $this->update( $record, array(), array( 'values' => array( 'field:last_name' => 'Two' ) ), array( 'field:last_name' ) ) );
		self::assertSame( array( 'done', 2, 'Two' ), array( $answer['outcome'], $answer['record']['version'], $answer['record']['values']['field:last_name'] ) );
		self::assertGreaterThan( 1, $times );
	}

	/** WordPress remembers an account that it has just made, also where the database has undone it. */
	public function test_a_create_that_a_deadlock_undid_finds_its_login_free(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		// For a listener of another plugin the numbers of the metas are read.
		add_action( 'added_user_meta', '__return_null' );
		foreach ( array( 'SELECT * FROM ' . $GLOBALS['wpdb']->users . ' WHERE ID', 'INSERT INTO ' . $GLOBALS['wpdb']->usermeta, 'SELECT umeta_id', 'UPDATE ' . Tables::name( 'users' ) ) as $number => $statement ) {
			$made  = false;
			$times = 0;
			$dead  = static function ( string $query ) use ( &$made, &$times, $statement ): string {
				$made = $made || str_starts_with( $query, 'INSERT INTO `' . $GLOBALS['wpdb']->users );
				return $made && str_starts_with( $query, $statement ) && 1 === ++$times ? "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'" : $query;
			};
			$person = $this->person( "pu-again-$number", array(), array( 'email' => "again-$number@phpunit.test", 'role' => 'author' ) );
			$answer = $this->with_hook( 'query', $dead, fn(): array => $this->run_command( 'create_user', $person ) );
			self::assertGreaterThan( 0, $times, $statement );
			self::assertSame( array( 'done', "pu-again-$number", array( 'author' ) ), array( $answer['outcome'], $answer['record']['account']['login'], $answer['record']['account']['roles'] ), $statement );
		}
		remove_action( 'added_user_meta', '__return_null' );
	}

	/** The same where roles were put off to the end of a batch. */
	public function test_roles_lost_at_commit_are_not_saved_by_a_write_of_somebody_else(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$record  = $this->create( 'pu-put-off', array(), array( 'role' => 'author' ) );
		$times   = 0;
		$lose    = function ( string $query ) use ( &$times, $record ): string {
			if ( 'COMMIT' === $query && 1 === ++$times ) {
				$this->killing( $query );
				$this->other_connection()->query( 'UPDATE ' . Tables::name( 'users' ) . " SET version = version + 5 WHERE id = '{$record['id']}'" );
			}
			return $query;
		};
		$person  = array( 'id' => $record['id'], 'version' => $record['version'] );
		$role    = array( 'user_id' => $record['account']['user_id'], 'version' => $record['version'], 'role' => 'editor', 'other_roles' => array(), 'before' => array( 'author' ) );
		$command = array( 'people' => array( $person ), 'roles' => array( $role ) );
		self::assertSame( 'stale', $this->with_hook( 'query', $lose, fn(): array => $this->run_command( 'regroup_people', $command ) )['outcome'] );
		self::assertSame( array( 'author' ), $this->load( $record['id'] )['account']['roles'] );
	}

	/** A write of somebody else, with a higher version, is not taken for ours. */
	public function test_a_connection_lost_at_commit_is_not_saved_by_a_write_of_somebody_else(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$record = $this->create( 'pu-lost' );
		$times  = 0;
		$lose   = function ( string $query ) use ( &$times, $record ): string {
			if ( 'COMMIT' === $query && 1 === ++$times ) {
				$this->killing( $query );
				$this->other_connection()->query( 'UPDATE ' . Tables::name( 'users' ) . " SET version = version + 5 WHERE id = '{$record['id']}'" );
			}
			return $query;
		};
		$answer = $this->with_hook( 'query', $lose, fn(): array => $this->update( $record, array( 'active' => false ) ) );
		self::assertSame( 'stale', $answer['outcome'], 'it was tried again, and decided on an old version' );
		self::assertTrue( $this->load( $record['id'] )['active'] );
	}

	public function test_tokens_that_cannot_be_read_are_not_unknown(): void {
		foreach ( array( static fn( string $query ): string => 'SELECT nothing FROM nowhere', static fn(): string => '' ) as $fault ) {
			$answer = $this->with_hook( 'query', static fn( string $query ): string => str_contains( $query, 'rollbook_tokens' ) ? $fault( $query ) : $query, fn(): array => $this->request() );
			self::assertSame( 503, $answer['status'] );
			self::assertSame( '30', $answer['headers']['Retry-After'] );
			self::assertStringContainsString( 'nothing was changed', $answer['body'] );
		}
	}

	public function test_a_table_that_was_dropped_is_made_again(): void {
		global $wpdb;
		$table   = Tables::name( 'group_members' );
		$members = Database::rows( "SELECT * FROM $table" );
		$wpdb->query( "DROP TABLE $table" );
		try {
			self::assertNull( $this->attempt( fn(): array => $this->run_command( 'create_group', $this->group( 'PU-Dropped', array() ) ) ) );
			self::assertSame( 'done', $this->run_command( 'create_group', $this->group( 'PU-Dropped', array() ) )['outcome'] );
		} finally {
			Tables::create();
			Database::insert_new( $table, array( 'group_row', 'member_id', 'member_kind' ), array_map( 'array_values', $members ) );
		}
	}

	/** Whichever statement fails, a group that is replaced is answered with the resource, or is as it was. */
	public function test_a_group_that_is_replaced_is_shown(): void {
		$members = array( $this->create( 'pu-one' )['id'], $this->create( 'pu-two' )['id'] );
		$faults  = array( static fn(): string => 'SELECT nothing FROM nowhere' );
		if ( ! $this->is_sqlite() ) {
			$faults[] = static function (): string {
				$GLOBALS['wpdb']->dbh->query( 'ROLLBACK' ); // As the server does with the one of the two that it chooses.
				return "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'";
			};
		}
		foreach ( $faults as $kind => $fault ) {
			$statuses = array();
			for ( $number = 1, $reached = true; $reached; ++$number ) {
				$group   = $this->run_command( 'create_group', $this->group( "PU-Put-$kind-$number", array( $members[0] ) ) )['record'];
				$body    = array( 'displayName' => $group['display_name'], 'members' => array( array( 'value' => $members[1] ) ) );
				$count   = 0;
				$injure  = static function ( string $query ) use ( &$count, $number, $fault ): string {
					return ++$count === $number ? $fault() : $query;
				};
				$answer  = $this->with_hook( 'query', $injure, fn(): array => $this->request( 'PUT', "/Groups/{$group['id']}", $body ) );
				$stored  = array_column( Database::rows( 'SELECT member_id FROM ' . Tables::name( 'group_members' ) . ' WHERE group_row = %d', array( $group['row'] ) ), 'member_id' );
				$shown   = array_column( json_decode( $answer['body'], true )['members'] ?? array(), 'value' );
				$reached = $count >= $number;
				self::assertContains( $answer['status'], array( 200, 503 ), "$kind, statement $number: {$answer['body']}" );
				self::assertSame( 200 === $answer['status'] ? array( $shown, array( $members[1] ) ) : array( array(), array( $members[0] ) ), array( $shown, $stored ), "$kind, statement $number" );
				$statuses[] = $answer['status'];
			}
			self::assertSame( 200, end( $statuses ) );
			self::assertGreaterThan( 10, $number );
		}
	}

	public function test_settings_that_cannot_be_read_are_not_the_defaults(): void {
		global $wpdb;
		$before = Settings::document();
		SettingsWriter::merge( array( 'default_role' => 'author' ) );
		try {
			wp_cache_set( 'notoptions', array( Settings::OPTION => true ), 'options' );
			wp_cache_set( 'alloptions', array_diff_key( wp_load_alloptions(), array( Settings::OPTION => true ) ), 'options' );
			self::assertSame( 'author', Settings::document()['default_role'], 'WordPress remembers that there are none' );
			wp_cache_set( 'alloptions', array_diff_key( wp_load_alloptions(), array( Settings::OPTION => true ) ), 'options' );
			self::assertNull( $this->attempt( fn(): array => $this->with_hook( 'query', static fn( string $query ): string => str_contains( $query, Settings::OPTION ) ? 'SELECT nothing FROM nowhere' : $query, static fn(): array => Settings::document() ) ) );
		} finally {
			wp_cache_delete( 'alloptions', 'options' );
			wp_cache_delete( 'notoptions', 'options' );
			SettingsWriter::merge( $before );
		}
	}

	/** Roles that could not be read are not "no roles"; nor is the default role that could not be none. */
	public function test_roles_that_cannot_be_read_are_not_none(): void {
		$roles  = wp_roles();
		$before = Site::facts();
		$ask    = static function (): array {
			$request = new \WP_REST_Request( 'GET', '/scim/v2/ServiceProviderConfig' );
			$request->set_header( 'Authorization', 'Bearer ' . self::$token );
			$answer = rest_do_request( $request );
			return array( $answer->get_status(), $answer->get_headers()['Retry-After'] ?? null );
		};
		self::assertSame( 200, $ask()[0] );
		foreach ( array( $roles->role_key, 'default_role' ) as $option ) {
			// As WordPress is left by a failed read: it remembers that there is none.
			$forget = static function () use ( $roles, $option ): void {
				wp_cache_set( 'alloptions', array_diff_key( wp_load_alloptions(), array( $option => true ) ), 'options' );
				wp_cache_set( 'notoptions', array( $option => true ), 'options' );
				$roles->roles = $option === $roles->role_key ? array() : $roles->roles;
			};
			$fail   = static fn( string $query ): string => str_contains( $query, 'option' ) ? 'SELECT nothing FROM nowhere' : $query;
			try {
				$forget();
				self::assertSame( $before, Site::facts(), 'it is read again' );
				$forget();
				self::assertSame( array( 503, '30' ), $this->with_hook( 'query', $fail, $ask ) );
				self::assertNull( $this->attempt( fn(): array => $this->with_hook( 'query', $fail, static fn(): array => Site::facts() ) ) );
				self::assertSame( 200, $ask()[0], 'the database is back' );
			} finally {
				wp_cache_delete( 'alloptions', 'options' );
				wp_cache_delete( 'notoptions', 'options' );
				$roles->for_site( $roles->get_site_id() );
			}
		}
	}

	public function test_a_witness_that_a_killed_worker_has_left_is_swept(): void {
		global $wpdb;
		$left = static fn(): array => array_column( Database::rows( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", array( 'rollbook\_batch\_%' ) ), 'option_name' );
		Database::insert( $wpdb->options, array( 'option_name' => 'rollbook_batch_old', 'option_value' => (string) ( Tokens::now() - 4_000_000 ), 'autoload' => 'no' ) );
		$this->run_command( 'begin_batch', array() );
		$this->create( 'pu-batch' );
		$this->run_command( 'end_batch', array( 'keep' => true ) );
		self::assertSame( $this->is_sqlite() ? array( 'rollbook_batch_old' ) : array(), $left(), 'on SQLite there are no batches, and no witnesses' );
		Database::run( "DELETE FROM $wpdb->options WHERE option_name = 'rollbook_batch_old'" );
	}

	/** A plugin may look for its table and make it where it is missing. */
	public function test_a_hook_may_make_its_table(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		global $wpdb;
		$make = static function (): void {
			require_once ABSPATH . 'wp-admin/includes/upgrade.php';
			dbDelta( 'CREATE TABLE rollbook_lazy ( a int );' );
		};
		try {
			self::assertSame( 'pu-lazy', $this->with_hook( 'user_register', $make, fn(): array => $this->create( 'pu-lazy' ) )['user_name'] );
			self::assertSame( 'rollbook_lazy', $wpdb->get_var( "SHOW TABLES LIKE 'rollbook_lazy'" ) );
		} finally {
			$wpdb->query( 'DROP TABLE IF EXISTS rollbook_lazy' );
		}
	}

	/** What could not be read is not what is not there: work that goes on by itself goes on with the next time. */
	public function test_background_work_takes_no_failed_read_for_an_answer(): void {
		$before = get_option( Settings::OPTION );
		delete_option( Settings::OPTION );
		$record = $this->create( 'pu-behind', array( 'document' => '{"userName":"pu-behind","title":"Chief","displayName":"pu-behind"}' ), array( 'role' => 'author' ) );
		$user   = get_userdata( $record['account']['user_id'] );
		$meta   = static fn( string $path ): array => array( 'mappings' => array( array( 'path' => $path, 'target' => 'meta:pu_behind', 'title' => 'x' ) ) );
		$roles  = array( 'role_rules' => array( array( 'filter' => 'title eq "Chief"', 'role' => 'editor' ) ) );
		$works  = array(
			'task'     => array(
				static function () use ( $user ): void {
					$user->set_role( 'author' );
					TaskRun::begin( TaskRun::ROLES, true, array() );
				},
				static fn() => TaskRun::current( TaskRun::ROLES )->advance(),
				static function ( string $place ) use ( $user ): void {
					for ( $times = 0; $times < 20 && ! TaskRun::current( TaskRun::ROLES )->is_finished(); ++$times ) {
						TaskRun::current( TaskRun::ROLES )->advance();
					}
					$run = TaskRun::current( TaskRun::ROLES );
					self::assertSame( array( true, null, array( 'editor' ) ), array( $run->is_finished(), $run->failure(), array_values( get_userdata( $user->ID )->roles ) ), $place );
					self::assertSame( $run->progress()[1], $run->progress()[0], $place );
				},
			),
			'catch-up' => array(
				static function () use ( $meta, $user ): void {
					SettingsWriter::merge( $meta( 'displayName' ) );
					do_action( CatchUp::EVENT );
					self::assertSame( 'pu-behind', get_user_meta( $user->ID, 'pu_behind', true ) );
					SettingsWriter::merge( $meta( 'title' ) );
				},
				static fn() => do_action( CatchUp::EVENT ),
				static function ( string $place ) use ( $user ): void {
					do_action( CatchUp::EVENT );
					self::assertSame( 'Chief', get_user_meta( $user->ID, 'pu_behind', true ), $place );
				},
			),
			'index'    => array(
				static function (): void {
					update_option( ValueIndexes::OPTION, array() );
					delete_option( ValueIndexing::OPTION );
					wp_clear_scheduled_hook( ValueIndexes::EVENT );
					Database::run( 'DELETE FROM ' . Tables::name( 'lookups' ) . " WHERE path = '=title'" );
					ValueIndexes::want( array( 'title' ) );
					wp_clear_scheduled_hook( ValueIndexes::EVENT ); // WordPress has called it.
				},
				static fn() => do_action( ValueIndexes::EVENT ),
				function ( string $place ): void {
					self::assertTrue( array() === ValueIndexes::incomplete() || false !== wp_next_scheduled( ValueIndexes::EVENT ), "$place: it goes on by itself" );
					do_action( ValueIndexes::EVENT );
					self::assertSame( array(), ValueIndexes::incomplete(), $place );
					self::assertSame( 1, $this->count_rows( Tables::name( 'lookups' ), "path = '=title' AND value = 'chief'" ), $place );
				},
			),
			'profile'  => array(
				static function () use ( $user ): void {
					static $number = 0;
					wp_update_user( array( 'ID' => $user->ID, 'display_name' => 'Name ' . ++$number ) );
				},
				static fn() => ProfileChanges::action_shutdown(),
				function ( string $place ) use ( $user ): void {
					do_action( CatchUp::EVENT );
					self::assertSame( 1, $this->count_rows( Tables::name( 'lookups' ), "path = 'displayName' AND value = '" . strtolower( get_userdata( $user->ID )->display_name ) . "'" ), $place );
				},
			),
		);
		try {
			SettingsWriter::merge( $roles + $meta( 'title' ) );
			foreach ( $works as $work => list( $prepare, $run, $expected ) ) {
				for ( $number = 1, $suffered = true; $suffered; ++$number ) {
					wp_cache_flush();
					$prepare();
					wp_cache_flush();
					wp_load_alloptions(); // As at the beginning of any request.
					list( $count, $suffered ) = array( 0, false );
					$injure                   = static function ( string $query ) use ( &$count, &$suffered, $number ): string {
						if ( ++$count !== $number ) {
							return $query;
						}
						$suffered = true;
						return 'SELECT nothing FROM nowhere';
					};
					$this->attempt( fn(): ?array => $this->with_hook( 'query', $injure, $run ) );
					wp_cache_flush();
					$expected( "$work, statement $number" );
				}
				self::assertGreaterThan( 5, $number, $work );
			}
		} finally {
			TaskRun::discard( TaskRun::ROLES );
			false === $before ? delete_option( Settings::OPTION ) : update_option( Settings::OPTION, $before, true );
			delete_option( CatchUp::OPTION );
			update_option( ValueIndexes::OPTION, array() );
			delete_option( ValueIndexing::OPTION );
			wp_clear_scheduled_hook( ValueIndexes::EVENT );
		}
	}

	/** Lets one statement after the other fail, until none is left. Looks each time at what was answered and what is stored. */
	private function each_statement( string $command, callable $fault, bool $swallowed = false ): void {
		$suffered = true;
		for ( $number = 1; $suffered; ++$number ) {
			list( $run, $id, $expected ) = $this->prepared( $command, $number );
			$before                      = $this->stored( $id );
			$suffered                    = false;
			$count                       = 0;
			$guarded                     = false;
			$injure                      = function ( string $query ) use ( &$count, &$suffered, &$guarded, $number, $fault, $swallowed ): string {
				if ( $guarded ) {
					return $query;
				}
				// Only what is sent within a transaction counts where the failure is swallowed: before it nothing depends on it.
				if ( ++$count === $number && ! preg_match( '/^(ROLLBACK|SELECT GET_LOCK|SELECT RELEASE_LOCK)/', $query ) && ( ! $swallowed || \Rollbook\WordPress\Store\Transaction::is_open() ) ) {
					$suffered = true;
					$guarded  = true;
					$query    = $fault( $query );
					$guarded  = false;
				} elseif ( $count === $number ) {
					$suffered = true;
				}
				return $query;
			};
			$answer  = $this->attempt( fn(): array => $this->with_hook( 'query', $injure, $run ) );
			$outcome = null === $answer ? 'failed' : ( array_is_list( $answer ) ? $answer[0]['outcome'] : $answer )['outcome'];
			wp_cache_flush();
			$place = "$command, statement $number: " . wp_json_encode( $answer );
			self::assertNotSame( 'refused', $outcome, "$place: it is the database that failed, and nobody who refused" );
			if ( 'done' === $outcome ) {
				$expected( $place );
				continue;
			}
			self::assertSame( $before, $this->stored( $id ), $place );
			$answer = $run();
			self::assertSame( 'done', ( array_is_list( $answer ) ? $answer[0]['outcome'] : $answer )['outcome'], "$place, and again" );
			wp_cache_flush();
			$expected( "$place, and again" );
		}
		self::assertGreaterThan( 5, $number );
	}

	/** A command about somebody new: the command, the person, and what has to be true afterwards. */
	private function prepared( string $command, int $number ): array {
		global $wpdb;
		$name = "pu-$command-$number";
		if ( 'create' === $command ) {
			$fields = $this->person( $name, array( 'lookups' => array( array( 'path' => 'userName', 'value' => $name ) ) ), array( 'email' => "$name@phpunit.test", 'role' => 'author', 'values' => array( 'meta:dept' => 'one' ) ) );
			return array(
				fn(): array => $this->run_command( 'create_user', $fields ),
				$name,
				function ( string $place ) use ( $name ): void {
					$user = get_user_by( 'login', $name );
					self::assertSame( array( 'author', 'one', "$name@phpunit.test" ), array( $user->roles[0], $user->dept, $user->user_email ), $place );
					self::assertSame( 1, $this->count_rows( Tables::name( 'lookups' ), "value = '$name'" ), $place );
				},
			);
		}
		$record          = $this->create( $name, array( 'lookups' => array( array( 'path' => 'userName', 'value' => $name ) ) ), array( 'email' => "$name@phpunit.test", 'role' => 'editor', 'values' => array( 'meta:dept' => 'one', 'field:last_name' => 'One' ) ) );
		$user_id         = $record['account']['user_id'];
		$reassign_target = $this->create( "$name-heir" )['account'];
		$post            = wp_insert_post( array( 'post_author' => $user_id, 'post_title' => $name, 'post_status' => 'publish' ) );
		$group           = $this->run_command( 'create_group', $this->group( "$name-group", 'ungroup' === $command ? array( $record['id'] ) : array() ) )['record'];
		$decided         = array( array( 'id' => $record['id'], 'version' => 1 ) );
		$roles           = array( array( 'user_id' => $user_id, 'version' => 1, 'before' => array( 'editor' ), 'role' => 'author', 'other_roles' => array() ) );
		$row             = array( 'document' => '{"userName":"changed"}', 'lookups' => array( array( 'path' => 'userName', 'value' => "$name-2" ) ) );
		$delete          = array( 'id' => $record['id'], 'version' => 1, 'managed_here' => true, 'reassign_to' => 'delete' === $command ? null : $reassign_target['login'], 'disposal' => 'keep' === $command ? 'deactivate' : 'delete', 'now' => self::NOW );
		$changed         = array( 'id' => $group['id'], 'version' => 1, 'add' => array( array( 'id' => $record['id'], 'kind' => 'User' ) ), 'remove' => array(), 'remove_all' => false, 'people' => $decided, 'roles' => $roles ) + $this->group( "$name-group", array() );
		$changed         = array( 'members' => 1000 ) + $changed;
		$run             = match ( $command ) {
			'update'     => fn(): array => $this->update( $record, $row, array( 'email' => "$name-2@phpunit.test", 'role' => 'author', 'values' => array( 'meta:dept' => 'two', 'field:last_name' => 'Two' ) ) ),
			'deactivate' => fn(): array => $this->update( $record, array( 'active' => false ) + $row ),
			'keep', 'delete', 'reassign' => fn(): array => $this->run_command( 'delete_user', $delete ),
			'group'      => fn(): array => $this->run_command( 'create_group', array( 'people' => $decided, 'roles' => $roles ) + $this->group( "$name-new", array( $record['id'] ) ) ),
			'members'    => fn(): array => $this->run_command( 'update_group', $changed ),
			'ungroup'    => fn(): array => $this->run_command( 'delete_group', array( 'id' => $group['id'], 'version' => 1, 'people' => $decided, 'roles' => $roles, 'unchanged' => array(), 'within' => array(), 'around' => array() ) ),
			'roles'      => fn(): array => $this->run_command( 'set_roles', array( 'roles' => $roles ) ),
		};
		$expected = function ( string $place ) use ( $command, $record, $user_id, $name, $wpdb, $post, $reassign_target, $group ): void {
			$user    = get_userdata( $user_id );
			$lookups = array_column( Database::rows( 'SELECT value FROM ' . Tables::name( 'lookups' ) . ' WHERE value LIKE %s', array( "$name%" ) ), 'value' );
			match ( $command ) {
				'update'           => self::assertSame( array( array( 'author' ), 'two', 'Two', "$name-2@phpunit.test", array( "$name-2" ) ), array( $user->roles, $user->dept, $user->last_name, $user->user_email, $lookups ), $place ),
				'deactivate'       => self::assertSame( array( false, array( "$name-2" ) ), array( $this->load( $record['id'] )['active'], $lookups ), $place ),
				'keep'             => self::assertSame( array( null, array(), '0', '1' ), array( $this->load( $record['id'] ), $lookups, ...array_values( Database::row( 'SELECT active, deleted FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d', array( $user_id ) ) ) ), $place ),
				'delete', 'reassign' => self::assertSame( array( false, null, array(), 0 ), array( $user, $this->load( $record['id'] ), $lookups, $this->count_rows( $wpdb->usermeta, "user_id = $user_id" ) ), $place ),
				'members', 'group' => self::assertSame( array( array( 'author' ), 1, 2 ), array( $user->roles, $this->count_rows( Tables::name( 'group_members' ), "member_id = '{$record['id']}'" ), $this->load( $record['id'] )['version'] ), $place ),
				'ungroup'          => self::assertSame( array( array( 'author' ), 0, 0 ), array( $user->roles, $this->count_rows( Tables::name( 'group_members' ), "member_id = '{$record['id']}'" ), $this->count_rows( Tables::name( 'groups' ), "id = '{$group['id']}'" ) ), $place ),
				'roles'            => self::assertSame( array( 'author' ), $user->roles, $place ),
			};
			if ( in_array( $command, array( 'keep', 'reassign' ), true ) ) {
				self::assertSame( $reassign_target['user_id'], (int) get_post( $post )->post_author, $place );
			}
			if ( 'delete' === $command ) {
				self::assertNotSame( 'publish', get_post_status( $post ), $place );
			}
		};
		return array( $run, $name, $expected );
	}

	/** All that is stored about a name. */
	private function stored( string $name ): array {
		global $wpdb;
		$users = Database::rows( "SELECT ID, user_login, user_email, display_name FROM $wpdb->users WHERE user_login LIKE %s ORDER BY ID", array( "$name%" ) );
		$ids   = array_column( $users, 'ID' );
		$in    = $ids ? implode( ',', $ids ) : '0';
		$rows  = Database::rows( 'SELECT row_id, id, user_id, user_name, email_key, active, deleted, version, document, applied FROM ' . Tables::name( 'users' ) . ' WHERE user_name LIKE %s ORDER BY row_id', array( "$name%" ) );
		return array(
			$users,
			$rows,
			Database::rows( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id IN ($in) OR user_id NOT IN (SELECT ID FROM $wpdb->users) ORDER BY umeta_id" ),
			Database::rows( 'SELECT * FROM ' . Tables::name( 'lookups' ) . ' WHERE value LIKE %s OR row_id NOT IN (SELECT row_id FROM ' . Tables::name( 'users' ) . ') ORDER BY row_id, path, value', array( "$name%" ) ),
			Database::rows( 'SELECT id, display_name, version FROM ' . Tables::name( 'groups' ) . ' WHERE display_name LIKE %s', array( "$name%" ) ),
			Database::rows( 'SELECT * FROM ' . Tables::name( 'group_members' ) . ' ORDER BY group_row, member_id' ),
			Database::rows( "SELECT ID, post_author, post_status FROM $wpdb->posts WHERE post_title = %s", array( $name ) ),
		);
	}

	private function group( string $name, array $members ): array {
		return array(
			'row'     => array( 'display_name' => $name, 'display_name_key' => mb_strtolower( $name ), 'external_id' => null, 'document' => '{}' ),
			'members' => array_map( static fn( string $id ): array => array( 'id' => $id, 'kind' => 'User' ), $members ),
			'people'  => array(),
			'roles'   => array(),
			'unchanged' => array(),
			'within'  => array(),
			'around'  => array(),
			'now'     => self::NOW,
		);
	}

	/** Does something, and gives null where the database failed. */
	private function attempt( callable $work ): ?array {
		try {
			return $work();
		} catch ( \Rollbook\WordPress\Store\DatabaseFailure ) {
			return null;
		}
	}

	/** A request, without a body with a token that nobody knows. */
	private function request( string $method = 'GET', string $path = '/Users', ?array $body = null ): array {
		$request = array( 'method' => $method, 'base' => 'https://site.test/scim/v2', 'path' => $path, 'query' => '', 'headers' => array( 'Authorization' => 'Bearer ' . ( null === $body ? 'x' : self::$token ) ), 'body' => null === $body ? '' : (string) wp_json_encode( $body ), 'remote' => '127.0.0.1', 'now' => Tokens::now() );
		$runner  = new ExchangeRunner( Exchange::open( $request, Settings::document(), Site::facts() ) );
		$runner->run();
		return $runner->exchange->response();
	}

	/** Ends the connection of WordPress from outside. */
	private function killing( string $query ): string {
		$this->other_connection()->query( 'KILL ' . $GLOBALS['wpdb']->dbh->thread_id );
		usleep( 5000 );
		return $query;
	}

	private function other_connection(): \mysqli {
		static $other = null;
		if ( null === $other ) {
			list( $host, $port, $socket ) = $GLOBALS['wpdb']->parse_db_host( DB_HOST );
			$other                        = new \mysqli( $host, DB_USER, DB_PASSWORD, DB_NAME, (int) $port, (string) $socket );
		}
		return $other;
	}


	/** SQLite has neither connections that can be lost nor locks of rows; that it has none is what is asserted of it. */
	private function is_sqlite(): bool {
		self::assertSame( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE, null === Database::connection() );
		return null === Database::connection();
	}
}
