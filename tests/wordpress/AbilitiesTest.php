<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

/** What programs and assistants may ask (WordPress 6.9 and later). */
final class AbilitiesTest extends SiteTestCase {

	use SendsScim;

	protected function tearDown(): void {
		wp_set_current_user( 0 );
		parent::tearDown();
	}

	private function ask( string $name, ?array $input = null ): mixed {
		return wp_get_ability( "rollbook/$name" )->execute( $input );
	}

	private function as_administrator(): void {
		wp_set_current_user( (int) get_users( array( 'role' => 'administrator', 'fields' => 'ID' ) )[0] );
	}

	/** They only read, need the right that the screens need, and are not offered over REST. */
	public function test_abilities_only_read_and_are_not_public(): void {
		$ours = array_filter( wp_get_abilities(), static fn( \WP_Ability $ability ): bool => str_starts_with( $ability->get_name(), 'rollbook/' ) );
		$this->assertCount( 4, $ours );
		$editor = wp_insert_user( array( 'user_login' => 'ability-editor', 'user_pass' => wp_generate_password(), 'role' => 'editor' ) );
		foreach ( $ours as $ability ) {
			$this->assertTrue( $ability->get_meta()['annotations']['readonly'] );
			$this->assertFalse( $ability->get_meta()['show_in_rest'] );
			$input = array( 'rollbook/find-person' => array( 'search' => 'x' ), 'rollbook/explain-access' => array( 'who' => 'x' ) )[ $ability->get_name() ] ?? array();
			foreach ( array( 0, $editor ) as $nobody ) {
				wp_set_current_user( $nobody );
				$this->assertSame( 'ability_invalid_permissions', $ability->execute( $input )->get_error_code(), $ability->get_name() );
			}
		}
	}

	public function test_somebody_is_found_and_why_there_is_no_access(): void {
		$person = $this->provision( 'ability-alex@contoso.test', array( 'displayName' => 'Ability Alex' ) );
		$this->patch( $person->id, 'active', false );
		$this->as_administrator();
		$found = $this->ask( 'find-person', array( 'search' => 'Ability Al' ) );
		$this->assertSame( array( 'yes', 'no' ), array( $found[0]['managed'], $found[0]['access'] ) );
		$told = $this->ask( 'explain-access', array( 'who' => $person->id ) );
		$this->assertSame( 'no', $told['access'] );
		$this->assertStringContainsString( 'the identity provider deactivated the person', $told['answer'] );
		$this->assertSame( 'rollbook_unknown_person', $this->ask( 'explain-access', array( 'who' => 'nobody-of-this-name' ) )->get_error_code() );
		$this->assertSame( 'ability_invalid_input', $this->ask( 'explain-access', array() )->get_error_code() );
		$this->assertSame( 'Locked out', $this->ask( 'recent-activity', array( 'who' => $person->id, 'limit' => 1 ) )[0]['what'] );
		$this->assertGreaterThan( 1, count( $this->ask( 'recent-activity' ) ) );
		$this->assertContains( 'authorization', array_column( $this->ask( 'health' )['findings'], 'check' ) );
	}
}
