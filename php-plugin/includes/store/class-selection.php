<?php
/**
 * Which rows of a table, in which order.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * A page of a table, as the extension asks for it. The condition is text with placeholders; it holds no data.
 *
 * @phpstan-import-type Reached from \Rollbook\Contract
 */
final class Selection {

	/**
	 * The columns that may be ordered by. Names are ordered by their folded form, without regard to case.
	 */
	private const ORDERS = array(
		'row_id'           => 'row_id',
		'id'               => 'id',
		'user_name'        => 'user_name_key',
		'user_name_key'    => 'user_name_key',
		'display_name'     => 'display_name_key',
		'display_name_key' => 'display_name_key',
		'external_id'      => 'external_id',
		'active'           => 'active',
		'created'          => 'created',
		'modified'         => 'modified',
	);

	/**
	 * How far rows() has come.
	 *
	 * @var ?array{rows: int, last: ?int, more: bool}
	 */
	private ?array $reached = null;

	/**
	 * How many rows there are in all, if rows() has come to their end.
	 *
	 * @var ?int
	 */
	private ?int $seen = null;

	/**
	 * How many rows there are, and where.
	 *
	 * @var ?RowCounts
	 */
	private ?RowCounts $counts = null;

	/**
	 * A selection of rows.
	 *
	 * @param array<string, mixed> $wanted The selection's fields.
	 * @param string               $table  The full name of the table.
	 * @param string               $alias  Its name in the condition.
	 * @param string               $always A condition that every row must fulfil, too.
	 */
	public function __construct(
		private readonly array $wanted,
		private readonly string $table,
		private readonly string $alias,
		private readonly string $always
	) {}

	/**
	 * How many rows there are in all, if that is wanted. After rows() has come to the end of the list, nothing has to be counted.
	 */
	public function total(): ?int {
		if ( empty( $this->wanted['count'] ) ) {
			return null;
		}
		return $this->seen ?? $this->counts()->total();
	}

	/**
	 * The rows of the page, as far as memory has room for them.
	 *
	 * @param string $columns The columns to read.
	 * @param string $weight  The expression for a row's bytes in memory.
	 * @param int    $few     How many rows are read without being weighed.
	 * @return array<int, array<string, ?string>>
	 * @throws \UnexpectedValueException When the order names no column.
	 */
	public function rows( string $columns, string $weight, int $few ): array {
		$limit  = max( 0, (int) $this->wanted['limit'] );
		$offset = (int) ( $this->wanted['offset'] ?? 0 );
		$rows   = $this->read( $columns, min( $limit, $few ), $offset );
		$more   = count( $rows ) === $few || count( $rows ) === $limit;
		if ( count( $rows ) === $few && $few < $limit ) {
			$offset += $few;
			$weights = array_map( 'intval', array_column( $this->read( "{$this->alias}.row_id, $weight AS weight", $limit - $few, $offset ), 'weight' ) );
			$fitting = PassingBy::fitting( $weights );
			$more    = $fitting < count( $weights ) || count( $weights ) === $limit - $few;
			$rows    = array_merge( $rows, $this->read( $columns, $fitting, $offset ) );
		}
		$this->reached = array(
			'rows' => count( $rows ),
			'last' => $rows ? (int) end( $rows )['row_id'] : null,
			'more' => $more && array() !== $rows,
		);
		$before        = (int) ( $this->wanted['offset'] ?? 0 );
		if ( ! $more && ! isset( $this->wanted['after_row'] ) && ( array() !== $rows || 0 === $before ) ) {
			$this->seen = $before + count( $rows );
		}
		return $rows;
	}

	/**
	 * How far rows() has come.
	 *
	 * @return ?Reached
	 */
	public function reached(): ?array {
		return $this->reached;
	}

	/**
	 * Reads rows of the page.
	 *
	 * @param string $columns The columns to read.
	 * @param int    $limit   The most rows to give.
	 * @param int    $offset  How many to leave out.
	 * @return array<int, array<string, ?string>>
	 * @throws \UnexpectedValueException When the order names no column.
	 */
	private function read( string $columns, int $limit, int $offset ): array {
		if ( $limit < 1 ) {
			return array();
		}
		$from      = " FROM {$this->table} {$this->alias}";
		$sql       = "$from WHERE " . $this->condition();
		$arguments = $this->arguments();
		if ( isset( $this->wanted['after_row'] ) ) {
			$sql      .= ' AND ' . $this->behind();
			$arguments = array_merge( $arguments, $this->behind_arguments() );
		} elseif ( empty( $this->wanted['order'] ) && ! $this->is_backward() ) {
			list( $first, $offset ) = $this->counts()->place( $offset );
			if ( $first > 0 ) {
				$sql        .= " AND {$this->alias}.row_id >= %d";
				$arguments[] = $first;
			}
		}
		$order       = ' ORDER BY ' . $this->order();
		$sql        .= "$order LIMIT %d OFFSET %d";
		$arguments[] = $limit;
		$arguments[] = $offset;
		if ( $offset > 0 && ! empty( $this->wanted['order'] ) ) {
			// What is passed by is put into order by its numbers alone: whole rows have documents with them, and take far longer.
			return Database::rows( "SELECT $columns$from JOIN ( SELECT {$this->alias}.row_id AS found$sql ) page ON page.found = {$this->alias}.row_id$order", $arguments );
		}
		return Database::rows( "SELECT $columns$sql", $arguments );
	}

	/**
	 * How many rows there are, and where.
	 */
	private function counts(): RowCounts {
		return $this->counts ??= new RowCounts( $this->table, $this->alias, $this->condition(), $this->arguments() );
	}

	/**
	 * The condition.
	 */
	private function condition(): string {
		$tables = array(
			'{lookups}' => Tables::name( 'lookups' ),
			'{members}' => Tables::name( 'group_members' ),
		);
		return $this->always . ' AND (' . strtr( $this->wanted['condition']['sql'] ?? '1=1', $tables ) . ')';
	}

	/**
	 * The condition's arguments.
	 *
	 * @return array<int, int|string>
	 */
	private function arguments(): array {
		return $this->wanted['condition']['arguments'] ?? array();
	}

	/**
	 * The condition of the rows that come after another one.
	 *
	 * @throws \UnexpectedValueException When the order names no column.
	 */
	private function behind(): string {
		if ( empty( $this->wanted['order'] ) ) {
			return "{$this->alias}.row_id " . ( $this->is_backward() ? '<' : '>' ) . ' %d';
		}
		$column = $this->column();
		$value  = is_int( $this->wanted['after_value'] ?? null ) ? '%d' : '%s';
		$behind = $this->is_descending() ? '<' : '>';
		if ( $this->is_unique() ) {
			return "$column $behind $value";
		}
		$row = "{$this->alias}.row_id $behind %d";
		return "($column $behind $value OR ($column = $value AND $row))";
	}

	/**
	 * The arguments of that condition.
	 *
	 * @return array<int, int|string>
	 */
	private function behind_arguments(): array {
		$row = (int) $this->wanted['after_row'];
		if ( empty( $this->wanted['order'] ) ) {
			return array( $row );
		}
		$value = $this->wanted['after_value'] ?? '';
		return $this->is_unique() ? array( $value ) : array( $value, $value, $row );
	}

	/**
	 * The order.
	 *
	 * @throws \UnexpectedValueException When it names no column.
	 */
	private function order(): string {
		$row = "{$this->alias}.row_id ";
		if ( empty( $this->wanted['order'] ) ) {
			return $row . ( $this->is_backward() ? 'DESC' : 'ASC' );
		}
		$direction = $this->is_descending() ? 'DESC' : 'ASC';
		return $this->column() . " $direction" . ( $this->is_unique() ? '' : ", $row$direction" );
	}

	/**
	 * The column of the order.
	 *
	 * @throws \UnexpectedValueException When it names none.
	 */
	private function column(): string {
		$column = self::ORDERS[ $this->wanted['order']['column'] ] ?? throw new \UnexpectedValueException( 'There is no such order of rows.' );
		return "{$this->alias}.$column";
	}

	/**
	 * Whether no two rows have the same in the column of the order. Others are ordered by row as well, in the same direction: only so does
	 * an index give the order.
	 *
	 * @throws \UnexpectedValueException When it names no column.
	 */
	private function is_unique(): bool {
		return in_array( substr( $this->column(), strlen( $this->alias ) + 1 ), array( 'row_id', 'id', 'user_name_key', 'display_name_key' ), true );
	}

	/**
	 * Whether the rows are read in reverse order.
	 */
	private function is_backward(): bool {
		return ! empty( $this->wanted['backward'] );
	}

	/**
	 * Whether the greatest value comes first, after all.
	 */
	private function is_descending(): bool {
		return $this->wanted['order']['descending'] !== $this->is_backward();
	}
}
