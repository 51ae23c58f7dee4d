<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** The extension points of HOOKS.md, each as another plugin uses it. */
final class HooksTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PLUGIN = WPMU_PLUGIN_DIR . '/listening-plugin.php';

	public static function setUpBeforeClass(): void {
		copy( __DIR__ . '/listening-plugin.php', self::PLUGIN );
	}

	public static function tearDownAfterClass(): void {
		unlink( self::PLUGIN );
	}

	protected function setUp(): void {
		parent::setUp();
		$this->heard();
	}

	/** What the plugin has heard since it was last asked. It hears it after the client has its answer. */
	private function heard( int $at_least = 0 ): array {
		$file = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/heard.jsonl';
		for ( $patience = 100; $patience > 0 && count( is_file( $file ) ? file( $file ) : array() ) < $at_least; --$patience ) {
			usleep( 50_000 );
		}
		$heard = array_map( static fn( string $line ): array => json_decode( $line, true ), is_file( $file ) ? file( $file ) : array() );
		is_file( $file ) && unlink( $file );
		return $heard;
	}

	/** Every action about a person, with its arguments. */
	public function test_actions_about_people(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Editor"', 'role' => 'editor' ) ) ) );
		$person  = $this->provision( 'pu-heard' );
		$user_id = $this->account_of( $person->id )->ID;
		self::assertSame( array( array( 'user_created', array( 'user_id' => $user_id, 'id' => $person->id ) ) ), $this->heard( 1 ) );

		$this->patch( $person->id, 'title', 'Editor' );
		self::assertSame(
			array(
				array( 'user_updated', array( 'user_id' => $user_id, 'id' => $person->id, 'paths' => array( 'title' ) ) ),
				array( 'role_changed', array( 'user_id' => $user_id, 'role' => 'editor', 'before' => array( 'subscriber' ) ) ),
			),
			$this->heard( 2 )
		);

		$this->patch( $person->id, 'title', 'Editor' );
		$this->scim( 'GET', "/Users/$person->id" );
		self::assertSame( array(), $this->heard(), 'nothing happened' );

		$this->patch( $person->id, 'active', false );
		self::assertSame( array( 'user_deactivated', array( 'user_id' => $user_id, 'id' => $person->id ) ), $this->heard( 2 )[1] );
		$this->patch( $person->id, 'active', true );
		self::assertSame( array( 'user_reactivated', array( 'user_id' => $user_id, 'id' => $person->id ) ), $this->heard( 2 )[1] );

		$this->scim( 'DELETE', "/Users/$person->id" );
		self::assertSame( array( array( 'user_deleted', array( 'user_id' => $user_id, 'id' => $person->id, 'account_kept' => true ) ) ), $this->heard( 1 ) );
		$back = $this->provision( 'pu-heard' );
		self::assertSame( array( 'user_reactivated', array( 'user_id' => $user_id, 'id' => $back->id ) ), $this->heard( 1 )[0] );

		$local = wp_insert_user( array( 'user_login' => 'pu-linked', 'user_pass' => 'x', 'user_email' => 'linked@phpunit.test' ) );
		$id    = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "linked@phpunit.test"' ) )->json->Resources[0]->id;
		self::assertSame( array(), $this->heard() );
		$this->patch( $id, 'title', 'x' );
		self::assertSame( array( array( 'user_linked', array( 'user_id' => $local, 'id' => $id ) ) ), $this->heard( 1 ) );
	}

	/** The action about groups, and the roles that change with them. */
	public function test_actions_about_groups(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-Editors"', 'role' => 'editor' ) ) ) );
		$person  = $this->provision( 'pu-member' );
		$user_id = $this->account_of( $person->id )->ID;
		$this->heard( 1 );
		$group = $this->scim( 'POST', '/Groups', array( 'displayName' => 'pu-Editors', 'members' => array( array( 'value' => $person->id ) ) ) )->json;
		self::assertSame(
			array(
				array( 'group_changed', array( 'id' => $group->id, 'name' => 'pu-Editors', 'change' => 'created', 'paths' => array() ) ),
				array( 'role_changed', array( 'user_id' => $user_id, 'role' => 'editor', 'before' => array( 'subscriber' ) ) ),
			),
			$this->heard( 2 )
		);
		$this->scim( 'DELETE', "/Groups/$group->id" );
		self::assertSame( array( 'group_changed', array( 'id' => $group->id, 'name' => 'pu-Editors', 'change' => 'deleted', 'paths' => array() ) ), $this->heard( 1 )[0] );
	}

	/**
	 * A listener that fails changes nothing of what was answered and stored, and keeps nobody else from hearing.
	 *
	 * @dataProvider ends
	 */
	public function test_a_listener_that_fails( string $end ): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => "name.givenName eq \"$end\"", 'role' => 'author' ) ) ) );
		$person = $this->provision( "pu-$end" );
		$this->heard( 1 );
		$answer = $this->patch( $person->id, 'name.givenName', $end );
		self::assertSame( 200, $answer->status, $answer->body );
		self::assertSame( $end, $answer->json->name->givenName );
		self::assertSame( $end, $this->account_of( $person->id )->first_name );
		self::assertSame( array( 'user_updated', 'role_changed' ), array_column( $this->heard( 2 ), 0 ) );
		self::assertSame( $answer->json->meta->version, $this->scim( 'GET', "/Users/$person->id" )->json->meta->version );
	}

	public function ends(): array {
		return array( array( 'Throw' ), array( 'Exit' ), array( 'Die' ) );
	}

	/** The data of a new account; who it is stays. */
	public function test_the_data_of_a_new_account(): void {
		$person  = $this->provision( 'pu-data', array( 'emails' => array( array( 'value' => 'data@phpunit.test' ) ) ) );
		$account = $this->account_of( $person->id );
		self::assertSame( array( 'pu-data', 'data@phpunit.test', array( 'contributor' ) ), array( $account->user_login, $account->user_email, $account->roles ) );
		self::assertSame( array( "It's \\ new", "It's \\ noted" ), array( $account->description, get_user_meta( $account->ID, 'pu_note', true ) ) );

		$answer = $this->scim( 'POST', '/Users', array( 'userName' => 'pu-data-thrown', 'name' => array( 'givenName' => 'Throw' ) ) );
		self::assertSame( 500, $answer->status );
		self::assertFalse( get_user_by( 'login', 'pu-data-thrown' ) );
		self::assertSame( 0, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-data-thrown"' ) )->json->totalResults );
	}

	/** A mapped value on its way into WordPress; the identity provider sees what it sent. */
	public function test_a_mapped_value(): void {
		$this->settings( array( 'mappings' => array( array( 'path' => 'title', 'target' => 'meta:pu_title' ) ) ) );
		$person = $this->provision( 'pu-mapped', array( 'title' => 'Head' ) );
		$meta   = fn(): string => get_user_meta( $this->account_of( $person->id )->ID, 'pu_title', true );
		self::assertSame( 'Head of new', $meta() );
		self::assertSame( 'Head', $this->scim( 'GET', "/Users/$person->id" )->json->title );
		$this->patch( $person->id, 'title', 'Chief' );
		self::assertSame( 'Chief of old', $meta() );

		self::assertSame( 500, $this->patch( $person->id, 'title', 'Throw' )->status );
		self::assertSame( 'Chief of old', $meta() );
		self::assertSame( 'Chief', $this->scim( 'GET', "/Users/$person->id" )->json->title );
	}

	/** Whether a person is protected: more, never less. */
	public function test_a_protected_person(): void {
		$person = $this->provision( 'pu-guarded' );
		$answer = $this->patch( $person->id, 'displayName', 'Taken' );
		self::assertSame( array( 200, 'Taken' ), array( $answer->status, $answer->json->displayName ) );
		self::assertSame( 'pu-guarded', $this->account_of( $person->id )->display_name, 'stored, not applied' );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		self::assertNotFalse( get_user_by( 'login', 'pu-guarded' ), 'kept' );
	}

	/** The body of a response; where the filter fails, it is sent as it was. */
	public function test_the_body_of_a_response(): void {
		$person = $this->provision( 'pu-body' );
		$answer = $this->patch( $person->id, 'nickName', 'Add' );
		self::assertSame( "PATCH /Users/$person->id 200", $answer->json->title );
		foreach ( array( 'Throw', 'Exit', 'Garble' ) as $end ) {
			$answer = $this->patch( $person->id, 'nickName', $end );
			self::assertSame( array( 200, $end ), array( $answer->status, $answer->json->nickName ), $end );
			self::assertSame( $end, $this->account_of( $person->id )->nickname );
		}
	}
}
