<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\PersonAccess;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\PersonTask;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** The owner locks people out and lets them in: from the list of users, one or several, and never by accident. */
final class AccessByHandTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PASSWORD = 'correct horse battery staple';

	private Browser $owner;

	protected function setUp(): void {
		parent::setUp();
		$this->owner = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
	}

	/** A person with a password of the site's. */
	private function somebody( string $login ): array {
		$person = $this->provision( $login, array( 'externalId' => $login ) );
		$user   = $this->account_of( $person->id );
		wp_set_password( self::PASSWORD, $user->ID );
		return array( $person->id, $user );
	}

	/** What the list of users offers for a person, by the names of the questions. */
	private function offered( string $login, int $user_id ): array {
		$html = html_entity_decode( $this->owner->fetch( "/wp-admin/users.php?s=$login" )->body );
		return array_values( array_filter( array( 'lock', 'unlock', 'unlink' ), static fn( string $what ): bool => str_contains( $html, "tab=people&$what=$user_id" ) ) );
	}

	/** Asks the question, and answers it with yes. */
	private function confirm( string $what, string $user_ids ): string {
		$this->owner->fetch( "/wp-admin/options-general.php?page=rollbook&tab=people&$what=$user_ids" );
		self::assertSame( 1, preg_match( "~name=\"action\" value=\"rollbook_$what\"><input type=\"hidden\" name=\"id\" value=\"([\d,]*)\"><input type=\"hidden\" name=\"_wpnonce\" value=\"(\w+)\"~", $this->owner->body, $found ) );
		$this->owner->submit( '/wp-admin/admin-post.php', array( 'action' => "rollbook_$what", 'id' => $found[1], '_wpnonce' => $found[2] ) );
		wp_cache_flush();
		return html_entity_decode( $this->owner->fetch( '/wp-admin/users.php' )->body );
	}

	private function may_log_in( \WP_User $user ): bool {
		return ( new Browser( $this->service()->url ) )->log_in( $user->user_login, self::PASSWORD )->is_logged_in();
	}

	/** Whose account is only half made is not let in: the request comes again. */
	public function test_nobody_is_let_in_before_everything_is_written(): void {
		global $wpdb;
		list( $id, $user ) = $this->somebody( 'pu-half' );
		$this->patch( $id, 'active', false );
		$wpdb->update( Tables::name( 'users' ), array( 'applied' => null ), array( 'id' => $id ) );
		self::assertStringContainsString( 'A request about this person broke off before everything was written.', $this->confirm( 'unlock', (string) $user->ID ) );
		self::assertFalse( $this->may_log_in( $user ) );
	}

	public function test_somebody_is_locked_out_and_let_in_by_hand(): void {
		list( $id, $user ) = $this->somebody( 'pu-hand' );
		$person            = ( new Browser( $this->service()->url ) )->log_in( 'pu-hand', self::PASSWORD );
		$before            = $this->scim( 'GET', "/Users/$id" )->json;
		self::assertTrue( $person->fetch( '/wp-admin/profile.php' )->is_logged_in() );
		self::assertSame( array( 'lock', 'unlink' ), $this->offered( 'pu-hand', $user->ID ) );

		self::assertStringContainsString( 'Locked out: pu-hand', $this->confirm( 'lock', (string) $user->ID ) );
		self::assertSame( 302, $person->fetch( '/wp-admin/profile.php' )->status, 'the session has ended' );
		self::assertFalse( $this->may_log_in( $user ) );
		$locked = $this->scim( 'GET', "/Users/$id" )->json;
		self::assertFalse( $locked->active );
		self::assertNotSame( $before->meta->version, $locked->meta->version );
		self::assertGreaterThan( $before->meta->lastModified, $locked->meta->lastModified );
		self::assertSame( array( 'unlock' ), $this->offered( 'pu-hand', $user->ID ) );
		self::assertStringContainsString( 'somebody of this site locked the person out', PersonAccess::collect( $user->ID )->answer()['text'] );

		global $wpdb;
		$row = $wpdb->get_row( 'SELECT kind, action, actor, effects FROM ' . Tables::name( 'activity' ) . " WHERE user_id = $user->ID AND action = 'deactivated' ORDER BY id DESC LIMIT 1", ARRAY_A );
		self::assertSame( array( 'task', 'deactivated', $this->service()->admin->user ), array( $row['kind'], $row['action'], $row['actor'] ) );
		self::assertStringContainsString( '"after":"deactivated"', (string) $row['effects'] );

		self::assertStringContainsString( 'Let in again: pu-hand', $this->confirm( 'unlock', (string) $user->ID ) );
		self::assertTrue( $this->may_log_in( $user ) );
		$this->patch( $id, 'active', false );
		self::assertFalse( $this->may_log_in( $user ), 'the identity provider has the next word' );
	}

	public function test_who_was_deleted_is_let_in_and_unlinked(): void {
		list( $id, $user ) = $this->somebody( 'pu-hand-gone' );
		$this->scim( 'DELETE', "/Users/$id" );
		self::assertSame( array( 'unlock' ), $this->offered( 'pu-hand-gone', $user->ID ) );
		$this->confirm( 'unlock', (string) $user->ID );
		self::assertTrue( $this->may_log_in( $user ) );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$id" )->status );
		self::assertStringContainsString( 'Deleted there, let in here', $this->owner->fetch( '/wp-admin/users.php?s=pu-hand-gone' )->body );
		self::assertStringContainsString( 'let the person in again', PersonAccess::collect( $user->ID )->answer()['text'] );
		self::assertSame( array( 'lock', 'unlink' ), $this->offered( 'pu-hand-gone', $user->ID ) );

		$again = $this->provision( 'pu-hand-gone', array( 'externalId' => 'pu-hand-gone' ) );
		self::assertSame( $user->ID, $this->account_of( $again->id )->ID );
		self::assertFalse( $this->may_log_in( $user ), 'with the return the old password ends' );
		$this->scim( 'DELETE', "/Users/$again->id" );
		$this->confirm( 'unlock', (string) $user->ID );
		$this->confirm( 'unlink', (string) $user->ID );
		self::assertNull( $this->record_row( $user->ID ) );
		self::assertSame( array(), $this->offered( 'pu-hand-gone', $user->ID ) );
	}

	public function test_several_are_asked_about_and_who_must_not_be_is_left_out(): void {
		list( , $one )  = $this->somebody( 'pu-hand-one' );
		list( , $two )  = $this->somebody( 'pu-hand-two' );
		list( , $boss ) = $this->somebody( 'pu-hand-boss' );
		$boss->set_role( 'administrator' );
		$me  = get_user_by( 'login', $this->service()->admin->user );
		$ids = "$one->ID,$two->ID,$boss->ID,$me->ID";
		$this->owner->fetch( '/wp-admin/users.php?s=pu-hand' );
		self::assertSame( 1, preg_match( '/name="_wpnonce" value="(\w+)"/', $this->owner->body, $nonce ) );
		$this->owner->submit( '/wp-admin/users.php', array( 'action' => 'rollbook_lock', '_wpnonce' => $nonce[1], 'users[0]' => $one->ID, 'users[1]' => $two->ID ) );
		self::assertStringContainsString( "lock=$one->ID,$two->ID", rawurldecode( implode( "\n", $this->owner->headers ) ) );

		$html = $this->owner->fetch( "/wp-admin/options-general.php?page=rollbook&tab=people&lock=$ids" )->body;
		self::assertStringContainsString( 'Lock 2 people out?', $html );
		self::assertStringContainsString( 'Choose it by itself', $html );
		self::assertStringContainsString( 'You cannot lock yourself out', $html );
		self::assertStringContainsString( 'Locked out: pu-hand-one, pu-hand-two', $this->confirm( 'lock', $ids ) );
		self::assertTrue( $this->may_log_in( $boss ) && ! $this->may_log_in( $one ) && ! $this->may_log_in( $two ) );

		// The form is refused as well where it is sent in another way.
		$nonce = $this->owner->fetch( "/wp-admin/options-general.php?page=rollbook&tab=people&lock=$boss->ID" )->body;
		self::assertStringContainsString( 'rights over others', $nonce );
		self::assertSame( 1, preg_match( '/name="_wpnonce" value="(\w+)"/', $nonce, $found ) );
		$forged = array( 'action' => 'rollbook_lock', 'id' => "$boss->ID,$one->ID", '_wpnonce' => $found[1] );
		self::assertSame( 403, $this->owner->submit( '/wp-admin/admin-post.php', $forged )->status );
		$two->set_role( 'editor' );
		$this->confirm( 'unlock', (string) $two->ID );
		$editor = ( new Browser( $this->service()->url ) )->log_in( 'pu-hand-two', self::PASSWORD );
		self::assertSame( 403, $editor->submit( '/wp-admin/admin-post.php', array( 'id' => (string) $boss->ID ) + $forged )->status );
		self::assertStringNotContainsString( 'rollbook_lock', $editor->fetch( '/wp-admin/users.php' )->body );
		self::assertTrue( $this->may_log_in( $boss ) );
	}

	/** Each refusal says why, and what helps: the page that asks, and the task itself where a form is sent in another way. */
	public function test_each_refusal_says_why(): void {
		list( $id, $here ) = $this->somebody( 'pu-hand-here' );
		list( , $out )     = $this->somebody( 'pu-hand-out' );
		$local             = (int) wp_insert_user( array( 'user_login' => 'pu-hand-local', 'user_pass' => 'x' ) );
		$me                = get_user_by( 'login', $this->service()->admin->user )->ID;
		$this->confirm( 'lock', (string) $out->ID );
		$asked = fn( string $what, int $user_id ): string => html_entity_decode( $this->owner->fetch( "/wp-admin/options-general.php?page=rollbook&tab=people&$what=$user_id" )->body );
		foreach (
			array(
				array( 'lock', $me, 'You cannot lock yourself out. Somebody else who may manage this site can.' ),
				array( 'lock', $local, 'No identity provider manages this account.' ),
				array( 'lock', $out->ID, 'This person is locked out already.' ),
				array( 'unlock', $here->ID, 'Nobody has locked this person out.' ),
				array( 'unlink', $local, 'No identity provider manages this account.' ),
				array( 'unlink', $out->ID, 'This person is locked out, and nobody would keep the account locked any more. Let the person in first, or delete the account.' ),
			) as list( $what, $user_id, $reason )
		) {
			$page = $asked( $what, $user_id );
			self::assertStringContainsString( 'Nothing can be done here', $page, "$what $reason" );
			self::assertStringContainsString( $reason, $page, $what );
		}

		$reason = static fn( string $task, int $user_id, array $more = array() ): string => PersonTask::run( array( 'task' => $task ) + $more, $user_id )['reason'] ?? 'done';
		$by     = static fn( int $actor, bool $several = false ): array => array( 'actor' => $actor, 'several' => $several );
		self::assertSame( 'No identity provider manages this account.', $reason( 'locking', $local, $by( $me ) ) );
		self::assertSame( 'You cannot lock yourself out. Somebody else who may manage this site can.', $reason( 'locking', $here->ID, $by( $here->ID ) ) );
		self::assertStringStartsWith( 'This person is locked out. Nobody would keep the account locked any more', $reason( 'unlinking', $out->ID ) );
		self::assertSame( 'This account was not unlinked.', $reason( 'allowing_linking', $here->ID ) );
		$here->set_role( 'administrator' );
		self::assertStringStartsWith( 'This account has rights over others or over the site', $reason( 'locking', $here->ID, $by( $me, true ) ) );
		foreach ( get_users( array( 'role' => 'administrator', 'exclude' => array( $here->ID ) ) ) as $other ) {
			$other->set_role( 'editor' );
			$others[] = $other;
		}
		try {
			self::assertSame( 'This is the last administrator who can log in. Make somebody else an administrator first.', $reason( 'locking', $here->ID, $by( $me ) ) );
		} finally {
			array_map( static fn( \WP_User $other ) => $other->set_role( 'administrator' ), $others );
		}
		self::assertSame( 'done', $reason( 'unlinking', $here->ID ) );
		self::assertStringStartsWith( 'This account is protected, and no identity provider is ever linked to it.', $reason( 'allowing_linking', $here->ID ) );
		$here->set_role( 'subscriber' );
		$this->settings( array( 'existing_accounts' => 'apart' ) );
		self::assertStringStartsWith( 'Existing accounts are kept apart from the identity provider.', $reason( 'allowing_linking', $here->ID ) );

		// In the owner's language: what the extension says is among the texts to translate.
		$texts = (string) file_get_contents( dirname( __DIR__, 2 ) . '/php-plugin/stubs/texts.php' );
		foreach ( array( 'This person is locked out. Nobody would keep', 'no identity provider is ever linked to it', 'Existing accounts are kept apart from' ) as $text ) {
			self::assertStringContainsString( $text, $texts );
		}
	}

	public function test_the_last_administrator_is_not_locked_out_by_hand(): void {
		list( $id, $boss ) = $this->somebody( 'pu-hand-last' );
		$boss->set_role( 'administrator' );
		$record = $this->load( $id );
		foreach ( get_users( array( 'role' => 'administrator', 'exclude' => array( $boss->ID ) ) ) as $other ) {
			$other->set_role( 'editor' );
			$others[] = $other;
		}
		try {
			$lock   = array( 'id' => $id, 'version' => $record['version'], 'active' => false, 'managed_here' => true, 'now' => 1 );
			$answer = $this->run_command( 'set_access', $lock );
			self::assertSame( 'refused', $answer['outcome'] );
			self::assertStringContainsString( 'last administrator', $answer['message'] );
		} finally {
			foreach ( $others ?? array() as $other ) {
				$other->set_role( 'administrator' );
			}
		}
		self::assertSame( 'stale', $this->run_command( 'set_access', array( 'version' => $record['version'] + 7 ) + $lock )['outcome'] );
		self::assertSame( 'gone', $this->run_command( 'set_access', array( 'id' => 'nobody' ) + $lock )['outcome'] );
		self::assertSame( 'done', $this->run_command( 'set_access', $lock )['outcome'] );
		self::assertFalse( $this->may_log_in( $boss ) );
	}

	private function record_row( int $user_id ): ?array {
		global $wpdb;
		return $wpdb->get_row( 'SELECT * FROM ' . Tables::name( 'users' ) . " WHERE user_id = $user_id", ARRAY_A );
	}
}
