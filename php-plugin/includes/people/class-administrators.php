<?php
/**
 * The site's administrators.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Ensures that the site keeps an administrator who can log in, whatever an identity provider sends and whatever the settings protect.
 */
final class Administrators {

	/**
	 * Their role.
	 */
	public const ROLE = 'administrator';

	/**
	 * Ensures that an account is not the last administrator of the site, nor the last one of the network. It is called within a transaction,
	 * before anything else, because it locks the rows of all administrators. Two requests at once may each want to remove one of two: the
	 * second waits here, and then sees what the first has done.
	 *
	 * @param \WP_User $user The account.
	 * @throws Refusal When it is the last one.
	 */
	public static function check_without( \WP_User $user ): void {
		if ( in_array( self::ROLE, $user->roles, true ) && array( $user->ID ) === self::lock() ) {
			throw Refusal::refused( __( 'This is the last administrator who can log in. Make somebody else an administrator first.', 'rollbook' ) );
		}
		// The network is administered at its main site. Out of another site a super administrator can be locked like everybody.
		if ( is_multisite() && is_main_site() && in_array( $user->user_login, get_super_admins(), true ) && array( $user->ID ) === self::lock_super_administrators() ) {
			throw Refusal::refused( __( 'This is the last super administrator who can log in. Make somebody else a super administrator first.', 'rollbook' ) );
		}
	}

	/**
	 * Locks the rows of the network's administrators at its main site until the transaction ends.
	 *
	 * @return list<int> Those who can log in there.
	 */
	private static function lock_super_administrators(): array {
		$accounts = array();
		foreach ( get_super_admins() as $login ) {
			$user = get_user_by( 'login', $login );
			if ( false !== $user ) {
				$accounts[] = $user->ID;
			}
		}
		$rows     = Database::rows( 'SELECT user_id, active FROM ' . Tables::name( 'users' ) . ' WHERE user_id IN (' . Database::marks( $accounts, '%d' ) . ') FOR UPDATE', $accounts );
		$locked   = array_column( array_filter( $rows, static fn( array $row ): bool => '0' === (string) $row['active'] ), 'user_id' );
		return array_values( array_diff( $accounts, array_map( 'intval', $locked ) ) );
	}

	/**
	 * Locks the roles of the administrators until the transaction ends.
	 *
	 * @return list<int> Those who can log in.
	 */
	public static function lock(): array {
		global $wpdb;
		$rows     = Database::rows(
			"SELECT m.user_id, m.meta_value, u.active FROM $wpdb->usermeta m LEFT JOIN " . Tables::name( 'users' )
			. ' u ON u.user_id = m.user_id WHERE m.meta_key = %s AND m.meta_value LIKE %s FOR UPDATE',
			array( $wpdb->get_blog_prefix() . 'capabilities', '%"' . $wpdb->esc_like( self::ROLE ) . '"%' )
		);
		$user_ids = array();
		foreach ( $rows as $row ) {
			$roles = maybe_unserialize( $row['meta_value'] );
			if ( is_array( $roles ) && ! empty( $roles[ self::ROLE ] ) && '0' !== (string) $row['active'] ) {
				$user_ids[] = (int) $row['user_id'];
			}
		}
		return array_values( array_unique( $user_ids ) );
	}
}
