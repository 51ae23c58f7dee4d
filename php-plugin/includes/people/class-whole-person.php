<?php
/**
 * One person, read with one statement.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;

defined( 'ABSPATH' ) || exit;

/**
 * A person's row, account, metas and groups. Most requests are about one person, and each statement costs a way to the database and back.
 *
 * The statement gives the row and the account once, then each meta, then each group: three parts, told apart by their number.
 *
 * The account and its metas go into WordPress's caches as they are read: they are newer than whatever is there.
 */
final class WholePerson {

	/**
	 * What stands before the names of our columns in the result. Other columns are those of WordPress's table of accounts, whatever plugins
	 * have added to it.
	 */
	private const PREFIX = 'rollbook_';

	/**
	 * What was read.
	 *
	 * @param array<string, ?string>      $row    The person's row.
	 * @param \WP_User                    $user   The account.
	 * @param list<array<string, string>> $groups The groups that the person is a member of, as UserReader::memberships() gives them.
	 */
	private function __construct( public readonly array $row, public readonly \WP_User $user, public readonly array $groups ) {}

	/**
	 * Reads a person who is not deleted.
	 *
	 * @param string   $id      The SCIM id.
	 * @param string[] $columns The columns of the row; the id and the account's number are among them.
	 * @return ?self Null if there is none, or no account.
	 */
	public static function read( string $id, array $columns ): ?self {
		$parts = array(
			1 => array(),
			2 => array(),
			3 => array(),
		);
		foreach ( Database::rows( self::statement( $columns ), array( $id ) ) as $found ) {
			$parts[ (int) $found[ self::PREFIX . 'part' ] ][] = $found;
		}
		$row = array();
		foreach ( $columns as $column ) {
			$row[ $column ] = $parts[1][0][ self::PREFIX . $column ] ?? null;
		}
		$account = array_filter( $parts[1][0] ?? array(), static fn( string $column ): bool => ! str_starts_with( $column, self::PREFIX ), ARRAY_FILTER_USE_KEY );
		// SQLite finds an id in another case, too.
		if ( $row['id'] !== $id || null === ( $account['ID'] ?? null ) ) {
			return null;
		}
		self::remember( (int) $account['ID'], (object) $account, $parts[2] );
		$user = new \WP_User();
		$user->init( (object) $account );
		$groups = array_map(
			static fn( array $found ): array => array(
				'member_id'    => $id,
				'row_id'       => (string) $found[ self::PREFIX . 'group_row' ],
				'version'      => (string) $found[ self::PREFIX . 'group_version' ],
				'id'           => (string) $found[ self::PREFIX . 'group_id' ],
				'display_name' => (string) $found[ self::PREFIX . 'group_name' ],
				'is_member'    => (string) $found[ self::PREFIX . 'is_member' ],
			),
			self::sorted( $parts[3], 'group_row' )
		);
		return new self( $row, $user, $groups );
	}

	/**
	 * The statement.
	 *
	 * @param string[] $columns The columns of the row.
	 */
	private static function statement( array $columns ): string {
		global $wpdb;
		$prefix  = self::PREFIX;
		$users   = Tables::name( 'users' );
		$members = Tables::name( 'group_members' );
		$groups  = Tables::name( 'groups' );
		$row     = implode( ', ', array_map( static fn( string $column ): string => "r.$column AS $prefix$column", $columns ) );
		return "SELECT p.part AS {$prefix}part, $row, w.*, m.umeta_id AS {$prefix}umeta_id, m.meta_key AS {$prefix}meta_key, m.meta_value AS {$prefix}meta_value,"
			. " g.row_id AS {$prefix}group_row, g.version AS {$prefix}group_version, g.id AS {$prefix}group_id, g.display_name AS {$prefix}group_name,"
			. " EXISTS (SELECT 1 FROM $members o WHERE o.member_id = g.id) AS {$prefix}is_member"
			. " FROM $users u CROSS JOIN (SELECT 1 AS part UNION ALL SELECT 2 UNION ALL SELECT 3) p"
			. " LEFT JOIN $users r ON p.part = 1 AND r.row_id = u.row_id"
			. " LEFT JOIN $wpdb->users w ON p.part = 1 AND w.ID = u.user_id"
			. " LEFT JOIN $wpdb->usermeta m ON p.part = 2 AND m.user_id = u.user_id"
			. " LEFT JOIN $members e ON p.part = 3 AND e.member_id = u.id"
			. " LEFT JOIN $groups g ON g.row_id = e.group_row"
			. ' WHERE u.id = %s AND u.deleted = 0';
	}

	/**
	 * Puts an account and its metas into WordPress's caches.
	 *
	 * @param int                          $user_id The account.
	 * @param \stdClass                    $account Its row.
	 * @param list<array<string, ?string>> $found   Its metas.
	 */
	private static function remember( int $user_id, \stdClass $account, array $found ): void {
		$metas = array();
		foreach ( self::sorted( $found, 'umeta_id' ) as $meta ) {
			$metas[ (string) $meta[ self::PREFIX . 'meta_key' ] ][] = $meta[ self::PREFIX . 'meta_value' ];
		}
		AccountCache::hold( $user_id, $account, $metas, Transaction::is_open() );
	}

	/**
	 * The rows of a part in their order, without the row that stands for none.
	 *
	 * @param list<array<string, ?string>> $found  The part.
	 * @param string                       $number The column that numbers them.
	 * @return list<array<string, ?string>>
	 */
	private static function sorted( array $found, string $number ): array {
		$found = array_values( array_filter( $found, static fn( array $row ): bool => null !== $row[ self::PREFIX . $number ] ) );
		usort( $found, static fn( array $one, array $other ): int => (int) $one[ self::PREFIX . $number ] <=> (int) $other[ self::PREFIX . $number ] );
		return $found;
	}
}
