<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\People\UnlinkedAccounts;

/** People whose decision needs hardly any of their metas. */
final class FewMetasTest extends SiteTestCase {

	/** @return list<string> The ids of people who differ in what a decision reads of them. */
	private function people(): array {
		$records  = array();
		$accounts = array();
		foreach ( array( 'a', 'b', 'c', 'd', 'e' ) as $name ) {
			$records[ $name ]  = $this->create( "pu-few-$name", array(), array( 'role' => 'author', 'values' => array( 'field:nickname' => "Nick $name" ) ) );
			$accounts[ $name ] = get_userdata( $records[ $name ]['account']['user_id'] );
		}
		$accounts['b']->set_role( 'administrator' );
		$accounts['c']->add_cap( 'edit_users' );
		UnlinkedAccounts::add( $accounts['d']->ID );
		delete_user_meta( $accounts['e']->ID, $accounts['e']->cap_key );
		return array_column( $records, 'id' );
	}

	private function load_all( array $ids, array $targets = array() ): array {
		wp_cache_flush();
		$records = $this->run_command( 'load_users', array( 'ids' => $ids, 'targets' => $targets ) );
		return array_combine( array_column( $records, 'id' ), $records );
	}

	public function test_they_are_told_as_all_others_are(): void {
		$ids  = $this->people();
		$lean = $this->load_all( $ids );
		$full = $this->load_all( $ids, array( 'field:nickname' ) );
		self::assertSame( array( 'author', 'administrator', 'author', 'author', null ), array_map( static fn( string $id ): ?string => $lean[ $id ]['account']['roles'][0] ?? null, $ids ) );
		self::assertSame( array( false, true, true, false, false ), array_map( static fn( string $id ): bool => $lean[ $id ]['account']['protected'], $ids ) );
		self::assertSame( array( false, false, false, true, false ), array_map( static fn( string $id ): bool => $lean[ $id ]['account']['unlinked'], $ids ) );
		foreach ( $ids as $number => $id ) {
			self::assertSame( array( 'field:nickname' => 'Nick ' . 'abcde'[ $number ] ), $full[ $id ]['values'] );
			self::assertSame( array( 'values' => array() ) + $full[ $id ], array( 'values' => array() ) + $lean[ $id ] );
			self::assertSame( 'Nick ' . 'abcde'[ $number ], get_user_meta( $lean[ $id ]['account']['user_id'], 'nickname', true ), 'the cache holds no part of the metas' );
		}
	}

	/** A plugin that gives rights by some meta of its own is asked about each person. */
	public function test_who_asks_for_more_gets_it_for_all_at_once(): void {
		global $wpdb;
		$ids   = $this->people();
		$heard = array();
		$asks  = static function ( array $rights, array $names, array $arguments, \WP_User $user ) use ( &$heard ): array {
			$all                = (array) get_user_meta( $user->ID );
			$heard[ $user->ID ] = array( get_user_meta( $user->ID, 'nickname', true ), get_user_meta( $user->ID, 'pu_absent', true ), metadata_exists( 'user', $user->ID, 'nickname' ), metadata_exists( 'user', $user->ID, UnlinkedAccounts::meta_key() ), $all['nickname'] );
			return 'Nick d' === $all['nickname'][0] ? array( 'edit_users' => true ) + $rights : $rights;
		};
		$count = function ( array $some ) use ( $wpdb, $asks ): int {
			$before = $wpdb->num_queries;
			add_filter( 'user_has_cap', $asks, 10, 4 );
			try {
				$records = $this->load_all( $some );
			} finally {
				remove_filter( 'user_has_cap', $asks );
			}
			self::assertCount( count( $some ), $records );
			foreach ( $records as $id => $record ) {
				self::assertSame( in_array( $id, array( $some[1], $some[2] ), true ) || true === $record['account']['unlinked'], $record['account']['protected'] );
			}
			return $wpdb->num_queries - $before;
		};
		self::assertSame( $count( array_slice( $ids, 0, 3 ) ), $count( $ids ), 'as many statements for three people as for five' );
		// Who is protected by a stored right is not asked about.
		self::assertSame( array( array( 'Nick a', '', true, false, array( 'Nick a' ) ), array( 'Nick d', '', true, true, array( 'Nick d' ) ), array( 'Nick e', '', true, false, array( 'Nick e' ) ) ), array_values( $heard ) );
	}
}
