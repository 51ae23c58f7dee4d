<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use PHPUnit\Framework\TestCase;
use Rollbook\WordPress\Endpoint\Address;
use Rollbook\WordPress\Endpoint\IncomingRequest;

/** What becomes of the server's variables. */
final class IncomingRequestTest extends TestCase {

	/**
	 * Where servers put the credentials, and the header that the extension is to see.
	 *
	 * @return array<string, array{array<string, string>, string}>
	 */
	public function credentials(): array {
		return array(
			'the usual place'        => array( array( 'HTTP_AUTHORIZATION' => 'Bearer a' ), 'Bearer a' ),
			'behind a rewrite'       => array( array( 'REDIRECT_HTTP_AUTHORIZATION' => 'Bearer b' ), 'Bearer b' ),
			'behind several'         => array( array( 'REDIRECT_REDIRECT_REDIRECT_HTTP_AUTHORIZATION' => 'Bearer c' ), 'Bearer c' ),
			'an empty one before it' => array(
				array(
					'HTTP_AUTHORIZATION'          => '',
					'REDIRECT_HTTP_AUTHORIZATION' => 'Bearer d',
				),
				'Bearer d',
			),
			'taken apart by PHP'     => array(
				array(
					'PHP_AUTH_USER' => 'a',
					'PHP_AUTH_PW'   => 'b',
				),
				'Basic YTpi',
			),
		);
	}

	/**
	 * The credentials reach the extension and nobody else.
	 *
	 * @dataProvider credentials
	 */
	public function test_takes_the_credentials_away( array $variables, string $header ): void {
		$server    = array( 'REQUEST_METHOD' => 'GET' ) + $variables;
		$described = $this->taken( $server )->described();
		$this->assertSame( $header, $described['headers']['authorization'] );
		$this->assertSame( array( 'REQUEST_METHOD' => 'GET' ), $server );
	}

	/** The method is the request line's, whatever a header claims; headers without HTTP_ are read too. */
	public function test_describes_the_request(): void {
		$server    = array(
			'REQUEST_METHOD'              => 'POST',
			'HTTP_X_HTTP_METHOD_OVERRIDE' => 'DELETE',
			'HTTP_IF_MATCH'               => 'W/"1"',
			'CONTENT_TYPE'                => 'application/scim+json',
			'CONTENT_LENGTH'              => '2',
			'SERVER_SOFTWARE'             => 'nginx',
		);
		$described = $this->taken( $server )->described();
		$this->assertSame( 'POST', $described['method'] );
		$this->assertSame( array( 'https://example.com/scim/v2', '/Users', 'count=1' ), array( $described['base'], $described['path'], $described['query'] ) );
		$this->assertSame( 'W/"1"', $described['headers']['if-match'] );
		$this->assertSame( 'application/scim+json', $described['headers']['content-type'] );
		$this->assertSame( '2', $described['headers']['content-length'] );
		$this->assertArrayNotHasKey( 'authorization', $described['headers'] );
		$this->assertEqualsWithDelta( microtime( true ) * 1000, $described['now'], 5000 );
	}

	/** Takes a request. */
	private function taken( array &$server ): IncomingRequest {
		$address = Address::recognise( '/scim/v2/Users?count=1', 'https://example.com', 'wp-json' );
		$this->assertNotNull( $address );
		return IncomingRequest::take( $address, $server );
	}
}
