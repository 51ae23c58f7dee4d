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
 * WordPress goes on after a statement that failed, and wpdb connects again after a lost connection, where no transaction is. So while
 * ours is open the first failure of any statement, WordPress's and plugins' too, ends the command: mysqli throws, before wpdb can connect again; and
 * before each further statement it is looked whether one has failed, in case somebody has caught that or the database is SQLite.
 *
 * Hooks of other plugins run inside the transaction, and any of them can end it: CREATE TABLE and START TRANSACTION commit it on
 * MariaDB. A savepoint set at the beginning tells, because it is gone then.
 *
 * Within a batch the transaction is the batch's, and the command has the savepoint alone.
 */
final class Transaction {

	/**
	 * How often a command is tried that lost against others, or whose connection was lost.
	 */
	private const ATTEMPTS = 4;

	/**
	 * How long to wait before it is tried again, in microseconds, at most: twice as long each time.
	 */
	private const PAUSE = 40_000;

	/**
	 * How long all attempts together may have taken for another one to begin, in seconds: identity providers do not wait for long.
	 */
	private const PATIENCE = 10;

	/**
	 * What only looks at the shape of tables. WordPress's own dbDelta() looks so for a table that is not there yet.
	 */
	private const LOOKS = '/^\s*(?:DESC|DESCRIBE|SHOW|EXPLAIN)\b/i';

	/**
	 * What ends a transaction and stores what was done so far.
	 */
	private const ENDS = '/^\s*(?:COMMIT|START|BEGIN|CREATE|ALTER|DROP|TRUNCATE|RENAME|LOCK|UNLOCK|CALL)\b/i';

	/**
	 * What begins another one.
	 */
	private const BEGINS = '/^\s*(?:START|BEGIN)\b/i';

	/**
	 * What undoes all of it.
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
	 * What mysqli did about errors before.
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
	 * Whether somebody else has stored what was done so far.
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
	 * What has failed, once anything has.
	 *
	 * @var DatabaseFailure|null
	 */
	private static ?DatabaseFailure $failure = null;

	/**
	 * Whether nothing is left of the last command, as far as is known.
	 *
	 * @var bool
	 */
	private static bool $undone = true;

	/**
	 * Whether a command is writing at this moment, so that what hooks report is our own doing.
	 */
	public static function is_open(): bool {
		return self::$open;
	}

	/**
	 * Whether nothing is left of the last command, which failed, as far as is known.
	 */
	public static function was_undone(): bool {
		return self::$undone;
	}

	/**
	 * Does the work inside a transaction. An exception undoes it and is thrown on. Where the database gave up for a reason that passes,
	 * all of it is tried again; hooks are called again then.
	 *
	 * @param callable $work   What to do; its result is returned.
	 * @param callable $exists Whether this very work is in the database; asked only where that cannot be known otherwise.
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
			$lost = true; // With the connection the transaction is gone; to send anything would mean to connect again.
		} else {
			$suppressed = $wpdb->suppress_errors( true );
			// phpcs:disable WordPress.DB
			if ( ! self::$shared ) {
				$wpdb->query( 'ROLLBACK' );
			} elseif ( false === $wpdb->query( 'ROLLBACK TO SAVEPOINT rollbook' ) ) {
				// Somebody has ended the batch's transaction. What may have been begun since then goes, too.
				$wpdb->query( 'ROLLBACK' );
				$lost = true;
			}
			// phpcs:enable
			$wpdb->suppress_errors( $suppressed );
			// Tables without transactions keep what was written, and the database warns of it.
			self::$undone = self::$undone && 0 === ( Database::connection()->warning_count ?? 0 );
		}
		// Memory must not know what the database has forgotten.
		WrittenCaches::forget( self::$shared );
		if ( self::$shared && ( $lost ?? false ) ) {
			Batch::close();
		}
	}

	/**
	 * Sees to it that nothing is sent after a failure. It is looked at last, so that it sees what is sent.
	 *
	 * @param mixed $query The statement, as other plugins left it.
	 * @throws DatabaseFailure When a statement before it failed, or this one would undo what is not the sender's.
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
	 * Ends what may still be open after a COMMIT that failed, so that only what is stored is seen.
	 */
	private static function forget_open(): bool {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		$wpdb->query( 'ROLLBACK' ); // phpcs:ignore WordPress.DB
		$wpdb->suppress_errors( $suppressed );
		return true;
	}

	/**
	 * What is to be told of a failure. WordPress makes "invalid user ID" out of a statement that failed; the statement is the reason.
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
	 * Begins to look at every statement.
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
