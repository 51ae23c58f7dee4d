<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\ActivityLog;
use Rollbook\WordPress\Tables;
use Rollbook\WordPress\Tokens;

final class ActivityLogTest extends SiteTestCase {

	private const SUMMARY = array(
		'method'   => 'PATCH',
		'path'     => '/Users/activity-log-test',
		'status'   => 200,
		'token'    => 7,
		'resource' => 'activity-log-test',
		'name'     => 'Jané',
		'action'   => 'updated',
		'changes'  => array( 'name.givenName', 'urn:x:y' ),
		'detail'   => null,
		'failure'  => null,
		'dialects' => array(),
	);

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE resource_id = 'activity-log-test'" );
		parent::tearDown();
	}

	private function rows(): array {
		global $wpdb;
		return $wpdb->get_results( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE resource_id = 'activity-log-test' ORDER BY id", ARRAY_A );
	}

	public function test_a_request_is_one_row(): void {
		ActivityLog::record( self::SUMMARY, 12.6 );
		list( $row ) = $this->rows();
		self::assertEqualsWithDelta( Tokens::now(), (int) $row['time'], 5000 );
		unset( $row['id'], $row['time'] );
		self::assertEquals(
			array(
				'token_id'      => 7,
				'method'        => 'PATCH',
				'path'          => '/Users/activity-log-test',
				'status'        => 200,
				'duration_ms'   => 13,
				'action'        => 'updated',
				'resource_id'   => 'activity-log-test',
				'resource_name' => 'Jané',
				'detail'        => null,
				'failure'       => null,
				'changes'       => '["name.givenName","urn:x:y"]',
				'dialects'      => null,
			),
			$row
		);
	}

	public function test_what_is_too_long_is_cut(): void {
		ActivityLog::record(
			array(
				'method' => str_repeat( 'X', 99 ),
				'path'   => str_repeat( 'ж', 9999 ),
				'name'   => str_repeat( 'ж', 999 ),
			) + self::SUMMARY,
			0.0
		);
		self::assertSame( array( 16, 2000, 255 ), array_map( 'mb_strlen', array( $this->rows()[0]['method'], $this->rows()[0]['path'], $this->rows()[0]['resource_name'] ) ) );
	}

	public function test_old_entries_go_once_a_day(): void {
		global $wpdb;
		$age = static fn( int $days ): int|false => $wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . ' SET time = ' . ( Tokens::now() - $days * 86400000 ) . " WHERE resource_id = 'activity-log-test'" );
		$was = get_option( ActivityLog::OPTION );
		delete_option( ActivityLog::OPTION );
		ActivityLog::record( self::SUMMARY, 1.0 );
		$age( 91 );
		ActivityLog::record( self::SUMMARY, 1.0 );
		self::assertCount( 2, $this->rows(), 'today they were looked for already' );
		update_option( ActivityLog::OPTION, Tokens::now() - 86400001 );
		ActivityLog::record( self::SUMMARY, 1.0 );
		self::assertCount( 2, $this->rows() );
		false === $was ? delete_option( ActivityLog::OPTION ) : update_option( ActivityLog::OPTION, $was );
	}
}
