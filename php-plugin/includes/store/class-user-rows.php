<?php
/**
 * The rows of people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Finds and removes rows of people.
 */
final class UserRows {

	/**
	 * The row with a SCIM id.
	 *
	 * @param string $id      The id.
	 * @param string $columns The columns to read; the id itself is among them.
	 * @param string $rest    A further condition, and how the row is locked.
	 * @return ?array<string, ?string>
	 */
	public static function find( string $id, string $columns, string $rest = 'AND deleted = 0' ): ?array {
		$row = Database::row( "SELECT $columns FROM " . Tables::name( 'users' ) . " WHERE id = %s $rest", array( $id ) );
		// SQLite finds an id in another case, too.
		return null === $row || $row['id'] !== $id ? null : $row;
	}

	/**
	 * Removes a person's row.
	 *
	 * @param int $row_id The row.
	 */
	public static function forget( int $row_id ): void {
		Lookups::clear( $row_id );
		Database::run( 'DELETE FROM ' . Tables::name( 'users' ) . ' WHERE row_id = %d', array( $row_id ) );
		RowCounts::note( Tables::name( 'users' ), $row_id );
	}

	/**
	 * The key of the userName in a deleted person's row.
	 *
	 * @param string $id The id that the person had.
	 */
	public static function former_key( string $id ): string {
		return "deleted $id";
	}
}
