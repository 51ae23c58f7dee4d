import { execFileSync } from 'node:child_process';
import { expect, scim, site, test } from './site.js';
import { Words } from './words.js';

const screen = ( tab, more = '' ) => `/wp-admin/options-general.php?page=rollbook&tab=${ tab }${ more }`;

/** Runs PHP inside the site. */
const php = ( code ) =>
	execFileSync( 'php', [ '-r', `require '../wordpress/wordpress.php'; ${ code }` ], {
		encoding: 'utf8',
		env: { ...process.env, PHP_INI_SCAN_DIR: `:${ site.dir }/etc/php` },
	} );

// A browser with this cookie sees the site in that language, and Arabic's direction with `ar`.
const file = `WPMU_PLUGIN_DIR . '/rollbook-test-language.php'`;
const plugin = `<?php
add_filter( 'pre_determine_locale', static fn( $locale ) => preg_match( '/^[a-z]{2}(_[A-Z]{2})?$/D', $_COOKIE['rollbook_language'] ?? '' ) ? $_COOKIE['rollbook_language'] : $locale );
add_action( 'after_setup_theme', static function () { if ( 'ar' === ( $_COOKIE['rollbook_language'] ?? '' ) ) { $GLOBALS['wp_locale']->text_direction = 'rtl'; } } );`;
test.beforeAll( () => php( `file_put_contents( ${ file }, base64_decode( '${ Buffer.from( plugin ).toString( 'base64' ) }' ) );` ) );
test.afterAll( () => php( `unlink( ${ file } );` ) );

const speak = ( page, locale ) => page.context().addCookies( [ { name: 'rollbook_language', value: locale, url: site.url } ] );

/** Somebody with a history, so that lists are not empty; the account's number. */
async function somebody( login ) {
	const resource = { userName: login, active: true, displayName: 'Kim Beispiel', emails: [ { value: `${ login }@example.test`, primary: true } ] };
	const found = await ( await scim( `/Users?filter=userName%20eq%20%22${ login }%22`, site.token ) ).json();
	const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
	const { id } = await ( await scim( path, site.token, { method, body: JSON.stringify( resource ) } ) ).json();
	const patch = ( value ) => scim( `/Users/${ id }`, site.token, { method: 'PATCH', body: JSON.stringify( { Operations: [ { op: 'replace', value } ] } ) } );
	await patch( { active: false } );
	await patch( { active: true, displayName: 'Kim Muster' } );
	await scim( '/Users', site.token, { method: 'POST', body: JSON.stringify( { userName: login.toUpperCase() } ) } );
	await scim( '/Groups', site.token, { method: 'POST', body: JSON.stringify( { displayName: 'Redaktion', members: [ { value: id } ] } ) } );
	await scim( '/Users', 'rb_not-a-token-of-this-site' );
	return php( `echo get_user_by( 'login', '${ login }' )->ID;` ).trim();
}

/** Every screen of ours, and the parts of WordPress's that are. */
const screens = ( user ) => [
	...[ 'connection', 'people', 'roles', 'attributes', 'activity', 'guides', 'advanced' ].map( ( tab ) => [ tab, screen( tab ) ] ),
	[ 'entry', screen( 'activity', '&s=language-kim' ), '#wpbody-content', async ( page ) => page.goto( await page.locator( '.rollbook-activity tbody a' ).first().evaluate( ( link ) => link.href ) ) ],
	[ 'person', screen( 'activity', `&person=${ user }` ) ],
	[ 'nothing-found', screen( 'activity', '&s=nobody-of-this-name' ) ],
	[ 'clearing', screen( 'activity', '&clear=1' ) ],
	[ 'tester', screen( 'roles', `&person=${ user }&filter=userName+pr` ) ],
	[ 'tester-problem', screen( 'roles', '&filter=department+%3D+1' ) ],
	[ 'locking', screen( 'people', `&lock=${ user }` ) ],
	[ 'unlinking', screen( 'people', `&unlink=${ user }` ) ],
	[ 'refused', screen( 'advanced' ), '#wpbody-content', async ( page ) => {
		await page.locator( '#rollbook-networks' ).fill( 'home' );
		await page.locator( '#rollbook-days' ).fill( 'x' );
		await page.locator( '#rollbook-days' ).press( 'Enter' );
		await page.locator( '.rollbook-problem' ).first().waitFor();
	} ],
	[ 'users', '/wp-admin/users.php?s=language-kim', '.column-rollbook, .rollbook_activity, .rollbook_lock, .rollbook_unlink, li.rollbook_managed, li.rollbook_locked' ],
	[ 'profile', `/wp-admin/user-edit.php?user_id=${ user }`, '.rollbook-profile' ],
	[ 'dashboard', '/wp-admin/index.php', '#rollbook' ],
	[ 'plugins', '/wp-admin/plugins.php', 'tr[data-slug=rollbook] .row-actions, tr[data-slug=rollbook] .plugin-description' ],
	[ 'removal', '/wp-admin/users.php?s=language-kim', '.rollbook-deleting', async ( page ) => page.goto( await page.locator( '.row-actions .delete a' ).first().evaluate( ( link ) => link.href ) ) ],
];

/** Goes to every screen and looks for English texts; in German also for what is torn. */
async function walk( page, locale ) {
	test.setTimeout( 900_000 ); // It looks at every screen.
	const user = await somebody( 'language-kim' );
	const words = new Words( locale );
	await speak( page, locale );
	await page.goto( screen( 'guides' ) );
	const guides = await page.locator( '.rollbook-guide-list a' ).evaluateAll( ( links ) => links.map( ( link ) => [ `guide-${ new URL( link.href ).searchParams.get( 'guide' ) }`, link.href ] ) );
	expect( guides.length ).toBe( 14 );
	const left = {};
	for ( const [ name, address, part = '#wpbody-content', act = null ] of [ ...screens( user ), ...guides ] ) {
		await page.setViewportSize( { width: 1280, height: 900 } );
		await page.goto( address );
		await act?.( page );
		await page.evaluate( () => document.querySelectorAll( '.wrap details' ).forEach( ( details ) => details.setAttribute( 'open', '' ) ) );
		expect( await page.locator( part ).count(), `${ name } shows nothing of ours` ).toBeGreaterThan( 0 );
		// A guide names buttons and fields of the identity provider as they are called there.
		const foreign = 'script, style, code, pre, textarea' + ( name.startsWith( 'guide-' ) ? ', em, strong, tbody th, td' : '' );
		const english = await words.left( page, part, foreign );
		if ( english.length ) {
			left[ name ] = english;
		}
		if ( 'de_DE' === locale ) {
			for ( const width of [ 1280, 375 ] ) {
				await page.setViewportSize( { width, height: 900 } );
				expect.soft( await page.evaluate( () => document.documentElement.scrollWidth ), `${ name } ${ width }` ).toBeLessThanOrEqual( width );
				await page.screenshot( { path: `../../build/screenshots/german-${ name }-${ width }.png`, fullPage: true } );
			}
		}
	}
	expect( left ).toEqual( {} );
}

test( 'no screen says anything in English where the site speaks German', ( { settings: page } ) => walk( page, 'de_DE' ) );
test( 'no screen says anything in English where the site speaks French', ( { settings: page } ) => walk( page, 'fr_FR' ) );
