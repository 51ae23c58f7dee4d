<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\WordPress\Admin\PersonLinks;
use Rollbook\WordPress\People\PasswordControl;
use Rollbook\WordPress\People\Network;
use Rollbook\WordPress\Store\Tables;

/** One account, several sites, and an identity provider for each of them. */
final class AccountsTest extends NetworkTestCase {

	private const ANNA = 'anna@contoso.example';

	public function test_each_site_has_people_groups_and_settings_of_its_own(): void {
		$first = $this->person_on( self::FIRST, self::ANNA );
		$group = $this->ask( self::FIRST, 'POST', '/Groups', array( 'displayName' => 'Editors' ) )->json;
		$this->configure( self::FIRST, array( 'default_role' => 'editor' ) );

		foreach ( array( "/Users/$first->id", "/Groups/$group->id" ) as $path ) {
			self::assertSame( 200, $this->ask( self::FIRST, 'GET', $path )->status );
			self::assertSame( 404, $this->ask( self::SECOND, 'GET', $path )->status );
		}
		self::assertSame( 0, $this->ask( self::SECOND, 'GET', '/Users?filter=' . rawurlencode( 'userName eq "' . self::ANNA . '"' ) )->json->totalResults );
		$second = $this->person_on( self::SECOND, 'bert@contoso.example' );
		self::assertStringStartsWith( $this->on( self::SECOND, 'home_url' ) . '/wp-json/scim/v2/Users/', $second->meta->location );
		self::assertSame( array( 'subscriber' ), $this->account( 'bert@contoso.example', self::SECOND )->roles );
		self::assertSame( array( self::SECOND ), $this->sites_of( $this->account( 'bert@contoso.example' )->ID ) );
		self::assertSame( (string) self::SECOND, (string) get_user_meta( $this->account( 'bert@contoso.example' )->ID, 'primary_blog', true ) );
	}

	/** The second identity provider adds the account to its site. The first one says who the person is. */
	public function test_a_person_of_two_directories_is_one_account(): void {
		$this->configure( self::SECOND, array( 'default_role' => 'author', 'username' => array( 'rename' => true ) ) );
		$first   = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'Anna Arendt' ) );
		$user_id = $this->account( self::ANNA )->ID;
		$second  = $this->person_on( self::SECOND, self::ANNA, array( 'displayName' => 'A. Arendt (Fabrikam)', 'nickName' => 'Ann' ) );

		self::assertNotSame( $first->id, $second->id );
		self::assertSame( array( self::FIRST, self::SECOND ), $this->sites_of( $user_id ) );
		self::assertSame( array( 'subscriber' ), $this->account( self::ANNA, self::FIRST )->roles );
		self::assertSame( array( 'author' ), $this->account( self::ANNA, self::SECOND )->roles );
		self::assertSame( 'Anna Arendt', $this->account( self::ANNA )->display_name );

		$this->change( self::SECOND, $second->id, 'userName', 'arendt@fabrikam.example' );
		$this->change( self::SECOND, $second->id, 'emails', array( array( 'value' => 'arendt@fabrikam.example', 'primary' => true ) ) );
		$account = $this->account( self::ANNA );
		self::assertSame( array( $user_id, self::ANNA ), array( $account->ID, $account->user_login ), 'neither address nor login are the second’s to change' );
		self::assertSame( 'A. Arendt (Fabrikam)', $this->ask( self::SECOND, 'GET', "/Users/$second->id" )->json->displayName );
	}

	/** Whatever one identity provider changes, the other sees what it has sent, in the version that it knows, and has nothing to correct. */
	public function test_two_directories_do_not_correct_each_other_for_ever(): void {
		$first  = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'One', 'title' => 'Writer' ) );
		$second = $this->person_on( self::SECOND, self::ANNA, array( 'displayName' => 'Two', 'title' => 'Speaker' ) );
		for ( $round = 1; $round <= 2; ++$round ) {
			foreach ( array( self::FIRST => $first, self::SECOND => $second ) as $site => $sent ) {
				$seen = $this->ask( $site, 'GET', "/Users/$sent->id" )->json;
				self::assertSame( array( $sent->displayName, $sent->title, $sent->meta->version, $sent->meta->lastModified ), array( $seen->displayName, $seen->title, $seen->meta->version, $seen->meta->lastModified ) );
				$again = $this->ask( $site, 'PUT', "/Users/$sent->id", json_decode( json_encode( $sent ), true ) );
				self::assertSame( array( 200, $sent->meta->version ), array( $again->status, $again->json->meta->version ), 'and sending it again changes nothing' );
			}
			$first = $this->change( self::FIRST, $first->id, 'displayName', "One $round" );
		}
		self::assertSame( 'One 2', $this->account( self::ANNA )->display_name );
	}

	/** WordPress allows an address and a login once, but looks only before it writes; and each site has tables of its own to claim them in. */
	public function test_one_person_on_two_sites_at_once_is_one_account(): void {
		$create  = fn( array $people ): array => $this->at_once( 'create-at-once.php', $people );
		$answers = $create( array_map( static fn( string $site ): array => array( 'race@contoso.example', 'race,race-2,race-3', 'race@contoso.example', $site ), array( '1', '2', '1', '2' ) ) );
		self::assertCount( 1, array_keys( array_column( $answers, 'outcome' ), 'done', true ), json_encode( $answers ) );
		self::assertSame( 1, $this->count_rows( $GLOBALS['wpdb']->users, "user_email = 'race@contoso.example'" ) );

		$answers = $create( array_map( static fn( int $number ): array => array( "race-$number", 'race-a,race-b,race-c,race-d', '', (string) ( 1 + $number % 2 ) ), range( 1, 4 ) ) );
		$logins  = array_map( static fn( array $answer ): string => $answer['record']['account']['login'], $answers );
		sort( $logins );
		self::assertSame( array( 'race-a', 'race-b', 'race-c', 'race-d' ), $logins );
	}

	/** However many people there are, and on however many sites, a page costs the same. */
	public function test_a_page_of_people_of_many_sites_costs_the_same_number_of_statements(): void {
		global $wpdb;
		$count   = function () use ( $wpdb ): int {
			wp_cache_flush();
			$before = $wpdb->num_queries;
			$this->on( self::SECOND, fn() => $this->find( '1=1' ) );
			return $wpdb->num_queries - $before;
		};
		$persons = function ( int $from, int $to ): void {
			foreach ( range( $from, $to ) as $number ) {
				$record = $this->on( self::SECOND, fn(): array => $this->create( "pu-many-$number" ) );
				add_user_to_blog( self::FIRST, $record['account']['user_id'], 'author' );
			}
		};
		$persons( 1, 12 ); // More than are read without being weighed.
		$few = $count();
		$persons( 13, 24 );
		self::assertSame( $few, $count() );
	}

	/** What a plugin throws while an account is added to the site undoes that, and WordPress is back on the site. */
	public function test_a_failing_plugin_leaves_nobody_half_added(): void {
		$this->person_on( self::FIRST, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		$rude    = static function (): void {
			update_option( 'pu_rude', 'undone' );
			switch_to_blog( self::FIRST );
			throw new \RuntimeException( 'rude' );
		};
		$add  = fn(): array => $this->create( 'anna', array(), array( 'user_id' => $user_id, 'managed_here' => false, 'role' => 'author' ) );
		$site = $this->on(
			self::SECOND,
			function () use ( $rude, $add ): int {
				try {
					$this->with_hook( 'add_user_to_blog', $rude, $add );
				} catch ( \RuntimeException $failure ) {
					self::assertSame( 'rude', $failure->getMessage() );
				}
				self::assertFalse( get_option( 'pu_rude' ), 'nor does memory know of it' );
				return get_current_blog_id();
			}
		);
		self::assertSame( self::SECOND, $site );
		self::assertSame( array( self::FIRST ), $this->sites_of( $user_id ) );
		self::assertSame( 0, $this->count_rows( $this->on( self::SECOND, static fn(): string => Tables::name( 'users' ) ), '1=1' ) );
		self::assertSame( array( 'author' ), $this->on( self::SECOND, $add )['account']['roles'] );
	}

	/** Many operations in one request add, make and refuse people as single ones do, and let other sites go on. */
	public function test_bulk(): void {
		$this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'Anna Arendt' ) );
		$post   = static fn( string $id, string $email ): array => array(
			'method' => 'POST',
			'path'   => '/Users',
			'bulkId' => $id,
			'data'   => array( 'userName' => $email, 'displayName' => 'Bulk', 'emails' => array( array( 'value' => $email, 'primary' => true ) ) ),
		);
		$answer = $this->ask(
			self::SECOND,
			'POST',
			'/Bulk',
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:BulkRequest' ),
				'Operations' => array( $post( 'a', 'bert@contoso.example' ), $post( 'b', self::ANNA ), $post( 'c', 'admin@example.test' ), $post( 'd', 'cleo@contoso.example' ) ),
			)
		);
		self::assertSame( array( '201', '201', '409', '201' ), array_column( $answer->json->Operations, 'status' ), $answer->body );
		self::assertSame( array( 'Anna Arendt', 'Bulk' ), array( $this->account( self::ANNA )->display_name, $this->account( 'bert@contoso.example' )->display_name ) );
		self::assertSame( array( self::FIRST, self::SECOND ), $this->sites_of( $this->account( self::ANNA )->ID ) );
		$this->person_on( self::FIRST, 'cleo@contoso.example' );
		self::assertSame( array( self::FIRST, self::SECOND ), $this->sites_of( $this->account( 'cleo@contoso.example' )->ID ) );
	}

	/** Networks know no login with capitals. */
	public function test_a_login_with_capitals_is_no_obstacle(): void {
		$person = $this->on( self::SECOND, fn(): object => $this->provision( 'Anna.Arendt@Contoso.example' ) );
		self::assertSame( 'Anna.Arendt@Contoso.example', $person->userName );
		self::assertNotFalse( get_user_by( 'login', 'anna.arendt@contoso.example' ) );
	}

	/** A login alone says nothing in a network: there may be an anna on every site. */
	public function test_the_same_login_is_no_reason_to_take_an_account(): void {
		$this->on( self::FIRST, fn() => $this->provision( 'anna', array( 'emails' => array( array( 'value' => 'anna@one.example' ) ) ) ) );
		$this->on( self::SECOND, fn() => $this->provision( 'anna', array( 'emails' => array( array( 'value' => 'anna@two.example' ) ) ) ) );
		self::assertSame( array( self::FIRST ), $this->sites_of( $this->account( 'anna@one.example' )->ID ) );
		self::assertSame( array( self::SECOND ), $this->sites_of( $this->account( 'anna@two.example' )->ID ) );
		self::assertSame( 'anna', $this->account( 'anna@one.example' )->user_login );
		self::assertNotSame( 'anna', $this->account( 'anna@two.example' )->user_login );
	}

	/** An administrator of one site may be a person of another: in its role there, and not a bit more. */
	public function test_an_administrator_of_another_site_is_nobody_s_to_change(): void {
		$admin = wp_insert_user( array( 'user_login' => 'pu-boss', 'user_email' => 'boss@contoso.example', 'user_pass' => 'a local pass-phrase', 'role' => 'administrator' ) );
		$this->configure( self::SECOND, array( 'password_sync' => true, 'username' => array( 'rename' => true ) ) );
		$person = $this->person_on( self::SECOND, 'boss@contoso.example', array( 'displayName' => 'Taken', 'password' => 'another pass-phrase' ) );
		$this->change( self::SECOND, $person->id, 'userName', 'evil@contoso.example' );
		$this->change( self::SECOND, $person->id, 'emails', array( array( 'value' => 'evil@contoso.example', 'primary' => true ) ) );
		$this->change( self::SECOND, $person->id, 'password', 'another pass-phrase' );
		$boss = $this->account( 'boss@contoso.example' );
		self::assertSame( array( $admin, 'pu-boss', 'pu-boss' ), array( $boss->ID, $boss->user_login, $boss->display_name ) );
		self::assertTrue( wp_check_password( 'a local pass-phrase', $boss->user_pass ) );
		self::assertSame( array( 'subscriber' ), $this->account( 'boss@contoso.example', self::SECOND )->roles );

		$this->change( self::SECOND, $person->id, 'active', false );
		self::assertFalse( $this->browser( self::SECOND )->log_in( 'pu-boss', 'a local pass-phrase' )->has_login_cookie() );
		self::assertTrue( $this->browser( self::FIRST )->log_in( 'pu-boss', 'a local pass-phrase' )->is_logged_in() );
	}

	/** A person that an identity provider brought, and another site made an administrator, is out of its reach from then on. */
	public function test_who_becomes_an_administrator_elsewhere_is_out_of_reach(): void {
		$person  = $this->person_on( self::SECOND, self::ANNA, array( 'displayName' => 'Before' ) );
		$user_id = $this->account( self::ANNA )->ID;
		add_user_to_blog( self::FIRST, $user_id, 'administrator' );
		$this->change( self::SECOND, $person->id, 'emails', array( array( 'value' => 'evil@contoso.example', 'primary' => true ) ) );
		self::assertSame( $user_id, $this->account( self::ANNA )->ID );

		// A role that the other site has put under its protection counts as well.
		( new \WP_User( $user_id, '', self::FIRST ) )->set_role( 'editor' );
		$this->configure( self::FIRST, array( 'protected_roles' => array( 'administrator', 'editor' ) ) );
		$this->change( self::SECOND, $person->id, 'displayName', 'Not yet' );
		self::assertSame( 'Before', $this->account( self::ANNA )->display_name );

		// And when it has it no more, everything is made up for, with the next change.
		$this->configure( self::FIRST, array( 'protected_roles' => array( 'administrator' ) ) );
		$this->change( self::SECOND, $person->id, 'displayName', 'After' );
		self::assertSame( array( $user_id, 'After' ), array( $this->account( 'evil@contoso.example' )->ID, $this->account( 'evil@contoso.example' )->display_name ) );
	}

	public function test_a_super_administrator_is_protected_on_every_site(): void {
		$answer = $this->ask( self::SECOND, 'POST', '/Users', array( 'userName' => 'admin@example.test', 'emails' => array( array( 'value' => 'admin@example.test' ) ) ) );
		self::assertSame( 409, $answer->status );
		self::assertStringContainsString( 'protected', $answer->json->detail );

		$other = wp_insert_user( array( 'user_login' => 'pu-super', 'user_email' => 'super@example.test', 'user_pass' => 'x', 'role' => '' ) );
		remove_user_from_blog( $other, self::FIRST );
		$not_there = array( 'userName' => 'super@example.test', 'emails' => array( array( 'value' => 'super@example.test' ) ) );
		$before    = get_site_option( 'site_admins' );
		update_site_option( 'site_admins', array( ...$before, 'pu-super' ) );
		try {
			$answer = $this->ask( self::SECOND, 'POST', '/Users', $not_there );
		} finally {
			update_site_option( 'site_admins', $before );
		}
		self::assertSame( 409, $answer->status );
		self::assertStringContainsString( 'It is protected', $answer->json->detail );
		self::assertSame( array(), $this->sites_of( $other ) );
	}

	/** Who manages a site does not lock an administrator of the network out of it by hand: another one decides. */
	public function test_a_super_administrator_is_locked_out_by_hand_by_nobody_of_a_site(): void {
		$this->person_on( self::SECOND, 'boss@contoso.example' );
		$user_id = $this->account( 'boss@contoso.example' )->ID;
		$admin   = wp_insert_user( array( 'user_login' => 'pu-manager', 'user_email' => 'manager@example.test', 'user_pass' => 'x', 'role' => '' ) );
		add_user_to_blog( self::SECOND, $admin, 'administrator' );
		$before = get_site_option( 'site_admins' );
		update_site_option( 'site_admins', array( ...$before, $this->account( 'boss@contoso.example' )->user_login ) );
		try {
			wp_set_current_user( $admin );
			self::assertFalse( $this->on( self::SECOND, static fn(): bool => PersonLinks::is_in_reach( $user_id ) ) );
			wp_set_current_user( get_user_by( 'login', $before[0] )->ID );
			self::assertTrue( $this->on( self::SECOND, static fn(): bool => PersonLinks::is_in_reach( $user_id ) ) );
		} finally {
			wp_set_current_user( 0 );
			update_site_option( 'site_admins', $before );
		}
	}

	/** Who leaves is locked out of the site that says so, whatever right the account has been given; but the network keeps somebody to administer it. */
	public function test_an_identity_provider_does_not_lock_out_the_last_super_administrator(): void {
		$person = array();
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			$person[ $site ] = $this->person_on( $site, 'boss@contoso.example' )->id;
		}
		$boss   = $this->account( 'boss@contoso.example' );
		$before = get_site_option( 'site_admins' );
		update_site_option( 'site_admins', array( $boss->user_login ) );
		try {
			$refused = $this->on( self::FIRST, fn(): object => $this->patch( $person[ self::FIRST ], 'active', false ) );
			self::assertGreaterThanOrEqual( 400, $refused->status );
			self::assertStringContainsString( 'last super administrator', $refused->body );
			self::assertGreaterThanOrEqual( 400, $this->ask( self::FIRST, 'DELETE', "/Users/{$person[ self::FIRST ]}" )->status );
			self::assertFalse( $this->change( self::SECOND, $person[ self::SECOND ], 'active', false )->active, 'another site is not the network' );
			self::assertTrue( $this->ask( self::FIRST, 'GET', "/Users/{$person[ self::FIRST ]}" )->json->active );
			update_site_option( 'site_admins', array( ...$before, $boss->user_login ) );
			self::assertFalse( $this->change( self::FIRST, $person[ self::FIRST ], 'active', false )->active, 'there is another one' );
		} finally {
			update_site_option( 'site_admins', $before );
		}
	}

	/** Where existing accounts are kept apart, those of other sites are, too. */
	public function test_accounts_of_the_network_can_be_kept_apart(): void {
		$this->person_on( self::FIRST, self::ANNA );
		$this->configure( self::SECOND, array( 'existing_accounts' => 'apart' ) );
		$answer = $this->ask( self::SECOND, 'POST', '/Users', array( 'userName' => 'a', 'emails' => array( array( 'value' => self::ANNA ) ) ) );
		self::assertSame( 409, $answer->status );
		self::assertStringContainsString( 'kept apart', $answer->json->detail );
		self::assertSame( array( self::FIRST ), $this->sites_of( $this->account( self::ANNA )->ID ) );
		// Without an address there is no clash, only a login that is taken.
		self::assertSame( 201, $this->ask( self::SECOND, 'POST', '/Users', array( 'userName' => self::ANNA . '.x', 'emails' => array() ) )->status );
	}

	/** An account that is on several sites and came from no identity provider has no owning site, whichever is first. */
	public function test_a_local_account_of_two_sites_is_linked_but_not_taken_over(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-local', 'user_email' => self::ANNA, 'user_pass' => 'x', 'display_name' => 'Local' ) );
		add_user_to_blog( self::SECOND, $user_id, 'author' );
		$found = $this->ask( self::SECOND, 'GET', '/Users?filter=' . rawurlencode( 'emails.value eq "' . self::ANNA . '"' ) )->json->Resources[0];
		$this->change( self::SECOND, $found->id, 'displayName', 'Taken' );
		self::assertSame( 'Local', $this->account( self::ANNA )->display_name );
		self::assertSame( 'Taken', $this->ask( self::SECOND, 'GET', "/Users/$found->id" )->json->displayName );

		// Its network may say otherwise: a filter lives in a plugin, so this is asked of the accounts' facts.
		$this->with_hook(
			'rollbook/owning_site',
			static fn(): int => self::SECOND,
			fn() => self::assertSame( 'here', $this->on( self::SECOND, static fn(): string => Network::facts( get_userdata( $user_id ) )['owning_site'] ) )
		);
	}

	/** When the owning site lets go of an account, the other site's identity provider has charge of it, and what that has sent so far is written. */
	public function test_the_home_moves_when_it_lets_go(): void {
		$this->configure( self::FIRST, array( 'deletion' => array( 'policy' => 'delete' ) ) );
		$first   = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'One' ) );
		$second  = $this->person_on( self::SECOND, self::ANNA, array( 'displayName' => 'Two' ) );
		$user_id = $this->account( self::ANNA )->ID;
		self::assertSame( 204, $this->ask( self::FIRST, 'DELETE', "/Users/$first->id" )->status );
		self::assertSame( array( self::SECOND ), $this->sites_of( $user_id ), 'deleted from its site, not from the network' );
		self::assertSame( 'One', $this->account( self::ANNA )->display_name );

		$again = $this->ask( self::SECOND, 'PUT', "/Users/$second->id", array( 'userName' => self::ANNA, 'displayName' => 'Two', 'emails' => array( array( 'value' => self::ANNA, 'type' => 'work', 'primary' => true ) ), 'active' => true ) );
		self::assertSame( 200, $again->status );
		self::assertSame( 'Two', $this->account( self::ANNA )->display_name );
		self::assertSame( self::SECOND, Network::owning_site_of( $user_id ) );

		$back = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'Back' ) );
		self::assertSame( array( 'Two', 'Back' ), array( $this->account( self::ANNA )->display_name, $back->displayName ) );
	}

	/** An owning site that unlinks its person lets go of the account, too. */
	public function test_the_home_moves_when_it_unlinks(): void {
		$first  = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'One' ) );
		$second = $this->person_on( self::SECOND, self::ANNA, array( 'displayName' => 'Two' ) );
		$record = $this->load( $first->id );
		self::assertSame( 'done', $this->run_command( 'unlink_user', array( 'id' => $first->id, 'version' => $record['version'] ) )['outcome'] );
		$user_id = $this->account( self::ANNA )->ID;
		self::assertSame( 0, Network::owning_site_of( $user_id ) );

		// The account is on two sites and nobody's, until it is on one.
		$this->change( self::SECOND, $second->id, 'displayName', 'Not yet' );
		self::assertSame( 'One', $this->account( self::ANNA )->display_name );
		remove_user_from_blog( $user_id, self::FIRST );
		$this->change( self::SECOND, $second->id, 'displayName', 'Three' );
		self::assertSame( array( 'Three', self::SECOND ), array( $this->account( self::ANNA )->display_name, Network::owning_site_of( $user_id ) ) );
	}

	/** Whole-site tasks look at the accounts of their site. */
	public function test_tasks_look_at_the_accounts_of_their_site(): void {
		$listed = fn(): array => $this->on( self::SECOND, fn(): array => $this->run_command( 'list_accounts', array( 'after' => 0, 'limit' => 100, 'count' => true, 'read' => array() ) ) );
		$before = $listed();
		$this->person_on( self::FIRST, 'first@contoso.example' );
		$this->person_on( self::SECOND, 'second@contoso.example' );
		$logins = static fn( array $found ): array => array_column( array_column( $found['accounts'], 'account' ), 'login' );
		self::assertContains( 'admin', $logins( $before ) );
		self::assertSame( array( 'second@contoso.example' ), array_values( array_diff( $logins( $listed() ), $logins( $before ) ) ) );
		self::assertSame( $before['total'] + 1, $listed()['total'] );
	}

	/** The owner of one site lets an account go; on the other sites nothing changes. */
	public function test_who_is_unlinked_stays_on_the_site_and_has_no_home(): void {
		$here   = $this->person_on( self::FIRST, self::ANNA );
		$there  = $this->person_on( self::SECOND, self::ANNA );
		$user   = $this->account( self::ANNA );
		$unlink = static function ( int $user_id ): int {
			$exchange = \Rollbook\Exchange::task( array( 'task' => 'unlinking', 'user_id' => $user_id ), \Rollbook\WordPress\Store\Settings::document(), \Rollbook\WordPress\Site::facts(), self::NOW );
			( new \Rollbook\WordPress\Endpoint\ExchangeRunner( $exchange ) )->run();
			return $exchange->response()['status'];
		};
		self::assertSame( self::FIRST, Network::owning_site_of( $user->ID ) );
		self::assertSame( 200, $this->on( self::FIRST, static fn(): int => $unlink( $user->ID ) ) );
		self::assertSame( array( self::FIRST, self::SECOND ), $this->sites_of( $user->ID ) );
		self::assertSame( 404, $this->ask( self::FIRST, 'GET', "/Users/$here->id" )->status );
		self::assertSame( 200, $this->ask( self::SECOND, 'GET', "/Users/$there->id" )->status );
		wp_cache_flush();
		self::assertSame( 0, Network::owning_site_of( $user->ID ) );
	}

	/** Where the owning site only locks the account for the person's return, it stays the owning site. */
	public function test_a_kept_account_keeps_its_home(): void {
		$first  = $this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'One' ) );
		$second = $this->person_on( self::SECOND, self::ANNA );
		self::assertSame( 204, $this->ask( self::FIRST, 'DELETE', "/Users/$first->id" )->status );
		$this->change( self::SECOND, $second->id, 'emails', array( array( 'value' => 'other@contoso.example', 'primary' => true ) ) );
		self::assertSame( 'One', $this->account( self::ANNA )->display_name );
		$user_id = $this->account( self::ANNA )->ID;
		$this->person_on( self::FIRST, self::ANNA, array( 'displayName' => 'Back' ) );
		self::assertSame( array( $user_id, 'Back' ), array( $this->account( self::ANNA )->ID, $this->account( self::ANNA )->display_name ) );
	}

	/** People cannot change a password that the identity provider of the owning site sets; others can. */
	public function test_passwords_are_the_home_s(): void {
		$this->configure( self::SECOND, array( 'password_sync' => true ) );
		$this->person_on( self::FIRST, self::ANNA );
		$this->person_on( self::SECOND, self::ANNA, array( 'password' => 'sent by the second' ) );
		$anna = $this->account( self::ANNA );
		self::assertFalse( wp_check_password( 'sent by the second', $anna->user_pass ) );
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			self::assertFalse( $this->on( $site, static fn(): bool => PasswordControl::is_forbidden( $anna->ID ) ) );
		}
		$this->person_on( self::SECOND, 'bert@contoso.example', array( 'password' => 'sent by the second' ) );
		$this->person_on( self::FIRST, 'bert@contoso.example' );
		$bert = $this->account( 'bert@contoso.example' );
		self::assertTrue( wp_check_password( 'sent by the second', $bert->user_pass ) );
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			self::assertTrue( $this->on( $site, static fn(): bool => PasswordControl::is_forbidden( $bert->ID ) ) );
		}
	}

	/** An edit in the network's admin, on whichever site, is seen by the identity provider that has charge of the account, and found by all. */
	public function test_a_local_edit_is_known_on_every_site(): void {
		$first  = $this->person_on( self::FIRST, self::ANNA );
		$second = $this->person_on( self::SECOND, self::ANNA );
		$local  = wp_insert_user( array( 'user_login' => 'pu-local', 'user_email' => 'local@contoso.example', 'user_pass' => 'x' ) );
		add_user_to_blog( self::SECOND, $local, 'author' );
		$by     = fn( string $email ): array => array_column( $this->ask( self::SECOND, 'GET', '/Users?filter=' . rawurlencode( "emails.value eq \"$email\"" ) )->json->Resources ?? array(), 'id' );
		$id     = $by( 'local@contoso.example' );
		self::assertCount( 1, $id );

		$edit = $this->at_once( 'network/edit-addresses.php', array( array( 'local@contoso.example', 'moved@contoso.example', self::ANNA, 'renamed@contoso.example' ) ) );
		self::assertSame( array( array( true, true ) ), $edit );
		wp_cache_flush();
		self::assertSame( $id, $by( 'moved@contoso.example' ), 'an unmanaged one' );
		self::assertSame( 'renamed@contoso.example', $this->ask( self::FIRST, 'GET', "/Users/$first->id" )->json->emails[0]->value, 'its owning site is to correct it' );
		self::assertSame( self::ANNA, $this->ask( self::SECOND, 'GET', "/Users/$second->id" )->json->emails[0]->value, 'another site is not' );
		self::assertSame( $second->meta->version, $this->ask( self::SECOND, 'GET', "/Users/$second->id" )->json->meta->version );
	}

	/** Somebody who is put on a site is listed there, however old the account. */
	public function test_who_is_put_on_a_site_is_found_there(): void {
		$old = wp_insert_user( array( 'user_login' => 'pu-old', 'user_email' => 'old@contoso.example', 'user_pass' => 'x' ) );
		$this->person_on( self::SECOND, 'new@contoso.example' );
		$names = fn(): array => array_column( $this->ask( self::SECOND, 'GET', '/Users' )->json->Resources, 'userName' );
		self::assertNotContains( 'old@contoso.example', $names() );
		for ( $number = 1; $number <= 120; ++$number ) { // More than are looked at again anyway.
			$GLOBALS['wpdb']->insert( $GLOBALS['wpdb']->users, array( 'user_login' => "pu-$number" ) );
		}
		self::assertNotContains( 'old@contoso.example', $names() );
		add_user_to_blog( self::SECOND, $old, 'author' );
		self::assertContains( 'old@contoso.example', $names() );
	}

	/** What is left of somebody who was taken off the site while the plugin did not run is in nobody's way. */
	public function test_who_was_taken_off_past_the_plugin_can_come_back(): void {
		$person  = $this->person_on( self::SECOND, self::ANNA );
		$user_id = $this->account( self::ANNA )->ID;
		delete_user_meta( $user_id, 'wp_2_capabilities' );
		self::assertSame( 404, $this->ask( self::SECOND, 'GET', "/Users/$person->id" )->status );
		$back = $this->person_on( self::SECOND, self::ANNA );
		self::assertNotSame( $person->id, $back->id );
		self::assertSame( array( self::SECOND ), $this->sites_of( $user_id ) );
		self::assertSame( 1, $this->count_rows( $this->on( self::SECOND, static fn(): string => Tables::name( 'users' ) ), "user_id = $user_id" ) );
	}
}
