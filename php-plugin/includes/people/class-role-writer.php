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
use Rollbook\WordPress\Store\FewMetas;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\PassingBy;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Gives accounts the roles that the extension has decided on.
 *
 * @phpstan-import-type DecidedOn from \Rollbook\Contract
 * @phpstan-import-type FindRoles from \Rollbook\Contract
 * @phpstan-import-type FindRolesAnswer from \Rollbook\Contract
 * @phpstan-import-type GroupVersion from \Rollbook\Contract
 * @phpstan-import-type RegroupPeople from \Rollbook\Contract
 * @phpstan-import-type RegroupPeopleAnswer from \Rollbook\Contract
 * @phpstan-import-type RoleChange from \Rollbook\Contract
 * @phpstan-import-type SetRoles from \Rollbook\Contract
 * @phpstan-import-type SetRolesAnswer from \Rollbook\Contract
 * @phpstan-type Decision array{roles: list<RoleChange>, people?: list<DecidedOn>, unchanged?: list<DecidedOn>, within?: list<GroupVersion>, around?: list<GroupVersion>, ...}
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
	 * Changes the roles of accounts, each in its own transaction: a plugin that refuses one does not stop the others. Each person gets the
	 * next version, so that a request that has decided that the roles of before may stay decides anew.
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
				static fn() => self::regroup_with( $command, array(), $mark ),
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
	 * Changes roles, and whatever changes with people's groups, within a transaction. Each person of `people` gets the next version, even if
	 * the role stays, and so does each group of `within`. What is `unchanged` or `around` keeps its version.
	 *
	 * @param Decision        $command What is to change, and the versions that this was decided on.
	 * @param array<int, int> $group   The version of the group that changes with it, by row, if one does. Rows of groups are locked before any other.
	 * @param ?string         $mark    The mark of this write, unless another row of it has one.
	 * @throws Refusal When a decision relied on something that has changed, or must not happen.
	 */
	public static function regroup_with( array $command, array $group, ?string $mark = null ): void {
		$changes = $command['roles'];
		// This lock comes before any other, here and everywhere. Otherwise two requests could wait for each other, and the database would
		// end one.
		if ( in_array( Administrators::ROLE, array_merge( ...array_column( $changes, 'before' ) ), true ) ) {
			Administrators::lock();
		}
		$within    = $command['within'] ?? array();
		$versions  = self::versions( $command['people'] ?? array(), 'id' );
		$unchanged = self::versions( $command['unchanged'] ?? array(), 'id' );
		$groups    = $group + self::versions( $within, 'row' ) + self::versions( $command['around'] ?? array(), 'row' );
		$bumped    = array();
		$is_first  = null !== $mark || array() !== $unchanged || count( $versions ) > count( $changes );
		if ( count( $groups ) > count( $group ) || ( array() !== $group && ( $is_first || array() === $changes ) ) ) {
			self::lock_groups( $groups );
			$group = array();
		}
		foreach ( array_chunk( array_column( $within, 'row' ), self::IDS_AT_ONCE ) as $row_ids ) {
			Database::run( 'UPDATE ' . Tables::name( 'groups' ) . ' SET version = version + 1 WHERE row_id IN (' . Database::marks( $row_ids, '%d' ) . ')', $row_ids );
		}
		if ( $is_first ) {
			self::check_versions( $versions + $unchanged ); // All in the order of the rows, before some of them are locked once more.
		}
		foreach ( array_chunk( $changes, self::IDS_AT_ONCE ) as $some ) {
			$user_ids = array_map( 'intval', array_column( $some, 'user_id' ) );
			$ids      = PassingBy::with( $user_ids, static fn(): array => self::set_some( array_combine( $user_ids, $some ), null === $mark ? $versions : array(), $group ) );
			$group    = array();
			$bumped  += array_flip( $ids );
		}
		$left = array_diff_key( $versions, $bumped );
		if ( ! $is_first ) {
			self::check_versions( $left );
		}
		foreach ( array_chunk( array_map( 'strval', array_keys( $left ) ), self::IDS_AT_ONCE ) as $ids ) {
			$marked = null === $mark ? '' : ', written_by = %s';
			Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET version = version + 1$marked WHERE id IN (" . Database::marks( $ids, '%s' ) . ')', array( ...array_filter( array( $mark ) ), ...$ids ) );
		}
	}

	/**
	 * The versions of some rows.
	 *
	 * @param list<DecidedOn>|list<GroupVersion> $decided What a decision relied on.
	 * @param string                             $by      Which of its values is the key.
	 * @return array<array-key, int>
	 */
	private static function versions( array $decided, string $by ): array {
		return array_map( 'intval', array_column( $decided, 'version', $by ) );
	}

	/**
	 * Changes the roles of some accounts.
	 *
	 * @param array<int, array<string, mixed>> $changes What is to change, by account.
	 * @param array<string, int>               $people  Those who get the next version with it, by id; with the version that the decision relied on.
	 * @param array<int, int>                  $group   The version of the group that changes with it, by row, unless it is locked.
	 * @return list<string> The ids of those who have got it.
	 * @throws Refusal When a decision relied on something that has changed, or must not happen.
	 */
	private static function set_some( array $changes, array $people, array $group ): array {
		list( $rows, $numbers, $metas ) = self::lock( array_keys( $changes ), $group );
		return $metas->during(
			static function () use ( $changes, $people, $rows, $numbers, $metas ): array {
				$users = UserReader::accounts( array_keys( $changes ), false );
				foreach ( $changes as $user_id => $change ) {
					$row = $rows[ $user_id ] ?? null;
					if ( null === $row || ! isset( $users[ $user_id ] ) || (int) $change['version'] !== $row['version'] || ( $people[ $row['id'] ] ?? $row['version'] ) !== $row['version'] || array_values( $users[ $user_id ]->roles ) !== $change['before'] ) {
						throw Refusal::stale();
					}
				}
				$bumped = self::store_rulings( $changes, array_filter( array_map( static fn( array $row ): ?string => isset( $people[ $row['id'] ] ) ? $row['id'] : null, $rows ) ) );
				$alone  = array();
				foreach ( $changes as $user_id => $change ) {
					self::check_change( $users[ $user_id ], $change['role'], $change['other_roles'] );
					if ( array() === $change['other_roles'] ) {
						$alone[ $user_id ] = $change['role'];
					}
				}
				$metas->stop();
				( new RoleMetas() )->set( array_intersect_key( $users, $alone ), $alone, $numbers );
				foreach ( array_diff_key( $changes, $alone ) as $user_id => $change ) {
					self::give( $users[ $user_id ], $change['role'], $change['other_roles'] );
				}
				return $bumped;
			}
		);
	}

	/**
	 * Notes what the rules have decided. This comes before the roles. If writing these fails, they differ from the note, and the next
	 * decision corrects them.
	 *
	 * @param array<int, array<string, mixed>> $changes What is to change, by account.
	 * @param array<int, string>               $people  The ids of those who get the next version with it, by account.
	 * @return list<string> The ids of those who have got it.
	 */
	private static function store_rulings( array $changes, array $people ): array {
		$alike = array();
		foreach ( $changes as $user_id => $change ) {
			if ( null !== ( $change['ruling'] ?? null ) ) {
				$alike[ (int) isset( $people[ $user_id ] ) ][ $change['ruling'] ][] = $user_id;
			}
		}
		foreach ( $alike as $next => $rulings ) {
			foreach ( $rulings as $ruling => $user_ids ) {
				$set = 1 === $next ? 'ruling = %s, version = version + 1' : 'ruling = %s';
				Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET $set WHERE user_id IN (" . Database::marks( $user_ids, '%d' ) . ')', array( (string) $ruling, ...$user_ids ) );
			}
		}
		return array_values( array_intersect_key( $people, array_flip( array_merge( ...array_values( $alike[1] ?? array() ) ) ) ) );
	}

	/**
	 * Locks the rows of people, if they still have the versions that the decision relied on.
	 *
	 * @param array<string, int> $people The versions, by id.
	 * @throws Refusal When one has another version.
	 */
	private static function check_versions( array $people ): void {
		foreach ( array_chunk( $people, self::IDS_AT_ONCE, true ) as $versions ) {
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
		self::check_change( $user, $role, $others );
		self::give( $user, $role, $others );
	}

	/**
	 * Ensures that an account can get roles. Its metas are locked.
	 *
	 * @param \WP_User $user   The account.
	 * @param string   $role   Its first role.
	 * @param string[] $others The other roles.
	 * @throws Refusal When the site does not have the role, loses its last administrator, or the account has got rights since the decision.
	 */
	private static function check_change( \WP_User $user, string $role, array $others ): void {
		self::check( $role );
		if ( ! in_array( Administrators::ROLE, array( $role, ...$others ), true ) ) {
			Administrators::check_without( $user );
		}
		if ( Database::watched( static fn(): bool => Protection::covers( $user ) ) ) {
			throw Refusal::stale(); // A protected account gets no role.
		}
	}

	/**
	 * Gives an account roles as WordPress does.
	 *
	 * @param \WP_User $user   The account.
	 * @param string   $role   Its first role.
	 * @param string[] $others The other roles.
	 */
	private static function give( \WP_User $user, string $role, array $others ): void {
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
				static function () use ( $change, $user_id ): void {
					self::regroup_with( array( 'roles' => array( $change ) ), array() );
					Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET version = version + 1 WHERE user_id = %d', array( $user_id ) );
				},
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
	 * Locks the rows of groups, if they still have the versions that the decision relied on: all in the order of the rows, so that no two
	 * requests wait for each other.
	 *
	 * @param array<int, int> $groups The versions, by row.
	 * @throws Refusal When a group has another version, or is gone.
	 */
	private static function lock_groups( array $groups ): void {
		ksort( $groups );
		foreach ( array_chunk( $groups, self::IDS_AT_ONCE, true ) as $versions ) {
			$row_ids = array_keys( $versions );
			$rows    = Database::rows( 'SELECT row_id, version FROM ' . Tables::name( 'groups' ) . ' WHERE row_id IN (' . Database::marks( $row_ids, '%d' ) . ') ORDER BY row_id FOR UPDATE', $row_ids );
			if ( array_map( 'intval', array_column( $rows, 'version', 'row_id' ) ) !== $versions ) {
				throw Refusal::stale();
			}
		}
	}

	/**
	 * Locks the rows and the metas of people, so that the next decision about them sees this write. Only the metas of roles are read.
	 *
	 * @param int[]           $user_ids The accounts.
	 * @param array<int, int> $group    A group to lock with the same statement, unless it has another version: the version by row. Nobody is found then.
	 * @return array{array<int, array{id: string, version: int}>, array<int, array<string, non-empty-list<string>>>, FewMetas} Ids and versions by account; the numbers of the metas by account and key; the metas.
	 */
	private static function lock( array $user_ids, array $group ): array {
		global $wpdb;
		$keys    = array( $wpdb->get_blog_prefix() . 'capabilities', $wpdb->get_blog_prefix() . 'user_level' );
		$join    = ! $group ? '' : ' INNER JOIN ' . Tables::name( 'groups' ) . ' g ON g.row_id = %d AND g.version = %d';
		$found   = Database::rows(
			'SELECT u.id, u.user_id, u.version, m.umeta_id, m.meta_key, m.meta_value FROM ' . Tables::name( 'users' ) . " u$join LEFT JOIN $wpdb->usermeta m ON m.user_id = u.user_id AND m.meta_key IN (%s, %s)"
			. ' WHERE u.deleted = 0 AND u.user_id IN (' . Database::marks( $user_ids, '%d' ) . ') ORDER BY u.row_id, m.umeta_id FOR UPDATE',
			array( ...array_keys( $group ), ...array_values( $group ), ...$keys, ...$user_ids )
		);
		$rows    = array();
		$metas   = array_fill_keys( $user_ids, array() );
		$numbers = array();
		foreach ( $found as $row ) {
			$user_id          = (int) $row['user_id'];
			$rows[ $user_id ] = array(
				'id'      => (string) $row['id'],
				'version' => (int) $row['version'],
			);
			if ( null !== $row['umeta_id'] ) {
				$key                           = (string) $row['meta_key'];
				$metas[ $user_id ][ $key ][]   = $row['meta_value'];
				$numbers[ $user_id ][ $key ][] = $row['umeta_id'];
			}
		}
		return array( $rows, $numbers, FewMetas::locked( $metas, $keys ) );
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
