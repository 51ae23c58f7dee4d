<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\AccessControl;
use Rollbook\WordPress\Tables;
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
		parent::tearDown();
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
		$asked = function (): bool {
			$mails = file( json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl' ) ?: array();
			$this->browser()->submit( '/wp-login.php?action=lostpassword', array( 'user_login' => 'pu-door' ) );
			$new = array_slice( file( json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl' ) ?: array(), count( $mails ) );
			return str_contains( implode( '', $new ), 'door@phpunit.test' );
		};
		$this->assert_door( $asked );
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
}
