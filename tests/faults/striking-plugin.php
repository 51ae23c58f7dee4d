<?php
/**
 * Counts the statements of a request and makes one of them go wrong; the sweep puts it among the must-use plugins.
 *
 * The request asks for it in its header `X-Fault: <name> <fault> <number> [<hook>]`. The statements are written to `faults/<name>` in the
 * site's folder, one a line, beginning with the hook if one is named. `faults/<name>.struck` holds the one that was struck.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\Tests\Faults;

use mysqli;
use RuntimeException;

defined( 'ABSPATH' ) || exit;

/** The statements of this request. */
final class Strike {

	/** A statement that every database refuses, and some with which MariaDB says what it says in trouble. */
	private const REFUSED  = 'SELECT refused FROM rollbook_refused';
	private const DEADLOCK = "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock found when trying to get lock'";
	private const WAITED   = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'Lock wait timeout exceeded'";
	private const FULL     = "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'";

	/** How many statements there were. */
	private int $count = 0;

	/** Whether this is a statement that a fault itself sends. */
	private bool $is_striking = false;

	/**
	 * A request to be struck.
	 *
	 * @param string $file   Where the statements are written.
	 * @param string $fault  What goes wrong; `none` only counts.
	 * @param int    $number At which statement.
	 */
	public function __construct( private string $file, private string $fault, private int $number ) {
	}

	/** Begins if the request asks for it. */
	public static function begin(): void {
		$words = explode( ' ', $_SERVER['HTTP_X_FAULT'] ?? '' );
		if ( count( $words ) < 3 ) {
			return;
		}
		$strike = new self( ROLLBOOK_SITE_DIR . '/faults/' . basename( $words[0] ), $words[1], (int) $words[2] );
		$watch  = static fn() => add_filter( 'query', array( $strike, 'filter_query' ), PHP_INT_MAX );
		isset( $words[3] ) ? add_action( $words[3], $watch, PHP_INT_MIN ) : $watch();
	}

	/**
	 * Counts a statement, and strikes it if its turn has come.
	 *
	 * @param mixed $query The statement.
	 */
	public function filter_query( mixed $query ): mixed {
		if ( $this->is_striking ) {
			return $query;
		}
		$line = preg_replace( '/\s+/', ' ', substr( (string) $query, 0, 2000 ) ) . "\n";
		if ( 'none' === $this->fault ) {
			file_put_contents( $this->file, $line, FILE_APPEND );
		}
		if ( ++$this->count !== $this->number ) {
			return $query;
		}
		file_put_contents( "$this->file.struck", $line );
		$this->is_striking = true;
		$replaced          = $this->strike();
		$this->is_striking = false;
		return $replaced ?? $query;
	}

	/**
	 * Has the fault happen.
	 *
	 * @return ?string What is sent in the statement's place; null for the statement itself.
	 */
	private function strike(): ?string {
		global $wpdb;
		switch ( $this->fault ) {
			case 'failing':
				return self::REFUSED;
			case 'deadlock':
				$wpdb->dbh->query( 'ROLLBACK' ); // As the server does with the one of the two that it chooses.
				return self::DEADLOCK;
			case 'waited':
				return self::WAITED;
			case 'full':
				return self::FULL;
			case 'lost':
				self::cut( $wpdb->dbh->thread_id );
				return null;
			case 'throw':
				throw new RuntimeException( 'a plugin throws' );
			case 'exit':
				exit( 'a plugin ends PHP' );
			case 'memory':
				$limit = max( memory_get_usage() + 4 * MB_IN_BYTES, memory_get_usage( true ) );
				ini_set( 'memory_limit', (string) $limit );
				for ( $all = array(); memory_get_usage() < $limit + MB_IN_BYTES; ) {
					$all[] = str_repeat( 'x', 10_000 );
				}
				throw new RuntimeException( 'PHP keeps no memory_limit' );
			case 'time':
				set_time_limit( 1 );
				while ( true ) {
					continue;
				}
			case 'kill':
				posix_kill( posix_getpid(), 9 ); // SIGKILL, whose name only another extension knows.
		}
		return null;
	}

	/**
	 * Ends a connection from another one, and waits until it is gone.
	 *
	 * @param int $thread The connection.
	 */
	private static function cut( int $thread ): void {
		$second = new mysqli( 'localhost', DB_USER, DB_PASSWORD, '', 0, substr( DB_HOST, strlen( 'localhost:' ) ) );
		$second->query( "KILL $thread" );
		for ( $attempt = 0; $attempt < 200; ++$attempt ) {
			if ( 0 === $second->query( "SELECT ID FROM information_schema.PROCESSLIST WHERE ID = $thread" )->num_rows ) {
				return;
			}
			usleep( 5000 );
		}
	}
}

Strike::begin();

// What WordPress does in the background, in a request that is waited for.
foreach ( array( 'rollbook_catch_up', 'rollbook_index_values' ) as $rollbook_event ) {
	add_action(
		"admin_post_nopriv_faults_$rollbook_event",
		static function () use ( $rollbook_event ): void {
			do_action( $rollbook_event );
			exit( 'done' );
		}
	);
}

// A plugin of a site asks the database something whenever an account is written. Its statements can fail, too.
foreach ( array( 'user_register', 'profile_update', 'delete_user', 'deleted_user', 'set_user_role' ) as $rollbook_hook ) {
	add_action(
		$rollbook_hook,
		static function (): void {
			global $wpdb;
			$wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->links" );
		}
	);
}
