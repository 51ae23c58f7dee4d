<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use InvalidArgumentException;
use PHPUnit\Framework\TestCase;
use Rollbook\InvalidToken;
use Rollbook\Token;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

/** What is kept of tokens, and how they come and go. */
final class TokensTest extends TestCase {

	private int $highest = 0;

	protected function setUp(): void {
		$this->highest = max( array( 0, ...array_column( Tokens::all(), 'id' ) ) );
	}

	/** The site's own tokens stay. */
	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'tokens' ) . " WHERE id > $this->highest" );
	}

	/** Only the hash of a token is stored. */
	public function test_keeps_the_hash_alone(): void {
		global $wpdb;
		$token = Tokens::create( ' Entra ID ', 'read', 4102444800000 );
		$row   = $wpdb->get_row( 'SELECT * FROM ' . Tables::name( 'tokens' ) . " WHERE id > $this->highest", ARRAY_A );
		$this->assertStringNotContainsString( $token, (string) wp_json_encode( $row ) );
		$this->assertSame(
			array(
				array(
					'id'        => (int) $row['id'],
					'name'      => 'Entra ID',
					'hash'      => hash( 'sha256', $token ),
					'scope'     => 'read',
					'expires'   => 4102444800000,
					'revoked'   => null,
					'last_used' => null,
					'minute'    => 0,
					'requests'  => 0,
				),
			),
			$this->added()
		);
	}

	/** A use is noted; a revoked token stays, as revoked, and is not revoked twice. */
	public function test_notes_use_and_revocation(): void {
		Tokens::create( 'Okta' );
		$id     = $this->added()[0]['id'];
		$events = array();
		$note   = static function ( array $event ) use ( &$events ): void {
			$events[] = $event;
		};
		add_action( 'rollbook/token_revoked', $note );

		Tokens::touch( $id, 1795327536881 );
		$this->assertSame( 1795327536881, $this->added()[0]['last_used'] );
		$this->assertTrue( Tokens::revoke( $id ) );
		$this->assertFalse( Tokens::revoke( $id ) );
		$this->assertEqualsWithDelta( Tokens::now(), $this->added()[0]['revoked'], 5000 );
		$this->assertSame( array( array( 'id' => $id ) ), $events );

		remove_action( 'rollbook/token_revoked', $note );
	}

	/** An owner's token is taken once, and never again after it was revoked. */
	public function test_takes_an_own_token_once(): void {
		$own = 'k7Gq2xVb9Lm1Zx8Cv3Bn6Ty5Re0WsuJd';
		Tokens::add_own( $own, 'Brought along' );
		$this->assertSame( hash( 'sha256', $own ), $this->added()[0]['hash'] );
		Tokens::revoke( $this->added()[0]['id'] );
		$this->expectException( InvalidArgumentException::class );
		Tokens::add_own( $own, 'Again' );
	}

	/** A new token stands in the response to the form and nowhere else; the form makes one, however often it is sent. */
	public function test_a_new_token_is_in_the_response_alone(): void {
		global $wpdb;
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
		$page    = '/wp-admin/options-general.php?page=rollbook';
		$html    = $browser->fetch( $page )->body;
		$this->assertSame( 1, preg_match( '/name="action" value="rollbook_create_token">.*?name="_wpnonce" value="([^"]+)">.*?name="form" value="([^"]+)"/s', $html, $found ) );
		$form = array( 'action' => 'rollbook_create_token', '_wpnonce' => $found[1], 'form' => $found[2], 'name' => 'By form', 'scope' => 'full', 'expires' => 'never' );

		$answer = $browser->submit( $page, $form );
		$this->assertSame( 200, $answer->status );
		$this->assertSame( 1, preg_match( '/value="(rb_[0-9a-v]{58})"/', $answer->body, $token ), 'shown at once' );
		$this->assertSame( array( hash( 'sha256', $token[1] ) ), array_column( $this->added(), 'hash' ) );
		wp_cache_flush();
		foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
			$rows = serialize( $wpdb->get_results( "SELECT * FROM `$table`", ARRAY_A ) );
			$this->assertStringNotContainsString( $token[1], $rows, $table );
			$this->assertStringNotContainsString( base64_encode( $token[1] ), $rows, $table );
		}
		$this->assertStringNotContainsString( $token[1], serialize( $GLOBALS['wp_object_cache'] ) );
		$this->assertSame( 401, $browser->fetch( '/wp-json/scim/v2/Users' )->status );
		$this->assertSame( 200, ( new Browser( $site->scim ) )->fetch( '/Users', null, array( "Authorization: Bearer $token[1]" ) )->status );

		$again = $browser->submit( $page, $form );
		$this->assertStringContainsString( 'was sent before', $again->body );
		$this->assertDoesNotMatchRegularExpression( '/rb_[0-9a-v]{58}/', $again->body . $browser->fetch( $page )->body );
		$this->assertCount( 1, $this->added() );
		foreach ( array( array( 'form' => '' ), array( 'form' => wp_generate_uuid4(), 'name' => '' ), array( 'form' => wp_generate_uuid4(), '_wpnonce' => 'x' ) ) as $wrong ) {
			$this->assertDoesNotMatchRegularExpression( '/rb_[0-9a-v]{58}/', $browser->submit( $page, $wrong + $form )->body );
		}
		$this->assertCount( 1, $this->added() );
	}

	/** What words, dates or runs make is refused, and what is wrong with it is told. */
	public function test_refuses_a_token_that_can_be_guessed(): void {
		foreach ( array( 'correct-horse-battery-staple-in-the-garden' => 'words', '2024-01-31.1999-12-24.2001-09-11.1989-11-09' => 'date', 'qwertyuiopasdfghjklzxcvbnm1234567890' => 'keyboard' ) as $token => $reason ) {
			try {
				Tokens::add_own( $token, 'Weak' );
				$this->fail( "“{$token}” was accepted." );
			} catch ( InvalidToken $refusal ) {
				$this->assertStringContainsString( $reason, $refusal->getMessage() );
				$this->assertStringContainsString( 'let Rollbook generate it', $refusal->getMessage() );
			}
		}
		$this->assertSame( array(), $this->added() );
	}

	/** Why an own token is refused comes as a text with its values, so that it is said in the owner's language. */
	public function test_why_an_own_token_is_refused_can_be_translated(): void {
		$translated = static fn( string $translation, string $text ): string => str_replace( array( 'The token has', 'too easy to guess', 'it repeats itself' ), array( 'Der Schlüssel hat', 'zu leicht zu erraten', 'er wiederholt sich' ), $translation );
		add_filter( 'gettext_rollbook', $translated, 10, 2 );
		try {
			self::assertStringContainsString( 'Der Schlüssel hat 5 characters; it needs at least 32.', SettingsProblem::reason( Token::problem( 'short' ) ) );
			self::assertStringContainsString( 'zu leicht zu erraten: er wiederholt sich.', SettingsProblem::reason( Token::problem( str_repeat( 'abcdefghijkl', 4 ) ) ) );
			self::assertNull( Token::problem( wp_generate_uuid4() ) );
		} finally {
			remove_filter( 'gettext_rollbook', $translated );
		}
	}

	/** An empty or short token opens nothing, whatever hash is stored. */
	public function test_an_empty_token_opens_nothing(): void {
		global $wpdb;
		$site = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		foreach ( array( '', 'secret' ) as $text ) {
			$wpdb->insert( Tables::name( 'tokens' ), array( 'name' => 'Short', 'hash' => hash( 'sha256', $text ), 'scope' => 'full', 'created' => Tokens::now() ) );
			foreach ( array( "Bearer $text", 'Basic ' . base64_encode( "scim:$text" ), $text ) as $header ) {
				$this->assertSame( 401, ( new Browser( $site->scim ) )->fetch( '/Users', null, array( "Authorization: $header" ) )->status, $header );
			}
		}
	}

	/** A short token of the owner's is refused by the extension. */
	public function test_refuses_a_short_token(): void {
		$this->expectException( InvalidToken::class );
		Tokens::add_own( 'secret', 'Short' );
	}

	/** A token without a name, or for something unheard of, is not made. */
	public function test_refuses_what_is_no_name_or_access(): void {
		foreach ( array( array( ' ', 'full' ), array( str_repeat( 'ä', 191 ), 'full' ), array( 'Okta', 'write' ) ) as list( $name, $scope ) ) {
			try {
				Tokens::create( $name, $scope );
				$this->fail( "“{$name}”, “{$scope}” was accepted." );
			} catch ( InvalidArgumentException ) {
				$this->assertSame( array(), $this->added() );
			}
		}
	}

	/** The tokens that the test has added, as the extension gets them. */
	private function added(): array {
		return array_values( array_filter( Tokens::records(), fn( array $token ): bool => $token['id'] > $this->highest ) );
	}
}
