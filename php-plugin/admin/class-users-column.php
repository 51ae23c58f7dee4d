<?php
/**
 * Rollbook's column in the list of users.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * A column that says who is managed and who may not log in, and links to the reason.
 */
final class UsersColumn {

	/** The column. */
	private const COLUMN = 'rollbook';

	/**
	 * The people of the page, by account.
	 *
	 * @var array<int, array<string, ?string>>|null
	 */
	private static ?array $people = null;

	/**
	 * Adds the column.
	 *
	 * @param array<string, string> $columns The columns.
	 * @return array<string, string>
	 */
	public static function filter_manage_users_columns( array $columns ): array {
		return SettingsPage::is_allowed() ? $columns + array( self::COLUMN => __( 'Identity provider', 'rollbook' ) ) : $columns;
	}

	/**
	 * A cell of it.
	 *
	 * @param mixed $output  The output of other plugins for this cell.
	 * @param mixed $column  The column.
	 * @param mixed $user_id Whose row it is.
	 */
	public static function filter_manage_users_custom_column( mixed $output, mixed $column, mixed $user_id ): mixed {
		if ( self::COLUMN !== $column ) {
			return $output;
		}
		$person = self::people( (int) $user_id )[ (int) $user_id ] ?? null;
		if ( null === $person || ( ! $person['managed'] && ! $person['deleted'] ) ) {
			return '<span aria-hidden="true">—</span><span class="screen-reader-text">' . esc_html__( 'Not managed', 'rollbook' ) . '</span>';
		}
		$text = match ( true ) {
			(bool) $person['deleted'] => __( 'Locked out: deleted there', 'rollbook' ),
			! $person['active']       => __( 'Locked out', 'rollbook' ),
			default                   => __( 'Managed', 'rollbook' ),
		};
		return sprintf( '<a href="%s">%s</a>', esc_url( ActivityLinks::url( array( 'person' => (string) (int) $user_id ) ) ), esc_html( $text ) );
	}

	/**
	 * The people of the page. The first call reads the rows of all of them.
	 *
	 * @param int $user_id One of them.
	 * @return array<int, array<string, ?string>>
	 */
	private static function people( int $user_id ): array {
		global $wp_list_table;
		if ( null !== self::$people ) {
			return self::$people;
		}
		$user_ids = $wp_list_table instanceof \WP_Users_List_Table ? array_map( 'intval', array_keys( $wp_list_table->items ) ) : array();
		$user_ids = array_values( array_unique( array( $user_id, ...$user_ids ) ) );
		try {
			$rows = Database::rows( 'SELECT user_id, managed, active, deleted FROM ' . Tables::name( 'users' ) . ' WHERE user_id IN (' . Database::marks( $user_ids, '%d' ) . ')', $user_ids );
		} catch ( DatabaseFailure ) {
			$rows = array(); // The list of users must still be shown.
		}
		$people = array();
		foreach ( $rows as $row ) {
			$people[ (int) $row['user_id'] ] = $row;
		}
		self::$people = $people;
		return $people;
	}
}
