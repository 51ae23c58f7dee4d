<?php
/**
 * Asks the database how it is going to carry out each statement of a SCIM request; tests/scale puts it among the must-use plugins.
 *
 * A line of JSON for each statement goes to `plans.jsonl` in the site's folder: `sql`, and `plan`, the database's rows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\Tests\Scale;

defined( 'ABSPATH' ) || exit;

/** The plans of this request's statements. */
final class Explaining {

	/** The longest statement that is written down in full. */
	private const LONGEST = 4000;

	/**
	 * The lines.
	 *
	 * @var string[]
	 */
	private array $lines = array();

	/** Whether it is asking itself. */
	private bool $is_asking = false;

	/** Begins with a SCIM request. */
	public static function begin(): void {
		if ( str_contains( $_SERVER['REQUEST_URI'] ?? '', '/scim/' ) ) {
			$explaining = new self();
			add_filter( 'query', array( $explaining, 'filter_query' ), PHP_INT_MAX );
			register_shutdown_function( array( $explaining, 'write' ) );
		}
	}

	/**
	 * Explains a statement before it is carried out.
	 *
	 * @param mixed $query The statement.
	 */
	public function filter_query( mixed $query ): mixed {
		global $wpdb;
		if ( ! $this->is_asking && is_string( $query ) && preg_match( '/^\s*(?:\(*\s*SELECT|UPDATE|DELETE|INSERT[^;]*\bSELECT)\b/i', $query ) ) {
			$this->is_asking = true;
			$plan            = $wpdb->dbh instanceof \mysqli ? self::by_mariadb( $query ) : null;
			null === $plan ? $this->when_translated( $query ) : $this->note( $query, $plan );
			$this->is_asking = false;
		}
		return $query;
	}

	/** Writes the lines, at the request's end. */
	public function write(): void {
		file_put_contents( ROLLBOOK_SITE_DIR . '/plans.jsonl', implode( '', $this->lines ), FILE_APPEND | LOCK_EX );
	}

	/**
	 * Notes a plan.
	 *
	 * @param string                            $sql  The statement.
	 * @param array<int, array<string, mixed>> $plan The rows of the plan.
	 */
	private function note( string $sql, array $plan ): void {
		$this->lines[] = json_encode( array( 'sql' => substr( $sql, 0, self::LONGEST ), 'plan' => $plan ), JSON_INVALID_UTF8_SUBSTITUTE ) . "\n";
	}

	/**
	 * What MariaDB says.
	 *
	 * @param string $query The statement.
	 * @return array<int, array<string, mixed>>
	 */
	private static function by_mariadb( string $query ): array {
		global $wpdb;
		$result = $wpdb->dbh->query( "EXPLAIN $query" );
		return $result instanceof \mysqli_result ? $result->fetch_all( MYSQLI_ASSOC ) : array( array( 'error' => $wpdb->dbh->error ) );
	}

	/**
	 * SQLite gets another statement than the one that is asked: the drop-in translates it. Explains what it sends next.
	 *
	 * @param string $query The statement.
	 */
	private function when_translated( string $query ): void {
		global $wpdb;
		$connection = $wpdb->dbh->get_connection();
		$connection->set_query_logger(
			function ( string $sql ) use ( $connection, $query ): void {
				if ( ! preg_match( '/^\s*(?:WITH|SELECT|UPDATE|DELETE|INSERT[^;]*\bSELECT)\b/i', $sql ) || str_contains( $sql, '_wp_sqlite_' ) || str_contains( $sql, 'sqlite_' ) ) {
					return;
				}
				try {
					$plan = $connection->get_pdo()->query( "EXPLAIN QUERY PLAN $sql" )->fetchAll( \PDO::FETCH_ASSOC );
				} catch ( \PDOException $error ) {
					$plan = array( array( 'error' => $error->getMessage() ) );
				}
				$this->note( $query, $plan );
			}
		);
	}
}

Explaining::begin();
