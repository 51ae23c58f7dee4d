<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\WordPress\Admin\NetworkOverview;
use Rollbook\WordPress\Admin\NetworkPage;
use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\People\Network;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

/** Sites come into the network and leave it. */
final class SitesTest extends NetworkTestCase {

	/** The tables of ours that a site has. */
	private function tables_of( int $site ): array {
		global $wpdb;
		$prefix = $wpdb->get_blog_prefix( $site );
		return array_filter( Tables::names( $prefix ), static fn( string $name ): bool => null !== $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $name ) ) ) );
	}

	public function test_a_new_site_has_its_tables_and_answers_at_its_address(): void {
		$site = $this->make_site( '/pu-third/' );
		self::assertCount( count( Tables::names( '' ) ), $this->tables_of( $site ) );
		$person = $this->person_on( $site, 'anna@contoso.example' );
		self::assertSame( $this->on( $site, 'home_url' ) . "/wp-json/scim/v2/Users/$person->id", $person->meta->location );
		foreach ( array( '/pu-third/scim/v2', '/pu-third/index.php/scim/v2', '/pu-third/?rest_route=/scim/v2' ) as $path ) {
			self::assertSame( 200, $this->fetch( $site, $path . "/Users/$person->id" ), $path );
			self::assertSame( 401, $this->fetch( self::FIRST, $path . "/Users/$person->id" ), 'the token of another site' );
		}
	}

	/** The network's screen shows how each site stands, and asks those of the page alone. */
	public function test_the_network_s_screen_shows_how_each_site_stands(): void {
		$site = $this->make_site( '/pu-third/' );
		$this->person_on( $site, 'anna@contoso.example' );
		$this->configure( $site, array( 'paused' => true ) );
		$mine   = fn(): array => current( array_filter( NetworkOverview::sites( 1 ), static fn( array $shown ): bool => str_contains( $shown['url'], '/pu-third/' ) ) );
		$before = $mine()['state'];
		self::assertSame( array( 1, true, 'Active' ), array( $before['people'], $before['paused'], $before['tokens'] ) );
		self::assertGreaterThan( time() * 1000 - 600000, $before['last'] );
		self::assertSame( '0', $before['problems'] );
		$this->on( $site, static fn() => array_map( static fn( array $token ): bool => Tokens::revoke( $token['id'] ), Tokens::all() ) );
		self::assertSame( 'None', $mine()['state']['tokens'] );
		self::assertSame( 1, NetworkOverview::pages() );
		self::assertSame( array(), NetworkOverview::sites( 2 ) );
		$this->on( $site, array( Tables::class, 'drop' ) );
		self::assertNull( $mine()['state'] );
		ob_start();
		NetworkPage::render();
		$html = (string) ob_get_clean();
		self::assertStringContainsString( 'Nobody is provisioned here.', $html );
		self::assertStringContainsString( '/pu-third/wp-admin/options-general.php?page=rollbook', $html );
	}

	/** In a network of subdomains, or with a domain of its own, the site is told by the host. */
	public function test_a_site_with_a_domain_of_its_own(): void {
		$site = $this->make_site( '/', 'pu-third.example.test' );
		self::assertSame( 200, $this->fetch( $site, '/wp-json/scim/v2/Users', 'pu-third.example.test' ) );
		self::assertSame( 401, $this->fetch( $site, '/wp-json/scim/v2/Users' ), 'the first site does not know its token' );
		self::assertSame( 401, $this->fetch( self::FIRST, '/wp-json/scim/v2/Users', 'pu-third.example.test' ) );
	}

	/** A site that was there before the plugin gets its tables with its first request; activation itself looks at one site only. */
	public function test_a_site_from_before_gets_its_tables_with_its_first_request(): void {
		$site = $this->make_site( '/pu-third/' );
		$this->on( $site, array( Tables::class, 'drop' ) );
		self::assertCount( 0, $this->tables_of( $site ) );
		do_action( 'activate_rollbook/rollbook.php', true );
		self::assertCount( 0, $this->tables_of( $site ), 'with a thousand sites it would never end' );
		$this->browser( $site )->fetch( '/' );
		self::assertCount( count( Tables::names( '' ) ), $this->tables_of( $site ) );
		self::assertSame( 401, $this->fetch( $site, '/pu-third/scim/v2/Users' ), 'its token was in the tables that are gone' );
	}

	/** Accounts are deleted, edited and moved about while a site has no tables yet. */
	public function test_a_site_without_tables_is_in_nobody_s_way(): void {
		global $wpdb;
		$site = $this->make_site( '/pu-third/' );
		$this->on( $site, array( Tables::class, 'drop' ) );
		$person  = $this->person_on( self::FIRST, 'anna@contoso.example' );
		$user_id = $this->account( 'anna@contoso.example' )->ID;
		$failed  = array();
		$listen  = static function ( string $query ) use ( &$failed ): string {
			$failed[] = $query;
			return $query;
		};
		add_filter( 'query', $listen );
		add_user_to_blog( $site, $user_id, 'editor' );
		remove_user_from_blog( $user_id, $site );
		add_user_to_blog( $site, $user_id, 'editor' );
		require_once ABSPATH . 'wp-admin/includes/ms.php';
		wpmu_delete_user( $user_id );
		remove_filter( 'query', $listen );
		self::assertSame( array(), preg_grep( "/{$wpdb->get_blog_prefix( $site )}rollbook_/", $failed ) );
		self::assertSame( 404, $this->ask( self::FIRST, 'GET', "/Users/$person->id" )->status );
	}

	/** A deleted site takes its tables along and gives up the accounts that its identity provider had charge of. */
	public function test_a_deleted_site_leaves_nothing(): void {
		$site = $this->make_site( '/pu-third/' );
		$this->person_on( $site, 'anna@contoso.example', array( 'displayName' => 'Third' ) );
		$second  = $this->person_on( self::SECOND, 'anna@contoso.example', array( 'displayName' => 'Second' ) );
		$user_id = $this->account( 'anna@contoso.example' )->ID;
		self::assertSame( $site, Network::owning_site_of( $user_id ) );
		wp_delete_site( $site );
		wp_cache_flush();
		self::assertCount( 0, $this->tables_of( $site ) );
		self::assertSame( '', get_user_meta( $user_id, Network::OWNING_SITE, true ) );
		$this->change( self::SECOND, $second->id, 'nickName', 'x' );
		self::assertSame( 'Second', $this->account( 'anna@contoso.example' )->display_name );
	}

	/** An archived site does not tell its identity provider that nobody is there. */
	public function test_an_archived_site_has_its_provider_wait(): void {
		$site   = $this->make_site( '/pu-third/' );
		$person = $this->person_on( $site, 'anna@contoso.example' );
		update_blog_status( $site, 'archived', '1' );
		self::assertSame( 500, $this->fetch( $site, "/pu-third/scim/v2/Users/$person->id" ) );
		update_blog_status( $site, 'archived', '0' );
		self::assertSame( 200, $this->fetch( $site, "/pu-third/scim/v2/Users/$person->id" ) );
	}

	/** A super administrator finds the settings of each site on that site. */
	public function test_each_site_has_its_settings_screen(): void {
		$network = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		foreach ( array( self::FIRST => $network->scim, self::SECOND => $network->second->scim ) as $site => $address ) {
			$browser = $this->browser( $site );
			$browser->log_in( $network->admin->user, $network->admin->password );
			$page = $browser->fetch( '/wp-admin/options-general.php?page=rollbook' );
			self::assertSame( 200, $page->status );
			self::assertStringContainsString( $address, $page->body );
		}
	}

	/** Where the extension is missing, the network's admin is told so. */
	public function test_the_network_s_admin_is_told_what_is_missing(): void {
		$told = $this->at_once( 'network/notice.php', array( array( 'plugins-network' ), array( 'dashboard-network' ), array( 'settings-network' ) ), array( 'PHP_INI_SCAN_DIR' => false ) );
		self::assertStringContainsString( 'is not installed', $told[0] );
		self::assertStringContainsString( 'is not installed', $told[1] );
		self::assertSame( '', $told[2] );
	}

	public function test_uninstalling_removes_everything_from_every_site(): void {
		$sites = array( $this->make_site( '/pu-third/' ), $this->make_site( '/pu-fourth/' ) );
		foreach ( $sites as $site ) {
			$this->person_on( $site, 'anna@contoso.example' );
			$this->configure( $site, array( 'default_role' => 'editor' ) );
		}
		$user_id = $this->account( 'anna@contoso.example' )->ID;
		self::assertSame( $sites[0], Network::owning_site_of( $user_id ) );
		define( 'WP_UNINSTALL_PLUGIN', 'rollbook/rollbook.php' );
		// The sites that the other tests run on stay.
		$only = static fn( mixed $found, \WP_Site_Query $query ): mixed => 'ids' === $query->query_vars['fields'] && 0 === $query->query_vars['number'] ? $sites : $found;
		add_filter( 'sites_pre_query', $only, 10, 2 );
		try {
			require dirname( \Rollbook\WordPress\PLUGIN_FILE ) . '/uninstall.php';
		} finally {
			remove_filter( 'sites_pre_query', $only, 10 );
		}
		wp_cache_flush();
		global $wpdb;
		foreach ( $sites as $site ) {
			self::assertCount( 0, $this->tables_of( $site ) );
			self::assertSame( array(), $wpdb->get_col( "SELECT option_name FROM {$wpdb->get_blog_prefix( $site )}options WHERE option_name LIKE 'rollbook%'" ) );
		}
		self::assertSame( 0, $this->count_rows( $wpdb->usermeta, "meta_key LIKE 'rollbook%'" ) );
		self::assertFalse( get_site_option( NetworkSettings::OPTION ) );
		self::assertNotFalse( get_userdata( $user_id ) );
	}

	/** The status of a request with a site's token, to any path and host of the server. */
	private function fetch( int $site, string $path, ?string $host = null ): int {
		$token   = $this->on( $site, fn(): string => $this->service()->token );
		$headers = array( "Authorization: Bearer $token", ...( $host ? array( "Host: $host" ) : array() ) );
		return ( new \Rollbook\Tests\WordPress\Browser( $this->url() ) )->fetch( $path, null, $headers )->status;
	}
}
