<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Admin\ActivityActions;
use Rollbook\WordPress\Admin\ActivityScreen;
use Rollbook\WordPress\Admin\ActivitySearch;
use Rollbook\WordPress\Admin\PersonAccess;
use Rollbook\WordPress\Endpoint\ActivityDays;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** The log as the owner reads it: searched by indexes alone, page by page, by person, and as a file. */
final class ActivityScreenTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** The rows that the crowd has. */
	private const CROWD = 4000;

	private int $newest;

	protected function setUp(): void {
		global $wpdb;
		parent::setUp();
		$this->newest = (int) $wpdb->get_var( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
		delete_option( ActivityDays::OPTION );
	}

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest" );
		delete_option( ActivityDays::OPTION );
		parent::tearDown();
	}

	/** Thousands of entries, one a minute, the last one a minute ago. */
	private function crowd(): void {
		global $wpdb;
		$actions  = array( 'updated', 'read', 'created', 'refused' );
		$outcomes = array( 'done', 'done', 'done', 'refused' );
		foreach ( array_chunk( range( 1, self::CROWD ), 500 ) as $numbers ) {
			$row = static fn( int $n ): string => sprintf(
				"(%d,'request','%s','%s',%d,%d,'crowd-%d','Crowd%d','crowd%d','192.0.2.%d')",
				Tokens::now() - ( self::CROWD - $n + 1 ) * 60000,
				$actions[ $n % 4 ],
				$outcomes[ $n % 4 ],
				1 === $n % 4 ? 0 : 1,
				1000000 + $n % 400,
				$n % 400,
				$n % 400,
				$n % 400,
				$n % 200
			);
			$wpdb->query( 'INSERT INTO ' . Tables::name( 'activity' ) . ' (time, kind, action, outcome, notable, user_id, resource_id, resource_name, name_key, address) VALUES ' . implode( ',', array_map( $row, $numbers ) ) );
		}
		$wpdb->query( 'ANALYZE TABLE ' . Tables::name( 'activity' ) );
	}

	/** What the database plans for each statement about the log that the work sends. */
	private function plans_of( callable $work ): array {
		global $wpdb;
		$statements = array();
		$listen     = static function ( string $sql ) use ( &$statements ): string {
			if ( str_contains( $sql, Tables::name( 'activity' ) ) && str_starts_with( $sql, 'SELECT' ) ) {
				$statements[] = $sql;
			}
			return $sql;
		};
		$this->with_hook( 'query', $listen, $work );
		self::assertNotEmpty( $statements );
		$plan = static function ( string $sql ) use ( $wpdb ): string {
			if ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) {
				return (string) wp_json_encode( array_column( $wpdb->dbh->get_connection()->query( "EXPLAIN QUERY PLAN $sql" )->fetchAll( \PDO::FETCH_ASSOC ), 'detail' ), JSON_UNESCAPED_SLASHES );
			}
			// Rows that earlier tests deleted are purged in the background, and until then spoil what the database knows of the table.
			for ( $tries = 1; ; ++$tries ) {
				$plan = $wpdb->get_results( "EXPLAIN $sql", ARRAY_A );
				if ( 5 === $tries || ! in_array( 'ALL', array_column( $plan, 'type' ), true ) ) {
					return (string) wp_json_encode( $plan, JSON_UNESCAPED_SLASHES );
				}
				sleep( 1 );
				$wpdb->query( 'ANALYZE TABLE ' . Tables::name( 'activity' ) );
			}
		};
		return array_combine( $statements, array_map( $plan, $statements ) );
	}

	/** @dataProvider searches */
	public function test_every_search_is_answered_by_an_index( ActivitySearch $search, string $index ): void {
		$this->crowd();
		$found = array();
		$plans = $this->plans_of( static function () use ( $search, &$found ): void {
			$found = $search->page();
			$search->page( (string) ( $found['older'] ?? 'before:' . Tokens::now() . ':1' ) );
		} );
		self::assertNotEmpty( $found['entries'], 'the search finds something' );
		foreach ( $plans as $sql => $plan ) {
			self::assertSame( 0, preg_match( '/SCAN (?!\(|e\b|subquery)(?!.*USING (COVERING )?INDEX)/i', $plan ), "$sql\n$plan" );
			self::assertSame( 0, preg_match( '/"type":"ALL"/', $plan ), "$sql\n$plan" );
		}
		self::assertStringContainsString( $index, implode( "\n", $plans ) );
	}

	public static function searches(): array {
		return array(
			'the latest'      => array( new ActivitySearch(), 'notable' ),
			'everything'      => array( new ActivitySearch( everything: true ), 'time' ),
			'a person'        => array( new ActivitySearch( person: 'Crowd7' ), 'name_notable' ),
			'an account'      => array( new ActivitySearch( user_id: 1000007 ), 'user_notable' ),
			'an action'       => array( new ActivitySearch( action: 'created' ), 'action' ),
			'a kind'          => array( new ActivitySearch( action: ':request' ), 'kind' ),
			'an outcome'      => array( new ActivitySearch( outcome: 'refused' ), 'outcome_notable' ),
			'what went well'  => array( new ActivitySearch( outcome: 'done' ), 'outcome_notable' ),
			'an address'      => array( new ActivitySearch( address: '192.0.2.7', everything: true ), 'address_notable' ),
			'its changes'     => array( new ActivitySearch( address: '192.0.2.8' ), 'address_notable' ),
			'some days'       => array( new ActivitySearch( from: gmdate( 'Y-m-d', time() - 86400 ), to: gmdate( 'Y-m-d', time() + 86400 ) ), 'time' ),
			'several of them' => array( new ActivitySearch( action: 'refused', outcome: 'refused', from: '2020-01-01' ), 'time' ),
		);
	}

	/** Forward and back again, with entries of the same moment on both sides of a page's edge. */
	public function test_pages_follow_one_another_and_nothing_is_lost_or_shown_twice(): void {
		global $wpdb;
		$this->crowd();
		$wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . " SET time = time - time % 600000 WHERE id > $this->newest" );
		$search = new ActivitySearch( person: 'crowd', action: 'updated' );
		list( $seen, $place, $pages ) = array( array(), '', array() );
		do {
			$pages[] = $page = $search->page( $place, 97 );
			$seen    = array_merge( $seen, array_column( $page['entries'], 'id' ) );
			$place   = (string) $page['older'];
		} while ( '' !== $place );
		self::assertCount( self::CROWD / 4, array_unique( $seen ) );
		self::assertCount( self::CROWD / 4, $seen );
		self::assertNull( $pages[0]['newer'] );
		for ( $number = count( $pages ) - 1; $number > 0; --$number ) {
			$back = $search->page( (string) $pages[ $number ]['newer'], 97 );
			self::assertSame( array_column( $pages[ $number - 1 ]['entries'], 'id' ), array_column( $back['entries'], 'id' ) );
		}
		self::assertNull( $back['newer'], 'the first page knows nothing newer' );
	}

	public function test_days_that_are_over_are_counted_once(): void {
		$work  = static fn(): array => ActivityDays::last( 30 );
		$count = static fn( array $days ): array => array( array_sum( array_column( $days, 'changes' ) ), array_sum( array_column( $days, 'problems' ) ) );
		$there = $count( $work() );
		$day   = ActivityDays::last_day( Tokens::now() );
		delete_option( ActivityDays::OPTION );
		$this->crowd();
		$first = $work();
		self::assertCount( 30, $first );
		self::assertSame( array( $there[0] + self::CROWD / 2, $there[1] + self::CROWD / 4 ), $count( $first ) );
		$plans = $this->plans_of( function () use ( $work, $first ): void {
			self::assertSame( $first, $work() );
		} );
		self::assertCount( 2, $plans, 'today alone is counted again' );
		$begun = ( new \DateTimeImmutable( 'today', wp_timezone() ) )->getTimestamp() * 1000;
		foreach ( array_keys( $plans ) as $sql ) {
			self::assertSame( 1, preg_match( '/time >= (\d+)/', $sql, $since ), $sql );
			self::assertGreaterThanOrEqual( max( $begun, Tokens::now() - 400_000 ), (int) $since[1], 'of today the last minutes are' );
		}
		$now = ActivityDays::last_day( Tokens::now() );
		self::assertSame( array( $day['people'] + 300, false ), array( $now['people'], $now['more'] ) );
	}

	/** Creates a person, and gives its account once the log tells of it. */
	private function somebody( string $name, array $attributes = array() ): array {
		$resource = $this->provision( $name, $attributes );
		return array( $resource->id, $this->account_of( $resource->id )->ID );
	}

	/** The entries about an account, when there are so many. */
	private function entries( int $user_id, int $at_least ): array {
		for ( $patience = 100; $patience > 0; --$patience ) {
			$entries = ( new ActivitySearch( user_id: $user_id ) )->page()['entries'];
			if ( count( $entries ) >= $at_least ) {
				return $entries;
			}
			usleep( 50_000 );
		}
		self::fail( 'the log tells too little: ' . wp_json_encode( $entries ) );
	}

	public function test_the_log_tells_what_a_group_and_a_request_changed(): void {
		$this->settings( array( 'default_role' => 'subscriber', 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-Writers"', 'role' => 'author' ) ) ) );
		list( $id, $user_id ) = $this->somebody( 'pu-Alex' );
		$this->scim( 'POST', '/Groups', array( 'displayName' => 'pu-Writers', 'members' => array( array( 'value' => $id ) ) ) );
		$this->patch( $id, 'active', false );
		$entries = $this->entries( $user_id, 3 );
		self::assertSame( array( 'deactivated', 'role_changed', 'created' ), array_column( $entries, 'action' ) );
		self::assertSame( array( 'request', 'person', 'request' ), array_column( $entries, 'kind' ) );
		self::assertSame( array( array( 'what' => 'state', 'before' => 'active', 'after' => 'deactivated' ) ), json_decode( $entries[0]['effects'], true ) );
		self::assertSame( array( array( 'what' => 'role', 'before' => 'subscriber', 'after' => 'author' ) ), json_decode( $entries[1]['effects'], true ) );
		self::assertSame( array( 'pu-Writers', 'pu-Alex', $id ), array( $entries[1]['detail'], $entries[1]['resource_name'], $entries[1]['resource_id'] ) );
		self::assertNotNull( $entries[1]['token_id'] );

		$refused = $this->scim( 'POST', '/Users', array( 'userName' => 'pu-ALEX' ) );
		self::assertSame( 409, $refused->status );
		for ( $patience = 100; $patience > 0 && ! ( $found = ( new ActivitySearch( person: 'pu-aLe', outcome: 'refused' ) )->page()['entries'] ); --$patience ) {
			usleep( 50_000 );
		}
		self::assertSame( 'pu-ALEX', $found[0]['resource_name'], 'a refused creation is found by the name that was sent' );
		$shown = static function ( array $entry ): string {
			$_GET = array( 'entry' => $entry['id'] );
			ob_start();
			ActivityScreen::render();
			$_GET = array();
			return (string) ob_get_clean();
		};
		self::assertStringContainsString( '<span lang="en" dir="ltr">' . esc_html( $found[0]['detail'] ) . '</span>', $shown( $found[0] ), 'what the identity provider was told is English in every language' );
		self::assertStringContainsString( 'The identity provider was told:', $shown( $found[0] ) );
		self::assertStringNotContainsString( 'lang="en"', $shown( $entries[1] ), 'the name of a group is of no language' );
		self::assertSame( array( 'deactivated', 'role_changed', 'created' ), array_column( $this->entries( $user_id, 3 ), 'action' ), 'reads and refusals about others are not among them' );
	}

	/** Where WordPress calls a site large, no search reads all accounts unless it is asked to; the screen says so. */
	public function test_on_a_large_site_a_name_is_found_by_its_beginning(): void {
		list( , $user_id ) = $this->somebody( 'pu-large', array( 'displayName' => 'Kim Großmann', 'emails' => array( array( 'value' => 'k.g@large.test' ) ) ) );
		$this->entries( $user_id, 1 );
		global $wpdb;
		$wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . " SET resource_name = NULL, name_key = NULL WHERE user_id = $user_id" ); // It is found by its account alone.
		$found = static fn( ActivitySearch $search ): bool => in_array( (string) $user_id, array_column( $search->page()['entries'], 'user_id' ), true );
		self::assertTrue( $found( new ActivitySearch( person: 'großm' ) ), 'on a small site' );
		$url     = '/wp-admin/options-general.php?page=rollbook&tab=activity&s=gro%C3%9Fm';
		$browser = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
		self::assertStringNotContainsString( 'This site has many accounts', $browser->fetch( $url )->body );
		$this->with_hook(
			'wp_is_large_user_count',
			'__return_true',
			function () use ( $found ): void {
				foreach ( array( 'pu-lar', 'K.G@large', 'KIM GROSSM', 'Kim Groß' ) as $beginning ) {
					$search = new ActivitySearch( person: $beginning );
					self::assertTrue( $found( $search ), $beginning );
					self::assertTrue( $search->leaves_out_middles() );
				}
				$statements = array();
				$listen     = static function ( string $sql ) use ( &$statements ): string {
					$statements[] = $sql;
					return $sql;
				};
				self::assertFalse( $this->with_hook( 'query', $listen, static fn(): bool => $found( new ActivitySearch( person: 'großm' ) ) ) );
				self::assertSame( array(), preg_grep( "/LIKE '[%{]/", $statements ) );
				$asked = new ActivitySearch( person: 'großm', within: true );
				self::assertTrue( $found( $asked ) );
				self::assertFalse( $asked->leaves_out_middles() );
			}
		);
		$file = WPMU_PLUGIN_DIR . '/rollbook-test-large.php';
		file_put_contents( $file, "<?php add_filter( 'wp_is_large_user_count', '__return_true' );" );
		try {
			$html = html_entity_decode( $browser->fetch( $url )->body );
			self::assertStringContainsString( 'This site has many accounts', $html );
			self::assertSame( 1, preg_match( '/href="([^"]*within=1[^"]*)"/', $html, $link ) );
			self::assertStringContainsString( 'person=' . $user_id, html_entity_decode( $browser->fetch( (string) preg_replace( '~^https?://[^/]+~', '', $link[1] ) )->body ) );
		} finally {
			unlink( $file );
		}
	}

	public function test_a_person_s_page_says_why_there_is_no_access(): void {
		$this->settings( array( 'default_role' => 'subscriber', 'role_rules' => array( array( 'filter' => 'title eq "Dr"', 'role' => 'author' ) ) ) );
		list( $id, $user_id ) = $this->somebody( 'pu-Access', array( 'title' => 'Dr' ) );
		$this->entries( $user_id, 1 );
		$access = PersonAccess::collect( $user_id );
		self::assertSame( 'success', $access->answer()['kind'] );
		self::assertStringContainsString( 'Rule 1 decides: title eq "Dr" gives the role Author', $access->ruling()[0] );
		get_userdata( $user_id )->set_role( 'editor' );
		self::assertStringContainsString( 'given by hand', PersonAccess::collect( $user_id )->ruling()[1] );

		$this->patch( $id, 'active', false );
		$this->entries( $user_id, 2 );
		wp_cache_flush();
		AccessControl::forget_everybody();
		$access = PersonAccess::collect( $user_id );
		self::assertStringContainsString( 'may not log in: the identity provider deactivated the person. It happened on', $access->answer()['text'] );
		self::assertSame( 'deactivated', $access->locked_by['action'] );

		$this->scim( 'DELETE', "/Users/$id" );
		$this->entries( $user_id, 3 );
		wp_cache_flush();
		AccessControl::forget_everybody();
		$access = PersonAccess::collect( $user_id );
		self::assertStringContainsString( 'deleted the person', $access->answer()['text'] );
		self::assertNotSame( '', $access->answer()['cure'] );

		$boss = PersonAccess::collect( get_users( array( 'role' => 'administrator' ) )[0]->ID );
		self::assertSame( array( 'info', array() ), array( $boss->answer()['kind'], $boss->ruling() ) );
	}

	/** One statement for the whole page; who is deactivated, and who was deleted by the identity provider, is seen at once. */
	public function test_the_list_of_users_says_who_is_locked_out(): void {
		$people = array();
		foreach ( array( 'here', 'out', 'gone' ) as $state ) {
			list( $people[ $state ] ) = $this->somebody( "pu-column-$state" );
		}
		$this->patch( $people['out'], 'active', false );
		$this->scim( 'DELETE', "/Users/{$people['gone']}" );
		wp_insert_user( array( 'user_login' => 'pu-column-local', 'user_pass' => 'x' ) );
		$browser = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
		$html    = $browser->fetch( '/wp-admin/users.php?s=pu-column' )->body;
		foreach ( array(
			'here'  => '>Managed</a>',
			'out'   => '>Locked out</a>',
			'gone'  => '>Locked out: deleted there</a>',
			'local' => 'Not managed',
		) as $state => $text ) {
			self::assertSame( 1, preg_match( "/<tr id='user-\d+'>(?:(?!<\/tr>).)*pu-column-$state(?:(?!<\/tr>).)*<\/tr>/s", $html, $row ), $state );
			self::assertStringContainsString( $text, $row[0] );
		}
	}

	public function test_the_file_holds_all_entries_and_no_formula(): void {
		$this->crowd();
		ActivityLog::tell( ActivityLog::TOKEN, 'created', array( 'resource_name' => '=HYPERLINK("https://evil.test")', 'detail' => '@x' ) );
		$out = fopen( 'php://temp', 'w+b' );
		ActivityActions::export( new ActivitySearch( everything: true, from: gmdate( 'Y-m-d', time() - 4 * 86400 ) ), $out );
		rewind( $out );
		$lines = array();
		while ( false !== ( $line = fgetcsv( $out, null, ',', '"', '' ) ) ) {
			$lines[] = $line;
		}
		self::assertGreaterThanOrEqual( self::CROWD + 2, count( $lines ) );
		self::assertSame( array( '\'=HYPERLINK("https://evil.test")', "'@x" ), array( $lines[1][3], $lines[1][8] ) );
		self::assertCount( 12, $lines[1] );
	}

	public function test_the_log_is_cleared_by_who_may_and_says_so(): void {
		global $wpdb;

		ActivityLog::tell( ActivityLog::TOKEN, 'created' );
		$browser = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
		self::assertSame( 403, $browser->submit( '/wp-admin/admin-post.php', array( 'action' => ActivityActions::CLEAR, '_wpnonce' => 'forged' ) )->status );
		self::assertGreaterThan( 0, (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Tables::name( 'activity' ) ) );
		$html = $browser->fetch( '/wp-admin/options-general.php?page=rollbook&tab=activity&clear=1' )->body;
		self::assertSame( 1, preg_match( '/name="_wpnonce" value="([^"]+)"/', $html, $nonce ) );
		$browser->submit( '/wp-admin/admin-post.php', array( 'action' => ActivityActions::CLEAR, '_wpnonce' => $nonce[1] ) );
		self::assertSame( array( 'cleared' ), $wpdb->get_col( 'SELECT action FROM ' . Tables::name( 'activity' ) ) );
		self::assertSame( $this->service()->admin->user, $wpdb->get_var( 'SELECT actor FROM ' . Tables::name( 'activity' ) ) );

	}
}
