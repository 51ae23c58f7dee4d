<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\TaskRun;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What the owner does to everybody at once, and to one person. */
final class TasksTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const RULE = array( 'role_rules' => array( array( 'filter' => 'title eq "Boss"', 'role' => 'author' ) ) );

	protected function tearDown(): void {
		global $wpdb;
		array_map( array( TaskRun::class, 'discard' ), TaskRun::KINDS );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE method = 'TASK'" );
		parent::tearDown();
	}

	/** People who are to get another role, by their documents. */
	private function bosses( int $number ): array {
		return array_map(
			fn( int $index ): array => $this->create( "pu-boss-$index", array( 'document' => '{"userName":"pu-boss-' . $index . '","title":"Boss"}' ), array( 'role' => 'subscriber' ) ),
			range( 1, $number )
		);
	}

	private function finished( TaskRun $run ): TaskRun {
		for ( $requests = 0; ! $run->is_finished(); ++$requests ) {
			self::assertLessThan( 100, $requests );
			$run->advance();
			self::assertNull( $run->failure() );
		}
		return $run;
	}

	/** What a run says of accounts of this test: verdict and what they are to have, by login. */
	private function about( TaskRun $run ): array {
		$about = array();
		foreach ( $run->entries() as $entry ) {
			if ( str_starts_with( $entry['login'], 'pu-' ) ) {
				$about[ $entry['login'] ] = array( $entry['verdict'], $entry['then'] );
			}
		}
		ksort( $about );
		return $about;
	}

	/** @return string[] */
	private function roles_of( array $record ): array {
		clean_user_cache( $record['account']['user_id'] );
		return array_values( get_userdata( $record['account']['user_id'] )->roles );
	}

	/** A browser of an administrator. */
	private function administrator(): Browser {
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = new Browser( $site->url );
		$browser->log_in( $site->admin->user, $site->admin->password );
		return $browser;
	}

	/** The hidden fields of the form on a tab that sends an action. */
	private function form( Browser $browser, string $path, string $action ): array {
		$browser->fetch( $path );
		$document = new \DOMDocument();
		@$document->loadHTML( $browser->body );
		foreach ( $document->getElementsByTagName( 'form' ) as $form ) {
			$fields = array();
			foreach ( $form->getElementsByTagName( 'input' ) as $input ) {
				$fields[ $input->getAttribute( 'name' ) ] = $input->getAttribute( 'value' );
			}
			if ( ( $fields['action'] ?? '' ) === $action ) {
				return $fields;
			}
		}
		self::fail( "no form $action on $path: $browser->status" );
	}

	public function test_rules_are_previewed_and_applied_in_parts(): void {
		global $wpdb;
		$bosses = $this->bosses( 60 );
		$clerk  = $this->create( 'pu-clerk', array(), array( 'role' => 'subscriber' ) );
		$admin  = $this->create( 'pu-admin', array( 'document' => '{"title":"Boss"}' ), array( 'role' => 'administrator' ) );
		$this->settings( self::RULE );

		$preview = $this->finished( TaskRun::begin( TaskRun::ROLES, false, array() ) );
		$about   = $this->about( $preview );
		self::assertCount( 60, $about );
		self::assertSame( array( 'changes', array( 'author' ) ), $about['pu-boss-1'] );
		self::assertGreaterThanOrEqual( 60, $preview->counts()['changes'] ); // The site may have had others before.
		self::assertGreaterThanOrEqual( 1, $preview->counts()['protected'] );
		self::assertSame( $preview->progress()[0], $preview->progress()[1] );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[0] ), 'a preview changes nothing' );

		$heard = array();
		add_action( 'set_user_role', static function ( int $user_id, string $role ) use ( &$heard ): void { $heard[ $user_id ] = $role; }, 10, 2 );
		$run = $this->finished( TaskRun::begin( TaskRun::ROLES, true, array() ) );
		self::assertSame( $preview->counts()['changes'], $run->counts()['changed'] );
		self::assertCount( $run->counts()['changed'], $heard );
		foreach ( $bosses as $boss ) {
			self::assertSame( array( 'author' ), $this->roles_of( $boss ) );
		}
		self::assertSame( array( array( 'subscriber' ), array( 'administrator' ) ), array( $this->roles_of( $clerk ), $this->roles_of( $admin ) ) );
		$logged = $wpdb->get_col( 'SELECT changes FROM ' . Tables::name( 'activity' ) . " WHERE method = 'TASK' AND path = '/roles'" );
		self::assertGreaterThanOrEqual( 2, count( $logged ), 'a line for each part' );
		self::assertStringContainsString( 'pu-boss-1: subscriber → author', implode( $logged ) );
		self::assertArrayNotHasKey( 'changed', $this->finished( TaskRun::begin( TaskRun::ROLES, true, array() ) )->counts() );
	}

	public function test_where_memory_ends_a_part_the_page_says_so_and_goes_on_with_fewer(): void {
		$plugin = WPMU_PLUGIN_DIR . '/pu-greedy.php';
		wp_mkdir_p( WPMU_PLUGIN_DIR );
		file_put_contents(
			$plugin,
			'<?php add_filter( "rollbook/is_protected", static function ( $is ) { static $accounts = 0; if ( isset( $_REQUEST["step"] ) && ++$accounts > 20 ) {'
			. ' ini_set( "memory_limit", (string) ( memory_get_usage( true ) + 1000000 ) ); $all = array(); while ( true ) { $all[] = str_repeat( "x", 9999 ); } } return $is; } );'
		);
		try {
			$bosses  = $this->bosses( 30 );
			$this->settings( self::RULE );
			$browser = $this->administrator();
			$fields  = array( 'step' => 'preview' ) + $this->form( $browser, '/wp-admin/options-general.php?page=rollbook&tab=roles', 'rollbook_task' );
			$browser->submit( '/wp-admin/admin-post.php', $fields );
			self::assertSame( 302, $browser->status, $browser->body );
			self::assertNotEmpty( preg_grep( '/^Location: .*tab=roles#rollbook-task$/i', $browser->headers ) );
			wp_cache_flush();
			$run = TaskRun::current( TaskRun::ROLES );
			self::assertStringContainsString( 'memory', (string) $run->failure() );
			self::assertStringNotContainsString( 'critical error', $browser->fetch( '/wp-admin/options-general.php?page=rollbook&tab=roles' )->body );

			$at_once = new \ReflectionMethod( $run, 'at_once' );
			self::assertSame( 250, $at_once->invoke( $run ), 'half as many as before' );
		} finally {
			unlink( $plugin );
		}
		self::assertCount( count( $bosses ), $this->about( $this->finished_after_failure( TaskRun::current( TaskRun::ROLES ) ) ) );
	}

	/** A run that has failed, gone on with. */
	private function finished_after_failure( TaskRun $run ): TaskRun {
		$run->advance();
		return $this->finished( $run );
	}

	public function test_two_windows_count_everybody_once(): void {
		$this->bosses( 3 );
		$this->settings( self::RULE );
		$one   = TaskRun::begin( TaskRun::ROLES, true, array() );
		$other = TaskRun::current( TaskRun::ROLES );
		$this->finished( $one );
		$other->advance();
		self::assertSame( $one->counts(), $other->counts() );
		self::assertSame( $one->counts(), TaskRun::current( TaskRun::ROLES )->counts() );
		self::assertCount( 3, $this->about( $one ) );

		$stopped = TaskRun::begin( TaskRun::ROLES, false, array() );
		TaskRun::discard( TaskRun::ROLES );
		$stopped->advance();
		self::assertNull( TaskRun::current( TaskRun::ROLES ), 'what was stopped does not come back' );
	}

	public function test_other_settings_end_a_run(): void {
		$bosses = $this->bosses( 2 );
		$this->settings( self::RULE );
		$run = TaskRun::begin( TaskRun::ROLES, true, array() );
		$this->settings( array( 'activity_days' => 7 ) );
		$run->advance();
		self::assertFalse( $run->is_up_to_date() );
		self::assertFalse( $run->is_finished() );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[0] ) );
	}

	public function test_a_plugin_that_minds_one_account_does_not_stop_the_others(): void {
		$bosses = $this->bosses( 3 );
		$this->settings( self::RULE );
		$minds = static function ( int $user_id ) use ( $bosses ): void {
			if ( $bosses[1]['account']['user_id'] === $user_id ) {
				throw new \RuntimeException( 'I mind' );
			}
		};
		$run   = $this->with_hook( 'set_user_role', $minds, fn(): TaskRun => $this->finished( TaskRun::begin( TaskRun::ROLES, true, array() ) ) );
		self::assertSame( array( 'changed', 'failed', 'changed' ), array_column( $this->about( $run ), 0 ) );
		self::assertSame( 1, $run->counts()['failed'] );
		$failed = array_values( array_filter( $run->entries(), static fn( array $entry ): bool => 'failed' === $entry['verdict'] ) );
		self::assertSame( array( 'pu-boss-2', 'I mind' ), array( $failed[0]['login'], $failed[0]['reason'] ) );
		self::assertSame( array( 'author' ), $this->roles_of( $bosses[2] ) );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[1] ) );
	}

	public function test_a_plugin_that_ends_php_leaves_a_run_that_can_go_on(): void {
		$bosses = $this->bosses( 2 );
		$this->settings( self::RULE );
		$run = TaskRun::begin( TaskRun::ROLES, true, array() );
		$end = static function () use ( $run ): void {
			TaskRun::on_shutdown(); // What PHP does when a hook calls exit.
			throw new \Error( 'the request is over' );
		};
		try {
			$this->with_hook( 'set_user_role', $end, static fn() => $run->advance() );
		} catch ( \Throwable ) {
			wp_cache_flush();
		}
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[0] ) );
		$left = TaskRun::current( TaskRun::ROLES );
		self::assertFalse( $left->is_finished() );
		self::assertNotNull( $left->failure() );
		$left->advance();
		self::assertTrue( $left->is_finished() );
		self::assertSame( array( 'author' ), $this->roles_of( $bosses[0] ) );
	}

	public function test_a_whole_site_is_made_ready_to_link(): void {
		$local = static fn( string $login, string $email, string $role ): int => wp_insert_user( array( 'user_login' => $login, 'user_email' => $email, 'user_pass' => 'x', 'role' => $role ) );
		$local( 'pu-ann', 'pu-ann@phpunit.test', 'editor' );
		$local( 'pu-bob', '', 'subscriber' );
		$local( 'pu-root', 'pu-root@phpunit.test', 'administrator' );
		$this->create( 'pu-managed' );
		$expected = array(
			'pu-ann'  => array( 'changes', array( 'pu-ann@phpunit.test' ) ),
			'pu-bob'  => array( 'no_address', array() ),
			'pu-root' => array( 'protected', array() ),
		);
		$preview  = $this->finished( TaskRun::begin( TaskRun::LINKING, false, array( 'user_name' => 'email' ) ) );
		self::assertSame( $expected, $this->about( $preview ) );
		self::assertGreaterThanOrEqual( 1, $preview->counts()['managed'] );
		$run = $this->finished( TaskRun::begin( TaskRun::LINKING, true, array( 'user_name' => 'email' ) ) );
		self::assertSame( 'changed', $this->about( $run )['pu-ann'][0] );

		$found = $this->scim( 'GET', '/Users?filter=userName%20eq%20%22pu-ann@phpunit.test%22' )->json;
		self::assertSame( 1, $found->totalResults );
		self::assertSame( 'same', $this->verdict_of( 'pu-ann', 'email' ) );
		self::assertSame( 'changes', $this->verdict_of( 'pu-ann', 'login' ), 'another choice gives it another name' );
		$this->finished( TaskRun::begin( TaskRun::LINKING, true, array( 'user_name' => 'login' ) ) );
		self::assertSame( 1, $this->scim( 'GET', '/Users?filter=userName%20eq%20%22PU-ANN%22' )->json->totalResults );
		self::assertSame( 200, $this->patch( $found->Resources[0]->id, 'title', 'Linked' )->status );
		self::assertSame( 'managed', $this->verdict_of( 'pu-ann', 'email' ) );

		$this->settings( array( 'existing_accounts' => 'apart' ) );
		$refused = TaskRun::begin( TaskRun::LINKING, false, array( 'user_name' => 'login' ) );
		$refused->advance();
		self::assertStringContainsString( 'kept apart', (string) $refused->failure() );
	}

	/** What the extension says of one account. */
	private function verdict_of( string $login, string $user_name ): string {
		$user_id  = get_user_by( 'login', $login )->ID;
		$exchange = \Rollbook\Exchange::task(
			array( 'task' => 'linking', 'user_name' => $user_name, 'part' => array( 'after' => $user_id - 1, 'limit' => 1, 'apply' => false ) ),
			\Rollbook\WordPress\Store\Settings::document(),
			\Rollbook\WordPress\Site::facts(),
			self::NOW
		);
		( new \Rollbook\WordPress\Endpoint\ExchangeRunner( $exchange ) )->run();
		return array_key_first( json_decode( $exchange->response()['body'], true )['counts'] );
	}

	public function test_the_forms_work_page_by_page_and_only_for_those_who_may(): void {
		$bosses  = $this->bosses( 2 );
		$browser = $this->administrator();
		$tab     = '/wp-admin/options-general.php?page=rollbook&tab=roles';
		$this->settings( self::RULE );
		$fields = $this->form( $browser, $tab, 'rollbook_task' );
		self::assertSame( 'roles', $fields['kind'] );

		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'apply' ) + $fields );
		self::assertStringContainsString( 'look at a preview', $browser->fetch( $tab )->body );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[0] ) );
		self::assertSame( 403, $browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'preview', '_wpnonce' => 'forged' ) + $fields )->status );
		self::assertSame( 403, $browser->submit( '/wp-admin/admin-ajax.php', array( '_wpnonce' => 'forged' ) + $fields )->status );
		self::assertNull( TaskRun::current( TaskRun::ROLES ) );

		self::assertSame( 302, $browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'preview' ) + $fields )->status );
		self::assertStringContainsString( 'pu-boss-2', $browser->fetch( $tab )->body );
		$this->settings( array( 'activity_days' => 8 ) );
		self::assertStringContainsString( 'The settings have changed since then', $browser->fetch( $tab )->body );
		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'apply' ) + $fields );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[0] ), 'the preview was of other settings' );
		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'preview' ) + $fields );
		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'apply', 'confirmed' => TaskRun::current( TaskRun::LINKING )?->id() ?? 'yes' ) + $fields );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[1] ), 'it asks first' );
		self::assertMatchesRegularExpression( '/role="alert".*Change the roles of these people now\?.*people get another role at once/s', $browser->fetch( $tab )->body );
		$asked = TaskRun::current( TaskRun::ROLES )?->id();
		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'preview' ) + $fields );
		$browser->submit( '/wp-admin/admin-post.php', array( 'step' => 'apply', 'confirmed' => $asked ) + $fields );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $bosses[1] ), 'the answer was about another preview' );
		self::assertSame( 302, $browser->confirm( $tab )->status );
		self::assertSame( array( 'author' ), $this->roles_of( $bosses[1] ) );
		self::assertMatchesRegularExpression( '/Has got another role: \d/', $browser->fetch( $tab )->body );
		$browser->submit( '/wp-admin/admin-ajax.php', $fields );
		self::assertFalse( json_decode( $browser->body )->goes_on );

		$other = wp_insert_user( array( 'user_login' => 'pu-editor', 'user_pass' => 'pw', 'role' => 'editor' ) );
		self::assertIsInt( $other );
		$editor = new Browser( $this->url() );
		$editor->log_in( 'pu-editor', 'pw' );
		self::assertSame( 403, $editor->submit( '/wp-admin/admin-post.php', array( 'step' => 'stop' ) + $fields )->status );
		self::assertSame( 403, $editor->submit( '/wp-admin/admin-ajax.php', $fields )->status );
		wp_cache_flush();
		self::assertNotNull( TaskRun::current( TaskRun::ROLES ) );
	}

	public function test_a_person_is_unlinked_and_stays_apart_until_linking_is_allowed(): void {
		$jane    = $this->provision( 'pu-jane@phpunit.test', array( 'title' => 'Boss' ) );
		$user    = $this->account_of( $jane->id );
		$group   = $this->scim( 'POST', '/Groups', array( 'displayName' => 'pu-group', 'members' => array( array( 'value' => $jane->id ) ) ) )->json;
		$browser = $this->administrator();
		$list    = '/wp-admin/users.php?s=pu-jane';
		self::assertStringContainsString( "unlink=$user->ID", html_entity_decode( $browser->fetch( $list )->body ) );
		$ask    = "/wp-admin/options-general.php?page=rollbook&tab=people&unlink=$user->ID";
		$fields = $this->form( $browser, $ask, 'rollbook_unlink' );
		self::assertSame( 403, $browser->submit( '/wp-admin/admin-post.php', array( '_wpnonce' => 'forged' ) + $fields )->status );

		$this->patch( $jane->id, 'active', false );
		$browser->submit( '/wp-admin/admin-post.php', $fields );
		self::assertStringContainsString( 'This person is locked out', $browser->fetch( $list )->body );
		self::assertStringContainsString( 'Let the person in first', $browser->fetch( $ask )->body, 'it is not offered' );
		self::assertSame( 200, $this->scim( 'GET', "/Users/$jane->id" )->status );
		$this->patch( $jane->id, 'active', true );

		$browser->submit( '/wp-admin/admin-post.php', $fields );
		self::assertStringContainsString( 'Unlinked: pu-jane', $browser->fetch( $list )->body );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$jane->id" )->status );
		self::assertSame( array(), $this->scim( 'GET', "/Groups/$group->id" )->json->members );
		$after = get_userdata( $user->ID );
		self::assertSame( array( $user->user_login, $user->user_email, $user->roles ), array( $after->user_login, $after->user_email, $after->roles ) );
		self::assertStringNotContainsString( "unlink=$user->ID", html_entity_decode( $browser->fetch( $list )->body ) );

		self::assertSame( 409, $this->scim( 'POST', '/Users', array( 'userName' => 'pu-jane@phpunit.test' ) )->status );
		$search = fn(): object => $this->scim( 'GET', '/Users?filter=userName%20eq%20%22pu-jane@phpunit.test%22' )->json;
		$this->scim( 'GET', '/Users' );
		self::assertSame( 0, $search()->totalResults );
		$this->finished( TaskRun::begin( TaskRun::LINKING, true, array( 'user_name' => 'email', 'unlinked' => 'leave_out' ) ) );
		self::assertSame( 0, $search()->totalResults, 'a whole site made ready does not undo it' );
		self::assertSame( 'unlinked', $this->verdict_of( $user->user_login, 'email' ) );

		self::assertSame( 1, preg_match( '~href="([^"]*rollbook_allow_linking[^"]*)"~', $browser->fetch( $list )->body, $link ) );
		$allow = strstr( html_entity_decode( $link[1] ), '/wp-admin/' );
		self::assertSame( 403, $browser->fetch( preg_replace( '/_wpnonce=\w+/', '_wpnonce=forged', $allow ) )->status );
		self::assertSame( 0, $search()->totalResults );
		$browser->fetch( $allow );
		self::assertStringContainsString( 'Identity providers find', $browser->fetch( $list )->body );
		$found = $search();
		self::assertSame( 1, $found->totalResults );
		self::assertNotSame( $jane->id, $found->Resources[0]->id );
		self::assertSame( 200, $this->patch( $found->Resources[0]->id, 'title', 'Back' )->status );
		self::assertSame( $user->ID, $this->account_of( $found->Resources[0]->id )->ID );
	}

	/** What can be done to a link is offered, and nothing else; where a form was opened before, the refusal says the way. */
	public function test_whoever_is_protected_is_unlinked_but_not_to_be_linked_again(): void {
		$jane    = $this->provision( 'pu-jane@phpunit.test' );
		$user    = $this->account_of( $jane->id );
		$browser = $this->administrator();
		$offered = static function () use ( $browser ): array {
			$list = html_entity_decode( $browser->fetch( '/wp-admin/users.php?s=pu-jane' )->body );
			return array_map( static fn( string $mark ): bool => str_contains( $list, $mark ), array( '&unlink=', 'rollbook_allow_linking' ) );
		};
		$refused = function ( string $link, string $reason ) use ( $browser ): void {
			$browser->fetch( $link );
			self::assertStringContainsString( $reason, $browser->fetch( '/wp-admin/users.php' )->body );
			wp_cache_flush();
		};
		$user->set_role( 'administrator' );
		self::assertSame( array( true, false ), $offered() );
		$ask = "/wp-admin/options-general.php?page=rollbook&tab=people&unlink=$user->ID";
		$browser->submit( '/wp-admin/admin-post.php', $this->form( $browser, $ask, 'rollbook_unlink' ) );
		self::assertStringContainsString( 'Unlinked: pu-jane', $browser->fetch( '/wp-admin/users.php' )->body );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$jane->id" )->status );
		self::assertSame( array( 'administrator' ), get_userdata( $user->ID )->roles );
		self::assertSame( array( false, false ), $offered(), 'no identity provider would be linked to it' );

		get_userdata( $user->ID )->set_role( 'editor' );
		self::assertSame( array( false, true ), $offered() );
		self::assertSame( 1, preg_match( '~href="([^"]*rollbook_allow_linking[^"]*)"~', $browser->fetch( '/wp-admin/users.php?s=pu-jane' )->body, $link ) );
		$allow = strstr( html_entity_decode( $link[1] ), '/wp-admin/' );
		get_userdata( $user->ID )->set_role( 'administrator' );
		$refused( $allow, 'take its role out of the protected ones' );
		get_userdata( $user->ID )->set_role( 'editor' );
		$this->settings( array( 'existing_accounts' => 'apart' ) );
		self::assertSame( array( false, false ), $offered() );
		$refused( $allow, 'Choose to link them first' );
		$this->settings( array( 'existing_accounts' => 'link' ) );
		self::assertSame( array( false, true ), $offered(), 'nothing was changed by what was refused' );
		$refused( $allow, 'Identity providers find' );
		self::assertSame( array( false, false ), $offered() );
		self::assertSame( 1, $this->scim( 'GET', '/Users?filter=userName%20eq%20%22pu-jane@phpunit.test%22' )->json->totalResults );
	}

	public function test_the_screen_names_roles_that_the_site_has_lost(): void {
		add_role( 'pu_lost', 'Soon lost' );
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "x"', 'role' => 'pu_lost' ) ) ) );
		$browser = $this->administrator();
		$tab     = '/wp-admin/options-general.php?page=rollbook&tab=roles';
		self::assertStringNotContainsString( 'The site has no role', $browser->fetch( $tab )->body );
		remove_role( 'pu_lost' );
		self::assertMatchesRegularExpression( '~id="rollbook-problem-role_rules-0-role">The site has no role~', $browser->fetch( $tab )->body );
	}
}
