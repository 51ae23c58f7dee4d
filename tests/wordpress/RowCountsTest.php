<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Tables;

/** How many there are of many: exact after every write, and counted anew only where something changed. */
final class RowCountsTest extends SiteTestCase {

	private const MANY = 5000;

	private int $first;

	private int $now;

	protected function setUp(): void {
		global $wpdb;
		parent::setUp();
		$groups      = Tables::name( 'groups' );
		$this->first = 1 + (int) $wpdb->get_var( "SELECT MAX(row_id) FROM $groups" );
		$this->now   = 2_000_000_000_000 + (int) $wpdb->get_var( "SELECT MAX(modified) FROM $groups" );
		foreach ( array_chunk( range( $this->first, $this->first + self::MANY - 1 ), 500 ) as $rows ) {
			$wpdb->query( "INSERT INTO $groups (row_id, id, display_name, display_name_key, external_id, created, modified) VALUES " . implode( ',', array_map( fn( int $row ): string => $this->row( $row, $this->now - 500 * ( $this->first + self::MANY - $row ) ), $rows ) ) );
		}
	}

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'lookups' ) . ' WHERE row_id = 0' );
		delete_option( RowCounts::OPTION );
		parent::tearDown();
	}

	private function row( int $row, int $modified ): string {
		return sprintf( "(%d,'counted-%d','Counted %d','counted %d','%s',%d,%d)", $row, $row, $row, $row, 0 === $row % 4 ? 'quarter' : 'other', $modified, $modified );
	}

	/** A request of its own. */
	private function counts( string $condition = "g.display_name_key LIKE 'counted %%'", array $arguments = array() ): RowCounts {
		return new RowCounts( Tables::name( 'groups' ), 'g', $condition, $arguments );
	}

	private function change( string $sql, int ...$rows ): void {
		global $wpdb;
		$this->now += 60_000;
		$wpdb->query( strtr( $sql, array( '{groups}' => Tables::name( 'groups' ), '{now}' => (string) $this->now ) ) . ( $rows ? ' WHERE row_id IN (' . implode( ',', $rows ) . ')' : '' ) );
	}

	/** The total, and how many blocks were counted for it; null: all of them. */
	private function counted( RowCounts $counts ): array {
		$blocks = 0;
		$listen = static function ( string $sql ) use ( &$blocks ): string {
			if ( str_contains( $sql, '/* remembered */' ) ) {
				$blocks = str_contains( $sql, 'BETWEEN' ) ? substr_count( $sql, 'BETWEEN' ) : null;
			}
			return $sql;
		};
		add_filter( 'query', $listen );
		$total = $counts->total();
		remove_filter( 'query', $listen );
		return array( $total, $blocks );
	}

	public function test_after_a_write_only_what_changed_is_counted_anew_and_the_total_is_exact(): void {
		global $wpdb;

		$every   = fn(): array => $this->counted( $this->counts() );
		$quarter = fn(): array => $this->counted( $this->counts( 'g.external_id = %s', array( 'quarter' ) ) );
		self::assertSame( array( self::MANY, null ), $every() );
		self::assertSame( array( self::MANY / 4, null ), $quarter() );
		self::assertSame( array( self::MANY, 0 ), $every() );

		$middle = $this->first + 2500;
		$this->change( "UPDATE {groups} SET external_id = 'none', modified = {now}, version = version + 1", ...range( $middle, $middle + 3 ) );
		list( $total, $blocks ) = $quarter();
		self::assertSame( self::MANY / 4 - 1, $total );
		self::assertContains( $blocks, array( 1, 2 ), 'the block of the change, or both of them' );
		self::assertSame( self::MANY, $every()[0] );

		// A row that is gone is told by a note alone, however often.
		foreach ( array( $this->first, $this->first + 4 ) as $count => $row ) {
			$this->change( 'DELETE FROM {groups}', $row );
			RowCounts::note( Tables::name( 'groups' ), $row );
			list( $total, $blocks ) = $every();
			self::assertSame( self::MANY - $count - 1, $total );
			self::assertNotNull( $blocks );
		}
		RowCounts::note( Tables::name( 'groups' ), $middle );
		$wpdb->query( 'UPDATE ' . Tables::name( 'groups' ) . " SET display_name_key = 'x' WHERE row_id = $middle" );
		self::assertSame( self::MANY - 3, $every()[0] );
		RowCounts::note( Tables::name( 'groups' ), $middle );
		$wpdb->query( 'UPDATE ' . Tables::name( 'groups' ) . " SET display_name_key = 'counted again' WHERE row_id = $middle" );
		self::assertSame( self::MANY - 2, $every()[0], 'the same row once more' );

		// New rows, one of which took long to be stored, and a note of somebody in the other table with the same number.
		$last = $this->first + self::MANY;
		$this->change( 'INSERT INTO {groups} (row_id, id, display_name, display_name_key, external_id, created, modified) VALUES ' . $this->row( $last + 1, $this->now + 60_000 ) );
		RowCounts::note( Tables::name( 'users' ), $this->first + 8 );
		self::assertSame( self::MANY - 1, $every()[0] );
		$wpdb->query( 'INSERT INTO ' . Tables::name( 'groups' ) . ' (row_id, id, display_name, display_name_key, external_id, created, modified) VALUES ' . $this->row( $last, $this->now - 5_000 ) );
		$wpdb->query( 'UPDATE ' . Tables::name( 'groups' ) . " SET display_name_key = 'late', modified = $this->now - 5000, version = version + 1 WHERE row_id = $middle" );
		RowCounts::note( Tables::name( 'groups' ), $this->first );
		self::assertSame( self::MANY - 1, $every()[0] );
		self::assertSame( array( 0, 1, 2 ), array_slice( $this->place_of_first(), 0, 3 ), 'pages begin where they did' );
	}

	/** What has the version that it had when it was counted is not counted again, however short ago it changed. */
	public function test_what_was_counted_since_it_changed_is_not_counted_again(): void {
		$quarter = fn(): array => $this->counted( $this->counts( 'g.external_id = %s', array( 'quarter' ) ) );
		$rows    = array_map( fn( int $block ): int => 4 * intdiv( $this->first + 3 + 1000 * $block, 4 ), range( 0, 3 ) );
		$quarter();
		$this->change( 'UPDATE {groups} SET modified = {now}, version = version + 1', ...$rows );
		$quarter();
		foreach ( $rows as $count => $row ) {
			$this->now -= 59_000; // One second later.
			$this->change( "UPDATE {groups} SET external_id = 'none', modified = {now}, version = version + 1", $row );
			self::assertSame( array( self::MANY / 4 - $count - 1, 1 ), $quarter() );
		}
		// A change that was made before those, and stored after them.
		$this->now -= 65_000;
		$this->change( "UPDATE {groups} SET external_id = 'quarter', modified = {now}, version = version + 1", $rows[0] );
		self::assertSame( array( self::MANY / 4 - 3, 1 ), $quarter() );
	}

	/** What is left out before the first rows of the second page of thousands. */
	private function place_of_first(): array {
		list( $from, $offset ) = $this->counts()->place( 1001 );
		global $wpdb;
		$rows = array_map( 'intval', $wpdb->get_col( 'SELECT row_id FROM ' . Tables::name( 'groups' ) . " WHERE display_name_key LIKE 'counted %' ORDER BY row_id" ) );
		$here = array_values( array_filter( $rows, static fn( int $row ): bool => $row >= $from ) );
		return array_map( static fn( int $row ): int => $row - $rows[1001], array_slice( $here, $offset, 3 ) );
	}

	public function test_many_changes_and_many_notes_end_in_one_count_of_all(): void {
		$every = fn(): array => $this->counted( $this->counts() );
		$every();
		global $wpdb;
		RowCounts::note( Tables::name( 'groups' ), $this->first );
		$every();
		$before = $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = '" . RowCounts::OPTION . "'" );
		$this->change( 'DELETE FROM {groups}', $this->first + 9 );
		foreach ( range( 1, 201 ) as $number ) {
			RowCounts::note( Tables::name( 'groups' ), $this->first + $number );
		}
		self::assertSame( self::MANY - 1, $every()[0] );
		self::assertSame( 0, (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Tables::name( 'lookups' ) . " WHERE path = '!groups'" ), 'they are forgotten' );
		// A request that counted before wrote down later what it had counted.
		$wpdb->update( $wpdb->options, array( 'option_value' => $before ), array( 'option_name' => RowCounts::OPTION ) );
		self::assertSame( self::MANY - 1, $every()[0] );
		$this->change( 'DELETE FROM {groups}', $this->first );
		RowCounts::note( Tables::name( 'groups' ), $this->first );
		self::assertSame( self::MANY - 2, $every()[0] );

		$this->change( 'UPDATE {groups} SET modified = {now}, version = version + 1' );
		self::assertSame( array( self::MANY - 2, null ), $every() );

		RowCounts::note( Tables::name( 'groups' ), $this->first );
		RowCounts::purge();
		self::assertSame( 0, (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Tables::name( 'lookups' ) . ' WHERE row_id = 0' ) );
		self::assertSame( array( self::MANY - 2, null ), $every() );
	}

	public function test_a_total_over_memberships_is_counted_anew_when_a_group_changed(): void {
		$members = Tables::name( 'group_members' );
		$counts  = fn(): array => $this->counted( new RowCounts( Tables::name( 'groups' ), 'g', "NOT EXISTS ( SELECT 1 FROM $members m WHERE m.member_id = g.id ) AND g.display_name_key LIKE 'counted %%'", array() ) );
		self::assertSame( array( self::MANY, null ), $counts() );
		self::assertSame( array( self::MANY, 0 ), $counts() );
		global $wpdb;
		$wpdb->query( "INSERT INTO $members (group_row, member_id, member_kind) VALUES ($this->first, 'counted-" . ( $this->first + 3000 ) . "', 'Group')" );
		$this->change( 'UPDATE {groups} SET modified = {now}, version = version + 1', $this->first );
		self::assertSame( array( self::MANY - 1, null ), $counts() );
	}
}
