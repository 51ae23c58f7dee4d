<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Settings;

final class FindUsersTest extends SiteTestCase {

	/** @var string Marks the people of this test. */
	private const MARK = 'x-find-test';

	private function people( string ...$names ): void {
		foreach ( $names as $number => $name ) {
			$this->create( $name, array( 'external_id' => self::MARK ), array( 'logins' => array( "found-$number" ) ) );
		}
	}

	private function names( string $sql, array $arguments = array(), array $more = array() ): array {
		return array_column( $this->find( "u.external_id = %s AND $sql", array( self::MARK, ...$arguments ), $more )['users'], 'user_name' );
	}

	public function test_a_page_is_cut_ordered_and_counted(): void {
		$this->people( 'b', 'C', 'a' );
		self::assertSame( array( 'b', 'C', 'a' ), $this->names( '1=1' ) );
		$order = array(
			'order' => array(
				'column'     => 'user_name',
				'descending' => false,
			),
		);
		self::assertSame( array( 'a', 'b', 'C' ), $this->names( '1=1', array(), $order ) );
		self::assertSame( array( 'C', 'b' ), $this->names( '1=1', array(), array( 'limit' => 2, 'order' => array( 'column' => 'user_name', 'descending' => true ) ) ) );
		self::assertSame( array( 'C' ), $this->names( '1=1', array(), $order + array( 'offset' => 2 ) ) );
		self::assertSame( array(), $this->names( '1=1', array(), array( 'limit' => 0 ) ) );
		$found = $this->find( 'u.external_id = %s', array( self::MARK ), array( 'limit' => 1, 'count' => true ) );
		self::assertSame( 3, $found['total'] );
		self::assertSame( array( 'C', 'a' ), $this->names( '1=1', array(), array( 'after_row' => $found['users'][0]['row'] ) ) );
	}

	public function test_a_walk_goes_on_behind_a_row_in_any_order_and_direction(): void {
		$this->people( 'b', 'C', 'a' );
		$rows  = array_column( $this->find( 'u.external_id = %s', array( self::MARK ) )['users'], 'row', 'user_name' );
		$order = static fn( string $column, bool $descending ): array => array(
			'order' => array(
				'column'     => $column,
				'descending' => $descending,
			),
		);
		self::assertSame( array( 'b' ), $this->names( '1=1', array(), array( 'after_row' => $rows['C'], 'backward' => true ) ) );
		self::assertSame( array( 'a', 'C', 'b' ), $this->names( '1=1', array(), array( 'backward' => true ) ) );
		$behind_b = array(
			'after_row'   => $rows['b'],
			'after_value' => 'b',
		);
		self::assertSame( array( 'C' ), $this->names( '1=1', array(), $order( 'user_name_key', false ) + $behind_b ) );
		self::assertSame( array( 'a' ), $this->names( '1=1', array(), $order( 'user_name_key', true ) + $behind_b ) );
		self::assertSame( array( 'a' ), $this->names( '1=1', array(), $order( 'user_name_key', false ) + $behind_b + array( 'backward' => true ) ) );
		self::assertSame( array( 'C' ), $this->names( '1=1', array(), $order( 'user_name_key', true ) + $behind_b + array( 'backward' => true ) ) );
		$created = $this->find( 'u.external_id = %s', array( self::MARK ) )['users'][0]['created'];
		$behind  = array(
			'after_row'   => $rows['b'],
			'after_value' => $created,
		);
		self::assertSame( array( 'C', 'a' ), $this->names( '1=1', array(), $order( 'created', false ) + $behind ), 'ties go on by row' );
	}

	public function test_arguments_are_only_ever_values(): void {
		$awkward = "x' OR 1=1 -- \\ % _ %s 😀";
		$this->people( $awkward, 'pu-other' );
		self::assertSame( array( $awkward ), $this->names( 'u.user_name = %s', array( $awkward ) ) );
		self::assertSame( array(), $this->names( 'u.user_name = %s', array( "' OR '1'='1" ) ) );
	}

	public function test_like_takes_escaped_wildcards_for_themselves(): void {
		global $wpdb;
		$this->people( '100%', '100x', 'a_c', 'abc', 'd\\e' );
		$starts = fn( string $text ): array => $this->names( 'u.user_name_key LIKE %s', array( $wpdb->esc_like( $text ) . '%' ) );
		self::assertSame( array( '100%' ), $starts( '100%' ) );
		self::assertSame( array( 'a_c' ), $starts( 'a_' ) );
		self::assertSame( array( 'd\\e' ), $starts( 'd\\' ) );
	}

	public function test_binary_tells_upper_from_lower_case(): void {
		$this->people( 'PU-Jane' );
		self::assertSame( array( 'PU-Jane' ), $this->names( 'u.user_name = BINARY %s', array( 'PU-Jane' ) ) );
		self::assertSame( array(), $this->names( 'u.user_name = BINARY %s', array( 'pu-jane' ) ) );
		self::assertSame( array(), $this->names( 'NOT COALESCE(u.external_id = %s, 0)', array( self::MARK ) ) );
	}

	public function test_accents_make_a_difference(): void {
		$this->people( 'pu-josé', 'pu-jose', 'straße', 'strasse' );
		self::assertSame( array( 'pu-jose' ), $this->names( 'u.user_name_key = %s', array( 'pu-jose' ) ) );
		self::assertSame( array( 'straße' ), $this->names( 'u.user_name_key = %s', array( 'straße' ) ) );
	}

	public function test_an_order_by_anything_else_is_no_order(): void {
		$this->expectException( \UnexpectedValueException::class );
		$this->names( '1=1', array(), array( 'order' => array( 'column' => 'document; DROP TABLE x', 'descending' => false ) ) );
	}

	public function test_a_page_costs_the_same_number_of_statements_however_long_it_is(): void {
		global $wpdb;
		$this->people( 'pu-p1', 'pu-p2', 'pu-p3', 'pu-p4', 'pu-p5' );
		$count = function ( int $limit ) use ( $wpdb ): int {
			wp_cache_flush();
			Settings::document(); // WordPress reads its options with every request.
			$before = $wpdb->num_queries;
			$found  = $this->run_command(
				'find_users',
				array(
					'selection' => $this->selection( 'u.external_id = %s', array( self::MARK ), array( 'limit' => $limit ) ),
					'unmanaged' => false,
					'targets'   => array( 'field:first_name', 'meta:x' ),
				)
			);
			self::assertCount( $limit, $found['users'] );
			return $wpdb->num_queries - $before;
		};
		self::assertSame( $count( 1 ), $count( 5 ) );
		self::assertLessThanOrEqual( 4, $count( 5 ) );
	}

	public function test_accounts_that_nobody_manages_are_left_out_where_they_do_not_count(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-local', 'user_pass' => 'x' ) );
		$this->run_command(
			'register_accounts',
			array(
				'accounts' => array(
					array(
						'user_id'       => $user_id,
						'user_name'     => 'pu-local',
						'user_name_key' => 'pu-local',
						'created'       => 1,
						'lookups'       => array(),
					),
				),
				'now'      => 2,
			)
		);
		$find = fn( bool $unmanaged ): array => $this->run_command(
			'find_users',
			array(
				'selection' => $this->selection( 'u.user_id = %d', array( $user_id ) ),
				'unmanaged' => $unmanaged,
				'targets'   => array(),
			)
		)['users'];
		self::assertCount( 1, $find( true ) );
		self::assertCount( 0, $find( false ) );
	}

	public function test_who_stands_in_the_way_is_found_by_name_and_address(): void {
		$one = $this->create( 'pu-one', array(), array( 'email' => 'one@phpunit.test' ) );
		$two = $this->create( 'pu-two' );
		$ids = fn( string $key, ?string $email ): array => array_column( $this->conflicts( array( 'user_name_key' => $key, 'email' => $email ) )['people'], 'id' );
		self::assertSame( array( $one['id'], $two['id'] ), $ids( 'pu-two', 'ONE@phpunit.test' ) );
		self::assertSame( array( $two['id'] ), $ids( 'pu-two', null ) );
		self::assertSame( array(), $ids( 'pu-three', '' ), 'people without an address have none in common' );
	}
}
