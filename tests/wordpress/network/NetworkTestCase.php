<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

use Rollbook\Tests\WordPress\Browser;
use Rollbook\Tests\WordPress\SendsScim;
use Rollbook\Tests\WordPress\SiteTestCase;
use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\People\AccountRegistry;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once dirname( __DIR__ ) . '/SendsScim.php';

/**
 * A test inside a network of two sites, each with an identity provider of its own. What is said inside on() is about that site:
 * requests go to its service, and WordPress has switched to it.
 */
abstract class NetworkTestCase extends SiteTestCase {

	use SendsScim;

	protected const FIRST  = 1;
	protected const SECOND = 2;

	/** @var array<int, ?object> The services of sites that a test has made. */
	private array $services = array();

	protected function setUp(): void {
		parent::setUp();
		NetworkSettings::store( NetworkSettings::ALL ); // Most tests are about sites that may provision.
	}

	protected function tearDown(): void {
		foreach ( array_keys( $this->services ) as $site ) {
			if ( get_site( $site ) ) {
				wp_delete_site( $site );
			}
		}
		$this->services = array();
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			$this->on(
				$site,
				static function (): void {
					global $wpdb;
					foreach ( array( 'users', 'lookups', 'groups', 'group_members', 'losses' ) as $table ) {
						$wpdb->query( 'DELETE FROM ' . Tables::name( $table ) );
					}
					delete_option( AccountRegistry::OPTION );
					delete_option( Settings::OPTION );
				}
			);
		}
		NetworkSettings::store( NetworkSettings::ALL ); // As the site was built.
		parent::tearDown();
	}

	/** Does something on a site. */
	protected function on( int $site, callable $work ): mixed {
		switch_to_blog( $site );
		try {
			return $work();
		} finally {
			restore_current_blog();
		}
	}

	/** Makes a site, with a token. */
	protected function make_site( string $path, ?string $domain = null ): int {
		$network = get_network();
		$site    = wp_insert_site( array( 'domain' => $domain ?? $network->domain, 'path' => $path, 'title' => 'Made', 'user_id' => 1 ) );
		self::assertIsInt( $site );
		$this->services[ $site ] = null; // To be deleted, whatever comes.
		$this->services[ $site ] = $this->on(
			$site,
			static function (): object {
				update_option( 'permalink_structure', '/%postname%/' );
				return (object) array(
					'scim'  => get_option( 'home' ) . '/wp-json/scim/v2',
					'token' => Tokens::create( 'phpunit' ),
				);
			}
		);
		return $site;
	}

	/** The service of the site that WordPress has switched to. */
	protected function service(): object {
		$network = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		return match ( get_current_blog_id() ) {
			self::FIRST  => $network,
			self::SECOND => $network->second,
			default      => $this->services[ get_current_blog_id() ],
		};
	}

	/** Provisions a person with an address on a site, and gives the resource. */
	protected function person_on( int $site, string $user_name, array $attributes = array() ): object {
		$emails = array( array( 'value' => $user_name, 'type' => 'work', 'primary' => true ) );
		return $this->on( $site, fn(): object => $this->provision( $user_name, $attributes + array( 'emails' => $emails ) ) );
	}

	/** Sends a request to a site's service. */
	protected function ask( int $site, string $method, string $path, ?array $body = null ): object {
		return $this->on( $site, fn(): object => $this->scim( $method, $path, $body ) );
	}

	/** Changes an attribute on a site. */
	protected function change( int $site, string $id, string $path, mixed $value ): object {
		$answer = $this->on( $site, fn(): object => $this->patch( $id, $path, $value ) );
		self::assertSame( 200, $answer->status, $answer->body );
		return $answer->json;
	}

	/** Changes a site's settings. */
	protected function configure( int $site, array $partial ): void {
		$this->on( $site, fn() => $this->settings( $partial ) );
	}

	/** The account with an address, fresh, as a site sees it. */
	protected function account( string $email, int $site = self::FIRST ): \WP_User {
		wp_cache_flush();
		$user = get_user_by( 'email', $email );
		self::assertNotFalse( $user, $email );
		return new \WP_User( $user->ID, '', $site );
	}

	/** The sites that an account is on. */
	protected function sites_of( int $user_id ): array {
		wp_cache_flush();
		$sites = array_keys( get_blogs_of_user( $user_id ) );
		sort( $sites );
		return $sites;
	}

	/** A browser that visits a site. */
	protected function browser( int $site ): Browser {
		return new Browser( $this->on( $site, static fn(): string => get_option( 'home' ) ) );
	}
}
