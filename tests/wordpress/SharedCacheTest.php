<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;

/**
 * A cache that web servers share, and a request that has read the old rows before a change and adds them to the cache after it. What was
 * changed must be read as it is stored.
 */
final class SharedCacheTest extends SiteTestCase {

	use KeepsSettings;

	/** What a late request has read. */
	private object $read;

	protected function setUp(): void {
		parent::setUp();
		wp_using_ext_object_cache( true );
	}

	protected function tearDown(): void {
		wp_using_ext_object_cache( false );
		wp_cache_flush();
		parent::tearDown();
	}

	/** Reads what a late request will add to the cache. */
	private function late_request_reads( int $user_id ): void {
		global $wpdb;
		$metas = array();
		foreach ( $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", $user_id ) ) as $meta ) {
			$metas[ $meta->meta_key ][] = $meta->meta_value;
		}
		$this->read = (object) array(
			'account' => $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->users WHERE ID = %d", $user_id ) ),
			'metas'   => $metas,
		);
	}

	/** Adds it, as WordPress does. */
	private function late_request_adds(): void {
		update_user_caches( clone $this->read->account );
		wp_cache_add( (int) $this->read->account->ID, $this->read->metas, 'user_meta' );
	}

	public function test_a_late_request_brings_no_old_role_back(): void {
		$jane    = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'role' => 'author' ) );
		$user_id = $jane['account']['user_id'];
		$this->late_request_reads( $user_id );
		$answer = $this->update( $jane, array(), array( 'role' => 'subscriber', 'values' => array( 'meta:dept' => 'Sales' ) ), array( 'meta:dept' ) );
		self::assertSame( 'done', $answer['outcome'] );
		$this->late_request_adds();
		self::assertSame( array( array( 'subscriber' ), 'Sales' ), array( get_userdata( $user_id )->roles, get_user_meta( $user_id, 'dept', true ) ) );
	}

	public function test_a_late_request_brings_no_old_address_back(): void {
		$jane = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		$this->late_request_reads( $jane['account']['user_id'] );
		$this->update( $jane, array(), array( 'email' => 'joan@phpunit.test' ) );
		$this->late_request_adds();
		self::assertFalse( get_user_by( 'email', 'jane@phpunit.test' ) );
		self::assertSame( 'joan@phpunit.test', get_user_by( 'email', 'joan@phpunit.test' )->user_email );
		$other = $this->create( 'pu-other', array(), array( 'email' => 'jane@phpunit.test' ) );
		self::assertSame( $other['account']['user_id'], get_user_by( 'email', 'jane@phpunit.test' )->ID, 'the address is free for somebody else' );
	}

	public function test_a_late_request_brings_nobody_back_who_was_deleted(): void {
		$jane    = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'password' => 'pu-secret-1' ) );
		$user_id = $jane['account']['user_id'];
		$this->late_request_reads( $user_id );
		$answer = $this->run_command(
			'delete_user',
			array( 'id' => $jane['id'], 'version' => $jane['version'], 'disposal' => 'delete', 'managed_here' => true, 'reassign_to' => null, 'lookups' => array(), 'now' => self::NOW + 1 )
		);
		self::assertSame( 'done', $answer['outcome'] );
		$this->late_request_adds();
		self::assertSame( array( false, false, false ), array( get_userdata( $user_id ), get_user_by( 'login', 'pu-jane' ), get_user_by( 'email', 'jane@phpunit.test' ) ) );
		self::assertInstanceOf( \WP_Error::class, wp_authenticate( 'pu-jane', 'pu-secret-1' ) );
		self::assertSame( array(), get_user_meta( $user_id ) );
		$again = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		self::assertSame( $again['account']['user_id'], get_user_by( 'login', 'pu-jane' )->ID, 'the name is free for somebody else' );
	}

	public function test_what_a_late_request_of_an_identity_provider_has_read_does_not_stand(): void {
		$jane    = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'role' => 'author' ) );
		$user_id = $jane['account']['user_id'];
		$this->late_request_reads( $user_id );
		$this->update( $jane, array(), array( 'email' => 'joan@phpunit.test', 'role' => 'subscriber' ) );
		AccountCache::hold( $user_id, clone $this->read->account, $this->read->metas );
		self::assertSame( array( array( 'subscriber' ), 'joan@phpunit.test' ), array( get_userdata( $user_id )->roles, get_userdata( $user_id )->user_email ) );
	}

	public function test_a_change_of_somebody_else_in_the_same_moment_is_read_again(): void {
		global $wpdb;
		$jane    = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) );
		$user_id = $jane['account']['user_id'];
		$writes  = static function ( string $query ) use ( $user_id, &$writes ): string {
			if ( str_contains( $query, 'ORDER BY umeta_id' ) && ! str_contains( $query, 'umeta_id,' ) && ! str_contains( $query, 'FOR UPDATE' ) ) {
				remove_filter( 'query', $writes );
				add_filter(
					'query',
					$then = static function ( string $query ) use ( $user_id, &$then ): string {
						global $wpdb;
						remove_filter( 'query', $then );
						$wpdb->query( "UPDATE $wpdb->users SET display_name = 'Written meanwhile' WHERE ID = $user_id" );
						return $query;
					}
				);
			}
			return $query;
		};
		add_filter( 'query', $writes );
		AccountCache::renew( array( $user_id => null ) );
		self::assertFalse( has_filter( 'query', $writes ), 'somebody wrote' );
		self::assertSame( 'Written meanwhile', get_userdata( $user_id )->display_name );
	}

	public function test_a_late_request_brings_no_old_settings_back(): void {
		SettingsWriter::merge( array( 'local_passwords' => true, 'password_sync' => false ) );
		$old = wp_load_alloptions( true );
		SettingsWriter::merge( array( 'local_passwords' => false ) );
		wp_cache_add( 'alloptions', $old, 'options' );
		self::assertFalse( Settings::allows_own_passwords() );
		self::assertSame( Settings::read(), Settings::document() );
	}

	/** The change is stored: it must not fail for what the cache is to hold. */
	public function test_what_cannot_be_read_after_the_commit_is_not_remembered(): void {
		global $wpdb;
		$jane    = $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test', 'role' => 'author' ) );
		$user_id = $jane['account']['user_id'];
		$is_over = false;
		$breaks  = static function ( string $query ) use ( &$is_over, $wpdb ): string {
			$is_over = $is_over || 'COMMIT' === $query;
			return $is_over && str_starts_with( $query, "SELECT * FROM $wpdb->users WHERE ID IN" ) ? 'SELECT nothing FROM nowhere' : $query;
		};
		$wpdb->suppress_errors( true );
		try {
			$answer = $this->with_hook( 'query', $breaks, fn(): array => $this->update( $jane, array(), array( 'email' => 'joan@phpunit.test', 'role' => 'subscriber' ) ) );
		} finally {
			$wpdb->suppress_errors( false );
		}
		self::assertSame( array( 'done', true ), array( $answer['outcome'], $is_over ) );
		$keys = array( array( $user_id, 'users' ), array( $user_id, 'user_meta' ), array( 'jane@phpunit.test', 'useremail' ) );
		self::assertSame( array( false, false, false ), array_map( static fn( array $key ): mixed => wp_cache_get( ...$key ), $keys ) );
		self::assertSame( array( array( 'subscriber' ), 'joan@phpunit.test' ), array( get_userdata( $user_id )->roles, get_userdata( $user_id )->user_email ) );
	}

	/** @return iterable<string, array{bool}> */
	public static function kinds_of_options(): iterable {
		yield 'loaded with all others' => array( true );
		yield 'loaded alone' => array( false );
	}

	/** @dataProvider kinds_of_options */
	public function test_a_late_request_brings_no_old_option_back( bool $is_loaded ): void {
		delete_option( 'pu_option' );
		add_option( 'pu_option', 'old', '', $is_loaded );
		get_option( 'pu_option' );
		$old = array( wp_cache_get( 'alloptions', 'options' ), wp_cache_get( 'pu_option', 'options' ) );
		$set = static fn( int $user_id ) => update_option( 'pu_option', 'new' );
		$this->with_hook( 'user_register', $set, fn(): array => $this->create( 'pu-jane' ) );
		self::assertSame( $is_loaded ? false : 'new', wp_cache_get( 'pu_option', 'options' ) );
		self::assertSame( $is_loaded ? 'new' : null, wp_cache_get( 'alloptions', 'options' )['pu_option'] ?? null );
		wp_cache_add( 'alloptions', $old[0], 'options' );
		wp_cache_add( 'pu_option', $old[1], 'options' );
		self::assertSame( 'new', get_option( 'pu_option' ) );
		delete_option( 'pu_option' );
	}
}
