<?php
/**
 * The caches of what a transaction writes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers what WordPress removes from its caches while a transaction is open. After a rollback, the caches may hold what the database
 * has undone, and it is removed again. After a commit, a cache that web servers share may hold the old rows that another one has read, or
 * may be given them yet, and what is stored is put into it.
 *
 * Its hooks are not in `includes/hooks.php`, because they are needed for a single transaction only.
 */
final class WrittenCaches {

	/**
	 * The hooks, each with the position of the number or name among its arguments.
	 */
	private const HOOKS = array(
		'clean_user_cache'  => array( 'users', 0 ),
		'added_user_meta'   => array( 'users', 1 ),
		'updated_user_meta' => array( 'users', 1 ),
		'deleted_user_meta' => array( 'users', 1 ),
		'clean_post_cache'  => array( 'posts', 0 ),
		'added_option'      => array( 'options', 0 ),
		'updated_option'    => array( 'options', 0 ),
		'deleted_option'    => array( 'options', 0 ),
	);

	/**
	 * How the table of options marks those that WordPress does not load with all others.
	 */
	private const NOT_LOADED = array( 'no', 'off', 'auto-off' );

	/**
	 * What was written, by kind. Accounts have their state before as the value.
	 *
	 * @var array<string, array<int|string, ?\WP_User>>
	 */
	private static array $written = array();

	/**
	 * Begins to listen.
	 */
	public static function listen(): void {
		foreach ( array_keys( self::HOOKS ) as $hook ) {
			add_action( $hook, array( self::class, 'action_written' ), PHP_INT_MAX, 2 );
		}
	}

	/**
	 * Ends that.
	 */
	public static function stop(): void {
		foreach ( array_keys( self::HOOKS ) as $hook ) {
			remove_action( $hook, array( self::class, 'action_written' ), PHP_INT_MAX );
		}
	}

	/**
	 * Notes what was written.
	 *
	 * @param mixed ...$arguments The hook's arguments.
	 */
	public static function action_written( mixed ...$arguments ): void {
		list( $kind, $place ) = self::HOOKS[ (string) current_action() ] ?? array( '', 0 );
		$what                 = $arguments[ $place ] ?? null;
		if ( '' !== $kind && ( is_int( $what ) || is_string( $what ) ) ) {
			$before                            = 'users' === $kind && ( $arguments[1] ?? null ) instanceof \WP_User ? $arguments[1] : null;
			self::$written[ $kind ][ $what ] ??= $before;
		}
	}

	/**
	 * Notes an account that was written.
	 *
	 * @param int       $user_id The account.
	 * @param ?\WP_User $before  The account as it was before.
	 */
	public static function note( int $user_id, ?\WP_User $before = null ): void {
		self::$written['users'][ $user_id ] ??= $before;
	}

	/**
	 * After a command, or a batch of them.
	 */
	public static function committed(): void {
		$written       = self::$written;
		self::$written = array();
		if ( ! wp_using_ext_object_cache() ) {
			return;
		}
		$accounts = array();
		foreach ( $written['users'] ?? array() as $user_id => $before ) {
			$accounts[ (int) $user_id ] = $before;
		}
		AccountCache::renew( $accounts );
		self::forget_posts( array_keys( $written['posts'] ?? array() ) );
		foreach ( array_keys( $written['options'] ?? array() ) as $option ) {
			self::renew_option( (string) $option );
		}
	}

	/**
	 * Removes all that was written from the caches.
	 *
	 * @param bool $again Whether the transaction continues, so that all of it must be removed once more.
	 */
	public static function forget( bool $again = false ): void {
		$written       = self::$written;
		self::$written = $again ? $written : array();
		foreach ( $written['users'] ?? array() as $user_id => $before ) {
			AccountCache::forget( (int) $user_id, $before );
		}
		self::forget_posts( array_keys( $written['posts'] ?? array() ) );
		foreach ( array( 'alloptions', 'notoptions', ...array_keys( $written['options'] ?? array() ) ) as $option ) {
			if ( isset( $written['options'] ) ) {
				wp_cache_delete( $option, 'options' );
			}
		}
	}

	/**
	 * Removes posts.
	 *
	 * @param array<int|string> $post_ids The posts.
	 */
	private static function forget_posts( array $post_ids ): void {
		foreach ( $post_ids as $post_id ) {
			wp_cache_delete( $post_id, 'posts' );
			wp_cache_delete( $post_id, 'post_meta' );
			wp_cache_set( 'last_changed', microtime(), 'posts' );
		}
	}

	/**
	 * Puts an option into a cache that web servers share, as it is stored: see AccountCache::renew().
	 *
	 * @param string $option Its name.
	 */
	private static function renew_option( string $option ): void {
		global $wpdb;
		wp_cache_delete( 'notoptions', 'options' );
		try {
			$put = false;
			for ( $reading = 0; $reading < AccountCache::READINGS; ++$reading ) {
				$stored = Database::row( "SELECT option_value, autoload FROM $wpdb->options WHERE option_name = %s", array( $option ) );
				if ( $stored === $put ) {
					return;
				}
				self::put_option( $option, $stored );
				$put = $stored;
			}
		} catch ( DatabaseFailure ) {
			$put = null; // What cannot be read is not remembered either.
		}
		wp_cache_delete( 'alloptions', 'options' );
		wp_cache_delete( $option, 'options' );
	}

	/**
	 * Puts an option into the cache.
	 *
	 * @param string                  $option Its name.
	 * @param ?array<string, ?string> $stored Its row.
	 */
	private static function put_option( string $option, ?array $stored ): void {
		$is_loaded = null !== $stored && ! in_array( $stored['autoload'], self::NOT_LOADED, true );
		$others    = array_diff_key( wp_load_alloptions( true ), array( $option => true ) );
		wp_cache_set( 'alloptions', $is_loaded ? $others + array( $option => $stored['option_value'] ) : $others, 'options' );
		if ( null === $stored || $is_loaded ) {
			wp_cache_delete( $option, 'options' );
		} else {
			wp_cache_set( $option, $stored['option_value'], 'options' );
		}
	}
}
