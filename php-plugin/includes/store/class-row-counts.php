<?php
/**
 * How many rows a list has.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Counts the rows that a condition selects, and finds the one at a place in the list, without reading all of them for each page.
 *
 * A few rows are counted each time. More are counted in blocks of row numbers, and the blocks are remembered for as long as nothing was
 * written: the next page is answered from them, and a page deep in the list begins with its block.
 */
final class RowCounts {

	/** The option that remembers the blocks, by condition. */
	public const OPTION = 'rollbook_row_counts';

	/** So many rows are counted each time; it is also how many row numbers a block has. */
	private const FEW = 1000;

	/** How many conditions are remembered. */
	private const REMEMBERED = 20;

	/** For how many seconds they are, in case the database was written to past the plugin. */
	private const SECONDS = 60;

	/**
	 * The blocks, once they are known: rows by number of the block, in their order.
	 *
	 * @var ?array<int, int>
	 */
	private ?array $blocks = null;

	/**
	 * The rows of a condition.
	 *
	 * @param string            $from      The table and its name in the condition.
	 * @param string            $row       The column that numbers the rows.
	 * @param string            $condition The condition.
	 * @param array<int|string> $arguments Its arguments.
	 */
	public function __construct( private readonly string $from, private readonly string $row, private readonly string $condition, private readonly array $arguments ) {}

	/**
	 * How many there are.
	 */
	public function total(): int {
		$few = (int) Database::value( "SELECT COUNT(*) FROM (SELECT $this->row FROM $this->from WHERE $this->condition LIMIT %d) few", array( ...$this->arguments, self::FEW + 1 ) );
		return $few > self::FEW ? array_sum( $this->blocks() ) : $few;
	}

	/**
	 * Where to begin for a row at a place in the list: the number that the rows have at least, and how many of those to leave out.
	 *
	 * @param int $offset How many rows lie before it.
	 * @return array{int, int}
	 */
	public function place( int $offset ): array {
		$from = 0;
		foreach ( $offset > self::FEW ? $this->blocks() : array() as $block => $rows ) {
			$from = $block * self::FEW;
			if ( $rows > $offset ) {
				break;
			}
			$offset -= $rows;
		}
		return array( $from, $offset );
	}

	/**
	 * Forgets what is remembered, because rows were removed: nothing else tells of it.
	 */
	public static function forget(): void {
		global $wpdb;
		Database::run( "DELETE FROM $wpdb->options WHERE option_name = %s", array( self::OPTION ) );
	}

	/**
	 * The blocks, remembered or counted.
	 *
	 * @return array<int, int>
	 */
	private function blocks(): array {
		if ( null !== $this->blocks ) {
			return $this->blocks;
		}
		global $wpdb;
		$now        = time();
		$key        = md5( $this->from . $this->condition . "\0" . implode( "\0", $this->arguments ) );
		$stamp      = self::stamp();
		$stored     = Database::value( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", array( self::OPTION ) );
		$known      = (array) json_decode( $stored ?? '', true );
		$remembered = $known[ $key ] ?? null;
		if ( null !== $remembered && $remembered['stamp'] === $stamp && $now - $remembered['at'] < self::SECONDS ) {
			return $this->blocks = self::numbers( $remembered['blocks'] );
		}
		$rows   = Database::rows( "SELECT /* remembered */ FLOOR($this->row / " . self::FEW . ") AS block, COUNT(*) AS number FROM $this->from WHERE $this->condition GROUP BY FLOOR($this->row / " . self::FEW . ') ORDER BY 1', $this->arguments );
		$blocks = self::numbers( array_column( $rows, 'number', 'block' ) );
		$known  = array_slice( array_diff_key( $known, array( $key => 0 ) ), 1 - self::REMEMBERED, null, true );

		$known[ $key ] = array(
			'stamp'  => $stamp,
			'at'     => $now,
			'blocks' => $blocks,
		);

		$value = (string) wp_json_encode( $known );
		if ( null === $stored ) {
			Database::run( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')", array( self::OPTION, $value ) );
		} else {
			Database::run( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s", array( $value, self::OPTION ) );
		}
		return $this->blocks = $blocks;
	}

	/**
	 * Rows by number of the block.
	 *
	 * @param array<int|string, mixed> $blocks The same as a database or an option has it.
	 * @return array<int, int>
	 */
	private static function numbers( array $blocks ): array {
		return array_combine( array_map( 'intval', array_keys( $blocks ) ), array_map( 'intval', array_values( $blocks ) ) );
	}

	/**
	 * What is different after every write to a person or a group but a removal.
	 */
	private static function stamp(): string {
		$users  = Tables::name( 'users' );
		$groups = Tables::name( 'groups' );
		$newest = Database::row( "SELECT (SELECT MAX(row_id) FROM $users) AS a, (SELECT MAX(modified) FROM $users) AS b, (SELECT MAX(row_id) FROM $groups) AS c, (SELECT MAX(modified) FROM $groups) AS d" );
		return implode( ' ', $newest ?? array() );
	}
}
