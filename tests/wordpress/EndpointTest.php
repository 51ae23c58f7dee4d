<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once __DIR__ . '/KeepsSettings.php';

/** The service over HTTP, on a site with a rude plugin. */
final class EndpointTest extends SiteTestCase {

	use KeepsSettings;

	private const RUDE = WPMU_PLUGIN_DIR . '/rude-plugin.php';

	private static string $token;

	public static function setUpBeforeClass(): void {
		copy( __DIR__ . '/rude-plugin.php', self::RUDE );
		self::$token = Tokens::create( 'EndpointTest' );
	}

	public static function tearDownAfterClass(): void {
		global $wpdb;
		unlink( self::RUDE );
		$wpdb->delete( Tables::name( 'tokens' ), array( 'name' => 'EndpointTest' ) );
	}

	/**
	 * Every address is answered, and nothing else gets into the answer.
	 *
	 * @dataProvider addresses
	 */
	public function test_answers_in_its_own_words( string $address ): void {
		$answer = $this->ask( $address . '/ServiceProviderConfig' );
		$this->assertSame( 200, $answer->status );
		$this->assertScim( $answer );
		$this->assertStringStartsWith( $this->url() . $address, json_decode( $answer->body )->meta->location );
	}

	/** @return array<string, array{string}> */
	public function addresses(): array {
		return array(
			'REST'              => array( '/wp-json/scim/v2' ),
			'short'             => array( '/scim/v2' ),
			'without rewriting' => array( '/index.php/scim/v2' ),
			'both'              => array( '/index.php/wp-json/scim/v2' ),
			'plain permalinks'  => array( '/?rest_route=/scim/v2' ),
		);
	}

	/** A neighbour's address is left to WordPress. */
	public function test_leaves_neighbours_alone(): void {
		$this->assertStringContainsString( 'This is no JWT.', $this->ask( '/wp-json/scim/v2x' )->body );
	}

	/** WPO365's address is answered once the owner says so. */
	public function test_answers_for_wpo365_when_switched_on(): void {
		$this->assertStringContainsString( 'rest_disabled', $this->ask( '/wp-json/wpo365/v1/Users' )->body );
		SettingsWriter::merge( array( 'compatibility' => array( 'wpo365_route' => true ) ) );
		$answer = $this->ask( '/wp-json/wpo365/v1/Users' );
		$this->assertSame( 200, $answer->status );
	}

	/** What a method override claims does not count. */
	public function test_believes_the_request_line_alone(): void {
		$answer = $this->ask( '/scim/v2/ServiceProviderConfig?_method=DELETE&_envelope=1&_jsonp=x', null, array( 'X-HTTP-Method-Override: DELETE' ) );
		$this->assertSame( 200, $answer->status );
		$this->assertScim( $answer );
	}

	/** Bytes that are no UTF-8, and names that PHP takes for numbers, are no reason to fail. */
	public function test_survives_odd_headers(): void {
		$answer = $this->ask( '/scim/v2/Users?filter=%FF', null, array( "User-Agent: caf\xE9", '123: x' ) );
		$this->assertSame( 400, $answer->status );
		$this->assertScim( $answer );
	}

	/** A body that is too large is refused without being read to its end. */
	public function test_refuses_a_body_that_is_too_large(): void {
		$answer = $this->ask( '/scim/v2/Users', '{"userName":"' . str_repeat( 'x', \Rollbook\Exchange::MAX_BODY ) . '"}' );
		$this->assertSame( 413, $answer->status );
		$this->assertScim( $answer );
	}

	/**
	 * A hook that ends PHP in the midst of a command is answered with a SCIM error, and nothing of the command stays.
	 *
	 * @dataProvider ends
	 */
	public function test_leaves_nothing_half_done( string $end ): void {
		$answer = $this->ask( '/scim/v2/Users', $this->person_named( $end ) );
		$this->assertSame( 500, $answer->status, $answer->body );
		$this->assertScim( $answer );
		$this->assertStringNotContainsString( strtolower( $end ), strtolower( json_decode( $answer->body )->detail ) );
		wp_cache_flush();
		$this->assertFalse( get_user_by( 'login', "$end@example.com" ) );
		$this->assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name = '$end@example.com'" ) );
	}

	/** @return array<string, array{string}> */
	public function ends(): array {
		return array(
			'exit'             => array( 'Exit' ),
			'wp_die'           => array( 'Die' ),
			'an exception'     => array( 'Throw' ),
			'a fatal error'    => array( 'Fatal' ),
			'memory exhausted' => array( 'Memory' ),
		);
	}

	/** A hook that prints and warns harms nobody. */
	public function test_swallows_what_a_hook_prints(): void {
		$answer = $this->ask( '/scim/v2/Users', $this->person_named( 'Print' ) );
		$this->assertSame( 201, $answer->status );
		$this->assertScim( $answer );
	}

	/** A plugin that redirects strangers to the login page does not redirect an identity provider. */
	public function test_is_not_redirected(): void {
		$answer = $this->ask( '/scim/v2/Users?wall' );
		$this->assertSame( 500, $answer->status );
		$this->assertScim( $answer );
	}

	/** The answer is SCIM, whole, and free of what others printed and set. */
	private function assertScim( Browser $answer ): void {
		$headers = implode( "\n", $answer->headers );
		$this->assertMatchesRegularExpression( '~^Content-Type: application/scim\+json$~mi', $headers );
		$this->assertMatchesRegularExpression( '~^Cache-Control: private, no-store$~mi', $headers );
		$this->assertDoesNotMatchRegularExpression( '~^(Set-Cookie|Location: .*wp-login|X-Pingback)~mi', $headers );
		$this->assertIsObject( json_decode( $answer->body ), $answer->body );
		$this->assertStringNotContainsString( 'printed', $answer->body );
	}

	private function person_named( string $name ): string {
		return (string) wp_json_encode(
			array(
				'schemas'  => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ),
				'userName' => "$name@example.com",
				'name'     => array( 'givenName' => $name ),
			)
		);
	}

	private function ask( string $path, ?string $body = null, array $headers = array() ): Browser {
		return ( new Browser( $this->url() ) )->fetch( $path, $body, array( 'Authorization: Bearer ' . self::$token, 'Content-Type: application/scim+json', ...$headers ) );
	}
}
