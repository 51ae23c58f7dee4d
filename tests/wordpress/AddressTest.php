<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use PHPUnit\Framework\TestCase;
use Rollbook\WordPress\Endpoint\Address;

/** Which request targets are the service's, and how they come apart. */
final class AddressTest extends TestCase {

	/**
	 * Targets that are the service's: target, home, base, path, query.
	 *
	 * @return array<string, array{string, string, string, string, string}>
	 */
	public function recognised(): array {
		$site = 'https://example.com';
		return array(
			'REST'                        => array( '/wp-json/scim/v2/Users/2819?count=1', $site, "$site/wp-json/scim/v2", '/Users/2819', 'count=1' ),
			'short'                       => array( '/scim/v2/Users', $site, "$site/scim/v2", '/Users', '' ),
			'without rewriting'           => array( '/index.php/scim/v2/Users', $site, "$site/index.php/scim/v2", '/Users', '' ),
			'REST without rewriting'      => array( '/index.php/wp-json/scim/v2', $site, "$site/index.php/wp-json/scim/v2", '', '' ),
			'the service itself'          => array( '/scim/v2', $site, "$site/scim/v2", '', '' ),
			'slashes too many'            => array( '//scim//v2///Users//', $site, "$site/scim/v2", '/Users', '' ),
			'still percent-encoded'       => array( '/scim/v2/Users/a%2Fb?filter=a%20eq%20%22b%22', $site, "$site/scim/v2", '/Users/a%2Fb', 'filter=a%20eq%20%22b%22' ),
			'a question mark in a filter' => array( '/scim/v2/Users?filter=a?b', $site, "$site/scim/v2", '/Users', 'filter=a?b' ),
			'below a folder'              => array( '/blog/wp-json/scim/v2/Users', "$site/blog/", "$site/blog/wp-json/scim/v2", '/Users', '' ),
			'below an encoded folder'     => array( '/%D0%B1/scim/v2', "$site/б", "$site/%D0%B1/scim/v2", '', '' ),
			'absolute, as proxies write'  => array( 'http://10.0.0.1/scim/v2/Users', $site, "$site/scim/v2", '/Users', '' ),
			'another port'                => array( '/scim/v2', 'http://localhost:8080', 'http://localhost:8080/scim/v2', '', '' ),
			'plain permalinks'            => array( '/?rest_route=/scim/v2/Users&count=1', $site, "$site/?rest_route=/scim/v2", '/Users', 'count=1' ),
			'plain permalinks, encoded'   => array( '/index.php?rest_route=%2Fscim%2Fv2', $site, "$site/index.php?rest_route=/scim/v2", '', '' ),
			'plain permalinks, appended'  => array( '/blog/?lang=de&rest_route=/scim/v2/Users?filter=x&count=2', "$site/blog", "$site/blog/?rest_route=/scim/v2", '/Users', 'lang=de&filter=x&count=2' ),
		);
	}

	/**
	 * A target of the service is recognised and taken apart.
	 *
	 * @dataProvider recognised
	 */
	public function test_recognises( string $target, string $home, string $base, string $path, string $query ): void {
		$address = Address::recognise( $target, $home, 'wp-json' );
		$this->assertNotNull( $address );
		$this->assertSame( array( $base, $path, $query ), array( $address->base, $address->path, $address->query ) );
	}

	/**
	 * Targets that are not the service's, with the site's address.
	 *
	 * @return array<string, array{string, string}>
	 */
	public function foreign(): array {
		$site = 'https://example.com';
		return array(
			'a longer segment'           => array( '/scim/v2x', $site ),
			'a longer version'           => array( '/wp-json/scim/v2.1/Users', $site ),
			'another case'               => array( '/wp-json/SCIM/v2', $site ),
			'an encoded slash'           => array( '/scim%2Fv2/Users', $site ),
			'below another folder'       => array( '/blog/scim/v2/Users', $site ),
			'beside the home'            => array( '/scim/v2/Users', "$site/blog" ),
			'a page'                     => array( '/about/?rest_route=/scim/v2', $site ),
			'another REST route'         => array( '/?rest_route=/scim/v2x', $site ),
			'another parameter'          => array( '/?xrest_route=/scim/v2', $site ),
			'WPO365, not switched on'    => array( '/wp-json/wpo365/v1/Users', $site ),
			'the front page'             => array( '/', $site ),
			'nothing'                    => array( '', $site ),
		);
	}

	/**
	 * Another target is left to WordPress.
	 *
	 * @dataProvider foreign
	 */
	public function test_leaves_alone( string $target, string $home ): void {
		$this->assertNull( Address::recognise( $target, $home, 'wp-json' ) );
	}

	/** The address of a migrated WPO365 exists below REST only. */
	public function test_answers_for_wpo365_when_switched_on(): void {
		$site = 'https://example.com';
		$this->assertSame( "$site/wp-json/wpo365/v1", Address::recognise( '/wp-json/wpo365/v1/Users', $site, 'wp-json', true )?->base );
		$this->assertSame( "$site/?rest_route=/wpo365/v1", Address::recognise( '/?rest_route=/wpo365/v1/Users', $site, 'wp-json', true )?->base );
		$this->assertNull( Address::recognise( '/wpo365/v1/Users', $site, 'wp-json', true ) );
	}

	/** A filter may have changed the prefix of REST addresses, to several segments even. */
	public function test_follows_the_rest_prefix(): void {
		$this->assertSame( '/Users', Address::recognise( '/api/json/scim/v2/Users', 'https://example.com', 'api/json' )?->path );
		$this->assertNull( Address::recognise( '/wp-json/scim/v2/Users', 'https://example.com', 'api/json' ) );
	}
}
