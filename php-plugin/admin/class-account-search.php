<?php
/**
 * Accounts, found by what somebody types.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\PersonSearch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Finds accounts of this site by number, login, e-mail address or name, and by what identity providers call the person.
 */
final class AccountSearch {

	/** How many are named. */
	public const SHOWN = PersonSearch::MOST;

	/**
	 * The accounts; the only one where it is meant exactly.
	 *
	 * @param string $who What was typed.
	 * @return list<\WP_User>
	 */
	public static function find( string $who ): array {
		$who = trim( $who );
		if ( '' === $who ) {
			return array();
		}
		$exact = self::get( self::exact( $who ) );
		if ( 1 === count( $exact ) ) {
			return $exact;
		}
		return self::get( array( ...self::exact( $who ), ...array_column( PersonSearch::find( $who ), 'id' ) ) );
	}

	/**
	 * One account of this site.
	 *
	 * @param int $user_id Its number.
	 * @return list<\WP_User> It alone, or nothing.
	 */
	public static function only( int $user_id ): array {
		return self::get( array( $user_id ) );
	}

	/**
	 * Accounts whose number, login, address or id it is.
	 *
	 * @param string $who What was typed.
	 * @return list<int>
	 */
	private static function exact( string $who ): array {
		$found = array( ctype_digit( $who ) ? (int) $who : 0 );
		foreach ( array( 'login', 'email' ) as $field ) {
			$user    = get_user_by( $field, $who );
			$found[] = false !== $user && mb_strtolower( (string) $user->get( "user_$field" ) ) === mb_strtolower( $who ) ? $user->ID : 0;
		}
		$found[] = (int) Database::value( 'SELECT user_id FROM ' . Tables::name( 'users' ) . ' WHERE id = %s OR user_name_key = %s', array( $who, mb_strtolower( $who ) ) );
		return array_values( array_unique( array_filter( $found ) ) );
	}

	/**
	 * The accounts of this site among some.
	 *
	 * @param list<int> $user_ids Their numbers.
	 * @return list<\WP_User>
	 */
	private static function get( array $user_ids ): array {
		$user_ids = array_slice( array_values( array_unique( $user_ids ) ), 0, self::SHOWN );
		cache_users( $user_ids );
		$users = array_filter( array_map( 'get_userdata', $user_ids ) );
		return array_values( array_filter( $users, static fn( \WP_User $user ): bool => ! is_multisite() || is_user_member_of_blog( $user->ID ) ) );
	}
}
