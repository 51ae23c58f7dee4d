<?php
/**
 * Groups, read.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\LargeCounts;
use Rollbook\WordPress\Store\Selection;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Reads groups and their members, a whole page with a constant number of statements.
 *
 * @phpstan-import-type FindGroups from \Rollbook\Contract
 * @phpstan-import-type FindGroupsAnswer from \Rollbook\Contract
 * @phpstan-import-type FindMembers from \Rollbook\Contract
 * @phpstan-import-type FindMembersAnswer from \Rollbook\Contract
 * @phpstan-import-type ListUsersInGroups from \Rollbook\Contract
 * @phpstan-import-type ListUsersInGroupsAnswer from \Rollbook\Contract
 * @phpstan-import-type GroupRecord from \Rollbook\Contract
 * @phpstan-import-type GroupVersion from \Rollbook\Contract
 * @phpstan-import-type CountMembers from \Rollbook\Contract
 * @phpstan-import-type CountMembersAnswer from \Rollbook\Contract
 * @phpstan-import-type ListNestingsAnswer from \Rollbook\Contract
 * @phpstan-import-type LoadGroup from \Rollbook\Contract
 * @phpstan-import-type LoadGroupAnswer from \Rollbook\Contract
 * @phpstan-import-type Member from \Rollbook\Contract
 * @phpstan-import-type ResolveMembers from \Rollbook\Contract
 * @phpstan-import-type ResolveMembersAnswer from \Rollbook\Contract
 */
final class GroupReader {

	/**
	 * So many groups are read without asking for their size, so that a search for one needs one statement.
	 */
	private const FEW = 10;

	/**
	 * The bytes in memory of a member, about. Half of it is its row.
	 */
	private const BYTES_OF_MEMBER = 250;

	/**
	 * The columns of a group's row.
	 */
	private const COLUMNS = 'g.row_id, g.id, g.display_name, g.external_id, g.version, g.created, g.modified, g.document';

	/**
	 * Ids in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * The group that was loaded last: the site and the row.
	 *
	 * @var ?array{int, array<string, ?string>}
	 */
	private static ?array $loaded = null;

	/**
	 * A page of groups.
	 *
	 * @param FindGroups $command The command find_groups.
	 * @return FindGroupsAnswer
	 */
	public function find( array $command ): array {
		$selection = new Selection( $command['selection'], Tables::name( 'groups' ), 'g', '1=1' );
		$weight    = 'COALESCE(LENGTH(g.document), 0)';
		if ( $command['members'] ) {
			$weight .= ' + ' . self::BYTES_OF_MEMBER . ' * (SELECT COUNT(*) FROM ' . Tables::name( 'group_members' ) . ' w WHERE w.group_row = g.row_id)';
		}
		$rows = $selection->rows( self::COLUMNS, $weight, $command['members'] ? 1 : self::FEW );
		return array(
			'total'   => $selection->total(),
			'groups'  => $this->records( $rows, $command['members'] ),
			'reached' => $selection->reached(),
		);
	}

	/**
	 * One group.
	 *
	 * @param LoadGroup $command The command load_group.
	 * @return LoadGroupAnswer
	 */
	public function load( array $command ): ?array {
		$groups  = Tables::name( 'groups' );
		$members = Tables::name( 'group_members' );
		$columns = self::COLUMNS;
		if ( $command['nested'] ) {
			$columns .= ", EXISTS (SELECT 1 FROM $groups i INNER JOIN $members n ON n.member_id = i.id WHERE n.member_kind = 'Group' AND (i.row_id = g.row_id OR n.group_row = g.row_id)) AS nested";
		}
		$rows = Database::rows( "SELECT $columns FROM $groups g WHERE g.id = %s", array( $command['id'] ) );
		// SQLite finds an id in another case, too.
		$rows         = array_values( array_filter( $rows, static fn( array $row ): bool => $row['id'] === $command['id'] ) );
		self::$loaded = $rows ? array( get_current_blog_id(), $rows[0] ) : null;
		return $this->records( $rows, $command['members'], $command['most'] ?? null )[0] ?? null;
	}

	/**
	 * The row of the group that was loaded last, if it is this one in this version. A write that relies on it has the version as a
	 * condition.
	 *
	 * @param string $id      The SCIM id.
	 * @param int    $version The version.
	 * @return ?array<string, ?string>
	 */
	public static function loaded( string $id, int $version ): ?array {
		list( $site, $row ) = self::$loaded ?? array( 0, array() );
		return get_current_blog_id() === $site && $row['id'] === $id && (int) $row['version'] === $version ? $row : null;
	}

	/**
	 * The record of a row that was just written.
	 *
	 * @param array<string, int|string|null> $row  The row as it was written.
	 * @param ?int                           $most The members are wanted if there are no more than so many; null if they are not.
	 * @return GroupRecord
	 */
	public function written( array $row, ?int $most ): array {
		unset( $row['nested'] ); // It was read before.
		return $this->records( array( $row ), null !== $most, $most )[0];
	}

	/**
	 * The record of a group whose row was just written and is read again.
	 *
	 * @param int  $row_id  The row's number.
	 * @param bool $members Whether the members are wanted.
	 * @param ?int $most    They are only wanted if there are no more than so many.
	 * @return ?GroupRecord
	 */
	public function read_again( int $row_id, bool $members, ?int $most = null ): ?array {
		return $this->records( Database::rows( 'SELECT ' . self::COLUMNS . ' FROM ' . Tables::name( 'groups' ) . ' g WHERE g.row_id = %d', array( $row_id ) ), $members, $most )[0] ?? null;
	}

	/**
	 * Which ids exist, what they are, and whether they are members of the group.
	 *
	 * @param ResolveMembers $command The command resolve_members.
	 * @return ResolveMembersAnswer
	 */
	public function resolve_members( array $command ): array {
		global $wpdb;
		$users  = Tables::name( 'users' );
		$groups = Tables::name( 'groups' );
		$group  = $command['group'];
		$joined = null === $group ? '0' : 'EXISTS (SELECT 1 FROM ' . Tables::name( 'group_members' ) . " m INNER JOIN $groups o ON o.row_id = m.group_row WHERE o.id = %s AND m.member_id = c.id)";
		$found  = array();
		foreach ( array_chunk( array_values( array_unique( $command['ids'] ) ), self::IDS_AT_ONCE ) as $ids ) {
			$marks     = Database::marks( $ids, '%s' );
			$arguments = null === $group ? $ids : array( $group, ...$ids );
			$rows      = Database::rows( "SELECT c.id, 'User' AS kind, $joined AS is_member FROM $users c INNER JOIN $wpdb->users w ON w.ID = c.user_id WHERE c.deleted = 0 AND c.id IN ($marks)", $arguments );
			if ( count( $rows ) < count( $ids ) ) {
				$rows = array_merge( $rows, Database::rows( "SELECT c.id, 'Group' AS kind, $joined AS is_member, c.row_id, c.version FROM $groups c WHERE c.id IN ($marks)", $arguments ) );
			}
			foreach ( $rows as $row ) {
				$found[ $row['id'] ] = array(
					'id'        => (string) $row['id'],
					'kind'      => 'Group' === $row['kind'] ? 'Group' : 'User',
					'is_member' => (bool) $row['is_member'],
					'version'   => isset( $row['version'] ) ? $this->version( $row ) : null,
				);
			}
		}
		return array_values( array_filter( array_map( static fn( string $id ): ?array => $found[ $id ] ?? null, $command['ids'] ) ) );
	}

	/**
	 * Which of the ids are members of the group.
	 *
	 * @param FindMembers $command The command find_members.
	 * @return FindMembersAnswer
	 */
	public function find_members( array $command ): array {
		$found = array();
		foreach ( array_chunk( array_values( array_unique( $command['among'] ) ), self::IDS_AT_ONCE ) as $ids ) {
			$rows  = Database::rows(
				'SELECT m.member_id FROM ' . Tables::name( 'group_members' ) . ' m INNER JOIN ' . Tables::name( 'groups' ) . ' g ON g.row_id = m.group_row'
				. ' WHERE g.id = %s AND m.member_id IN (' . Database::marks( $ids, '%s' ) . ')',
				array( $command['id'], ...$ids )
			);
			$found = array_merge( $found, array_map( 'strval', array_column( $rows, 'member_id' ) ) );
		}
		return array_values( $found );
	}

	/**
	 * Every group that is a member of another. The statement begins with the groups: they are few, and there may be very many memberships.
	 *
	 * @return ListNestingsAnswer
	 */
	public function list_nestings(): array {
		$groups = Tables::name( 'groups' );
		$rows   = Database::rows(
			"SELECT i.id AS member, i.row_id, i.version, g.id AS `group`, g.display_name AS display FROM " . Tables::name( 'group_members' )
			. " m INNER JOIN $groups i ON i.id = m.member_id INNER JOIN $groups g ON g.row_id = m.group_row WHERE m.member_kind = 'Group' ORDER BY g.row_id, i.row_id"
		);
		return array_map(
			static fn( array $row ): array => array(
				'member'  => (string) $row['member'],
				'version' => self::version( $row ),
				'group'   => (string) $row['group'],
				'display' => (string) $row['display'],
			),
			array_values( $rows )
		);
	}

	/**
	 * The version of a group.
	 *
	 * @param array<string, ?string> $row What was read of it.
	 * @return GroupVersion
	 */
	public static function version( array $row ): array {
		return array(
			'row'     => (int) $row['row_id'],
			'version' => (int) $row['version'],
		);
	}

	/**
	 * The people who are members of one of some groups.
	 *
	 * @param ListUsersInGroups $command The command list_users_in_groups.
	 * @return ListUsersInGroupsAnswer
	 */
	public function list_users_in_groups( array $command ): array {
		$found = array();
		foreach ( array_chunk( $command['groups'], self::IDS_AT_ONCE ) as $ids ) {
			$rows   = Database::rows(
				'SELECT DISTINCT m.member_id FROM ' . Tables::name( 'group_members' ) . ' m INNER JOIN ' . Tables::name( 'groups' )
				. " g ON g.row_id = m.group_row WHERE m.member_kind = 'User' AND g.id IN (" . Database::marks( $ids, '%s' ) . ')',
				$ids
			);
			$found += array_map( 'strval', array_column( $rows, 'member_id', 'member_id' ) );
		}
		return array_values( $found );
	}

	/**
	 * How many members groups have.
	 *
	 * @param CountMembers $command The command count_members.
	 * @return CountMembersAnswer
	 */
	public function count_members( array $command ): array {
		$table    = Tables::name( 'group_members' );
		$versions = array_column( $command['groups'], 'version', 'row' );
		$known    = LargeCounts::of(
			'members',
			$versions,
			static fn( array $row_ids ): array => array_column(
				Database::rows( "SELECT group_row, COUNT(*) AS members FROM $table WHERE group_row IN (" . Database::marks( $row_ids, '%d' ) . ') GROUP BY group_row', $row_ids ),
				'members',
				'group_row'
			)
		);
		return array_map( static fn( array $group ): int => $known[ $group['row'] ], $command['groups'] );
	}

	/**
	 * Makes records of rows.
	 *
	 * @param array<int, array<string, int|string|null>> $rows    The rows.
	 * @param bool                                       $members Whether the members are wanted.
	 * @param ?int                                       $most    Of a single row: they are only wanted if there are no more than so many.
	 * @return list<GroupRecord>
	 */
	private function records( array $rows, bool $members, ?int $most = null ): array {
		if ( ! $rows ) {
			return array();
		}
		$row_ids = array_map( 'intval', array_column( $rows, 'row_id' ) );
		$lists   = match ( true ) {
			! $members     => null,
			null === $most => $this->members( $row_ids ),
			default        => $this->few_members( $row_ids[0], $most ),
		};
		$record  = static fn( array $row ): array => array(
			'row'          => (int) $row['row_id'],
			'id'           => (string) $row['id'],
			'display_name' => (string) $row['display_name'],
			'external_id'  => $row['external_id'],
			'version'      => (int) $row['version'],
			'created'      => (int) $row['created'],
			'modified'     => (int) $row['modified'],
			'document'     => $row['document'],
			'members'      => null === $lists ? null : $lists[ (int) $row['row_id'] ] ?? array(),
			'nested'       => isset( $row['nested'] ) ? (bool) $row['nested'] : null,
		);
		return array_values( array_map( $record, $rows ) );
	}

	/**
	 * The members of groups.
	 *
	 * @param int[] $row_ids The groups' rows.
	 * @return array<int, list<Member>> By row.
	 */
	private function members( array $row_ids ): array {
		$rows    = Database::rows(
			self::member_columns() . ' FROM ' . Tables::name( 'group_members' ) . ' m' . self::joined_members() . ' WHERE m.group_row IN (' . Database::marks( $row_ids, '%d' ) . ') ORDER BY m.group_row, m.member_id',
			$row_ids
		);
		$members = array();
		foreach ( $rows as $row ) {
			$members[ (int) $row['group_row'] ][] = $this->member( $row );
		}
		return $members;
	}

	/**
	 * The members of a group that has few. Of many, no more are read than tell that.
	 *
	 * @param int $row_id The group's row.
	 * @param int $most   How many are few.
	 * @return ?array<int, list<Member>> By row; null if there are more.
	 */
	private function few_members( int $row_id, int $most ): ?array {
		$table   = Tables::name( 'group_members' );
		$rows    = Database::rows(
			self::member_columns() . ", few.number FROM (SELECT COUNT(*) AS number FROM (SELECT member_id FROM $table WHERE group_row = %d LIMIT %d) first) few"
			. " LEFT JOIN $table m ON m.group_row = %d AND few.number <= %d" . self::joined_members() . ' ORDER BY m.member_id',
			array( $row_id, $most + 1, $row_id, $most )
		);
		$members = array();
		foreach ( $rows as $row ) {
			if ( (int) $row['number'] > $most ) {
				return null;
			}
			if ( null !== $row['id'] ) {
				$members[] = $this->member( $row );
			}
		}
		return array( $row_id => $members );
	}

	/**
	 * What is read of a member `m`.
	 */
	private static function member_columns(): string {
		return 'SELECT m.group_row, m.member_id AS id, m.member_kind AS kind, u.user_name, COALESCE(w.display_name, g.display_name) AS display_name';
	}

	/**
	 * The tables that it is read from.
	 */
	private static function joined_members(): string {
		global $wpdb;
		return ' LEFT JOIN ' . Tables::name( 'users' ) . " u ON m.member_kind = 'User' AND u.id = m.member_id LEFT JOIN $wpdb->users w ON w.ID = u.user_id"
			. ' LEFT JOIN ' . Tables::name( 'groups' ) . " g ON m.member_kind = 'Group' AND g.id = m.member_id";
	}

	/**
	 * A member of a group.
	 *
	 * @param array<string, ?string> $row What was read of it.
	 * @return Member
	 */
	private function member( array $row ): array {
		$display = (string) $row['display_name'];
		return array(
			'id'      => (string) $row['id'],
			'kind'    => 'Group' === $row['kind'] ? 'Group' : 'User',
			'display' => in_array( $display, array( '', $row['user_name'] ), true ) ? null : $display,
		);
	}
}
