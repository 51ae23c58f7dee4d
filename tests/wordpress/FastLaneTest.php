<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\FastLaneFile;
use Rollbook\WordPress\Endpoint\FastLane;
use Rollbook\WordPress\Store\Tables;

/** Requests that are answered before plugins are loaded. */
final class FastLaneTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const WATCH  = WPMU_PLUGIN_DIR . '/fast-lane-watch.php';
	private const PLUGIN = WP_PLUGIN_DIR . '/contoso-lane.php';
	private const OTHER  = WPMU_PLUGIN_DIR . '/fast-lane-other.php';
	private const LOG    = ROLLBOOK_SITE_DIR . '/loaded-plugins.log';

	private const SEARCH = array( 'schemas' => array( 'urn:ietf:params:scim:api:messages:2.0:SearchRequest' ), 'count' => 1 );

	/** @before */
	protected function open_the_lane(): void {
		file_put_contents( self::WATCH, '<?php add_action( "plugins_loaded", static fn() => file_put_contents( ROLLBOOK_SITE_DIR . "/loaded-plugins.log", $_SERVER["REQUEST_METHOD"] . "\n", FILE_APPEND ) );' );
		$this->settings( array( 'fast_lane' => true ) );
		$this->look_again();
	}

	/** @after */
	protected function close_the_lane(): void {
		$this->deactivate();
		unlink( self::WATCH );
		@unlink( self::OTHER );
		@unlink( self::PLUGIN );
		FastLane::forget();
	}

	/** Has the site look what plugins do. */
	private function look_again(): void {
		FastLane::forget();
		$this->assertSame( 200, $this->scim( 'GET', '/Users?count=0' )->status );
		for ( $attempt = 0; null === FastLane::found() && $attempt < 100; ++$attempt ) {
			usleep( 20_000 ); // The client had its answer before.
			wp_cache_flush();
		}
		$this->assertNotNull( FastLane::found() );
		$this->loaded();
	}

	/** The methods of the requests for which plugins were loaded since this was asked last. */
	private function loaded(): string {
		$log = is_file( self::LOG ) ? (string) file_get_contents( self::LOG ) : '';
		file_put_contents( self::LOG, '' );
		chmod( self::LOG, 0666 );
		return trim( str_replace( "\n", ' ', $log ) );
	}

	/** Writes a plugin and activates it. */
	private function activate( string $code ): void {
		file_put_contents( self::PLUGIN, "<?php /* Plugin Name: Contoso lane */ $code" );
		update_option( 'active_plugins', array( ...array_diff( get_option( 'active_plugins' ), array( basename( self::PLUGIN ) ) ), basename( self::PLUGIN ) ) );
	}

	private function deactivate(): void {
		update_option( 'active_plugins', array_values( array_diff( get_option( 'active_plugins' ), array( basename( self::PLUGIN ) ) ) ) );
	}

	private function count_of( string $table, string $condition = '1=1' ): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT ' . ( 'refusals' === $table ? 'SUM(times)' : 'COUNT(*)' ) . ' FROM ' . Tables::name( $table ) . " WHERE $condition" );
	}

	public function test_the_switch_installs_and_removes_the_file(): void {
		$this->assertFileEquals( dirname( __DIR__, 2 ) . '/php-plugin/must-use/rollbook-fast-lane.php', FastLaneFile::path() );
		$this->settings( array( 'fast_lane' => false ) );
		clearstatcache();
		$this->assertFileDoesNotExist( FastLaneFile::path() );
		$this->scim( 'GET', '/Users?count=0' );
		$this->assertSame( 'GET', $this->loaded() );
		$this->settings( array( 'fast_lane' => true ) );
		file_put_contents( FastLaneFile::path(), '<?php // Old.' );
		$this->assertFalse( FastLaneFile::is_in_step() );
		FastLane::action_settings();
		$this->assertTrue( FastLaneFile::is_in_step() );
		FastLaneFile::deactivate();
		clearstatcache();
		$this->assertFileDoesNotExist( FastLaneFile::path() );
	}

	public function test_what_only_reads_and_what_is_refused_is_answered_before_plugins_are_loaded(): void {
		$person = $this->provision( 'lane@contoso.test' );
		$this->loaded();
		$logged = $this->count_of( 'activity' );
		$this->assertSame( 200, $this->scim( 'GET', "/Users/$person->id" )->status );
		$this->assertSame( 404, $this->scim( 'GET', '/Users/nobody' )->status );
		$this->assertSame( 1, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "lane@contoso.test"' ) )->json->totalResults );
		$this->assertSame( 200, $this->scim( 'HEAD', '/Users' )->status );
		$this->assertSame( 200, $this->scim( 'POST', '/.search', self::SEARCH )->status );
		$this->assertSame( 200, $this->scim( 'POST', '/Users/.search', self::SEARCH )->status );
		$this->assertSame( 200, $this->scim( 'GET', '/ServiceProviderConfig' )->status );
		$this->assertSame( 405, $this->scim( 'DELETE', '/Schemas' )->status );
		$this->assertSame( 400, $this->scim( 'POST', '/Users', array( 'active' => true ) )->status, 'no userName' );
		$this->assertSame( 200, $this->patch( $person->id, 'active', true )->status, 'nothing to change' );
		$this->assertSame( '', $this->loaded() );
		usleep( 200_000 ); // The last one is written down when its client has the answer.
		$this->assertSame( $logged + 10, $this->count_of( 'activity' ), 'each is in the log' );

		$this->assertSame( 200, $this->patch( $person->id, 'displayName', 'Lane' )->status );
		$this->assertSame( 'Lane', $this->account_of( $person->id )->display_name );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$this->assertSame( 'PATCH DELETE', $this->loaded() );
	}

	public function test_who_has_no_token_is_counted_and_a_token_keeps_its_last_use(): void {
		global $wpdb;
		$refused = $this->count_of( 'refusals' );
		$this->assertSame( 401, ( new Browser( $this->url() ) )->fetch( '/wp-json/scim/v2/Users' )->status );
		usleep( 200_000 );
		$this->assertSame( $refused + 1, $this->count_of( 'refusals' ) );
		$this->assertSame( '', $this->loaded() );
		$wpdb->query( 'UPDATE ' . Tables::name( 'tokens' ) . ' SET last_used = NULL' );
		$this->assertSame( 200, $this->scim( 'GET', '/Users?count=0' )->status );
		$this->assertNotNull( $wpdb->get_var( 'SELECT MAX(last_used) FROM ' . Tables::name( 'tokens' ) ) );
		$this->settings( array( 'allowed_networks' => array( '203.0.113.0/24' ) ) );
		$this->scim( 'GET', '/Users' );
		usleep( 200_000 );
		$this->loaded();
		$this->assertSame( 403, $this->scim( 'GET', '/Users' )->status );
		$this->assertSame( '', $this->loaded() );
	}

	/** @return array<string, array{string, string}> */
	public static function plugins_that_change_answers(): array {
		return array(
			'the body'         => array( 'add_action( "init", fn() => add_filter( "rollbook/response_body", fn( $body ) => str_replace( "ListResponse", "Changed", $body ) ) );', 'rollbook/response_body: Closure (wp-content/plugins/contoso-lane.php:1)' ),
			'who is protected' => array( 'add_action( "init", fn() => add_filter( "user_has_cap", fn( $all ) => $all ) );', 'user_has_cap: Closure (wp-content/plugins/contoso-lane.php:1)' ),
			'its own word'     => array( 'add_filter( "rollbook/fast_lane", "__return_false" );', 'rollbook/fast_lane' ),
		);
	}

	/** @dataProvider plugins_that_change_answers */
	public function test_a_plugin_that_changes_answers_is_noticed( string $code, string $found ): void {
		$this->activate( $code );
		$this->look_again();
		$this->assertSame( array( $found ), FastLane::found() );
		$body = $this->scim( 'GET', '/Users?count=1' )->body;
		$this->assertSame( str_contains( $code, 'Changed' ), str_contains( $body, ':Changed' ) );
		$this->assertSame( 'GET', $this->loaded() );
		$this->deactivate();
		$this->look_again();
		$this->assertSame( array(), FastLane::found() );
		$this->scim( 'GET', '/Users?count=1' );
		$this->assertSame( '', $this->loaded() );
	}

	/** A plugin that makes a role in memory alone listens to nothing. */
	public function test_a_plugin_that_changes_what_is_decided_on_is_noticed(): void {
		$this->activate( 'add_action( "init", function () { wp_roles()->roles["pu-lane"] = array( "name" => "Lane", "capabilities" => array( "edit_users" => true ) ); } );' );
		$this->look_again();
		$this->scim( 'GET', '/Users?count=1' );
		$this->assertSame( 'GET', $this->loaded() );
	}

	/** A write that was begun early goes on as the plugins want it, even if nobody has looked since they changed. */
	public function test_a_write_that_was_begun_early_hears_a_plugin_that_has_changed(): void {
		$person = $this->provision( 'pu-lane-guarded' );
		$this->activate( '' );
		$this->look_again();
		file_put_contents( self::PLUGIN, '<?php /* Plugin Name: Contoso lane */ add_filter( "rollbook/is_protected", fn( $is, $user ) => $is || "pu-lane-guarded" === $user->user_login, 10, 2 );' );
		usleep( 100_000 );
		$answer = $this->patch( $person->id, 'displayName', 'Taken' );
		$this->assertNotSame( 'Taken', get_userdata( $this->load( $person->id )['account']['user_id'] )->display_name, $answer->body );
	}

	/** An exchange that was begun early and dropped has looked at new accounts; the next one looks at them again. */
	public function test_a_list_that_was_begun_early_and_anew_leaves_nobody_out(): void {
		$this->activate( '' );
		$this->look_again();
		$this->scim( 'GET', '/Users?count=1' );
		file_put_contents( self::PLUGIN, '<?php /* Plugin Name: Contoso lane */ add_filter( "rollbook/is_protected", fn( $is ) => $is );' );
		usleep( 100_000 );
		foreach ( array( 'pu-lane-new', 'pu-lane-newer' ) as $login ) {
			$this->assertIsInt( wp_insert_user( array( 'user_login' => $login, 'user_email' => "$login@contoso.test", 'user_pass' => wp_generate_password( 30 ), 'role' => 'subscriber' ) ) );
		}
		$this->loaded();
		$first = $this->scim( 'GET', '/Users?count=1' )->json->totalResults;
		$this->assertSame( 'GET', $this->loaded(), 'it was not answered early' );
		$this->assertSame( $this->scim( 'GET', '/Users?count=1' )->json->totalResults, $first );
	}

	/** Without the plugin the file does nothing, and the one that keeps the doors shut asks to wait; where the plugin is gone likewise. */
	public function test_the_file_is_harmless_without_the_plugin(): void {
		$active = get_option( 'active_plugins' );
		foreach ( array( array(), array( 'gone/rollbook.php' ) ) as $others ) {
			update_option( 'active_plugins', array( ...array_filter( $active, static fn( string $plugin ): bool => ! str_starts_with( $plugin, 'rollbook/' ) ), ...$others ) );
			try {
				$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status );
				$this->assertSame( 200, ( new Browser( $this->url() ) )->fetch( '/wp-json/' )->status );
			} finally {
				update_option( 'active_plugins', $active );
			}
		}
		$this->loaded();
		$this->assertSame( 200, $this->scim( 'GET', '/Users?count=0' )->status );
		$this->assertSame( '', $this->loaded() );
	}

	/** Puts another file among the must-use plugins, and has the site look again. */
	private function must_use( string $code ): void {
		file_put_contents( self::OTHER, "<?php $code" );
		$this->look_again();
	}

	public function test_a_route_in_the_query_is_answered_early(): void {
		$person = $this->provision( 'pu-lane-plain' );
		$this->loaded();
		$headers = array( 'Authorization: Bearer ' . $this->service()->token );
		foreach ( array( '/?rest_route=/scim/v2', '/index.php?rest_route=%2Fscim%2Fv2', '/index.php/wp-json/scim/v2' ) as $address ) {
			$answer = ( new Browser( $this->url() ) )->fetch( "$address/Users/$person->id", null, $headers );
			$this->assertSame( array( 200, 'pu-lane-plain' ), array( $answer->status, json_decode( $answer->body )->userName ?? null ), $address );
		}
		$this->assertSame( '', $this->loaded() );
	}

	/** What fails early is tried again when everything is loaded. */
	public function test_a_failure_goes_the_full_way(): void {
		$this->must_use( 'add_filter( "pre_option_default_role", static fn( $value ) => did_action( "plugins_loaded" ) ? $value : throw new Error( "contoso" ) );' );
		$this->assertSame( 200, $this->scim( 'GET', '/Users?count=1' )->status );
		$this->assertSame( 'GET', $this->loaded() );
	}

	/** What ends PHP early leaves no blank page. */
	public function test_no_page_is_blank(): void {
		$this->must_use( 'add_filter( "pre_option_default_role", static function ( $value ) { static $ended = false; if ( $ended || did_action( "plugins_loaded" ) ) { return $value; } $ended = true; exit; } );' );
		$answer = $this->scim( 'GET', '/Users?count=1' );
		$this->assertSame( array( 500, '500' ), array( $answer->status, $answer->json->status ?? $answer->body ) );
		$this->assertSame( '', $this->loaded() );
	}

	/** A filter that is new is either about reads, or stands here. */
	public function test_every_documented_filter_is_listened_for(): void {
		$documented = (string) file_get_contents( dirname( __DIR__, 2 ) . '/php-plugin/HOOKS.md' );
		$this->assertGreaterThan( 5, preg_match_all( '/^`(rollbook\/\w+)` – /m', $documented, $found ) );
		$of_writes = array( 'rollbook/new_account_data', 'rollbook/mapped_value', 'rollbook/skip_init' );
		$hooks     = ( new \ReflectionClassConstant( FastLane::class, 'HOOKS' ) )->getValue();
		$ours      = array_filter( $hooks, static fn( string $hook ): bool => str_starts_with( $hook, 'rollbook/' ) );
		$this->assertEqualsCanonicalizing( $found[1], array( ...$ours, ...$of_writes, 'rollbook/fast_lane' ) );
	}
}
