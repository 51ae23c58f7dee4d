<?php
/**
 * Accounts in a network of sites.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\NetworkSettings;

defined( 'ABSPATH' ) || exit;

/**
 * What the sites of a network have to do with an account, which they share. The extension decides what follows from it
 * (src/wordpress/network.rs).
 *
 * The user metas of an account tell its sites: every site keeps the account's roles there under its own key. The metas are loaded anyway.
 *
 * @phpstan-import-type InNetwork from \Rollbook\Contract
 */
final class Network {

	/**
	 * The user meta with the number of the site that owns the account.
	 */
	public const OWNING_SITE = 'rollbook_owning_site';

	/**
	 * The user meta with the number of the site whose identity provider created the account.
	 */
	private const CREATED = 'rollbook_created_on_site';

	/**
	 * An account's facts in a network, as the extension expects them.
	 *
	 * @param \WP_User $user The account.
	 * @return ?InNetwork Null if the site is not in a network.
	 */
	public static function facts( \WP_User $user ): ?array {
		if ( ! is_multisite() ) {
			return null;
		}
		$others      = self::other_sites_of( $user->ID );
		$owning_site = self::owning_site_of( $user->ID );
		return array(
			'on_site'     => self::is_on_site( $user->ID ),
			'on_others'   => array() !== $others,
			'owning_site' => match ( $owning_site ) {
				0                     => 'nobody',
				get_current_blog_id() => 'here',
				default               => 'elsewhere',
			},
			'created_here'        => get_current_blog_id() === (int) get_user_meta( $user->ID, self::CREATED, true ),
			'touchable'           => NetworkSettings::allows( NetworkSettings::TOUCH_ACCOUNTS ),
			'protected_elsewhere' => self::is_protected_on( $others, $user->ID ),
		);
	}

	/**
	 * Whether an account is on this site; without a network all are.
	 *
	 * @param int $user_id The account.
	 */
	public static function is_on_site( int $user_id ): bool {
		global $wpdb;
		return ! is_multisite() || metadata_exists( 'user', $user_id, $wpdb->get_blog_prefix() . 'capabilities' );
	}

	/**
	 * The other sites that an account is on. Unlike get_blogs_of_user(), this loads none of the sites and counts archived ones, too.
	 *
	 * @param int $user_id The account.
	 * @return list<int>
	 */
	public static function other_sites_of( int $user_id ): array {
		global $wpdb;
		$pattern = '/^' . preg_quote( $wpdb->base_prefix, '/' ) . '(?:(\d+)_)?capabilities$/';
		$sites   = array();
		foreach ( array_keys( (array) get_user_meta( $user_id ) ) as $key ) {
			if ( preg_match( $pattern, (string) $key, $found ) ) {
				$sites[] = (int) ( $found[1] ?? 1 ); // The first site's tables and keys have no number, whichever site is the main one.
			}
		}
		$others = array_diff( array_unique( $sites ), array( get_current_blog_id() ) );
		return array_values( array_filter( $others, static fn( int $site ): bool => null !== get_site( $site ) ) );
	}

	/**
	 * The site that owns an account. Only its identity provider writes the account itself. 0 for none.
	 *
	 * @param int $user_id The account.
	 */
	public static function owning_site_of( int $user_id ): int {
		$stored      = (int) get_user_meta( $user_id, self::OWNING_SITE, true );
		$owning_site = $stored && null === get_site( $stored ) ? 0 : $stored;
		/** Documented in HOOKS.md. */
		return (int) apply_filters( 'rollbook/owning_site', $owning_site, $user_id );
	}

	/**
	 * Makes this site the owning site of an account.
	 *
	 * @param int $user_id The account.
	 */
	public static function make_owning_site( int $user_id ): void {
		if ( is_multisite() && get_current_blog_id() !== (int) get_user_meta( $user_id, self::OWNING_SITE, true ) ) {
			update_user_meta( $user_id, self::OWNING_SITE, get_current_blog_id() );
		}
	}

	/**
	 * Notes that this site's identity provider created an account.
	 *
	 * @param int $user_id The account.
	 */
	public static function note_created( int $user_id ): void {
		if ( is_multisite() ) {
			update_user_meta( $user_id, self::CREATED, get_current_blog_id() );
		}
	}

	/**
	 * Removes that note, if there is one.
	 *
	 * @param int $user_id The account.
	 */
	public static function move_out( int $user_id ): void {
		if ( is_multisite() ) {
			delete_user_meta( $user_id, self::OWNING_SITE, get_current_blog_id() );
		}
	}

	/**
	 * Adds an account to this site, unless it is on it.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $role Its role; empty for none.
	 * @throws Refusal When a plugin refuses.
	 */
	public static function add( \WP_User $user, string $role ): void {
		$result = is_multisite() ? add_user_to_blog( get_current_blog_id(), $user->ID, $role ) : true;
		if ( is_wp_error( $result ) ) {
			throw Refusal::refused( $result->get_error_message() );
		}
	}

	/**
	 * Whether an account is protected on one of some sites.
	 *
	 * @param int[] $sites   The sites.
	 * @param int   $user_id The account.
	 */
	private static function is_protected_on( array $sites, int $user_id ): bool {
		global $wpdb;
		foreach ( $sites as $site ) {
			if ( Protection::covers_on( $site, (array) get_user_meta( $user_id, $wpdb->get_blog_prefix( $site ) . 'capabilities', true ) ) ) {
				return true;
			}
		}
		return false;
	}
}
