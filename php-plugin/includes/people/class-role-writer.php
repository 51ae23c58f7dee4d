<?php
/**
 * Roles, written.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Gives accounts the roles that the extension has decided on.
 *
 * @phpstan-import-type FindRoles from \Rollbook\Contract
 * @phpstan-import-type FindRolesAnswer from \Rollbook\Contract
 * @phpstan-import-type RegroupPeople from \Rollbook\Contract
 * @phpstan-import-type RegroupPeopleAnswer from \Rollbook\Contract
 * @phpstan-import-type RoleChange from \Rollbook\Contract
 * @phpstan-import-type SetRoles from \Rollbook\Contract
 * @phpstan-import-type SetRolesAnswer from \Rollbook\Contract
 */
final class RoleWriter {

	/**
	 * Ids in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * Which of some roles the site has.
	 *
	 * @param FindRoles $command The command find_roles.
	 * @return FindRolesAnswer
	 */
	public function find( array $command ): array {
		return array_values( array_filter( $command['roles'], static fn( string $role ): bool => wp_roles()->is_role( $role ) ) );
	}

	/**
	 * Changes the roles of accounts, each in its own transaction: a plugin that refuses one does not stop the others.
	 *
	 * @param SetRoles $command The command set_roles.
	 * @return SetRolesAnswer
	 */
	public function set_each( array $command ): array {
		return array_map(
			fn( array $change ): array => array(
				'user_id' => (int) $change['user_id'],
				'outcome' => $this->set_one( $change ),
			),
			$command['roles']
		);
	}

	/**
	 * Sets the roles of people whose groups were changed before.
	 *
	 * @param RegroupPeople $command The command regroup_people.
	 * @return RegroupPeopleAnswer
	 * @throws Refusal When a decision relied on something that has changed, or must not happen.
	 * @throws \Throwable When a hook of another plugin fails.
	 */
	public function regroup( array $command ): array {
		$user_ids = array_column( $command['roles'], 'user_id' );
		$mark     = Identifier::create();
		try {
			Transaction::run(
				static fn() => self::set_all( $command['roles'], $command['people'], $mark ),
				static fn(): bool => ! $command['people'] || self::is_marked( $command['people'][0]['id'], $mark )
			);
		} catch ( \Throwable $failure ) {
			// The cache must not hold roles that the database has undone.
			array_map( 'clean_user_cache', $user_ids );
			throw $failure;
		}
		array_map( array( WrittenCaches::class, 'note' ), $user_ids );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Changes the roles of accounts, within a transaction.
	 *
	 * @param array<int, array<string, mixed>>            $changes What is to change, as the extension decided it.
	 * @param array<int, array{id: string, version: int}> $people  Everybody whose groups change, even if the role stays. Each gets the next version.
	 * @param ?string                                     $mark    The mark of this write, unless another row of it has one.
	 * @throws Refusal When a decision relied on something that has changed, or must not happen.
	 */
	public static function set_all( array $changes, array $people = array(), ?string $mark = null ): void {
		// This lock comes before any other, here and everywhere. Otherwise two requests could wait for each other, and the database would
		// end one.
		if ( in_array( Administrators::ROLE, array_merge( ...array_column( $changes, 'before' ) ), true ) ) {
			Administrators::lock();
		}
		self::check_versions( $people );
		foreach ( array_chunk( $changes, self::IDS_AT_ONCE ) as $some ) {
			$user_ids = array_map( 'intval', array_column( $some, 'user_id' ) );
			$versions = self::lock( $user_ids );
			foreach ( $user_ids as $user_id ) {
				wp_cache_delete( $user_id, 'user_meta' ); // Somebody else may have written before the lock was acquired.
			}
			$users = UserReader::accounts( $user_ids );
			foreach ( $some as $change ) {
				$user = $users[ (int) $change['user_id'] ] ?? null;
				if ( null === $user || ( $versions[ $user->ID ] ?? null ) !== (int) $change['version'] || array_values( $user->roles ) !== $change['before'] ) {
					throw Refusal::stale();
				}
			}
			self::store_rulings( $some );
			foreach ( $some as $change ) {
				self::set( $users[ (int) $change['user_id'] ], $change['role'], $change['other_roles'] );
			}
		}
		foreach ( array_chunk( array_column( $people, 'id' ), self::IDS_AT_ONCE ) as $ids ) {
			$marked = null === $mark ? '' : ', written_by = %s';
			Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET version = version + 1$marked WHERE id IN (" . Database::marks( $ids, '%s' ) . ')', array( ...array_filter( array( $mark ) ), ...$ids ) );
		}
	}

	/**
	 * Notes what the rules have decided. This comes before the roles. If writing these fails, they differ from the note, and the next
	 * decision corrects them.
	 *
	 * @param array<int, array<string, mixed>> $changes What is to change.
	 */
	private static function store_rulings( array $changes ): void {
		$rulings = array();
		foreach ( $changes as $change ) {
			$rulings[ (string) ( $change['ruling'] ?? '' ) ][] = (int) $change['user_id'];
		}
		unset( $rulings[''] );
		foreach ( $rulings as $ruling => $user_ids ) {
			Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET ruling = %s WHERE user_id IN (' . Database::marks( $user_ids, '%d' ) . ')', array( $ruling, ...$user_ids ) );
		}
	}

	/**
	 * Locks the rows of people, if they still have the versions that the decision relied on.
	 *
	 * @param array<int, array{id: string, version: int}> $people The people, each with the version.
	 * @throws Refusal When one has another version.
	 */
	private static function check_versions( array $people ): void {
		foreach ( array_chunk( array_column( $people, 'version', 'id' ), self::IDS_AT_ONCE, true ) as $versions ) {
			$ids  = array_map( 'strval', array_keys( $versions ) ); // An id of digits is an integer as an array key.
			$rows = Database::rows(
				'SELECT id, version FROM ' . Tables::name( 'users' ) . ' WHERE deleted = 0 AND id IN (' . Database::marks( $ids, '%s' ) . ') ORDER BY row_id FOR UPDATE',
				$ids
			);
			$now  = array_map( 'intval', array_column( $rows, 'version', 'id' ) );
			foreach ( $versions as $id => $version ) {
				if ( ( $now[ $id ] ?? null ) !== (int) $version ) {
					throw Refusal::stale();
				}
			}
		}
	}

	/**
	 * Gives an account roles, within a transaction, and removes all others.
	 *
	 * @param \WP_User $user   The account.
	 * @param string   $role   Its first role; nothing where it is to have none.
	 * @param string[] $others The other roles.
	 * @throws Refusal When the site does not have the role, loses its last administrator, or somebody else has just changed the roles.
	 */
	public static function set( \WP_User $user, string $role, array $others ): void {
		global $wpdb;
		self::check( $role );
		// The check is reliable here, because the row is locked.
		$stored = Database::value( "SELECT meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_key = %s FOR UPDATE", array( $user->ID, $user->cap_key ) );
		$known  = wp_cache_get( $user->ID, 'user_meta' );
		if ( is_array( $known ) && ( $known[ $user->cap_key ][0] ?? null ) !== $stored ) {
			throw Refusal::stale();
		}
		if ( ! in_array( Administrators::ROLE, array( $role, ...$others ), true ) ) {
			Administrators::check_without( $user );
		}
		if ( Database::watched( static fn(): bool => Protection::covers( $user ) ) ) {
			throw Refusal::stale(); // It has got rights since the decision. A protected account gets no role.
		}
		$user->set_role( $role );
		foreach ( $others as $other ) {
			$user->add_role( $other );
		}
	}

	/**
	 * Whether a change leaves the account without the role of an administrator. It may have that role now.
	 *
	 * @param array<string, mixed> $change What is to change in the account.
	 */
	public static function demotes( array $change ): bool {
		return null !== $change['role'] && ! in_array( Administrators::ROLE, array( $change['role'], ...( $change['other_roles'] ?? array() ) ), true );
	}

	/**
	 * A role that the site does not have would be written all the same.
	 *
	 * @param ?string $role The role.
	 * @throws Refusal When the site does not have it.
	 */
	public static function check( ?string $role ): void {
		if ( null !== $role && '' !== $role && ! wp_roles()->is_role( $role ) ) {
			/* translators: %s: name of a role. */
			throw Refusal::refused( sprintf( __( 'This site has no role “%s”.', 'rollbook' ), $role ) );
		}
	}

	/**
	 * Changes the roles of one account.
	 *
	 * @param RoleChange $change What is to change.
	 * @return RegroupPeopleAnswer
	 * @throws DatabaseFailure When the database fails.
	 */
	private function set_one( array $change ): array {
		$user_id = (int) $change['user_id'];
		try {
			Transaction::run(
				static fn() => self::set_all( array( $change ) ),
				static fn(): bool => self::has_role( $user_id, $change['role'] )
			);
			return array(
				'outcome' => 'done',
				'record'  => null,
			);
		} catch ( Refusal $refusal ) {
			clean_user_cache( $user_id );
			return $refusal->outcome();
		} catch ( DatabaseFailure $failure ) {
			clean_user_cache( $user_id );
			throw $failure;
		} catch ( \Throwable $failure ) {
			clean_user_cache( $user_id );
			return Refusal::refused( $failure->getMessage() )->outcome();
		}
	}

	/**
	 * Locks the rows of people, so that the next decision about them sees this write.
	 *
	 * @param int[] $user_ids The accounts.
	 * @return array<int, int> Their versions, by account.
	 */
	private static function lock( array $user_ids ): array {
		$rows = Database::rows(
			'SELECT user_id, version FROM ' . Tables::name( 'users' ) . ' WHERE deleted = 0 AND user_id IN (' . Database::marks( $user_ids, '%d' ) . ') ORDER BY row_id FOR UPDATE',
			$user_ids
		);
		return array_map( 'intval', array_column( $rows, 'version', 'user_id' ) );
	}

	/**
	 * Whether the last write to a person is this one.
	 *
	 * @param string $id   The person's id.
	 * @param string $mark The mark of the write.
	 */
	private static function is_marked( string $id, string $mark ): bool {
		return $mark === Database::value( 'SELECT written_by FROM ' . Tables::name( 'users' ) . ' WHERE id = %s', array( $id ) );
	}

	/**
	 * Whether an account has a role, as the database knows it.
	 *
	 * @param int    $user_id The account.
	 * @param string $role    The role; nothing where it is to have none.
	 */
	private static function has_role( int $user_id, string $role ): bool {
		wp_cache_delete( $user_id, 'user_meta' );
		$roles = UserReader::accounts( array( $user_id ) )[ $user_id ]->roles ?? array();
		return '' === $role ? array() === $roles : in_array( $role, $roles, true );
	}
}
