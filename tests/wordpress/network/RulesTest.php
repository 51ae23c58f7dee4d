<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\Store\Tokens;

/** What the administrator of the network lets its sites do. */
final class RulesTest extends NetworkTestCase {

	private const ANNA = 'anna@contoso.example';

	/** @var array<string, mixed> */
	private array $before = array();

	protected function setUp(): void {
		parent::setUp();
		foreach ( array( NetworkSettings::OPTION, 'add_new_users', 'banned_email_domains', 'limited_email_domains', 'illegal_names', 'site_admins' ) as $name ) {
			$this->before[ $name ] = get_site_option( $name );
		}
	}

	protected function tearDown(): void {
		foreach ( $this->before as $name => $value ) {
			update_site_option( $name, $value );
		}
		wp_set_current_user( 0 );
		parent::tearDown();
	}

	/** An account of the network that no identity provider has created. */
	private function local( string $login, string $email, int $site = self::FIRST, string $role = 'subscriber' ): int {
		$user_id = wp_insert_user( array( 'user_login' => $login, 'user_email' => $email, 'user_pass' => 'her own pass-phrase', 'display_name' => 'Local', 'role' => '' ) );
		remove_user_from_blog( $user_id, self::FIRST );
		add_user_to_blog( $site, $user_id, $role );
		return $user_id;
	}

	private function sent_person( string $user_name, string $email ): array {
		return array( 'userName' => $user_name, 'emails' => array( array( 'value' => $email, 'type' => 'work', 'primary' => true ) ) );
	}

	/** Sends a request to the second site with another token. */
	private function with_token( string $token, string $method, string $path, ?array $body = null ): object {
		$before = (string) getenv( 'ROLLBOOK_SITE' );
		$site   = json_decode( $before );
		$site->second->token = $token;
		putenv( 'ROLLBOOK_SITE=' . json_encode( $site ) );
		try {
			return $this->ask( self::SECOND, $method, $path, $body );
		} finally {
			putenv( "ROLLBOOK_SITE=$before" );
		}
	}

	/**
	 * Without the network's word a token of its administrator creates people, and takes in or changes nobody else: who is on the site gets
	 * a role and is locked out there.
	 */
	public function test_nothing_is_allowed_until_it_is(): void {
		NetworkSettings::store( array() );
		self::assertSame( 201, $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'pu-new', 'pu-new@contoso.example' ) )->status );

		$elsewhere = $this->local( 'pu-elsewhere', self::ANNA );
		$joined    = $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'anna', self::ANNA ) );
		self::assertSame( 409, $joined->status, $joined->body );
		self::assertStringContainsString( 'Network Admin', $joined->json->detail );
		self::assertSame( array( self::FIRST ), $this->sites_of( $elsewhere ) );

		$here = $this->local( 'pu-here', 'bert@contoso.example', self::SECOND );
		$this->configure( self::SECOND, array( 'password_sync' => true, 'default_role' => 'author', 'link_credentials' => 'always', 'deletion' => array( 'policy' => 'delete' ) ) );
		$id = $this->ask( self::SECOND, 'GET', '/Users?filter=' . rawurlencode( 'userName eq "bert@contoso.example"' ) )->json->Resources[0]->id;
		$this->change( self::SECOND, $id, 'displayName', 'Taken' );
		$this->change( self::SECOND, $id, 'emails[type eq "work"].value', 'evil@contoso.example' );
		$this->change( self::SECOND, $id, 'password', 'correct horse battery' );
		$bert = $this->account( 'bert@contoso.example', self::SECOND );
		self::assertSame( array( $here, 'Local' ), array( $bert->ID, $bert->display_name ) );
		self::assertTrue( wp_check_password( 'her own pass-phrase', $bert->user_pass ) );
		$this->change( self::SECOND, $id, 'active', false );
		self::assertFalse( $this->browser( self::SECOND )->log_in( 'pu-here', 'her own pass-phrase' )->has_login_cookie() );
		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', "/Users/$id" )->status );
		wp_cache_flush();
		self::assertNotFalse( get_userdata( $here ), 'off the site, not out of the network' );
		self::assertSame( array(), $this->sites_of( $here ) );
	}

	/** With it, an account of before is changed; its password is not, and it stays in the network. */
	public function test_a_pre_existing_account_keeps_password_and_life(): void {
		$this->configure( self::SECOND, array( 'password_sync' => true, 'deletion' => array( 'policy' => 'delete' ) ) );
		$here = $this->local( 'pu-here', self::ANNA, self::SECOND, 'author' );
		$id   = $this->ask( self::SECOND, 'GET', '/Users?filter=' . rawurlencode( 'emails eq "' . self::ANNA . '"' ) )->json->Resources[0]->id;
		$this->change( self::SECOND, $id, 'displayName', 'Anna' );
		$this->change( self::SECOND, $id, 'password', 'correct horse battery' );
		$anna = $this->account( self::ANNA );
		self::assertSame( 'Anna', $anna->display_name );
		self::assertTrue( wp_check_password( 'her own pass-phrase', $anna->user_pass ) );
		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', "/Users/$id" )->status );
		wp_cache_flush();
		self::assertNotFalse( get_userdata( $here ) );
	}

	/** A token that the administrator of a site made, where the network lets only its own administrators provision. */
	public function test_a_site_administrator_s_token(): void {
		$boss = $this->local( 'pu-boss', 'boss@contoso.example', self::SECOND, 'administrator' );
		wp_set_current_user( $boss );
		$token = $this->on( self::SECOND, static fn(): string => Tokens::create( 'by the site’s administrator' ) );
		wp_set_current_user( 0 );
		update_site_option( 'add_new_users', 0 );
		$post = $this->sent_person( 'pu-new', 'pu-new@contoso.example' );
		NetworkSettings::store( array( NetworkSettings::CREATE_ACCOUNTS ) );
		foreach ( array( $this->with_token( $token, 'GET', '/Users' ), $this->with_token( $token, 'POST', '/Users', $post ) ) as $refused ) {
			self::assertSame( 403, $refused->status, $refused->body );
			self::assertStringContainsString( 'Network Admin', $refused->json->detail );
		}
		NetworkSettings::store( array( NetworkSettings::SITES_PROVISION, NetworkSettings::TOUCH_ACCOUNTS ) );
		update_site_option( 'add_new_users', 1 );
		self::assertSame( 200, $this->with_token( $token, 'GET', '/Users' )->status );
		$refused = $this->with_token( $token, 'POST', '/Users', $post );
		self::assertSame( 403, $refused->status, 'the network lets no token of theirs create' );
		self::assertStringContainsString( 'Settings → Rollbook', $refused->json->detail );
		NetworkSettings::store( NetworkSettings::ALL );
		update_site_option( 'add_new_users', 0 );
		$refused = $this->with_token( $token, 'POST', '/Users', $post );
		self::assertSame( 403, $refused->status, 'core lets no administrator of a site add people' );
		self::assertStringContainsString( 'Add Users', $refused->json->detail );
		$bulk = array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ), 'Operations' => array( array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => 'a', 'data' => $post ) ) );
		self::assertSame( array( '403' ), array_column( $this->with_token( $token, 'POST', '/Bulk', $bulk )->json->Operations, 'status' ) );
		self::assertFalse( email_exists( 'pu-new@contoso.example' ) );
		update_site_option( 'add_new_users', 1 );
		self::assertSame( 201, $this->with_token( $token, 'POST', '/Users', $post )->status );
	}

	/** An administrator of a site sees no screen where the network does not allow it; one of the network does. */
	public function test_the_screens(): void {
		$this->local( 'pu-boss', 'boss@contoso.example', self::SECOND, 'administrator' );
		$boss = $this->browser( self::SECOND );
		$boss->log_in( 'pu-boss', 'her own pass-phrase' );
		$page = '/wp-admin/options-general.php?page=rollbook';
		self::assertSame( 200, $boss->fetch( $page )->status );
		$network = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$super   = $this->browser( self::FIRST );
		$super->log_in( $network->admin->user, $network->admin->password );
		$screen = '/wp-admin/network/settings.php?page=rollbook-network';
		self::assertSame( 1, preg_match( '/name="_wpnonce" value="(\w+)"/', $super->fetch( $screen )->body, $nonce ), (string) $super->status );
		$save = '/wp-admin/network/edit.php?action=rollbook_network';
		self::assertSame( 403, $super->submit( $save, array( '_wpnonce' => 'forged' ) )->status );
		self::assertSame( 302, $super->submit( $save, array( '_wpnonce' => $nonce[1], 'allowed' => array( 'create_accounts' ) ) )->status );
		wp_cache_flush();
		self::assertSame( array( false, true, false ), array_map( array( NetworkSettings::class, 'allows' ), NetworkSettings::ALL ) );
		self::assertSame( 403, $boss->fetch( $page )->status );
		self::assertSame( 403, $boss->submit( '/wp-admin/admin-post.php', array( 'action' => 'rollbook_save_settings' ) )->status );
		self::assertSame( 403, $boss->fetch( $screen )->status );
		self::assertSame( 200, $super->fetch( $page )->status );
	}

	/** Core's rules for addresses and names hold. */
	public function test_what_the_network_does_not_take(): void {
		update_site_option( 'banned_email_domains', array( 'banned.example' ) );
		$banned = $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'pu-a', 'a@banned.example' ) );
		self::assertContains( $banned->status, array( 400, 403, 409 ), $banned->body );
		self::assertStringContainsString( 'Network Admin', $banned->json->detail );
		$anna    = $this->person_on( self::SECOND, self::ANNA );
		$changed = $this->on( self::SECOND, fn(): object => $this->patch( $anna->id, 'emails[type eq "work"].value', 'anna@sub.banned.example' ) );
		self::assertStringContainsString( 'Network Admin', $changed->body );
		self::assertSame( self::ANNA, $this->account( self::ANNA )->user_email );
		update_site_option( 'banned_email_domains', '' );
		update_site_option( 'limited_email_domains', array( 'contoso.example' ) );
		self::assertStringContainsString( 'Network Admin', $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'pu-b', 'b@fabrikam.example' ) )->body );
		self::assertFalse( email_exists( 'b@fabrikam.example' ) );
		self::assertSame( 201, $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'pu-b', 'b@contoso.example' ) )->status );

		update_site_option( 'illegal_names', array( 'webmaster' ) );
		self::assertSame( 201, $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'Webmaster', 'w@contoso.example' ) )->status );
		self::assertSame( 'webmaster-2', $this->account( 'w@contoso.example' )->user_login );
	}

	/** A login that makes a super administrator is never made, and never reached by a rename. */
	public function test_nobody_becomes_a_super_administrator_by_a_name(): void {
		update_site_option( 'site_admins', array( 'admin', 'pu-root' ) );
		$this->configure( self::SECOND, array( 'username' => array( 'from' => 'local-part', 'rename' => true ) ) );
		$made = $this->ask( self::SECOND, 'POST', '/Users', $this->sent_person( 'PU-Root@contoso.example', 'root@contoso.example' ) );
		self::assertSame( 201, $made->status, $made->body );
		$other = $this->person_on( self::SECOND, 'pu-plain@contoso.example' );
		$this->change( self::SECOND, $other->id, 'userName', 'pu-root@fabrikam.example' );
		self::assertFalse( username_exists( 'pu-root' ) );
		foreach ( array( 'root@contoso.example', 'pu-plain@contoso.example' ) as $email ) {
			$user = $this->account( $email );
			self::assertStringStartsWith( 'pu-root-', $user->user_login );
			self::assertFalse( is_super_admin( $user->ID ) );
		}
	}

	/** A token of one site does not change the address of an account with rights on another, even if it created the account. */
	public function test_rights_elsewhere_are_out_of_reach(): void {
		$anna = $this->person_on( self::SECOND, self::ANNA );
		$user = $this->account( self::ANNA );
		add_user_to_blog( self::FIRST, $user->ID, 'subscriber' );
		( new \WP_User( $user->ID, '', self::FIRST ) )->add_cap( 'manage_options' );
		$this->change( self::SECOND, $anna->id, 'emails[type eq "work"].value', 'evil@contoso.example' );
		self::assertSame( $user->ID, $this->account( self::ANNA )->ID );
	}
}
