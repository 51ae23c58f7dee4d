<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\Settings;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Which user metas attributes reach, and how. */
final class MetaTargetsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** Keys that let people in, that the database takes for one that does, or that are none. */
	private const SHUT = array(
		'wp_capabilities',
		"wp_capa\u{200B}bilities",
		"wp_capa\u{AD}bilities",
		'wp_2_capabilities',
		'wp_capabilities ',
		"session_tokens\t",
		'defenderAuthSecret',
		'loginizer_user_settings',
		'openid-connect-generic-subject-identity',
		'useraccesstoken',
		'rollbook_owning_site',
		'wpo365_scim_external_id',
		'mo_scim_user_status',
		'größe',
		'locale',
		'description',
	);

	/** Why a document with a mapping of the title is refused: the places. */
	private function refused( string $target, array $more = array() ): array {
		try {
			$this->map( $target, $more );
			return array();
		} catch ( InvalidSettings $refusal ) {
			return array_column( $refusal->problems(), 'place' );
		}
	}

	private function map( string $target, array $more = array() ): void {
		$this->settings( array( 'mappings' => array( array( 'path' => 'title', 'target' => $target ) + $more ) ) );
	}

	/** What must not be written is refused where settings are saved, and not written whatever comes. */
	public function test_metas_that_are_shut_are_shut_twice(): void {
		global $wpdb;
		$values = array();
		foreach ( self::SHUT as $key ) {
			$values[ "meta:$key" ] = 'administrator';
			if ( in_array( $key, array( 'locale', 'description' ), true ) || trim( $key ) !== $key ) {
				continue; // Those are the fields, and blanks around a target mean nothing.
			}
			self::assertSame( array( 'mappings[0].target' ), $this->refused( "meta:$key" ), $key );
		}
		self::assertSame( array( 'mappings[0].target' ), $this->refused( 'meta:' . str_repeat( 'x', 256 ) ) );
		$rights = fn( int $user_id ): array => $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_value = 'administrator'", $user_id ) );
		$record = $this->create( 'pu-shut', array(), array( 'role' => 'subscriber', 'values' => $values ), array_keys( $values ) );
		$record = $this->update( $record, array(), array( 'values' => $values ), array_keys( $values ) )['record'];
		self::assertSame( array( array(), array( 'subscriber' ), array() ), array( $record['values'], $record['account']['roles'], $rights( $record['account']['user_id'] ) ) );
	}

	/** A key that accounts had before any mapping may hold another plugin's secret under any name: the owner confirms it. */
	public function test_a_meta_of_another_plugin_is_confirmed(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-other', 'user_pass' => 'x', 'user_email' => 'other@phpunit.test' ) );
		update_user_meta( $user_id, 'pu_door_code', '1234' );
		self::assertSame( array( 'mappings[0].confirmed' ), $this->refused( 'meta:pu_door_code' ) );
		self::assertSame( array( 'mappings[0].confirmed' ), $this->refused( 'meta:PU_Door_Code' ), 'the database knows no case' );
		self::assertSame( array(), $this->refused( 'meta:pu_new_key' ) );
		self::assertSame( array(), $this->refused( 'meta:pu_door_code', array( 'confirmed' => true ) ) );

		// What a mapping has written is ours, and asks nobody again.
		$this->map( 'meta:pu_new_key' );
		$person = $this->provision( 'pu-ours', array( 'title' => 'Chief' ) );
		self::assertSame( 'Chief', $this->account_of( $person->id )->pu_new_key );
		self::assertSame( array(), $this->refused( 'meta:pu_new_key', array( 'title' => 'Job' ) ) );
	}

	/** On the screen a box appears with the warning, and holds for that key alone. */
	public function test_the_screen_asks_for_the_confirmation(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-other', 'user_pass' => 'x', 'user_email' => 'other@phpunit.test' ) );
		update_user_meta( $user_id, 'pu_door_code', '1234' );
		update_user_meta( $user_id, 'pu_other_code', '1234' );
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
		$page    = '/wp-admin/options-general.php?page=rollbook&tab=attributes';
		$find    = static function ( string $path ) use ( $browser ): array {
			$document = new \DOMDocument();
			@$document->loadHTML( '<?xml encoding="utf-8">' . $browser->body );
			return iterator_to_array( ( new \DOMXPath( $document ) )->query( $path ) );
		};
		$save    = static function ( string $target, array $more ) use ( $browser, $find, $page ): void {
			$browser->fetch( $page );
			$nonce = $find( '//form[.//input[@value="rollbook_save_settings"]]//input[@name="_wpnonce"]' )[0]->getAttribute( 'value' );
			$row   = array( 'path' => 'title', 'target' => $target, 'title' => '', 'type' => 'text' ) + $more;
			$browser->submit( '/wp-admin/admin-post.php', array( 'action' => 'rollbook_save_settings', '_wpnonce' => $nonce, 'tab' => 'attributes', 'mappings' => array( $row ) ) );
			$browser->fetch( $page );
			wp_cache_flush();
		};
		$box     = '//input[@type="checkbox" and contains(@name, "[confirmed]")]';
		$browser->fetch( $page );
		self::assertCount( 0, $find( $box ) );
		$save( 'meta:pu_door_code', array() );
		self::assertStringContainsString( 'another plugin may keep something there that lets people in', $browser->body );
		self::assertCount( 1, $find( $box ) );
		self::assertSame( 'meta:pu_door_code', $find( '//input[contains(@name, "[confirmed_for]")]' )[0]->getAttribute( 'value' ) );
		self::assertSame( array(), Settings::targets() );

		$save( 'meta:pu_door_code', array( 'confirmed' => '1', 'confirmed_for' => 'meta:pu_door_code' ) );
		self::assertSame( array( 'meta:pu_door_code' ), Settings::targets() );
		$save( 'meta:pu_other_code', array( 'confirmed' => '1', 'confirmed_for' => 'meta:pu_door_code' ) );
		self::assertSame( array( 'meta:pu_door_code' ), Settings::targets(), 'another key is another question' );
	}

	/** A meta that is one of core's profile fields is that field, with core's own checks. */
	public function test_a_field_is_a_field_by_whichever_name(): void {
		foreach ( array( 'meta:description', 'meta:Description', 'field:description' ) as $number => $target ) {
			$this->map( $target );
			self::assertSame( array( 'field:description' ), Settings::targets() );
			$person = $this->provision( "pu-field-$number", array( 'title' => 'A <script>alert(1)</script><b>b</b>' ) );
			self::assertSame( 'A alert(1)<b>b</b>', $this->account_of( $person->id )->description );
			$this->patch( $person->id, 'title', 'B <img src=x onerror=alert(1)>' );
			self::assertStringNotContainsString( 'onerror', $this->account_of( $person->id )->description );
		}
		$person = $this->provision( 'pu-scripts', array( 'profileUrl' => 'javascript:alert(1)', 'displayName' => '<script>alert(1)</script>Jo', 'nickName' => '<img src=x onerror=alert(1)>Jo' ) );
		$user   = $this->account_of( $person->id );
		self::assertSame( array( '', 'Jo', 'Jo' ), array( $user->user_url, $user->display_name, $user->nickname ) );
		foreach ( array( 'admin_color', 'rich_editing', 'use_ssl', 'show_admin_bar_front' ) as $key ) {
			self::assertSame( array( 'mappings[0].target' ), $this->refused( "meta:$key" ), $key );
		}
	}

	/** Where the database's word is needed it is asked: MariaDB sees no invisible character. */
	public function test_the_database_s_word(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-equal', 'user_pass' => 'x', 'user_email' => 'equal@phpunit.test' ) );
		update_user_meta( $user_id, 'pu_shoe', '42' );
		self::assertSame( array( 'pu_shoe' ), Targets::equal_keys( array( 'PU_SHOE', 'pu_none' ) ) );
		$is_sqlite = defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
		self::assertSame( $is_sqlite ? array() : array( 'pu_shoe' ), Targets::equal_keys( array( "pu_sh\u{200B}oe" ) ) );
		self::assertSame( array(), Targets::equal_keys( array() ) );
	}
}
