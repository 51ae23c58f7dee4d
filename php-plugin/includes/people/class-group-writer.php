<?php
/**
 * Groups, written.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UniqueKeyConflict;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Creates, changes and deletes groups. Only our tables hold groups.
 *
 * @phpstan-import-type CreateGroup from \Rollbook\Contract
 * @phpstan-import-type CreateGroupAnswer from \Rollbook\Contract
 * @phpstan-import-type DecidedOn from \Rollbook\Contract
 * @phpstan-import-type DeleteGroup from \Rollbook\Contract
 * @phpstan-import-type DeleteGroupAnswer from \Rollbook\Contract
 * @phpstan-import-type GroupRecord from \Rollbook\Contract
 * @phpstan-import-type GroupRow from \Rollbook\Contract
 * @phpstan-import-type GroupVersion from \Rollbook\Contract
 * @phpstan-import-type RoleChange from \Rollbook\Contract
 * @phpstan-import-type UpdateGroup from \Rollbook\Contract
 * @phpstan-import-type UpdateGroupAnswer from \Rollbook\Contract
 * @phpstan-type Write array{row: GroupRow, roles: list<RoleChange>, now: int, ...}
 * @phpstan-type Decision array{version: int, people: list<DecidedOn>, unchanged: list<DecidedOn>, roles: list<RoleChange>, within: list<GroupVersion>, around: list<GroupVersion>, ...}
 */
final class GroupWriter {

	/**
	 * Ids in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * Creates a group.
	 *
	 * @param CreateGroup $command The command create_group.
	 * @return CreateGroupAnswer
	 * @throws Refusal When it must not happen.
	 */
	public function create( array $command ): array {
		$mark    = Identifier::create();
		$columns = array(
			'id'      => Identifier::create(),
			'created' => (int) $command['now'],
		);
		return $this->write(
			$command,
			0,
			function () use ( $command, $columns, $mark ): array {
				RoleWriter::regroup_with( $command, array() );
				$row_id = $this->write_unique( fn(): int => Database::insert( Tables::name( 'groups' ), $columns + $this->columns( $command, $mark ) ) );
				// SQLite uses the number of a row again that was never stored.
				Database::run( 'DELETE FROM ' . Tables::name( 'group_members' ) . ' WHERE group_row = %d', array( $row_id ) );
				$this->add_members( $row_id, $columns['id'], $command['members'] );
				return $this->result( ( new GroupReader() )->read_again( $row_id, true ) );
			},
			fn(): bool => $this->exists( $mark )
		);
	}

	/**
	 * Changes a group.
	 *
	 * @param UpdateGroup $command The command update_group.
	 * @return UpdateGroupAnswer
	 * @throws Refusal When it must not happen.
	 */
	public function update( array $command ): array {
		$mark   = Identifier::create();
		$row    = GroupReader::loaded( $command['id'], (int) $command['version'] );
		$row_id = (int) ( $row['row_id'] ?? $this->row_of( $command['id'] ) );
		return $this->write(
			$command,
			$row_id,
			function () use ( $command, $row, $row_id, $mark ): array {
				$this->set_roles( $row_id, $command );
				$arguments = array();
				$columns   = $this->columns( $command, $mark );
				$set       = Database::assignments( $columns, $arguments );
				$changed   = $this->write_unique(
					fn(): int => Database::run(
						'UPDATE ' . Tables::name( 'groups' ) . " SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND id = %s",
						array( ...$arguments, $row_id, (int) $command['version'], $command['id'] )
					)
				);
				if ( 0 === $changed ) {
					$this->row_of( $command['id'] ); // It may be gone.
					throw Refusal::stale();
				}
				$this->remove_members( $row_id, $command );
				$this->add_members( $row_id, $command['id'], $command['add'] );
				return $this->result(
					null === $row
						? ( new GroupReader() )->read_again( $row_id, null !== $command['members'], $command['members'] )
						: ( new GroupReader() )->written( array( 'version' => (int) $command['version'] + 1 ) + $columns + $row, $command['members'] )
				);
			},
			fn(): bool => $this->exists( $mark )
		);
	}

	/**
	 * Deletes a group and its memberships.
	 *
	 * @param DeleteGroup $command The command delete_group.
	 * @return DeleteGroupAnswer
	 * @throws Refusal When it must not happen.
	 */
	public function delete( array $command ): array {
		$row_id  = $this->row_of( $command['id'] );
		$parents = Memberships::groups_of( $command['id'] );
		// The groups that it is in change with it. They are locked with all others, in the order of the rows.
		$command['around'] = array_values( array_column( array_merge( $parents, $command['around'] ), null, 'row' ) );
		$this->write(
			$command,
			$row_id,
			function () use ( $command, $row_id, $parents ): void {
				$this->set_roles( $row_id, $command );
				$renewed = Memberships::renew_groups( $command['id'], array_column( $parents, 'row' ) );
				$deleted = Database::run( 'DELETE FROM ' . Tables::name( 'groups' ) . ' WHERE row_id = %d AND version = %d', array( $row_id, (int) $command['version'] ) );
				if ( 0 === $deleted ) {
					throw Refusal::stale();
				}
				Database::run( 'DELETE FROM ' . Tables::name( 'group_members' ) . ' WHERE group_row = %d', array( $row_id ) );
				RowCounts::note( Tables::name( 'groups' ), $row_id );
				Memberships::end( $command['id'], $renewed );
			},
			static fn(): bool => null === Database::value( 'SELECT row_id FROM ' . Tables::name( 'groups' ) . ' WHERE id = %s', array( $command['id'] ) )
		);
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Writes a group inside a transaction, after the roles that change with it. If the transaction is ended after the roles are stored, the
	 * repeated request finds the old group and does the rest.
	 *
	 * @param Write    $command The command.
	 * @param int      $row_id  The row; 0 for a new one.
	 * @param callable $write   What to do.
	 * @param callable $exists  Whether it is done.
	 * @throws Refusal When another group has the name.
	 * @throws UniqueKeyConflict When the row cannot be written for another reason.
	 * @throws \Throwable When a hook of another plugin fails.
	 */
	private function write( array $command, int $row_id, callable $write, callable $exists ): mixed {
		$user_ids = array_column( $command['roles'], 'user_id' );
		try {
			$written = Transaction::run(
				$write,
				$exists
			);
			array_map( array( WrittenCaches::class, 'note' ), $user_ids );
			return $written;
		} catch ( UniqueKeyConflict $failure ) {
			$holder = Database::value( 'SELECT row_id FROM ' . Tables::name( 'groups' ) . ' WHERE display_name_key = %s AND row_id <> %d', array( $command['row']['display_name_key'], $row_id ) );
			throw null === $holder ? $failure->getPrevious() ?? $failure : Refusal::taken( 'display_name' );
		} catch ( \Throwable $failure ) {
			// The cache must not hold roles that the database has undone.
			array_map( 'clean_user_cache', $user_ids );
			throw $failure;
		}
	}

	/**
	 * Sets the roles that change with an existing group, if the group is still the one that the decision relied on.
	 *
	 * @param int      $row_id  The row.
	 * @param Decision $command The command.
	 * @throws Refusal When it was changed.
	 */
	private function set_roles( int $row_id, array $command ): void {
		if ( array() !== array_merge( $command['people'], $command['unchanged'], $command['roles'], $command['within'], $command['around'] ) ) {
			RoleWriter::regroup_with( $command, array( $row_id => (int) $command['version'] ) );
		}
	}

	/**
	 * Whether this very write is in the database, and not somebody else's.
	 *
	 * @param string $mark Its mark.
	 */
	private function exists( string $mark ): bool {
		return null !== Database::value( 'SELECT row_id FROM ' . Tables::name( 'groups' ) . ' WHERE written_by = %s', array( $mark ) );
	}

	/**
	 * Writes the row itself.
	 *
	 * @param callable $write The statement.
	 * @throws UniqueKeyConflict When the database does not accept it.
	 */
	private function write_unique( callable $write ): int {
		try {
			return $write();
		} catch ( DatabaseFailure $failure ) {
			throw UniqueKeyConflict::of( $failure );
		}
	}

	/**
	 * The columns that a command writes.
	 *
	 * @param Write  $command The command.
	 * @param string $mark    The mark of this write.
	 * @return array<string, int|string|null>
	 */
	private function columns( array $command, string $mark ): array {
		return array(
			'written_by'       => $mark,
			'display_name'     => $command['row']['display_name'],
			'display_name_key' => $command['row']['display_name_key'],
			'external_id'      => $command['row']['external_id'],
			'modified'         => (int) $command['now'],
			'document'         => $command['row']['document'],
		);
	}

	/**
	 * Adds members, except those that were deleted in the meantime and those that are members already.
	 *
	 * @param int                                         $row_id  The group's row.
	 * @param string                                      $id      The group's id.
	 * @param array<int, array{id: string, kind: string}> $members The members.
	 */
	private function add_members( int $row_id, string $id, array $members ): void {
		$into = 'INSERT IGNORE INTO ' . Tables::name( 'group_members' ) . ' (group_row, member_id, member_kind)';
		foreach ( array_chunk( array_column( $members, 'id' ), self::IDS_AT_ONCE ) as $ids ) {
			Database::run( "$into SELECT %d, u.id, 'User' FROM " . Tables::name( 'users' ) . ' u WHERE u.deleted = 0 AND u.id IN (' . Database::marks( $ids, '%s' ) . ')', array( $row_id, ...$ids ) );
		}
		$groups = array_filter( $members, static fn( array $member ): bool => 'Group' === $member['kind'] );
		foreach ( array_chunk( array_column( $groups, 'id' ), self::IDS_AT_ONCE ) as $ids ) {
			Database::run( "$into SELECT %d, g.id, 'Group' FROM " . Tables::name( 'groups' ) . ' g WHERE g.id IN (' . Database::marks( $ids, '%s' ) . ') AND g.id <> %s', array( $row_id, ...$ids, $id ) );
		}
	}

	/**
	 * Removes members.
	 *
	 * @param int         $row_id  The group's row.
	 * @param UpdateGroup $command The command update_group.
	 */
	private function remove_members( int $row_id, array $command ): void {
		$sql = 'DELETE FROM ' . Tables::name( 'group_members' ) . ' WHERE group_row = %d';
		if ( $command['remove_all'] ) {
			Database::run( $sql, array( $row_id ) );
			return;
		}
		foreach ( array_chunk( $command['remove'], self::IDS_AT_ONCE ) as $ids ) {
			Database::run( "$sql AND member_id IN (" . Database::marks( $ids, '%s' ) . ')', array( $row_id, ...$ids ) );
		}
	}

	/**
	 * The row of a group.
	 *
	 * @param string $id The group's id.
	 * @throws Refusal When there is none.
	 */
	private function row_of( string $id ): int {
		$row = Database::row( 'SELECT row_id, id FROM ' . Tables::name( 'groups' ) . ' WHERE id = %s', array( $id ) );
		if ( null === $row || $row['id'] !== $id ) {
			throw Refusal::gone();
		}
		return (int) $row['row_id'];
	}

	/**
	 * The answer to a write. It is read within the transaction: a group that cannot be read back was not written.
	 *
	 * @param ?GroupRecord $record The group after the write.
	 * @return array{outcome: 'done', record: GroupRecord}
	 * @throws DatabaseFailure When the group is gone already.
	 */
	private function result( ?array $record ): array {
		return array(
			'outcome' => 'done',
			'record'  => $record ?? throw new DatabaseFailure( 'the group disappeared right after it was written' ),
		);
	}
}
