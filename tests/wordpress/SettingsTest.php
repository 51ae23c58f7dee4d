<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use PHPUnit\Framework\TestCase;
use Rollbook\InvalidSettings;
use Rollbook\WordPress\Settings;

require_once __DIR__ . '/KeepsSettings.php';

/** What is stored, and what is not. */
final class SettingsTest extends TestCase {

	use KeepsSettings;

	/** A new site has the defaults, and nothing is stored by reading them. */
	public function test_begins_with_the_defaults(): void {
		$this->assertSame( \Rollbook\Settings::defaults(), Settings::document() );
		$this->assertFalse( get_option( Settings::OPTION ) );
		$this->assertFalse( Settings::answers_wpo365() );
	}

	/** Objects are merged, lists replaced. */
	public function test_merges_objects_and_replaces_lists(): void {
		Settings::merge(
			array(
				'protected_roles' => array( 'administrator', 'editor' ),
				'username'        => array( 'from' => 'email' ),
			)
		);
		$document = Settings::merge(
			array(
				'protected_roles' => array( 'administrator' ),
				'username'        => array( 'rename' => true ),
				'compatibility'   => array( 'wpo365_route' => true ),
			)
		);
		$this->assertSame( $document, Settings::document() );
		$this->assertSame( array( 'administrator' ), $document['protected_roles'] );
		$this->assertSame( array( 'email', true ), array( $document['username']['from'], $document['username']['rename'] ) );
		$this->assertSame( 90, $document['activity_days'] );
		$this->assertTrue( Settings::answers_wpo365() );
	}

	/** A refused document names its problems and changes nothing. */
	public function test_stores_nothing_that_is_refused(): void {
		$before = Settings::merge( array( 'welcome_mail' => true ) );
		try {
			Settings::merge(
				array(
					'welcome_mail' => false,
					'deletion'     => array( 'policy' => 'reassign' ),
				)
			);
			$this->fail( 'A policy without an heir was accepted.' );
		} catch ( InvalidSettings $refusal ) {
			$this->assertSame( array( 'deletion.reassign_to' ), array_column( $refusal->problems(), 'place' ) );
		}
		$this->assertSame( $before, Settings::document() );
	}

	/** A form that was opened before somebody else's save does not undo it unseen. */
	public function test_a_stale_form_names_what_it_would_undo(): void {
		Settings::merge( array( 'welcome_mail' => false ) );
		$stamp = Settings::stamp();
		$form  = array( 'welcome_mail' => false, 'deletion' => array( 'policy' => 'delete' ) );
		$this->assertSame( array(), Settings::changed_since( $stamp, $form ) );
		Settings::merge( array( 'welcome_mail' => true, 'activity_days' => 7 ) );
		$this->assertSame( array( 'welcome_mail' ), Settings::changed_since( $stamp, $form ), 'another tab is nobody else' );
		$this->assertSame( array(), Settings::changed_since( Settings::stamp(), $form ), 'saved again it replaces what there is' );
	}
}
