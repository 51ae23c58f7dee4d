<?php
/**
 * People, read.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\Exchange;
use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\FewMetas;
use Rollbook\WordPress\Store\PassingBy;
use Rollbook\WordPress\Store\Selection;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * Reads people out of our tables and WordPress's, a whole page with a constant number of statements.
 *
 * This class uses only what WordPress loads before plugins, and nothing of pluggable.php, so that it can read that early.
 *
 * @phpstan-import-type Account from \Rollbook\Contract
 * @phpstan-import-type FindConflicts from \Rollbook\Contract
 * @phpstan-import-type FindConflictsAnswer from \Rollbook\Contract
 * @phpstan-import-type FindReassignTarget from \Rollbook\Contract
 * @phpstan-import-type FindReassignTargetAnswer from \Rollbook\Contract
 * @phpstan-import-type FindUsers from \Rollbook\Contract
 * @phpstan-import-type FindUsersAnswer from \Rollbook\Contract
 * @phpstan-import-type LoadUsersByAccount from \Rollbook\Contract
 * @phpstan-import-type LoadUsersByAccountAnswer from \Rollbook\Contract
 * @phpstan-import-type LoadUsers from \Rollbook\Contract
 * @phpstan-import-type LoadUsersAnswer from \Rollbook\Contract
 * @phpstan-import-type LoadUser from \Rollbook\Contract
 * @phpstan-import-type LoadUserAnswer from \Rollbook\Contract
 * @phpstan-import-type UserRecord from \Rollbook\Contract
 * @phpstan-type Groups array<string, array{id: string, display: string, direct: bool, version: ?array{row: int, version: int}}>
 */
final class UserReader {

	/**
	 * So many people are read without asking for their size, so that a search for somebody needs one statement.
	 */
	private const FEW = 10;

	/**
	 * The same for people that the command names.
	 */
	private const FEW_NAMED = 30;

	/**
	 * The columns of a person's row.
	 */
	private const COLUMNS = array( 'row_id', 'id', 'user_id', 'user_name', 'external_id', 'active', 'locked_before', 'managed', 'linked', 'deleted', 'wished_name', 'login_of', 'version', 'created', 'modified', 'document', 'applied', 'ruling' );

	/**
	 * Ids in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * The most people that find_conflicts returns, the latest first: many deleted people may have had the same name.
	 */
	private const CONFLICTS = 50;

	/**
	 * The person who was loaded last: the site, the row, the groups.
	 *
	 * @var ?array{int, array<string, ?string>, Groups}
	 */
	private static ?array $loaded = null;

	/**
	 * A page of people.
	 *
	 * @param FindUsers $command The command find_users.
	 * @return FindUsersAnswer
	 */
	public function find( array $command ): array {
		$always    = $command['unmanaged'] ? 'u.deleted = 0' : 'u.deleted = 0 AND u.managed = 1';
		$selection = new Selection( $command['selection'], Tables::name( 'users' ), 'u', $always );
		$rows      = $selection->rows( self::columns(), self::weight(), self::FEW );
		return array(
			'total'   => $selection->total(),
			'users'   => $this->records_of_many( $rows, $command['targets'] ),
			'reached' => $selection->reached(),
		);
	}

	/**
	 * One person.
	 *
	 * @param LoadUser $command The command load_user.
	 * @return LoadUserAnswer
	 */
	public function load( array $command ): ?array {
		return $this->one( $command['id'], $command['targets'] );
	}

	/**
	 * The row and the groups of the person who was loaded last, if it is this one in this version. A write that relies on them has the
	 * version as a condition.
	 *
	 * @param string $id      The SCIM id.
	 * @param int    $version The version.
	 * @return ?array{array<string, ?string>, Groups}
	 */
	public static function loaded( string $id, int $version ): ?array {
		list( $site, $row, $groups ) = self::$loaded ?? array( 0, array(), array() );
		$is_it = get_current_blog_id() === $site && $row['id'] === $id && (int) $row['version'] === $version;
		return $is_it ? array( $row, $groups ) : null;
	}

	/**
	 * The people of some accounts.
	 *
	 * @param LoadUsersByAccount $command The command load_users_by_account.
	 * @return LoadUsersByAccountAnswer
	 */
	public function load_users_by_account( array $command ): array {
		if ( ! $command['user_ids'] ) {
			return array();
		}
		AccountCache::read_again( array_map( 'intval', $command['user_ids'] ) );
		$which = $command['kept'] ? '' : 'u.deleted = 0 AND ';
		return $this->fitting( $which . 'u.user_id IN (' . Database::marks( $command['user_ids'], '%d' ) . ')', $command['user_ids'], $command['targets'] );
	}

	/**
	 * The people with these ids.
	 *
	 * @param LoadUsers $command The command load_users.
	 * @return LoadUsersAnswer
	 */
	public function load_users( array $command ): array {
		if ( ! $command['ids'] ) {
			return array();
		}
		if ( 1 === count( $command['ids'] ) ) {
			$record = $this->one( $command['ids'][0], $command['targets'] );
			return null === $record ? array() : array( $record );
		}
		return $this->fitting( 'u.deleted = 0 AND u.id IN (' . Database::marks( $command['ids'], '%s' ) . ')', $command['ids'], $command['targets'] );
	}

	/**
	 * The people of a few accounts, also deleted ones whose accounts were kept.
	 *
	 * @param int[]    $user_ids The accounts.
	 * @param string[] $targets  The targets to read.
	 * @return array<int, UserRecord> By account.
	 */
	public function kept_or_living( array $user_ids, array $targets ): array {
		$rows    = $user_ids ? $this->rows( 'u.user_id IN (' . Database::marks( $user_ids, '%d' ) . ')', $user_ids ) : array();
		$records = $this->records( $rows, $targets );
		return array_combine( array_map( static fn( array $record ): int => $record['account']['user_id'], $records ), $records );
	}

	/**
	 * Everybody who conflicts with a person. Each condition is a statement, or a part of a UNION, and uses one index. With OR between them,
	 * the database would read every row.
	 *
	 * @param FindConflicts $command The command find_conflicts.
	 * @return FindConflictsAnswer
	 */
	public function find_conflicts( array $command ): array {
		global $wpdb;
		$users     = Tables::name( 'users' );
		$lookups   = Tables::name( 'lookups' );
		$email     = (string) $command['email'];
		$parts     = array();
		$arguments = array();
		if ( null !== $command['user_name_key'] ) {
			$parts[]     = "SELECT 0 AS holder, row_id FROM $users WHERE user_name_key = %s";
			$arguments[] = $command['user_name_key'];
		}
		if ( null !== $command['external_id'] ) {
			$parts[]     = "SELECT 0 AS holder, row_id FROM $users WHERE external_id = %s AND deleted = 1";
			$arguments[] = $command['external_id'];
		}
		foreach ( $command['lookups'] as $lookup ) {
			$parts[] = "SELECT 0 AS holder, row_id FROM $lookups WHERE path = %s AND value = %s";
			array_push( $arguments, $lookup['path'], $lookup['value'] );
		}
		if ( '' !== $email ) {
			$parts[]     = "SELECT w.ID AS holder, u.row_id FROM $wpdb->users w LEFT JOIN $users u ON u.user_id = w.ID WHERE w.user_email = %s";
			$arguments[] = $email;
		}
		$found   = $parts ? Database::rows( implode( ' UNION ', $parts ), $arguments ) : array();
		$holders = array_filter( array_map( 'intval', array_column( $found, 'holder' ) ) );
		$row_ids = array_unique( array_filter( array_map( 'intval', array_column( $found, 'row_id' ) ) ) );
		rsort( $row_ids );
		$row_ids = array_slice( $row_ids, 0, self::CONFLICTS );
		return array(
			'people'         => $row_ids ? $this->records( $this->rows( 'u.row_id IN (' . Database::marks( $row_ids, '%d' ) . ')', $row_ids ), $command['targets'] ) : array(),
			'email_holder'   => $holders ? min( $holders ) : null,
			'email_accepted' => AccountNames::accepts_email( $email ) && null === NetworkSettings::refusal_of_email( $email ),
		);
	}

	/**
	 * The account that will get the content of a deleted one.
	 *
	 * @param FindReassignTarget $command The command find_reassign_target.
	 * @return FindReassignTargetAnswer
	 */
	public function find_reassign_target( array $command ): ?array {
		$user = Database::watched( static fn(): mixed => get_user_by( 'login', $command['login'] ) );
		return false === $user ? null : array(
			'user_id' => $user->ID,
			'active'  => ! AccessControl::is_locked_out( $user->ID ),
			'on_site' => Network::is_on_site( $user->ID ),
		);
	}

	/**
	 * The record of a row that was just written, with the account as plugins have left it.
	 *
	 * @param array<string, int|string|null> $row     The row as it was written.
	 * @param Groups                         $groups  The person's groups.
	 * @param string[]                       $targets The targets to read.
	 * @return ?UserRecord
	 */
	public static function written( array $row, array $groups, array $targets ): ?array {
		$user_id = (int) $row['user_id'];
		$user    = self::accounts( array( $user_id ) )[ $user_id ] ?? null;
		return null !== $user && Network::is_on_site( $user_id ) ? self::record( $row, $user, $groups, $targets ) : null;
	}

	/**
	 * The record of a person whose row was just written and is read again.
	 *
	 * @param int      $row_id  The row's number.
	 * @param string[] $targets The targets to read.
	 * @return ?UserRecord
	 */
	public function read_again( int $row_id, array $targets ): ?array {
		return $this->records( $this->rows( 'u.row_id = %d', array( $row_id ) ), $targets )[0] ?? null;
	}

	/**
	 * An account as the extension sees it.
	 *
	 * @param \WP_User $user The account.
	 * @return Account
	 */
	public static function account( \WP_User $user ): array {
		return array(
			'user_id'         => $user->ID,
			'login'           => $user->data->user_login,
			'email'           => $user->data->user_email,
			'display_name'    => $user->data->display_name,
			'roles'           => array_values( $user->roles ),
			'protected'       => Protection::covers( $user ),
			'self_registered' => Credentials::may_be_anybodys( $user ),
			'unlinked'        => UnlinkedAccounts::contains( $user->ID ),
			'registered'      => max( 0, (int) strtotime( $user->data->user_registered . ' UTC' ) ) * 1000,
			'network'         => Network::facts( $user ),
		);
	}

	/**
	 * Loads accounts with their metas from the database, because the extension decides on them: another request may have filled a shared
	 * cache with what a transaction was about to change.
	 *
	 * @param int[] $user_ids The accounts.
	 * @param bool  $metas    Whether the metas are to be read. If not, FewMetas gives those that tell roles and rights.
	 * @return array<int, \WP_User> By number; without those that are gone.
	 * @throws DatabaseFailure When the database fails.
	 */
	public static function accounts( array $user_ids, bool $metas = true ): array {
		global $wpdb;
		if ( wp_using_ext_object_cache() ) {
			wp_cache_delete_multiple( $user_ids, 'users' );
			wp_cache_delete_multiple( $metas ? $user_ids : array(), 'user_meta' );
		}
		$missing = _get_non_cached_ids( $user_ids, 'users' );
		if ( $missing ) {
			foreach ( Database::rows( "SELECT * FROM $wpdb->users WHERE ID IN (" . Database::marks( $missing, '%d' ) . ')', $missing ) as $row ) {
				update_user_caches( (object) $row );
			}
		}
		try {
			return Database::watched(
				static function () use ( $user_ids, $metas ): array {
					update_meta_cache( 'user', $metas ? $user_ids : array() );
					$users = array();
					foreach ( $user_ids as $user_id ) {
						$data = \WP_User::get_data_by( 'id', $user_id );
						if ( $data ) {
							$users[ $user_id ] = new \WP_User();
							$users[ $user_id ]->init( $data );
						}
					}
					return $users;
				}
			);
		} catch ( DatabaseFailure $failure ) {
			// WordPress has cached that they have no metas.
			wp_cache_delete_multiple( $user_ids, 'user_meta' );
			throw $failure;
		}
	}

	/**
	 * The person with an id.
	 *
	 * @param string   $id      The id.
	 * @param string[] $targets The targets to read.
	 * @return ?UserRecord
	 */
	private function one( string $id, array $targets ): ?array {
		$person = WholePerson::read( $id, self::COLUMNS );
		if ( null === $person || ! Network::is_on_site( $person->user->ID ) ) {
			return null;
		}
		$groups       = $this->groups( array( $id ), $person->groups )[ $id ] ?? array();
		self::$loaded = array( get_current_blog_id(), $person->row, $groups );
		return self::record( $person->row, $person->user, $groups, $targets );
	}

	/**
	 * Reads rows.
	 *
	 * @param string $condition The condition.
	 * @param array  $arguments Its arguments.
	 * @return array<int, array<string, ?string>>
	 */
	private function rows( string $condition, array $arguments ): array {
		return Database::rows( 'SELECT ' . self::columns() . ' FROM ' . Tables::name( 'users' ) . " u WHERE $condition ORDER BY u.row_id", $arguments );
	}

	/**
	 * The people that a condition selects, as far as memory has room for them.
	 *
	 * @param string   $condition The condition.
	 * @param array    $arguments Its arguments, one for each person.
	 * @param string[] $targets   The targets to read.
	 * @return list<UserRecord>
	 */
	private function fitting( string $condition, array $arguments, array $targets ): array {
		if ( count( $arguments ) <= self::FEW_NAMED ) {
			return $this->records( $this->rows( $condition, $arguments ), $targets );
		}
		$weighed = Database::rows( 'SELECT u.row_id, ' . self::weight( self::is_lean( $targets ) ) . ' AS weight FROM ' . Tables::name( 'users' ) . " u WHERE $condition ORDER BY u.row_id", $arguments );
		if ( ! $weighed ) {
			return array();
		}
		$fitting = PassingBy::fitting( array_map( 'intval', array_column( $weighed, 'weight' ) ) );
		$row_ids = array_map( 'intval', array_slice( array_column( $weighed, 'row_id' ), 0, $fitting ) );
		return $this->records_of_many( $this->rows( 'u.row_id IN (' . Database::marks( $row_ids, '%d' ) . ')', $row_ids ), $targets );
	}

	/**
	 * The expression for the bytes that are read of a person.
	 *
	 * @param bool $is_lean Whether the record is a lean one.
	 */
	private static function weight( bool $is_lean = false ): string {
		global $wpdb;
		$row = 'COALESCE(LENGTH(u.document), 0) + COALESCE(LENGTH(u.applied), 0)';
		return $is_lean ? $row : "$row + (SELECT COALESCE(SUM(LENGTH(m.meta_value)), 0) FROM $wpdb->usermeta m WHERE m.user_id = u.user_id)";
	}

	/**
	 * Whether a record with these targets needs hardly any of the account's metas. In a network the keys of all of them tell its sites.
	 *
	 * @param string[] $targets The targets to read.
	 */
	private static function is_lean( array $targets ): bool {
		return array() === $targets && ! is_multisite();
	}

	/**
	 * Makes records of rows and keeps none of the accounts in the caches.
	 *
	 * @param array<int, array<string, ?string>> $rows    The rows.
	 * @param string[]                           $targets The targets to read.
	 * @return list<UserRecord>
	 */
	private function records_of_many( array $rows, array $targets ): array {
		return PassingBy::with( array_map( 'intval', array_column( $rows, 'user_id' ) ), fn(): array => $this->records( $rows, $targets ), $targets );
	}

	/**
	 * Makes records of rows.
	 *
	 * @param array<int, array<string, ?string>> $rows    The rows.
	 * @param string[]                           $targets The targets to read.
	 * @return list<UserRecord> Without people whose account is gone: it was deleted, or removed from the site, without WordPress's functions or while the plugin was not active.
	 */
	private function records( array $rows, array $targets ): array {
		global $wpdb;
		if ( ! $rows ) {
			return array();
		}
		$user_ids = array_map( 'intval', array_column( $rows, 'user_id' ) );
		$is_lean  = self::is_lean( $targets );
		$records  = function () use ( $rows, $user_ids, $targets, $is_lean ): array {
			$users   = self::accounts( $user_ids, ! $is_lean );
			$groups  = $this->groups( array_column( $rows, 'id' ) );
			$records = array();
			foreach ( $rows as $row ) {
				$user = $users[ (int) $row['user_id'] ] ?? null;
				if ( $user && Network::is_on_site( $user->ID ) ) {
					$records[] = self::record( $row, $user, $groups[ (string) $row['id'] ] ?? array(), $targets );
				}
			}
			return $records;
		};
		return $is_lean ? FewMetas::read( $user_ids, array( $wpdb->get_blog_prefix() . 'capabilities', UnlinkedAccounts::meta_key() ) )->during( $records ) : $records();
	}

	/**
	 * Makes a record.
	 *
	 * @param array<string, int|string|null> $row     The person's row.
	 * @param \WP_User                       $user    The account.
	 * @param Groups                         $groups  The groups.
	 * @param string[]                       $targets The targets to read.
	 * @return UserRecord
	 */
	private static function record( array $row, \WP_User $user, array $groups, array $targets ): array {
		return array(
			'row'           => (int) $row['row_id'],
			'id'            => (string) $row['id'],
			'user_name'     => (string) $row['user_name'],
			'external_id'   => $row['external_id'],
			'active'        => (bool) $row['active'],
			'locked_before' => (bool) $row['locked_before'],
			'managed'       => (bool) $row['managed'],
			'linked'        => (bool) $row['linked'],
			'deleted'       => (bool) $row['deleted'],
			'wished_name'   => $row['wished_name'],
			'login_of'      => $row['login_of'],
			'unfinished'    => $row['managed'] && null === $row['applied'],
			'version'       => (int) $row['version'],
			'created'       => (int) $row['created'],
			'modified'      => (int) $row['modified'],
			'document'      => $row['document'],
			'values'        => Targets::read( $user, $targets ),
			'applied'       => (array) json_decode( (string) ( $row['applied'] ?? '{}' ), true ),
			'ruling'        => $row['ruling'],
			'account'       => self::account( $user ),
			'groups'        => array_values( $groups ),
		);
	}

	/**
	 * The columns of a person's row, for a statement.
	 */
	private static function columns(): string {
		return 'u.' . implode( ', u.', self::COLUMNS );
	}

	/**
	 * The groups of people, and the groups that contain those groups. Each level needs one statement; a level without groups needs none.
	 *
	 * @param string[]                     $ids    The people's ids.
	 * @param ?list<array<string, string>> $direct What memberships() gives for them, if that is known.
	 * @return array<string, array<string, array{id: string, display: string, direct: bool, version: ?array{row: int, version: int}}>> By the person's id and the group's; direct ones first.
	 */
	private function groups( array $ids, ?array $direct = null ): array {
		$groups = array();
		// The people, by the id of a member: at first their own ids, then the ids of the groups that contain them.
		$members = array_map( static fn( string $id ): array => array( $id ), array_combine( $ids, $ids ) );
		for ( $step = 0; array() !== $members && $step <= Exchange::MAX_NESTING; ++$step ) {
			$outer = array();
			foreach ( 0 === $step && null !== $direct ? $direct : $this->memberships( array_keys( $members ) ) as $row ) {
				foreach ( $members[ $row['member_id'] ] as $id ) {
					if ( isset( $groups[ $id ][ $row['id'] ] ) ) {
						continue;
					}
					$groups[ $id ][ $row['id'] ] = array(
						'id'      => $row['id'],
						'display' => $row['display_name'],
						'direct'  => 0 === $step,
						'version' => 0 === $step ? GroupReader::version( $row ) : null,
					);
					if ( $row['is_member'] ) {
						$outer[ $row['id'] ][] = $id;
					}
				}
			}
			$members = $outer;
		}
		return $groups;
	}

	/**
	 * The groups that people or groups are members of, and whether those are members themselves.
	 *
	 * @param string[] $ids The ids of the members.
	 * @return list<array<string, string>>
	 */
	private function memberships( array $ids ): array {
		$members = Tables::name( 'group_members' );
		$rows    = array();
		foreach ( array_chunk( $ids, self::IDS_AT_ONCE ) as $some ) {
			/** @var list<array<string, string>> $found None of these columns can be NULL. */
			$found = Database::rows(
				"SELECT m.member_id, g.row_id, g.version, g.id, g.display_name, EXISTS (SELECT 1 FROM $members o WHERE o.member_id = g.id) AS is_member FROM $members m INNER JOIN "
				. Tables::name( 'groups' ) . ' g ON g.row_id = m.group_row WHERE m.member_id IN (' . Database::marks( $some, '%s' ) . ') ORDER BY g.row_id',
				$some
			);
			$rows  = array_merge( $rows, $found );
		}
		return $rows;
	}
}
