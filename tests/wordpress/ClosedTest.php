<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Access\DropIns;
use Rollbook\WordPress\Store\Database;

/** WordPress while it ends every request before plugins are loaded: during an update, and without its database. */
final class ClosedTest extends SiteTestCase {

	use SendsScim;

	private const MAINTENANCE = ABSPATH . '.maintenance';

	private const PAGE = 'Accept: text/html,application/xhtml+xml';

	/** @var \mysqli[] */
	private array $connections = array();

	protected function setUp(): void {
		parent::setUp();
		DropIns::install();
	}

	protected function tearDown(): void {
		file_exists( self::MAINTENANCE ) && unlink( self::MAINTENANCE );
		$this->free_the_database();
		array_map( static fn( string $name ): bool => ! is_file( WP_CONTENT_DIR . "/$name" ) || unlink( WP_CONTENT_DIR . "/$name" ), array( 'maintenance.php', 'db-error.php' ) );
		DropIns::install();
		parent::tearDown();
	}

	/** Identity providers are told to wait while WordPress is being updated. */
	public function test_maintenance_is_answered_in_scims_form(): void {
		self::assertSame( array(), DropIns::missing() );
		$this->close_for_maintenance();
		$this->assert_told_to_wait( 'is being updated', '60' );
		unlink( self::MAINTENANCE );
		self::assertSame( 200, $this->scim( 'GET', '/Users?count=1' )->status );
	}

	/** And so they are while all of the database's connections are taken. */
	public function test_too_many_connections_are_answered_in_scims_form(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$this->exhaust_the_database();
		$this->assert_told_to_wait( 'does not reach its database', '30' );
		$this->free_the_database();
		self::assertSame( 200, $this->scim( 'GET', '/Users?count=1' )->status );
	}

	/** Everybody else gets what WordPress says without the files, byte for byte. */
	public function test_everybody_else_gets_wordpresss_own_page(): void {
		$this->close_for_maintenance();
		$this->assert_as_without_the_files( 503, 'Briefly unavailable' );
	}

	public function test_everybody_else_gets_wordpresss_own_page_without_the_database(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$this->exhaust_the_database();
		$this->assert_as_without_the_files( 500, 'Error establishing a database connection' );
	}

	/** Nor is the owner told less. */
	public function test_whoever_administers_is_told_the_cause(): void {
		if ( $this->is_sqlite() ) {
			return;
		}
		$this->exhaust_the_database();
		self::assertStringContainsString( 'wp-config.php', $this->fetch( 'GET', '/wp-admin/', array( self::PAGE ) )['body'] );
		self::assertStringNotContainsString( 'wp-config.php', $this->fetch( 'GET', '/', array( self::PAGE ) )['body'] );
	}

	/** A site's own files stay what they are. */
	public function test_a_sites_own_files_stay(): void {
		DropIns::remove();
		self::assertFileDoesNotExist( WP_CONTENT_DIR . '/maintenance.php' );
		self::assertFileDoesNotExist( WP_CONTENT_DIR . '/db-error.php' );
		file_put_contents( WP_CONTENT_DIR . '/maintenance.php', '<?php echo "contoso";' );
		DropIns::install();
		self::assertSame( array( 'maintenance.php' ), DropIns::missing() );
		DropIns::remove();
		self::assertStringEqualsFile( WP_CONTENT_DIR . '/maintenance.php', '<?php echo "contoso";' );
		self::assertFileDoesNotExist( WP_CONTENT_DIR . '/db-error.php' );
	}

	/** They come and go with the plugin, and an old one is renewed. */
	public function test_the_files_come_and_go_with_the_plugin(): void {
		DropIns::deactivate();
		self::assertSame( array( 'maintenance.php', 'db-error.php' ), DropIns::missing() );
		DropIns::install();
		$original = dirname( __DIR__, 2 ) . '/php-plugin/drop-ins/closed.php';
		file_put_contents( WP_CONTENT_DIR . '/db-error.php', substr( (string) file_get_contents( $original ), 0, 300 ) );
		DropIns::install();
		self::assertFileEquals( $original, WP_CONTENT_DIR . '/db-error.php' );
		self::assertFileEquals( $original, WP_CONTENT_DIR . '/maintenance.php' );
		self::assertSame( array( 'db-error.php', 'maintenance.php' ), array_keys( array_filter( get_dropins(), static fn( array $data ): bool => str_starts_with( $data['Name'], 'Rollbook' ) ) ) );
	}

	private function close_for_maintenance(): void {
		file_put_contents( self::MAINTENANCE, '<?php $upgrading = ' . time() . ';' );
	}

	/** SQLite takes any number of connections. */
	private function is_sqlite(): bool {
		self::assertSame( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE, null === Database::connection() );
		return null === Database::connection();
	}

	/** Takes every connection, and the one more that an administrator of the database has. */
	private function exhaust_the_database(): void {
		$GLOBALS['wpdb']->query( 'SET GLOBAL max_connections = 10' );
		mysqli_report( MYSQLI_REPORT_OFF );
		do {
			$connection = mysqli_init();
			$connected  = @$connection->real_connect( 'localhost', DB_USER, DB_PASSWORD, null, 0, explode( ':', DB_HOST, 2 )[1] );
			if ( $connected ) {
				$this->connections[] = $connection;
			}
		} while ( $connected );
		self::assertNotSame( array(), $this->connections );
	}

	private function free_the_database(): void {
		if ( array() === $this->connections ) {
			return;
		}
		array_map( static fn( \mysqli $connection ): bool => $connection->close(), $this->connections );
		$this->connections = array();
		$GLOBALS['wpdb']->query( 'SET GLOBAL max_connections = DEFAULT' );
	}

	/** At each address, with and without a token, whatever is accepted. */
	private function assert_told_to_wait( string $detail, string $seconds ): void {
		$token    = 'Authorization: Bearer ' . $this->service()->token;
		$requests = array(
			array( 'GET', '/wp-json/scim/v2/Users?count=1', array( $token ) ),
			array( 'GET', '/wp-json/scim/v2', array( $token, 'Accept: application/json' ) ),
			array( 'POST', '/scim/v2/Users', array( $token, self::PAGE ) ),
			array( 'PATCH', '/index.php/scim/v2/Users/1', array( $token, 'Accept: application/scim+json' ) ),
			array( 'DELETE', '/?rest_route=/scim/v2/Users/1', array( $token, 'Accept: */*' ) ),
			array( 'GET', '/index.php?rest_route=%2Fscim%2Fv2%2FUsers&count=1', array() ),
			array( 'GET', '/wp-json/wpo365/v1/Users', array( $token ) ),
			array( 'HEAD', '/wp-json/scim/v2/Users', array( $token ) ),
		);
		foreach ( $requests as list( $method, $path, $headers ) ) {
			$answer = $this->fetch( $method, $path, $headers );
			self::assertSame( 503, $answer['status'], "$method $path" );
			$expected = array(
				'content-type'           => 'application/scim+json',
				'cache-control'          => 'private, no-store',
				'vary'                   => 'Authorization',
				'x-content-type-options' => 'nosniff',
				'retry-after'            => $seconds,
			);
			self::assertEquals( $expected, $answer['headers'], "$method $path" );
			if ( 'HEAD' !== $method ) {
				$body = json_decode( $answer['body'] );
				self::assertSame( array( '503', array( 'urn:ietf:params:scim:api:messages:2.0:Error' ) ), array( $body->status, $body->schemas ) );
				self::assertStringContainsString( $detail, $body->detail );
			}
		}
	}

	private function assert_as_without_the_files( int $status, string $text ): void {
		$requests = array(
			array( 'GET', '/', array( self::PAGE ) ),
			array( 'GET', '/wp-json/wp/v2/posts', array( 'Accept: application/json' ) ),
			array( 'GET', '/wp-json/scim/v2x/Users', array() ),
			array( 'GET', '/wp-json/scim/v2/Users', array( self::PAGE ) ),
			array( 'GET', '/wp-admin/', array( self::PAGE ) ),
			array( 'POST', '/wp-login.php', array( self::PAGE ) ),
			array( 'POST', '/wp-admin/admin-ajax.php', array() ),
			array( 'POST', '/xmlrpc.php', array() ),
		);
		$fetch    = fn( array $request ): array => $this->fetch( ...$request );
		$with     = array_map( $fetch, $requests );
		DropIns::remove();
		$without = array_map( $fetch, $requests );
		self::assertSame( $without, $with );
		self::assertSame( $status, $with[0]['status'] );
		self::assertStringContainsString( $text, $with[0]['body'] );
		// What the files are there for.
		$scim = $this->fetch( 'GET', '/wp-json/scim/v2/Users', array( 'Authorization: Bearer ' . $this->service()->token ) );
		self::assertStringNotContainsString( 'urn:ietf', $scim['body'] );
	}

	/** The status, the headers but for those of the web server, and the body of an answer. */
	private function fetch( string $method, string $path, array $headers ): array {
		$context = stream_context_create(
			array(
				'http' => array(
					'method'          => $method,
					'header'          => $headers,
					'ignore_errors'   => true,
					'follow_location' => 0,
					'timeout'         => 60,
				),
			)
		);
		$body    = (string) file_get_contents( $this->url() . $path, false, $context );
		$named   = array();
		foreach ( array_slice( $http_response_header, 1 ) as $line ) {
			list( $name, $value )         = explode( ': ', $line, 2 );
			$named[ strtolower( $name ) ] = $value;
		}
		ksort( $named );
		return array(
			'status'  => (int) explode( ' ', $http_response_header[0] )[1],
			'headers' => array_diff_key( $named, array_flip( array( 'host', 'date', 'expires', 'server', 'connection', 'transfer-encoding', 'content-length' ) ) ),
			'body'    => $body,
		);
	}
}
