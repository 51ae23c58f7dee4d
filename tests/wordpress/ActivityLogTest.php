<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Upkeep\TaskRun;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What is written down: each request and each thing that decides what requests may do, with who and from where. */
final class ActivityLogTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const SUMMARY = array(
		'method'   => 'PATCH',
		'path'     => '/Users/activity-log-test',
		'status'   => 200,
		'token'    => 7,
		'refusal'  => null,
		'resource' => 'activity-log-test',
		'name'     => 'Jané',
		'action'   => 'updated',
		'changes'  => array( 'name.givenName', 'urn:x:y' ),
		'detail'   => null,
		'failure'  => null,
		'dialects' => array(),
		'events'   => array(),
	);

	private int $newest;

	protected function setUp(): void {
		parent::setUp();
		$this->newest           = $this->newest();
		$_SERVER['REMOTE_ADDR'] = '2001:db8::7';
	}

	protected function tearDown(): void {
		global $wpdb;
		unset( $_SERVER['REMOTE_ADDR'] );
		wp_set_current_user( 0 );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest" );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'tokens' ) . " WHERE name LIKE 'pu-%'" );
		parent::tearDown();
	}

	private function newest(): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
	}

	/** The rows of this test, the first one first; of each the columns that say something. */
	private function rows( int $at_least = 0 ): array {
		global $wpdb;
		$read = fn(): array => $wpdb->get_results( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest ORDER BY id", ARRAY_A );
		// A request is written down when its client is gone.
		for ( $patience = 100; $patience > 0 && count( $read() ) < $at_least; --$patience ) {
			usleep( 50_000 );
		}
		return array_map( static fn( array $row ): array => array_filter( $row, static fn( ?string $value ): bool => null !== $value ), $read() );
	}

	/** How many refusals were counted today, of each reason. */
	private function refusals(): array {
		global $wpdb;
		return array_column( $wpdb->get_results( 'SELECT reason, times FROM ' . Tables::name( 'refusals' ) . ' ORDER BY reason', ARRAY_A ), 'times', 'reason' );
	}

	private function as_administrator(): \WP_User {
		$user = get_users( array( 'role' => 'administrator' ) )[0];
		wp_set_current_user( $user->ID );
		return $user;
	}

	public function test_a_request_is_one_row(): void {
		$this->as_administrator(); // Some plugin's doing; a request has a token.
		ActivityLog::record( self::SUMMARY, 12.6 );
		list( $row ) = $this->rows();
		self::assertEqualsWithDelta( Tokens::now(), (int) $row['time'], 5000 );
		unset( $row['id'], $row['time'] );
		self::assertEquals(
			array(
				'kind'          => 'request',
				'token_id'      => 7,
				'address'       => '2001:db8::7',
				'method'        => 'PATCH',
				'path'          => '/Users/activity-log-test',
				'status'        => 200,
				'duration_ms'   => 13,
				'outcome'       => 'done',
				'notable'       => 1,
				'action'        => 'updated',
				'resource_id'   => 'activity-log-test',
				'resource_name' => 'Jané',
				'name_key'      => 'jané',
				'changes'       => '["name.givenName","urn:x:y"]',
			),
			$row
		);
	}

	public function test_what_is_too_long_is_cut_and_what_is_no_address_left_out(): void {
		$_SERVER['REMOTE_ADDR'] = '<b>';
		ActivityLog::record(
			array(
				'method' => str_repeat( 'X', 99 ),
				'path'   => str_repeat( 'ж', 9999 ),
				'name'   => str_repeat( 'ж', 999 ),
			) + self::SUMMARY,
			0.0
		);
		self::assertSame( array( 16, 2000, 255 ), array_map( 'mb_strlen', array( $this->rows()[0]['method'], $this->rows()[0]['path'], $this->rows()[0]['resource_name'] ) ) );
		self::assertArrayNotHasKey( 'address', $this->rows()[0] );
	}

	public function test_old_entries_go_once_a_day(): void {
		global $wpdb;
		$age = function ( int $days ) use ( $wpdb ): void {
			$wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . ' SET time = ' . ( Tokens::now() - $days * 86400000 ) . " WHERE id > $this->newest" );
			$wpdb->query( 'UPDATE ' . Tables::name( 'refusals' ) . ' SET day = ' . ( intdiv( Tokens::now(), 86400000 ) - $days ) . " WHERE reason = 'pu'" );
		};
		$was = get_option( ActivityLog::OPTION );
		update_option( ActivityLog::OPTION, Tokens::now() );
		ActivityLog::record( self::SUMMARY, 1.0 );
		ActivityLog::record( array( 'token' => null, 'refusal' => 'pu' ) + self::SUMMARY, 1.0 );
		$age( 91 );
		ActivityLog::record( self::SUMMARY, 1.0 );
		self::assertCount( 2, $this->rows(), 'today they were looked for already' );
		update_option( ActivityLog::OPTION, Tokens::now() - 86400001 );
		ActivityLog::record( self::SUMMARY, 1.0 );
		self::assertCount( 2, $this->rows() );
		self::assertArrayNotHasKey( 'pu', $this->refusals() );
		update_option( ActivityLog::OPTION, $was );
	}

	/** Requests without a valid token, each of which anybody can send any number of times, are counted. */
	public function test_refusals_are_counted(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'refusals' ) );
		$requests = array(
			''                                   => 'missing',
			'Digest x'                           => 'not_bearer',
			'Bearer '                            => 'not_bearer',
			'Bearer secret'                      => 'too_short',
			'Bearer rb_' . str_repeat( 'a', 58 ) => 'mistyped',
			'Bearer ' . str_repeat( 'k7', 20 )   => 'unknown',
		);
		$browser  = new Browser( $this->service()->scim );
		foreach ( array( 1, 2 ) as $round ) {
			foreach ( array_keys( $requests ) as $header ) {
				self::assertSame( 401, $browser->fetch( '/Users/' . str_repeat( 'x', 900 ), null, '' === $header ? array() : array( "Authorization: $header" ) )->status );
			}
		}
		for ( $patience = 100; $patience > 0 && array_sum( $this->refusals() ) < 12; --$patience ) {
			usleep( 50_000 );
		}
		self::assertEquals( array( 'missing' => 2, 'mistyped' => 2, 'not_bearer' => 4, 'too_short' => 2, 'unknown' => 2 ), $this->refusals() );
		self::assertSame( array(), $this->rows() );
		$row = $wpdb->get_row( 'SELECT * FROM ' . Tables::name( 'refusals' ) . " WHERE reason = 'missing'" );
		self::assertSame( array( '127.0.0.1', (string) intdiv( Tokens::now(), 86400000 ) ), array( $row->last_address, $row->day ) );
		self::assertEqualsWithDelta( Tokens::now(), (int) $row->last_time, 60_000 );

		$this->settings( array( 'allowed_networks' => array( '192.0.2.0/24' ) ) );
		$this->newest = $this->newest();
		self::assertSame( 403, $this->scim( 'GET', '/Users' )->status );
		for ( $patience = 100; $patience > 0 && ! isset( $this->refusals()['network'] ); --$patience ) {
			usleep( 50_000 );
		}
		self::assertSame( '1', $this->refusals()['network'] );
		for ( $count = 0; $count < 400; ++$count ) {
			ActivityLog::record( array( 'token' => null, 'refusal' => 'unknown' ) + self::SUMMARY, 1.0 );
		}
		self::assertSame( '402', $this->refusals()['unknown'] );
		self::assertSame( array(), $this->rows() );
		self::assertCount( 6, $this->refusals() );
	}

	/** What a valid token may not do is a row. */
	public function test_who_has_a_token_and_is_refused_is_written_down(): void {
		self::assertSame( 404, $this->scim( 'GET', '/Users/nobody-here' )->status );
		$row = $this->rows( 1 )[0];
		self::assertSame( array( 'request', 'refused', '404', '127.0.0.1' ), array( $row['kind'], $row['action'], $row['status'], $row['address'] ) );
		self::assertArrayHasKey( 'token_id', $row );
	}

	public function test_tokens_come_and_go_with_who_did_it(): void {
		$user = $this->as_administrator();
		Tokens::create( 'pu-made', 'read', 4102444800000 );
		Tokens::add_own( 'k7Gq2xVb9Lm1Zx8Cv3Bn6Ty5Re0WsuJd', 'pu-own' );
		wp_set_current_user( 0 );
		unset( $_SERVER['REMOTE_ADDR'] );
		$id = (int) $this->rows()[0]['token_id'];
		Tokens::revoke( $id );
		Tokens::revoke( $id );
		$rows = $this->rows();
		self::assertSame( array( array( 'token', 'created' ), array( 'token', 'added' ), array( 'token', 'revoked' ) ), array_map( static fn( array $row ): array => array( $row['kind'], $row['action'] ), $rows ) );
		self::assertSame( array( 'pu-made', 'pu-own', 'pu-made' ), array_column( $rows, 'resource_name' ) );
		foreach ( array( 0, 1 ) as $which ) {
			self::assertSame( array( (string) $user->ID, $user->user_login, '2001:db8::7' ), array( $rows[ $which ]['actor_id'], $rows[ $which ]['actor'], $rows[ $which ]['address'] ) );
		}
		self::assertSame( '[{"scope":"read","expires":4102444800000}]', $rows[0]['changes'] );
		self::assertArrayNotHasKey( 'actor', $rows[2] );
		self::assertArrayNotHasKey( 'address', $rows[2] );
		self::assertStringNotContainsString( 'k7Gq2', (string) wp_json_encode( $rows ) );
		self::assertStringNotContainsString( hash( 'sha256', 'k7Gq2xVb9Lm1Zx8Cv3Bn6Ty5Re0WsuJd' ), (string) wp_json_encode( $rows ) );
	}

	public function test_settings_tell_what_they_were_and_are(): void {
		$user = $this->as_administrator();
		$this->settings( array( 'default_role' => 'author' ) );
		$this->settings( array( 'default_role' => 'author' ) );
		$this->settings( array( 'username' => array( 'rename' => true ), 'allowed_networks' => array( '10.0.0.0/8' ) ) );
		update_option( Settings::OPTION, array( 'welcome_mail' => true, 'client_secret' => 'suppress_mail', 'default_role' => str_repeat( 'x', 5000 ) ) + Settings::document() );
		delete_option( Settings::OPTION );
		$rows = $this->rows();
		self::assertSame( array( 'changed', 'changed', 'changed', 'deleted' ), array_column( $rows, 'action' ) );
		self::assertSame( array( 'settings' ), array_unique( array_column( $rows, 'kind' ) ) );
		self::assertSame( array( $user->user_login ), array_unique( array_column( $rows, 'actor' ) ) );
		self::assertSame( '[{"key":"default_role","before":"subscriber","after":"author"}]', $rows[0]['changes'] );
		self::assertSame( '[{"key":"username.rename","before":false,"after":true},{"key":"allowed_networks","before":"[]","after":"[\"10.0.0.0/8\"]"}]', $rows[1]['changes'] );
		self::assertStringContainsString( '{"key":"client_secret","before":null,"after":"…"}', $rows[2]['changes'] );
		self::assertStringNotContainsString( 'suppress_mail', $rows[2]['changes'] );
		self::assertLessThan( 2000, strlen( $rows[2]['changes'] ) );
	}

	/** Links are told one by one, also among the operations of a bulk request; unlinking with who did it. */
	public function test_links_and_unlinks(): void {
		$operations = array();
		foreach ( array( 'pu-link-a', 'pu-link-b' ) as $login ) {
			wp_insert_user( array( 'user_login' => $login, 'user_pass' => 'x', 'user_email' => "$login@phpunit.test" ) );
			$found        = $this->scim( 'GET', '/Users?filter=' . rawurlencode( "emails.value eq \"$login@phpunit.test\"" ) )->json->Resources[0];
			$operations[] = array(
				'method' => 'PATCH',
				'path'   => "/Users/$found->id",
				'data'   => array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'title', 'value' => 'x' ) ) ),
			);
		}
		$this->rows( 2 );
		$this->newest = $this->newest();
		$answer       = $this->scim( 'POST', '/Bulk', array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations ) );
		self::assertSame( array( '200', '200' ), array_column( $answer->json->Operations, 'status' ), $answer->body );
		$rows = $this->rows( 3 );
		self::assertSame( array( 'request', 'link', 'link' ), array_column( $rows, 'kind' ) );
		self::assertSame( array( 'bulk', 'linked', 'linked' ), array_column( $rows, 'action' ) );
		self::assertSame( array_map( static fn( array $operation ): string => substr( $operation['path'], 7 ), $operations ), array_column( array_slice( $rows, 1 ), 'resource_id' ) );
		self::assertSame( array( $rows[0]['token_id'] ), array_unique( array_column( $rows, 'token_id' ) ) );
		self::assertSame( array( '127.0.0.1' ), array_unique( array_column( $rows, 'address' ) ) );

		$user         = $this->as_administrator();
		$this->newest = $this->newest();
		ActivityLog::record( array( 'method' => 'TASK', 'path' => '/unlinking', 'token' => null, 'action' => 'unlinked' ) + self::SUMMARY, 1.0 );
		$row = $this->rows()[0];
		self::assertSame( array( 'task', 'unlinked', (string) $user->ID ), array( $row['kind'], $row['action'], $row['actor_id'] ) );
	}

	public function test_tasks_for_everybody_are_told_when_they_begin(): void {
		$user = $this->as_administrator();
		TaskRun::begin( TaskRun::ROLES, false, array() );
		self::assertSame( array(), $this->rows(), 'a preview changes nothing' );
		TaskRun::begin( TaskRun::ROLES, true, array() );
		TaskRun::discard( TaskRun::ROLES );
		$row = $this->rows()[0];
		self::assertSame( array( 'task', 'begun', 'roles', $user->user_login ), array( $row['kind'], $row['action'], $row['resource_name'], $row['actor'] ) );
	}

	/** A new mapping is written to everybody: when that began and ended is told, with what changed, and nothing where nothing did. */
	public function test_a_catch_up_is_told_once(): void {
		$was = get_option( CatchUp::OPTION );
		$map = fn( string ...$targets ): mixed => $this->settings( array( 'mappings' => array_map( static fn( string $target ): array => array( 'path' => 'title', 'target' => $target ), $targets ) ) );
		$run = function (): array {
			$this->newest = $this->newest();
			CatchUp::action_event();
			$rows = array_filter( $this->rows(), static fn( array $row ): bool => ActivityLog::CATCH_UP === $row['kind'] );
			return array_map( static fn( array $row ): array => array( $row['action'], $row['changes'] ), array_values( $rows ) );
		};
		try {
			$map( 'meta:pu_told' );
			$person = $this->provision( 'pu-caught', array( 'title' => 'Dr' ) );
			$run();
			self::assertSame( array(), $run() );
			$map( 'meta:pu_told', 'meta:pu_added' );
			self::assertSame( array( array( 'begun', '["meta:pu_added"]' ), array( 'finished', '["meta:pu_added"]' ) ), $run() );
			wp_cache_flush();
			self::assertSame( 'Dr', get_user_meta( $this->account_of( $person->id )->ID, 'pu_added', true ) );
			self::assertSame( array(), $run() );
		} finally {
			false === $was ? delete_option( CatchUp::OPTION ) : update_option( CatchUp::OPTION, $was, false );
		}
	}

	/** Revocation reaches a request that is running: nothing further is done. */
	public function test_revocation_ends_a_running_bulk(): void {
		$file = WPMU_PLUGIN_DIR . '/rollbook-test-revoke.php';
		$text = Tokens::create( 'pu-running' );
		file_put_contents( $file, '<?php add_action( "user_register", static function ( $id ) { if ( "pu-r2" === get_userdata( $id )->user_login ) { Rollbook\WordPress\Store\Tokens::revoke( ' . Tokens::all()[0]['id'] . ' ); } } );' );
		$operations = array_map(
			static fn( int $number ): array => array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => "r$number", 'data' => array( 'userName' => "pu-r$number" ) ),
			range( 1, 4 )
		);
		try {
			$browser = new Browser( $this->service()->scim );
			$answer  = $browser->fetch( '/Bulk', (string) wp_json_encode( array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => $operations ) ), array( "Authorization: Bearer $text", 'Content-Type: application/scim+json' ) );
		} finally {
			unlink( $file );
		}
		self::assertSame( array( '201', '201', '401', '401' ), array_column( json_decode( $answer->body )->Operations, 'status' ), $answer->body );
		wp_cache_flush();
		self::assertSame( array( true, true, false, false ), array_map( static fn( int $number ): bool => (bool) username_exists( "pu-r$number" ), range( 1, 4 ) ) );
	}
}
