<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Translations;
use Rollbook\WordPress\Upkeep\SettingsProblem;

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

	/** The extension says what is wrong in English, as texts with values; the screens say it in the owner's language. */
	public function test_what_is_wrong_with_the_settings_is_said_in_the_owners_language(): void {
		$wrong = array(
			'role_rules'       => array( array( 'filter' => 'department = "Sales"', 'role' => 'lost' ) ),
			'allowed_networks' => array( '10.0.0.0/8', 'home' ),
			'deletion'         => array( 'policy' => 'reassign' ),
		);
		try {
			\Rollbook\Settings::validate( $wrong, \Rollbook\Settings::defaults(), array() );
			self::fail( 'The settings are wrong.' );
		} catch ( InvalidSettings $refusal ) {
			$problems = $refusal->problems();
		}
		$said = fn( string $locale ): array => array_map(
			fn( array $problem ): string => SettingsProblem::place( $problem['place'] ) . ' – ' . SettingsProblem::reason( $problem ),
			array( $this->in( $locale, '' ) ) ? $problems : array()
		);
		self::assertEqualsCanonicalizing(
			array(
				'Allowed networks, entry 2 – "home" is no network; write it as 203.0.113.0/24, 2001:db8::/32 or a single address.',
				'Content goes to – Name the account that gets the content.',
				'Role rules: Filter, entry 1 – At character 12 stands “=”; an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) belongs there.',
			),
			$said( 'en_US' )
		);
		self::assertEqualsCanonicalizing(
			array(
				'Zugelassene Netze, Eintrag 2 – "home" ist kein Netz; es wird 203.0.113.0/24, 2001:db8::/32 oder als einzelne Adresse geschrieben.',
				'Inhalte gehen an – Das Konto nennen, das die Inhalte erhält.',
				'Rollenregeln: Filter, Eintrag 1 – An Zeichen 12 steht „=“; dorthin gehört ein Operator (eq, ne, co, sw, ew, gt, ge, lt, le oder pr).',
			),
			$said( 'de_DE' )
		);
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
