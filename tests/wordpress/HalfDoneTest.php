<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/**
 * A plugin's hook ends the transaction, and the request breaks off: what is stored is a part. The same request, sent again, does the rest.
 */
final class HalfDoneTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
	private const USER  = 'urn:ietf:params:scim:schemas:core:2.0:User';
	private const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

	protected function setUp(): void {
		parent::setUp();
		copy( __DIR__ . '/breaking-plugin.php', self::plugin() );
		$this->settings(
			array(
				'default_role' => 'subscriber',
				'role_rules'   => array(
					array( 'filter' => 'title eq "Chief"', 'role' => 'editor' ),
					array( 'filter' => 'groups.display eq "PU-Half"', 'role' => 'author' ),
				),
				'mappings'     => array( array( 'path' => 'nickName', 'target' => 'meta:pu_half', 'title' => 'Half' ) ),
			)
		);
	}

	protected function tearDown(): void {
		array_map( static fn( string $file ): bool => ! is_file( $file ) || unlink( $file ), array( self::plugin(), self::folder() . '/break.json', self::folder() . '/broken' ) );
		parent::tearDown();
	}

	/** @dataProvider breaks_of_a_create */
	public function test_a_create( string $hook, string $how ): void {
		$person = array( 'schemas' => array( self::USER ), 'userName' => 'pu-half', 'externalId' => 'pu-half-1', 'active' => true, 'title' => 'Chief', 'nickName' => 'Halfling', 'emails' => array( array( 'value' => 'half@phpunit.test', 'primary' => true ) ) );
		$this->broken( $hook, $how, 'POST', '/Users', $person );
		self::assertSame( 0, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-half"' ) )->json->totalResults, 'nobody is shown who is half there' );
		$answer = $this->scim( 'POST', '/Users', $person );
		self::assertSame( 201, $answer->status, $answer->body );
		$user = $this->account_of( $answer->json->id );
		self::assertSame( array( 'pu-half', 'half@phpunit.test', array( 'editor' ), 'Halfling' ), array( $user->user_login, $user->user_email, array_values( $user->roles ), $user->pu_half ) );
		self::assertSame( 'true', get_user_meta( $user->ID, 'rich_editing', true ), 'core’s own metas' );
		self::assertSame( 1, $this->count_rows( $GLOBALS['wpdb']->users, "user_email = 'half@phpunit.test'" ) );
		self::assertTrue( $this->load( $answer->json->id )['active'] );
	}

	public static function breaks_of_a_create(): iterable {
		yield from self::each( array( 'insert_user_meta', 'added_user_meta', 'set_user_role', 'user_register' ) );
	}

	/** @dataProvider breaks_of_a_change */
	public function test_a_patch( string $hook, string $how ): void {
		$person = $this->provision( 'pu-half', array( 'name' => array( 'familyName' => 'One' ), 'nickName' => 'One', 'displayName' => 'One' ) );
		$change = array( 'schemas' => array( self::PATCH ), 'Operations' => array( array( 'op' => 'replace', 'value' => array( 'title' => 'Chief', 'nickName' => 'Two', 'displayName' => 'Two', 'name' => array( 'familyName' => 'Two' ) ) ) ) );
		$this->broken( $hook, $how, 'PATCH', "/Users/$person->id", $change );
		self::assertSame( 200, $this->scim( 'PATCH', "/Users/$person->id", $change )->status );
		$this->assert_is( $person->id, 'editor', 'Two' );
	}

	/** @dataProvider breaks_of_a_change */
	public function test_a_put_that_takes_values_away( string $hook, string $how ): void {
		$person = $this->provision( 'pu-half', array( 'title' => 'Chief', 'name' => array( 'familyName' => 'One' ), 'nickName' => 'One', 'displayName' => 'One' ) );
		$change = array( 'schemas' => array( self::USER ), 'userName' => 'pu-half', 'active' => true, 'displayName' => 'Two' );
		$this->broken( $hook, $how, 'PUT', "/Users/$person->id", $change );
		self::assertSame( 200, $this->scim( 'PUT', "/Users/$person->id", $change )->status );
		$this->assert_is( $person->id, 'subscriber', '', 'Two' );
	}

	/** @dataProvider breaks_of_a_change */
	public function test_a_return( string $hook, string $how ): void {
		$person  = $this->provision( 'pu-half', array( 'nickName' => 'One', 'displayName' => 'One', 'title' => 'Chief' ) );
		$user_id = $this->load( $person->id )['account']['user_id'];
		wp_set_password( 'the password of before', $user_id );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$again = array( 'schemas' => array( self::USER ), 'userName' => 'pu-half', 'active' => true, 'nickName' => 'Two', 'displayName' => 'Two', 'name' => array( 'familyName' => 'Two' ) );
		$this->broken( $hook, $how, 'POST', '/Users', $again );
		self::assertNotInstanceOf( \WP_User::class, wp_authenticate( 'pu-half', 'the password of before' ), 'nobody gets in meanwhile' );
		$answer = $this->scim( 'POST', '/Users', $again );
		self::assertSame( array( 201, $user_id ), array( $answer->status, $this->load( $answer->json->id )['account']['user_id'] ), $answer->body );
		$this->assert_is( $answer->json->id, 'subscriber', 'Two' );
		self::assertNotInstanceOf( \WP_User::class, wp_authenticate( 'pu-half', 'the password of before' ) );
	}

	public static function breaks_of_a_change(): iterable {
		yield from self::each( array( 'update_user_meta', 'profile_update', 'set_user_role' ) );
	}

	/** Credentials of an account that anybody could have made end with the link, whenever that is done. */
	public function test_a_link(): void {
		$open = get_option( 'users_can_register' );
		update_option( 'users_can_register', 1 );
		try {
			foreach ( array( 'profile_update', 'set_user_role' ) as $hook ) {
				$user_id = wp_insert_user( array( 'user_login' => "pu-visitor-$hook", 'user_email' => "$hook@phpunit.test", 'user_pass' => 'of a visitor', 'role' => 'subscriber' ) );
				$found   = $this->scim( 'GET', '/Users?filter=' . rawurlencode( "emails.value eq \"$hook@phpunit.test\"" ) )->json->Resources[0];
				$change  = array( 'schemas' => array( self::PATCH ), 'Operations' => array( array( 'op' => 'replace', 'value' => array( 'title' => 'Chief', 'displayName' => 'Two' ) ) ) );
				$this->broken( $hook, 'exit', 'PATCH', "/Users/$found->id", $change );
				self::assertSame( 200, $this->scim( 'PATCH', "/Users/$found->id", $change )->status );
				self::assertSame( array( 'editor' ), array_values( get_userdata( $user_id )->roles ) );
				self::assertNotInstanceOf( \WP_User::class, wp_authenticate( "pu-visitor-$hook", 'of a visitor' ), $hook );
			}
		} finally {
			update_option( 'users_can_register', $open );
		}
	}

	/** @dataProvider ways */
	public function test_groups( string $how ): void {
		$one     = $this->provision( 'pu-half-1' )->id;
		$two     = $this->provision( 'pu-half-2' )->id;
		$members = array_map( static fn( string $id ): array => array( 'value' => $id ), array( $one, $two ) );
		$roles   = fn(): array => array_map( fn( string $id ): string => $this->account_of( $id )->roles[0], array( $one, $two ) );
		$send    = function ( string $method, string $path, ?array $body, int $status ) use ( $how ): object {
			$this->broken( 'set_user_role', $how, $method, $path, $body );
			$answer = $this->scim( $method, $path, $body );
			self::assertSame( $status, $answer->status, $answer->body );
			return $answer;
		};
		$id      = $send( 'POST', '/Groups', array( 'schemas' => array( self::GROUP ), 'displayName' => 'PU-Half', 'members' => $members ), 201 )->json->id;
		self::assertSame( array( array( 'author', 'author' ), 2 ), array( $roles(), count( $this->scim( 'GET', "/Groups/$id" )->json->members ) ) );

		$patch = static fn( string $operation ): array => array( 'schemas' => array( self::PATCH ), 'Operations' => array( array( 'op' => $operation, 'path' => 'members', 'value' => $members ) ) );
		$send( 'PATCH', "/Groups/$id", $patch( 'remove' ), 200 );
		self::assertSame( array( array( 'subscriber', 'subscriber' ), array() ), array( $roles(), $this->scim( 'GET', "/Groups/$id" )->json->members ) );

		$send( 'PATCH', "/Groups/$id", $patch( 'add' ), 200 );
		self::assertSame( array( array( 'author', 'author' ), 2 ), array( $roles(), count( $this->scim( 'GET', "/Groups/$id" )->json->members ) ) );

		$send( 'DELETE', "/Groups/$id", null, 204 );
		self::assertSame( array( array( 'subscriber', 'subscriber' ), 0 ), array( $roles(), $this->count_rows( Tables::name( 'group_members' ), "member_id = '$one'" ) ) );
	}

	public static function ways(): array {
		return array( 'throw' => array( 'throw' ), 'exit' => array( 'exit' ), 'kill' => array( 'kill' ) );
	}

	private static function each( array $hooks ): iterable {
		foreach ( $hooks as $hook ) {
			foreach ( self::ways() as $how => $argument ) {
				yield "$hook, $how" => array( $hook, $how );
			}
		}
	}

	private function assert_is( string $id, string $role, string $meta, string $name = 'Two' ): void {
		$user = $this->account_of( $id );
		self::assertSame( array( array( $role ), $meta, $name, '' === $meta ? '' : 'Two' ), array( array_values( $user->roles ), $user->pu_half, $user->display_name, $user->last_name ) );
		self::assertFalse( $this->load( $id )['unfinished'] );
	}

	/** Sends a request that breaks off at a hook, after what was done before was stored. */
	private function broken( string $hook, string $how, string $method, string $path, ?array $body ): void {
		file_put_contents( self::folder() . '/break.json', json_encode( array( 'hook' => $hook, 'how' => $how ) ) );
		try {
			$answer = @$this->scim( $method, $path, $body );
			self::assertGreaterThanOrEqual( 500, $answer->status, $answer->body );
		} finally {
			unlink( self::folder() . '/break.json' );
		}
		self::assertTrue( unlink( self::folder() . '/broken' ), "$hook is reached" );
	}

	private static function plugin(): string {
		return WPMU_PLUGIN_DIR . '/rollbook-test-breaking.php';
	}

	private static function folder(): string {
		return json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir;
	}
}
