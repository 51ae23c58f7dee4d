import { php, site, test } from './site.js';

// A browser with this cookie sees the site in that language, and Arabic's direction with `ar`.
const COOKIE = 'rollbook_language';
const plugin = `<?php
add_filter( 'pre_determine_locale', static fn( $locale ) => preg_match( '/^[a-z]{2}(_[A-Z]{2})?$/D', $_COOKIE['${ COOKIE }'] ?? '' ) ? $_COOKIE['${ COOKIE }'] : $locale );
add_action( 'after_setup_theme', static function () { if ( 'ar' === ( $_COOKIE['${ COOKIE }'] ?? '' ) ) { $GLOBALS['wp_locale']->text_direction = 'rtl'; } } );`;
const file = `WPMU_PLUGIN_DIR . '/rollbook-test-language.php'`;

/** During the tests of the file that calls this, a browser chooses its language with `speak`. */
export function chooseLanguages() {
	test.beforeAll( () => php( `file_put_contents( ${ file }, base64_decode( '${ Buffer.from( plugin ).toString( 'base64' ) }' ) );` ) );
	test.afterAll( () => php( `unlink( ${ file } );` ) );
}

/** From now on the page's browser sees the site in that language. */
export const speak = ( page, locale ) => page.context().addCookies( [ { name: COOKIE, value: locale, url: site.url } ] );
