import { AxeBuilder } from '@axe-core/playwright';
import { expect, php, scim, site, test } from './site.js';

test.afterEach( () => php( '\\Rollbook\\WordPress\\Store\\SiteAddress::note();' ) );

test( 'a site at another address asks whether it has moved, and goes on once it is told', async ( { settings: page, browser } ) => {
	php( `update_option( 'rollbook_address', base64_encode( 'https://contoso.test' ) );` );
	expect( ( await scim( '/Users', site.token ) ).status ).toBe( 503 );
	await page.reload();
	const question = page.getByRole( 'alert' ).filter( { hasText: 'Has this site moved' } );
	await expect( question ).toContainText( 'https://contoso.test' );
	const found = await new AxeBuilder( { page } ).include( '.wrap' ).analyze();
	expect( found.violations.map( ( violation ) => [ violation.id, violation.nodes.map( ( node ) => node.html ) ] ) ).toEqual( [] );
	for ( const width of [ 1280, 375 ] ) {
		await page.setViewportSize( { width, height: 900 } );
		expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( width );
		await page.screenshot( { path: `../../build/screenshots/address-${ width }.png` } );
	}

	// Without JavaScript too.
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook' );
	await expect( quiet.getByRole( 'button', { name: 'This is a copy' } ) ).toHaveAccessibleDescription( /revoked here/ );
	await quiet.getByRole( 'button', { name: 'The site has moved' } ).click();
	await expect( quiet.getByRole( 'status' ) ).toContainText( 'this site has moved' );
	await expect( quiet.getByText( 'Has this site moved' ) ).toHaveCount( 0 );
	await plain.close();
	expect( ( await scim( '/Users', site.token ) ).status ).toBe( 200 );
} );
