<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\ActivityScreen;
use Rollbook\WordPress\Endpoint\ActivityBodies;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\FastLane;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What was sent and answered, kept beside the entries of the log: where the owner wants it, without secrets, and as long as the entry. */
final class BodiesTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PASSWORD = 'correct horse battery';

	private int $newest;

	protected function setUp(): void {
		parent::setUp();
		$this->newest = (int) Database::value( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
	}

	/** The entries of this test with a request, the first one first. */
	private function entries( int $at_least ): array {
		$read = fn(): array => Database::rows( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest AND kind = 'request' ORDER BY id" );
		// A request is written down when its client is gone; its bodies right after its entry.
		for ( $patience = 100; $patience > 0 && count( $read() ) < $at_least; --$patience ) {
			usleep( 50_000 );
		}
		usleep( 100_000 );
		return $read();
	}

	/** All that the tables of the log hold. */
	private function everything(): string {
		return (string) wp_json_encode( array( Database::rows( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest" ), Database::rows( 'SELECT * FROM ' . Tables::name( 'bodies' ) . " WHERE activity_id > $this->newest" ) ) );
	}

	private function shown( int $entry ): string {
		wp_set_current_user( get_users( array( 'role' => 'administrator' ) )[0]->ID );
		$_GET['entry'] = (string) $entry;
		ob_start();
		ActivityScreen::render();
		unset( $_GET['entry'] );
		wp_set_current_user( 0 );
		return (string) ob_get_clean();
	}

	public function test_what_did_not_go_well_is_kept_and_shown_without_its_secrets(): void {
		$this->assertSame( 201, $this->scim( 'POST', '/Users', array( 'schemas' => array(), 'userName' => 'bodies-good@contoso.test' ) )->status );
		$this->assertSame( 400, $this->scim( 'POST', '/Users', array( 'schemas' => array(), 'title' => '<b>Boss</b>', 'password' => self::PASSWORD, 'nickName' => self::PASSWORD ) )->status );
		list( $good, $bad ) = $this->entries( 2 );
		$this->assertSame( array(), ActivityBodies::of( (int) $good['id'] ) );
		$bodies = ActivityBodies::of( (int) $bad['id'] );
		$this->assertSame( array( 'schemas' => array(), 'title' => '<b>Boss</b>', 'password' => '…', 'nickName' => '…' ), json_decode( $bodies['request']['text'], true ) );
		$this->assertSame( '400', json_decode( $bodies['answer']['text'], true )['status'] );
		$this->assertStringNotContainsString( 'horse', $this->everything() );
		$page = $this->shown( (int) $bad['id'] );
		$this->assertStringContainsString( '&lt;b&gt;Boss&lt;/b&gt;', $page );
		$this->assertStringContainsString( 'What was answered', $page );
		$this->assertStringContainsString( 'is not kept for this request', $this->shown( (int) $good['id'] ) );
	}

	/** Neither by the way that plugins take nor by the one before them. */
	public function test_the_owner_says_what_is_kept_and_the_fast_lane_does_the_same(): void {
		foreach ( array( false, true ) as $lane ) {
			$this->settings( array( 'fast_lane' => $lane ) );
			foreach ( array( 'none' => 0, 'problems' => 1, 'all' => 2 ) as $wish => $kept ) {
				$this->settings( array( 'activity_bodies' => $wish ) );
				$this->scim( 'GET', '/Users?count=0' ); // Has the lane looked at once more.
				$this->entries( 1 );
				$this->assertTrue( ! $lane || array() === FastLane::found() );
				$this->newest = (int) Database::value( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
				$this->assertSame( 200, $this->scim( 'GET', '/Users?count=1&filter=' . rawurlencode( 'title eq "Clerk"' ) )->status );
				$this->assertSame( 400, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'password eq "' . self::PASSWORD . '" and' ) )->status );
				$bodies = array_values( array_filter( array_map( static fn( array $entry ): array => ActivityBodies::of( (int) $entry['id'] ), $this->entries( 2 ) ) ) );
				$this->assertCount( $kept, $bodies, $wish );
				$this->assertTrue( 0 === $kept || "filter=password…\n" === $bodies[ $kept - 1 ]['request']['text'] );
				$this->assertTrue( 2 > $kept || "count=1\nfilter=title eq \"Clerk\"\n" === $bodies[0]['request']['text'] );
				$this->assertStringNotContainsString( 'horse', $this->everything() );
			}
		}
	}

	public function test_a_form_and_what_is_cut_are_told_by_their_size(): void {
		$this->settings( array( 'activity_bodies' => 'all' ) );
		$site = $this->service();
		file_get_contents( "$site->scim/Users", false, stream_context_create( array( 'http' => array( 'method' => 'POST', 'header' => array( "Authorization: Bearer $site->token", 'Content-Type: application/x-www-form-urlencoded' ), 'content' => 'password=' . rawurlencode( self::PASSWORD ), 'ignore_errors' => true ) ) ) );
		$this->provision( 'bodies-large@contoso.test', array( 'urn:contoso:User:list' => array_fill( 0, 400, str_repeat( 'x', 90 ) ) ) );
		list( $form, $large ) = $this->entries( 2 );
		$this->assertNull( ActivityBodies::of( (int) $form['id'] )['request']['text'] );
		$this->assertStringContainsString( 'cannot be read as JSON', $this->shown( (int) $form['id'] ) );
		$this->assertTrue( ActivityBodies::of( (int) $large['id'] )['request']['is_cut'] );
		$this->assertStringContainsString( 'Cut after 16 KB', $this->shown( (int) $large['id'] ) );
		$this->assertStringNotContainsString( 'horse', $this->everything() );
	}

	public function test_bodies_go_with_the_entries(): void {
		$count = static fn(): int => (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( 'bodies' ) );
		$some  = array( 'request' => array( 'text' => '{}', 'size' => 2, 'is_cut' => false ), 'answer' => null );
		ActivityBodies::keep( PHP_INT_MAX, Tokens::now() - 91 * DAY_IN_SECONDS * 1000, $some );
		ActivityBodies::keep( PHP_INT_MAX - 1, Tokens::now(), $some );
		$before = $count();
		update_option( ActivityLog::OPTION, Tokens::now() - DAY_IN_SECONDS * 1000 - 1 );
		ActivityLog::tell( ActivityLog::TASK, 'done' );
		$this->assertSame( $before - 1, $count(), 'what is too old' );
		ActivityLog::clear();
		$this->assertSame( 0, $count() );
	}

	public function test_bodies_are_exported_and_erased_with_the_person(): void {
		$this->settings( array( 'activity_bodies' => 'all' ) );
		$address = 'bodies-privacy@contoso.test';
		$person  = $this->provision( $address, array( 'title' => 'Keeper of "secrets"', 'emails' => array( array( 'value' => $address, 'primary' => true ) ) ) );
		$this->provision( 'bodies-other@contoso.test' );
		$this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName co "BODIES-privacy"' ) );
		$this->entries( 3 );
		$exporter = apply_filters( 'wp_privacy_personal_data_exporters', array() )['rollbook']['callback'];
		$this->assertStringContainsString( 'Keeper of \"secrets\"', implode( "\n", array_column( array_merge( ...array_column( $exporter( $address )['data'], 'data' ) ), 'value' ) ) );
		$this->assertStringContainsString( $person->id, $this->everything() );
		$eraser = apply_filters( 'wp_privacy_personal_data_erasers', array() )['rollbook']['callback'];
		$page   = 0;
		do {
			$step = $eraser( $address, ++$page );
		} while ( ! $step['done'] );
		$this->assertTrue( $step['items_removed'] );
		foreach ( array( $person->id, $address, 'Keeper' ) as $trace ) {
			$this->assertStringNotContainsString( $trace, $this->everything() );
		}
		$this->assertStringContainsString( 'bodies-other@contoso.test', $this->everything(), 'another person keeps theirs' );
	}
}
