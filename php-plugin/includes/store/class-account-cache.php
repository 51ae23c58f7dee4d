<?php
/**
 * Caches of an account.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Removes an account from WordPress's caches, and from those of the plugins whose fields are mapped.
 */
final class AccountCache {

	/**
	 * Removes an account from WordPress's caches after its write was undone.
	 *
	 * @param int        $user_id The account.
	 * @param ?\WP_User  $before  The account as it was before.
	 */
	public static function forget( int $user_id, ?\WP_User $before = null ): void {
		foreach ( array( wp_cache_get( $user_id, 'users' ), $before->data ?? null ) as $data ) {
			if ( $data ) {
				wp_cache_delete( $data->user_login, 'userlogins' );
				wp_cache_delete( $data->user_nicename, 'userslugs' );
				if ( '' !== $data->user_email ) {
					wp_cache_delete( $data->user_email, 'useremail' );
				}
			}
		}
		wp_cache_delete( $user_id, 'users' );
		wp_cache_delete( $user_id, 'user_meta' );
		wp_cache_set( 'last_changed', microtime(), 'users' );
		try {
			Targets::forget( $user_id, Settings::targets() );
		} catch ( DatabaseFailure ) {
			return; // The failure that led here is reported already.
		}
	}

	/**
	 * Puts the metas of an account into WordPress's cache, as they were read or written.
	 *
	 * @param int                            $user_id The account.
	 * @param array<string, list<?string>> $metas   All its metas, by key.
	 */
	public static function hold_metas( int $user_id, array $metas ): void {
		wp_cache_delete( $user_id, 'user_meta' );
		if ( has_filter( 'update_user_metadata_cache' ) ) {
			Database::watched( static fn(): mixed => update_meta_cache( 'user', array( $user_id ) ) ); // Another plugin may fill the cache itself.
		} else {
			wp_cache_set( $user_id, $metas, 'user_meta' );
		}
	}
}
