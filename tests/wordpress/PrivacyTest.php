<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\Privacy;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Tables;

/** WordPress's tools for personal data, and its report about the site. */
final class PrivacyTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const ADDRESS = 'privacy@contoso.test';

	/** All steps of the export, as names and values. */
	private function exported( string $email ): array {
		$exporter = apply_filters( 'wp_privacy_personal_data_exporters', array() )['rollbook']['callback'];
		$facts    = array();
		$page     = 0;
		do {
			$step = $exporter( $email, ++$page );
			foreach ( $step['data'] as $item ) {
				foreach ( $item['data'] as $fact ) {
					$facts[] = array( $item['group_id'], $fact['name'], $fact['value'] );
				}
			}
		} while ( ! $step['done'] );
		return $facts;
	}

	private function erase( string $email ): array {
		$eraser = apply_filters( 'wp_privacy_personal_data_erasers', array() )['rollbook']['callback'];
		$page   = 0;
		do {
			$step = $eraser( $email, ++$page );
		} while ( ! $step['done'] );
		return $step;
	}

	private function somebody(): object {
		return $this->provision( self::ADDRESS, array( 'title' => 'Keeper of secrets', 'externalId' => 'ext-77', 'emails' => array( array( 'value' => self::ADDRESS, 'primary' => true ) ), 'phoneNumbers' => array( array( 'type' => 'work', 'value' => '555-0100' ) ) ) );
	}

	public function test_what_is_known_of_a_person_is_exported(): void {
		$person = $this->somebody();
		$this->scim( 'POST', '/Groups', array( 'displayName' => 'Privacy group', 'members' => array( array( 'value' => $person->id ) ) ) );
		$this->patch( $person->id, 'title', 'Another title' );
		$facts = $this->exported( self::ADDRESS );
		foreach ( array( array( 'rollbook-person', 'title', 'Another title' ), array( 'rollbook-person', 'phoneNumbers[0].value', '555-0100' ), array( 'rollbook-person', 'Groups', 'Privacy group' ), array( 'rollbook-activity', 'What happened', 'Created' ) ) as $expected ) {
			$this->assertContains( $expected, $facts );
		}
		$this->assertContains( 'ext-77', array_column( $facts, 2 ) );
		$this->assertSame( array(), $this->exported( 'nobody-at-all@contoso.test' ) );
	}

	/** The log is erased; what an identity provider would send again is kept, and the owner is told. */
	public function test_the_log_is_erased_and_what_would_come_again_is_kept(): void {
		$person = $this->somebody();
		for ( $more = 0; $more < 205; $more++ ) {
			ActivityLog::tell( ActivityLog::PERSON, 'updated', array( 'resource_id' => $person->id, 'resource_name' => self::ADDRESS ) );
		}
		$this->provision( 'privacy-other@contoso.test' );
		$step = $this->erase( self::ADDRESS );
		$this->assertTrue( $step['items_retained'] );
		$this->assertStringContainsString( 'would send the attributes again', $step['messages'][0] );
		$this->assertSame( array(), array_filter( $this->exported( self::ADDRESS ), static fn( array $fact ): bool => 'rollbook-activity' === $fact[0] ) );
		$this->assertNotSame( array(), $this->exported( 'privacy-other@contoso.test' ), 'another person keeps theirs' );
		$this->assertSame( 'Keeper of secrets', $this->scim( 'GET', "/Users/$person->id" )->json->title );
	}

	/** Who was deleted by the identity provider stays locked out, with nothing else kept of them. */
	public function test_the_attributes_of_who_has_left_are_erased_and_the_lock_stays(): void {
		$person = $this->somebody();
		$user   = $this->account_of( $person->id );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$step = $this->erase( self::ADDRESS );
		$this->assertTrue( $step['items_removed'] );
		$this->assertFalse( $step['items_retained'] );
		$this->assertNotContains( 'Keeper of secrets', array_column( $this->exported( self::ADDRESS ), 2 ) );
		$this->assertTrue( \Rollbook\WordPress\Access\AccessControl::is_locked_out( $user->ID ) );
		$back = $this->scim( 'POST', '/Users', array( 'schemas' => $person->schemas, 'userName' => self::ADDRESS, 'externalId' => 'ext-77', 'active' => true ) );
		$this->assertSame( 201, $back->status, $back->body );
	}

	public function test_a_text_for_the_privacy_policy_is_proposed(): void {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		require_once ABSPATH . 'wp-admin/includes/class-wp-privacy-policy-content.php';
		require_once ABSPATH . 'wp-admin/includes/class-wp-screen.php';
		require_once ABSPATH . 'wp-admin/includes/screen.php';
		$texts = new \ReflectionProperty( \WP_Privacy_Policy_Content::class, 'policy_content' );
		$this->settings( array( 'activity_days' => 41 ) );
		$screen = static fn(): bool => true;
		global $wp_current_filter;
		$wp_current_filter[] = 'admin_init';
		set_current_screen( 'options-general' );
		Privacy::action_admin_init();
		unset( $GLOBALS['current_screen'] );
		array_pop( $wp_current_filter );
		$ours = array_values( array_filter( (array) $texts->getValue(), static fn( array $text ): bool => 'Rollbook' === $text['plugin_name'] ) );
		$this->assertStringContainsString( 'deleted after 41 days', end( $ours )['policy_text'] );
	}

	/** The report says how Rollbook is set up; what names people or networks is not copied. */
	public function test_the_report_keeps_what_is_private(): void {
		$this->settings( array( 'allowed_networks' => array( '127.0.0.0/8' ) ) );
		$fields = apply_filters( 'debug_information', array() )['rollbook']['fields'];
		$public = (string) wp_json_encode( array_filter( $fields, static fn( array $field ): bool => empty( $field['private'] ) ) );
		$this->assertStringContainsString( '127.0.0.0', $fields['settings']['value'] );
		$this->assertStringNotContainsString( '127.0.0.0', $public );
		$this->assertGreaterThan( 0, $fields['tokens']['value'] );
		foreach ( \Rollbook\WordPress\Store\Tokens::all() as $token ) {
			$this->assertStringNotContainsString( $token['hash'], (string) wp_json_encode( $fields ) );
		}
	}
}
