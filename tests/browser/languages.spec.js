import { chooseLanguages, speak } from './languages.js';
import { expect, php, scim, site, test } from './site.js';
import { Words } from './words.js';

chooseLanguages();

const screen = ( tab, more = '' ) => `/wp-admin/options-general.php?page=rollbook&tab=${ tab }${ more }`;

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

/** Goes to every screen, and to each guide that is wanted. */
async function walk( page, locale, isWanted, look ) {
	test.setTimeout( 900_000 ); // It looks at every screen.
	const user = await somebody( 'language-kim' );
	await speak( page, locale );
	await page.goto( screen( 'guides' ) );
	const guides = await page.locator( '.rollbook-guide-list a' ).evaluateAll( ( links ) => links.map( ( link ) => [ `guide-${ new URL( link.href ).searchParams.get( 'guide' ) }`, link.href ] ) );
	expect( guides.length ).toBe( 14 );
	for ( const [ name, address, part = '#wpbody-content', act = null ] of [ ...screens( user ), ...guides.filter( ( [ guide ] ) => isWanted( guide ) ) ] ) {
		await page.setViewportSize( { width: 1280, height: 900 } );
		await page.goto( address );
		await act?.( page );
		await page.evaluate( () => document.querySelectorAll( '.wrap details' ).forEach( ( details ) => details.setAttribute( 'open', '' ) ) );
		expect( await page.locator( part ).count(), `${ name } shows nothing of ours` ).toBeGreaterThan( 0 );
		await look( name, part );
	}
}

/** Looks for English texts on every screen. */
async function translated( page, locale, look = async () => {} ) {
	const words = new Words( locale );
	const left = {};
	await walk( page, locale, () => true, async ( name, part ) => {
		// A guide names buttons and fields of the identity provider as they are called there.
		const foreign = 'script, style, code, pre, textarea, [lang=en]' + ( name.startsWith( 'guide-' ) ? ', em, strong, tbody th, td' : '' );
		const english = await words.left( page, part, foreign );
		if ( english.length ) {
			left[ name ] = english;
		}
		await look( name );
	} );
	expect( left ).toEqual( {} );
}

/** Nothing stands outside the window, and there is a picture of it. */
async function fits( page, language, name ) {
	for ( const width of [ 1280, 375 ] ) {
		await page.setViewportSize( { width, height: 900 } );
		expect.soft( await page.evaluate( () => document.documentElement.scrollWidth ), `${ name } ${ width }` ).toBeLessThanOrEqual( width );
		await page.screenshot( { path: `../../build/screenshots/${ language }-${ name }-${ width }.png`, fullPage: true } );
	}
}

test( 'no screen says anything in English where the site speaks German', ( { settings: page } ) => translated( page, 'de_DE', ( name ) => fits( page, 'german', name ) ) );
test( 'no screen says anything in English where the site speaks French', ( { settings: page } ) => translated( page, 'fr_FR' ) );
test( 'every screen fits where a language is written from right to left', ( { settings: page } ) =>
	walk( page, 'ar', ( guide ) => 'guide-entra-id' === guide, async ( name ) => {
		expect( await page.evaluate( () => document.documentElement.dir ) ).toBe( 'rtl' );
		await fits( page, 'arabic', name );
	} ) );
