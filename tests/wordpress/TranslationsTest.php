<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Translations;

/** The plugin in German and French, in every variant of them. */
final class TranslationsTest extends SiteTestCase {
	/** The locale that WordPress has while a test runs. */
	private string $locale = 'en_US';

	protected function setUp(): void {
		parent::setUp();
		add_filter( 'pre_determine_locale', array( $this, 'locale' ) );
	}

	protected function tearDown(): void {
		remove_filter( 'pre_determine_locale', array( $this, 'locale' ) );
		self::forget();
		parent::tearDown();
	}

	/** For WordPress's filter. */
	public function locale(): string {
		return $this->locale;
	}

	/**
	 * Locales, and a button in their language.
	 *
	 * @return array<string, array{string, string}>
	 */
	public static function locales(): array {
		return array(
			'German'              => array( 'de_DE', 'Einstellungen speichern' ),
			'formal German'       => array( 'de_DE_formal', 'Einstellungen speichern' ),
			'German of Austria'   => array( 'de_AT', 'Einstellungen speichern' ),
			'French'              => array( 'fr_FR', 'Enregistrer les réglages' ),
			'French of Canada'    => array( 'fr_CA', 'Enregistrer les réglages' ),
			'a language not here' => array( 'nl_NL', 'Save settings' ),
			'English of Britain'  => array( 'en_GB', 'Save settings' ),
		);
	}

	/** @dataProvider locales */
	public function test_the_plugin_speaks_the_language_of_the_site( string $locale, string $expected ): void {
		self::assertSame( $expected, $this->in( $locale, 'Save settings' ) );
	}

	/** @dataProvider locales */
	public function test_a_translation_that_wordpress_fetched_is_preferred( string $locale ): void {
		$folder = WP_LANG_DIR . '/plugins';
		wp_mkdir_p( $folder );
		$file = "$folder/rollbook-$locale.mo";
		require_once ABSPATH . WPINC . '/pomo/mo.php';
		$texts = new \MO();
		$texts->add_entry(
			array(
				'singular'     => 'Save settings',
				'translations' => array( 'From WordPress' ),
			)
		);
		self::assertTrue( $texts->export_to_file( $file ) );
		try {
			self::assertSame( 'From WordPress', $this->in( $locale, 'Save settings' ) );
		} finally {
			unlink( $file );
		}
	}

	/** Since 6.5 WordPress keeps the texts of every locale that it has loaded. */
	private static function forget(): void {
		unload_textdomain( 'rollbook', true );
		if ( class_exists( \WP_Translation_Controller::class ) ) {
			\WP_Translation_Controller::get_instance()->unload_textdomain( 'rollbook' );
		}
	}

	/** A text as the plugin shows it in a locale. */
	private function in( string $locale, string $text ): string {
		$this->locale = $locale;
		self::forget();
		// Which files are there is remembered from the first look.
		wp_cache_delete( md5( WP_LANG_DIR . '/plugins/' ), 'translation_files' );
		$GLOBALS['wp_textdomain_registry'] = new \WP_Textdomain_Registry();
		Translations::action_init();
		return __( $text, 'rollbook' ); // phpcs:ignore WordPress.WP.I18n.NonSingularStringLiteralText -- The text is the test's.
	}
}
