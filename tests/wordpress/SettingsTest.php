<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Upkeep\ChangedMeanwhile;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\NotConfirmed;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Admin\SiteHealth;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What is stored, and what is not. */
final class SettingsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	protected function tearDown(): void {
		remove_role( 'pu_lost' );
		remove_role( 'pu_boss' );
		parent::tearDown();
	}

	/** A new site has the defaults, and nothing is stored by reading them. */
	public function test_begins_with_the_defaults(): void {
		$this->assertSame( \Rollbook\Settings::defaults(), Settings::document() );
		$this->assertFalse( get_option( Settings::OPTION ) );
		$this->assertFalse( Settings::answers_wpo365() );
	}

	/** Objects are merged, lists replaced. */
	public function test_merges_objects_and_replaces_lists(): void {
		SettingsWriter::merge(
			array(
				'protected_roles' => array( 'administrator', 'editor' ),
				'username'        => array( 'from' => 'email' ),
			)
		);
		$document = SettingsWriter::merge(
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

	/** What is dangerous is not stored before its consequences are confirmed, and a confirmation counts for them alone. */
	public function test_asks_before_what_is_dangerous(): void {
		$this->scim( 'GET', '/ServiceProviderConfig' );
		$address = \Rollbook\WordPress\Endpoint\LastRequest::address();
		$this->assertNotNull( $address );
		$asked = static function ( array $partial, string $confirmed = '' ): ?NotConfirmed {
			try {
				SettingsWriter::merge( $partial, confirmed: $confirmed );
				return null;
			} catch ( NotConfirmed $question ) {
				return $question;
			}
		};
		$policy = array( 'deletion' => array( 'policy' => 'delete' ) );
		$first  = $asked( $policy );
		$this->assertSame( array( 'deletion.policy' ), array_column( $first->dangers, 'place' ) );
		$this->assertSame( 'deactivate', Settings::document()['deletion']['policy'] );
		$all    = $policy + array(
			'protected_roles'  => array( '-pu_boss' ),
			'allowed_networks' => array( '192.0.2.0/24' ),
		);
		add_role( 'pu_boss', 'Boss', array( 'edit_users' => true ) );
		$second = $asked( $all, $first->key() );
		$this->assertSame( array( 'deletion.policy', 'protected_roles', 'allowed_networks' ), array_column( $second->dangers, 'place' ) );
		$this->assertStringContainsString( $address, $second->dangers[2]['reason'] );
		$this->assertNull( $asked( $all, $second->key() ) );
		$this->assertSame( array( 'delete', array( '-pu_boss' ) ), array( Settings::document()['deletion']['policy'], Settings::document()['protected_roles'] ) );
		$this->assertNull( $asked( array( 'welcome_mail' => true ) ), 'What is so already is not asked again.' );
	}

	/** A refused document names its problems and changes nothing. */
	public function test_stores_nothing_that_is_refused(): void {
		$before = SettingsWriter::merge( array( 'welcome_mail' => true ) );
		try {
			SettingsWriter::merge(
				array(
					'welcome_mail' => false,
					'deletion'     => array( 'policy' => 'reassign' ),
				)
			);
			$this->fail( 'A policy without a reassign target was accepted.' );
		} catch ( InvalidSettings $refusal ) {
			$this->assertSame( array( 'deletion.reassign_to' ), array_column( $refusal->problems(), 'place' ) );
		}
		$this->assertSame( $before, Settings::document() );
	}

	/** A form that was opened before somebody else's save does not undo it unseen. */
	public function test_a_stale_form_names_what_it_would_undo(): void {
		SettingsWriter::merge( array( 'welcome_mail' => false ) );
		$stamp = SettingsWriter::stamp();
		$form  = array( 'welcome_mail' => false, 'deletion' => array( 'policy' => 'delete' ) );
		SettingsWriter::merge( array( 'activity_days' => 7 ) );
		SettingsWriter::merge( array( 'activity_days' => 8, 'link_credentials' => 'never' ), $stamp_of_days = SettingsWriter::stamp() );
		SettingsWriter::merge( $form, $stamp ); // Another tab is nobody else.
		SettingsWriter::merge( array( 'welcome_mail' => true, 'activity_days' => 9 ) );
		$before = Settings::document();
		foreach ( array( array( $stamp, $form, array( 'deletion', 'welcome_mail' ) ), array( $stamp_of_days, array( 'activity_days' => 1 ), array( 'activity_days' ) ) ) as list( $opened_on, $sent, $names ) ) {
			try {
				SettingsWriter::merge( $sent, $opened_on );
				$this->fail( 'Somebody else\'s save was undone.' );
			} catch ( ChangedMeanwhile $others ) {
				$this->assertSame( $names, $others->names );
			}
		}
		$this->assertSame( $before, Settings::document() );
		$this->assertFalse( SettingsWriter::merge( $form, SettingsWriter::stamp() )['welcome_mail'], 'saved again it replaces what there is' );
	}

	/** What is read, judged and stored is one step, so that nobody's save is lost. */
	public function test_saves_at_the_same_time_lose_nothing(): void {
		SettingsWriter::merge( array( 'welcome_mail' => true ) );
		$this->at_once( 'settings-at-once.php', array( array( 'networks', '1' ), array( 'networks', '2' ), array( 'networks', '3' ), array( 'days', '0' ) ) );
		wp_cache_flush();
		$document = Settings::document();
		$expected = array();
		foreach ( range( 1, 3 ) as $number ) {
			foreach ( range( 1, 10 ) as $round ) {
				$expected[] = "10.$number.$round.0/24";
			}
		}
		sort( $expected );
		$found = $document['allowed_networks'];
		sort( $found );
		$this->assertSame( $expected, $found );
		$this->assertSame( array( 10, true ), array( $document['activity_days'], $document['welcome_mail'] ) );
	}

	/** The first save of all, by two at once. */
	public function test_the_first_saves_at_the_same_time_lose_nothing(): void {
		$this->at_once( 'settings-at-once.php', array( array( 'networks', '1' ), array( 'days', '0' ) ) );
		wp_cache_flush();
		$document = Settings::document();
		$this->assertSame( array( 10, 10 ), array( count( $document['allowed_networks'] ), $document['activity_days'] ) );
	}

	/** What WordPress remembers may be older than what there is; it is neither stored again nor taken for the same. */
	public function test_a_save_goes_by_the_database_and_not_by_what_is_remembered(): void {
		$before = SettingsWriter::merge( array( 'activity_days' => 7 ) );
		$old    = wp_load_alloptions();
		SettingsWriter::merge( array( 'activity_days' => 8, 'welcome_mail' => true ) );
		wp_cache_set( 'alloptions', $old, 'options' );
		$this->assertSame( $before, Settings::document() );
		$this->assertTrue( SettingsWriter::merge( array( 'activity_days' => 7 ) )['welcome_mail'] );
		wp_cache_flush();
		$this->assertSame( array( 7, true ), array( Settings::document()['activity_days'], Settings::document()['welcome_mail'] ) );
	}

	/** What the site does not have is refused, from the screen and from code alike. */
	public function test_what_the_site_does_not_have_is_refused(): void {
		$locked = $this->provision( 'pu-locked' );
		$this->patch( $locked->id, 'active', false );
		$gone = $this->provision( 'pu-gone' );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$gone->id" )->status );
		foreach ( array( 'pu-nobody' => 'does not exist', 'pu-locked' => 'is deactivated', 'pu-gone' => 'is deactivated' ) as $login => $reason ) {
			$this->assertRefused( array( 'deletion' => array( 'reassign_to' => $login ) ), 'deletion.reassign_to', $reason );
			$this->assertRefused( array( 'deletion' => array( 'policy' => 'reassign', 'reassign_to' => $login ) ), 'deletion.reassign_to', $reason );
		}
		$this->assertRefused( array( 'default_role' => 'pu_lost' ), 'default_role', 'The site has no role' );
		$this->assertRefused( array( 'role_rules' => array( array( 'filter' => 'title pr', 'role' => 'pu_lost' ) ) ), 'role_rules[0].role', 'The site has no role' );
		$this->assertRefused( array( 'protected_roles' => array( 'editor', '-pu_lost' ) ), 'protected_roles[1]', 'The site has no role' );
		$this->assertFalse( get_option( Settings::OPTION ), 'nothing was stored' );
	}

	/** What was right when it was saved stops nobody who saves something else, and is not lost; both the screen and Site Health tell it. */
	public function test_what_has_become_wrong_is_told_and_stops_nobody(): void {
		add_role( 'pu_lost', 'Soon lost' );
		add_role( 'pu_boss', 'Soon a boss' );
		$reassign_target = wp_insert_user( array( 'user_login' => 'pu-heir', 'user_pass' => 'x', 'role' => 'editor' ) );
		$rule            = static fn( string $role ): array => array( 'filter' => 'title pr', 'role' => $role );
		SettingsWriter::merge(
			array(
				'default_role'    => 'pu_lost',
				'protected_roles' => array( 'editor', '-pu_lost' ),
				'role_rules'      => array( $rule( 'author' ), $rule( 'pu_boss' ) ),
				'deletion'        => array( 'reassign_to' => 'pu-heir' ),
			)
		);
		$this->assertSame( array(), SettingsWriter::problems() );
		$this->assertSame( 'good', SiteHealth::test_settings()['status'] );

		remove_role( 'pu_lost' );
		get_role( 'pu_boss' )->add_cap( 'edit_users' );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $reassign_target );
		$wrong = array( 'deletion.reassign_to', 'default_role', 'role_rules[1].role' );
		$this->assertSame( $wrong, array_column( SettingsWriter::problems(), 'place' ) );
		$health = SiteHealth::test_settings();
		$this->assertSame( 'recommended', $health['status'] );
		foreach ( array( 'pu-heir', 'does not exist', 'Name another account', 'pu_lost', 'Choose another role', 'pu_boss', 'is protected', 'tab=people', 'tab=roles' ) as $text ) {
			$this->assertStringContainsString( $text, $health['description'] );
		}

		SettingsWriter::merge( array( 'welcome_mail' => true ) );
		SettingsWriter::merge( array( 'hand_given_roles' => 'overrule' ) + array_intersect_key( Settings::document(), array_flip( array( 'default_role', 'role_rules', 'protected_roles' ) ) ) );
		$document = Settings::document();
		$this->assertSame( array( true, 'overrule', 'pu_lost', 'pu-heir' ), array( $document['welcome_mail'], $document['hand_given_roles'], $document['default_role'], $document['deletion']['reassign_to'] ) );
		$this->assertRefused( array( 'deletion' => array( 'policy' => 'reassign' ) ), 'deletion.reassign_to', 'does not exist' );
		$this->assertRefused( array( 'default_role' => 'pu_boss' ), 'default_role', 'is protected' );

		SettingsWriter::merge( array( 'default_role' => 'subscriber', 'role_rules' => array( $rule( 'author' ) ), 'deletion' => array( 'reassign_to' => null ) ) );
		$this->assertSame( 'good', SiteHealth::test_settings()['status'] );
	}

	/** Settings are refused at one place. */
	private function assertRefused( array $partial, string $place, string $reason ): void {
		$before = get_option( Settings::OPTION );
		try {
			SettingsWriter::merge( $partial );
			$this->fail( "$place: it was stored." );
		} catch ( InvalidSettings $refusal ) {
			$this->assertSame( array( $place ), array_column( $refusal->problems(), 'place' ) );
			$this->assertStringContainsString( $reason, $refusal->problems()[0]['reason'] );
		}
		$this->assertSame( $before, get_option( Settings::OPTION ) );
	}
}
