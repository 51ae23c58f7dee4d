<?php
/**
 * Several operations in one transaction.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

use Rollbook\WordPress\Access\AccessControl;

defined( 'ABSPATH' ) || exit;

/**
 * The operations that the extension says belong together. COMMIT is the most expensive statement, because the database waits for its disk.
 * So many operations share one transaction, and each of them has its own savepoint.
 *
 * The answer of each operation must be true. But hooks of other plugins, a deadlock or a lost connection can end the transaction between
 * any two statements, unnoticed, and undo what was answered before. So the transaction first writes a row, the witness: it is stored
 * exactly if everything after it is. Whenever the transaction turns out to have ended, the witness tells whether it was stored.
 *
 * On SQLite each operation keeps its own transaction: there, a failing statement of any plugin would undo all operations before it.
 *
 * @phpstan-import-type BatchState from \Rollbook\Contract
 * @phpstan-import-type BeginBatchAnswer from \Rollbook\Contract
 * @phpstan-import-type CheckBatchAnswer from \Rollbook\Contract
 * @phpstan-import-type EndBatchAnswer from \Rollbook\Contract
 */
final class Batch {

	/**
	 * How long PHP may take for a batch, in seconds. A longer configured time stays.
	 */
	private const SECONDS = 60;

	/**
	 * The beginning of a witness's name.
	 */
	private const WITNESS = 'rollbook_batch_';

	/**
	 * How old an abandoned witness is, in milliseconds. PHP was killed before it removed that row.
	 */
	private const FORGOTTEN = 3_600_000;

	/**
	 * How often the witness is looked up while the database does not answer, and how long the first wait between two tries is, in
	 * microseconds.
	 */
	private const ATTEMPTS = 5;
	private const PAUSE    = 100_000;

	/**
	 * Whether a batch is running.
	 *
	 * @var bool
	 */
	private static bool $wanted = false;

	/**
	 * The name of the witness, while a transaction is open.
	 *
	 * @var string|null
	 */
	private static ?string $witness = null;

	/**
	 * The connection that it was opened on.
	 *
	 * @var array{?object, int}
	 */
	private static array $connection = array( null, 0 );

	/**
	 * The witness of a transaction that has ended, until it is known whether the transaction was stored. A hook may end PHP before that.
	 *
	 * @var string|null
	 */
	private static ?string $asked = null;

	/**
	 * Whether a transaction of this batch was undone.
	 *
	 * @var bool
	 */
	private static bool $lost = false;

	/**
	 * Why nobody can tell whether a transaction was stored.
	 *
	 * @var DatabaseFailure|null
	 */
	private static ?DatabaseFailure $doubt = null;

	/**
	 * Carries out begin_batch. The first operation that writes opens the transaction.
	 *
	 * @return BeginBatchAnswer Whether one transaction holds all operations, and the time.
	 */
	public static function begin(): array {
		self::end();
		self::$wanted = self::is_safe();
		$limit        = (int) ini_get( 'max_execution_time' );
		if ( $limit > 0 && function_exists( 'set_time_limit' ) ) {
			set_time_limit( max( $limit, self::SECONDS ) ); // phpcs:ignore Squiz.PHP.DiscouragedFunctions.Discouraged -- A batch is as much work as many requests.
		}
		return array(
			'shared' => self::$wanted,
			'now'    => Tokens::now(),
		);
	}

	/**
	 * Whether a transaction is open.
	 */
	public static function is_open(): bool {
		return null !== self::$witness;
	}

	/**
	 * Whether a transaction of this batch was undone.
	 */
	public static function is_lost(): bool {
		return self::$lost;
	}

	/**
	 * Carries out check_batch.
	 *
	 * @return CheckBatchAnswer Whether the work of the operations before the last one is kept, and the time.
	 */
	public static function report(): array {
		self::find_out();
		return array(
			'state' => self::state(),
			'now'   => Tokens::now(),
		);
	}

	/**
	 * Whether the work so far is lost.
	 *
	 * @return BatchState Whether the work of the operations before the last one is known to be lost.
	 */
	public static function state(): string {
		return self::$lost ? 'lost' : 'kept';
	}

	/**
	 * Carries out end_batch.
	 *
	 * @return EndBatchAnswer Whether the operations' work is stored.
	 * @throws DatabaseFailure Where nobody can tell.
	 */
	public static function end(): string {
		try {
			self::close();
			self::find_out();
			$state = self::state();
			return null === self::$doubt ? $state : throw self::$doubt;
		} finally {
			self::$wanted = false;
			self::$lost   = false;
			self::$doubt  = null;
		}
	}

	/**
	 * Carries out end_batch if the operations' work is not wanted.
	 *
	 * @return EndBatchAnswer That nothing is stored.
	 */
	public static function undo(): string {
		if ( null !== self::$witness ) {
			self::$witness = null;
			try {
				Database::run( 'ROLLBACK' );
			} finally {
				NetworkLock::release();
				self::forget_everything();
			}
		}
		self::$lost = true;
		return self::end();
	}

	/**
	 * Opens the batch's transaction, unless it is open, before an operation writes.
	 *
	 * @return bool Whether there is one; otherwise the operation needs its own.
	 * @throws DatabaseFailure When the operations before are lost: the decision about this one relied on them.
	 */
	public static function enter(): bool {
		if ( null !== self::$witness && ! self::exists() ) {
			self::close( 'ROLLBACK' ); // Undo what is still open. The witness tells whether somebody has stored the rest.
		}
		if ( self::$lost ) {
			throw new DatabaseFailure( 'the transaction of the operations before was undone by somebody else' );
		}
		if ( self::$wanted && null === self::$witness ) {
			self::open();
		}
		return null !== self::$witness;
	}

	/**
	 * Ends the transaction, if there is one, and finds out whether it was stored.
	 *
	 * @param string $statement The statement that ends it.
	 */
	public static function close( string $statement = 'COMMIT' ): void {
		if ( null === self::$witness ) {
			return;
		}
		self::$asked   = self::$witness;
		self::$witness = null;
		// Until it is known to be stored.
		self::$lost = true;
		try {
			Database::run( $statement );
			$ended = true;
		} catch ( \Throwable ) { // A plugin that filters statements may throw, too.
			$ended = false; // The witness tells whether it was stored all the same.
		}
		self::find_out( $ended );
	}

	/**
	 * Finds out whether the ended transaction was stored, if that is not known yet.
	 *
	 * @param bool $ended Whether it has ended for certain.
	 */
	private static function find_out( bool $ended = false ): void {
		if ( null === self::$asked ) {
			return;
		}
		$witness = self::$asked;
		try {
			self::$lost = ! self::was_kept( $witness, $ended );
		} finally {
			self::$asked = null;
			self::release_lock();
			if ( self::$lost ) {
				self::forget_everything();
			} else {
				WrittenCaches::committed();
			}
		}
		// This comes last: even if this statement fails, it is known by now what was stored.
		self::take_away( $witness );
	}

	/**
	 * Looks up a witness.
	 *
	 * @param string $witness Its name.
	 * @param bool   $ended   Whether the transaction has ended for certain.
	 * @throws DatabaseFailure When the database answers none of the tries.
	 */
	private static function was_kept( string $witness, bool $ended ): bool {
		global $wpdb;
		$attempt = 0;
		while ( true ) {
			++$attempt;
			try {
				if ( ! $ended || $attempt > 1 ) {
					Database::reconnect();
					Database::run( 'ROLLBACK' ); // The look-up must see stored rows only.
				}
				return null !== Database::value( "SELECT option_id FROM $wpdb->options WHERE option_name = %s", array( $witness ) );
			} catch ( \Throwable $error ) {
				if ( self::ATTEMPTS === $attempt ) {
					self::$doubt                = $error instanceof DatabaseFailure ? $error : new DatabaseFailure( $error->getMessage(), 0, $error );
					self::$doubt->may_be_stored = true;
					throw self::$doubt;
				}
				usleep( self::PAUSE * $attempt );
			}
		}
	}

	/**
	 * Removes a witness that was looked up.
	 *
	 * @param string $witness Its name.
	 */
	private static function take_away( string $witness ): void {
		global $wpdb;
		try {
			Database::run( "DELETE FROM $wpdb->options WHERE option_name = %s", array( $witness ) );
		} catch ( \Throwable ) {
			return; // sweep() does it later.
		}
	}

	/**
	 * Releases the lock, so that other sites of a network can make accounts again.
	 */
	private static function release_lock(): void {
		try {
			NetworkLock::release();
		} catch ( DatabaseFailure ) {
			return; // The lost connection has released it.
		}
	}

	/**
	 * Removes abandoned witnesses.
	 */
	public static function sweep(): void {
		global $wpdb;
		Database::run( "DELETE FROM $wpdb->options WHERE option_name LIKE %s AND CAST( option_value AS UNSIGNED ) < %d", array( $wpdb->esc_like( self::WITNESS ) . '%', Tokens::now() - self::FORGOTTEN ) );
	}

	/**
	 * Opens a transaction with READ COMMITTED: its reads see what others commit meanwhile. A write that relied on an old version is decided
	 * again, and must read the new version then.
	 *
	 * @throws DatabaseFailure When the connection is lost meanwhile.
	 */
	private static function open(): void {
		global $wpdb;
		$witness = self::WITNESS . Identifier::create();
		self::sweep();
		NetworkLock::take(); // The lock comes before any row lock. It is held until the commit, because others do not see the account before.
		Database::run( 'COMMIT' ); // Ends a transaction that somebody may have left open.
		Database::run( 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED' );
		Database::run( 'START TRANSACTION' );
		self::$connection = Database::which_connection();
		Database::run( "INSERT INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')", array( $witness, (string) Tokens::now() ) );
		Database::run( 'SAVEPOINT rollbook_batch' );
		if ( ! Database::is_still( self::$connection ) ) {
			throw new DatabaseFailure( 'the connection was lost before the batch began', 2006 );
		}
		self::$witness = $witness;
	}

	/**
	 * Whether the transaction is still the one that was opened: its savepoint is there, and the connection.
	 */
	private static function exists(): bool {
		try {
			Database::run( 'RELEASE SAVEPOINT rollbook_batch' );
			Database::run( 'SAVEPOINT rollbook_batch' );
			return Database::is_still( self::$connection );
		} catch ( \Throwable ) { // A plugin that filters statements may throw, too.
			return false;
		}
	}

	/**
	 * Whether a failing statement leaves the rest of its transaction alone, and the database allows the isolation of open().
	 */
	private static function is_safe(): bool {
		if ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) {
			return false;
		}
		try {
			// A binary log of statements, instead of rows, does not allow READ COMMITTED.
			$log = Database::row( 'SELECT @@log_bin AS kept, @@binlog_format AS form' );
			return null !== $log && ( ! (int) $log['kept'] || 'STATEMENT' !== $log['form'] );
		} catch ( DatabaseFailure ) {
			return false;
		}
	}

	/**
	 * Removes from memory what the database has undone.
	 */
	private static function forget_everything(): void {
		wp_cache_flush();
		AccessControl::forget_everybody();
	}
}
