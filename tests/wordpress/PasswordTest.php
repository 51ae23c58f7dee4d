<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Passwords that come from the directory, and the mail for those who set their own. */
final class PasswordTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const SECRET = "corr'ect \\ hörse battery";

	/** The mails since so many. */
	private function mails( int $since = 0, int $at_least = 0 ): array {
		$file = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl';
		$read = static fn(): array => array_slice( is_file( $file ) ? file( $file ) : array(), $since );
		for ( $patience = 100; $patience > 0 && count( $read() ) < $at_least; --$patience ) {
			usleep( 50_000 );
		}
		return array_map( 'json_decode', $read() );
	}

	/** By default a password that is sent is dropped, and nothing of it is left anywhere. */
	public function test_a_password_is_dropped_by_default(): void {
		$person = $this->provision( 'pu-dropped', array( 'password' => self::SECRET ) );
		self::assertFalse( wp_check_password( self::SECRET, $this->account_of( $person->id )->user_pass ) );
		self::assertTrue( wp_is_password_reset_allowed_for_user( $this->account_of( $person->id ) ) );
		$this->assert_secret_nowhere( $person->id );
	}

	/** Synchronised, it is set with the site's full strength, and told to nobody. */
	public function test_a_password_is_synchronised(): void {
		$this->settings( array( 'password_sync' => true ) );
		$person = $this->provision( 'pu-synced', array( 'password' => self::SECRET ) );
		$hash   = $this->account_of( $person->id )->user_pass;
		self::assertTrue( ( new Browser( $this->url() ) )->log_in( 'pu-synced', self::SECRET )->has_login_cookie() );
		self::assertSame( strlen( wp_hash_password( 'x' ) ), strlen( $hash ) );
		self::assertFalse( wp_password_needs_rehash( $hash ), 'as strong as any of the site' );
		$this->assert_secret_nowhere( $person->id );

		$mails = count( $this->mails() );
		self::assertSame( 200, $this->patch( $person->id, 'password', 'another one' )->status );
		self::assertFalse( ( new Browser( $this->url() ) )->log_in( 'pu-synced', self::SECRET )->has_login_cookie() );
		self::assertTrue( ( new Browser( $this->url() ) )->log_in( 'pu-synced', 'another one' )->has_login_cookie() );
		self::assertSame( array(), $this->mails( $mails ) );
		foreach ( array( 'password pr', 'password eq "another one"', 'password sw "a"' ) as $filter ) {
			$found = $this->scim( 'GET', '/Users?filter=' . rawurlencode( $filter ) );
			self::assertTrue( 400 === $found->status || 0 === $found->json->totalResults, $filter );
		}
	}

	/**
	 * While passwords are synchronised, people who are managed do not set their own: not in the profile, not by mail, not by REST.
	 * Nor where the owner forbids it.
	 *
	 * @testWith ["password_sync", true]
	 *           ["local_passwords", false]
	 */
	public function test_who_is_managed_does_not_change_it_here( string $setting, bool $value ): void {
		$this->settings( array( $setting => $value ) );
		$person  = $this->provision( 'pu-synced', array( 'password' => self::SECRET, 'emails' => array( array( 'value' => 'synced@phpunit.test' ) ) ) );
		$managed = $this->account_of( $person->id );
		$local   = get_userdata( wp_insert_user( array( 'user_login' => 'pu-local', 'user_pass' => 'x', 'user_email' => 'local@phpunit.test' ) ) );
		foreach ( array( array( $managed, false ), array( $local, true ) ) as list( $user, $may ) ) {
			self::assertSame( $may, apply_filters( 'show_password_fields', true, $user ) );
			self::assertSame( $may, ! is_wp_error( get_password_reset_key( $user ) ) );
			$errors = new \WP_Error();
			do_action( 'validate_password_reset', $errors, $user );
			self::assertSame( $may, ! $errors->has_errors() );
			$errors = new \WP_Error();
			$change = (object) array( 'ID' => $user->ID, 'user_pass' => 'mine' );
			do_action_ref_array( 'user_profile_update_errors', array( &$errors, true, &$change ) );
			self::assertSame( $may, ! $errors->has_errors() );
			wp_set_current_user( (int) get_users( array( 'role' => 'administrator', 'fields' => 'ID' ) )[0] );
			foreach ( array( array( 'password', $may ? 200 : 403 ), array( 'description', 200 ) ) as list( $field, $status ) ) {
				$request = new \WP_REST_Request( 'POST', "/wp/v2/users/$user->ID" );
				$request->set_body_params( array( $field => 'mine' ) );
				self::assertSame( $status, rest_do_request( $request )->get_status(), $field );
			}
		}
		wp_set_current_user( $managed->ID );
		$request = new \WP_REST_Request( 'POST', '/wp/v2/users/me' );
		$request->set_body_params( array( 'password' => 'mine' ) );
		self::assertSame( 403, rest_do_request( $request )->get_status() );
		wp_set_current_user( 0 );
		$profile = new Browser( $this->url() );
		wp_set_password( self::SECRET, $managed->ID );
		$profile->log_in( 'pu-synced', self::SECRET );
		self::assertStringNotContainsString( 'name="pass1"', $profile->fetch( '/wp-admin/profile.php' )->body );
		self::assertStringContainsString( 'directory', $profile->submit( '/wp-login.php?action=lostpassword', array( 'user_login' => 'pu-synced' ) )->body );

		$managed->set_role( 'administrator' );
		self::assertTrue( wp_is_password_reset_allowed_for_user( $managed ), 'whom no directory changes' );
	}

	/** The welcome mail is sent once, to who is new, and its link works. */
	public function test_the_welcome_mail(): void {
		$mail   = array( 'emails' => array( array( 'value' => 'welcome@phpunit.test' ) ) );
		$before = count( $this->mails() );
		$silent = $this->provision( 'pu-silent', array( 'emails' => array( array( 'value' => 'silent@phpunit.test' ) ) ) );
		$this->settings( array( 'welcome_mail' => true ) );
		self::assertSame( 500, $this->with_broken_role( fn(): object => $this->scim( 'POST', '/Users', array( 'userName' => 'pu-welcome' ) + $mail ) )->status );
		$person = $this->provision( 'pu-welcome', $mail );
		$mails  = $this->mails( $before, 1 );
		self::assertSame( array( 'welcome@phpunit.test' ), array_column( $mails, 'to' ) );
		self::assertSame( 1, preg_match( '#\S+wp-login\.php\?\S*action=rp\S*#', $mails[0]->message, $link ) );
		self::assertStringContainsString( $this->url(), $link[0] );
		parse_str( (string) wp_parse_url( $link[0], PHP_URL_QUERY ), $query );
		self::assertInstanceOf( \WP_User::class, check_password_reset_key( $query['key'], 'pu-welcome' ) );
		self::assertSame( $person->meta->version, $this->scim( 'GET', "/Users/$person->id" )->json->meta->version, 'the mail is no local edit' );

		$this->patch( $person->id, 'title', 'x' );
		$this->patch( $silent->id, 'title', 'x' );
		$this->scim( 'DELETE', "/Users/$person->id" );
		$this->provision( 'pu-welcome', $mail );
		wp_insert_user( array( 'user_login' => 'pu-linked', 'user_pass' => 'x', 'user_email' => 'linked@phpunit.test' ) );
		$this->patch( $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-linked"' ) )->json->Resources[0]->id, 'title', 'x' );
		usleep( 500_000 );
		self::assertCount( 1, $this->mails( $before ), 'neither changes nor a return nor a link' );
	}

	/** Does something while every new account fails at its very end. */
	private function with_broken_role( callable $work ): object {
		$file = WPMU_PLUGIN_DIR . '/broken-plugin.php';
		file_put_contents( $file, '<?php add_action( "user_register", static fn() => throw new RuntimeException( "no" ), PHP_INT_MAX );' );
		try {
			return $work();
		} finally {
			unlink( $file );
		}
	}

	/** The secret is in no answer, no table of ours and no meta. */
	private function assert_secret_nowhere( string $id ): void {
		global $wpdb;
		$texts = array( $this->scim( 'GET', "/Users/$id" )->body, $this->scim( 'GET', "/Users/$id?attributes=password" )->body );
		foreach ( array( ...Tables::names(), $wpdb->usermeta ) as $table ) {
			$texts[] = (string) json_encode( $wpdb->get_results( "SELECT * FROM $table" ), JSON_UNESCAPED_UNICODE );
		}
		foreach ( $texts as $text ) {
			self::assertStringNotContainsString( 'hörse', $text );
			self::assertStringNotContainsString( 'h\u00f6rse', $text );
		}
	}
}
