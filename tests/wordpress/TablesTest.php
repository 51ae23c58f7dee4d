<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\MustUseFile;
use Rollbook\WordPress\Store\Tables;

final class TablesTest extends SiteTestCase {

	private const PREFIX = 'rollbook_test_';

	/** Does the work on a site of its own, with options but without content, which is gone afterwards. */
	private function on_another_site( callable $work ): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$prefix = $wpdb->set_prefix( self::PREFIX );
		wp_cache_flush();
		try {
			dbDelta( wp_get_db_schema( 'blog' ) );
			$work();
		} finally {
			foreach ( $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( self::PREFIX ) . '%' ) ) as $table ) {
				$wpdb->query( "DROP TABLE $table" );
			}
			$wpdb->set_prefix( $prefix );
			wp_cache_flush();
		}
	}

	private function existing(): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( self::PREFIX . 'rollbook_' ) . '%' ) );
	}

	public function test_tables_are_made_once_and_found_in_shape_afterwards(): void {
		$this->on_another_site(
			function (): void {
				Tables::action_plugins_loaded();
				self::assertEqualsCanonicalizing( Tables::names(), $this->existing() );
				$definition = new \ReflectionMethod( Tables::class, 'definition' );
				$definition->setAccessible( true );
				self::assertSame( array(), dbDelta( $definition->invoke( null ) ), 'dbDelta sees nothing to change in what it made' );
			}
		);
	}

	public function test_an_update_of_the_plugin_changes_the_tables_and_keeps_what_they_hold(): void {
		$this->on_another_site(
			function (): void {
				global $wpdb;
				Tables::create();
				$wpdb->query( 'ALTER TABLE ' . Tables::name( 'groups' ) . ' DROP COLUMN document' );
				$wpdb->query( 'INSERT INTO ' . Tables::name( 'groups' ) . " (id, display_name, display_name_key, created, modified) VALUES ('a', 'b', 'c', 1, 1)" );
				update_option( Tables::OPTION, 0 );
				Tables::action_plugins_loaded();
				self::assertSame( array( 'display_name' => 'b', 'document' => null ), $wpdb->get_row( 'SELECT display_name, document FROM ' . Tables::name( 'groups' ), ARRAY_A ) );
			}
		);
	}

	public function test_uninstalling_removes_tables_and_options_and_nothing_else(): void {
		$this->on_another_site(
			function (): void {
				Tables::create();
				update_option( 'rollbook_settings', array( 'x' => 1 ) );
				update_option( 'rollbookish', 'stays' );
				define( 'WP_UNINSTALL_PLUGIN', 'rollbook/rollbook.php' );
				require dirname( \Rollbook\WordPress\PLUGIN_FILE ) . '/uninstall.php';
				wp_cache_flush();
				self::assertSame( array(), $this->existing() );
				self::assertFalse( get_option( 'rollbook_settings' ) );
				self::assertFalse( get_option( Tables::OPTION ) );
				self::assertSame( 'stays', get_option( 'rollbookish' ) );
				self::assertFileDoesNotExist( WPMU_PLUGIN_DIR . '/rollbook-doors.php' );
				self::assertTrue( MustUseFile::install() );
			}
		);
	}

	public function test_long_text_of_every_script_fits(): void {
		$name   = str_repeat( '😀', 255 );
		$record = $this->create( $name, array( 'external_id' => $name, 'document' => wp_json_encode( array( 'a' => str_repeat( 'ж', 200000 ) ), JSON_UNESCAPED_UNICODE ) ), array( 'logins' => array( 'pu-long' ) ) );
		self::assertSame( array( $name, $name, 200000 ), array( $record['user_name'], $record['external_id'], mb_strlen( json_decode( $record['document'] )->a ) ) );
	}
}
