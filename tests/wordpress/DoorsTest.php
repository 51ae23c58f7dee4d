<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Access\AccessState;
use Rollbook\WordPress\Access\MustUseFile;
use Rollbook\WordPress\Store\Tables;
use WP_Application_Passwords;
use WP_Session_Tokens;

/**
 * Every door, three times: open for an active person, shut once they are deactivated, open again on return.
 */
final class DoorsTest extends SiteTestCase {

	private const PASSWORD = 'a pass-phrase that was sent';

	private array $record;

	private int $user_id;

	protected function setUp(): void {
		parent::setUp();
		$this->record  = $this->create(
			'pu-door',
			array(),
			array(
				'email'    => 'door@phpunit.test',
				'role'     => 'author',
				'password' => self::PASSWORD,
			)
		);
		$this->user_id = $this->record['account']['user_id'];
	}

	protected function tearDown(): void {
		wp_set_current_user( 0 );
		AccessState::activate();
		self::remove_plugins();
		AccessControl::forget_everybody();
		parent::tearDown();
	}

	/** Gives the running site a plugin, until the test ends or gives it another. A new file each time: PHP looks at a changed one every two seconds. */
	private function plugin( string $code ): void {
		self::remove_plugins();
		file_put_contents( WPMU_PLUGIN_DIR . '/rollbook-test-door-' . uniqid() . '.php', "<?php $code" );
	}

	private static function remove_plugins(): void {
		array_map( 'unlink', glob( WPMU_PLUGIN_DIR . '/rollbook-test-door-*.php' ) );
	}

	/** The mails that the running site wants to send meanwhile. */
	private function mailed_during( callable $work ): string {
		$file  = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl';
		$count = is_file( $file ) ? count( file( $file ) ) : 0;
		$work();
		return implode( '', array_slice( is_file( $file ) ? file( $file ) : array(), $count ) );
	}

	private function set_active( bool $active ): void {
		$this->record = $this->update( $this->load( $this->record['id'] ), array( 'active' => $active ) )['record'];
	}

	/** Whether a door is open before, while and after the person is deactivated. */
	private function assert_door( callable $is_open ): void {
		self::assertTrue( $is_open(), 'open for an active person' );
		$this->set_active( false );
		self::assertFalse( $is_open(), 'shut for a deactivated person' );
		$this->set_active( true );
		self::assertTrue( $is_open(), 'open again after reactivation' );
		self::assertSame( array( 'author' ), $this->record['account']['roles'] );
	}

	private function browser(): Browser {
		return new Browser( $this->url() );
	}

	public function test_login_form(): void {
		$this->assert_door( fn(): bool => $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie() );
	}

	public function test_login_form_with_the_address(): void {
		$this->assert_door( fn(): bool => $this->browser()->log_in( 'door@phpunit.test', self::PASSWORD )->has_login_cookie() );
	}

	public function test_the_login_form_tells_the_reason_only_to_who_knows_the_password(): void {
		$this->set_active( false );
		self::assertStringContainsString( 'deactivated', $this->browser()->log_in( 'pu-door', self::PASSWORD )->body );
		self::assertStringNotContainsString( 'deactivated', $this->browser()->log_in( 'pu-door', 'wrong' )->body );
	}

	public function test_a_cookie_from_before(): void {
		$browser = $this->browser();
		$browser->log_in( 'pu-door', self::PASSWORD );
		self::assertTrue( $browser->is_logged_in() );
		$this->set_active( false );
		self::assertFalse( $browser->is_logged_in() );
		$this->set_active( true );
		self::assertFalse( $browser->is_logged_in(), 'the session ended for good' );
		$browser->log_in( 'pu-door', self::PASSWORD );
		self::assertTrue( $browser->is_logged_in() );
	}

	public function test_a_cookie_whose_session_survived(): void {
		global $wpdb;
		$browser = $this->browser();
		$browser->log_in( 'pu-door', self::PASSWORD );
		// As a plugin that keeps sessions somewhere else would have it: deactivated, session alive.
		$wpdb->update( Tables::name( 'users' ), array( 'active' => 0 ), array( 'user_id' => $this->user_id ) );
		self::assertFalse( $browser->is_logged_in() );
		$wpdb->update( Tables::name( 'users' ), array( 'active' => 1 ), array( 'user_id' => $this->user_id ) );
		self::assertTrue( $browser->is_logged_in() );
	}

	public function test_application_password_at_the_rest_api(): void {
		list( $password ) = WP_Application_Passwords::create_new_application_password( $this->user_id, array( 'name' => 'phone' ) );
		$this->assert_door( fn(): bool => 200 === $this->browser()->who_am_i( 'pu-door', $password )->status );
		self::assertCount( 1, WP_Application_Passwords::get_user_application_passwords( $this->user_id ) );
	}

	public function test_an_application_password_is_refused_with_the_reason(): void {
		list( $password ) = WP_Application_Passwords::create_new_application_password( $this->user_id, array( 'name' => 'phone' ) );
		$this->set_active( false );
		$refused = $this->with_hook( 'application_password_is_api_request', '__return_true', static fn(): mixed => wp_authenticate_application_password( null, 'pu-door', $password ) );
		self::assertSame( array( 'rollbook_deactivated' ), $refused->get_error_codes() );
	}

	public function test_application_password_at_xml_rpc(): void {
		list( $password ) = WP_Application_Passwords::create_new_application_password( $this->user_id, array( 'name' => 'phone' ) );
		$this->assert_door( fn(): bool => str_contains( $this->browser()->call( 'wp.getProfile', '1', 'pu-door', $password )->body, 'door@phpunit.test' ) );
	}

	public function test_password_at_xml_rpc(): void {
		$this->assert_door( fn(): bool => str_contains( $this->browser()->call( 'wp.getProfile', '1', 'pu-door', self::PASSWORD )->body, 'door@phpunit.test' ) );
	}

	public function test_password_given_to_wp_authenticate(): void {
		$this->assert_door( static fn(): bool => wp_authenticate( 'pu-door', self::PASSWORD ) instanceof \WP_User );
	}

	public function test_password_reset(): void {
		$asked = fn(): bool => str_contains( $this->mailed_during( fn() => $this->browser()->submit( '/wp-login.php?action=lostpassword', array( 'user_login' => 'pu-door' ) ) ), 'door@phpunit.test' );
		$this->assert_door( $asked );
	}

	/** Somebody who asks for a new password learns nothing: everybody gets the same answer. */
	public function test_the_form_for_a_lost_password_does_not_tell_who_is_locked_out(): void {
		wp_insert_user( array( 'user_login' => 'pu-local', 'user_pass' => self::PASSWORD, 'user_email' => 'local@phpunit.test' ) );
		$this->set_active( false );
		$answer = function ( string $login ): array {
			$browser = $this->browser()->submit( '/wp-login.php?action=lostpassword', array( 'user_login' => $login ) );
			return array( $browser->status, array_values( preg_grep( '/^(Location|Set-Cookie)/i', $browser->headers ) ), $browser->body );
		};
		self::assertSame( 302, $answer( 'pu-local' )[0] );
		self::assertSame( $answer( 'pu-local' ), $answer( 'pu-door' ) );
		self::assertSame( $answer( 'local@phpunit.test' ), $answer( 'door@phpunit.test' ) );
		// As the forms of other plugins ask.
		$user = get_userdata( $this->user_id );
		self::assertTrue( apply_filters( 'allow_password_reset', true, $user->ID ) );
		self::assertIsString( get_password_reset_key( $user ) );
		wp_set_current_user( (int) get_users( array( 'role' => 'administrator', 'fields' => 'ID' ) )[0] );
		self::assertSame( array( 'rollbook_deactivated' ), wp_is_password_reset_allowed_for_user( $user )->get_error_codes(), 'an administrator is told the reason' );
	}

	public function test_a_link_for_a_new_password_mailed_before(): void {
		$user   = get_userdata( $this->user_id );
		$usable = static function () use ( $user ): bool {
			$errors = new \WP_Error();
			do_action( 'validate_password_reset', $errors, $user );
			return ! $errors->has_errors();
		};
		$this->assert_door( $usable );
	}

	public function test_a_token_plugin(): void {
		$user_id = $this->user_id;
		$known   = static function () use ( $user_id ): bool {
			$plugin = static fn(): int => $user_id;
			add_filter( 'determine_current_user', $plugin, 99 );
			$GLOBALS['current_user'] = null;
			$found                   = wp_get_current_user()->ID;
			self::assertSame( $found, (int) apply_filters( 'determine_current_user', false ), 'known before anybody is made the current user' );
			remove_filter( 'determine_current_user', $plugin, 99 );
			$GLOBALS['current_user'] = null;
			return $found === $user_id;
		};
		$this->assert_door( $known );
	}

	public function test_a_plugin_that_sets_the_current_user(): void {
		$this->assert_door(
			function (): bool {
				wp_set_current_user( 0 );
				wp_set_current_user( $this->user_id );
				return get_current_user_id() === $this->user_id && current_user_can( 'edit_posts' );
			}
		);
	}

	public function test_a_plugin_that_makes_the_login_cookie(): void {
		$sent = null;
		$last = static function ( bool $send ) use ( &$sent ): bool {
			$sent = $send;
			return false; // PHPUnit has printed already; no cookie can be sent any more.
		};
		add_filter( 'send_auth_cookies', $last, PHP_INT_MAX );
		$this->assert_door(
			function () use ( &$sent ): bool {
				wp_set_auth_cookie( $this->user_id );
				$sessions = WP_Session_Tokens::get_instance( $this->user_id )->get_all();
				WP_Session_Tokens::get_instance( $this->user_id )->destroy_all();
				self::assertSame( array() !== $sessions, $sent );
				return $sent;
			}
		);
		remove_filter( 'send_auth_cookies', $last, PHP_INT_MAX );
	}

	public function test_cookies_of_who_was_kept_out_can_still_be_taken_away(): void {
		$this->set_active( false );
		$sent = null;
		$last = static function ( bool $send ) use ( &$sent ): bool {
			$sent = $send;
			return false;
		};
		add_filter( 'send_auth_cookies', $last, PHP_INT_MAX );
		wp_set_auth_cookie( $this->user_id );
		self::assertFalse( $sent );
		wp_clear_auth_cookie();
		self::assertTrue( $sent );
		remove_filter( 'send_auth_cookies', $last, PHP_INT_MAX );
	}

	public function test_the_doors_are_shut_without_the_extension(): void {
		$this->set_active( false );
		self::assertSame( array( 'rollbook_deactivated' ), $this->at_once( 'knock.php', array( array( 'pu-door', self::PASSWORD ) ), array( 'PHP_INI_SCAN_DIR' => false ) )[0] );
		$this->set_active( true );
		self::assertSame( array( 'in' ), $this->at_once( 'knock.php', array( array( 'pu-door', self::PASSWORD ) ), array( 'PHP_INI_SCAN_DIR' => false ) )[0] );
	}

	public function test_a_request_costs_one_statement_a_person(): void {
		global $wpdb;
		AccessControl::forget( $this->user_id );
		$before = $wpdb->num_queries;
		AccessControl::is_locked_out( $this->user_id );
		AccessControl::is_locked_out( $this->user_id );
		AccessControl::filter_determine_current_user( $this->user_id );
		self::assertSame( 1, $wpdb->num_queries - $before );
		AccessControl::filter_determine_current_user( false );
		self::assertSame( 1, $wpdb->num_queries - $before, 'and none for a visitor' );
	}

	public function test_without_the_tables_nobody_is_locked_out(): void {
		global $wpdb;
		$this->set_active( false );
		$prefix       = $wpdb->prefix;
		$wpdb->prefix = 'no_such_';
		try {
			self::assertFalse( AccessControl::is_locked_out( $this->user_id ) );
		} finally {
			$wpdb->prefix = $prefix;
		}
		self::assertTrue( AccessControl::is_locked_out( $this->user_id ) );
	}

	public function test_others_are_let_in(): void {
		$this->set_active( false );
		self::assertFalse( AccessControl::is_locked_out( 0 ) );
		self::assertFalse( AccessControl::is_locked_out( 999999999 ) );
		$local = wp_insert_user( array( 'user_login' => 'pu-local', 'user_pass' => self::PASSWORD ) );
		self::assertSame( $local, wp_authenticate( 'pu-local', self::PASSWORD )->ID );
		self::assertNull( AccessControl::filter_authenticate( null ) );
	}

	/** Anybody may call wp-cron.php. A plugin that recognises somebody there by the request lets nobody in. */
	public function test_a_token_plugin_at_the_door_of_cron(): void {
		$this->plugin(
			'add_action( "init", static function () {
				if ( wp_doing_cron() && isset( $_SERVER["HTTP_X_PU_USER"] ) ) {
					wp_set_current_user( (int) $_SERVER["HTTP_X_PU_USER"] );
					header( "X-Pu-Acts: " . ( current_user_can( "edit_posts" ) ? "yes" : "no" ) );
				}
			} );'
		);
		$this->assert_door( fn(): bool => in_array( 'X-Pu-Acts: yes', $this->browser()->fetch( '/wp-cron.php?doing_wp_cron=1', null, array( "X-Pu-User: $this->user_id" ) )->headers, true ) );
	}

	/** The request's cookie lets nobody in there either, not even while an event runs. What a person has scheduled goes on. */
	public function test_what_somebody_has_scheduled_goes_on(): void {
		$this->plugin(
			'add_action( "pu_event", static function ( $user_id ) {
				$came = get_current_user_id();
				wp_set_current_user( $user_id );
				update_option( "pu_event", array( $came, get_current_user_id(), current_user_can( "edit_posts" ) ), false );
				wp_set_current_user( 0 );
			} );'
		);
		$run = function ( Browser $browser ): mixed {
			delete_option( 'pu_event' );
			delete_transient( 'doing_cron' );
			wp_schedule_single_event( time() - 5, 'pu_event', array( $this->user_id ) );
			$browser->fetch( '/wp-cron.php' );
			wp_cache_flush();
			return get_option( 'pu_event' );
		};
		self::assertSame( array( 0, $this->user_id, true ), $run( $this->browser() ) );
		$with_cookie = $this->browser()->log_in( 'pu-door', self::PASSWORD );
		self::assertSame( array( $this->user_id, $this->user_id, true ), $run( $with_cookie ) );
		$GLOBALS['wpdb']->update( Tables::name( 'users' ), array( 'active' => 0 ), array( 'user_id' => $this->user_id ) );
		self::assertSame( array( 0, $this->user_id, true ), $run( $this->browser() ) );
		self::assertSame( array( 0, 0, false ), $run( $with_cookie ) );
		delete_option( 'pu_event' );
	}

	/** A plugin that makes somebody the current user behind WordPress's back lets somebody do nothing. */
	public function test_a_plugin_that_assigns_the_current_user(): void {
		$this->assert_door(
			function (): bool {
				$GLOBALS['current_user'] = new \WP_User( $this->user_id );
				self::assertSame( $this->user_id, get_current_user_id() );
				$can = current_user_can( 'edit_posts' );
				self::assertSame( array( $can, $can ), array( current_user_can( 'read' ), current_user_can( 'edit_user', $this->user_id ) ) );
				wp_set_current_user( 0 );
				return $can && user_can( $this->user_id, 'edit_posts' );
			}
		);
	}

	/** The same over HTTP, where the REST API takes the plugin's word for it. */
	public function test_a_plugin_that_assigns_the_current_user_of_the_rest_api(): void {
		$this->plugin( 'add_action( "init", static function () { if ( isset( $_SERVER["HTTP_X_PU_USER"] ) ) { $GLOBALS["current_user"] = new WP_User( (int) $_SERVER["HTTP_X_PU_USER"] ); } } ); add_filter( "rest_authentication_errors", "__return_true" );' );
		$post = fn(): int => $this->browser()->fetch( '/index.php?rest_route=/wp/v2/posts', '{"title":"pu by rest"}', array( 'Content-Type: application/json', "X-Pu-User: $this->user_id" ) )->status;
		$this->assert_door( static fn(): bool => 201 === $post() );
		array_map( 'wp_delete_post', get_posts( array( 'title' => 'pu by rest', 'post_status' => 'any', 'fields' => 'ids' ) ) );
	}

	/** A post by e-mail has the author who has the sender's address. */
	public function test_a_post_by_mail(): void {
		$options = array( 'mailserver_url', 'mailserver_port', 'mailserver_pass' );
		$before  = array_map( 'get_option', $options );
		$posted  = function () use ( $options ): bool {
			$mailbox = proc_open( array( PHP_BINARY, __DIR__ . '/mailbox.php', 'door@phpunit.test', 'pu by mail' ), array( 1 => array( 'pipe', 'w' ) ), $pipes );
			array_map( 'update_option', $options, array( '127.0.0.1', (int) fgets( $pipes[1] ), 'x' ) );
			delete_transient( 'mailserver_last_checked' );
			$this->browser()->fetch( '/wp-mail.php' );
			proc_terminate( $mailbox );
			proc_close( $mailbox );
			wp_cache_flush();
			$posts = get_posts( array( 'author' => $this->user_id, 'post_status' => 'any', 'fields' => 'ids' ) );
			array_map( static fn( int $post ): mixed => wp_delete_post( $post, true ), $posts );
			return array() !== $posts;
		};
		$this->assert_door( $posted );
		array_map( 'update_option', $options, $before );
	}

	public static function failures(): array {
		return array(
			'it fails'                => array( 'SELECT nonsense FROM nowhere' ),
			'it is not sent'          => array( '' ),
			'it is another statement' => array( 'SELECT 1 AS one' ),
			'nobody is found'         => array( 'SELECT 1 AS one WHERE 1 = 0' ),
		);
	}

	/**
	 * While the database does not answer, nobody is let in. Somebody with the right password is told to try again.
	 *
	 * @dataProvider failures
	 */
	public function test_a_statement_that_fails_opens_no_door( string $instead ): void {
		$break = static fn( string $sql ): string => str_contains( $sql, 'AS asked' ) ? $instead : $sql;
		foreach ( array( true, false ) as $active ) {
			$this->set_active( $active );
			AccessControl::forget_everybody();
			$this->with_hook(
				'query',
				$break,
				function (): void {
					self::assertSame( array( 'rollbook_unknown' ), wp_authenticate( 'pu-door', self::PASSWORD )->get_error_codes() );
					self::assertSame( array( 'incorrect_password' ), wp_authenticate( 'pu-door', 'wrong' )->get_error_codes() );
					self::assertFalse( AccessControl::filter_determine_current_user( $this->user_id ) );
					self::assertFalse( AccessControl::filter_send_auth_cookies( true, 0, 0, $this->user_id ) );
					self::assertFalse( user_can( $this->user_id, 'read' ) );
					self::assertSame( 0, wp_set_current_user( $this->user_id )->ID * get_current_user_id() );
					self::assertSame( array( 'rollbook_unknown' ), wp_is_password_reset_allowed_for_user( get_userdata( $this->user_id ) )->get_error_codes() );
					try {
						AccessControl::is_locked_out( $this->user_id );
						self::fail( 'somebody was taken for active, or for deactivated' );
					} catch ( \RuntimeException $trouble ) {
						self::assertStringContainsString( 'does not tell', $trouble->getMessage() );
					}
				}
			);
			AccessControl::forget_everybody();
			self::assertSame( ! $active, AccessControl::is_locked_out( $this->user_id ) );
		}
	}

	/** The same at the login form of the running site; a single failure is overcome. */
	public function test_a_statement_that_fails_at_the_login_form(): void {
		$break = 'add_filter( "query", static function ( $sql ) { static $left = %d; return str_contains( $sql, "AS asked" ) && $left-- > 0 ? "SELECT nonsense FROM nowhere" : $sql; } );';
		$this->plugin( sprintf( $break, 99 ) );
		$browser = $this->browser()->log_in( 'pu-door', self::PASSWORD );
		self::assertFalse( $browser->has_login_cookie() );
		self::assertStringContainsString( 'try again', $browser->body );
		self::assertStringNotContainsString( 'try again in a few minutes', $this->browser()->log_in( 'pu-door', 'wrong' )->body );
		$this->plugin( sprintf( $break, 1 ) );
		self::assertTrue( $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie() );
	}

	/** Does something while the running site has the plugin switched off. */
	private function without_the_plugin( callable $work ): mixed {
		self::assertTrue( MustUseFile::install() );
		$active = get_option( 'active_plugins' );
		update_option( 'active_plugins', array_values( array_filter( $active, static fn( string $plugin ): bool => ! str_starts_with( $plugin, 'rollbook/' ) ) ) );
		try {
			self::assertStringContainsString( 'plugin of this site is not active', $this->browser()->fetch( '/wp-json/scim/v2/Users' )->body );
			return $work();
		} finally {
			update_option( 'active_plugins', $active );
		}
	}

	/** The file among the must-use plugins keeps the doors shut while the plugin is not active. */
	public function test_the_doors_are_shut_without_the_plugin(): void {
		list( $password ) = WP_Application_Passwords::create_new_application_password( $this->user_id, array( 'name' => 'phone' ) );
		$cookie           = $this->browser()->log_in( 'pu-door', self::PASSWORD );
		$doors            = array(
			'login form'           => fn(): bool => $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie(),
			'application password' => fn(): bool => 200 === $this->browser()->who_am_i( 'pu-door', $password )->status,
			'XML-RPC'              => fn(): bool => str_contains( $this->browser()->call( 'wp.getProfile', '1', 'pu-door', self::PASSWORD )->body, 'door@phpunit.test' ),
			'lost password'        => fn(): bool => str_contains( $this->mailed_during( fn() => $this->browser()->submit( '/wp-login.php?action=lostpassword', array( 'user_login' => 'pu-door' ) ) ), 'door@phpunit.test' ),
		);
		$this->without_the_plugin(
			function () use ( $doors, $cookie ): void {
				global $wpdb;
				self::assertTrue( $cookie->is_logged_in() );
				$wpdb->update( Tables::name( 'users' ), array( 'active' => 0 ), array( 'user_id' => $this->user_id ) );
				self::assertFalse( $cookie->is_logged_in(), 'a cookie whose session survived' );
				$wpdb->update( Tables::name( 'users' ), array( 'active' => 1 ), array( 'user_id' => $this->user_id ) );
				array_map( array( $this, 'assert_door' ), $doors );
			}
		);
	}

	/** Without it they are open: it is what keeps them shut. */
	public function test_the_file_is_what_keeps_them_shut(): void {
		$this->set_active( false );
		$this->without_the_plugin(
			function (): void {
				MustUseFile::remove();
				self::assertFileDoesNotExist( WPMU_PLUGIN_DIR . '/rollbook-doors.php' );
				self::assertDirectoryDoesNotExist( WPMU_PLUGIN_DIR . '/rollbook-doors' );
				self::assertTrue( $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie() );
				self::assertTrue( MustUseFile::install() );
				self::assertFalse( $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie() );
			}
		);
	}

	/** Identity providers are asked to come again, at every address, and nobody else notices. */
	public function test_the_file_asks_identity_providers_to_wait(): void {
		$this->without_the_plugin(
			function (): void {
				foreach ( array( '/wp-json/scim/v2/Users/1', '/scim/v2/Groups', '/index.php/scim/v2/Users', '/?rest_route=/scim/v2/Users', '/wp-json/wpo365/v1/Users' ) as $address ) {
					$answer = $this->browser()->fetch( $address );
					self::assertSame( 503, $answer->status, $address );
					self::assertStringContainsString( '"status":"503"', $answer->body, $address );
					self::assertStringContainsStringIgnoringCase( 'Retry-After: 3600', implode( "\n", $answer->headers ), $address );
				}
				self::assertSame( 404, $this->browser()->fetch( '/wp-json/nothing/v1' )->status );
				self::assertSame( 404, $this->browser()->fetch( '/nothing/scim/v2' )->status );
			}
		);
	}

	/** The owner may choose that everybody gets in while the plugin is off. The choice ends when it is activated again. */
	public function test_the_owner_may_open_the_doors_before_the_plugin_is_off(): void {
		$this->set_active( false );
		self::assertGreaterThan( 0, AccessState::locked_out() );
		AccessState::keep_shut( false, false );
		$logs_in = fn(): bool => $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie();
		self::assertFalse( $logs_in(), 'the plugin is active' );
		$this->without_the_plugin(
			function () use ( $logs_in ): void {
				self::assertTrue( $logs_in() );
				self::assertSame( 503, $this->browser()->fetch( '/wp-json/scim/v2/Users' )->status );
			}
		);
		AccessState::activate();
		$this->without_the_plugin( fn() => self::assertFalse( $logs_in() ) );
	}

	/** On the command line it is said what happens, also where the file could not be written. */
	public function test_the_command_line_says_what_happens_while_the_plugin_is_off(): void {
		$this->set_active( false );
		self::assertTrue( MustUseFile::install() );
		self::assertStringContainsString( '1 person is locked out. People who are locked out stay out, by the file', AccessState::what_happens( 1 ) );
		MustUseFile::remove();
		try {
			self::assertStringContainsString( '2 people are locked out. People who are locked out can log in again', AccessState::what_happens( 2 ) );
		} finally {
			MustUseFile::install();
		}
		self::assertSame( 10, has_action( 'deactivate_rollbook/rollbook.php', array( AccessState::class, 'deactivate' ) ) );
	}

	/** Where our tables are gone it does nothing. */
	public function test_the_file_is_harmless_without_our_tables(): void {
		$this->set_active( false );
		$this->without_the_plugin(
			function (): void {
				$version = get_option( Tables::OPTION );
				delete_option( Tables::OPTION );
				try {
					self::assertTrue( $this->browser()->log_in( 'pu-door', self::PASSWORD )->has_login_cookie() );
				} finally {
					update_option( Tables::OPTION, $version, true );
				}
			}
		);
	}

	/** It is written when it is missing or another, and what a server does not let be written is no error. */
	public function test_the_file_is_kept_in_step(): void {
		$loader = WPMU_PLUGIN_DIR . '/rollbook-doors.php';
		$copy   = WPMU_PLUGIN_DIR . '/rollbook-doors/class-access-control.php';
		self::assertTrue( MustUseFile::install() );
		file_put_contents( $copy, '<?php // Old.' );
		unlink( $loader );
		self::assertTrue( MustUseFile::install() );
		self::assertFileEquals( dirname( __DIR__, 2 ) . '/php-plugin/includes/access/class-access-control.php', $copy );
		self::assertFileEquals( dirname( __DIR__, 2 ) . '/php-plugin/must-use/rollbook-doors.php', $loader );
		self::assertSame( array( '.', '..', 'class-access-control.php' ), scandir( dirname( $copy ) ), 'no half of a file is left' );
		self::assertTrue( MustUseFile::is_in_step() );
		// An administrator's next page writes it where it was taken away.
		unlink( $loader );
		$admin   = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->admin;
		$browser = $this->browser()->log_in( $admin->user, $admin->password );
		self::assertSame( 200, $browser->fetch( '/wp-admin/profile.php' )->status );
		clearstatcache();
		self::assertFileExists( $loader );
	}

	/** PHP 7.2 reads it. */
	public function test_the_file_is_written_in_old_syntax(): void {
		$new = array( T_MATCH, T_FN, T_NULLSAFE_OBJECT_OPERATOR, T_COALESCE_EQUAL, T_ATTRIBUTE );
		foreach ( array( 'includes/access/class-access-control.php', 'must-use/rollbook-doors.php', 'drop-ins/closed.php', 'includes/old-php.php', 'rollbook.php' ) as $file ) {
			$text = (string) file_get_contents( dirname( __DIR__, 2 ) . "/php-plugin/$file" );
			$met  = array_filter( token_get_all( $text ), static fn( mixed $token ): bool => is_array( $token ) && in_array( $token[0], $new, true ) );
			self::assertSame( array(), array_column( $met, 1 ), $file );
			$code = implode( '', array_map( static fn( mixed $token ): string => is_array( $token ) ? ( in_array( $token[0], array( T_COMMENT, T_DOC_COMMENT ), true ) ? '' : $token[1] ) : $token, token_get_all( $text ) ) );
			self::assertDoesNotMatchRegularExpression( '/\b(mixed|readonly|enum|never) |(private|protected|public)( static)? \??(int|string|bool|array|self|float)\b|\bstr_(contains|starts_with|ends_with)\(|\w\|\w|,\s*\)\s*[:{]|catch \( [^$]*\)/', $code, $file );
		}
	}
}
