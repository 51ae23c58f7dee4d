<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** People that another plugin has provisioned before. */
final class MovingTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** An account with what another plugin left. */
	private function local( string $login, array $metas, string $role = 'subscriber' ): int {
		$user_id = wp_insert_user( array( 'user_login' => $login, 'user_pass' => 'x', 'user_email' => "$login@phpunit.test", 'display_name' => 'Jo Local', 'role' => $role ) );
		foreach ( $metas as $key => $value ) {
			update_user_meta( $user_id, $key, $value );
		}
		return $user_id;
	}

	/** Sends a request to the address that WPO365 had. */
	private function at_wpo365( string $method, string $path, ?array $body = null ): object {
		$before = (string) getenv( 'ROLLBOOK_SITE' );
		$site   = json_decode( $before );
		putenv( 'ROLLBOOK_SITE=' . json_encode( array( 'scim' => "$site->url/wp-json/wpo365/v1" ) + (array) $site ) );
		try {
			return $this->scim( $method, $path, $body );
		} finally {
			putenv( "ROLLBOOK_SITE=$before" );
		}
	}

	private function found( string $filter ): array {
		return $this->scim( 'GET', '/Users?filter=' . rawurlencode( $filter ) )->json->Resources;
	}

	/** The id that WPO365 gave, the account's number, goes on to work, at its address as at ours. */
	public function test_the_id_that_wpo365_gave(): void {
		$this->settings( array( 'compatibility' => array( 'wpo365_route' => true ) ) );
		$user_id = $this->local( 'pu-adele', array( 'wpo365_scim_external_id' => 'adele' ), 'author' );
		$read    = $this->at_wpo365( 'GET', "/Users/$user_id" );
		self::assertSame( 200, $read->status, $read->body );
		self::assertSame( array( (string) $user_id, 'adele', 'pu-adele' ), array( $read->json->id, $read->json->externalId, $read->json->userName ) );
		self::assertSame( $this->url() . "/wp-json/wpo365/v1/Users/$user_id", $read->json->meta->location );

		$operations = array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ), 'Operations' => array( array( 'op' => 'Replace', 'path' => 'title', 'value' => 'Guide' ) ) );
		$linked     = $this->at_wpo365( 'PATCH', "/Users/$user_id", $operations );
		self::assertSame( array( 200, 'Guide' ), array( $linked->status, $linked->json->title ) );
		self::assertSame( $linked->json->meta->version, $this->at_wpo365( 'PATCH', "/Users/$user_id", $operations )->json->meta->version, 'and again changes nothing' );
		self::assertSame( $linked->json->meta->version, $this->scim( 'GET', "/Users/$user_id" )->json->meta->version );
		self::assertSame( array( 'author' ), get_userdata( $user_id )->roles );

		$gone = $this->at_wpo365( 'DELETE', "/Users/$user_id" );
		self::assertSame( 204, $gone->status, $gone->body );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$user_id" )->status );
		self::assertTrue( AccessControl::is_locked_out( $user_id ) );
	}

	/** The first request of all may be the change itself. */
	public function test_a_patch_comes_first(): void {
		$user_id = $this->local( 'pu-first', array( 'wpo365_scim_external_id' => 'first' ) );
		$answer  = $this->patch( (string) $user_id, 'active', 'False' );
		self::assertSame( array( 200, false, 'first' ), array( $answer->status, $answer->json->active ?? null, $answer->json->externalId ?? null ), $answer->body );
		self::assertTrue( AccessControl::is_locked_out( $user_id ) );
	}

	/** Numbers of accounts that no plugin has provisioned are no ids, nor are other ways to write a number. */
	public function test_other_accounts_have_no_such_id(): void {
		$local   = $this->local( 'pu-plain', array( 'aadObjectId' => 'x' ) );
		$moved   = $this->local( 'pu-moved', array( 'wpo365_scim_external_id' => 'moved' ) );
		foreach ( array( $local, "0$moved", "$moved.0", "+$moved", " $moved", PHP_INT_MAX . '0' ) as $id ) {
			self::assertSame( 404, $this->scim( 'GET', '/Users/' . rawurlencode( (string) $id ) )->status, (string) $id );
		}
		$this->settings( array( 'existing_accounts' => 'apart' ) );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$moved" )->status );
		self::assertSame( array(), $this->found( 'externalId eq "moved"' ) );
	}

	/** With two people of one externalId nobody can tell who is meant. */
	public function test_an_ambiguous_external_id(): void {
		$this->local( 'pu-one', array( 'wpo365_scim_external_id' => 'twin' ) );
		$this->local( 'pu-two', array( 'wpo365_scim_external_id' => 'twin' ) );
		self::assertSame( array(), $this->found( 'externalId eq "twin"' ) );
		self::assertSame( 'pu-two', $this->found( 'userName eq "pu-two"' )[0]->userName, 'by name they are two' );
	}

	/** Everybody at once: each has the id and externalId from before. People that another plugin had locked out are shown so, but for administrators. A list locks nobody out. */
	public function test_everybody_is_listed(): void {
		$active = $this->local( 'pu-active', array( 'wpo365_scim_external_id' => 'active', 'userPrincipalName' => 'PU-Active@contoso.test' ) );
		$out    = $this->local( 'pu-out', array( 'wpo365_scim_external_id' => 'out', 'wpo365_active' => 'deactivated' ) );
		$boss   = $this->local( 'pu-boss', array( 'wpo365_scim_external_id' => 'boss', 'wpo365_active' => 'deactivated' ), 'administrator' );
		$free   = $this->local( 'pu-free', array( 'msup_scim_user_status' => 'active' ) );
		$paid   = $this->local( 'pu-paid', array( 'mo_scim_user_status' => 'inactive' ) );
		$plain  = $this->local( 'pu-plain', array() );
		$found  = array_column( $this->found( 'userName sw "pu-"' ), null, 'id' );
		$told   = static fn( int $user_id ): array => array( $found[ $user_id ]->userName, $found[ $user_id ]->externalId ?? null, $found[ $user_id ]->active );
		self::assertSame( array( 'PU-Active@contoso.test', 'active', true ), $told( $active ) );
		self::assertSame( array( 'pu-out', 'out', false ), $told( $out ) );
		self::assertSame( array( 'pu-boss', 'boss', true ), $told( $boss ) );
		self::assertSame( array( 'pu-free', null, true ), $told( $free ) );
		self::assertSame( array( 'pu-paid', null, false ), $told( $paid ) );
		self::assertArrayNotHasKey( $plain, $found );
		self::assertSame( array_fill( 0, 6, false ), array_map( array( AccessControl::class, 'is_locked_out' ), array( $active, $out, $boss, $free, $paid, $plain ) ) );
	}

	/** People of miniOrange: the id works, and a provider that creates instead of asking is told who is there. */
	public function test_people_of_miniorange(): void {
		$user_id = $this->local( 'pu-mini', array( 'msup_scim_user_status' => 'active' ) );
		$clash   = $this->scim( 'POST', '/Users', array( 'userName' => 'pu-mini', 'emails' => array( array( 'value' => 'pu-mini@phpunit.test' ) ) ) );
		self::assertSame( array( 409, 'uniqueness' ), array( $clash->status, $clash->json->scimType ) );
		self::assertSame( array( (string) $user_id ), array_column( $this->found( 'userName eq "PU-Mini"' ), 'id' ) );
		$put = $this->scim( 'PUT', "/Users/$user_id", array( 'userName' => 'pu-mini', 'externalId' => '00u1', 'active' => true, 'emails' => array( array( 'value' => 'pu-mini@phpunit.test', 'primary' => true ) ) ) );
		self::assertSame( array( 200, '00u1' ), array( $put->status, $put->json->externalId ?? $put->body ) );
		self::assertSame( $user_id, $this->account_of( (string) $user_id )->ID );
		self::assertSame( array( (string) $user_id ), array_column( $this->found( 'externalId eq "00u1"' ), 'id' ) );
	}

	/** Moving takes no session away from who may stay; of a new address the old one and the owner hear. */
	public function test_nobody_is_disturbed(): void {
		$user_id = $this->local( 'pu-calm', array( 'wpo365_scim_external_id' => 'calm' ) );
		\WP_Session_Tokens::get_instance( $user_id )->create( time() + 1000 );
		$mails = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/mail.jsonl';
		$count = static fn(): int => is_file( $mails ) ? count( file( $mails ) ) : 0;
		$sent  = $count();
		self::assertSame( 200, $this->patch( (string) $user_id, 'emails[type eq "work"].value', 'calm.new@phpunit.test' )->status );
		self::assertSame( 'calm.new@phpunit.test', $this->account_of( (string) $user_id )->user_email );
		self::assertSame( 2, $count() - $sent );
		self::assertCount( 1, \WP_Session_Tokens::get_instance( $user_id )->get_all() );
	}
}
