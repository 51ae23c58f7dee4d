<?php
/**
 * The memberships of somebody who goes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Ends the memberships of a person or a group that is deleted. Each of its groups gets the next version and the time of the change, as with every change of its
 * members: a client that has read one before is told that it is another one now.
 *
 * Rows of groups are locked before those of people, here as everywhere. So the versions come first, and the memberships end last.
 */
final class Memberships {

	/**
	 * Ids in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * The groups that somebody is a member of, as a condition of a decision.
	 *
	 * @param string $id The SCIM id of the person or group.
	 * @return list<array{row: int, version: int}>
	 */
	public static function groups_of( string $id ): array {
		$groups = Tables::name( 'groups' );
		$rows   = Database::rows( 'SELECT g.row_id, g.version FROM ' . Tables::name( 'group_members' ) . " m INNER JOIN $groups g ON g.row_id = m.group_row WHERE m.member_id = %s", array( $id ) );
		return array_values( array_map( array( GroupReader::class, 'version' ), $rows ) );
	}

	/**
	 * Gives groups the next version, those of them that somebody is still a member of, and locks them all.
	 *
	 * @param string    $id     The SCIM id of the person or group.
	 * @param list<int> $groups The rows of its groups, as they were read.
	 * @return int How many memberships are going to end.
	 */
	public static function renew_groups( string $id, array $groups ): int {
		$renewed = 0;
		sort( $groups );
		foreach ( array_chunk( $groups, self::IDS_AT_ONCE ) as $rows ) {
			$renewed += self::renew( $rows, ' AND EXISTS (SELECT 1 FROM ' . Tables::name( 'group_members' ) . ' m WHERE m.group_row = row_id AND m.member_id = %s)', array( $id ) );
		}
		return $renewed;
	}

	/**
	 * Ends all memberships.
	 *
	 * @param string $id      The SCIM id of the person or group.
	 * @param int    $renewed How many groups have got the next version for it.
	 * @throws Refusal When it was put into another group meanwhile.
	 */
	public static function end( string $id, int $renewed ): void {
		if ( self::delete( $id ) > $renewed ) {
			throw Refusal::stale();
		}
	}

	/**
	 * Ends all memberships of somebody whose account is gone already, so that nothing can be decided anew. No lock is held, and a
	 * request that reads a group in between must not get the new version with the old members: so the versions come last here.
	 *
	 * @param string $id The SCIM id of the person.
	 */
	public static function forget( string $id ): void {
		$groups = array_column( self::groups_of( $id ), 'row' );
		self::delete( $id );
		foreach ( array_chunk( $groups, self::IDS_AT_ONCE ) as $rows ) {
			self::renew( $rows );
		}
	}

	/**
	 * Gives groups the next version and the time of the change, because their members change.
	 *
	 * @param list<int>        $rows      The groups' rows.
	 * @param string           $condition What else must hold.
	 * @param list<int|string> $arguments Its arguments.
	 * @return int How many groups.
	 */
	public static function renew( array $rows, string $condition = '', array $arguments = array() ): int {
		return Database::run(
			'UPDATE ' . Tables::name( 'groups' ) . ' SET version = version + 1, modified = %d WHERE row_id IN (' . Database::marks( $rows, '%d' ) . ")$condition",
			array( (int) floor( microtime( true ) * 1000 ), ...$rows, ...$arguments )
		);
	}

	/**
	 * Deletes the memberships.
	 *
	 * @param string $id The SCIM id of the person or group.
	 * @return int How many there were.
	 */
	private static function delete( string $id ): int {
		return Database::run( 'DELETE FROM ' . Tables::name( 'group_members' ) . ' WHERE member_id = %s', array( $id ) );
	}
}
