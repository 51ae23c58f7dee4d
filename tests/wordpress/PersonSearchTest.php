<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\People\PersonSearch;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Upkeep\SettingsWriter;

require_once __DIR__ . '/KeepsSettings.php';

/** The person who gets the content: found, shown, refused. */
final class PersonSearchTest extends SiteTestCase {

	use KeepsSettings;

	/** By name, login, e-mail address and number; who may not hold content is found with the reason. */
	public function test_somebody_is_found_by_name_login_address_and_number(): void {
		$record = $this->create( 'pu-archive', array(), array( 'email' => 'keeper@phpunit.test' ) );
		$id     = (int) $record['account']['user_id'];
		wp_update_user( array( 'ID' => $id, 'display_name' => 'Zoë 100% Archivist' ) );
		foreach ( array( 'pu-arch', 'PU-ARCHIVE', 'keeper@php', 'archivist', '100% Arch', (string) $id, ' pu-archive ' ) as $typed ) {
			self::assertContains( $id, array_column( PersonSearch::find( $typed ), 'id' ), $typed );
		}
		foreach ( array( '', '100_ Arch', 'chive@', 'nobody at all' ) as $typed ) {
			self::assertNotContains( $id, array_column( PersonSearch::find( $typed ), 'id' ), $typed );
		}
		foreach ( array( 'pu-archive', (string) $id, 'keeper@phpunit.test' ) as $typed ) {
			self::assertSame( 'pu-archive', PersonSearch::login_of( $typed ) );
		}
		self::assertSame( 'Zoë', PersonSearch::login_of( 'Zoë' ), 'A name may be that of several.' );
		self::assertNull( PersonSearch::unfit( 'pu-archive' ) );
		$GLOBALS['wpdb']->update( Tables::name( 'users' ), array( 'active' => 0 ), array( 'user_id' => $id ) );
		\Rollbook\WordPress\Access\AccessControl::forget( $id );
		self::assertStringContainsString( 'is deactivated', SettingsProblem::reason( PersonSearch::unfit( 'pu-archive' ) ) );
		self::assertContains( $id, array_column( PersonSearch::find( 'pu-arch' ), 'id' ) );
	}

	/** What the search asks is answered by an index, and the page is short, however many there are. */
	public function test_a_search_shows_ten_people(): void {
		for ( $number = 0; $number < 12; ++$number ) {
			$this->create( "pu-many-$number" );
		}
		self::assertCount( PersonSearch::MOST, PersonSearch::find( 'pu-many' ) );
	}

	/** Nobody is named who does not exist, at any door: the screen, WP-CLI and an import all save by merge(). */
	public function test_an_unknown_person_is_refused(): void {
		foreach ( array( 'deactivate', 'reassign' ) as $policy ) {
			try {
				SettingsWriter::merge( array( 'deletion' => array( 'policy' => $policy, 'reassign_to' => 'pu-nobody' ) ) );
				self::fail( 'It was saved.' );
			} catch ( InvalidSettings $refusal ) {
				self::assertSame( array( 'deletion.reassign_to' ), array_column( $refusal->problems(), 'place' ) );
			}
		}
	}
}
