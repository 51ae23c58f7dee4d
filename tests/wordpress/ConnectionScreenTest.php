<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\Checklist;
use Rollbook\WordPress\Admin\TokenExpiry;
use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\SelfTest;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\SettingsWriter;

require_once __DIR__ . '/SendsScim.php';

/** The connection tab: what is still to be done, tokens that end soon, and revoked ones. */
final class ConnectionScreenTest extends SiteTestCase {

	use SendsScim;

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'tokens' ) . " WHERE name LIKE 'pu-%' OR name = ''" );
		delete_option( 'rollbook_told_of_expiry' );
		parent::tearDown();
	}

	/** Which steps are done, in their order. */
	private static function done( array $tokens, bool $fixed = false ): array {
		return array_column( Checklist::steps( $tokens, $fixed ), 'done' );
	}

	public function test_the_checklist_turns_green_step_by_step_and_goes_with_the_first_person(): void {
		global $wpdb;
		$token = array( 'revoked' => null, 'expires' => null, 'last_used' => null );
		$rows  = $wpdb->get_results( 'SELECT * FROM ' . Tables::name( 'refusals' ), ARRAY_A );
		$users = Tables::name( 'users' );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'refusals' ) );
		$wpdb->query( "UPDATE $users SET managed = 2 WHERE managed = 1" );
		try {
			self::assertSame( array( true, false, false, false, false ), self::done( array() ) );
			self::assertSame( array( true, false, false, false, false ), self::done( array( array( 'expires' => 1 ) + $token, array( 'revoked' => 1 ) + $token ) ), 'one of no use counts as none' );
			self::assertSame( array( true, true, false, false, false ), self::done( array( $token ) ) );
			self::assertSame( array( true, true, false, false, false ), self::done( array(), true ) );
			$wpdb->insert( Tables::name( 'refusals' ), array( 'day' => 1, 'reason' => 'unknown', 'times' => 1, 'last_time' => 1 ) );
			self::assertSame( array( true, true, true, false, false ), self::done( array( $token ) ) );
			$steps = Checklist::steps( array( array( 'last_used' => 5 ) + $token ), false );
			self::assertSame( array( true, true, true, true, false ), array_column( $steps, 'done' ) );
			self::assertSame( array( '', '', '', '' ), array_slice( array_column( $steps, 'next' ), 0, 4 ) );
			self::assertStringContainsString( 'Assign a person', $steps[4]['next'] );
		} finally {
			$wpdb->query( "UPDATE $users SET managed = 1 WHERE managed = 2" );
			$wpdb->query( 'DELETE FROM ' . Tables::name( 'refusals' ) );
			foreach ( $rows as $row ) {
				$wpdb->insert( Tables::name( 'refusals' ), $row );
			}
		}
		$this->provision( 'pu-first' );
		self::assertSame( array(), self::done( array() ) );
	}

	public function test_the_owner_hears_once_thirty_and_seven_days_before_a_token_ends(): void {
		$add = static function ( string $name, int $days, bool $used ): int {
			Tokens::create( $name, 'full', Tokens::now() + $days * DAY_IN_SECONDS * 1000 );
			$id = Tokens::all()[0]['id'];
			$used && Tokens::touch( $id, Tokens::now() );
			return $id;
		};
		$id = $add( 'pu-ends', 20, true );
		$add( 'pu-later', 60, true );
		$add( 'pu-unused', 3, false );
		$mails = fn(): array => $this->mails_during( static fn() => TokenExpiry::action_event() );
		$first = $mails();
		self::assertSame( array_fill( 0, 2, get_option( 'admin_email' ) ), $first, 'one that nobody has used yet counts too: it may be entered on the last day' );
		self::assertSame( array(), $mails(), 'not every day' );
		global $wpdb;
		$wpdb->update( Tables::name( 'tokens' ), array( 'expires' => Tokens::now() + 6 * DAY_IN_SECONDS * 1000 ), array( 'id' => $id ) );
		self::assertSame( array(), $this->with_hook( 'query', static fn( string $query ): string => str_contains( $query, Tables::name( 'tokens' ) ) ? 'SELECT nothing FROM nowhere' : $query, $mails ), 'a database that fails ends nothing else that happens in the background' );
		self::assertCount( 1, $mails(), 'the next time' );
		self::assertSame( array(), $mails() );

		$owner = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
		foreach ( array( 'index.php', 'options-general.php?page=rollbook' ) as $page ) {
			$html = $owner->fetch( "/wp-admin/$page" )->body;
			self::assertStringContainsString( 'The token “pu-ends” ends in 6 days', $html );
			self::assertStringContainsString( 'The token “pu-unused”, which nobody has used yet, ends in 3 days', $html );
			self::assertStringNotContainsString( 'pu-later” ends', $html );
		}
		Tokens::revoke( $id );
		self::assertStringNotContainsString( 'pu-ends” ends', $owner->fetch( '/wp-admin/index.php' )->body );
		wp_cache_flush(); // The browser's request has scheduled it, in another process.
		self::assertNotFalse( wp_next_scheduled( TokenExpiry::EVENT ) );
	}

	/** The list says from where a token came last, and leads to the guide of the identity provider that it is named after. */
	public function test_a_token_tells_where_it_came_from_and_which_guide_helps(): void {
		$token = Tokens::create( 'pu-JumpCloud' );
		$id    = Tokens::all()[0]['id'];
		$page  = fn(): string => ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password )->fetch( '/wp-admin/options-general.php?page=rollbook' )->body;
		$html  = $page();
		self::assertStringContainsString( 'guide=jumpcloud', $html );
		self::assertStringNotContainsString( 'guide=okta', $html );
		self::assertNull( Tokens::find( $id )['last_address'] );
		$context = stream_context_create( array( 'http' => array( 'header' => "Authorization: Bearer $token" ) ) );
		file_get_contents( $this->service()->scim . '/ServiceProviderConfig', false, $context );
		self::assertSame( '127.0.0.1', Tokens::find( $id )['last_address'] );
		self::assertMatchesRegularExpression( '~pu-JumpCloud.*ago</time><br><code>127\.0\.0\.1</code>~s', $page() );
		Tokens::touch( $id, Tokens::now(), 'no address' );
		self::assertNull( Tokens::find( $id )['last_address'] );
	}

	/** A paused site says in the self-test why identity providers get 503. */
	public function test_the_self_test_says_that_provisioning_is_paused(): void {
		$finding = static fn(): Finding => current( array_filter( SelfTest::without_requests(), static fn( Finding $finding ): bool => 'pause' === $finding->check ) );
		self::assertSame( Finding::GOOD, $finding()->status );
		SettingsWriter::merge( array( 'paused' => true ) );
		try {
			self::assertSame( Finding::RECOMMENDED, $finding()->status );
			self::assertStringContainsString( '503', $finding()->what );
		} finally {
			SettingsWriter::merge( array( 'paused' => false ) );
		}
	}

	public function test_a_revoked_token_is_deleted_and_never_accepted_again(): void {
		$own = str_repeat( 'aB3dE5gH', 2 ) . 'k9Lm2Nq8Rs4Tv6Wx1Yz7';
		Tokens::add_own( $own, 'pu-own' );
		$id    = Tokens::all()[0]['id'];
		$owner = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
		self::assertFalse( Tokens::delete( $id ), 'not while it is in use' );
		Tokens::revoke( $id );
		$html = $owner->fetch( '/wp-admin/options-general.php?page=rollbook' )->body;
		self::assertMatchesRegularExpression( '/<details class="rollbook-revoked">.*pu-own.*<\/details>/s', $html );
		self::assertSame( 1, preg_match( "/value=\"rollbook_delete_token\"><input type=\"hidden\" name=\"id\" value=\"$id\"><input type=\"hidden\" name=\"_wpnonce\" value=\"(\w+)\"/", $html, $nonce ) );
		$form = array( 'action' => 'rollbook_delete_token', 'id' => (string) $id, '_wpnonce' => 'forged' );
		self::assertSame( 403, $owner->submit( '/wp-admin/admin-post.php', $form )->status );
		$owner->submit( '/wp-admin/admin-post.php', array( '_wpnonce' => $nonce[1] ) + $form );
		self::assertStringNotContainsString( 'pu-own', $owner->fetch( '/wp-admin/options-general.php?page=rollbook' )->body );
		self::assertMatchesRegularExpression( '/>Revoked token deleted<\/a>.*pu-own/s', $owner->fetch( '/wp-admin/options-general.php?page=rollbook&tab=activity' )->body );
		self::assertFalse( Tokens::delete( $id ), 'only once' );
		$this->expectException( \InvalidArgumentException::class );
		Tokens::add_own( $own, 'pu-again' );
	}
}
