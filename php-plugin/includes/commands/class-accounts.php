<?php
/**
 * Accounts, found by what somebody calls them.
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
 * Finds an account by a number, a login, an address, or what identity providers know of the person.
 */
final class Accounts {

	/**
	 * The number of the account; null where there is none.
	 *
	 * @param string $who What was given.
	 */
	public static function find( string $who ): ?int {
		$who = trim( $who );
		$user = ctype_digit( $who ) ? get_userdata( (int) $who ) : false;
		if ( false !== $user ) {
			return $user->ID;
		}
		foreach ( array( 'login', 'email' ) as $field ) {
			$user = get_user_by( $field, $who );
			// WordPress finds similar ones, too: it leaves out what a login cannot have, and the database may take é for e.
			if ( false !== $user && mb_strtolower( $who ) === mb_strtolower( (string) $user->get( "user_$field" ) ) ) {
				return $user->ID;
			}
		}
		$user_id = Database::value( 'SELECT user_id FROM ' . Tables::name( 'users' ) . ' WHERE id = %s OR user_name_key = %s', array( $who, mb_strtolower( $who ) ) );
		return null === $user_id ? null : (int) $user_id;
	}

	/**
	 * The account that somebody means by a number, a login, an address, or what identity providers know: an id or a userName.
	 *
	 * @param string $who What was typed.
	 * @return int Its number; the command ends where there is none.
	 */
	public static function require( string $who ): int {
		$user_id = self::find( $who );
		if ( null === $user_id ) {
			/* translators: %s: what was typed. */
			WP_CLI::error( sprintf( __( 'Nobody is called “%s”: give the number, login or e-mail address of an account, or the id or userName of a person.', 'rollbook' ), $who ) );
		}
		return (int) $user_id;
	}
}
