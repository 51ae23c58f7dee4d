<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use PHPUnit\Framework\TestCase;
use Rollbook\WordPress\Endpoint\CommandTable;
use Rollbook\WordPress\People\AccountRegistry;
use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Store\Tables;

/**
 * A test inside a real site. What it adds is removed after it; people that the site had before stay.
 */
abstract class SiteTestCase extends TestCase {

	protected const NOW = 1_700_000_000_123;

	/** Text that comes back changed wherever it is slashed, unslashed or filtered once too often. */
	protected const AWKWARD = "O'Brien \"x\" \\ \\\\ \\n %s 😀 é";

	/** @var array<string, int> The highest number of each table before the test. */
	private array $highest = array();

	protected function setUp(): void {
		global $wpdb;
		wp_cache_flush();
		$wpdb->suppress_errors( false );
		$wpdb->hide_errors();
		$this->highest['users'] = (int) $wpdb->get_var( "SELECT MAX(ID) FROM $wpdb->users" );
		foreach ( array( 'users', 'groups' ) as $table ) {
			$this->highest[ "our $table" ] = (int) $wpdb->get_var( 'SELECT MAX(row_id) FROM ' . Tables::name( $table ) );
		}
	}

	protected function tearDown(): void {
		global $wpdb;
		( new CommandTable() )->abandon();
		$wpdb->query( "DELETE FROM $wpdb->usermeta WHERE user_id > {$this->highest['users']}" );
		$wpdb->query( "DELETE FROM $wpdb->users WHERE ID > {$this->highest['users']}" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'group_members' ) . " WHERE group_row > {$this->highest['our groups']}" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'groups' ) . " WHERE row_id > {$this->highest['our groups']}" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'lookups' ) . " WHERE row_id > {$this->highest['our users']}" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'users' ) . " WHERE row_id > {$this->highest['our users']}" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'losses' ) );
		delete_option( Losses::ALARM );
		delete_option( AccountRegistry::OPTION );
		wp_cache_flush();
	}

	/** Carries out a command. */
	protected function run_command( string $name, array $fields ): mixed {
		return ( new CommandTable() )->run( array( 'do' => $name ) + $fields );
	}

	/** The fields of create_user for a person; `row` and `account` are merged. */
	protected function person( string $user_name, array $row = array(), array $account = array(), array $targets = array() ): array {
		return array(
			'row'     => $row + array(
				'user_name'     => $user_name,
				'user_name_key' => mb_strtolower( $user_name ),
				'external_id'   => null,
				'active'        => true,
				'login_of'      => null,
				'document'      => wp_json_encode( array( 'userName' => $user_name ) ),
				'lookups'       => array(),
			),
			'account' => $account + array(
				'user_id'      => null,
				'managed_here' => true,
				'logins'       => array( strtok( mb_strtolower( $user_name ), '@' ) ),
				'email'        => null,
				'password'     => null,
				'role'         => null,
				'values'       => array(),
			),
			'others'    => array(),
			'giving_up' => array(),
			'targets'   => $targets,
			'now'       => self::NOW,
		);
	}

	/** Creates a person and gives the record. */
	protected function create( string $user_name, array $row = array(), array $account = array(), array $targets = array() ): array {
		$answer = $this->run_command( 'create_user', $this->person( $user_name, $row, $account, $targets ) );
		self::assertSame( 'done', $answer['outcome'], (string) wp_json_encode( $answer ) );
		return $answer['record'];
	}

	/** Changes a person as far as given, and gives the answer. */
	protected function update( array $record, array $row = array(), array $account = array(), array $targets = array() ): array {
		$same = array(
			'external_id' => $record['external_id'],
			'active'      => $record['active'],
			'document'    => $record['document'],
		);
		return $this->run_command(
			'update_user',
			array(
				'id'      => $record['id'],
				'version' => $record['version'],
			) + $this->person( $row['user_name'] ?? $record['user_name'], $row + $same, $account + array( 'logins' => array() ), $targets )
		);
	}

	/** The answer to find_conflicts. */
	protected function conflicts( array $fields ): array {
		$fields += array(
			'user_name_key' => null,
			'email'         => null,
			'external_id'   => null,
			'lookups'       => array(),
			'targets'       => array(),
		);
		return $this->run_command( 'find_conflicts', $fields );
	}

	/** The fields of a selection. */
	protected function selection( string $sql = '1=1', array $arguments = array(), array $more = array() ): array {
		return $more + array(
			'filter'    => null,
			'condition' => array(
				'sql'       => $sql,
				'arguments' => $arguments,
			),
			'exact'     => true,
			'order'     => null,
			'after_row' => null,
			'offset'    => 0,
			'limit'     => 100,
			'count'     => false,
		);
	}

	/** The people that a condition selects. */
	protected function find( string $sql, array $arguments = array(), array $more = array() ): array {
		return $this->run_command(
			'find_users',
			array(
				'selection' => $this->selection( $sql, $arguments, $more ),
				'unmanaged' => true,
				'targets'   => array(),
			)
		);
	}

	/** One person, or null. */
	protected function load( string $id, array $targets = array() ): ?array {
		return $this->run_command(
			'load_user',
			array(
				'id'      => $id,
				'targets' => $targets,
			)
		);
	}

	/** How many rows a table has that fulfil a condition. */
	protected function count_rows( string $table, string $condition ): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $table WHERE $condition" );
	}

	/** No group is a member of another any more: a site that was used before may hold such groups. */
	protected function take_groups_apart(): void {
		global $wpdb;
		$wpdb->delete( Tables::name( 'group_members' ), array( 'member_kind' => 'Group' ) );
	}

	/** Lets a hook act once, during the work, and never again. */
	protected function with_hook( string $hook, callable $handler, callable $work ): mixed {
		add_filter( $hook, $handler );
		try {
			return $work();
		} finally {
			remove_filter( $hook, $handler );
		}
	}

	/** The site's address. */
	protected function url(): string {
		return json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->url;
	}

	/** The mails that the work wanted to send: of each the address. */
	protected function mails_during( callable $work ): array {
		$mails  = array();
		$listen = static function ( mixed $sent, array $mail ) use ( &$mails ): bool {
			$mails[] = $mail['to'];
			return true;
		};
		add_filter( 'pre_wp_mail', $listen, PHP_INT_MAX, 2 );
		try {
			$work();
		} finally {
			remove_filter( 'pre_wp_mail', $listen, PHP_INT_MAX );
		}
		return $mails;
	}

	/** Runs PHP files of this folder at once, each in a WordPress of its own, and gives what each printed as JSON. */
	protected function at_once( string $script, array $arguments_of_each, array $environment = array() ): array {
		$running = array();
		foreach ( $arguments_of_each as $arguments ) {
			$pipes     = array();
			$process   = proc_open(
				array( PHP_BINARY, __DIR__ . "/$script", ...$arguments ),
				array( 1 => array( 'pipe', 'w' ), 2 => STDERR ),
				$pipes,
				null,
				$environment + getenv()
			);
			$running[] = array( $process, $pipes[1] );
		}
		return array_map(
			static function ( array $one ): mixed {
				$printed = stream_get_contents( $one[1] );
				self::assertSame( 0, proc_close( $one[0] ), (string) $printed );
				return json_decode( (string) $printed, true, 512, JSON_THROW_ON_ERROR );
			},
			$running
		);
	}
}
