<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Admin\PersonActions;
use Rollbook\WordPress\Admin\PersonQuestion;
use Rollbook\WordPress\Store\Tables;

/** Who leaves a site leaves that site. */
final class LeavingTest extends NetworkTestCase {

	private const ANNA     = 'anna@contoso.example';
	private const PASSWORD = 'a pass-phrase that was sent';

	/** Deactivated on one site: locked out there, with old cookies too, and nowhere else. */
	public function test_a_deactivated_person_stays_out_of_that_site_only(): void {
		$this->configure( self::FIRST, array( 'password_sync' => true ) );
		$people  = array(
			self::FIRST  => $this->person_on( self::FIRST, self::ANNA, array( 'password' => self::PASSWORD ) ),
			self::SECOND => $this->person_on( self::SECOND, self::ANNA ),
		);
		$browser = array_map( fn( int $site ) => $this->browser( $site ), array( self::FIRST => self::FIRST, self::SECOND => self::SECOND ) );
		foreach ( $browser as $site => $one ) {
			self::assertTrue( $one->log_in( self::ANNA, self::PASSWORD )->is_logged_in(), "site $site" );
		}

		$this->change( self::SECOND, $people[ self::SECOND ]->id, 'active', false );
		self::assertFalse( $browser[ self::SECOND ]->is_logged_in() );
		self::assertFalse( $this->browser( self::SECOND )->log_in( self::ANNA, self::PASSWORD )->has_login_cookie() );
		self::assertTrue( $browser[ self::FIRST ]->is_logged_in(), 'the session goes on, because this is the owning site' );

		$this->change( self::SECOND, $people[ self::SECOND ]->id, 'active', true );
		$this->change( self::FIRST, $people[ self::FIRST ]->id, 'active', false );
		self::assertFalse( $browser[ self::FIRST ]->is_logged_in() );
		self::assertFalse( $this->browser( self::FIRST )->log_in( self::ANNA, self::PASSWORD )->has_login_cookie() );
		self::assertFalse( $browser[ self::SECOND ]->is_logged_in(), 'the owning site ends every session' );
		self::assertTrue( $this->browser( self::SECOND )->log_in( self::ANNA, self::PASSWORD )->is_logged_in(), 'and a new one may begin where she is active' );
	}

	public function test_an_application_password_opens_only_the_sites_where_its_person_is_active(): void {
		$this->person_on( self::FIRST, self::ANNA );
		$second           = $this->person_on( self::SECOND, self::ANNA );
		$anna             = $this->account( self::ANNA );
		list( $password ) = \WP_Application_Passwords::create_new_application_password( $anna->ID, array( 'name' => 'phone' ) );
		$opens            = fn( int $site ): bool => 200 === $this->browser( $site )->who_am_i( $anna->user_login, $password )->status;
		self::assertSame( array( true, true ), array( $opens( self::FIRST ), $opens( self::SECOND ) ) );
		$this->change( self::SECOND, $second->id, 'active', false );
		self::assertSame( array( true, false ), array( $opens( self::FIRST ), $opens( self::SECOND ) ) );
	}

	/** A person who is gone here blocks nobody: the address, which the owning site keeps, waits for the next person who gets it here. */
	public function test_the_address_of_who_left_this_site_waits_for_a_newcomer(): void {
		$this->person_on( self::FIRST, self::ANNA, array( 'externalId' => 'emp-1' ) );
		$second = $this->person_on( self::SECOND, self::ANNA, array( 'externalId' => 'emp-1' ) );
		$anna   = $this->account( self::ANNA )->ID;
		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', "/Users/$second->id" )->status );

		$emails   = array( array( 'value' => self::ANNA, 'primary' => true ) );
		$newcomer = $this->person_on( self::SECOND, 'anna.two@contoso.example', array( 'externalId' => 'emp-2', 'emails' => $emails ) );
		self::assertSame( self::ANNA, $newcomer->emails[0]->value );
		$account = $this->on( self::SECOND, fn(): \WP_User => $this->account_of( $newcomer->id ) );
		self::assertNotSame( $anna, $account->ID );
		self::assertSame( array( '', array( self::SECOND ) ), array( $account->user_email, $this->sites_of( $account->ID ) ) );
		self::assertSame( $anna, $this->account( self::ANNA )->ID );
		$living = $this->person_on( self::SECOND, 'bert@contoso.example' );
		$this->change( self::SECOND, $living->id, 'emails', $emails );
		self::assertSame( 'bert@contoso.example', $this->account( 'bert@contoso.example' )->user_email, 'nor does it block the living' );

		wp_update_user( array( 'ID' => $anna, 'user_email' => 'moved@contoso.example' ) );
		$this->change( self::SECOND, $newcomer->id, 'title', 'Second' );
		self::assertSame( $account->ID, $this->account( self::ANNA )->ID );
	}

	/** The administrator of a site does not lock a super administrator out, or unlink one: neither is it offered, nor done. */
	public function test_a_site_does_not_decide_about_the_network_s_administrators(): void {
		$this->person_on( self::FIRST, self::ANNA );
		$this->person_on( self::SECOND, 'site-admin@contoso.example' );
		$user_id = $this->account( self::ANNA )->ID;
		$admin   = $this->account( 'site-admin@contoso.example', self::SECOND )->ID;
		$said    = 'Only an administrator of the network decides about this account.';
		$perform = new \ReflectionMethod( PersonActions::class, 'perform' );
		$perform->setAccessible( true );
		$_GET = array( 'lock' => (string) $user_id );
		try {
			wp_set_current_user( $admin );
			self::assertSame( array(), PersonQuestion::asked()->left_out, 'an account like others' );
			grant_super_admin( $user_id );
			self::assertSame( array( $said ), array_column( PersonQuestion::asked()->left_out, 'reason' ) );
			foreach ( array( 'lock', 'unlock', 'unlink' ) as $what ) {
				self::assertSame( array( 'reason' => $said ), $perform->invoke( null, $what, $user_id, false ), $what );
			}
			wp_set_current_user( $user_id );
			$_GET = array( 'lock' => (string) $admin );
			self::assertSame( array( $admin ), array_map( static fn( array $person ): int => $person['user']->ID, $this->on( self::SECOND, array( PersonQuestion::class, 'asked' ) )->people ) );
		} finally {
			$_GET = array();
			wp_set_current_user( 0 );
			revoke_super_admin( $user_id );
		}
	}

	/** A super administrator may do anything, but not while deactivated: of such a one WordPress asks no `user_has_cap`. */
	public function test_a_deactivated_super_administrator_may_do_nothing(): void {
		global $wpdb;
		$this->person_on( self::FIRST, self::ANNA );
		$this->person_on( self::SECOND, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		grant_super_admin( $user_id );
		$may = function ( int $site ) use ( $user_id ): array {
			return $this->on(
				$site,
				static function () use ( $user_id ): array {
					AccessControl::forget_everybody();
					$GLOBALS['current_user'] = new \WP_User( $user_id );
					$may                     = array( current_user_can( 'manage_network' ), user_can( $user_id, 'edit_posts' ) );
					wp_set_current_user( 0 );
					return $may;
				}
			);
		};
		try {
			self::assertSame( array( true, true ), $may( self::SECOND ) );
			$this->on( self::SECOND, static fn() => $wpdb->update( Tables::name( 'users' ), array( 'active' => 0 ), array( 'user_id' => $user_id ) ) );
			self::assertSame( array( false, false ), $may( self::SECOND ) );
			self::assertSame( array( true, true ), $may( self::FIRST ) );
		} finally {
			revoke_super_admin( $user_id );
		}
	}

	/** Kept and locked: on that site only. */
	public function test_a_kept_account_is_locked_on_its_site(): void {
		$this->person_on( self::FIRST, self::ANNA );
		$second  = $this->person_on( self::SECOND, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', "/Users/$second->id" )->status );
		self::assertSame( array( self::FIRST, self::SECOND ), $this->sites_of( $user_id ) );
		$locked = fn( int $site ): bool => $this->on(
			$site,
			static function () use ( $user_id ): bool {
				AccessControl::forget_everybody();
				return AccessControl::is_locked_out( $user_id );
			}
		);
		self::assertSame( array( false, true ), array( $locked( self::FIRST ), $locked( self::SECOND ) ) );
		$this->person_on( self::SECOND, self::ANNA );
		self::assertSame( array( false, false ), array( $locked( self::FIRST ), $locked( self::SECOND ) ) );
	}

	/**
	 * Off the site, its content to the reassign target there; out of the network only when it is on no other site.
	 *
	 * @dataProvider policies
	 */
	public function test_a_deleted_person_goes_off_the_site_and_in_the_end_out_of_the_network( ?string $reassign_target ): void {
		$policy = array( 'deletion' => array( 'policy' => $reassign_target ? 'reassign' : 'delete', 'reassign_to' => $reassign_target ) );
		$people = array();
		$posts  = array();
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			$this->person_on( $site, 'heir@contoso.example' );
			$this->configure( $site, $policy );
			$people[ $site ] = $this->person_on( $site, self::ANNA );
		}
		$user_id = $this->account( self::ANNA )->ID;
		foreach ( $people as $site => $person ) {
			$posts[ $site ] = $this->on( $site, static fn(): int => wp_insert_post( array( 'post_title' => 'x', 'post_status' => 'publish', 'post_author' => $user_id ) ) );
		}
		$author = fn( int $site ): array => $this->on(
			$site,
			static function () use ( $posts, $site ): array {
				wp_cache_flush();
				return array( get_post_status( $posts[ $site ] ), (int) get_post( $posts[ $site ] )->post_author );
			}
		);
		$heir_id = $this->account( 'heir@contoso.example' )->ID;
		$gone    = $reassign_target ? array( 'publish', $heir_id ) : array( 'trash', $user_id );

		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', '/Users/' . $people[ self::SECOND ]->id )->status );
		self::assertSame( array( self::FIRST ), $this->sites_of( $user_id ) );
		self::assertSame( $gone, $author( self::SECOND ) );
		self::assertSame( array( 'publish', $user_id ), $author( self::FIRST ), 'what she wrote on the other site is hers' );

		self::assertSame( 204, $this->ask( self::FIRST, 'DELETE', '/Users/' . $people[ self::FIRST ]->id )->status );
		wp_cache_flush();
		self::assertFalse( get_userdata( $user_id ) );
		self::assertSame( $gone, $author( self::FIRST ) );
		foreach ( $posts as $site => $post ) {
			$this->on( $site, static fn() => wp_delete_post( $post, true ) );
		}
	}

	public function policies(): array {
		return array(
			'its content goes'   => array( null ),
			'its content stays' => array( 'heir@contoso.example' ),
		);
	}

	/** An identity provider does not delete an account from the network unless it has charge of it. */
	public function test_an_account_of_another_home_stays_in_the_network(): void {
		$this->configure( self::SECOND, array( 'deletion' => array( 'policy' => 'delete' ) ) );
		$this->person_on( self::FIRST, self::ANNA );
		$second  = $this->person_on( self::SECOND, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		self::assertSame( 204, $this->ask( self::SECOND, 'DELETE', "/Users/$second->id" )->status );
		self::assertSame( array( self::FIRST ), $this->sites_of( $user_id ) );
		self::assertSame( 404, $this->ask( self::SECOND, 'GET', "/Users/$second->id" )->status );
	}

	/** Content goes to somebody who is on the site: settings name nobody else, and who is taken off it gets nothing. */
	public function test_a_reassign_target_is_on_the_site(): void {
		$this->person_on( self::FIRST, 'heir@contoso.example' );
		$reassign_target = $this->account( 'heir@contoso.example' )->ID;
		$second          = $this->person_on( self::SECOND, self::ANNA );
		foreach ( array( 'deactivate', 'reassign' ) as $policy ) {
			$deletion = array( 'deletion' => array( 'policy' => $policy, 'reassign_to' => 'heir@contoso.example' ) );
			try {
				$this->configure( self::SECOND, $deletion );
				self::fail( 'A reassign target of another site was accepted.' );
			} catch ( \Rollbook\InvalidSettings $refusal ) {
				self::assertStringContainsString( 'is not on this site of the network', $refusal->getMessage() );
			}
			add_user_to_blog( self::SECOND, $reassign_target, 'author' );
			$this->configure( self::SECOND, $deletion );
			remove_user_from_blog( $reassign_target, self::SECOND );
			$answer = $this->ask( self::SECOND, 'DELETE', "/Users/$second->id" );
			self::assertSame( 409, $answer->status );
			self::assertStringContainsString( 'is not on this site of the network', $answer->json->detail );
		}
	}

	/** Somebody taken off a site in its admin is gone there for its identity provider. */
	public function test_who_is_taken_off_a_site_is_gone_there(): void {
		$first   = $this->person_on( self::FIRST, self::ANNA );
		$second  = $this->person_on( self::SECOND, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		$group   = $this->ask( self::FIRST, 'POST', '/Groups', array( 'displayName' => 'Editors', 'members' => array( array( 'value' => $first->id ) ) ) )->json;
		remove_user_from_blog( $user_id, self::FIRST );
		self::assertSame( 404, $this->ask( self::FIRST, 'GET', "/Users/$first->id" )->status );
		self::assertSame( array(), $this->ask( self::FIRST, 'GET', "/Groups/$group->id" )->json->members ?? array() );
		self::assertSame( 200, $this->ask( self::SECOND, 'GET', "/Users/$second->id" )->status );
		self::assertSame( '', get_user_meta( $user_id, 'rollbook_owning_site', true ) );
	}

	/** Deleted from the network: gone on every site, archived ones too. */
	public function test_who_is_deleted_from_the_network_is_gone_on_every_site(): void {
		$third   = $this->make_site( '/pu-third/' );
		$user_id = 0;
		foreach ( array( self::FIRST, self::SECOND, $third ) as $site ) {
			$this->person_on( $site, self::ANNA );
		}
		$user_id = $this->account( self::ANNA )->ID;
		update_blog_status( $third, 'archived', '1' );
		require_once ABSPATH . 'wp-admin/includes/ms.php';
		wpmu_delete_user( $user_id );
		foreach ( array( self::FIRST, self::SECOND, $third ) as $site ) {
			foreach ( array( 'users', 'lookups' ) as $table ) {
				self::assertSame( 0, $this->count_rows( $this->on( $site, static fn(): string => Tables::name( $table ) ), 'row_id > 0' ), "$table of site $site" );
			}
		}
	}
}
