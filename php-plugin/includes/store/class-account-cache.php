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
 * The accounts in WordPress's caches, and in those of the plugins whose fields are mapped.
 */
final class AccountCache {

	/**
	 * WordPress's cache groups that find an account, each with the column that it finds it by.
	 */
	private const LOOKUPS = array(
		'userlogins' => 'user_login',
		'useremail'  => 'user_email',
		'userslugs'  => 'user_nicename',
	);

	/**
	 * How many accounts are read into a shared cache at once.
	 */
	private const ACCOUNTS_AT_ONCE = 500;

	/**
	 * How often something is read again that somebody goes on changing.
	 */
	public const READINGS = 4;

	/**
	 * How long "there is none" stands in a shared cache, in seconds: longer than a request of WordPress that has read the old row runs.
	 */
	private const ABSENCE = 5 * MINUTE_IN_SECONDS;

	/**
	 * Removes an account from WordPress's caches after its write was undone.
	 *
	 * @param int        $user_id The account.
	 * @param ?\WP_User  $before  The account as it was before.
	 */
	public static function forget( int $user_id, ?\WP_User $before = null ): void {
		foreach ( self::known( $user_id, $before ) as list( $group, $value ) ) {
			wp_cache_delete( $value, $group );
		}
		wp_cache_delete( $user_id, 'users' );
		wp_cache_delete( $user_id, 'user_meta' );
		wp_cache_set( 'last_changed', microtime(), 'users' );
		self::forget_targets( $user_id );
	}

	/**
	 * Has accounts read from the database again. What this process has read before may be older than the rows of people that are read
	 * now, and would count as read together with them.
	 *
	 * @param list<int> $user_ids The accounts.
	 */
	public static function read_again( array $user_ids ): void {
		wp_cache_delete_multiple( $user_ids, 'users' );
		wp_cache_delete_multiple( $user_ids, 'user_meta' );
		array_map( array( self::class, 'forget_targets' ), $user_ids );
	}

	/**
	 * Puts accounts into a cache that web servers share, as they are stored after their write.
	 *
	 * It is not enough to remove them: a request that has read the old rows would then add those. WordPress only adds what a cache does
	 * not hold, so what is put here stands. What is put is read once more afterwards, because somebody else may have written meanwhile.
	 *
	 * @param array<int, ?\WP_User> $written The accounts, each as it was before, where that is known.
	 */
	public static function renew( array $written ): void {
		foreach ( array_chunk( $written, self::ACCOUNTS_AT_ONCE, true ) as $some ) {
			$user_ids = array_keys( $some );
			array_map( array( self::class, 'forget_targets' ), $user_ids );
			try {
				$put = null;
				for ( $reading = 0; $reading < self::READINGS; ++$reading ) {
					$stored = self::read( $user_ids );
					if ( $stored === $put ) {
						continue 2;
					}
					self::put( $some, $stored[0], $stored[1] );
					$put = $stored;
				}
			} catch ( DatabaseFailure ) {
				$put = null; // The change is stored. What cannot be read is not remembered either.
			}
			array_map( array( self::class, 'forget' ), $user_ids, $some );
		}
	}

	/**
	 * Puts an account that was read into WordPress's caches.
	 *
	 * Where web servers share the cache, it may hold a newer account meanwhile: what is there stays, unless it differs. Then the database
	 * is asked again.
	 *
	 * @param int                            $user_id The account.
	 * @param \stdClass                      $account Its row.
	 * @param array<string, list<?string>> $metas   All its metas, by key.
	 * @param bool                           $is_own  Whether it was read in a transaction of ours.
	 */
	public static function hold( int $user_id, \stdClass $account, array $metas, bool $is_own = false ): void {
		if ( $is_own || ! wp_using_ext_object_cache() ) {
			wp_cache_delete( $user_id, 'users' );
			update_user_caches( $account );
			self::hold_metas( $user_id, $metas );
			return;
		}
		$cached       = wp_cache_get( $user_id, 'users' );
		$cached_metas = wp_cache_get( $user_id, 'user_meta' );
		if ( ! $cached ) {
			update_user_caches( $account );
		}
		if ( false === $cached_metas && ! has_filter( 'update_user_metadata_cache' ) ) {
			wp_cache_add( $user_id, $metas, 'user_meta' );
		}
		$is_other = $cached && array() !== array_diff_assoc( (array) $account, (array) $cached );
		if ( $is_other || false !== $cached_metas && $cached_metas !== $metas ) {
			self::renew( array( $user_id => null ) );
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

	/**
	 * What finds an account in WordPress's caches.
	 *
	 * @param int        $user_id The account.
	 * @param ?\WP_User  $before  The account as it was before.
	 * @return list<array{string, string}> Groups and keys.
	 */
	private static function known( int $user_id, ?\WP_User $before ): array {
		$known = array();
		foreach ( array( wp_cache_get( $user_id, 'users' ), $before->data ?? null ) as $data ) {
			foreach ( $data ? self::LOOKUPS : array() as $group => $column ) {
				if ( '' !== (string) ( $data->$column ?? '' ) ) {
					$known[] = array( $group, (string) $data->$column );
				}
			}
		}
		return $known;
	}

	/**
	 * Reads accounts and their metas from the database.
	 *
	 * @param int[] $user_ids The accounts.
	 * @return array{array<int, array<string, ?string>>, array<int, array<string, list<?string>>>} Both by account.
	 * @throws DatabaseFailure When it does not answer.
	 */
	private static function read( array $user_ids ): array {
		global $wpdb;
		$marks    = Database::marks( $user_ids, '%d' );
		$accounts = array();
		$metas    = array();
		foreach ( Database::rows( "SELECT * FROM $wpdb->users WHERE ID IN ($marks)", $user_ids ) as $row ) {
			$accounts[ (int) $row['ID'] ] = $row;
		}
		foreach ( Database::rows( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id IN ($marks) ORDER BY umeta_id", $user_ids ) as $row ) {
			$metas[ (int) $row['user_id'] ][ (string) $row['meta_key'] ][] = $row['meta_value'];
		}
		return array( $accounts, $metas );
	}

	/**
	 * Puts accounts into the cache. Names that no longer find an account, and accounts that are gone, are put as absent for a while.
	 *
	 * @param array<int, ?\WP_User>                           $written  The accounts, each as it was before.
	 * @param array<int, array<string, ?string>>              $accounts Their rows.
	 * @param array<int, array<string, list<?string>>>        $metas    Their metas.
	 */
	private static function put( array $written, array $accounts, array $metas ): void {
		foreach ( $written as $user_id => $before ) {
			$account = $accounts[ $user_id ] ?? null;
			foreach ( self::known( $user_id, $before ) as list( $group, $value ) ) {
				if ( $value !== ( $account[ self::LOOKUPS[ $group ] ] ?? null ) && in_array( (int) wp_cache_get( $value, $group ), array( 0, $user_id ), true ) ) {
					wp_cache_set( $value, 0, $group, self::ABSENCE );
				}
			}
			if ( null === $account ) {
				wp_cache_set( $user_id, 0, 'users', self::ABSENCE );
			} else {
				wp_cache_set( $user_id, (object) $account, 'users' );
				foreach ( self::LOOKUPS as $group => $column ) {
					if ( '' !== (string) $account[ $column ] ) {
						wp_cache_set( (string) $account[ $column ], $user_id, $group );
					}
				}
			}
			if ( has_filter( 'update_user_metadata_cache' ) ) {
				wp_cache_delete( $user_id, 'user_meta' ); // Another plugin fills the cache itself.
			} else {
				wp_cache_set( $user_id, $metas[ $user_id ] ?? array(), 'user_meta', null === $account ? self::ABSENCE : 0 );
			}
		}
		wp_cache_set( 'last_changed', microtime(), 'users' );
	}

	/**
	 * Removes an account from the caches of the plugins whose fields are mapped.
	 *
	 * @param int $user_id The account.
	 */
	private static function forget_targets( int $user_id ): void {
		try {
			Targets::forget( $user_id, Settings::targets() );
		} catch ( DatabaseFailure ) {
			return; // The failure that led here is reported already.
		}
	}
}
