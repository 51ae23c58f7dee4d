<?php
/**
 * What lets somebody log in to an account.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Tells whether anybody could have made an account, and ends its credentials. The extension decides when.
 */
final class Credentials {

	/** The user meta in which WordPress keeps a new address until it is confirmed. */
	private const NEW_ADDRESS = '_new_email';

	/**
	 * Whether anybody could have made an account: people can register on this site, or get an account by a purchase, and this account has
	 * no more rights than such a one, here and on other sites.
	 *
	 * @param \WP_User $user The account.
	 */
	public static function may_be_anybodys( \WP_User $user ): bool {
		$roles = self::roles_of_registration();
		if ( ! $roles ) {
			return false;
		}
		$granted = array_keys( array_filter( $user->caps ) );
		foreach ( is_multisite() ? Network::other_sites_of( $user->ID ) : array() as $site ) {
			$granted = array_merge( $granted, array_keys( array_filter( (array) get_user_meta( $user->ID, $GLOBALS['wpdb']->get_blog_prefix( $site ) . 'capabilities', true ) ) ) );
		}
		return ! array_diff( $granted, $roles );
	}

	/**
	 * Ends every credential of an account besides its password: application passwords, sessions, and an unconfirmed change of the address.
	 *
	 * @param \WP_User $user       The account.
	 * @param string[] $beginnings The beginnings of keys of metas that are deleted, too, in lower case: second factors.
	 */
	public static function end( \WP_User $user, array $beginnings = array() ): void {
		delete_user_meta( $user->ID, self::NEW_ADDRESS );
		foreach ( $beginnings ? array_keys( (array) get_user_meta( $user->ID ) ) : array() as $key ) {
			if ( array_filter( $beginnings, static fn( string $beginning ): bool => str_starts_with( strtolower( (string) $key ), $beginning ) ) ) {
				delete_user_meta( $user->ID, wp_slash( (string) $key ) );
			}
		}
		if ( class_exists( \WP_Application_Passwords::class ) ) {
			\WP_Application_Passwords::delete_all_application_passwords( $user->ID );
		}
		\WP_Session_Tokens::get_instance( $user->ID )->destroy_all();
	}

	/**
	 * The roles that somebody gets by registration or a purchase; none if neither is possible.
	 *
	 * @return string[]
	 */
	public static function roles_of_registration(): array {
		$roles = array();
		$open  = is_multisite() ? in_array( get_site_option( 'registration' ), array( 'user', 'all' ), true ) : (bool) get_option( 'users_can_register' );
		if ( $open ) {
			$roles[] = (string) get_option( 'default_role' );
			if ( function_exists( 'bbp_get_default_role' ) ) {
				$roles[] = (string) bbp_get_default_role(); // bbPress gives it to everybody, besides the other role.
			}
		}
		if ( class_exists( 'WooCommerce' ) ) {
			$roles[] = 'customer';
		}
		/** Documented in HOOKS.md. */
		return array_filter( (array) apply_filters( 'rollbook/anybody_can_register', $roles ), 'is_string' );
	}
}
