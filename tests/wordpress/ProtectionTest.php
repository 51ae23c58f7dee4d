<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\People\PasswordControl;
use Rollbook\WordPress\People\Administrators;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Store\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What has rights over others or over the site is out of reach, and the owner is told what that means. */
final class ProtectionTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PLUGIN = WPMU_PLUGIN_DIR . '/generous-plugin.php';

	private int $logged = 0;

	protected function setUp(): void {
		global $wpdb;
		parent::setUp();
		$this->logged = (int) $wpdb->get_var( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
		add_role( 'shop_manager', 'Shop manager', array( 'read' => true, 'edit_users' => true, 'install_plugins' => false ) );
	}

	protected function tearDown(): void {
		remove_role( 'shop_manager' );
		update_option( 'default_role', 'subscriber' );
		if ( is_file( self::PLUGIN ) ) {
			unlink( self::PLUGIN );
		}
		parent::tearDown();
	}

	/** The places at which settings are refused. */
	private function refused( array $partial ): array {
		try {
			SettingsWriter::merge( $partial );
			return array();
		} catch ( InvalidSettings $refusal ) {
			return array_column( $refusal->problems(), 'place' );
		}
	}

	/** What the activity log tells about a person in this test. */
	private function details( string $user_name ): string {
		global $wpdb;
		return implode( "\n", $wpdb->get_col( $wpdb->prepare( 'SELECT detail FROM ' . Tables::name( 'activity' ) . ' WHERE id > %d AND resource_name = %s ORDER BY id', $this->logged, $user_name ) ) );
	}

	/** No setting gives a protected role, whichever way it comes. */
	public function test_settings_that_would_give_a_protected_role_are_refused(): void {
		$rule = array( array( 'filter' => 'active eq true', 'role' => 'shop_manager' ) );
		self::assertSame( array( 'default_role' ), $this->refused( array( 'protected_roles' => array(), 'default_role' => 'administrator' ) ) );
		self::assertSame( array( 'default_role', 'role_rules[0].role' ), $this->refused( array( 'default_role' => 'shop_manager', 'role_rules' => $rule ) ) );
		self::assertSame( array( 'default_role' ), $this->refused( array( 'protected_roles' => array( 'editor' ), 'default_role' => 'editor' ) ) );
		self::assertSame( array( 'protected_roles[0]' ), $this->refused( array( 'protected_roles' => array( '-administrator' ) ) ) );
		self::assertSame( array(), $this->refused( array( 'protected_roles' => array( '-shop_manager' ), 'role_rules' => $rule ) ) );
		self::assertSame( array( 'role_rules[0].role' ), $this->refused( array( 'protected_roles' => null ) ) );
	}

	/** A rule's role that becomes protected later has no effect; the owner is told, and can go on changing other settings. */
	public function test_a_role_that_becomes_protected_has_no_effect(): void {
		remove_role( 'shop_manager' );
		add_role( 'shop_manager', 'Shop manager', array( 'read' => true ) );
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'active eq true', 'role' => 'shop_manager' ) ) ) );
		self::assertSame( array( 'shop_manager' ), $this->account_of( $this->provision( 'pu-first' )->id )->roles );
		get_role( 'shop_manager' )->add_cap( 'promote_users' );
		self::assertSame( array( 'subscriber' ), $this->account_of( $this->provision( 'pu-second' )->id )->roles );
		self::assertStringContainsString( '"shop_manager", which the settings give, is protected', $this->details( 'pu-second' ) );
		self::assertSame( array(), $this->refused( array( 'welcome_mail' => true ) ) );
		$page = $this->administrator()->fetch( '/wp-admin/options-general.php?page=rollbook&tab=roles' )->body;
		self::assertStringContainsString( 'is protected: it has rights over others or over the site, so it is never given.', $page );
	}

	/** The same holds for WordPress's own default role, where the owner leaves the choice to it. */
	public function test_the_site_s_default_role_is_not_given_where_it_is_protected(): void {
		$this->settings( array( 'default_role' => null ) );
		self::assertSame( array( 'subscriber' ), $this->account_of( $this->provision( 'pu-ordinary' )->id )->roles );
		foreach ( array( 'administrator', 'shop_manager' ) as $role ) {
			update_option( 'default_role', $role );
			self::assertSame( array(), $this->account_of( $this->provision( "pu-$role" )->id )->roles, $role );
		}
	}

	/** A right that a plugin gives without storing it counts as well. */
	public function test_a_right_that_a_plugin_gives_protects(): void {
		$id = wp_insert_user( array( 'user_login' => 'pu-granted', 'user_pass' => 'x', 'user_email' => 'granted@phpunit.test', 'role' => 'author' ) );
		file_put_contents( self::PLUGIN, '<?php add_filter( "user_has_cap", static fn( $all, $asked, $arguments, $user ) => "pu-granted" === $user->user_login && array_intersect( $asked, array( "activate_plugins" ) ) ? array( "activate_plugins" => true ) + $all : $all, 10, 4 );' );
		$found = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'emails.value eq "granted@phpunit.test"' ) )->json->Resources[0];
		$moved = fn(): object => $this->patch( $found->id, 'emails', array( array( 'value' => 'taken@phpunit.test' ) ) );
		self::assertSame( 403, $moved()->status );
		unlink( self::PLUGIN );
		self::assertSame( 200, $moved()->status );
		self::assertSame( 'taken@phpunit.test', get_userdata( $id )->user_email );
	}

	/** What of a change is stored and not applied is told once for each change. */
	public function test_the_log_tells_what_was_not_applied(): void {
		$person = $this->provision( 'pu-told' );
		$this->account_of( $person->id )->set_role( 'shop_manager' );
		for ( $time = 1; $time <= 3; ++$time ) {
			self::assertSame( 'Chief', $this->patch( $person->id, 'title', 'Chief' )->json->title );
		}
		self::assertSame( 1, substr_count( $this->details( 'pu-told' ), 'is protected, so this was stored and not applied to it: title.' ) );
		$this->settings( array( 'password_sync' => true ) );
		$hash = $this->account_of( $person->id )->user_pass;
		self::assertSame( 200, $this->patch( $person->id, 'password', 'Correct-Horse-7-Battery' )->status );
		self::assertSame( $hash, $this->account_of( $person->id )->user_pass );
		self::assertSame( 1, substr_count( $this->details( 'pu-told' ), 'password, which is not stored' ) );
		self::assertSame( 200, $this->patch( $person->id, 'active', false )->status );
		self::assertSame( 2, substr_count( $this->details( 'pu-told' ), 'is protected' ), 'who is locked out is locked out' );
	}

	/** A protected person sets a password here, whatever holds for others. */
	public function test_whoever_is_protected_sets_a_password_here(): void {
		$this->settings( array( 'local_passwords' => false ) );
		$person = $this->provision( 'pu-own-password' );
		$user   = $this->account_of( $person->id );
		self::assertTrue( PasswordControl::is_forbidden( $user->ID ) );
		$user->add_cap( 'manage_options' );
		self::assertFalse( PasswordControl::is_forbidden( $user->ID ) );
	}

	/** The screen says what protects a role, and what it means to take it out; the administrator's cannot be. */
	public function test_the_screen_says_what_it_means(): void {
		$browser = $this->administrator();
		$boxes   = static function () use ( $browser ): array {
			$document = new \DOMDocument();
			@$document->loadHTML( $browser->fetch( '/wp-admin/options-general.php?page=rollbook&tab=roles' )->body );
			$boxes = array();
			foreach ( ( new \DOMXPath( $document ) )->query( '//input[@name="protected_roles[]"]' ) as $box ) {
				$boxes[ $box->getAttribute( 'value' ) ] = array( $box->hasAttribute( 'checked' ), $box->hasAttribute( 'disabled' ) );
			}
			$nonce = ( new \DOMXPath( $document ) )->query( '//form[.//input[@value="rollbook_save_settings"]]//input[@name="_wpnonce"]' )->item( 0 )->getAttribute( 'value' );
			return array( $boxes, $nonce );
		};
		list( $before, $nonce ) = $boxes();
		self::assertSame( array( array( true, true ), array( true, false ), array( false, false ) ), array( $before[ Administrators::ROLE ], $before['shop_manager'], $before['editor'] ) );
		foreach ( array( 'has rights over others or over the site: edit_users', 'Warning: if you take such a role out', 'unfiltered_html' ) as $text ) {
			self::assertStringContainsString( $text, $browser->body );
		}
		// What opens a role is asked first, and saved once that is confirmed.
		$save = static function ( array $ticked, bool $is_asked ) use ( $browser, $nonce ): void {
			$form = array(
				'action'           => 'rollbook_save_settings',
				'_wpnonce'         => $nonce,
				'tab'              => 'roles',
				'default_role'     => 'subscriber',
				'hand_given_roles' => 'keep',
				'protected_roles'  => $ticked,
			);
			$browser->submit( '/wp-admin/admin-post.php', $form );
			$page = $browser->fetch( '/wp-admin/options-general.php?page=rollbook&tab=roles' )->body;
			self::assertSame( $is_asked, 1 === preg_match( '/name="confirmed" value="([^"]+)"/', $page, $found ) );
			if ( $is_asked ) {
				$browser->submit( '/wp-admin/admin-post.php', $form + array( 'confirmed' => $found[1] ) );
			}
		};
		$save( array( 'editor' ), true );
		wp_cache_flush();
		self::assertSame( array( 'editor', '-shop_manager' ), Settings::protected_roles() );
		list( $after ) = $boxes();
		self::assertSame( array( true, false, true ), array_column( array( $after[ Administrators::ROLE ], $after['shop_manager'], $after['editor'] ), 0 ) );

		// What was said of a role stays said while its plugin is away; and what is as computed is not stored.
		remove_role( 'shop_manager' );
		$save( array(), true );
		wp_cache_flush();
		self::assertSame( array( '-shop_manager' ), Settings::protected_roles() );
		add_role( 'shop_manager', 'Shop manager', array( 'edit_users' => true ) );
		$save( array( 'shop_manager' ), false );
		wp_cache_flush();
		self::assertNull( Settings::protected_roles() );
	}

	/** A browser in which the site's owner is logged in. */
	private function administrator(): Browser {
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = new Browser( $site->url );
		$browser->log_in( $site->admin->user, $site->admin->password );
		return $browser;
	}
}
