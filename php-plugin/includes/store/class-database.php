<?php
/**
 * Statements to the database that either succeed or throw.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

// Every statement of the commands passes here and is prepared here. phpcs:disable WordPress.DB

/**
 * wpdb's methods, but a failure throws. An unnoticed failure within a transaction would store half a person.
 */
final class Database {

	/**
	 * Rows in one INSERT. So few keep a statement below the smallest max_allowed_packet.
	 */
	private const ROWS_AT_ONCE = 500;

	/**
	 * Carries out a statement.
	 *
	 * @param string $sql       With %s and %d for the arguments.
	 * @param array  $arguments Strings and integers.
	 * @return int The number of rows it touched.
	 * @throws DatabaseFailure When the database refuses it.
	 */
	public static function run( string $sql, array $arguments = array() ): int {
		global $wpdb;
		return (int) self::carry_out( static fn(): mixed => $wpdb->query( $arguments ? $wpdb->prepare( $sql, $arguments ) : $sql ) );
	}

	/**
	 * Reads rows.
	 *
	 * @param string $sql       With %s and %d for the arguments.
	 * @param array  $arguments Strings and integers.
	 * @return list<array<string, ?string>>
	 * @throws DatabaseFailure When the database refuses it.
	 */
	public static function rows( string $sql, array $arguments = array() ): array {
		global $wpdb;
		/** @var list<array<string, ?string>>|null $rows */
		$rows = self::carry_out( static fn(): mixed => $wpdb->get_results( $arguments ? $wpdb->prepare( $sql, $arguments ) : $sql, ARRAY_A ) );
		return is_array( $rows ) ? $rows : throw self::last_failure();
	}

	/**
	 * Reads one row.
	 *
	 * @param string $sql       With %s and %d for the arguments.
	 * @param array  $arguments Strings and integers.
	 * @return ?array<string, ?string>
	 */
	public static function row( string $sql, array $arguments = array() ): ?array {
		return self::rows( $sql, $arguments )[0] ?? null;
	}

	/**
	 * Reads one value.
	 *
	 * @param string $sql       With %s and %d for the arguments.
	 * @param array  $arguments Strings and integers.
	 */
	public static function value( string $sql, array $arguments = array() ): ?string {
		return array_values( self::row( $sql, $arguments ) ?? array() )[0] ?? null;
	}

	/**
	 * Runs reads of WordPress's own functions, and throws if one of their statements failed: WordPress returns "nothing there" then.
	 *
	 * @param callable $read What to read; its result is returned.
	 * @throws DatabaseFailure When a statement failed.
	 */
	public static function watched( callable $read ): mixed {
		$failures = self::failures();
		try {
			$result = $read();
		} catch ( \mysqli_sql_exception $error ) {
			throw DatabaseFailure::thrown( $error );
		}
		if ( self::failures() > $failures ) {
			throw self::last_failure();
		}
		return $result;
	}

	/**
	 * How many statements have failed so far. wpdb notes each of them, even while it suppresses errors.
	 */
	public static function failures(): int {
		return count( (array) ( $GLOBALS['EZSQL_ERROR'] ?? array() ) );
	}

	/**
	 * The failure that wpdb noted last.
	 */
	public static function last_failure(): DatabaseFailure {
		global $wpdb, $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- WordPress's own.
		$noted = (array) $EZSQL_ERROR; // phpcs:ignore WordPress.NamingConventions.ValidVariableName
		$text  = '' !== $wpdb->last_error ? $wpdb->last_error : (string) ( end( $noted )['error_str'] ?? '' );
		// SQLite's drop-in gives a page of HTML: the statements, then the error, then a backtrace.
		$text  = trim( wp_strip_all_tags( $text ) );
		$error = strrpos( $text, 'SQLSTATE[' );
		if ( false !== $error ) {
			$text = strtok( substr( $text, $error ), "\n" );
		}
		$connection = self::connection();
		return new DatabaseFailure( '' === $text ? 'the database refused a statement without giving a reason' : (string) $text, null === $connection ? 0 : $connection->errno );
	}

	/**
	 * The connection, if it is one of mysqli.
	 */
	public static function connection(): ?\mysqli {
		global $wpdb;
		return ( $wpdb->dbh ?? null ) instanceof \mysqli ? $wpdb->dbh : null;
	}

	/**
	 * Which connection it is: the object and the server's number for it. After a loss wpdb connects again and repeats the statement,
	 * outside of the transaction that was open.
	 *
	 * @return array{?object, int}
	 */
	public static function which_connection(): array {
		global $wpdb;
		return array( $wpdb->dbh ?? null, self::connection()->thread_id ?? 0 );
	}

	/**
	 * Whether the connection is still the same. Replacements of wpdb may use several servers; with these, only savepoints tell.
	 *
	 * @param array{?object, int} $connection What which_connection() gave.
	 */
	public static function is_still( array $connection ): bool {
		global $wpdb;
		return isset( $wpdb->dbhs ) || self::which_connection() === $connection;
	}

	/**
	 * Whether the connection was there at the last statement.
	 */
	public static function is_available(): bool {
		global $wpdb;
		$number = self::connection()->errno ?? 0;
		return ! empty( $wpdb->ready ) && ! ( new DatabaseFailure( '', $number ) )->is_lost_connection() && ! $wpdb->error instanceof \WP_Error;
	}

	/**
	 * Connects if there is no connection. WordPress itself would end PHP if it cannot connect.
	 */
	public static function reconnect(): bool {
		global $wpdb;
		return (bool) $wpdb->check_connection( false );
	}

	/**
	 * Inserts one row.
	 *
	 * @param string                         $table  The table.
	 * @param array<string, int|string|null> $values By column.
	 * @return int Its number.
	 */
	public static function insert( string $table, array $values ): int {
		global $wpdb;
		self::insert_rows( 'INSERT INTO', $table, array_keys( $values ), array( array_values( $values ) ) );
		return (int) $wpdb->insert_id;
	}

	/**
	 * Inserts rows.
	 *
	 * @param string                             $table   The table.
	 * @param string[]                           $columns The columns.
	 * @param array<int, array<int|string|null>> $rows    Their values, in the order of the columns.
	 */
	public static function insert_all( string $table, array $columns, array $rows ): void {
		foreach ( array_chunk( $rows, self::ROWS_AT_ONCE ) as $chunk ) {
			self::insert_rows( 'INSERT INTO', $table, $columns, $chunk );
		}
	}

	/**
	 * Inserts rows, except those that conflict with a unique key.
	 *
	 * @param string                             $table   The table.
	 * @param string[]                           $columns The columns.
	 * @param array<int, array<int|string|null>> $rows    Their values, in the order of the columns.
	 */
	public static function insert_new( string $table, array $columns, array $rows ): void {
		foreach ( array_chunk( $rows, self::ROWS_AT_ONCE ) as $chunk ) {
			self::insert_rows( 'INSERT IGNORE INTO', $table, $columns, $chunk );
		}
	}

	/**
	 * Writes an assignment list, `a = %s, b = NULL`, and adds its arguments to a list.
	 *
	 * @param array<string, int|string|null> $values    By column.
	 * @param array                          $arguments Where the arguments go.
	 */
	public static function assignments( array $values, array &$arguments ): string {
		$parts = array();
		foreach ( $values as $column => $value ) {
			$parts[] = "$column = " . self::mark( $value, $arguments );
		}
		return implode( ', ', $parts );
	}

	/**
	 * As many placeholders as there are values, for IN ( … ).
	 *
	 * @param array  $values The values; at least one.
	 * @param string $mark   The placeholder, %s or %d.
	 */
	public static function marks( array $values, string $mark ): string {
		return implode( ',', array_fill( 0, count( $values ), $mark ) );
	}

	/**
	 * Carries out a statement.
	 *
	 * @param callable $statement Returns false if wpdb does not carry it out.
	 * @throws DatabaseFailure When the database refuses it.
	 */
	private static function carry_out( callable $statement ): mixed {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		$wpdb->flush(); // A plugin may drop the statement. Then the result of the statement before must not count as this one's.
		try {
			$result = $statement();
		} catch ( \mysqli_sql_exception $error ) {
			throw DatabaseFailure::thrown( $error );
		} finally {
			$wpdb->suppress_errors( $suppressed );
		}
		if ( false === $result || null === $wpdb->last_query || '' !== $wpdb->last_error ) {
			throw self::last_failure();
		}
		return $result;
	}

	/**
	 * Inserts a handful of rows with one statement.
	 *
	 * @param string   $verb    INSERT INTO or INSERT IGNORE INTO.
	 * @param string   $table   The table.
	 * @param string[] $columns The columns.
	 * @param array[]  $rows    Their values.
	 */
	private static function insert_rows( string $verb, string $table, array $columns, array $rows ): void {
		$arguments = array();
		$tuples    = array();
		foreach ( $rows as $row ) {
			$marks = array();
			foreach ( $row as $value ) {
				$marks[] = self::mark( $value, $arguments );
			}
			$tuples[] = '(' . implode( ',', $marks ) . ')';
		}
		self::run( "$verb $table (" . implode( ',', $columns ) . ') VALUES ' . implode( ',', $tuples ), $arguments );
	}

	/**
	 * The placeholder for a value. NULL is written as it is, because wpdb cannot prepare it.
	 *
	 * @param int|string|null $value     The value.
	 * @param array           $arguments The list that takes it.
	 */
	private static function mark( int|string|null $value, array &$arguments ): string {
		if ( null === $value ) {
			return 'NULL';
		}
		$arguments[] = $value;
		return is_int( $value ) ? '%d' : '%s';
	}
}
