<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\People\Credentials;
use Rollbook\WordPress\Store\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Accounts that were there before: whose they are, and what the first link does to them. */
final class LinkingTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PASSWORD = 'the visitor’s own pass-phrase';

	/** @var array<string, mixed> */
	private array $options = array();

	protected function tearDown(): void {
		foreach ( $this->options as $name => $value ) {
			update_option( $name, $value );
		}
		parent::tearDown();
	}

	/** Lets people register, or not. */
	private function registration( bool $open ): void {
		$this->options += array( 'users_can_register' => get_option( 'users_can_register' ) );
		update_option( 'users_can_register', $open ? 1 : 0 );
	}

	private function account( string $login, string $email, string $role = 'subscriber' ): int {
		return wp_insert_user( array( 'user_login' => $login, 'user_email' => $email, 'user_pass' => self::PASSWORD, 'role' => $role, 'display_name' => 'Jo' ) );
	}

	private function found( string $filter ): array {
		return $this->scim( 'GET', '/Users?filter=' . rawurlencode( $filter ) )->json->Resources;
	}

	/** The mails since then: of each the address and the subject. */
	private function mails( int $since = 0 ): array {
		$file = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl';
		$mail = static fn( string $line ): array => array( json_decode( $line )->to, json_decode( $line )->subject );
		return array_map( $mail, array_slice( is_file( $file ) ? file( $file ) : array(), $since ) );
	}

	/** A visitor who takes a colleague's name for a login gets nothing by it; the colleague comes under the next login. */
	public function test_a_stranger_s_login_is_nobody_s(): void {
		$this->registration( true );
		$evil = $this->account( 'pu-ceo@corp.test', 'pu-evil@evil.test' );
		self::assertSame( array(), $this->found( 'userName eq "pu-ceo@corp.test"' ) );
		self::assertGreaterThan( 0, $this->scim( 'GET', '/Users' )->json->totalResults );
		self::assertSame( array(), $this->found( 'userName eq "pu-ceo@corp.test"' ), 'nor once everybody was listed' );
		$ceo = $this->provision( 'pu-ceo@corp.test', array( 'emails' => array( array( 'value' => 'pu-ceo@corp.test', 'primary' => true ) ) ) );
		self::assertSame( 'pu-ceo@corp.test-2', $this->account_of( $ceo->id )->user_login );
		$stranger = get_userdata( $evil );
		self::assertSame( 'pu-evil@evil.test', $stranger->user_email );
		self::assertTrue( wp_check_password( self::PASSWORD, $stranger->user_pass ) );

		$real = $this->account( 'pu-cto', 'pu-cto@corp.test', 'author' );
		$this->account( 'pu-cto@corp.test', 'pu-other@evil.test' );
		$found = $this->found( 'userName eq "pu-cto@corp.test"' );
		self::assertSame( $real, $this->account_of( $found[0]->id )->ID );
	}

	/** Who registered a colleague's address beforehand has nothing that opens the account once the colleague is there. */
	public function test_the_first_link_ends_what_a_visitor_has(): void {
		$this->registration( true );
		$user_id = $this->account( 'pu-visitor', 'pu-ceo@corp.test' );
		list( $application_password ) = \WP_Application_Passwords::create_new_application_password( $user_id, array( 'name' => 'phone' ) );
		update_user_meta( $user_id, '_new_email', array( 'hash' => 'x', 'newemail' => 'evil@evil.test' ) );
		$key     = get_password_reset_key( get_userdata( $user_id ) );
		$browser = ( new Browser( $this->url() ) )->log_in( 'pu-visitor', self::PASSWORD );
		self::assertTrue( $browser->is_logged_in() );

		$found = $this->found( 'userName eq "pu-ceo@corp.test"' );
		self::assertTrue( $browser->is_logged_in(), 'a search changes nothing' );
		$mails = count( $this->mails() );
		self::assertSame( 200, $this->patch( $found[0]->id, 'title', 'Chief' )->status );
		self::assertFalse( $browser->is_logged_in() );
		self::assertFalse( ( new Browser( $this->url() ) )->log_in( 'pu-visitor', self::PASSWORD )->has_login_cookie() );
		self::assertSame( 401, ( new Browser( $this->url() ) )->who_am_i( 'pu-visitor', $application_password )->status );
		self::assertSame( '', get_user_meta( $user_id, '_new_email', true ) );
		self::assertInstanceOf( \WP_Error::class, check_password_reset_key( $key, 'pu-visitor' ) );
		self::assertSame( array( array( 'pu-ceo@corp.test', '[Rollbook] Password Changed' ) ), $this->mails( $mails ) );
		global $wpdb;
		self::assertStringContainsString( 'were ended', (string) $wpdb->get_var( 'SELECT detail FROM ' . Tables::name( 'activity' ) . " WHERE action = 'linked' ORDER BY id DESC LIMIT 1" ) );

		wp_set_password( 'the person’s own', $user_id );
		self::assertSame( 200, $this->patch( $found[0]->id, 'title', 'Chief executive' )->status );
		self::assertTrue( wp_check_password( 'the person’s own', get_userdata( $user_id )->user_pass ), 'only the first link ends it' );
	}

	/** An account keeps its password where somebody gave it more rights, or where nobody can register; the owner may want otherwise. */
	public function test_whose_credentials_end(): void {
		$keeps = function ( string $role, bool $open, array $settings = array() ): bool {
			static $number = 0;
			++$number;
			$this->registration( $open );
			$this->settings( $settings + array( 'link_credentials' => 'self_registered' ) );
			$user_id = $this->account( "pu-keeps-$number", "pu-keeps-$number@corp.test", $role );
			self::assertSame( 200, $this->patch( $this->found( "emails eq \"pu-keeps-$number@corp.test\"" )[0]->id, 'title', 'x' )->status );
			return wp_check_password( self::PASSWORD, get_userdata( $user_id )->user_pass );
		};
		self::assertFalse( $keeps( 'subscriber', true ) );
		self::assertFalse( $keeps( '', true ) );
		self::assertTrue( $keeps( 'author', true ) );
		self::assertTrue( $keeps( 'subscriber', false ) );
		self::assertTrue( $keeps( 'subscriber', true, array( 'link_credentials' => 'never' ) ) );
		self::assertFalse( $keeps( 'author', false, array( 'link_credentials' => 'always' ) ) );
	}

	/** A right of its own is more than registration gives; and a plugin may say who registers. */
	public function test_who_could_have_made_an_account(): void {
		$this->registration( true );
		$user = get_userdata( $this->account( 'pu-more', 'pu-more@corp.test' ) );
		$user->add_cap( 'edit_posts' );
		self::assertFalse( Credentials::may_be_anybodys( $user ) );
		$user->remove_cap( 'edit_posts' );
		self::assertTrue( Credentials::may_be_anybodys( $user ) );
		$user->add_role( 'contributor' );
		self::assertFalse( Credentials::may_be_anybodys( $user ) );
	}

	/** Of a new address of an account that was there before, the old address and the owner hear; of one that the provider made nobody. */
	public function test_notices(): void {
		$this->registration( false );
		$this->settings( array( 'password_sync' => true ) );
		$this->account( 'pu-old', 'pu-old@corp.test', 'author' );
		$linked = $this->found( 'emails eq "pu-old@corp.test"' )[0]->id;
		$mails  = count( $this->mails() );
		self::assertSame( 200, $this->patch( $linked, 'title', 'x' )->status );
		self::assertSame( array(), $this->mails( $mails ), 'a link that keeps everything is no news' );
		self::assertSame( 200, $this->patch( $linked, 'emails[type eq "work"].value', 'pu-new@corp.test' )->status );
		$owner = get_option( 'admin_email' );
		self::assertSame( array( array( 'pu-old@corp.test', '[Rollbook] Email Changed' ), array( $owner, '[Rollbook] Email Changed' ) ), $this->mails( $mails ) );
		$mails += 2;
		self::assertSame( 200, $this->patch( $linked, 'password', 'correct horse battery' )->status );
		self::assertSame( array( array( 'pu-new@corp.test', '[Rollbook] Password Changed' ), array( $owner, '[Rollbook] Password Changed' ) ), $this->mails( $mails ) );
		$mails += 2;

		$made = $this->provision( 'pu-made@corp.test', array( 'emails' => array( array( 'value' => 'pu-made@corp.test', 'type' => 'work', 'primary' => true ) ) ) );
		self::assertSame( 200, $this->patch( $made->id, 'emails[type eq "work"].value', 'pu-made-2@corp.test' )->status );
		self::assertSame( 200, $this->patch( $made->id, 'password', 'correct horse battery' )->status );
		$this->settings( array( 'notify_existing_accounts' => false ) );
		self::assertSame( 200, $this->patch( $linked, 'emails[type eq "work"].value', 'pu-newer@corp.test' )->status );
		self::assertSame( array(), $this->mails( $mails ) );
	}

	/** A plugin that refuses undoes all of it: the visitor's password is there again. */
	public function test_credentials_end_with_the_link_or_not_at_all(): void {
		$user_id = $this->account( 'pu-undone', 'pu-undone@corp.test' );
		$found   = $this->found( 'emails eq "pu-undone@corp.test"' );
		$record  = $this->load( $found[0]->id );
		$thrown  = false;
		try {
			$this->with_hook(
				'wp_delete_application_password',
				static fn() => throw new \RuntimeException( 'no' ),
				function () use ( $record, $user_id ): void {
					\WP_Application_Passwords::create_new_application_password( $user_id, array( 'name' => 'phone' ) );
					$this->update( $record, array( 'active' => false ), array( 'user_id' => $user_id, 'end_credentials' => true ) );
				}
			);
		} catch ( \RuntimeException ) {
			$thrown = true;
		}
		wp_cache_flush();
		self::assertTrue( $thrown );
		self::assertTrue( wp_check_password( self::PASSWORD, get_userdata( $user_id )->user_pass ) );
		self::assertCount( 1, \WP_Application_Passwords::get_user_application_passwords( $user_id ) );
		self::assertFalse( AccessControl::is_locked_out( $user_id ) );
	}

	/** A read locks nobody out, whatever another plugin has left. The first write does, and ends the sessions. */
	public function test_a_read_changes_nobody_s_access(): void {
		$user_id = $this->account( 'pu-left', 'pu-left@corp.test', 'author' );
		update_user_meta( $user_id, 'mo_scim_user_status', 'inactive' );
		$browser = ( new Browser( $this->url() ) )->log_in( 'pu-left', self::PASSWORD );
		$before  = get_userdata( $user_id );
		foreach ( array( "/Users/$user_id", '/Users', '/Users?filter=' . rawurlencode( 'userName eq "pu-left"' ), '/Users?filter=' . rawurlencode( 'active eq false' ) ) as $path ) {
			self::assertStringContainsString( '"pu-left"', $this->scim( 'GET', $path )->body, $path );
			self::assertTrue( $browser->is_logged_in(), $path );
		}
		self::assertSame( 409, $this->scim( 'POST', '/Users', array( 'userName' => 'pu-left@corp.test' ) )->status );
		self::assertTrue( $browser->is_logged_in() );
		self::assertFalse( $this->scim( 'GET', "/Users/$user_id" )->json->active );
		$after = get_userdata( $user_id );
		self::assertSame( array( $before->roles, $before->user_email, $before->user_pass ), array( $after->roles, $after->user_email, $after->user_pass ) );

		$written = $this->patch( (string) $user_id, 'title', 'Writer' );
		self::assertSame( array( 200, false ), array( $written->status, $written->json->active ) );
		self::assertFalse( $browser->is_logged_in() );
		self::assertFalse( ( new Browser( $this->url() ) )->log_in( 'pu-left', self::PASSWORD )->has_login_cookie() );
		self::assertSame( 200, $this->patch( (string) $user_id, 'active', true )->status );
		self::assertTrue( ( new Browser( $this->url() ) )->log_in( 'pu-left', self::PASSWORD )->is_logged_in() );
	}
}
