<?php
/**
 * `wp rollbook groups`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the groups that identity providers have sent, and their members.
 */
final class GroupsCommand {

	/**
	 * Lists the groups.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
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
		$groups  = Tables::name( 'groups' );
		$members = Tables::name( 'group_members' );
		$rows    = Database::rows( "SELECT id, display_name AS name, external_id, modified, (SELECT COUNT(*) FROM $members WHERE group_row = $groups.row_id) AS members FROM $groups ORDER BY display_name_key" );
		$rows    = array_map( static fn( array $row ): array => array( 'modified' => Listing::moment( (int) $row['modified'] ) ) + $row, $rows );
		Listing::print_rows( $rows, array( 'name', 'members', 'id', 'external_id', 'modified' ), $options );
	}

	/**
	 * Lists the direct members of a group.
	 *
	 * ## OPTIONS
	 *
	 * <group>
	 * : Its name or id.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param list<string>          $arguments The group.
	 * @param array<string, string> $options   The options.
	 */
	public function get( array $arguments, array $options ): void {
		$groups = Tables::name( 'groups' );
		$row    = Database::value( "SELECT row_id FROM $groups WHERE id = %s OR display_name_key = %s", array( $arguments[0], mb_strtolower( $arguments[0] ) ) );
		if ( null === $row ) {
			/* translators: %s: what was typed. */
			WP_CLI::error( sprintf( __( 'There is no group “%s”.', 'rollbook' ), $arguments[0] ) );
		}
		$people  = Tables::name( 'users' );
		$members = Tables::name( 'group_members' );
		$rows    = Database::rows(
			"SELECT $members.member_id AS id, $members.member_kind AS kind, COALESCE($people.user_name, $groups.display_name) AS name, $people.user_id AS user_id FROM $members"
				. " LEFT JOIN $people ON $people.id = $members.member_id LEFT JOIN $groups ON $groups.id = $members.member_id WHERE $members.group_row = %d ORDER BY $members.member_id",
			array( (int) $row )
		);
		Listing::print_rows( $rows, array( 'name', 'kind', 'user_id', 'id' ), $options );
	}
}
