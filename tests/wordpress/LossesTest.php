<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Store\LargeCounts;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\RemovalDecision;

require_once __DIR__ . '/Browser.php';
require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** An identity provider whose filter is wrong removes people; the owner is told and decides. */
final class LossesTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const LIMIT = 3;

	/** People, in a group, on a site where few may be removed. @return string[] Their ids. */
	private function people( int $count, string $policy = 'delete' ): array {
		$this->settings(
			array(
				'deletion'     => array( 'policy' => $policy ),
				'mass_removal' => array( 'people' => self::LIMIT, 'percent' => 0 ),
			)
		);
		$ids = array();
		for ( $number = 1; $number <= $count; ++$number ) {
			$ids[] = $this->provision( "pu-lost-$number", array( 'emails' => array( array( 'value' => "pu-lost-$number@contoso.test", 'primary' => true ) ) ) )->id;
		}
		return $ids;
	}

	private function group( array $members ): string {
		$members = array_map( static fn( string $id ): array => array( 'value' => $id ), $members );
		$answer  = $this->scim( 'POST', '/Groups', array( 'displayName' => 'pu-everybody', 'members' => $members ) );
		self::assertSame( 201, $answer->status, $answer->body );
		return $answer->json->id;
	}

	/** How many alarms the log has. */
	private function alarms(): int {
		return $this->count_rows( Tables::name( 'activity' ), "kind = '" . ActivityLog::REMOVAL . "' AND action = 'alarm'" );
	}

	/** The logins of the accounts that are there. */
	private function accounts(): array {
		global $wpdb;
		return $wpdb->get_col( "SELECT user_login FROM $wpdb->users WHERE user_login LIKE 'pu-lost-%' ORDER BY ID" );
	}

	public function test_deletions_beyond_the_limit_wait_and_are_undone_with_one_click(): void {
		$ids   = $this->people( 6 );
		$group = $this->group( $ids );
		file_put_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl', '' );
		$alarms = $this->alarms();
		foreach ( $ids as $id ) {
			self::assertSame( 204, $this->scim( 'DELETE', "/Users/$id" )->status );
			self::assertSame( 404, $this->scim( 'GET', "/Users/$id" )->status );
		}
		self::assertSame( array( 'pu-lost-4', 'pu-lost-5', 'pu-lost-6' ), $this->accounts() );
		self::assertSame( 0, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName sw "pu-lost"' ) )->json->totalResults );
		foreach ( $this->accounts() as $login ) {
			self::assertTrue( AccessControl::is_locked_out( get_user_by( 'login', $login )->ID ), $login );
		}
		self::assertSame( array( 'deleted' => 3, 'held' => 3 ), Losses::undecided() );
		$mails = array_filter( explode( "\n", (string) file_get_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl' ) ), static fn( string $mail ): bool => str_contains( $mail, 'removed' ) );
		self::assertCount( 1, $mails, 'the owner gets one mail' );
		self::assertSame( $alarms + 1, $this->alarms() );

		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
		$page    = $browser->fetch( '/wp-admin/index.php' )->body;
		self::assertStringContainsString( 'The identity provider removes more people than you allow.', $page );
		self::assertStringContainsString( '3 deletions wait', $page );
		self::assertMatchesRegularExpression( '/id="rollbook-removal".*?name="_wpnonce" value="([0-9a-f]+)"/s', $page );
		preg_match( '/id="rollbook-removal".*?name="_wpnonce" value="([0-9a-f]+)"/s', $page, $nonce );
		$browser->submit( '/wp-admin/admin-post.php', array( 'action' => 'rollbook_removal', '_wpnonce' => 'wrong', 'decision' => 'undo' ) );
		self::assertSame( 404, $this->scim( 'GET', "/Users/{$ids[5]}" )->status, 'nothing happens without the form' );
		$browser->submit( '/wp-admin/admin-post.php', array( 'action' => 'rollbook_removal', '_wpnonce' => $nonce[1], 'decision' => 'undo' ) );

		AccessControl::forget_everybody();
		foreach ( array( 3, 4, 5 ) as $number ) {
			$person = $this->scim( 'GET', "/Users/{$ids[ $number ]}" );
			self::assertSame( array( 200, true ), array( $person->status, $person->json->active ?? null ), $person->body );
			self::assertSame( array( $group ), array_column( $person->json->groups, 'value' ) );
			self::assertFalse( AccessControl::is_locked_out( get_user_by( 'login', 'pu-lost-' . ( $number + 1 ) )->ID ) );
		}
		self::assertSame( array( null, 0 ), array( Losses::alarm(), Losses::unsettled() ) );
		self::assertStringNotContainsString( 'rollbook-removal', $browser->fetch( '/wp-admin/index.php' )->body );
		self::assertSame( 200, $this->patch( $ids[5], 'title', 'Back' )->status, 'the identity provider goes on' );
	}

	public function test_what_the_owner_lets_go_is_deleted_with_its_content(): void {
		$ids    = $this->people( 5 );
		$author = get_user_by( 'login', 'pu-lost-5' )->ID;
		$post   = wp_insert_post( array( 'post_title' => 'x', 'post_status' => 'publish', 'post_author' => $author ) );
		foreach ( $ids as $id ) {
			self::assertSame( 204, $this->scim( 'DELETE', "/Users/$id" )->status );
		}
		self::assertSame( array( 'pu-lost-4', 'pu-lost-5' ), $this->accounts() );
		self::assertSame( 'publish', get_post_status( $post ) );
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
		preg_match( '/id="rollbook-removal".*?name="_wpnonce" value="([0-9a-f]+)"/s', $browser->fetch( '/wp-admin/index.php' )->body, $nonce );
		$browser->submit( '/wp-admin/admin-post.php', array( 'action' => 'rollbook_removal', '_wpnonce' => $nonce[1], 'decision' => 'let_go' ) );
		self::assertSame( array( 'pu-lost-4', 'pu-lost-5' ), $this->accounts(), 'it asks first' );
		self::assertSame( 302, $browser->confirm( '/wp-admin/options-general.php?page=rollbook&tab=people' )->status );
		self::assertStringContainsString( '2 accounts are treated as your settings say now', $browser->asked );
		wp_cache_flush();
		self::assertSame( array(), $this->accounts() );
		self::assertNotSame( 'publish', get_post_status( $post ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name LIKE 'pu-lost-%'" ) );
		self::assertSame( array( null, 0 ), array( Losses::alarm(), Losses::unsettled() ) );
		wp_delete_post( $post, true );
	}

	public function test_whoever_is_locked_out_is_let_in_again_together(): void {
		$ids = $this->people( 5 );
		foreach ( $ids as $id ) {
			self::assertSame( 200, $this->patch( $id, 'active', false )->status );
			self::assertTrue( AccessControl::is_locked_out( $this->account_of( $id )->ID ), 'at once' );
		}
		self::assertSame( array( 'deactivated' => 5 ), Losses::undecided() );
		self::assertNotNull( Losses::alarm() );
		RemovalDecision::decide( RemovalDecision::UNDO );
		wp_cache_flush();
		AccessControl::forget_everybody();
		foreach ( $ids as $id ) {
			self::assertTrue( $this->scim( 'GET', "/Users/$id" )->json->active );
			self::assertFalse( AccessControl::is_locked_out( $this->account_of( $id )->ID ) );
		}
	}

	public function test_roles_that_a_group_took_come_back_together(): void {
		$ids = $this->people( 5 );
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-everybody"', 'role' => 'editor' ) ) ) );
		$group = $this->group( $ids );
		self::assertSame( array( 'editor' ), $this->account_of( $ids[0] )->roles );
		self::assertSame( 204, $this->scim( 'DELETE', "/Groups/$group" )->status );
		wp_cache_flush();
		self::assertSame( array( 'subscriber' ), $this->account_of( $ids[0] )->roles );
		self::assertSame( array( 'role' => 5 ), Losses::undecided() );
		RemovalDecision::decide( RemovalDecision::UNDO );
		wp_cache_flush();
		foreach ( $ids as $id ) {
			self::assertSame( array( 'editor' ), $this->account_of( $id )->roles );
		}
	}

	/** Every request locks groups before people. One that did it the other way round would wait for another one, and that one for it. */
	public function test_who_comes_back_locks_the_groups_first(): void {
		$ids   = $this->people( 4 );
		$group = $this->group( $ids );
		array_map( fn( string $id ): object => $this->scim( 'DELETE', "/Users/$id" ), $ids );
		$version = $this->scim( 'GET', "/Groups/$group" )->json->meta->version;
		$sent    = array();
		$listen  = static function ( string $query ) use ( &$sent ): string {
			$sent[] = $query;
			return $query;
		};
		$this->with_hook( 'query', $listen, static fn(): mixed => RemovalDecision::decide( RemovalDecision::UNDO ) );
		$first = static fn( string $pattern ): ?int => array_key_first( preg_grep( $pattern, $sent ) );
		$locks = $first( '/FROM ' . Tables::name( 'groups' ) . ' .*FOR UPDATE/' );
		self::assertNotNull( $locks );
		self::assertGreaterThan( $locks, $first( '/^UPDATE ' . Tables::name( 'users' ) . ' SET written_by/' ) );
		self::assertSame( 200, $this->scim( 'GET', "/Users/$ids[3]" )->status );
		self::assertNotSame( $version, $this->scim( 'GET', "/Groups/$group" )->json->meta->version, 'the group has one member more' );
	}

	public function test_a_name_that_somebody_else_got_meanwhile_is_not_taken_back(): void {
		$ids = $this->people( 4, 'deactivate' );
		foreach ( $ids as $id ) {
			$this->scim( 'DELETE', "/Users/$id" );
		}
		$newcomer = $this->provision( 'pu-lost-4', array( 'externalId' => 'another' ) );
		RemovalDecision::decide( RemovalDecision::UNDO );
		wp_cache_flush();
		self::assertSame( 200, $this->scim( 'GET', "/Users/$newcomer->id" )->status );
		self::assertSame( 200, $this->scim( 'GET', "/Users/{$ids[0]}" )->status, 'also what was deleted before the limit was reached' );
		self::assertSame( 1, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-lost-4"' ) )->json->totalResults );
		self::assertSame( 0, Losses::unsettled() );
	}

	/**
	 * A plugin that ends what the owner has decided costs nobody the decision: the owner is told, and asked again.
	 *
	 * @dataProvider decisions
	 */
	public function test_what_a_plugin_prevents_is_asked_about_again( string $decision, string $hook ): void {
		$ids = $this->people( 5 );
		foreach ( $ids as $id ) {
			$this->patch( $id, 'active', false );
			$this->scim( 'DELETE', "/Users/$id" );
		}
		$waits  = get_user_by( 'login', 'pu-lost-5' )->ID;
		$throws = static function ( mixed $given ) use ( $waits ): mixed {
			if ( $given === $waits || is_string( $given ) && str_starts_with( $given, 'INSERT IGNORE INTO ' . Tables::name( 'lookups' ) ) && str_contains( $given, 'pu-lost-5' ) ) {
				throw new \RuntimeException( 'thrown' );
			}
			return $given;
		};
		self::assertSame( 1, $this->with_hook( $hook, $throws, static fn(): int => RemovalDecision::decide( $decision ) ) );
		wp_cache_flush();
		self::assertInstanceOf( \WP_User::class, get_user_by( 'login', 'pu-lost-5' ) );
		self::assertSame( 404, $this->scim( 'GET', "/Users/{$ids[4]}" )->status );
		self::assertSame( array( 'deactivated' => 1, 'held' => 1 ), Losses::undecided(), 'of this person alone, and all of it' );
		self::assertSame( 0, Losses::unsettled() );
		self::assertSame( 0, Losses::alarm()['told'] ?? null, 'the owner was told of no new losses' );

		self::assertSame( 0, RemovalDecision::decide( $decision ) );
		wp_cache_flush();
		AccessControl::forget_everybody();
		self::assertSame( array( null, array() ), array( Losses::alarm(), Losses::undecided() ) );
		$person = $this->scim( 'GET', "/Users/{$ids[4]}" );
		self::assertSame( RemovalDecision::UNDO === $decision ? array( 200, true ) : array( 404, null ), array( $person->status, $person->json->active ?? null ) );
		self::assertSame( RemovalDecision::UNDO === $decision, get_user_by( 'login', 'pu-lost-5' ) instanceof \WP_User );
	}

	/** @return array<string, array{string, string}> */
	public static function decisions(): array {
		return array(
			'carried out' => array( RemovalDecision::LET_GO, 'delete_user' ),
			'undone'      => array( RemovalDecision::UNDO, 'query' ),
		);
	}

	/** What a loss costs does not grow with those that were before it, nor with the site. */
	public function test_nobody_is_counted_while_the_owner_is_asked_and_a_large_site_once_a_minute(): void {
		global $wpdb;
		$table = Tables::name( 'users' );
		$this->people( 0 );
		$rows = implode( ',', array_map( static fn( int $number ): string => "('pu-lost-row-$number','pu-lost-row-$number','pu-lost-row-$number',1,1,1)", range( 1, 1001 ) ) );
		$find = function ( array $asked = array() ) use ( &$counted ): array {
			$counted = array( 0, 0 );
			$listen  = static function ( string $sql ) use ( &$counted ): string {
				$counted[0] += (int) str_starts_with( $sql, 'SELECT COUNT(DISTINCT user_id)' );
				$counted[1] += (int) str_contains( $sql, 'WHERE managed = 1' );
				return $sql;
			};
			return $this->with_hook( 'query', $listen, static fn(): array => ( new Losses() )->find( $asked + array( 'do' => 'find_losses', 'since' => Tokens::now() - HOUR_IN_SECONDS * 1000, 'besides' => array(), 'at_least' => 0 ) ) );
		};
		try {
			$wpdb->query( "INSERT INTO $table (id, user_name, user_name_key, managed, created, modified) VALUES $rows" );
			LargeCounts::forget();
			$first = $find();
			self::assertSame( array( 0, 1 ), array( $first['people'], $counted[1] ) );
			self::assertGreaterThan( 1000, $first['managed'] );
			self::assertSame( array( $first, 0 ), array( $find(), $counted[1] ) );

			Losses::raise( Tokens::now() - 1, Tokens::now() );
			self::assertSame( array( null, null, array( 0, 0 ) ), array( ...array_values( array_slice( $find(), 0, 2 ) ), $counted ) );
			self::assertSame( array( 0, 1 ), array( $find( array( 'since' => Tokens::now() + 1 ) )['people'], $counted[0] ), 'the owner was told before the window' );
		} finally {
			delete_option( Losses::ALARM );
			$wpdb->query( "DELETE FROM $table WHERE user_name_key LIKE 'pu-lost-row-%'" );
			LargeCounts::forget();
		}
	}

	public function test_losses_that_nobody_decides_about_are_forgotten_after_a_while(): void {
		$id = $this->people( 1 )[0];
		$this->patch( $id, 'active', false );
		self::assertSame( 1, $this->count_rows( Tables::name( 'losses' ), "id = '$id'" ) );
		Losses::purge( Tokens::now() + 34 * DAY_IN_SECONDS * 1000 );
		self::assertSame( 1, $this->count_rows( Tables::name( 'losses' ), "id = '$id'" ) );
		Losses::purge( Tokens::now() + 36 * DAY_IN_SECONDS * 1000 );
		self::assertSame( 0, $this->count_rows( Tables::name( 'losses' ), "id = '$id'" ) );
	}
}
