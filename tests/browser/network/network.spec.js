import { inspect, withoutScripts } from '../inspect.js';
import { chooseLanguages, speak } from '../languages.js';
import { expect, scim, site, test } from '../site.js';
import { Words } from '../words.js';

chooseLanguages();

const SCREEN = '/wp-admin/network/settings.php?page=rollbook-network';
const row = ( page, name ) => page.getByRole( 'table', { name: 'Sites' } ).getByRole( 'row' ).filter( { has: page.getByRole( 'link', { name, exact: true } ) } );

test( 'the screen of a network shows how its sites stand, wide and narrow, and saves without JavaScript', async ( { settings: page, browser } ) => {
	expect( ( await fetch( `${ site.second.scim }/Users?count=1`, { headers: { Authorization: `Bearer ${ site.second.token }` } } ) ).status ).toBe( 200 );
	expect( ( await scim( '/Users/nobody', site.token ) ).status ).toBe( 404 );
	await page.goto( SCREEN );
	await expect( page.getByRole( 'heading', { level: 1, name: 'Rollbook' } ) ).toBeVisible();
	const second = page.getByRole( 'table', { name: 'Sites' } ).getByRole( 'row' ).nth( 2 );
	await expect( second.getByRole( 'cell' ) ).toHaveCount( 5 );
	await expect( second ).toContainText( 'ago' );
	await expect( second ).toContainText( 'Runs' );
	await inspect( page, 'network' );

	await page.setViewportSize( { width: 375, height: 800 } );
	for ( const cell of await second.getByRole( 'cell' ).all() ) {
		await expect( cell ).toBeVisible(); // WordPress folds the cells of its own lists.
	}
	await page.setViewportSize( { width: 1280, height: 900 } );

	// The name of a site leads to its own screen.
	const link = second.getByRole( 'link' );
	expect( await link.getAttribute( 'href' ) ).toBe( `${ site.second.url }/wp-admin/options-general.php?page=rollbook` );
	await expect( row( page, await link.textContent() ) ).toBeVisible();

	const quiet = await withoutScripts( page, browser );
	await quiet.goto( SCREEN );
	const boxes = quiet.getByRole( 'checkbox' );
	await expect( boxes ).toHaveCount( 3 );
	const allow = quiet.getByLabel( 'The administrators of sites may connect identity providers' );
	const before = await allow.isChecked();
	for ( const ticked of [ ! before, before ] ) {
		await allow.setChecked( ticked );
		await quiet.getByRole( 'button', { name: 'Save Changes' } ).click();
		await expect( quiet.getByRole( 'status' ) ).toContainText( 'Settings saved.' );
		expect( await allow.isChecked() ).toBe( ticked );
	}
	await quiet.context().close();
} );

for ( const [ locale, language ] of Object.entries( { de_DE: 'German', fr_FR: 'French' } ) ) {
	test( `the screen of a network says nothing in English where it speaks ${ language }`, async ( { settings: page } ) => {
		await speak( page, locale );
		await page.goto( SCREEN );
		await expect( page.getByRole( 'row' ) ).toHaveCount( 3 );
		expect( await new Words( locale ).left( page, '#wpbody-content', 'script, style, code' ) ).toEqual( [] );
		await page.setViewportSize( { width: 375, height: 900 } );
		expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 375 );
		await page.screenshot( { path: `../../build/screenshots/network-${ locale }-375.png`, fullPage: true } );
	} );
}
