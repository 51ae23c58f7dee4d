<?php
/**
 * Edits of accounts that did not come from an identity provider.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\People\Network;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\RunningExchange;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\SiteSwitch;
use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * Tells the extension which accounts were edited on the site. So an identity provider's search finds them by their new values and sees that
 * they changed.
 *
 * Accounts are collected, and examined once when the page is done. One save of a profile fires many hooks, some before the values are
 * written, and this work may neither slow the page down nor break it.
 */
final class ProfileChanges {

	/** How many accounts one exchange examines. */
	private const AT_ONCE = 200;

	/** The user metas of core's own profile fields. */
	private const CORE_METAS = array( 'first_name', 'last_name', 'nickname', 'description', 'locale' );

	/**
	 * The edited accounts, and whether this site must examine them. It need not if its own identity provider made the change.
	 *
	 * @var array<int, bool>
	 */
	private static array $edited = array();

	/**
	 * Notes an edited account, from a hook whose first argument is its number.
	 *
	 * @param mixed $user_id The account. It has no type, so that a plugin may fire the hook with odd arguments. The same holds below.
	 */
	public static function action_account( mixed $user_id ): void {
		$here = ! RunningExchange::is_running();
		if ( ( $here || is_multisite() ) && (int) $user_id > 0 ) {
			self::$edited[ (int) $user_id ] = $here || ( self::$edited[ (int) $user_id ] ?? false );
		}
	}

	/**
	 * Notes an account whose user meta changed, if the meta is one that an attribute is mapped to.
	 *
	 * @param mixed $meta_ids The rows.
	 * @param mixed $user_id  The account.
	 * @param mixed $key      The meta's key.
	 */
	public static function action_meta( mixed $meta_ids, mixed $user_id, mixed $key ): void {
		// The first is quick: an exchange may write to thousands of accounts.
		if ( ( is_multisite() || ! RunningExchange::is_running() ) && in_array( $key, self::mapped_metas(), true ) ) {
			self::action_account( $user_id );
		}
	}

	/**
	 * Notes an account whose BuddyPress profile changed.
	 *
	 * @param mixed $field_data The field's value.
	 */
	public static function action_xprofile( mixed $field_data ): void {
		self::action_account( $field_data->user_id ?? 0 );
	}

	/**
	 * Lets the extension examine the edited accounts.
	 */
	public static function action_shutdown(): void {
		$edited       = self::$edited;
		self::$edited = array();
		try {
			$elsewhere = Database::watched( static fn(): array => self::elsewhere( array_keys( $edited ) ) );
			self::look_at( array_keys( array_filter( $edited ) ) );
			foreach ( $elsewhere as $site => $user_ids ) {
				SiteSwitch::on_each( array( $site ), static fn() => self::look_at( $user_ids ) );
			}
		} catch ( Throwable $error ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log
			error_log( sprintf( 'Rollbook: edited accounts were not looked at: %s (%s:%d)', $error->getMessage(), $error->getFile(), $error->getLine() ) );
			if ( $error instanceof DatabaseFailure ) {
				self::look_again();
			}
		}
	}

	/**
	 * Lets the extension examine accounts of this site.
	 *
	 * @param list<int> $user_ids The accounts.
	 */
	private static function look_at( array $user_ids ): void {
		foreach ( array_chunk( $user_ids, self::AT_ONCE ) as $some ) {
			CatchUp::refresh( $some, true );
		}
	}

	/**
	 * Makes everybody be examined later, if the database can note that.
	 */
	private static function look_again(): void {
		try {
			CatchUp::look_again( true );
		} catch ( Throwable ) {
			return; // The failure is in the log already.
		}
	}

	/**
	 * Which accounts are on which other sites of the network.
	 *
	 * @param list<int> $user_ids The accounts.
	 * @return array<int, list<int>> By site.
	 */
	private static function elsewhere( array $user_ids ): array {
		$accounts = array();
		if ( ! is_multisite() || ! $user_ids ) {
			return $accounts;
		}
		update_meta_cache( 'user', $user_ids );
		foreach ( $user_ids as $user_id ) {
			foreach ( Network::other_sites_of( $user_id ) as $site ) {
				$accounts[ $site ][] = $user_id;
			}
		}
		return $accounts;
	}

	/**
	 * The user metas that attributes are mapped to. ACF keeps its fields in metas of the same name.
	 *
	 * @return list<string>
	 */
	private static function mapped_metas(): array {
		$keys = self::CORE_METAS;
		foreach ( Settings::document()['mappings'] ?? array() as $mapping ) {
			$keys[] = substr( strstr( $mapping['target'], ':' ), 1 );
		}
		return $keys;
	}
}
