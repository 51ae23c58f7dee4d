<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Store\Tables;

/** Plugins that end requests before the service answers, and WordPress's REST server beside it. */
final class NeighboursTest extends SiteTestCase {

	use SendsScim;

	private const FILES = array( 'neighbours.php', 'ways-in.php' );

	public static function setUpBeforeClass(): void {
		foreach ( self::FILES as $file ) {
			copy( __DIR__ . "/$file", WPMU_PLUGIN_DIR . "/$file" );
		}
	}

	public static function tearDownAfterClass(): void {
		foreach ( self::FILES as $file ) {
			unlink( WPMU_PLUGIN_DIR . "/$file" );
		}
	}

	/** Who is known to redirect or to answer in our place does neither, and a person has a whole life. */
	public function test_who_is_known_to_end_requests_is_out_of_the_way(): void {
		$person = $this->provision( 'neighbour@contoso.test' );
		$this->assertSame( 200, $this->patch( $person->id, 'active', false )->status );
		$this->assertSame( 1, $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "neighbour@contoso.test"' ) )->json->totalResults );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
	}

	/** A page cache keeps a visitor's page and none of our answers; a plugin that hides people hides none from the identity provider. */
	public function test_a_page_cache_and_a_plugin_against_curious_visitors(): void {
		$plugin = WPMU_PLUGIN_DIR . '/cautious-plugin.php';
		$cached = WP_CONTENT_DIR . '/cached-page';
		file_put_contents(
			$plugin,
			'<?php ob_start( static function ( $page ) {
				if ( ! ( defined( "DONOTCACHEPAGE" ) && DONOTCACHEPAGE ) ) { file_put_contents( WP_CONTENT_DIR . "/cached-page", $page ); }
				return $page;
			} );
			add_filter( "rest_authentication_errors", static fn( $errors ) => str_contains( strtolower( $_SERVER["REQUEST_URI"] ), "users" ) ? new WP_Error( "hidden", "Hidden.", array( "status" => 403 ) ) : $errors );
			add_filter( "rest_endpoints", static fn( $endpoints ) => array_diff_key( $endpoints, array( "/wp/v2/users" => true ) ) );'
		);
		try {
			$person = $this->provision( 'cautious@contoso.test' );
			foreach ( array( "/Users/$person->id", '/Users', '/Groups', '/Schemas', '/Nothing' ) as $path ) {
				$answer = $this->scim( 'GET', $path );
				$this->assertSame( '/Nothing' === $path ? 404 : 200, $answer->status, $path );
				$this->assertIsObject( $answer->json, $path );
			}
			$this->assertFileDoesNotExist( $cached, 'what only the identity provider may see' );
			( new Browser( $this->url() ) )->fetch( '/' );
			$this->assertFileExists( $cached, 'the cache of this test works' );
		} finally {
			unlink( $plugin );
			is_file( $cached ) && unlink( $cached );
		}
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

	/** Nothing that WordPress's REST server does to requests shows, by whichever way one comes to it. */
	public function test_nothing_that_the_rest_server_does_shows(): void {
		$person  = $this->provision( 'shown@contoso.test' );
		$admin   = (int) get_users( array( 'role' => 'administrator', 'fields' => 'ID' ) )[0];
		$session = \WP_Session_Tokens::get_instance( $admin )->create( time() + 600 );
		$cookie  = 'Cookie: ' . LOGGED_IN_COOKIE . '=' . rawurlencode( wp_generate_auth_cookie( $admin, time() + 600, 'logged_in', $session ) );
		$json    = 'Content-Type: application/json';
		list( $password, $made ) = \WP_Application_Passwords::create_new_application_password( $admin, array( 'name' => 'phpunit' ) );
		$basic                   = 'Authorization: Basic ' . base64_encode( get_userdata( $admin )->user_login . ":$password" );
		$requests = array(
			array( 200, 'HEAD', "/Users/$person->id" ),
			array( 404, 'HEAD', '/Users/nobody' ),
			array( 404, 'GET', '/nowhere/at/all' ),
			array( 404, 'POST', '/nowhere', array( $json ), '{}' ),
			array( 405, 'PUT', '/Users', array( $json ), '{}' ),
			array( 415, 'POST', '/Users', array( 'Content-Type: application/x-www-form-urlencoded' ), 'userName=form' ),
			array( 400, 'POST', '/Users', array( $json ), '{bad' ),
			array( 400, 'POST', '/Users', array( $json ), '[1]' ),
			array( 400, 'POST', '/Users', array( $json ), '' ),
			array( 400, 'PATCH', "/Users/$person->id", array( $json ), "\xff" ),
			array( 200, 'GET', "/Users/$person->id?_method=DELETE" ),
			array( 200, 'GET', "/Users/$person->id", array( 'X-HTTP-Method-Override: DELETE' ) ),
			array( 200, 'GET', "/Users/$person->id?_envelope=1&_fields=id&_embed=1&context=edit&_locale=user" ),
			array( 200, 'GET', "/Users/$person->id?_jsonp=callback" ),
			array( 200, 'GET', "/Users/$person->id?_jsonp=no(callback)" ),
			array( 200, 'GET', "/Users/$person->id", array( $cookie ) ),
			array( 200, 'GET', "/Users/$person->id", array( $cookie, 'X-WP-Nonce: wrong' ) ),
			array( 401, 'GET', "/Users/$person->id", array( $cookie ), '', '' ),
			array( 401, 'GET', "/Users/$person->id", array(), '', '' ),
			array( 401, 'GET', "/Users/$person->id", array(), '', $basic ),
			array( 200, 'GET', "/Users/$person->id", array( 'X-Refuse: yes' ) ),
			array( 200, 'GET', "/Users/$person->id", array( 'Origin: https://contoso.test' ) ),
			array( 401, 'OPTIONS', '/Users', array( 'Origin: https://contoso.test', 'Access-Control-Request-Method: GET' ), '', '' ),
			array( 204, 'OPTIONS', '/Users', array( 'Origin: https://contoso.test' ) ),
		);
		foreach ( $requests as $request ) {
			$status  = $request[0];
			$method  = $request[1];
			$path    = $request[2];
			$headers = $request[3] ?? array();
			$name    = "$method $path " . implode( ' ', $headers );
			$early   = $this->raw( $method, $path, $headers, ...array_slice( $request, 4 ) );
			$this->assertSame( $status, $early['status'], $name . $early['body'] );
			$this->assertSame( 204 === $status ? null : 'application/scim+json', $early['headers']['content-type'] ?? null, $name );
			foreach ( array( 'route', 'dispatch', 'within' ) as $way ) {
				// Where no address tells the server the path, it reads the rest of the request too.
				if ( 'dispatch' !== $way || ! preg_match( '/_method|Override|no\(callback/', $name ) ) {
					$this->assertSame( $early, $this->raw( $method, $path, array( "X-Way-In: $way", ...$headers ), ...array_slice( $request, 4 ) ), "$way: $name" );
				}
			}
		}
		\WP_Application_Passwords::delete_application_password( $admin, $made['uuid'] );
		\WP_Session_Tokens::get_instance( $admin )->destroy( $session );
	}

	/** So it is at the address of WPO365, once the owner has switched it on. */
	public function test_wpo365s_address_is_a_route_too(): void {
		$person = $this->provision( 'moved@contoso.test' );
		$before = get_option( Settings::OPTION );
		$base   = $this->url() . '/wp-json/wpo365/v1';
		try {
			SettingsWriter::merge( array( 'compatibility' => array( 'wpo365_route' => true ) ) );
			foreach ( array( "/Users/$person->id", '/Users?count=1', '/Groups', '/nowhere' ) as $path ) {
				$early = $this->raw( 'GET', $path, array(), '', null, $base );
				$this->assertSame( '/nowhere' === $path ? 404 : 200, $early['status'] );
				foreach ( array( 'route', 'dispatch', 'within' ) as $way ) {
					$this->assertSame( $early, $this->raw( 'GET', $path, array( "X-Way-In: $way" ), '', null, $base ), "$way: $path" );
				}
			}
		} finally {
			false === $before ? delete_option( Settings::OPTION ) : update_option( Settings::OPTION, $before, true );
		}
		foreach ( array( '', 'route', 'dispatch', 'within' ) as $way ) {
			$answer = $this->raw( 'GET', '/Users?count=1', array( "X-Way-In: $way" ), '', null, $base );
			$this->assertSame( 404, $answer['status'], $way );
			$this->assertStringContainsString( 'rest_no_route', $answer['body'] );
		}
	}

	/** The status, the headers but for those of the web server, and the body of an answer. */
	private function raw( string $method, string $path, array $headers = array(), string $body = '', ?string $credentials = null, ?string $base = null ): array {
		$site    = $this->service();
		$context = stream_context_create(
			array(
				'http' => array(
					'method'        => $method,
					'header'        => array_filter( array( $credentials ?? "Authorization: Bearer $site->token", ...$headers ) ),
					'content'       => $body,
					'ignore_errors' => true,
				),
			)
		);
		$text    = (string) file_get_contents( ( $base ?? $site->scim ) . $path, false, $context );
		$named   = array();
		foreach ( array_slice( $http_response_header, 1 ) as $line ) {
			list( $name, $value )         = array_pad( explode( ': ', $line, 2 ), 2, '' );
			$named[ strtolower( $name ) ] = $value;
		}
		ksort( $named );
		return array(
			'status'  => (int) explode( ' ', $http_response_header[0] )[1],
			'headers' => array_diff_key( $named, array_flip( array( 'host', 'date', 'server', 'connection', 'transfer-encoding', 'content-length' ) ) ),
			'body'    => $text,
		);
	}
}
