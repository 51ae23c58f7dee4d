<?php
/**
 * The unique values of a person's row.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\UserRows;

defined( 'ABSPATH' ) || exit;

/**
 * The row of a person holds a folded userName, an address and a login as unique keys. So two web servers cannot both write the same person
 * at once.
 */
final class UniqueKeys {

	/**
	 * How long a row may wait for its account before it counts as left over from a crash, in milliseconds. Such a row is visible only in
	 * tables without transactions.
	 */
	private const PATIENCE = 600_000;

	/**
	 * The key of an address: none for none.
	 *
	 * @param ?string $email The address.
	 */
	public static function email_key( ?string $email ): ?string {
		return null === $email || '' === $email ? null : mb_strtolower( $email, 'UTF-8' );
	}

	/**
	 * The key of a login.
	 *
	 * @param string $login The login.
	 */
	public static function login_key( string $login ): string {
		return mb_strtolower( $login, 'UTF-8' );
	}

	/**
	 * Finds out which key is taken. On the way it releases stale keys: those whose account is gone, or has another address or login by now.
	 *
	 * @param array<string, int|string|null> $keys   The wanted keys, by column; other columns are ignored.
	 * @param int                             $row_id The row that gets them; 0 for a new one.
	 * @param int                             $now    Now.
	 * @return ?string The key that somebody else holds: user_name, email or login; null if none.
	 */
	public static function holder( array $keys, int $row_id, int $now ): ?string {
		global $wpdb;
		$table = Tables::name( 'users' );
		$names = array(
			'user_name_key' => 'user_name',
			'email_key'     => 'email',
			'login_key'     => 'login',
		);
		foreach ( $names as $column => $name ) {
			if ( ! isset( $keys[ $column ] ) ) {
				continue;
			}
			$row = Database::row(
				"SELECT u.row_id, u.id, u.user_id, u.created, w.ID, w.user_email, w.user_login FROM $table u LEFT JOIN $wpdb->users w ON w.ID = u.user_id WHERE u.$column = %s AND u.row_id <> %d",
				array( $keys[ $column ], $row_id )
			);
			if ( null !== $row && null !== $row['ID'] && ! Network::is_on_site( (int) $row['ID'] ) ) {
				$row['ID'] = null;
			}
			if ( null !== $row && ! self::release_stale( $row, $column, (string) $keys[ $column ], $now ) ) {
				return $name;
			}
		}
		return null;
	}

	/**
	 * Releases a stale key.
	 *
	 * @param array<string, ?string> $row    The row that holds it, with its account.
	 * @param string                 $column The key's column.
	 * @param string                 $key    The key.
	 * @param int                    $now    Now.
	 * @return bool Whether it was released.
	 */
	private static function release_stale( array $row, string $column, string $key, int $now ): bool {
		if ( null === $row['ID'] ) {
			if ( null === $row['user_id'] && (int) $row['created'] > $now - self::PATIENCE ) {
				return false;
			}
			Memberships::forget( (string) $row['id'] );
			UserRows::forget( (int) $row['row_id'] );
			return true;
		}
		$held = match ( $column ) {
			'email_key' => self::email_key( $row['user_email'] ),
			'login_key' => self::login_key( $row['user_login'] ),
			default     => $key,
		};
		if ( $held === $key ) {
			return false;
		}
		Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET $column = NULL WHERE row_id = %d AND $column = %s", array( (int) $row['row_id'], $key ) );
		return true;
	}
}
