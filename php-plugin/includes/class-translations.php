<?php
/**
 * The languages that the plugin speaks.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * The plugin's own translations, for every variant of their languages.
 */
final class Translations {
	/** The language that every text is written in first. */
	public const ENGLISH = 'en';

	/** The locale whose texts serve a language wherever its own variant has none. */
	private const VARIANTS = array(
		'de' => 'de_DE',
		'fr' => 'fr_FR',
	);

	/**
	 * The plugin's language that is nearest to the reader's.
	 */
	public static function language(): string {
		$language = explode( '_', determine_locale() )[0];
		return isset( self::VARIANTS[ $language ] ) ? $language : self::ENGLISH;
	}

	/**
	 * Every language but English.
	 *
	 * @return list<string>
	 */
	public static function others(): array {
		return array_keys( self::VARIANTS );
	}

	/**
	 * Before WordPress 6.8 a plugin has to name the folder itself.
	 */
	public static function action_init(): void {
		load_plugin_textdomain( 'rollbook', false, dirname( plugin_basename( PLUGIN_FILE ) ) . '/languages' );
	}

	/**
	 * Austria, Switzerland, Canada and the formal German of WordPress read the texts of their language.
	 *
	 * @param mixed $file   Path of the file that WordPress is about to read.
	 * @param mixed $domain Whose texts they are.
	 */
	public static function filter_load_textdomain_mofile( $file, $domain ): mixed {
		if ( 'rollbook' !== $domain || ! is_string( $file ) || is_readable( $file ) ) {
			return $file;
		}
		if ( ! preg_match( '/^rollbook-([a-z]+)(?:_\w+)?\.mo$/', basename( $file ), $found ) || ! isset( self::VARIANTS[ $found[1] ] ) ) {
			return $file;
		}
		return dirname( PLUGIN_FILE ) . '/languages/rollbook-' . self::VARIANTS[ $found[1] ] . '.mo';
	}
}
