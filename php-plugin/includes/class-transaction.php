<?php
/**
 * A piece of work that happens as a whole or not at all.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * The one transaction that a command runs in.
 *
 * Hooks of other plugins run inside it, and any of them can end it unnoticed: CREATE TABLE and START TRANSACTION commit it on MariaDB;
 * on SQLite's drop-in every failing statement rolls it back, and what follows is written one by one. A savepoint set at the
 * beginning tells, because it is gone then.
 *
 * Within a batch the transaction is the batch's, and the command has the savepoint alone.
 */
final class Transaction {

	/**
	 * Whether a transaction of ours is open.
	 *
	 * @var bool
	 */
	private static bool $open = false;

	/**
	 * Whether it is the batch's.
	 *
	 * @var bool
	 */
	private static bool $shared = false;

	/**
	 * Whether a command is writing at this moment, so that what hooks report is our own doing.
	 */
	public static function is_open(): bool {
		return self::$open;
	}

	/**
	 * Does the work inside a transaction. An exception undoes it and is thrown on.
	 *
	 * @param callable $work   What to do; its result is returned.
	 * @param callable $stands Whether the work is in the database; asked only where somebody else ended the transaction.
	 * @throws \Throwable What the work throws; DatabaseFailure where the transaction did not hold.
	 */
	public static function run( callable $work, callable $stands ): mixed {
		$depth        = Network::depth();
		self::$shared = Batch::enter();
		if ( ! self::$shared ) {
			Database::run( 'START TRANSACTION' );
		}
		self::$open = true;
		try {
			Database::run( 'SAVEPOINT rollbook' );
			$result = $work();
			self::commit( $stands );
			return $result;
		} catch ( \Throwable $failure ) {
			Network::back_to( $depth );
			self::roll_back();
			throw $failure;
		}
	}

	/**
	 * Undoes what the open transaction has done, if there is one.
	 */
	public static function roll_back(): void {
		global $wpdb;
		if ( ! self::$open ) {
			return;
		}
		self::$open = false;
		$suppressed = $wpdb->suppress_errors( true );
		// phpcs:disable WordPress.DB
		if ( ! self::$shared ) {
			$wpdb->query( 'ROLLBACK' );
		} elseif ( false === $wpdb->query( 'ROLLBACK TO SAVEPOINT rollbook' ) ) {
			// Somebody has ended the batch's transaction. What may have been begun since then goes, too.
			$wpdb->query( 'ROLLBACK' );
			$ended = true;
		}
		// phpcs:enable
		$wpdb->suppress_errors( $suppressed );
		// A hook may have changed an option; memory must not know what the database has forgotten.
		wp_cache_delete( 'alloptions', 'options' );
		wp_cache_delete( 'notoptions', 'options' );
		if ( $ended ?? false ) {
			Batch::close();
		}
	}

	/**
	 * Ends the transaction.
	 *
	 * @param callable $stands Whether the work is in the database.
	 * @throws DatabaseFailure Where it is not.
	 */
	private static function commit( callable $stands ): void {
		try {
			Database::run( 'RELEASE SAVEPOINT rollbook' );
			$whole = true;
		} catch ( DatabaseFailure ) {
			$whole = false;
		}
		if ( ! self::$shared ) {
			Database::run( 'COMMIT' );
		} elseif ( ! $whole ) {
			Batch::close();
		}
		self::$open = false;
		if ( ! $whole && ! $stands() ) {
			throw new DatabaseFailure( 'a hook of another plugin ended the transaction, and the change was lost' );
		}
	}
}
