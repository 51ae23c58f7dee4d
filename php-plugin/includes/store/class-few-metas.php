<?php
/**
 * A few user metas of many accounts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Gives WordPress a few metas of many accounts. WordPress itself reads all metas of an account at once, and most of them have nothing to do
 * with a decision about thousands of people.
 *
 * In WordPress's cache the few would stand for all, so a filter gives them. If somebody asks for another meta, or for all, those of every
 * account are read together, as WordPress does usually.
 */
final class FewMetas {

	/**
	 * The metas.
	 *
	 * @param array<int, array<string, list<?string>>> $given     By account and key. Every account has an entry.
	 * @param list<string>                             $keys      The keys of those that were read.
	 * @param bool                                     $is_locked Whether their rows are locked.
	 */
	private function __construct( private array $given, private array $keys, private readonly bool $is_locked ) {
	}

	/**
	 * Reads metas.
	 *
	 * @param int[]        $user_ids The accounts; at least one.
	 * @param list<string> $keys     The keys; at least one.
	 */
	public static function read( array $user_ids, array $keys ): self {
		global $wpdb;
		$rows = Database::rows(
			"SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id IN (" . Database::marks( $user_ids, '%d' ) . ') AND meta_key IN (' . Database::marks( $keys, '%s' ) . ') ORDER BY umeta_id',
			array( ...$user_ids, ...$keys )
		);
		return new self( self::by_account( $user_ids, $rows ), $keys, false );
	}

	/**
	 * Metas of rows that are locked. What the cache holds of these accounts may be older.
	 *
	 * @param array<int, array<string, list<?string>>> $given By account and key. Every account has an entry.
	 * @param list<string>                             $keys  The keys of those that were read.
	 */
	public static function locked( array $given, array $keys ): self {
		wp_cache_delete_multiple( array_keys( $given ), 'user_meta' );
		return new self( $given, $keys, true );
	}

	/**
	 * Runs work while they are given.
	 *
	 * @param callable(): mixed $work What to do; its result is returned.
	 */
	public function during( callable $work ): mixed {
		add_filter( 'get_user_metadata', array( $this, 'filter_get_user_metadata' ), PHP_INT_MAX, 4 );
		try {
			return $work();
		} finally {
			remove_filter( 'get_user_metadata', array( $this, 'filter_get_user_metadata' ), PHP_INT_MAX );
		}
	}

	/**
	 * Gives none of them any more, because they are about to change.
	 */
	public function stop(): void {
		$this->keys = array();
	}

	/**
	 * Gives a meta.
	 *
	 * @param mixed $value   What other plugins give.
	 * @param mixed $user_id The account. It has no type, so that a plugin may ask for odd things.
	 * @param mixed $key     The key; empty for all metas.
	 * @param mixed $single  Whether the first value is asked for.
	 * @return mixed Null where WordPress is to read it.
	 */
	public function filter_get_user_metadata( mixed $value, mixed $user_id, mixed $key, mixed $single ): mixed {
		if ( null !== $value || ! isset( $this->given[ (int) $user_id ] ) ) {
			return $value;
		}
		if ( ! in_array( $key, $this->keys, true ) ) {
			$this->read_all();
			return null;
		}
		$values = array_map( 'maybe_unserialize', $this->given[ (int) $user_id ][ $key ] ?? array() );
		// WordPress takes the first of an array. What is no array and is empty stands for none, also where it asks whether there is one.
		return $single && array() === $values ? '' : $values;
	}

	/**
	 * Reads all metas of these accounts into WordPress's cache, and gives none any more.
	 */
	private function read_all(): void {
		global $wpdb;
		$user_ids    = array_keys( $this->given );
		$this->given = array();
		if ( ! $this->is_locked ) {
			if ( wp_using_ext_object_cache() ) {
				wp_cache_delete_multiple( $user_ids, 'user_meta' ); // Another request may have filled it with what a transaction was about to change.
			}
			update_meta_cache( 'user', $user_ids );
			return;
		}
		$rows = Database::rows( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id IN (" . Database::marks( $user_ids, '%d' ) . ') ORDER BY umeta_id FOR UPDATE', $user_ids );
		foreach ( self::by_account( $user_ids, $rows ) as $user_id => $metas ) {
			AccountCache::hold_metas( $user_id, $metas );
		}
	}

	/**
	 * Rows of metas, by account and key.
	 *
	 * @param int[]                        $user_ids The accounts.
	 * @param list<array<string, ?string>> $rows     The rows.
	 * @return array<int, array<string, list<?string>>>
	 */
	private static function by_account( array $user_ids, array $rows ): array {
		$metas = array_fill_keys( $user_ids, array() );
		foreach ( $rows as $row ) {
			$metas[ (int) $row['user_id'] ][ (string) $row['meta_key'] ][] = $row['meta_value'];
		}
		return $metas;
	}
}
