<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\Tests\WordPress\Privileges;

require_once dirname( __DIR__ ) . '/Privileges.php';

/** In a network no path leads from a site's token to rights, there or on another site. */
final class PrivilegesTest extends NetworkTestCase {

	use Privileges;

	protected function setUp(): void {
		switch_to_blog( self::SECOND );
		$this->set_the_scene();
		if ( ! isset( self::$protected['super'] ) ) {
			self::$protected['super'] = $this->local( 'super', 'subscriber' );
			grant_super_admin( self::$protected['super'] );
			// An administrator of the first site, who is a subscriber of this one.
			self::$protected['other'] = $this->local( 'other', 'subscriber' );
			add_user_to_blog( self::FIRST, self::$protected['other'], 'administrator' );
		}
		parent::setUp();
		add_role( 'priv_helper', 'Helper', array( 'read' => true ) );
	}

	protected function tearDown(): void {
		remove_role( 'priv_helper' );
		update_option( 'default_role', 'subscriber' );
		restore_current_blog();
		parent::tearDown();
	}

	public static function attempts(): array {
		return self::attempts_of( 'network' ) + self::some( self::attempts_of( 'names', 'accounts', 'metas', 'roles', 'requests' ), 25 );
	}

	/** @dataProvider attempts */
	public function test_a_token_of_a_site_gives_no_rights( array $steps ): void {
		$this->attempt( $steps );
	}
}
