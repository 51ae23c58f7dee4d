<?php
/**
 * `wp rollbook people`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Admin\PersonAccess;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\PersonTask;
use Rollbook\WordPress\Upkeep\TaskRun;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the people of identity providers, says why somebody has no access, locks out, lets in and unlinks, and makes accounts ready to be linked.
 */
final class PeopleCommand {

	/** How many are read at once. */
	private const AT_ONCE = 500;

	/** The conditions of a status. */
	private const STATUSES = array(
		'active'      => 'active = 1 AND deleted = 0',
		'deactivated' => 'active = 0 AND deleted = 0',
		'deleted'     => 'deleted = 1',
	);

	/** The columns of the list. */
	private const FIELDS = array( 'user_id', 'user_name', 'login', 'status', 'managed', 'roles', 'id' );

	/**
	 * Lists people.
	 *
	 * ## OPTIONS
	 *
	 * [--status=<status>]
	 * : active, deactivated or deleted.
	 *
	 * [--search=<name>]
	 * : The beginning of a userName.
	 *
	 * [--fields=<fields>]
	 * : The columns: user_id, user_name, login, status, managed, roles, id, external_id, created, modified.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml, ids or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @subcommand list
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function all( array $arguments, array $options ): void {
		$status = $options['status'] ?? '';
		if ( '' !== $status && ! isset( self::STATUSES[ $status ] ) ) {
			/* translators: %s: words to choose from. */
			WP_CLI::error( sprintf( __( 'The status is one of: %s.', 'rollbook' ), implode( ', ', array_keys( self::STATUSES ) ) ) );
		}
		$rows  = array();
		$after = 0;
		do {
			$some = self::rows( $status, $options['search'] ?? '', $after );
			foreach ( $some as $row ) {
				$rows[] = self::shown( $row );
				$after  = (int) $row['row_id'];
			}
		} while ( self::AT_ONCE === count( $some ) );
		Listing::print_rows( $rows, self::FIELDS, $options );
	}

	/**
	 * Says whether somebody has access, why, and which rule decides the role.
	 *
	 * ## OPTIONS
	 *
	 * <who>
	 * : Number, login or address of the account, or id or userName of the person.
	 *
	 * [--format=<format>]
	 * : table, json or yaml.
	 * ---
	 * default: table
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook people get alex@contoso.test
	 *
	 * @param list<string>          $arguments Who.
	 * @param array<string, string> $options   The options.
	 */
	public function get( array $arguments, array $options ): void {
		$access = PersonAccess::collect( Accounts::require( $arguments[0] ) );
		$answer = $access->answer();
		$facts  = array(
			'user_id'   => (string) $access->user_id,
			'login'     => $access->user->user_login ?? '',
			'user_name' => (string) ( $access->row['user_name'] ?? '' ),
			'id'        => (string) ( $access->row['id'] ?? '' ),
			'roles'     => implode( ', ', $access->user->roles ?? array() ),
			'access'    => $access->locked || null === $access->user ? 'no' : 'yes',
			'answer'    => $answer['text'],
			'cure'      => $answer['cure'],
			'role_rule' => implode( ' ', $access->ruling() ),
		);
		if ( 'table' !== ( $options['format'] ?? 'table' ) ) {
			Listing::print_rows( array( $facts ), array_keys( $facts ), $options );
			return;
		}
		$rows = array();
		foreach ( $facts as $name => $value ) {
			$rows[] = array(
				'field' => $name,
				'value' => $value,
			);
		}
		Listing::print_rows( $rows, array( 'field', 'value' ), $options );
	}

	/**
	 * Locks people out by hand. The identity provider may change that.
	 *
	 * ## OPTIONS
	 *
	 * <who>...
	 * : The person.
	 *
	 * @param list<string> $arguments The person.
	 */
	public function lock( array $arguments ): void {
		self::perform( 'locking', $arguments, true );
	}

	/**
	 * Lets people in again who are locked out. The identity provider may change that.
	 *
	 * ## OPTIONS
	 *
	 * <who>...
	 * : The person.
	 *
	 * @param list<string> $arguments The person.
	 */
	public function unlock( array $arguments ): void {
		self::perform( 'unlocking', $arguments, true );
	}

	/**
	 * Unlinks people: the account stays as it is, and no identity provider finds it.
	 *
	 * ## OPTIONS
	 *
	 * <who>...
	 * : The person.
	 *
	 * @param list<string> $arguments The person.
	 */
	public function unlink( array $arguments ): void {
		self::perform( 'unlinking', $arguments );
	}

	/**
	 * Lets identity providers find and link people again who were unlinked.
	 *
	 * ## OPTIONS
	 *
	 * <who>...
	 * : The person.
	 *
	 * @subcommand allow-linking
	 *
	 * @param list<string> $arguments The person.
	 */
	public function allow_linking( array $arguments ): void {
		self::perform( 'allowing_linking', $arguments );
	}

	/**
	 * Shows which accounts of this site identity providers will find, and with --apply makes them ready to be linked.
	 *
	 * ## OPTIONS
	 *
	 * [--name=<name>]
	 * : By which name they are found: email or login.
	 * ---
	 * default: email
	 * ---
	 *
	 * [--link-again]
	 * : Also those that were unlinked by hand.
	 *
	 * [--apply]
	 * : Do it after the preview.
	 *
	 * [--yes]
	 * : Do not ask.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function link( array $arguments, array $options ): void {
		$choices = array(
			'user_name' => 'login' === ( $options['name'] ?? 'email' ) ? 'login' : 'email',
			'unlinked'  => isset( $options['link-again'] ) ? 'link_again' : 'leave_out',
		);
		TaskLoop::run( TaskRun::LINKING, $choices, $options );
	}

	/**
	 * Carries out a task for each of some people.
	 *
	 * @param string       $task What to do.
	 * @param list<string> $who  The people.
	 * @param bool         $is_access Whether it decides about the login: then it counts who does it, and whether others are done at the same time.
	 */
	private static function perform( string $task, array $who, bool $is_access = false ): void {
		$fields  = array( 'task' => $task ) + ( $is_access ? array( 'actor' => get_current_user_id(), 'several' => count( $who ) > 1 ) : array() );
		$refused = 0;
		foreach ( $who as $one ) {
			$answer = PersonTask::run( $fields, Accounts::require( $one ) );
			if ( isset( $answer['login'] ) ) {
				/* translators: %s: username. */
				WP_CLI::success( sprintf( __( 'Done: %s', 'rollbook' ), $answer['login'] ) );
			} else {
				++$refused;
				WP_CLI::warning( "$one: " . ( $answer['reason'] ?? '' ) );
			}
		}
		if ( $refused > 0 ) {
			/* translators: 1 and 2: numbers. */
			WP_CLI::error( sprintf( __( '%1$d of %2$d could not be done.', 'rollbook' ), $refused, count( $who ) ) );
		}
	}

	/**
	 * Some rows of people, in their order.
	 *
	 * @param string $status The status; empty for every one.
	 * @param string $search The beginning of a userName.
	 * @param int    $after  The row before the first.
	 * @return list<array<string, ?string>>
	 */
	private static function rows( string $status, string $search, int $after ): array {
		global $wpdb;
		$conditions = array( 'row_id > %d', self::STATUSES[ $status ] ?? '1 = 1' );
		$arguments  = array( $after );
		if ( '' !== $search ) {
			$conditions[] = 'user_name_key LIKE %s';
			$arguments[]  = $wpdb->esc_like( mb_strtolower( $search ) ) . '%';
		}
		$where = implode( ' AND ', $conditions );
		return Database::rows( 'SELECT row_id, id, user_id, user_name, external_id, active, managed, deleted, created, modified FROM ' . Tables::name( 'users' ) . " WHERE $where ORDER BY row_id LIMIT %d", array( ...$arguments, self::AT_ONCE ) );
	}

	/**
	 * A row as the list shows it.
	 *
	 * @param array<string, ?string> $row The row.
	 * @return array<string, string>
	 */
	private static function shown( array $row ): array {
		$user = get_userdata( (int) $row['user_id'] );
		return array(
			'user_id'     => (string) $row['user_id'],
			'user_name'   => (string) $row['user_name'],
			'login'       => false === $user ? '' : $user->user_login,
			'status'      => match ( true ) {
				(bool) $row['deleted'] => 'deleted',
				false !== $user && AccessControl::is_locked_out( $user->ID ) => 'deactivated',
				default => 'active',
			},
			'managed'     => $row['managed'] ? 'yes' : 'no',
			'roles'       => false === $user ? '' : implode( ', ', $user->roles ),
			'id'          => (string) $row['id'],
			'external_id' => (string) $row['external_id'],
			'created'     => Listing::moment( (int) $row['created'] ),
			'modified'    => Listing::moment( (int) $row['modified'] ),
		);
	}
}
