<?php
/**
 * A piece of work that happens as a whole or not at all.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * The one transaction that a command runs in.
 *
 * WordPress continues after a failed statement, and wpdb connects again after a lost connection, without the transaction. So while ours is
 * open, the first failure of any statement ends the command, even of WordPress's and plugins' own. mysqli throws before wpdb can connect
 * again. Before each further statement a filter checks whether one has failed: somebody may have caught the exception, and SQLite throws
 * none.
 *
 * Hooks of other plugins run inside the transaction, and any of them can end it: CREATE TABLE and START TRANSACTION commit it on MariaDB.
 * The transaction sets a savepoint at its beginning. If the savepoint is gone, somebody has ended the transaction.
 *
 * Within a batch the transaction is the batch's; the command has only its savepoint.
 */
final class Transaction {

	/**
	 * How often a command is tried if it lost against others, or lost its connection.
	 */
	private const ATTEMPTS = 4;

	/**
	 * How long to wait before it is tried again, in microseconds, at most: twice as long each time.
	 */
	private const PAUSE = 40_000;

	/**
	 * No further attempt begins after so many seconds: identity providers do not wait for long.
	 */
	private const PATIENCE = 10;

	/**
	 * Statements that only read the shape of tables. WordPress's dbDelta() reads a missing table so, and that may fail.
	 */
	private const LOOKS = '/^\s*(?:DESC|DESCRIBE|SHOW|EXPLAIN)\b/i';

	/**
	 * Statements that commit a transaction.
	 */
	private const ENDS = '/^\s*(?:COMMIT|START|BEGIN|CREATE|ALTER|DROP|TRUNCATE|RENAME|LOCK|UNLOCK|CALL)\b/i';

	/**
	 * Statements that begin another one.
	 */
	private const BEGINS = '/^\s*(?:START|BEGIN)\b/i';

	/**
	 * Statements that undo all of it.
	 */
	private const UNDOES = '/^\s*ROLLBACK\b(?!\s+(?:WORK\s+)?TO\b)/i';

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
	 * The connection that it was begun on, and its number.
	 *
	 * @var array{?object, int}
	 */
	private static array $connection = array( null, 0 );

	/**
	 * How many statements had failed when it was begun.
	 *
	 * @var int
	 */
	private static int $failures = 0;

	/**
	 * mysqli's way to report errors before the transaction.
	 *
	 * @var int
	 */
	private static int $report = 0;

	/**
	 * Whether the last statement only looked at the shape of a table.
	 *
	 * @var bool
	 */
	private static bool $looks = false;

	/**
	 * Whether somebody else has committed the work so far.
	 *
	 * @var bool
	 */
	private static bool $ended = false;

	/**
	 * Whether somebody else has begun another one.
	 *
	 * @var bool
	 */
	private static bool $begun = false;

	/**
	 * The first failure, if there is one.
	 *
	 * @var DatabaseFailure|null
	 */
	private static ?DatabaseFailure $failure = null;

	/**
	 * Whether the last command is known to have left nothing.
	 *
	 * @var bool
	 */
	private static bool $undone = true;

	/**
	 * Whether a command is writing at this moment. Then hooks report Rollbook's own changes.
	 */
	public static function is_open(): bool {
		return self::$open;
	}

	/**
	 * Whether the last command, which failed, is known to have left nothing.
	 */
	public static function was_undone(): bool {
		return self::$undone;
	}

	/**
	 * Does the work inside a transaction. An exception undoes it and is thrown again. If the database gave up for a temporary reason, all
	 * of it is tried again, and hooks are called again.
	 *
	 * @param callable $work   What to do; its result is returned.
	 * @param callable $exists Tells whether this very work is in the database. It is called only if nothing else tells.
	 * @throws DatabaseFailure When the transaction did not hold.
	 * @throws \Throwable What the work throws.
	 */
	public static function run( callable $work, callable $exists ): mixed {
		$until = microtime( true ) + self::PATIENCE;
		for ( $attempt = 1; ; ++$attempt ) {
			try {
				return self::attempt( $work, $exists );
			} catch ( DatabaseFailure $failure ) {
				if ( self::ATTEMPTS === $attempt || microtime( true ) > $until || ! $failure->is_passing() || $failure->may_be_stored || Batch::is_lost() ) {
					throw $failure;
				}
				usleep( random_int( 0, self::PAUSE << $attempt ) );
				if ( ! Database::reconnect() ) {
					throw $failure;
				}
			}
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
		$failure = self::failure_so_far();
		self::unwatch();
		self::$open   = false;
		self::$undone = ! self::$ended;
		if ( null !== $failure && $failure->is_lost_connection() ) {
			$lost = true; // The lost connection has undone the transaction, and any statement would connect again.
		} else {
			$suppressed = $wpdb->suppress_errors( true );
			// phpcs:disable WordPress.DB
			if ( ! self::$shared ) {
				$wpdb->query( 'ROLLBACK' );
			} elseif ( false === $wpdb->query( 'ROLLBACK TO SAVEPOINT rollbook' ) ) {
				// Somebody has ended the batch's transaction. Undo the one that may have been begun since then, too.
				$wpdb->query( 'ROLLBACK' );
				$lost = true;
			}
			// phpcs:enable
			$wpdb->suppress_errors( $suppressed );
			// Tables without transactions keep what was written. The database then gives a warning.
			self::$undone = self::$undone && 0 === ( Database::connection()->warning_count ?? 0 );
		}
		// Caches must not hold what the database has undone.
		WrittenCaches::forget( self::$shared );
		if ( self::$shared && ( $lost ?? false ) ) {
			Batch::close();
		}
	}

	/**
	 * Stops statements after a failure. This filter runs last, so that it sees each statement as it is sent.
	 *
	 * @param mixed $query The statement, as other plugins left it.
	 * @throws DatabaseFailure When a statement before it failed, or when this one would undo work that is not its sender's.
	 */
	public static function filter_query( mixed $query ): mixed {
		self::$failure ??= self::failure_so_far();
		if ( null === self::$failure && ( ! is_string( $query ) || '' === $query ) ) {
			self::$failure = new DatabaseFailure( 'a plugin took a statement away' );
		}
		$undoes = is_string( $query ) && preg_match( self::UNDOES, $query );
		if ( null === self::$failure && $undoes && ! self::$begun ) {
			self::$failure = new DatabaseFailure( 'a hook of another plugin undid the transaction' );
		}
		if ( null !== self::$failure ) {
			throw self::$failure;
		}
		self::$ended = self::$ended || preg_match( self::ENDS, $query );
		self::$begun = preg_match( self::BEGINS, $query ) || self::$begun && ! $undoes;
		$looks       = null !== Database::connection() && preg_match( self::LOOKS, $query );
		if ( $looks !== self::$looks ) {
			self::$looks = (bool) $looks;
			mysqli_report( $looks ? MYSQLI_REPORT_OFF : MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
		}
		return $query;
	}

	/**
	 * Does the work once.
	 *
	 * @param callable $work   What to do.
	 * @param callable $exists Whether it is in the database.
	 * @throws \Throwable What the work throws.
	 */
	private static function attempt( callable $work, callable $exists ): mixed {
		$depth        = SiteSwitch::depth();
		self::$shared = Batch::enter();
		if ( ! self::$shared ) {
			Database::run( 'START TRANSACTION' );
		}
		self::$open   = true;
		self::$undone = true;
		self::watch();
		try {
			Database::run( 'SAVEPOINT rollbook' );
			$result = $work();
			self::commit( $exists );
			return $result;
		} catch ( \Throwable $error ) {
			SiteSwitch::back_to( $depth );
			$failure = self::reason( $error );
			self::roll_back();
			if ( $failure instanceof DatabaseFailure ) {
				$failure->may_be_stored = ! self::$undone;
			}
			throw $failure;
		}
	}

	/**
	 * Ends the transaction.
	 *
	 * @param callable $exists Whether the work is in the database.
	 * @throws DatabaseFailure Where it is not.
	 */
	private static function commit( callable $exists ): void {
		$failure = self::failure_so_far();
		if ( null !== $failure ) {
			throw $failure;
		}
		try {
			Database::run( 'RELEASE SAVEPOINT rollbook' );
			$known = true;
		} catch ( DatabaseFailure $failure ) {
			if ( $failure->is_passing() ) {
				throw $failure;
			}
			$known = false;
		}
		$ended = self::$ended;
		if ( ! self::$shared ) {
			try {
				Database::run( 'COMMIT' );
			} catch ( DatabaseFailure $failure ) {
				$known = false;
			}
			$known = $known && Database::is_still( self::$connection );
		}
		self::unwatch();
		self::$open = false;
		if ( $known ) {
			return;
		}
		if ( self::$shared ) {
			Batch::close();
		}
		$failure ??= new DatabaseFailure( 'the connection was lost before the change was stored', 2006 );
		try {
			$stood = Database::reconnect() && self::forget_open() && $exists();
		} catch ( DatabaseFailure ) {
			$stood = null;
		}
		if ( true !== $stood ) {
			WrittenCaches::forget();
			self::$undone = false === $stood && ! $ended;
			throw $failure;
		}
	}

	/**
	 * Ends a transaction that may still be open after a failed COMMIT, so that reads see stored rows only.
	 */
	private static function forget_open(): bool {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		$wpdb->query( 'ROLLBACK' ); // phpcs:ignore WordPress.DB
		$wpdb->suppress_errors( $suppressed );
		return true;
	}

	/**
	 * The failure to report. WordPress may say "invalid user ID" after a failed statement; then the statement's failure is the reason.
	 *
	 * @param \Throwable $error What was thrown.
	 */
	private static function reason( \Throwable $error ): \Throwable {
		if ( $error instanceof UniqueKeyConflict ) {
			return $error;
		}
		if ( $error instanceof \mysqli_sql_exception ) {
			return DatabaseFailure::thrown( $error );
		}
		return $error instanceof DatabaseFailure || ! self::$open ? $error : self::failure_so_far() ?? $error;
	}

	/**
	 * The first failure since the transaction was begun, if there is one.
	 */
	private static function failure_so_far(): ?DatabaseFailure {
		if ( null !== self::$failure || ! self::$open ) {
			return self::$failure;
		}
		$number = Database::connection()->errno ?? 0;
		if ( self::$looks && DatabaseFailure::NO_TABLE === $number ) {
			self::$failures = Database::failures();
			return null;
		}
		if ( 0 !== $number || Database::failures() > self::$failures ) {
			self::$failure = Database::last_failure();
		} elseif ( ! Database::is_still( self::$connection ) ) {
			self::$failure = new DatabaseFailure( 'the connection was lost in the midst of the change', 2006 );
		}
		return self::$failure;
	}

	/**
	 * Begins to check every statement.
	 */
	private static function watch(): void {
		self::$connection = Database::which_connection();
		self::$failures   = Database::failures();
		self::$failure    = null;
		self::$looks      = false;
		self::$ended      = false;
		self::$begun      = false;
		if ( null !== Database::connection() ) {
			self::$report = ( new \mysqli_driver() )->report_mode;
			mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
		}
		add_filter( 'query', array( self::class, 'filter_query' ), PHP_INT_MAX );
		WrittenCaches::listen();
	}

	/**
	 * Ends that.
	 */
	private static function unwatch(): void {
		WrittenCaches::stop();
		remove_filter( 'query', array( self::class, 'filter_query' ), PHP_INT_MAX );
		if ( null !== Database::connection() ) {
			mysqli_report( self::$report );
		}
	}
}
