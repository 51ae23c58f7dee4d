<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Admin\PersonLinks;
use Rollbook\WordPress\Store\LargeCounts;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Counts of many rows are remembered, and not too long. */
final class LargeCountsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** How many lists were counted. */
	private int $counted = 0;

	protected function tearDown(): void {
		LargeCounts::forget();
		unset( $GLOBALS['current_screen'] );
		parent::tearDown();
	}

	/** @param array<int, int> $marks The marks. @return array<int, int> */
	private function count_of( array $marks, int $number ): array {
		return LargeCounts::of(
			'phpunit',
			$marks,
			function ( array $lists ) use ( $number ): array {
				$this->counted += count( $lists );
				return array_fill_keys( $lists, (string) $number );
			}
		);
	}

	public function test_many_are_counted_once_for_each_mark(): void {
		self::assertSame( array( 7 => 1001, 9 => 1001 ), $this->count_of( array( 7 => 1, 9 => 1 ), 1001 ) );
		self::assertSame( array( 7 => 1001, 9 => 2000 ), $this->count_of( array( 7 => 1, 9 => 2 ), 2000 ), 'of what has another mark' );
		self::assertSame( 3, $this->counted );
		LargeCounts::forget();
		self::assertSame( array( 7 => 5 ), $this->count_of( array( 7 => 1 ), 5 ) );
		self::assertSame( array( 7 => 6 ), $this->count_of( array( 7 => 1 ), 6 ), 'few are counted each time' );
	}

	public function test_a_count_is_remembered_for_a_minute(): void {
		$this->count_of( array( 7 => 1 ), 1001 );
		$kept         = get_transient( 'rollbook_large_counts' );
		$entry        = array_key_first( $kept );
		$kept[$entry] = array( 'at' => time() - 61 ) + $kept[$entry];
		set_transient( 'rollbook_large_counts', $kept, 60 );
		self::assertSame( array( 7 => 1002 ), $this->count_of( array( 7 => 1 ), 1002 ) );
		set_transient( 'rollbook_large_counts', 'what another plugin left', 60 );
		self::assertSame( array( 7 => 1003 ), $this->count_of( array( 7 => 1 ), 1003 ) );
	}

	/** Who comes and whom the owner deletes is in the total at once. */
	public function test_the_total_of_a_sorted_list_follows_the_accounts(): void {
		global $wpdb;
		$accounts = implode( ',', array_map( static fn( int $number ): string => "('pu-large-$number','pu-large-$number','pu-large-$number@phpunit.test','2020-01-01 00:00:00')", range( 1, 1001 ) ) );
		$wpdb->query( "INSERT INTO $wpdb->users (user_login, user_nicename, user_email, user_registered) VALUES $accounts" );
		$sent   = array();
		$listen = static function ( string $sql ) use ( &$sent ): string {
			$sent[] = $sql;
			return $sql;
		};
		add_filter( 'query', $listen );
		$total = function () use ( $wpdb, &$sent ): array {
			wp_cache_flush(); // WordPress remembers what a query has found.
			$sent  = array();
			$query = new \WP_User_Query( array( 'rollbook_sorted_by' => 'rollbook', 'number' => 2 ) );
			return array( $query->get_total(), count( preg_grep( "/COUNT\(\*\)\s+FROM $wpdb->users\b/", $sent ) ) );
		};
		try {
			$number = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->users" );
			self::assertSame( array( $number, 1 ), $total() );
			self::assertSame( array( $number, 0 ), $total() );
			wp_insert_user( array( 'user_login' => 'pu-large-new', 'user_pass' => 'x' ) );
			self::assertSame( array( $number + 1, 1 ), $total() );
			$GLOBALS['current_screen'] = new class() {
				/** What is_admin() asks. */
				public function in_admin(): bool {
					return true;
				}
			};
			require_once ABSPATH . 'wp-admin/includes/user.php';
			wp_delete_user( (int) $wpdb->get_var( "SELECT ID FROM $wpdb->users WHERE user_login = 'pu-large-7'" ) );
			self::assertSame( array( $number, 1 ), $total() );
		} finally {
			remove_filter( 'query', $listen );
			$wpdb->query( "DELETE FROM $wpdb->users WHERE user_login LIKE 'pu-large-%'" );
		}
	}

	/** Whether people are locked out is read with the rest of the list, and not for each of them. */
	public function test_a_list_asks_once_who_is_locked_out(): void {
		$jane = $this->provision( 'pu-large-out' );
		$out  = $this->account_of( $jane->id );
		$in   = $this->account_of( $this->provision( 'pu-large-in' )->id );
		$this->patch( $jane->id, 'active', false );
		AccessControl::forget_everybody();
		( new \ReflectionProperty( PersonLinks::class, 'possible' ) )->setValue( null, array() );
		PersonLinks::ask( array( $out->ID, $in->ID ) );
		$before = $GLOBALS['wpdb']->num_queries;
		self::assertSame( array( true, false ), array( AccessControl::is_locked_out( $out->ID ), AccessControl::is_locked_out( $in->ID ) ) );
		self::assertSame( $before, $GLOBALS['wpdb']->num_queries );
	}
}
