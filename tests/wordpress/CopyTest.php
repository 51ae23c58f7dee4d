<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

/** A site that finds itself at another address: it has moved, or it is a copy with the same tokens. */
final class CopyTest extends SiteTestCase {

	use SendsScim { service as service_of_the_run; }

	private string $token;

	protected function setUp(): void {
		parent::setUp();
		delete_option( SiteAddress::OPTION );
		$this->token = Tokens::create( 'CopyTest ' . wp_generate_uuid4() );
	}

	protected function tearDown(): void {
		global $wpdb;
		delete_option( SiteAddress::OPTION );
		$wpdb->query( "UPDATE {$wpdb->prefix}rollbook_tokens SET revoked = NULL" );
		$wpdb->query( "DELETE FROM {$wpdb->prefix}rollbook_tokens WHERE name LIKE 'CopyTest %'" );
		parent::tearDown();
	}

	/** The run's site, with a token of the test's own. */
	protected function service(): object {
		return (object) ( array( 'token' => $this->token ) + (array) $this->service_of_the_run() );
	}

	/** Puts the site to where it never was. */
	private function comes_from( string $address ): void {
		update_option( SiteAddress::OPTION, base64_encode( $address ) );
	}

	private function logged_in(): Browser {
		$site = $this->service();
		return ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
	}

	/** Answers the question on the screen, and the one after it if it is `$asked` there; gives the page after that. */
	private function says( string $action, ?string $asked = null ): string {
		$browser = $this->logged_in();
		$page    = $browser->fetch( '/wp-admin/options-general.php?page=rollbook' )->body;
		$this->assertStringContainsString( 'Has this site moved, or is it a copy?', $page );
		$this->assertSame( 1, preg_match( "/value=\"$action\"><input type=\"hidden\" name=\"_wpnonce\" value=\"([^\"]+)\"/", $page, $nonce ) );
		$this->assertSame( 302, $browser->submit( '/wp-admin/admin-post.php', array( 'action' => $action, '_wpnonce' => $nonce[1] ) )->status );
		if ( null !== $asked ) {
			$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status, 'it asks first' );
			$this->assertSame( 302, $browser->confirm()->status );
			$this->assertStringContainsString( $asked, $browser->asked );
		}
		wp_cache_flush();
		return $browser->fetch( '/wp-admin/options-general.php?page=rollbook' )->body;
	}

	/** The address is noted at the first use of a token, so that replacing it in the database does not find it. */
	public function test_the_address_is_noted_where_a_token_is_used(): void {
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
		$this->assertSame( get_option( 'home' ), SiteAddress::noted() );
		$this->assertStringNotContainsString( '127.0.0.1', (string) get_option( SiteAddress::OPTION ) );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
	}

	/** At another address everybody with a token waits, nothing is written, and nobody else learns of it. */
	public function test_a_site_at_another_address_waits_for_the_owners_word(): void {
		$this->comes_from( 'https://contoso.test' );
		$browser = new Browser( $this->service()->scim );
		$browser->fetch( '/Users', null, array( "Authorization: Bearer $this->token" ) );
		$this->assertSame( 503, $browser->status );
		$this->assertContains( 'Retry-After: 300', $browser->headers );
		$error = json_decode( $browser->body );
		$this->assertSame( array( 'urn:ietf:params:scim:api:messages:2.0:Error' ), $error->schemas );
		$this->assertStringContainsString( 'when it was at https://contoso.test: it may be a copy', $error->detail );

		$created = $this->scim( 'POST', '/Users', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => 'pu-of-the-copy' ) );
		$this->assertSame( 503, $created->status, $created->body );
		$this->assertFalse( username_exists( 'pu-of-the-copy' ) );
		$this->assertSame( 'https://contoso.test', SiteAddress::noted() );

		$stranger = new Browser( $this->service()->scim );
		$this->assertSame( 401, $stranger->fetch( '/Users', null, array( 'Authorization: Bearer rb_nobodys' ) )->status );
		$this->assertStringNotContainsString( 'contoso', $stranger->body );
		$dashboard = $this->logged_in()->fetch( '/wp-admin/' )->body;
		$this->assertStringContainsString( 'Say whether this site has moved or is a copy', $dashboard );
	}

	/** Who says that it has moved goes on with the same tokens. */
	public function test_a_site_that_has_moved_goes_on(): void {
		$this->comes_from( 'https://contoso.test' );
		$page = $this->says( 'rollbook_site_moved' );
		$this->assertStringContainsString( 'this site has moved', $page );
		$this->assertStringNotContainsString( 'Has this site moved', $page );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
	}

	/** Who says that it is a copy has its tokens revoked here; a new one works. */
	public function test_a_copy_loses_its_tokens(): void {
		$this->comes_from( 'https://contoso.test' );
		$this->assertStringContainsString( 'this site is a copy', $this->says( 'rollbook_site_is_copy', 'This cannot be undone.' ) );
		$this->assertSame( 401, $this->scim( 'GET', '/Users' )->status );
		$this->token = Tokens::create( 'CopyTest of its own' );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
	}

	/** A token that wp-config.php fixes is the other site's too, and cannot be revoked here: it has to be taken out before this site can be a copy. */
	public function test_a_copy_whose_token_is_fixed_waits_until_that_is_removed(): void {
		$listed = $this->token;
		$fixed  = 'fixed-' . bin2hex( random_bytes( 20 ) );
		$file   = WPMU_PLUGIN_DIR . '/contoso-fixed-token.php';
		file_put_contents( $file, "<?php define( 'ROLLBOOK_TOKEN_HASH', '" . hash( 'sha256', $fixed ) . "' );" );
		try {
			$this->token = $fixed;
			$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
			$this->comes_from( 'https://contoso.test' );
			$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status );
			$page = $this->says( 'rollbook_site_is_copy' );
			$this->assertSame( 2, substr_count( $page, 'Remove the constant ROLLBOOK_TOKEN_HASH from wp-config.php of this copy first' ), 'as the answer, and beside the button' );
			$this->assertStringContainsString( 'Has this site moved, or is it a copy?', $page );
			$this->assertSame( 'https://contoso.test', SiteAddress::noted() );
			foreach ( array( $fixed, $listed ) as $this->token ) {
				$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status, 'it waits on, and nothing is revoked by half' );
			}
		} finally {
			unlink( $file );
		}
		$this->assertStringContainsString( 'this site is a copy', $this->says( 'rollbook_site_is_copy', 'This cannot be undone.' ) );
		foreach ( array( $fixed, $listed ) as $this->token ) {
			$this->assertSame( 401, $this->scim( 'GET', '/Users' )->status );
		}
	}

	/** An answer that the database does not take leaves the site waiting, and the owner reads it. */
	public function test_an_answer_that_is_not_noted_is_asked_for_again(): void {
		$file    = WPMU_PLUGIN_DIR . '/rollbook-test-failing.php';
		$written = array(
			'rollbook_site_moved'   => array( SiteAddress::OPTION, null ),
			'rollbook_site_is_copy' => array( Tables::name( 'tokens' ), 'This cannot be undone.' ),
		);
		foreach ( $written as $action => list( $where, $asked ) ) {
			$this->comes_from( 'https://contoso.test' );
			file_put_contents( $file, "<?php add_filter( 'query', static fn( string \$sql ): string => isset( \$_POST['action'] ) && preg_match( '/^(?:UPDATE|INSERT|DELETE).*$where/s', \$sql ) ? 'SELECT nothing FROM nowhere' : \$sql );" );
			try {
				$page = $this->says( $action, $asked );
			} finally {
				unlink( $file );
			}
			$this->assertStringContainsString( 'Rollbook still waits. Try again.', $page, $action );
			$this->assertStringContainsString( 'Has this site moved, or is it a copy?', $page, $action );
			$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status, $action );
			$this->says( 'rollbook_site_moved' );
			$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status, 'the token is still valid' );
		}
	}

	/** A certificate is no move. */
	public function test_another_scheme_is_the_same_site(): void {
		$this->comes_from( preg_replace( '/^http:/', 'https:', (string) get_option( 'home' ) ) . '/' );
		$this->assertSame( 200, $this->scim( 'GET', '/Users' )->status );
	}

	/** Without the form's nonce nothing is noted. */
	public function test_the_word_is_the_owners(): void {
		$this->comes_from( 'https://contoso.test' );
		foreach ( array( 'rollbook_site_moved', 'rollbook_site_is_copy' ) as $action ) {
			$this->assertSame( 403, $this->logged_in()->submit( '/wp-admin/admin-post.php', array( 'action' => $action, '_wpnonce' => 'forged' ) )->status );
		}
		$this->assertSame( 503, $this->scim( 'GET', '/Users' )->status );
	}
}
