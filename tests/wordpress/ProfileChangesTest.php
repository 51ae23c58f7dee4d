<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\ProfileChanges;

require_once __DIR__ . '/KeepsSettings.php';

/** Edits on the site, seen through the service. */
final class ProfileChangesTest extends SiteTestCase {

	use KeepsSettings;

	private static string $token;

	public static function setUpBeforeClass(): void {
		self::$token = Tokens::create( 'ProfileChangesTest' );
	}

	public static function tearDownAfterClass(): void {
		global $wpdb;
		$wpdb->delete( Tables::name( 'tokens' ), array( 'name' => 'ProfileChangesTest' ) );
	}

	/** A person whose profile is edited on the site is found by the new name, and no longer by the old one. */
	public function test_an_edited_profile_is_found(): void {
		$person = $this->provision( 'grace@example.com', array( 'displayName' => 'Grace Brewster Murray' ) );
		$this->assertSame( array( $person->id ), $this->found( 'displayName eq "Grace Brewster Murray"' ) );

		wp_update_user(
			array(
				'ID'           => get_user_by( 'email', 'grace@example.com' )->ID,
				'display_name' => 'Grace Hopper',
			)
		);
		ProfileChanges::action_shutdown();

		$this->assertSame( array( $person->id ), $this->found( 'displayName eq "Grace Hopper"' ) );
		$this->assertSame( array(), $this->found( 'displayName eq "Grace Brewster Murray"' ) );
	}

	/** Clients learn of an edit once: a later look at everybody that changes nothing is no new version. */
	public function test_a_look_at_everybody_is_no_new_version(): void {
		$person = $this->provision( 'seen@example.com', array( 'displayName' => 'Before' ) );
		$was    = get_option( CatchUp::OPTION );
		$look   = function ( bool $edited ) use ( $person ): int {
			CatchUp::look_again( $edited );
			CatchUp::action_event();
			return $this->load( $person->id )['version'];
		};
		try {
			$look( false ); // What a new site has not looked at yet.
			$first = $this->load( $person->id )['version'];
			wp_update_user(
				array(
					'ID'           => get_user_by( 'email', 'seen@example.com' )->ID,
					'display_name' => 'Edited',
				)
			);
			ProfileChanges::action_shutdown();
			$edited = $this->load( $person->id )['version'];
			$this->assertSame( $first + 1, $edited );
			$this->assertSame( array( $edited, $edited ), array( $look( false ), $look( false ) ) );
			$this->assertSame( array( $edited + 1, $edited + 1 ), array( $look( true ), $look( false ) ), 'after edits that nobody could look at' );
		} finally {
			false === $was ? delete_option( CatchUp::OPTION ) : update_option( CatchUp::OPTION, $was, false );
		}
	}

	/** A mapped meta counts as an edit even where no profile is saved. */
	public function test_an_edited_meta_is_found(): void {
		$schema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
		SettingsWriter::merge(
			array(
				'mappings' => array(
					array(
						'path'   => "$schema:employeeNumber",
						'target' => 'meta:staff_number',
						'title'  => 'Number',
					),
				),
			)
		);
		$person = $this->provision( 'alan@example.com', array( $schema => array( 'employeeNumber' => '1' ) ) );
		update_user_meta( get_user_by( 'email', 'alan@example.com' )->ID, 'staff_number', '701984' );
		ProfileChanges::action_shutdown();
		$this->assertSame( array( $person->id ), $this->found( "$schema:employeeNumber eq \"701984\"" ) );
	}

	/** The address is edited on the site, as is a name that was never sent: both are found, and shown. */
	public function test_an_edited_address_and_an_unsent_name_are_found(): void {
		$person = $this->provision( 'rear@example.com' );
		wp_update_user(
			array(
				'ID'           => get_user_by( 'email', 'rear@example.com' )->ID,
				'user_email'   => 'admiral@example.com',
				'display_name' => 'Rear Admiral',
			)
		);
		ProfileChanges::action_shutdown();
		$this->assertSame( array( $person->id ), $this->found( 'emails eq "admiral@example.com"' ) );
		$this->assertSame( array( $person->id ), $this->found( 'displayName eq "Rear Admiral"' ) );
		$this->assertSame( array(), $this->found( 'emails eq "rear@example.com"' ) );
	}

	/** What an identity provider writes is no local edit, and a save without a change asks nothing twice. */
	public function test_our_own_writing_is_no_edit(): void {
		$before = $this->queries_of( array( ProfileChanges::class, 'action_shutdown' ) );
		$this->provision( 'ada@example.com' );
		$this->assertSame( $before, $this->queries_of( array( ProfileChanges::class, 'action_shutdown' ) ) );
	}

	/** Whatever a hook passes, and whatever the refresh meets, a save goes on. */
	public function test_breaks_no_save(): void {
		do_action( 'profile_update', null, null ); // What WordPress's own listeners want, too.
		do_action( 'profile_update', 'nobody', null );
		do_action( 'updated_user_meta', array( '1' ), '4711', 'first_name' );
		$this->with_hook(
			'query',
			static function ( string $query ): string {
				return str_contains( $query, 'rollbook_users' ) ? 'SELECT nonsense FROM nowhere' : $query;
			},
			static function (): void {
				$log = ini_set( 'error_log', '/dev/null' );
				$GLOBALS['wpdb']->suppress_errors( true );
				ProfileChanges::action_shutdown();
				ini_set( 'error_log', (string) $log );
			}
		);
		$this->assertSame( 0, $this->queries_of( array( ProfileChanges::class, 'action_shutdown' ) ) );
	}

	private function queries_of( callable $work ): int {
		global $wpdb;
		$before = $wpdb->num_queries;
		$work();
		return $wpdb->num_queries - $before;
	}

	private function provision( string $user_name, array $more = array() ): object {
		return $this->exchange(
			'POST',
			'',
			$more + array(
				'schemas'  => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ),
				'userName' => $user_name,
				'emails'   => array(
					array(
						'value'   => $user_name,
						'type'    => 'work',
						'primary' => true,
					),
				),
			)
		);
	}

	/** The ids that a filter finds. */
	private function found( string $filter ): array {
		return array_column( $this->exchange( 'GET', 'filter=' . rawurlencode( $filter ) )->Resources ?? array(), 'id' );
	}

	/** A request to /Users, held without the web server. */
	private function exchange( string $method, string $query, ?array $body = null ): object {
		$exchange = Exchange::open(
			array(
				'method'  => $method,
				'base'    => 'https://example.com/scim/v2',
				'path'    => '/Users',
				'query'   => $query,
				'headers' => array(
					'authorization' => 'Bearer ' . self::$token,
					'content-type'  => 'application/scim+json',
				),
				'body'    => null === $body ? '' : (string) wp_json_encode( $body ),
				'now'     => Tokens::now(),
			),
			Settings::document(),
			\Rollbook\WordPress\Site::facts()
		);
		( new ExchangeRunner( $exchange ) )->run();
		$answer = json_decode( $exchange->response()['body'] );
		$this->assertLessThan( 300, $exchange->response()['status'], $exchange->response()['body'] );
		return $answer;
	}
}
