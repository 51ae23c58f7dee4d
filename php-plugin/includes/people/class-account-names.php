<?php
/**
 * The login and the address of an account.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\Store\Database;

defined( 'ABSPATH' ) || exit;

/**
 * Tells which login and which e-mail address an account can have.
 */
final class AccountNames {

	/**
	 * The greatest lengths that the columns of WordPress hold.
	 */
	private const LONGEST_LOGIN = 60;
	private const LONGEST_EMAIL = 100;

	/**
	 * The first login that WordPress accepts and that is free.
	 *
	 * @param string[] $logins  Proposals, the best first.
	 * @param int      $user_id The account whose own login counts as free; 0 for a new one.
	 * @param bool     $ask     Whether the database is asked; otherwise wp_insert_user() is going to.
	 * @throws Refusal When there is none.
	 */
	public static function free_login( array $logins, int $user_id = 0, bool $ask = true ): string {
		/** This filter is documented in wp-includes/user.php */
		$illegal = array_map( 'strtolower', (array) apply_filters( 'illegal_user_logins', array() ) );
		foreach ( $logins as $login ) {
			$login = is_multisite() ? strtolower( $login ) : $login; // Networks allow no other logins.
			if ( '' === $login || mb_strlen( $login ) > self::LONGEST_LOGIN || ! validate_username( $login ) || in_array( strtolower( $login ), $illegal, true ) ) {
				continue;
			}
			wp_cache_delete( sanitize_user( $login ), 'userlogins' ); // The database must be asked, as for addresses.
			$holder = $ask ? Database::watched( static fn(): mixed => username_exists( $login ) ) : false;
			if ( ! $holder && NetworkSettings::forbids_login( $login ) ) {
				continue;
			}
			if ( ! $holder || (int) $holder === $user_id ) {
				return $login;
			}
		}
		throw Refusal::taken( 'login' );
	}

	/**
	 * Ensures that an account can have an address as it is.
	 *
	 * @param string $email   The address.
	 * @param int    $user_id The account whose own address counts as free; 0 for a new one.
	 * @param bool   $ask     Whether the database is asked; otherwise wp_insert_user() is going to.
	 * @throws Refusal When it cannot.
	 */
	public static function check_email( string $email, int $user_id = 0, bool $ask = true ): void {
		if ( '' === $email ) {
			return;
		}
		if ( ! self::accepts_email( $email ) ) {
			throw Refusal::unfit_email( $email );
		}
		$refusal = NetworkSettings::refusal_of_email( $email );
		if ( null !== $refusal ) {
			throw Refusal::refused( $refusal );
		}
		wp_cache_delete( $email, 'useremail' );
		$holder = $ask ? (int) Database::watched( static fn(): mixed => email_exists( $email ) ) : 0;
		if ( $holder && $holder !== $user_id ) {
			throw Refusal::taken( 'email' );
		}
	}

	/**
	 * Whether WordPress accepts a text as an address and stores it unchanged. An empty text is accepted, too.
	 *
	 * @param string $email The text.
	 */
	public static function accepts_email( string $email ): bool {
		return '' === $email || ( mb_strlen( $email ) <= self::LONGEST_EMAIL && is_email( $email ) === $email && sanitize_email( $email ) === $email );
	}
}
