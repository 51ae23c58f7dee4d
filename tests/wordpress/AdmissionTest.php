<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Who is let in: by the address, with TLS, and how often with a wrong token. */
final class AdmissionTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	protected function setUp(): void {
		parent::setUp();
		Database::run( 'DELETE FROM ' . Tables::name( 'knocks' ) );
	}

	protected function tearDown(): void {
		Database::run( 'DELETE FROM ' . Tables::name( 'knocks' ) );
		parent::tearDown();
	}

	/** Asks for the people. Gives the status and the headers. */
	private function ask( ?string $token = null, array $headers = array() ): array {
		$site    = $this->service();
		$context = stream_context_create(
			array(
				'http' => array(
					'header'        => array( 'Authorization: Bearer ' . ( $token ?? $site->token ), ...$headers ),
					'ignore_errors' => true,
					'timeout'       => 60,
				),
			)
		);
		file_get_contents( "$site->scim/Users?count=1", false, $context );
		return array( (int) explode( ' ', $http_response_header[0] )[1], $http_response_header );
	}

	public function test_wrong_tokens_are_throttled_and_the_right_one_is_let_in(): void {
		Database::run( 'INSERT INTO ' . Tables::name( 'knocks' ) . ' (minute, address, times) VALUES (%d, %s, 59), (%d, %s, 59)', array( intdiv( time(), 60 ), '127.0.0.1', intdiv( time(), 60 ) + 1, '127.0.0.1' ) );
		$wrong = 'wrong-token-that-is-long-enough-to-be-one';
		self::assertSame( 401, $this->ask( $wrong )[0] );
		list( $status, $headers ) = $this->ask( $wrong );
		self::assertSame( 429, $status );
		self::assertContains( 'Retry-After: 60', $headers );
		self::assertSame( 200, $this->ask()[0], 'a right token' );
		self::assertSame( 429, $this->ask( $wrong )[0] );
		self::assertSame( 60, (int) Database::value( 'SELECT MAX(times) FROM ' . Tables::name( 'knocks' ) ), 'beyond the limit nothing is written' );
	}

	public function test_a_token_that_asks_too_much_is_told_to_wait_for_a_minute(): void {
		if ( time() % 60 > 50 ) {
			sleep( 60 - time() % 60 ); // All requests come within one minute.
		}
		$tokens = Tables::name( 'tokens' );
		$this->settings( array( 'requests_per_minute' => 3 ) );
		self::assertSame( array( 200, 200, 200 ), array( $this->ask()[0], $this->ask()[0], $this->ask()[0] ) );
		list( $status, $headers ) = $this->ask();
		self::assertSame( 429, $status );
		self::assertContains( 'Retry-After: 60', $headers );
		self::assertNotNull( Database::value( 'SELECT times FROM ' . Tables::name( 'refusals' ) . " WHERE reason = 'too_many' LIMIT 1" ), 'the owner sees it' );
		self::assertSame( 3, (int) Database::value( "SELECT MAX(requests) FROM $tokens" ), 'beyond the limit nothing is counted' );
		Database::run( "UPDATE $tokens SET minute = minute - 1" );
		self::assertSame( 200, $this->ask()[0], 'a minute later' );
		self::assertSame( 1, (int) Database::value( "SELECT MAX(requests) FROM $tokens" ), 'the count begins anew' );
	}

	public function test_a_proxy_that_the_owner_has_named_tells_the_address_and_others_do_not(): void {
		$claims = array( 'X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https' );
		$this->settings( array( 'allowed_networks' => array( '192.0.2.0/24' ) ) );
		self::assertSame( 403, $this->ask( null, $claims )[0], 'anybody can claim anything' );
		$this->settings( array( 'trusted_proxies' => array( '127.0.0.1' ) ) );
		self::assertSame( 200, $this->ask( null, $claims )[0] );
		self::assertSame( 403, $this->ask( null, array( 'X-Forwarded-For: 192.0.2.7, 198.51.100.4', 'X-Forwarded-Proto: https' ) )[0] );
		self::assertSame( 403, $this->ask( null, array( 'X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: http' ) )[0], 'without TLS' );
		self::assertSame( '198.51.100.4', Database::value( 'SELECT last_address FROM ' . Tables::name( 'refusals' ) . " WHERE reason = 'network' ORDER BY last_time DESC LIMIT 1" ) );
		self::assertNotNull( Database::value( 'SELECT times FROM ' . Tables::name( 'refusals' ) . " WHERE reason = 'plain' LIMIT 1" ) );
		$this->settings( array( 'plain_http' => true ) );
		self::assertSame( 200, $this->ask( null, array( 'X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: http' ) )[0] );
	}

	/** The token that wp-config.php fixes has no row; it is counted all the same, and not as one without a token. */
	public function test_the_token_of_wp_config_waits_too_where_it_asks_too_much(): void {
		$this->settings( array( 'requests_per_minute' => 3 ) );
		$fixed = 'fixed-' . bin2hex( random_bytes( 20 ) );
		$file  = WPMU_PLUGIN_DIR . '/contoso-counted-token.php';
		file_put_contents( $file, "<?php define( 'ROLLBOOK_TOKEN_HASH', '" . hash( 'sha256', $fixed ) . "' );" );
		try {
			$statuses = array_map( fn(): int => $this->ask( $fixed )[0], range( 1, 9 ) );
			// A minute may end meanwhile: then it begins anew.
			self::assertContains( 429, $statuses );
			self::assertSame( array( 200, 200, 200 ), array_slice( $statuses, 0, 3 ) );
			self::assertSame( 200, $this->ask()[0], 'another token' );
			$counted = Database::rows( 'SELECT address, times FROM ' . Tables::name( 'knocks' ) );
			self::assertSame( array( 'ROLLBOOK_TOKEN_HASH' ), array_unique( array_column( $counted, 'address' ) ) );
			Database::run( 'UPDATE ' . Tables::name( 'knocks' ) . ' SET times = 600' );
			self::assertSame( 401, $this->ask( 'wrong-token-that-is-long-enough-to-be-one' )[0], 'nobody else is throttled by it' );
		} finally {
			unlink( $file );
		}
	}

	/** A token that has expired or was revoked lets nobody in, and the owner sees that somebody tried it. */
	public function test_the_use_of_a_token_that_has_ended_is_counted_with_its_reason(): void {
		$refusals = Tables::name( 'refusals' );
		$tokens   = Tables::name( 'tokens' );
		Database::run( "DELETE FROM $refusals" );
		$expired = Tokens::create( 'pu-expired', 'full', 1000 );
		$revoked = Tokens::create( 'pu-revoked' );
		self::assertSame( 200, $this->ask( $revoked )[0] );
		self::assertTrue( Tokens::revoke( (int) Database::value( "SELECT MAX(id) FROM $tokens" ) ) );
		self::assertSame( array( 401, 401 ), array( $this->ask( $expired )[0], $this->ask( $revoked )[0] ) );
		$counted = array_column( Database::rows( "SELECT reason, times FROM $refusals" ), 'times', 'reason' );
		self::assertSame( array( '1', '1' ), array( (string) ( $counted['expired'] ?? '' ), (string) ( $counted['revoked'] ?? '' ) ) );
	}
}
