<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Tables;

/** Plugins that end requests before the service answers, and WordPress's REST server beside it. */
final class NeighboursTest extends SiteTestCase {

	use SendsScim;

	private const FILE = WPMU_PLUGIN_DIR . '/neighbours.php';

	public static function setUpBeforeClass(): void {
		copy( __DIR__ . '/neighbours.php', self::FILE );
	}

	public static function tearDownAfterClass(): void {
		unlink( self::FILE );
	}

	/** Who is known to redirect or to answer in our place does neither, and a person has a whole life. */
	public function test_who_is_known_to_end_requests_is_out_of_the_way(): void {
		$person = $this->provision( 'neighbour@contoso.test' );
		$this->assertSame( 200, $this->patch( $person->id, 'active', false )->status );
		$this->assertSame( 1, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "neighbour@contoso.test"' ) )->json->totalResults );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
	}

	/** Who else ends a request is named by hook, function and file. */
	public function test_who_else_ends_a_request_is_named(): void {
		global $wpdb;
		delete_transient( 'rollbook_ended' );
		$answer = $this->scim( 'GET', '/Users?contoso-wall' );
		$this->scim( 'GET', '/Users?contoso-wall' );
		$this->assertSame( 500, $answer->status );
		$failures = $wpdb->get_col( 'SELECT failure FROM ' . Tables::name( 'activity' ) . " WHERE action = 'ended' AND failure LIKE '%contoso_wall%'" );
		$this->assertCount( 1, $failures, 'told once an hour: anybody can send such requests' );
		$failure = $failures[0];
		$wpdb->delete( Tables::name( 'activity' ), array( 'action' => 'ended' ) );
		$this->assertMatchesRegularExpression( '~hook "init" at priority 7: contoso_wall \(wp-content/mu-plugins/neighbours\.php:\d+\)~', $failure );
		$this->assertStringNotContainsString( 'contoso_wall', $answer->body, 'the client is not told' );
	}

	/** WordPress, its tools and lists of what is allowed know the route, and it asks for the permission explicitly. */
	public function test_the_rest_server_knows_the_route(): void {
		$routes = rest_get_server()->get_routes( 'scim/v2' );
		$this->assertArrayHasKey( '/scim/v2', $routes );
		$this->assertArrayHasKey( '/scim/v2/(?P<path>.+)', $routes );
		foreach ( $routes as $handlers ) {
			$this->assertSame( '__return_true', end( $handlers )['permission_callback'] );
			$this->assertTrue( end( $handlers )['show_in_index'] );
		}
		$index = json_decode( (string) file_get_contents( $this->url() . '/wp-json/' ) );
		$this->assertContains( 'scim/v2', $index->namespaces );
	}

	/** What WordPress dispatches, and an address that was recognised late, is answered with the same bytes; no parameter of WordPress's counts. */
	public function test_every_way_in_gives_the_same_answer(): void {
		$site   = $this->service();
		$person = $this->provision( 'ways@contoso.test', array( 'displayName' => 'Ways / in é' ) );
		$filter = rawurlencode( 'userName eq "ways@contoso.test"' );
		$paths  = array( '', "/Users/$person->id", "/Users?filter=$filter", '/Users?_fields=id&_envelope=1&_jsonp=x&_method=DELETE&count=1', '/ServiceProviderConfig', '/Schemas', '/Users/nobody', '/nowhere' );
		foreach ( $paths as $path ) {
			foreach ( array( 'GET', 'DELETE', 'OPTIONS', 'PATCH' ) as $method ) {
				if ( 'DELETE' === $method && str_ends_with( $path, $person->id ) ) {
					continue;
				}
				$early = $this->raw( $method, $path );
				$this->assertSame( $early, $this->raw( $method, $path, array( 'X-Late-Door: 1', 'X-HTTP-Method-Override: POST' ) ), "$method $path" );

				list( $route, $query ) = array_pad( explode( '?', "/scim/v2$path", 2 ), 2, '' );
				$request               = new \WP_REST_Request( $method, rawurldecode( $route ) );
				parse_str( $query, $parameters );
				$request->set_query_params( $parameters );
				$request->set_header( 'Authorization', "Bearer $site->token" );
				$inner = rest_do_request( $request );
				$this->assertSame( $early['status'], $inner->get_status(), "$method $path" );
				$this->assertEquals( json_decode( $early['body'] ), json_decode( (string) wp_json_encode( $inner->get_data() ) ), "$method $path" );
				foreach ( array( 'etag', 'allow', 'cache-control' ) as $name ) {
					$headers = array_change_key_case( $inner->get_headers() );
					$this->assertSame( $early['headers'][ $name ] ?? null, $headers[ $name ] ?? null, "$method $path $name" );
				}
			}
		}
		$request = new \WP_REST_Request( 'PUT', "/scim/v2/Users/$person->id" );
		$request->set_header( 'Authorization', "Bearer $site->token" );
		$request->set_header( 'If-Match', $person->meta->version );
		$request->set_header( 'Content-Type', 'application/scim+json' );
		$request->set_body( (string) wp_json_encode( array( 'id' => 'another', 'schemas' => $person->schemas, 'userName' => 'ways@contoso.test', 'displayName' => 'Inner' ) ) );
		$this->assertContains( rest_do_request( $request )->get_status(), array( 200, 400 ), 'a body does not override the path' );
		$this->assertSame( 401, rest_do_request( new \WP_REST_Request( 'GET', '/scim/v2/Users' ) )->get_status() );
	}

	/** The status line, the headers that count and the body of an answer. */
	private function raw( string $method, string $path, array $headers = array() ): array {
		$site    = $this->service();
		$context = stream_context_create(
			array(
				'http' => array(
					'method'        => $method,
					'header'        => array( "Authorization: Bearer $site->token", ...$headers ),
					'ignore_errors' => true,
				),
			)
		);
		$body    = (string) file_get_contents( $site->scim . $path, false, $context );
		$named   = array();
		foreach ( $http_response_header as $line ) {
			list( $name, $value )         = array_pad( explode( ': ', $line, 2 ), 2, '' );
			$named[ strtolower( $name ) ] = $value;
		}
		return array(
			'status'  => (int) explode( ' ', $http_response_header[0] )[1],
			'headers' => array_intersect_key( $named, array_flip( array( 'content-type', 'etag', 'allow', 'cache-control', 'vary', 'content-location', 'www-authenticate' ) ) ),
			'body'    => $body,
		);
	}
}
