<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\SettingsUpgrade;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use const Rollbook\WordPress\VERSION;

/** What an older version has stored, brought to this version's shape while requests come in. */
final class UpgradeTest extends SiteTestCase {

	use SendsScim;

	/** A made-up version kept the names of groups in a column `title`. This is the step from it, for the web server. */
	private const STEP = <<<'PHP'
		<?php
		add_action( 'plugins_loaded', static function () {
			$steps = new ReflectionProperty( Rollbook\WordPress\Store\TableUpgrade::class, 'steps' );
			$steps->setAccessible( true );
			$steps->setValue( null, array( 7 => static function () {
				global $wpdb;
				$groups = Rollbook\WordPress\Store\Tables::name( 'groups' );
				$wpdb->query( "INSERT INTO {$wpdb->options} (option_name, option_value) VALUES (CONCAT('upgrade_test_', " . getmypid() . "), '1')" );
				touch( WPMU_PLUGIN_DIR . '/rollbook-test-begun' );
				for ( $turns = 0; $turns < 1000 && ! is_file( WPMU_PLUGIN_DIR . '/rollbook-test-answered' ); ++$turns ) {
					usleep( 10000 );
					clearstatcache();
				}
				if ( in_array( 'title', $wpdb->get_col( "SHOW COLUMNS FROM $groups" ), true ) ) {
					$wpdb->query( "UPDATE $groups SET display_name = title WHERE display_name = ''" );
					$wpdb->query( "ALTER TABLE $groups DROP COLUMN title" );
				}
			} ) );
		}, PHP_INT_MIN );
		PHP;

	protected function tearDown(): void {
		global $wpdb;
		foreach ( array( $this->plugin(), self::begun(), self::answered() ) as $file ) {
			if ( is_file( $file ) ) {
				unlink( $file );
			}
		}
		Tables::create();
		$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE 'upgrade\\_test\\_%' OR option_name = 'rollbook_upgrading'" );
		delete_option( Settings::OPTION );
		parent::tearDown();
	}

	private function plugin(): string {
		return WPMU_PLUGIN_DIR . '/rollbook-test-upgrade.php';
	}

	/** When this file is there a request is in the step. */
	private static function begun(): string {
		return WPMU_PLUGIN_DIR . '/rollbook-test-begun';
	}

	/** Until this file is there the step goes on, so that somebody comes in the middle of it. */
	private static function answered(): string {
		return WPMU_PLUGIN_DIR . '/rollbook-test-answered';
	}

	/** Takes the tables back to the made-up version. */
	private function go_back(): void {
		global $wpdb;
		$groups = Tables::name( 'groups' );
		$wpdb->query( "ALTER TABLE $groups ADD COLUMN title varchar(255) NULL" );
		$wpdb->query( "UPDATE $groups SET title = display_name, display_name = ''" );
		$wpdb->query( "ALTER TABLE $groups DROP COLUMN document" );
		update_option( Tables::OPTION, 6 );
	}

	/**
	 * The answers to requests that are sent at the same moment: status, Retry-After, body. The first one may begin the step before the others
	 * are sent: PHP's own web server may give all of them to the process that waits there.
	 */
	private function at_the_same_moment( int $number, string $path ): array {
		$site    = $this->service();
		$handles = array();
		$all     = curl_multi_init();
		foreach ( range( 1, $number ) as $ignored ) {
			$handle = curl_init( $site->scim . $path );
			curl_setopt_array( $handle, array( CURLOPT_RETURNTRANSFER => true, CURLOPT_HEADER => true, CURLOPT_HTTPHEADER => array( "Authorization: Bearer $site->token" ) ) );
			$handles[] = $handle;
		}
		curl_multi_add_handle( $all, $handles[0] );
		do {
			curl_multi_exec( $all, $running );
			curl_multi_select( $all, 0.01 );
			clearstatcache();
		} while ( $running && ! is_file( self::begun() ) );
		foreach ( array_slice( $handles, 1 ) as $handle ) {
			curl_multi_add_handle( $all, $handle );
		}
		do {
			curl_multi_exec( $all, $running );
			curl_multi_select( $all );
			if ( $running < $number ) {
				touch( self::answered() );
			}
		} while ( $running );
		return array_map(
			static fn( \CurlHandle $handle ): array => array(
				curl_getinfo( $handle, CURLINFO_RESPONSE_CODE ),
				preg_match( '/^Retry-After: (\d+)/mi', (string) curl_multi_getcontent( $handle ), $found ) ? $found[1] : null,
				(string) curl_multi_getcontent( $handle ),
			),
			$handles
		);
	}

	/** One of many requests upgrades the tables, the others are told to come again, and what was stored is there. */
	public function test_tables_of_an_older_version_are_upgraded_under_traffic(): void {
		global $wpdb;
		$group = $this->scim( 'POST', '/Groups', array( 'displayName' => 'Upgraded & kept' ) )->json;
		file_put_contents( $this->plugin(), preg_replace( '/^\t\t/m', '', self::STEP ) );
		$this->go_back();
		wp_cache_flush();

		$statuses = array();
		for ( $round = 0; $round < 20 && ( array() === $statuses || array( 200 ) !== array_unique( $last ) ); ++$round ) {
			$answers = $this->at_the_same_moment( 6, "/Groups/$group->id" );
			$last    = array_column( $answers, 0 );
			foreach ( $answers as list( $status, $retry_after, $text ) ) {
				$this->assertContains( $status, array( 200, 503 ), $text );
				$this->assertSame( 503 === $status, null !== $retry_after, $text );
				if ( 200 === $status ) {
					$this->assertStringContainsString( '"displayName":"Upgraded & kept"', $text );
				}
			}
			$statuses = array( ...$statuses, ...$last );
		}
		$this->assertSame( array( 200 ), array_unique( $last ) );
		$this->assertContains( 503, $statuses, 'somebody came while the tables were upgraded' );
		$this->assertSame( '1', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE 'upgrade\\_test\\_%'" ), 'one request did it' );
		$this->assertNotContains( 'title', $wpdb->get_col( 'SHOW COLUMNS FROM ' . Tables::name( 'groups' ) ) );
		$this->assertSame( array(), Tables::faults() );
	}

	/** The indexes of the log's searches get `notable` before the time, and the old ones are gone. */
	public function test_indexes_of_the_log_are_made_anew(): void {
		global $wpdb;
		$table = Tables::name( 'activity' );
		foreach ( array( 'user_notable' => 'user_id', 'outcome_notable' => 'outcome', 'address_notable' => 'address', 'name_notable' => 'name_key' ) as $now => $before ) {
			$wpdb->query( "ALTER TABLE $table DROP INDEX $now" );
			$wpdb->query( "ALTER TABLE $table ADD INDEX $before ($before,time)" );
		}
		update_option( Tables::OPTION, 14 );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
		wp_cache_flush();
		$columns = array();
		foreach ( $wpdb->get_results( "SHOW INDEX FROM $table" ) as $row ) {
			$columns[ $row->Key_name ][] = $row->Column_name;
		}
		$this->assertArrayNotHasKey( 'user_id', $columns );
		$this->assertArrayNotHasKey( 'name_key', $columns );
		$this->assertSame( array( 'address', 'notable', 'time' ), $columns['address_notable'] );
		$this->assertSame( array( 'outcome', 'notable', 'time' ), $columns['outcome_notable'] );
		$this->assertSame( array(), Tables::faults() );
		$this->assertTrue( Tables::exist() );
	}

	/** An upgrade that did not end, because PHP was killed, is taken over after a while. */
	public function test_an_upgrade_that_did_not_end_is_taken_over(): void {
		global $wpdb;
		update_option( Tables::OPTION, 6 );
		$wpdb->insert( $wpdb->options, array( 'option_name' => 'rollbook_upgrading', 'option_value' => (string) time(), 'autoload' => 'no' ) );
		$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status );
		$wpdb->update( $wpdb->options, array( 'option_value' => (string) ( time() - 3600 ) ), array( 'option_name' => 'rollbook_upgrading' ) );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
		$this->assertNull( $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = 'rollbook_upgrading'" ) );
	}

	/** A plugin that is older than the tables refuses, says why, and touches nothing. */
	public function test_an_older_plugin_leaves_newer_tables_alone(): void {
		$shape = (int) get_option( Tables::OPTION );
		update_option( Tables::OPTION, 1000 );
		try {
			$answer = $this->scim( 'GET', '/Users' );
			$this->assertSame( 503, $answer->status );
			$this->assertSame( array( 'urn:ietf:params:scim:api:messages:2.0:Error' ), $answer->json->schemas );
			$this->assertSame( '1000', (string) get_option( Tables::OPTION ) );
			$this->assertStringContainsString( 'A newer version of Rollbook has been on this site', implode( ' ', Requirements::complaint() ) );
		} finally {
			update_option( Tables::OPTION, $shape );
		}
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
	}

	/** The settings of an older version, which did not have all of them, are completed by the first request. */
	public function test_settings_of_an_older_version_are_completed(): void {
		update_option( Settings::OPTION, array( 'welcome_mail' => true, 'activity_days' => 12 ) );
		update_option( SettingsUpgrade::OPTION, '0.0.1' );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
		$document = get_option( Settings::OPTION );
		$this->assertSame( array( true, 12 ), array( $document['welcome_mail'], $document['activity_days'] ) );
		$this->assertSame( array_keys( \Rollbook\Settings::defaults() ), array_keys( $document ) );
		$this->assertSame( VERSION, get_option( SettingsUpgrade::OPTION ) );
	}

	/** Settings that cannot be used stay as they are, and the site runs on. */
	public function test_settings_that_cannot_be_used_are_kept(): void {
		$odd = array( 'of_another_plugin' => 1 );
		update_option( Settings::OPTION, $odd );
		update_option( SettingsUpgrade::OPTION, '0.0.1' );
		$this->assertSame( 500, $this->scim( 'GET', '/Users' )->status );
		$this->assertSame( $odd, get_option( Settings::OPTION ) );
		$this->assertNotSame( array(), SettingsWriter::problems() );
	}
}
