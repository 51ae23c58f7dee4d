<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\ValueIndexes;
use Rollbook\WordPress\Upkeep\PersonTask;
use Rollbook\WordPress\Upkeep\ValueIndexing;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** The list of users, the profile page, the dashboard, and pausing: what the owner sees in WordPress's own places. */
final class UsersListTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private Browser $owner;

	protected function setUp(): void {
		parent::setUp();
		$this->owner = ( new Browser( $this->service()->url ) )->log_in( $this->service()->admin->user, $this->service()->admin->password );
	}

	protected function tearDown(): void {
		// A column of the list begins an index; other tests are about sites without one.
		update_option( ValueIndexes::OPTION, array() );
		delete_option( ValueIndexing::OPTION );
		wp_clear_scheduled_hook( ValueIndexes::EVENT );
		parent::tearDown();
	}

	/** Fetches a page as the owner. */
	private function page( string $path ): string {
		return html_entity_decode( $this->owner->fetch( "/wp-admin/$path" )->body, ENT_QUOTES );
	}

	public function test_the_list_is_narrowed_to_who_is_managed_and_who_is_locked_out(): void {
		$this->provision( 'pu-list-here' );
		$out  = $this->provision( 'pu-list-out' );
		$gone = $this->provision( 'pu-list-gone' );
		wp_insert_user( array( 'user_login' => 'pu-list-local', 'user_pass' => 'x' ) );
		$this->patch( $out->id, 'active', false );
		$this->scim( 'DELETE', "/Users/$gone->id" );
		$shown = function ( string $choice ): array {
			preg_match_all( '/<strong><a [^>]*>(pu-list-\w+)<\/a>/', $this->page( "users.php?s=pu-list&orderby=login&order=asc&rollbook=$choice" ), $logins );
			return $logins[1];
		};
		self::assertSame( array( 'pu-list-here', 'pu-list-out' ), $shown( 'managed' ) );
		self::assertSame( array( 'pu-list-gone', 'pu-list-out' ), $shown( 'locked' ) );
		self::assertCount( 4, $shown( 'anything' ) );
		self::assertStringContainsString( 'rollbook=locked', $this->page( 'users.php' ) );
	}

	/** A choice costs no look at every account: few are named one by one, and many are counted by an index. */
	public function test_a_choice_reads_no_more_than_it_shows(): void {
		global $wpdb;
		$table = Tables::name( 'users' );
		$out   = $this->provision( 'pu-list-out' );
		$this->patch( $out->id, 'active', false );
		$asked = static function ( string $choice ) use ( $wpdb ): array {
			$sent   = array();
			$listen = static function ( string $sql ) use ( &$sent ): string {
				$sent[] = $sql;
				return $sql;
			};
			wp_cache_flush(); // WordPress remembers what a query has found.
			add_filter( 'query', $listen );
			$query = new \WP_User_Query( array( 'rollbook' => $choice, 'number' => 20, 'orderby' => 'login' ) );
			remove_filter( 'query', $listen );
			return array( $query->get_total(), implode( "\n", preg_grep( "/FROM {$wpdb->users}\b/", $sent ) ) );
		};
		list( $total, $sql ) = $asked( 'locked' );
		self::assertSame( (int) $wpdb->get_var( "SELECT COUNT(*) FROM $table WHERE active = 0 AND user_id IS NOT NULL" ), $total );
		self::assertStringContainsString( (string) $this->account_of( $out->id )->ID, $sql );
		self::assertStringNotContainsString( $table, $sql );

		$now = array( 1, 1, 1 );
		Database::insert_all( $table, array( 'id', 'user_id', 'user_name', 'user_name_key', 'managed', 'created', 'modified' ), array_map( static fn( int $number ): array => array( "pu-many-$number", 50000000 + $number, "pu-many-$number", "pu-many-$number", ...$now ), range( 1, 1001 ) ) );
		try {
			foreach ( array( 'counted', 'remembered' ) as $count ) {
				list( $total, $sql ) = $asked( 'managed' );
				self::assertSame( (int) $wpdb->get_var( "SELECT COUNT(*) FROM $table WHERE managed = 1 AND deleted = 0 AND user_id IS NOT NULL" ), $total, $count );
				self::assertStringContainsString( $table, $sql );
				self::assertStringNotContainsString( 'SQL_CALC_FOUND_ROWS', $sql );
			}
		} finally {
			$wpdb->query( "DELETE FROM $table WHERE id LIKE 'pu-many-%'" );
			RowCounts::purge();
		}
	}

	/** The logins of a page of the list, in its order. @return string[] */
	private function listed( string $query, string $search = 's=pu-list' ): array {
		preg_match_all( '/<strong><a [^>]*>(pu-list-\w+)<\/a>/', $this->page( "users.php?$search&$query" ), $logins );
		return $logins[1];
	}

	/** A column can be sorted by once everybody is in its index; who has no value stands at the end, whichever way. */
	public function test_the_list_is_sorted_by_what_an_index_holds(): void {
		$indexed = get_option( ValueIndexes::OPTION );
		$column  = static fn( string $path, array $more = array() ): array => array( 'path' => $path, 'target' => 'meta:pu_' . strtolower( $path ), 'title' => ucfirst( $path ), 'users_list' => true ) + $more;
		try {
			update_option( ValueIndexes::OPTION, array() );
			$this->settings( array( 'mappings' => array( $column( 'userType' ), $column( 'title', array( 'transform' => array( 'pattern' => 'a', 'replacement' => 'b' ) ) ) ) ) );
			self::assertSame( array( 'userType' => false ), ValueIndexes::all(), 'what a column shows is indexed' );
			foreach ( array( 'c' => 'beta', 'a' => 'Gamma', 'b' => 'ALPHA', 'd' => null ) as $login => $type ) {
				$this->provision( "pu-list-$login", array( 'title' => 'x' ) + ( null === $type ? array() : array( 'userType' => $type ) ) );
			}
			wp_insert_user( array( 'user_login' => 'pu-list-0', 'user_pass' => 'x' ) );
			self::assertStringNotContainsString( 'orderby=rollbook_attribute', $this->page( 'users.php' ), 'not before everybody is in it' );
			ValueIndexing::action_event();
			self::assertSame( array( 'userType' => true ), ValueIndexes::all() );
			$page = $this->page( 'users.php?s=pu-list' );
			self::assertStringContainsString( 'orderby=rollbook_attribute_0', $page );
			self::assertStringNotContainsString( 'orderby=rollbook_attribute_1', $page, 'what is shown of it is changed on the way' );

			self::assertSame( array( 'pu-list-b', 'pu-list-c', 'pu-list-a', 'pu-list-0', 'pu-list-d' ), $this->listed( 'orderby=rollbook_attribute_0&order=asc' ) );
			self::assertSame( array( 'pu-list-a', 'pu-list-c', 'pu-list-b', 'pu-list-0', 'pu-list-d' ), $this->listed( 'orderby=rollbook_attribute_0&order=desc' ) );
			self::assertSame( array( 'pu-list-b', 'pu-list-c', 'pu-list-a', 'pu-list-d' ), $this->listed( 'orderby=rollbook_attribute_0&order=asc&rollbook=managed' ) );
			self::assertSame( array( 'pu-list-0', 'pu-list-a', 'pu-list-b', 'pu-list-c', 'pu-list-d' ), $this->listed( 'orderby=rollbook_attribute_1&order=asc' ), 'WordPress’s own order' );

			// Without a search the index alone finds the page.
			update_user_meta( 1, 'users_per_page', 999 );
			self::assertSame( array( 'pu-list-a', 'pu-list-c', 'pu-list-b', 'pu-list-0', 'pu-list-d' ), $this->listed( 'orderby=rollbook_attribute_0&order=desc', '' ) );
			$all = $this->listed( 'orderby=rollbook_attribute_0', '' );
			update_user_meta( 1, 'users_per_page', 4 );
			$paged = array_map( fn( int $number ): array => $this->listed( "orderby=rollbook_attribute_0&paged=$number", '' ), range( 1, 1 + intdiv( (int) $GLOBALS['wpdb']->get_var( "SELECT COUNT(*) FROM {$GLOBALS['wpdb']->users}" ), 4 ) ) );
			self::assertSame( $all, array_merge( ...$paged ) );

			// Pages: each is where the one before ended, over the end of those who have a value.
			update_user_meta( 1, 'users_per_page', 2 );
			$pages = array_map( fn( int $number ): array => $this->listed( "orderby=rollbook_attribute_0&order=desc&paged=$number" ), array( 1, 2, 3 ) );
			self::assertSame( array( array( 'pu-list-a', 'pu-list-c' ), array( 'pu-list-b', 'pu-list-0' ), array( 'pu-list-d' ) ), $pages );
			self::assertStringContainsString( '5 items', $this->page( 'users.php?s=pu-list&orderby=rollbook_attribute_0&paged=3' ) );
			$this->all_pages_are_the_list( 'rollbook_attribute_0' );
		} finally {
			delete_user_meta( 1, 'users_per_page' );
			update_option( ValueIndexes::OPTION, $indexed );
			delete_option( ValueIndexing::OPTION );
			wp_clear_scheduled_hook( ValueIndexes::EVENT );
		}
	}

	/** Pages far behind are read from the nearer end: they are as if they had been read from the beginning. */
	private function all_pages_are_the_list( string $column ): void {
		global $wpdb;
		foreach ( range( 'a', 'y' ) as $place => $letter ) {
			$this->provision( "pu-list-with-$letter", array( 'userType' => 'Type ' . $place % 4 ) );
		}
		( new \ReflectionProperty( \Rollbook\WordPress\Admin\UsersSorting::class, 'indexes' ) )->setValue( null, null );
		// The second half of the list is first among those who have a value, then among the others.
		foreach ( array( range( 1, 9 ), range( 10, 70 ) ) as $without ) {
			foreach ( $without as $number ) {
				$wpdb->insert( $wpdb->users, array( 'user_login' => "pu-list-without-$number", 'user_email' => "without-$number@phpunit.test" ) );
			}
			foreach ( array( '', 'pu-list*' ) as $search ) {
				foreach ( array( 'ASC', 'DESC' ) as $order ) {
					$asked = static fn( int $number, int $offset ): array => ( new \WP_User_Query(
						array(
							'rollbook_sorted_by' => $column,
							'order'              => $order,
							'number'             => $number,
							'offset'             => $offset,
							'search'             => $search,
							'search_columns'     => array( 'user_login' ),
							'fields'             => 'ID',
						)
					) )->get_results();
					$all   = $asked( 999, 0 );
					self::assertGreaterThanOrEqual( 34, count( $all ) );
					self::assertSame( $all, array_merge( ...array_map( static fn( int $offset ): array => $asked( 2, $offset ), range( 0, count( $all ), 2 ) ) ), "$search $order" );
				}
			}
		}
	}

	public function test_the_list_is_sorted_by_how_people_stand(): void {
		$people = array();
		foreach ( array( 'managed', 'locked', 'deleted', 'let_in' ) as $state ) {
			$people[ $state ] = $this->provision( "pu-list-$state" );
		}
		wp_insert_user( array( 'user_login' => 'pu-list-0', 'user_pass' => 'x' ) );
		$this->patch( $people['locked']->id, 'active', false );
		$this->scim( 'DELETE', "/Users/{$people['deleted']->id}" );
		$account = $this->account_of( $people['let_in']->id );
		$this->scim( 'DELETE', "/Users/{$people['let_in']->id}" );
		self::assertArrayHasKey( 'login', PersonTask::run( array( 'task' => 'unlocking', 'actor' => 1, 'several' => false ), $account->ID ) );
		self::assertSame( array( 'pu-list-locked', 'pu-list-deleted', 'pu-list-let_in', 'pu-list-managed', 'pu-list-0' ), $this->listed( 'orderby=rollbook&order=asc' ) );
		self::assertSame( array( 'pu-list-managed', 'pu-list-let_in', 'pu-list-deleted', 'pu-list-locked', 'pu-list-0' ), $this->listed( 'orderby=rollbook&order=desc' ) );
		update_user_meta( 1, 'users_per_page', 999 );
		self::assertSame( array( 'pu-list-locked', 'pu-list-deleted', 'pu-list-let_in', 'pu-list-managed', 'pu-list-0' ), $this->listed( 'orderby=rollbook', '' ) );
		delete_user_meta( 1, 'users_per_page' );
		$this->all_pages_are_the_list( 'rollbook' );
	}

	public function test_mapped_attributes_stand_under_their_titles(): void {
		$row = static fn( string $path, string $target, string $title, bool $shown ): array => array( 'path' => $path, 'target' => $target, 'title' => $title, 'profile' => $shown, 'users_list' => $shown );
		$this->settings( array( 'mappings' => array( $row( 'title', 'meta:pu_title', 'Job & title', true ), $row( 'nickName', 'meta:pu_nick', 'Secret nick', false ) ) ) );
		$jane = $this->provision( 'pu-list-jane', array( 'title' => '<b>Boss</b>', 'nickName' => 'Janie' ) );
		$user = $this->account_of( $jane->id );
		foreach ( array( 'users.php?s=pu-list-jane', "user-edit.php?user_id=$user->ID" ) as $page ) {
			$html = $this->owner->fetch( "/wp-admin/$page" )->body;
			self::assertStringContainsString( 'Job &amp; title', $html );
			self::assertStringContainsString( '&lt;b&gt;Boss&lt;/b&gt;', $html );
			self::assertStringNotContainsString( 'Secret nick', $html );
			self::assertStringNotContainsString( '<b>Boss</b>', $html );
		}
		self::assertStringContainsString( 'what is edited here is replaced with its next change', $this->page( "user-edit.php?user_id=$user->ID" ) );

		// Both boxes of the form are saved, and a form without them takes them away.
		$form = $this->owner->fetch( '/wp-admin/options-general.php?page=rollbook&tab=attributes' )->body;
		self::assertMatchesRegularExpression( '/type="checkbox" name="mappings\[0\]\[profile\]" value="1"\s+checked/', $form );
		self::assertMatchesRegularExpression( '/type="checkbox" name="mappings\[1\]\[users_list\]" value="1"\s*>/', $form );
	}

	/** What the identity provider has sent cannot be edited, with and without JavaScript; what it has not sent can. */
	public function test_what_the_identity_provider_owns_is_read_only_on_the_profile_page(): void {
		$jane = $this->provision( 'pu-list-owned', array( 'name' => array( 'givenName' => 'Jane' ), 'preferredLanguage' => 'en', 'emails' => array( array( 'value' => 'pu-owned@contoso.test' ) ) ) );
		$user = $this->account_of( $jane->id );
		$edit = function () use ( $user ): array {
			$page = $this->owner->fetch( "/wp-admin/user-edit.php?user_id=$user->ID" )->body;
			self::assertSame( 1, preg_match( '/id="_wpnonce" name="_wpnonce" value="(\w+)"/', $page, $nonce ) );
			$form = array( '_wpnonce' => $nonce[1], 'action' => 'update', 'user_id' => $user->ID, 'role' => 'subscriber', 'first_name' => 'Joan', 'last_name' => 'Dough', 'nickname' => 'jd', 'display_name' => 'jd', 'email' => 'other@contoso.test', 'url' => '', 'locale' => 'site-default' );
			$this->owner->submit( "/wp-admin/user-edit.php?user_id=$user->ID", $form );
			wp_cache_flush();
			$now = get_userdata( $user->ID );
			return array( $page, array( $now->first_name, $now->last_name, $now->user_email ) );
		};
		list( $page, $now ) = $edit();
		self::assertMatchesRegularExpression( '/"fields":\[[^\]]*"first_name"/', $page );
		self::assertDoesNotMatchRegularExpression( '/"fields":\[[^\]]*"last_name"/', $page );
		self::assertSame( array( 'Jane', 'Dough', 'pu-owned@contoso.test' ), $now );
		$this->settings( array( 'profile_edits' => true ) );
		list( $page, $now ) = $edit();
		self::assertStringNotContainsString( 'rollbookOwned', $page );
		self::assertSame( 'Joan', $now[0] );
	}

	public function test_before_somebody_managed_is_deleted_by_hand_it_is_said_what_follows(): void {
		$jane  = $this->account_of( $this->provision( 'pu-list-delete' )->id );
		$local = wp_insert_user( array( 'user_login' => 'pu-list-local', 'user_pass' => 'x' ) );
		$list  = $this->owner->fetch( '/wp-admin/users.php?s=pu-list' )->body;
		self::assertSame( 1, preg_match( '/name="_wpnonce" value="(\w+)"/', $list, $nonce ) );
		$asked = fn( int $user_id ): string => $this->page( "users.php?action=delete&user=$user_id&_wpnonce=$nonce[1]" );
		self::assertStringContainsString( 'The identity provider manages: pu-list-delete', $asked( $jane->ID ) );
		self::assertStringNotContainsString( 'The identity provider manages', $asked( (int) $local ) );
	}

	public function test_provisioning_is_paused_and_resumed(): void {
		$jane  = $this->provision( 'pu-list-paused' );
		$press = function ( string $what ): void {
			$html = $this->owner->fetch( '/wp-admin/options-general.php?page=rollbook' )->body;
			self::assertSame( 1, preg_match( "/name=\"action\" value=\"rollbook_pause\"><input type=\"hidden\" name=\"id\" value=\"$what\"><input type=\"hidden\" name=\"_wpnonce\" value=\"(\w+)\"/", $html, $nonce ), $what );
			$other = array( 'action' => 'rollbook_pause', 'id' => 'pause' === $what ? 'resume' : 'pause', '_wpnonce' => $nonce[1] );
			self::assertSame( 403, $this->owner->submit( '/wp-admin/admin-post.php', $other )->status );
			self::assertSame( 302, $this->owner->submit( '/wp-admin/admin-post.php', array( 'id' => $what ) + $other )->status );
			wp_cache_flush();
		};
		$press( 'pause' );
		$answer = $this->scim( 'GET', "/Users/$jane->id" );
		self::assertSame( 503, $answer->status );
		self::assertStringContainsString( 'paused', $answer->json->detail );
		self::assertContains( 'urn:ietf:params:scim:api:messages:2.0:Error', $answer->json->schemas );
		foreach ( array( 'connection', 'people', 'roles', 'attributes', 'activity', 'advanced' ) as $tab ) {
			self::assertStringContainsString( 'Provisioning is paused.', $this->page( "options-general.php?page=rollbook&tab=$tab" ), $tab );
		}
		self::assertStringContainsString( 'Provisioning is paused.', $this->page( 'index.php' ) );
		global $wpdb;
		self::assertSame( 'paused', $wpdb->get_var( 'SELECT reason FROM ' . Tables::name( 'refusals' ) . ' ORDER BY last_time DESC LIMIT 1' ) );
		$press( 'resume' );
		self::assertSame( 200, $this->scim( 'GET', "/Users/$jane->id" )->status );
		self::assertStringNotContainsString( 'Provisioning is paused.', $this->page( 'options-general.php?page=rollbook' ) );
		self::assertStringContainsString( 'The identity provider was here', $this->page( 'index.php' ) );
	}
}
