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
 * Remembers what WordPress takes out of its caches while a transaction is open, and takes it out once more afterwards: after a rollback,
 * because memory has been filled with what the database has forgotten; after a commit where the cache is shared, because other web
 * servers may have filled it with what stood there before.
 *
 * Its hooks stand here and not among the others because they hold for a single transaction.
 */
final class WrittenCaches {

	/**
	 * The hooks that tell, each with the place of the number or name among its arguments.
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
	 * What was written, by kind, and for accounts what they were before.
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
			self::$written[ $kind ][ $what ] ??= null;
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
		if ( wp_using_ext_object_cache() ) {
			self::forget();
		} else {
			self::$written = array();
		}
	}

	/**
	 * Lets the caches forget all that was written.
	 *
	 * @param bool $again Whether more of the same transaction follows, so that it is to be forgotten once more.
	 */
	public static function forget( bool $again = false ): void {
		$written       = self::$written;
		self::$written = $again ? $written : array();
		foreach ( $written['users'] ?? array() as $user_id => $before ) {
			AccountCache::forget( (int) $user_id, $before );
		}
		foreach ( array_keys( $written['posts'] ?? array() ) as $post_id ) {
			wp_cache_delete( $post_id, 'posts' );
			wp_cache_delete( $post_id, 'post_meta' );
			wp_cache_set( 'last_changed', microtime(), 'posts' );
		}
		foreach ( array( 'alloptions', 'notoptions', ...array_keys( $written['options'] ?? array() ) ) as $option ) {
			if ( isset( $written['options'] ) ) {
				wp_cache_delete( $option, 'options' );
			}
		}
	}
}
