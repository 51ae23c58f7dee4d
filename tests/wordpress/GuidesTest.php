<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\GuidesScreen;
use Rollbook\WordPress\Admin\GuideText;
use Rollbook\WordPress\Translations;
use const Rollbook\WordPress\PLUGIN_FILE;

/** The guides, and the page that is made of them. */
final class GuidesTest extends SiteTestCase {

	private static function html( string $markdown ): string {
		return ( new GuideText( array( GuidesScreen::class, 'link' ) ) )->html( $markdown );
	}

	/** Every guide has the site's address to copy, its steps, and what to do when it fails; nothing of the Markdown is left. */
	public function test_every_guide_is_a_page_with_the_sites_address(): void {
		$all = array();
		foreach ( array( Translations::ENGLISH, ...Translations::others() ) as $language ) {
			foreach ( array_keys( GuidesScreen::guides() ) as $guide ) {
				$all[] = array( $guide, $language );
			}
		}
		foreach ( $all as list( $guide, $language ) ) {
			$html  = self::html( GuidesScreen::text( $guide, $language ) );
			$guide = "$guide ($language)";
			$this->assertStringContainsString( '<h2>', $html, $guide );
			$this->assertStringNotContainsString( 'https://example.com/', $html, $guide );
			$text = preg_replace( '~<code>.*?</code>|<textarea.*?</textarea>~s', '', $html );
			$this->assertDoesNotMatchRegularExpression( '/\*\*|`|\]\(|^\s*#|\|/m', (string) $text, $guide );
			$this->assertTrue( simplexml_load_string( '<all>' . str_replace( ' readonly ', ' readonly="" ', $html ) . '</all>' ) instanceof \SimpleXMLElement, "$guide is well-formed" );
			if ( ! preg_match( '/^(roles|errors|moving) /', $guide ) ) {
				$this->assertMatchesRegularExpression( '~<textarea [^>]*>' . preg_quote( $this->service()->scim, '~' ) . '~', $html, $guide );
				$this->assertStringContainsString( '<ol>', $html, $guide );
				$this->assertStringContainsString( 'guide=errors', $html, $guide );
				$this->assertStringContainsString( 'guide=roles', $html, $guide );
			}
		}
	}

	/** The tab shows a guide in the reader's language, and says to browsers and screen readers which one it is. */
	public function test_a_guide_is_shown_in_the_readers_language(): void {
		$_GET['guide'] = 'okta';
		foreach ( array( 'de_AT' => array( 'de', 'Zuordnungen' ), 'fr_CA' => array( 'fr', 'Correspondances' ), 'nl_NL' => array( 'en', 'Mappings' ) ) as $locale => list( $language, $heading ) ) {
			$chosen = static fn(): string => $locale;
			add_filter( 'pre_determine_locale', $chosen );
			ob_start();
			GuidesScreen::render();
			$html = (string) ob_get_clean();
			remove_filter( 'pre_determine_locale', $chosen );
			$this->assertStringContainsString( "<article class=\"rollbook-guide\" lang=\"$language\"", $html );
			$this->assertStringContainsString( "<h3>$heading</h3>", $html );
		}
		unset( $_GET['guide'] );
	}

	/** The list on the screen, the list in docs and the files are the same, and every link between them leads somewhere. */
	public function test_screen_docs_and_files_agree(): void {
		$folder = dirname( PLUGIN_FILE, 1 );
		$files  = array_map( static fn( string $file ): string => basename( $file, '.md' ), glob( "$folder/guides/*.md" ) );
		$known  = array_diff( array_keys( GuidesScreen::guides() ), array( 'moving' ) );
		sort( $files );
		sort( $known );
		$this->assertSame( $files, $known );
		$docs = (string) file_get_contents( dirname( __DIR__, 2 ) . '/docs/guides/README.md' );
		foreach ( $known as $guide ) {
			$this->assertStringContainsString( "(../../php-plugin/guides/$guide.md)", $docs );
			preg_match_all( '/\]\(([^)]+)\)/', (string) file_get_contents( "$folder/guides/$guide.md" ), $links );
			foreach ( $links[1] as $link ) {
				$this->assertNotNull( GuidesScreen::link( $link ), "$guide: $link" );
				$this->assertTrue( str_starts_with( $link, 'https://' ) || is_file( "$folder/guides/$link" ), "$guide: $link" );
			}
		}
	}

	/** What a text says is escaped; a block is a field; a list holds blocks. */
	public function test_the_text_becomes_a_page(): void {
		$html = self::html( "# A <b> & c\n\nOne *two* **three** `<i>` [four](okta.md) [five](../../secret.txt)\n6 * 7 - *six* - done.\n\n1. First:\n\n   ```\n   a\n     <b>\n   ```\n\n   more\n2. Second\n\n| a | b |\n|---|---|\n| `x` | y |\n" );
		$this->assertStringContainsString( '<h2>A &lt;b&gt; &amp; c</h2>', $html );
		$this->assertStringContainsString( '<p>One <em>two</em> <strong>three</strong> <code>&lt;i&gt;</code> <a href="', $html );
		$this->assertStringContainsString( 'guide=okta">four</a> five 6 * 7 - <em>six</em> - done.</p>', $html );
		$this->assertMatchesRegularExpression( '~<ol><li><p>First:</p><p class="rollbook-copy"><textarea id="rollbook-guide-1" class="code" rows="2" readonly[^>]*>a\n  &lt;b&gt;</textarea>.*</p><p>more</p></li><li><p>Second</p></li></ol>~s', $html );
		$this->assertStringContainsString( '<th scope="row"><code>x</code></th><td data-colname="b">y</td>', $html );
	}

	/** The filters and attributes that the guides name are right. */
	public function test_what_the_guides_tell_to_type_is_accepted(): void {
		$all     = implode( "\n", array_map( array( GuidesScreen::class, 'text' ), array_keys( GuidesScreen::guides() ) ) );
		$rules   = array();
		preg_match_all( '/^\| `([^`]+ (?:eq \"|co \"|ew \"|pr\))[^`]*)` \|/m', $all, $rows );
		preg_match_all( '/^ *((?:groups|roles)[.\[].* eq ".*)$/m', $all, $blocks );
		foreach ( array_unique( array( ...$rows[1], ...$blocks[1] ) ) as $filter ) {
			$rules[] = array( 'filter' => trim( $filter ), 'role' => 'author' );
		}
		// emails[type eq "work"].value is an attribute.
		$rules = array_values( array_filter( $rules, static fn( array $rule ): bool => ! str_contains( $rule['filter'], '].' ) ) );
		$this->assertGreaterThan( 6, count( $rules ) );
		preg_match_all( '/^\| `([^`]+)` \| `((?:meta|field):[^`]+)`/m', $all, $mapped, PREG_SET_ORDER );
		$this->assertGreaterThan( 1, count( $mapped ) );
		$mappings = array_map( static fn( array $row ): array => array( 'path' => $row[1], 'target' => $row[2] ), $mapped );
		$document = \Rollbook\Settings::validate( array( 'role_rules' => $rules, 'mappings' => $mappings ) + \Rollbook\Settings::defaults(), array(), array( 'foreign_metas' => array(), 'reassign_target' => null ) + \Rollbook\WordPress\Site::facts() );
		$this->assertCount( count( $rules ), $document['role_rules'] );
	}

	private function service(): object {
		return json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
	}
}
