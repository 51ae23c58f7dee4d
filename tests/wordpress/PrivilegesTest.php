<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';
require_once __DIR__ . '/Privileges.php';

/** No path leads from a token to rights that the owner has not opened. */
final class PrivilegesTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;
	use Privileges;

	protected function setUp(): void {
		$this->set_the_scene();
		parent::setUp();
		add_role( 'priv_helper', 'Helper', array( 'read' => true ) );
	}

	protected function tearDown(): void {
		remove_role( 'priv_helper' );
		update_option( 'default_role', 'subscriber' );
		parent::tearDown();
	}

	public static function attempts(): array {
		return self::some( self::attempts_of( 'names', 'accounts', 'metas', 'roles', 'requests' ), 10 );
	}

	/** @dataProvider attempts */
	public function test_a_token_gives_no_rights( array $steps ): void {
		$this->attempt( $steps );
	}
}
