<?php
/**
 * Many accounts, looked at one after the other.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Lets a search or a task go through any number of people with the memory that there is.
 *
 * WordPress keeps every account that it reads, with all metas, until the request ends, and hands it to a persistent cache. Accounts that
 * are only passed by are removed from the caches again, and only as many are read at a time as memory has room for.
 */
final class PassingBy {

	/**
	 * So few accounts stay in the caches: they are likely to be needed again.
	 */
	private const FEW = 20;

	/**
	 * The bytes of a person besides the values: the account, its capabilities, the names of its metas.
	 */
	private const BYTES_OF_PERSON = 24576;

	/**
	 * How many copies of a value are in memory while it is read, parsed and handed over.
	 */
	private const COPIES = 5;

	/**
	 * The memory, in bytes, if PHP has no limit.
	 */
	private const WITHOUT_LIMIT = 268435456;

	/**
	 * How many of these rows memory has room for, counted from the first; at least one.
	 *
	 * @param int[] $weights What each holds, in bytes.
	 */
	public static function fitting( array $weights ): int {
		$room = self::room();
		$fits = 0;
		foreach ( $weights as $weight ) {
			$room -= self::BYTES_OF_PERSON + self::COPIES * $weight;
			if ( $room < 0 ) {
				break;
			}
			++$fits;
		}
		return min( max( 1, $fits ), count( $weights ) );
	}

	/**
	 * Runs work on accounts. Afterwards WordPress's cache holds only those accounts that it held before.
	 *
	 * @param int[]             $user_ids The accounts.
	 * @param callable(): mixed $work     What to do; its result is returned.
	 * @param string[]          $targets  The targets that are read meanwhile: other plugins have caches of their own.
	 */
	public static function with( array $user_ids, callable $work, array $targets = array() ): mixed {
		if ( count( $user_ids ) <= self::FEW ) {
			return $work();
		}
		$new = array_unique( array_merge( _get_non_cached_ids( $user_ids, 'users' ), _get_non_cached_ids( $user_ids, 'user_meta' ) ) );
		try {
			return $work();
		} finally {
			self::forget( $new, $targets );
		}
	}

	/**
	 * Removes accounts from the caches.
	 *
	 * @param int[]    $user_ids The accounts.
	 * @param string[] $targets  The targets that were read.
	 */
	private static function forget( array $user_ids, array $targets ): void {
		$keys = array(
			'users'      => $user_ids,
			'user_meta'  => $user_ids,
			'userlogins' => array(),
			'userslugs'  => array(),
			'useremail'  => array(),
		);
		foreach ( array_filter( wp_cache_get_multiple( $user_ids, 'users' ) ) as $data ) {
			$keys['userlogins'][] = $data->user_login;
			$keys['userslugs'][]  = $data->user_nicename;
			if ( '' !== $data->user_email ) {
				$keys['useremail'][] = $data->user_email;
			}
		}
		foreach ( $keys as $group => $names ) {
			wp_cache_delete_multiple( $names, $group );
		}
		$targets = Targets::of_plugins( $targets );
		foreach ( $targets ? $user_ids : array() as $user_id ) {
			Targets::forget( $user_id, $targets );
		}
		// A persistent cache keeps what it has read in PHP's memory, too.
		if ( wp_using_ext_object_cache() && function_exists( 'wp_cache_supports' ) && wp_cache_supports( 'flush_runtime' ) ) {
			wp_cache_flush_runtime();
		}
	}

	/**
	 * The memory that may be used, in bytes: half of what is left. The other half is for everybody else.
	 */
	private static function room(): int {
		$limit = wp_convert_hr_to_bytes( (string) ini_get( 'memory_limit' ) );
		return intdiv( max( 0, ( $limit > 0 ? $limit : self::WITHOUT_LIMIT ) - memory_get_usage() ), 2 );
	}
}
