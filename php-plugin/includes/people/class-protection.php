<?php
/**
 * Accounts that identity providers do not change.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Tells which accounts are protected: identity providers do not change them. The extension says which roles and capabilities protect; this
 * class checks who has one of them.
 */
final class Protection {

	/**
	 * The group of WordPress's cache, for the time of a request, with what protects on other sites. Switching to a site takes long.
	 */
	private const CACHE = 'rollbook_protecting';

	/**
	 * What protects, by site, with the facts that it was computed from.
	 *
	 * @var array<int, array{0: array, 1: array<string, bool>}>
	 */
	private static array $known = array();

	/**
	 * Whether an account is protected on this site.
	 *
	 * A plugin may give rights without storing them. So its filter is called, once for all rights, because a page holds many people.
	 *
	 * @param \WP_User $user The account.
	 */
	public static function covers( \WP_User $user ): bool {
		$protecting = self::names();
		if ( is_multisite() && in_array( $user->user_login, get_super_admins(), true ) || array() !== array_intersect_key( array_filter( $user->caps ), $protecting ) ) {
			return true;
		}
		$names = array_keys( $protecting );
		/** This filter is documented in wp-includes/class-wp-user.php */
		$granted = (array) apply_filters( 'user_has_cap', $user->allcaps, $names, array( 'edit_users', $user->ID ), $user );
		if ( array_intersect_key( array_diff_key( array_filter( $granted ), array_filter( $user->allcaps ) ), $protecting ) ) {
			return true;
		}
		/** Documented in HOOKS.md: it protects more accounts, never fewer. */
		return (bool) apply_filters( 'rollbook/is_protected', false, $user );
	}

	/**
	 * Whether roles or capabilities of an account on another site are protected there.
	 *
	 * @param int                 $site    The site.
	 * @param array<string, bool> $granted What the account has on it, as keys.
	 */
	public static function covers_on( int $site, array $granted ): bool {
		wp_cache_add_non_persistent_groups( self::CACHE );
		$names = wp_cache_get( $site, self::CACHE );
		if ( ! is_array( $names ) ) {
			switch_to_blog( $site );
			try {
				$names = self::names();
			} finally {
				restore_current_blog();
			}
			wp_cache_set( $site, $names, self::CACHE );
		}
		return array() !== array_intersect_key( array_filter( $granted ), $names );
	}

	/**
	 * The roles and capabilities that protect on this site.
	 *
	 * @return array<string, bool> As keys.
	 */
	private static function names(): array {
		$basis = array( Settings::protected_roles(), wp_roles()->roles );
		$known = self::$known[ get_current_blog_id() ] ?? null;
		if ( null === $known || $known[0] !== $basis ) {
			$names = \Rollbook\Settings::protecting( array( 'protected_roles' => $basis[0] ), Site::facts() );
			$known = array( $basis, array_fill_keys( $names, true ) );

			self::$known[ get_current_blog_id() ] = $known;
		}
		return $known[1];
	}
}
