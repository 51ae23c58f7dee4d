<?php
/**
 * The order of the list of users by Rollbook's columns.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\LargeCounts;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Sorts the list where an index gives the order, so that no page of it has to sort everybody. The extension says which attributes have such
 * an index.
 *
 * A list is made of parts: the people who have a value, in the order of the index; and everybody else, by login, always at the end. A part
 * is only read where the parts before it do not fill the page.
 *
 * A part has the SQL of its `rows` in the index, which are enough where the query leaves nobody out; the tables and the condition to put into
 * any other query; and the order, from its end too. Where it has rows in an index, it remembers how many they are.
 *
 * @phpstan-type Part array{rows: string, count: ?RowCounts, from: string, where: string, order: string, backward: string}
 */
final class UsersSorting {

	/** The argument of the query for users: the column. */
	private const ARGUMENT = 'rollbook_sorted_by';

	/** How people stand, in order: the values of `deleted`, `managed` and `active`. All of them are in one index. */
	private const STATES = array( '0,1,0', '0,0,0', '1,1,0', '1,0,0', '1,1,1', '1,0,1', '0,1,1' );

	/** A page with so many pages and half of the list before it may be nearer to the end of its part. That is counted then, and read from there. */
	private const FAR = 10;

	/**
	 * The index of each column that has one; null until the extension was asked.
	 *
	 * @var ?array<string, array{path: string, single: bool}>
	 */
	private static ?array $indexes = null;

	/**
	 * Makes the headings of columns links.
	 *
	 * @param array<string, mixed> $columns The columns that can be sorted by.
	 * @return array<string, mixed>
	 */
	public static function filter_sortable_columns( array $columns ): array {
		foreach ( SettingsPage::is_allowed() ? self::titles() : array() as $column => $title ) {
			/* translators: %s: title of a column. */
			$columns[ $column ] = array( $column, false, $title, sprintf( __( 'Table ordered by %s.', 'rollbook' ), $title ) );
		}
		return $columns;
	}

	/**
	 * Asks for the order.
	 *
	 * @param array<string, mixed> $arguments The query's arguments.
	 * @return array<string, mixed>
	 */
	public static function filter_arguments( array $arguments ): array {
		$column = $arguments['orderby'] ?? '';
		if ( ! is_string( $column ) || ! SettingsPage::is_allowed() || ! isset( self::titles()[ $column ] ) ) {
			return $arguments;
		}
		return array( self::ARGUMENT => $column ) + $arguments;
	}

	/**
	 * Finds the page.
	 *
	 * @param mixed          $found What another plugin has found.
	 * @param \WP_User_Query $query The query.
	 */
	public static function filter_users_pre_query( mixed $found, \WP_User_Query $query ): mixed {
		$column = $query->query_vars[ self::ARGUMENT ] ?? null;
		$number = (int) ( $query->query_vars['number'] ?? 0 );
		if ( null !== $found || ! is_string( $column ) || $number < 1 || str_contains( (string) $query->query_fields, 'DISTINCT' ) ) {
			return $found;
		}
		try {
			$query->__set( 'total_users', self::total( $query ) ); // It is private, and meant to be set so.
			return self::page( $query, self::parts( $column, 'DESC' === strtoupper( (string) ( $query->query_vars['order'] ?? '' ) ) ), $number, (int) ( $query->query_vars['offset'] ?? 0 ) );
		} catch ( DatabaseFailure ) {
			return $found; // WordPress's own order is better than no list.
		}
	}

	/**
	 * The owner sees at once that an account is gone. What an identity provider deletes is counted within a minute: it is not to wait for that.
	 */
	public static function action_deleted_user(): void {
		if ( is_admin() ) {
			LargeCounts::forget();
		}
	}

	/**
	 * How many accounts the query finds.
	 *
	 * @param \WP_User_Query $query The query.
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function total( \WP_User_Query $query ): int {
		global $wpdb;
		$count = static fn(): int => (int) Database::value( self::select( 'COUNT(*)', $query ) );
		if ( ! self::is_of_everybody( $query ) ) {
			return $count();
		}
		$newest = (int) Database::value( "SELECT MAX(ID) FROM $wpdb->users" );
		return LargeCounts::of( 'accounts', array( $newest ), static fn(): array => array( $count() ) )[0];
	}

	/**
	 * The accounts of a page. The query knows already how many there are in all.
	 *
	 * @param \WP_User_Query $query  The query.
	 * @param list<Part>     $parts  The parts of the list.
	 * @param int            $number How many accounts a page has.
	 * @param int            $before How many come before it.
	 * @return list<int>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function page( \WP_User_Query $query, array $parts, int $number, int $before ): array {
		$page = array();
		foreach ( $parts as $part ) {
			$is_far = $before > max( self::FAR * $number, $query->get_total() / 2 );
			$count  = $is_far ? self::count( $query, $part ) : null;
			$page   = array( ...$page, ...self::accounts( $query, $part, $number - count( $page ), $before, $count ) );
			$before = array() === $page && 0 < $before ? $before - ( $count ?? self::count( $query, $part ) ) : 0;
			if ( count( $page ) >= $number ) {
				break;
			}
		}
		return $page;
	}

	/**
	 * Accounts of a part.
	 *
	 * @param \WP_User_Query $query  The query.
	 * @param Part           $part   The part.
	 * @param int            $number How many.
	 * @param int            $before How many to leave out before them.
	 * @param ?int           $count  How many the part has, if it was counted.
	 * @return list<int>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function accounts( \WP_User_Query $query, array $part, int $number, int $before, ?int $count ): array {
		global $wpdb;
		$from_the_end = null !== $count && $before > $count / 2;
		if ( $from_the_end ) {
			$number = min( $number, $count - $before );
			$before = $count - $before - $number;
			if ( $number < 1 ) {
				return array();
			}
		}
		$end = ' ORDER BY ' . ( $from_the_end ? $part['backward'] : $part['order'] ) . " LIMIT $number OFFSET $before";
		if ( '' === $part['rows'] || ! self::is_of_everybody( $query ) ) {
			$found = self::numbers( Database::rows( self::select( "$wpdb->users.ID", $query, $part ) . $end ), 'ID' );
			return $from_the_end ? array_reverse( $found ) : $found;
		}
		// The index alone says which rows are on the page, however far behind it is.
		$rows = self::numbers( Database::rows( "SELECT row_id {$part['rows']}$end" ), 'row_id' );
		if ( array() === $rows ) {
			return array();
		}
		$accounts = array_column( Database::rows( 'SELECT row_id, user_id FROM ' . Tables::name( 'users' ) . ' WHERE row_id IN (' . Database::marks( $rows, '%d' ) . ')', $rows ), 'user_id', 'row_id' );
		return array_map( static fn( int $row ): int => (int) ( $accounts[ $row ] ?? 0 ), $from_the_end ? array_reverse( $rows ) : $rows );
	}

	/**
	 * A column of rows as numbers.
	 *
	 * @param list<array<string, ?string>> $rows   The rows.
	 * @param string                       $column The column.
	 * @return list<int>
	 */
	private static function numbers( array $rows, string $column ): array {
		return array_values( array_map( 'intval', array_column( $rows, $column ) ) );
	}

	/**
	 * How many accounts a part has.
	 *
	 * @param \WP_User_Query $query The query.
	 * @param Part           $part  The part.
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function count( \WP_User_Query $query, array $part ): int {
		return null !== $part['count'] && self::is_of_everybody( $query ) ? $part['count']->total() : (int) Database::value( self::select( 'COUNT(*)', $query, $part ) );
	}

	/**
	 * Whether the query leaves nobody out.
	 *
	 * @param \WP_User_Query $query The query.
	 */
	private static function is_of_everybody( \WP_User_Query $query ): bool {
		global $wpdb;
		return "FROM $wpdb->users" === trim( (string) $query->query_from ) && 'WHERE 1=1' === trim( (string) $query->query_where );
	}

	/**
	 * A statement over the accounts that the query wants. MySQL and MariaDB are told to read the tables in this order, SQLite by the joins.
	 *
	 * @param string         $what  What to read.
	 * @param \WP_User_Query $query The query.
	 * @param ?Part          $part  The part of the list; null for the whole.
	 */
	private static function select( string $what, \WP_User_Query $query, ?array $part = null ): string {
		global $wpdb;
		$straight = null !== $part && null !== Database::connection() ? 'STRAIGHT_JOIN ' : '';
		$from     = null === $part ? (string) $query->query_from : (string) preg_replace( '/^\s*FROM\s+' . preg_quote( $wpdb->users, '/' ) . '\b/', "FROM {$part['from']}", (string) $query->query_from );
		return "SELECT $straight$what $from $query->query_where" . ( null === $part ? '' : " AND {$part['where']}" );
	}

	/**
	 * The parts of the list.
	 *
	 * @param string $column   What it is sorted by.
	 * @param bool   $backward Whether the greatest comes first.
	 * @return list<Part>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function parts( string $column, bool $backward ): array {
		return UsersColumn::COLUMN === $column ? self::parts_by_state( $backward ) : self::parts_by_value( self::indexes()[ $column ] ?? null, $backward );
	}

	/**
	 * The parts of the list by how people stand.
	 *
	 * @param bool $backward Whether the last state comes first.
	 * @return list<Part>
	 */
	private static function parts_by_state( bool $backward ): array {
		global $wpdb;
		$users = Tables::name( 'users' );
		$parts = array();
		foreach ( $backward ? array_reverse( self::STATES ) : self::STATES as $state ) {
			list( $deleted, $managed, $active ) = explode( ',', $state );

			$where   = "r.deleted = $deleted AND r.managed = $managed AND r.active = $active";
			$parts[] = array(
				'rows'     => "FROM $users r WHERE $where",
				'count'    => new RowCounts( $users, 'r', $where, array() ),
				'from'     => "$users r CROSS JOIN $wpdb->users ON $wpdb->users.ID = r.user_id",
				'where'    => $where,
				'order'    => 'r.row_id',
				'backward' => 'r.row_id DESC',
			);
		}
		$parts[] = array(
			'rows'     => '',
			'count'    => null,
			'from'     => $wpdb->users,
			'where'    => "NOT EXISTS ( SELECT 1 FROM $users r WHERE r.user_id = $wpdb->users.ID AND ( r.deleted = 1 OR r.managed = 1 OR r.active = 0 ) )",
			'order'    => "$wpdb->users.user_login",
			'backward' => "$wpdb->users.user_login DESC",
		);
		return $parts;
	}

	/**
	 * The parts of the list by an attribute.
	 *
	 * @param ?array{path: string, single: bool} $index    The index.
	 * @param bool                               $backward Whether the greatest value comes first.
	 * @return list<Part>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function parts_by_value( ?array $index, bool $backward ): array {
		global $wpdb;
		$users   = Tables::name( 'users' );
		$lookups = Tables::name( 'lookups' );
		$way     = $backward ? 'DESC' : 'ASC';
		$back    = $backward ? 'ASC' : 'DESC';
		$path    = $index['path'] ?? '';
		// That a value is not empty is only asked where one is: the index is read a third faster without.
		$empty = Database::value( "SELECT 1 FROM $lookups WHERE path = %s AND value = '' LIMIT 1", array( $path ) );
		$given = 'l.path = %s' . ( null === $empty ? '' : " AND l.value > ''" );
		$value = (string) $wpdb->prepare( $given, $path ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- One of the two conditions above.
		// Somebody who has several values stands at the least one.
		$least = $index['single'] ?? true ? '' : " AND NOT EXISTS ( SELECT 1 FROM $lookups m WHERE m.row_id = l.row_id AND m.path = l.path AND m.value > '' AND m.value < l.value )";
		return array(
			array(
				'rows'     => "FROM $lookups l WHERE $value$least",
				// No EXISTS: MariaDB would look for all who have a value, though a thousand and one are enough.
				'count'    => new RowCounts( $users, 'r', "( SELECT 1 FROM $lookups l WHERE l.row_id = r.row_id AND $given LIMIT 1 ) IS NOT NULL", array( $path ) ),
				'from'     => "$lookups l CROSS JOIN $users r ON r.row_id = l.row_id CROSS JOIN $wpdb->users ON $wpdb->users.ID = r.user_id",
				'where'    => "$value$least",
				'order'    => "l.value $way, l.row_id $way",
				'backward' => "l.value $back, l.row_id $back",
			),
			array(
				'rows'     => '',
				'count'    => null,
				'from'     => "$wpdb->users LEFT JOIN $users r ON r.user_id = $wpdb->users.ID LEFT JOIN $lookups l ON l.row_id = r.row_id AND $value",
				'where'    => 'l.row_id IS NULL',
				'order'    => "$wpdb->users.user_login",
				'backward' => "$wpdb->users.user_login DESC",
			),
		);
	}

	/**
	 * The titles of the columns that can be sorted by.
	 *
	 * @return array<string, string>
	 */
	private static function titles(): array {
		return array( UsersColumn::COLUMN => UsersColumn::title() ) + array_intersect_key( PersonAttributes::titles(), self::indexes() );
	}

	/**
	 * The index of each column that has one.
	 *
	 * @return array<string, array{path: string, single: bool}>
	 */
	private static function indexes(): array {
		if ( null === self::$indexes ) {
			self::$indexes = array();
			try {
				foreach ( \Rollbook\Settings::columns( Settings::document(), Site::facts() ) as $column ) {
					if ( null !== $column['index'] ) {
						self::$indexes[ PersonAttributes::column( $column['mapping'] ) ] = array(
							'path'   => $column['index'],
							'single' => $column['single'],
						);
					}
				}
			} catch ( DatabaseFailure | \Rollbook\Exception ) {
				return array(); // The list of users is not to break.
			}
		}
		return self::$indexes;
	}
}
