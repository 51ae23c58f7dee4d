<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Who is who: names, addresses, and accounts that were there before. */
final class IdentityTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/**
	 * Names as identity providers have them: kept to the letter, found whatever their case, each with a login of its own.
	 *
	 * @dataProvider names
	 */
	public function test_awkward_names( string $user_name, string $login ): void {
		$person = $this->provision( $user_name );
		self::assertSame( $user_name, $person->userName );
		self::assertSame( $login, $this->account_of( $person->id )->user_login );
		$found = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq ' . json_encode( mb_strtoupper( $user_name ) ) ) )->json;
		self::assertSame( array( 1, $person->id ), array( $found->totalResults, $found->Resources[0]->id ) );
		self::assertSame( 409, $this->scim( 'POST', '/Users', array( 'userName' => $user_name ) )->status );

		$renamed = $this->patch( $person->id, 'userName', "new-$user_name" );
		self::assertSame( array( 200, "new-$user_name" ), array( $renamed->status, $renamed->json->userName ?? $renamed->body ) );
		self::assertSame( $login, $this->account_of( $person->id )->user_login, 'the account keeps its login' );
	}

	public function names(): array {
		return array(
			'plain'       => array( 'pu.jane@example.test', 'pu.jane@example.test' ),
			'plus'        => array( 'pu.jane+test@example.test', 'pu.janetest@example.test' ),
			'apostrophe'  => array( "pu.o'brien@example.test", 'pu.obrien@example.test' ),
			'guest'       => array( 'pu.jane_partner.test#EXT#@example.test', 'pu.jane_partner.testEXT@example.test' ),
			'accents'     => array( 'pu.josé.müller@example.test', 'pu.jose.muller@example.test' ),
			'Cyrillic'    => array( 'pu.иван@example.test', 'pu.ivan@example.test' ),
			'CJK'         => array( '王伟@pu.example.test', 'Wang Wei @pu.example.test' ),
			'backslash'   => array( 'PU\\jane', 'PUjane' ),
			'quotes'      => array( 'pu "jane" <x>', 'pu jane x' ),
			'ampersand'   => array( 'pu.r&d@example.test', 'pu.rd@example.test' ),
			'spaces'      => array( 'pu jane doe', 'pu jane doe' ),
			'digits'      => array( '700112233', '700112233' ),
			'100+'        => array( 'pu' . str_repeat( 'x', 110 ) . '@example.test', 'pu' . str_repeat( 'x', 58 ) ),
			'percent'     => array( 'pu%41%s@example.test', 'pu41s@example.test' ),
		);
	}

	/**
	 * However logins are made, each is one that WordPress takes as it is, and nobody else's.
	 *
	 * @dataProvider policies
	 */
	public function test_policies( array $policy, string $login ): void {
		$this->settings( array( 'username' => $policy ) );
		$names  = array_column( $this->names(), 0 );
		$names  = array( 'pu.jane.doe@example.test', ...$names, 'pu.janetest@example.test', 'pu.jane#test@example.test', str_repeat( 'ß', 120 ) . '@example.test', "O'Neil@example.test", '@', '🙂' );
		$logins = array();
		foreach ( $names as $number => $name ) {
			$logins[] = $this->account_of( $this->provision( $name, array( 'emails' => array( array( 'value' => "pu-mail$number@example.test" ) ) ) )->id )->user_login;
		}
		self::assertSame( $login, $logins[0] );
		self::assertCount( count( $names ), array_unique( array_map( 'strtolower', $logins ) ) );
		foreach ( $logins as $made ) {
			self::assertLessThanOrEqual( 60, strlen( $made ) );
			self::assertSame( $made, sanitize_user( $made, true ) );
		}
	}

	public function policies(): array {
		return array(
			'as sent'    => array( array( 'from' => 'userName' ), 'pu.jane.doe@example.test' ),
			'local part' => array( array( 'from' => 'local-part' ), 'pu.jane.doe' ),
			'address'    => array( array( 'from' => 'email' ), 'pu-mail0@example.test' ),
			'pattern'    => array( array( 'from' => 'pattern', 'pattern' => '^(\w+)\.(\w)\w*\.(\w+)@.*$', 'replacement' => '$1-$2$3' ), 'pu-jdoe' ),
		);
	}

	/** Two names that WordPress would take for one are two people. */
	public function test_names_that_make_one_login(): void {
		$logins = array_map( fn( string $name ): string => $this->account_of( $this->provision( $name )->id )->user_login, array( 'pu.jane+x@a.test', 'pu.janex@a.test', 'pu.jané#x@a.test' ) );
		self::assertSame( array( 'pu.janex@a.test', 'pu.janex@a.test-2', 'pu.janex@a.test-3' ), $logins );
	}

	/** With renames allowed, login and address name follow; what hangs on the account stays, and who was logged in is not any more. */
	public function test_a_renamed_account(): void {
		$this->settings( array( 'username' => array( 'from' => 'local-part', 'rename' => true ), 'password_sync' => true ) );
		$person = $this->provision( 'pu-jane@example.test', array( 'password' => 'correct horse battery' ) );
		$before = $this->account_of( $person->id );
		update_user_meta( $before->ID, 'kept', 'yes' );
		$browser = new Browser( $this->url() );
		$browser->log_in( 'pu-jane', 'correct horse battery' );
		self::assertTrue( $browser->is_logged_in() );
		$heard  = array();
		$mails  = $this->mails();
		$answer = $this->patch( $person->id, 'userName', 'pu-jane.smith@example.test' );
		self::assertSame( 200, $answer->status, $answer->body );

		$after = $this->account_of( $person->id );
		self::assertSame( $before->ID, $after->ID );
		self::assertSame( array( 'pu-jane.smith', 'pu-jane-smith' ), array( $after->user_login, $after->user_nicename ) );
		self::assertSame( 'yes', get_user_meta( $after->ID, 'kept', true ) );
		self::assertFalse( get_user_by( 'login', 'pu-jane' ) );
		self::assertSame( $after->ID, get_user_by( 'slug', 'pu-jane-smith' )->ID );
		self::assertFalse( $browser->is_logged_in() );
		self::assertTrue( ( new Browser( $this->url() ) )->log_in( 'pu-jane.smith', 'correct horse battery' )->has_login_cookie() );
		self::assertFalse( ( new Browser( $this->url() ) )->log_in( 'pu-jane', 'correct horse battery' )->has_login_cookie() );
		self::assertSame( $mails, $this->mails() );

		$other = $this->account_of( $this->provision( 'pu-jane@other.test' )->id );
		self::assertSame( 'pu-jane', $other->user_login, 'the old login is free' );
		$this->patch( $person->id, 'userName', 'pu-jane@third.test' );
		$again = $this->account_of( $person->id );
		self::assertSame( array( 'pu-jane-2', 'pu-jane-2' ), array( $again->user_login, $again->user_nicename ) );
	}

	/** A login that another person's row has claimed is passed over, and a hook that fails leaves the old one. */
	public function test_a_rename_that_fails(): void {
		$record = $this->create( 'pu-old', array(), array( 'email' => 'old@phpunit.test' ) );
		$ghost  = $this->create( 'pu-claimed' );
		$answer = $this->update( $record, array(), array( 'logins' => array( 'pu-claimed', 'pu-new' ) ) );
		self::assertSame( 'pu-new', $answer['record']['account']['login'] );
		$taken = $this->update( $answer['record'], array(), array( 'logins' => array( 'pu-claimed' ) ) );
		self::assertSame( array( 'taken', 'login' ), array( $taken['outcome'], $taken['value'] ) );
		self::assertSame( $answer['record'], $this->load( $record['id'] ) );

		$thrown = false;
		try {
			$this->with_hook( 'profile_update', static fn() => throw new \RuntimeException( 'no' ), fn() => $this->update( $answer['record'], array(), array( 'logins' => array( 'pu-newer' ) ) ) );
		} catch ( \RuntimeException ) {
			$thrown = true;
		}
		self::assertTrue( $thrown );
		self::assertFalse( get_user_by( 'login', 'pu-newer' ) );
		self::assertSame( $record['account']['user_id'], get_user_by( 'login', 'pu-new' )->ID );
		self::assertSame( 'pu-newer', $this->create( 'pu-newer' )['account']['login'], 'its claim went with it' );
		self::assertNotNull( $ghost );
	}

	/** A new address changes the account and sends nothing. */
	public function test_a_new_address_sends_no_mail(): void {
		$person = $this->provision( 'pu-mail', array( 'emails' => array( array( 'value' => 'one@phpunit.test', 'primary' => true ) ) ) );
		$mails  = $this->mails();
		self::assertSame( 200, $this->patch( $person->id, 'emails[primary eq true].value', 'two@phpunit.test' )->status );
		self::assertSame( 'two@phpunit.test', $this->account_of( $person->id )->user_email );
		self::assertSame( $mails, $this->mails() );
		$other = $this->provision( 'pu-mail-2', array( 'emails' => array( array( 'value' => 'three@phpunit.test' ) ) ) );
		self::assertSame( 200, $this->patch( $other->id, 'emails[value eq "three@phpunit.test"].value', 'two@phpunit.test' )->status );
		self::assertSame( 'three@phpunit.test', $this->account_of( $other->id )->user_email, 'the address waits' );
		self::assertSame( $mails, $this->mails() );
		$local = wp_insert_user( array( 'user_login' => 'pu-local', 'user_pass' => 'x', 'user_email' => 'two@phpunit.test' ) );
		self::assertWPError( $local, 'existing_user_email' );
	}

	/** Kept apart, accounts that got a row while they were linked hold no name, and lose nothing. */
	public function test_accounts_kept_apart(): void {
		$local = wp_insert_user( array( 'user_login' => 'pu-apart', 'user_pass' => 'x', 'user_email' => 'apart@phpunit.test', 'role' => 'editor' ) );
		$find  = '/Users?filter=' . rawurlencode( 'userName eq "apart@phpunit.test"' );
		$id    = $this->scim( 'GET', $find )->json->Resources[0]->id;
		$this->settings( array( 'existing_accounts' => 'apart' ) );
		self::assertSame( 0, $this->scim( 'GET', $find )->json->totalResults );
		self::assertSame( 404, $this->patch( $id, 'title', 'x' )->status );

		$person = $this->provision( 'pu-apart' );
		self::assertSame( 'pu-apart-2', $this->account_of( $person->id )->user_login );
		self::assertSame( array( 'editor' ), get_userdata( $local )->roles );
		$clash = $this->scim( 'POST', '/Users', array( 'userName' => 'apart@phpunit.test' ) );
		self::assertSame( 409, $clash->status );
		self::assertStringContainsString( 'kept apart', $clash->json->detail );

		// Linked again, the account is found by its address; its login is somebody else's userName by now.
		$this->settings( array( 'existing_accounts' => 'link' ) );
		$found = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'emails.value eq "apart@phpunit.test"' ) )->json;
		self::assertSame( 1, $found->totalResults );
	}

	/** The last administrator stays, even where no role is protected and a rule would take the role away. */
	public function test_the_last_administrator_stays(): void {
		$this->settings(
			array(
				'protected_roles' => array(),
				'deletion'        => array( 'policy' => 'delete' ),
			)
		);
		$person = $this->provision( 'pu-boss' );
		$this->account_of( $person->id )->set_role( 'administrator' );
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'active eq true', 'role' => 'subscriber' ) ) ) );
		self::assertSame( 200, $this->patch( $person->id, 'title', 'x' )->status );
		self::assertSame( array( 'administrator' ), $this->account_of( $person->id )->roles );
	}

	/** The mails that the site wanted to send so far. */
	private function mails(): int {
		$file = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl';
		return is_file( $file ) ? count( file( $file ) ) : 0;
	}

	private static function assertWPError( mixed $result, string $code ): void {
		self::assertInstanceOf( \WP_Error::class, $result );
		self::assertSame( $code, $result->get_error_code() );
	}

	/** Who comes back has the content and the metas of before, and nothing that opened the account: another may have the name by now. */
	public function test_who_comes_back_has_no_way_in_of_before(): void {
		$attributes = array( 'externalId' => 'pu-emp-1', 'emails' => array( array( 'value' => 'pu-back@phpunit.test' ) ) );
		$person     = $this->provision( 'pu-back', $attributes );
		$user       = $this->account_of( $person->id );
		$user->set_role( 'editor' );
		wp_set_password( 'Old-Horse-7-Battery', $user->ID );
		\WP_Application_Passwords::create_new_application_password( $user->ID, array( 'name' => 'x' ) );
		update_user_meta( $user->ID, '_two_factor_totp_key', 'K' );
		update_user_meta( $user->ID, '_new_email', array( 'newemail' => 'x@phpunit.test' ) );
		update_user_meta( $user->ID, 'pu_kept', 'yes' );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		\WP_Session_Tokens::get_instance( $user->ID )->create( time() + 3600 );

		$other = $this->account_of( $this->provision( 'pu-back', array( 'externalId' => 'pu-emp-2' ) )->id );
		self::assertNotSame( $user->ID, $other->ID );
		self::assertSame( array( false, '' ), array( wp_check_password( 'Old-Horse-7-Battery', $other->user_pass ), get_user_meta( $other->ID, 'pu_kept', true ) ) );

		$back = $this->account_of( $this->provision( 'pu-back-2', $attributes )->id );
		self::assertSame( array( $user->ID, array( 'subscriber' ), 'yes' ), array( $back->ID, $back->roles, get_user_meta( $back->ID, 'pu_kept', true ) ) );
		self::assertFalse( wp_check_password( 'Old-Horse-7-Battery', $back->user_pass ) );
		self::assertSame( array(), \WP_Application_Passwords::get_user_application_passwords( $back->ID ) );
		self::assertSame( array(), \WP_Session_Tokens::get_instance( $back->ID )->get_all() );
		self::assertSame( array( '', '' ), array( get_user_meta( $back->ID, '_two_factor_totp_key', true ), get_user_meta( $back->ID, '_new_email', true ) ) );
	}

	/** The owner reads what waits, and that somebody who was to be out is not. */
	public function test_the_log_tells_what_waits_and_who_is_not_out(): void {
		$this->provision( 'pu-holder', array( 'emails' => array( array( 'value' => 'pu-holder@phpunit.test' ) ) ) );
		$person = $this->provision( 'pu-waits', array( 'emails' => array( array( 'value' => 'pu-waits@phpunit.test' ) ) ) );
		$last   = static fn(): string => (string) Database::value( 'SELECT detail FROM ' . Tables::name( 'activity' ) . ' WHERE detail IS NOT NULL ORDER BY id DESC LIMIT 1', array() );
		$patch  = fn( string $path, string $value ): int => $this->scim(
			'PATCH',
			"/Users/$person->id",
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
				'Operations' => array( array( 'op' => 'replace', 'path' => $path, 'value' => $value ), array( 'op' => 'replace', 'path' => 'active', 'value' => false ) ),
			)
		)->status;
		self::assertSame( 409, $patch( 'userName', 'pu-holder' ) );
		self::assertStringContainsString( '"pu-waits" was to be locked out by this request and is not', $last() );
		self::assertSame( 200, $patch( 'emails.value', 'pu-holder@phpunit.test' ) );
		self::assertStringContainsString( 'pu-holder@phpunit.test waits', $last() );
	}
}
