<?php
/**
 * A statement that the database did not carry out.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Carries the database's own message. It is for the activity log only, because it may quote the statement.
 */
final class DatabaseFailure extends \RuntimeException {

	/**
	 * Errors of MySQL and MariaDB that say nothing about the statement: too many connections (1040, 1203), shutting down (1053), a lock
	 * that others hold (1205), a deadlock, or a conflict with another node of a cluster (1213), a killed statement or connection (1317, 1927,
	 * 4031), a lost connection (2002 to 2013), a node that has left its cluster and answers nothing (1047).
	 */
	private const PASSING = array( 1040, 1047, 1053, 1203, 1205, 1213, 1317, 1927, 2002, 2003, 2006, 2013, 4031 );

	/**
	 * Those of them that end the connection.
	 */
	private const LOST = array( 1053, 1927, 2002, 2003, 2006, 2013, 4031 );

	/**
	 * The error of MySQL and MariaDB for a missing table.
	 */
	public const NO_TABLE = 1146;

	/**
	 * Whether the change may be in the database all the same, in whole or in part.
	 *
	 * @var bool
	 */
	public bool $may_be_stored = false;

	/**
	 * Takes the error that mysqli threw.
	 *
	 * @param \mysqli_sql_exception $error The error.
	 */
	public static function thrown( \mysqli_sql_exception $error ): self {
		return new self( $error->getMessage(), (int) $error->getCode(), $error );
	}

	/**
	 * Whether the same change may succeed in a moment.
	 */
	public function is_passing(): bool {
		return in_array( $this->code, self::PASSING, true ) || str_contains( $this->message, 'database is locked' );
	}

	/**
	 * Whether the connection is gone.
	 */
	public function is_lost_connection(): bool {
		return in_array( $this->code, self::LOST, true );
	}

	/**
	 * Whether a table is missing.
	 */
	public function is_missing_table(): bool {
		return self::NO_TABLE === $this->code || str_contains( $this->message, 'no such table' ) || str_contains( $this->message, '42S02' );
	}
}
