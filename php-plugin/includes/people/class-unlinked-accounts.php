<?php
/**
 * Accounts that the owner has unlinked.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Marks the accounts that the owner has unlinked on this site: no identity provider finds them until the owner allows it again.
 */
final class UnlinkedAccounts {

	/**
	 * The user meta that marks an account as unlinked; the prefix of the site's tables comes before it.
	 */
	private const UNLINKED = 'rollbook_unlinked';

	/**
	 * Whether the owner has unlinked an account on this site.
	 *
	 * @param int $user_id The account.
	 */
	public static function contains( int $user_id ): bool {
		return metadata_exists( 'user', $user_id, self::meta_key() );
	}

	/**
	 * Marks an account as unlinked on this site.
	 *
	 * @param int $user_id The account.
	 */
	public static function add( int $user_id ): void {
		update_user_meta( $user_id, self::meta_key(), 1 );
	}

	/**
	 * Removes the mark from an account: the identity provider may find it again.
	 *
	 * @param int $user_id The account.
	 */
	public static function remove( int $user_id ): void {
		wp_cache_delete( $user_id, 'user_meta' );
		delete_user_meta( $user_id, self::meta_key() );
	}

	/**
	 * The key of the mark. The account holds it, not our tables: so it stays when our tables are removed, and is deleted with the account.
	 */
	public static function meta_key(): string {
		global $wpdb;
		return $wpdb->get_blog_prefix() . self::UNLINKED;
	}
}
