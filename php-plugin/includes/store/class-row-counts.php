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
 * A few rows are counted each time. More are counted in blocks of row numbers, and the blocks are remembered: the next page is answered
 * from them, and a page deep in the list begins with its block. After a write only the blocks are counted anew in which a row changed. Its
 * time of change and its version tell which those are; what has none is noted.
 *
 * @phpstan-type Remembered array{at: int, blocks: array<int, int>, newest: list<int>, noted: list<string>, recent?: array<int, int>}
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

	/** In so many blocks rows are counted anew; where more have changed, all blocks are. */
	private const CHANGED = 50;

	/** So many milliseconds after its time of change a row may still be stored, because its transaction took so long. */
	private const LATE = 15000;

	/** The row that a note has among the lookups. Nobody has it. */
	private const NO_ROW = 0;

	/** So many noted rows are kept; where there are more, all blocks are counted anew. */
	private const NOTED = 200;

	/**
	 * The blocks, once they are known: rows by number of the block, in their order.
	 *
	 * @var ?array<int, int>
	 */
	private ?array $blocks = null;

	/**
	 * The rows of a condition.
	 *
	 * @param string            $table     The table, users or groups.
	 * @param string            $alias     Its name in the condition.
	 * @param string            $condition The condition.
	 * @param array<int|string> $arguments Its arguments.
	 */
	public function __construct( private readonly string $table, private readonly string $alias, private readonly string $condition, private readonly array $arguments ) {}

	/**
	 * How many there are.
	 */
	public function total(): int {
		$few = (int) Database::value( "SELECT COUNT(*) FROM (SELECT $this->alias.row_id FROM $this->table $this->alias WHERE $this->condition LIMIT %d) few", array( ...$this->arguments, self::FEW + 1 ) );
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
	 * Notes that a row is gone, or was changed without a time of change.
	 *
	 * @param string $table  The table, users or groups.
	 * @param int    $row_id The row.
	 */
	public static function note( string $table, int $row_id ): void {
		// Not one row that all requests write to: they would wait for one another.
		Lookups::insert( array( array( self::NO_ROW, self::path( $table ), $row_id . ' ' . bin2hex( random_bytes( 8 ) ) ) ) );
	}

	/**
	 * Forgets all that is remembered and noted. It is done each day, because a site of few people never counts blocks.
	 */
	public static function purge(): void {
		delete_option( self::OPTION );
		Lookups::clear( self::NO_ROW );
	}

	/**
	 * The path of the noted rows of a table. No attribute begins like that.
	 *
	 * @param string $table The table.
	 */
	private static function path( string $table ): string {
		return '!' . ( Tables::name( 'groups' ) === $table ? 'groups' : 'users' );
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
		$now = time();
		$key = md5( $this->table . $this->condition . "\0" . implode( "\0", $this->arguments ) );
		// Before anything is counted: what is written meanwhile is counted once more then.
		$state      = array(
			'newest' => $this->newest(),
			'noted'  => $this->noted(),
		);
		$stored     = Database::value( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", array( self::OPTION ) );
		/** @var array<string, Remembered> $known */
		$known      = (array) json_decode( $stored ?? '', true );
		$remembered = $known[ $key ] ?? null;
		$is_current = null !== $remembered && $now - $remembered['at'] < self::SECONDS;
		$recent     = $this->recent( $is_current ? $remembered['newest'][1] : $state['newest'][1] );
		$changed    = $is_current ? $this->changed( $remembered, $state, $recent ) : null;
		$before     = null === $remembered || null === $changed ? array() : self::numbers( $remembered['blocks'] );
		if ( array() === $changed ) {
			return $this->blocks = $before;
		}
		$blocks = $this->counted( $changed ) + array_diff_key( $before, array_flip( $changed ?? array() ) );
		ksort( $blocks );
		if ( count( $state['noted'] ) > self::NOTED ) {
			$this->forget( $state['noted'] );
			list( $state['noted'], $known ) = array( array(), array() );
		}
		$known = array_slice( array_diff_key( $known, array( $key => 0 ) ), 1 - self::REMEMBERED, null, true );

		$known[ $key ] = array(
			'at'     => null === $remembered || null === $changed ? $now : $remembered['at'],
			'blocks' => $blocks,
			'recent' => $recent,
		) + $state;

		$value = (string) wp_json_encode( $known );
		if ( null === $stored ) {
			Database::run( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')", array( self::OPTION, $value ) );
		} else {
			Database::run( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s", array( $value, self::OPTION ) );
		}
		return $this->blocks = $blocks;
	}

	/**
	 * The versions of the rows that have changed lately, by row.
	 *
	 * @param int $since Since what time; a row may have been stored that much later.
	 * @return array<int, int>
	 */
	private function recent( int $since ): array {
		// Where most rows are new, MySQL and MariaDB would rather read and sort all of them.
		$index = null === Database::connection() ? '' : ' FORCE INDEX (modified)';
		return self::numbers( array_column( Database::rows( "SELECT row_id, version FROM $this->table$index WHERE modified >= %d ORDER BY modified DESC LIMIT %d", array( $since - self::LATE, self::FEW ) ), 'version', 'row_id' ) );
	}

	/**
	 * The blocks in which rows have changed since they were counted; null where that cannot be told.
	 *
	 * @param Remembered                                    $before How it was then.
	 * @param array{newest: list<int>, noted: list<string>} $after  How it is.
	 * @param array<int, int>                               $recent The versions of the rows that have changed lately.
	 * @return ?list<int>
	 */
	private function changed( array $before, array $after, array $recent ): ?array {
		// What had its version when it was counted has not changed since.
		$rows = array_keys( array_diff_assoc( $recent, self::numbers( $before['recent'] ?? array() ) ) );
		if ( array() === $rows && $before['newest'] === $after['newest'] && $before['noted'] === $after['noted'] ) {
			return array();
		}
		// A membership is no part of the row that it is of, and what was noted then and is not any more has been forgotten meanwhile.
		if ( $this->reads_memberships() || array() !== array_diff( $before['noted'], $after['noted'] ) ) {
			return null;
		}
		if ( count( $recent ) === self::FEW || $after['newest'][0] - $before['newest'][0] > self::CHANGED * self::FEW ) {
			return null;
		}
		$rows   = array_merge( $rows, array_map( 'intval', array_diff( $after['noted'], $before['noted'] ) ) );
		$blocks = array_map( static fn( int $row ): int => intdiv( $row, self::FEW ), $rows );
		if ( $after['newest'][0] > $before['newest'][0] ) {
			array_push( $blocks, ...range( intdiv( $before['newest'][0], self::FEW ), intdiv( $after['newest'][0], self::FEW ) ) );
		}
		$blocks = array_values( array_unique( $blocks ) );
		return count( $blocks ) > self::CHANGED ? null : $blocks;
	}

	/**
	 * Counts the rows of blocks, or of all.
	 *
	 * @param ?list<int> $blocks The blocks.
	 * @return array<int, int>
	 */
	private function counted( ?array $blocks ): array {
		$row       = "$this->alias.row_id";
		$condition = $this->condition;
		$arguments = $this->arguments;
		if ( null !== $blocks ) {
			$condition .= ' AND (' . implode( ' OR ', array_fill( 0, count( $blocks ), "$row BETWEEN %d AND %d" ) ) . ')';
			foreach ( $blocks as $block ) {
				array_push( $arguments, $block * self::FEW, ( $block + 1 ) * self::FEW - 1 );
			}
		}
		$rows = Database::rows( "SELECT /* remembered */ FLOOR($row / " . self::FEW . ") AS block, COUNT(*) AS number FROM $this->table $this->alias WHERE $condition GROUP BY FLOOR($row / " . self::FEW . ') ORDER BY 1', $arguments );
		return self::numbers( array_column( $rows, 'number', 'block' ) );
	}

	/**
	 * What a database or an option has as text, as numbers.
	 *
	 * @param array<int|string, mixed> $known That.
	 * @return array<int, int>
	 */
	private static function numbers( array $known ): array {
		return array_combine( array_map( 'intval', array_keys( $known ) ), array_map( 'intval', array_values( $known ) ) );
	}

	/**
	 * Whether the condition reads which groups a person is in.
	 */
	private function reads_memberships(): bool {
		return str_contains( $this->condition, Tables::name( 'group_members' ) );
	}

	/**
	 * The tables whose changes matter. A group tells of its memberships.
	 *
	 * @return array<int, string>
	 */
	private function tables(): array {
		return $this->reads_memberships() ? array_unique( array( $this->table, Tables::name( 'users' ), Tables::name( 'groups' ) ) ) : array( $this->table );
	}

	/**
	 * The newest row and the latest change of each table.
	 *
	 * @return list<int>
	 */
	private function newest(): array {
		$columns = array();
		foreach ( $this->tables() as $number => $table ) {
			array_push( $columns, "(SELECT MAX(row_id) FROM $table) AS row_$number", "(SELECT MAX(modified) FROM $table) AS modified_$number" );
		}
		return array_map( 'intval', array_values( Database::row( 'SELECT ' . implode( ', ', $columns ) ) ?? array() ) );
	}

	/**
	 * What was noted of the tables: each time the row, and something that no other time has.
	 *
	 * @return list<string>
	 */
	private function noted(): array {
		$paths = array_map( self::path( ... ), $this->tables() );
		return array_values( array_map( 'strval', array_column( Database::rows( 'SELECT value FROM ' . Tables::name( 'lookups' ) . ' WHERE path IN (' . Database::marks( $paths, '%s' ) . ') ORDER BY value', $paths ), 'value' ) ) );
	}

	/**
	 * Forgets what was noted.
	 *
	 * @param list<string> $noted That.
	 */
	private function forget( array $noted ): void {
		$paths = array_map( self::path( ... ), $this->tables() );
		foreach ( array_chunk( $noted, self::FEW ) as $some ) {
			Database::run( 'DELETE FROM ' . Tables::name( 'lookups' ) . ' WHERE path IN (' . Database::marks( $paths, '%s' ) . ') AND value IN (' . Database::marks( $some, '%s' ) . ')', array( ...$paths, ...$some ) );
		}
	}
}
