import { AxeBuilder } from '@axe-core/playwright';
import { expect, site, test } from './site.js';

const list = '/wp-admin/options-general.php?page=rollbook&tab=guides';

test( 'a guide has the site’s address to copy', async ( { settings: page } ) => {
	await page.getByRole( 'navigation', { name: 'Settings of Rollbook' } ).getByRole( 'link', { name: 'Guides', exact: true } ).click();
	await page.getByRole( 'link', { name: 'Okta' } ).click();
	await expect( page.getByRole( 'heading', { level: 2, name: 'Okta' } ) ).toBeVisible();
	await page.getByRole( 'button', { name: 'Copy', exact: true } ).first().click();
	await expect( page.getByRole( 'button', { name: 'Copied!' } ) ).toBeFocused();
	expect( await page.evaluate( () => navigator.clipboard.readText() ) ).toBe( site.scim );
	await page.getByRole( 'link', { name: 'What errors mean' } ).click();
	await expect( page.getByRole( 'heading', { level: 2, name: 'What errors mean' } ) ).toBeVisible();
} );

test( 'every guide has nothing that axe-core finds, fits a narrow window, and works without JavaScript', async ( { settings: page, browser } ) => {
	await page.goto( list );
	const addresses = await page.locator( '.rollbook-guide-list a' ).evaluateAll( ( links ) => links.map( ( link ) => link.href ) );
	expect( addresses.length ).toBe( 14 );
	for ( const address of [ list, ...addresses ] ) {
		const name = new URL( address, site.url ).searchParams.get( 'guide' ) ?? 'list';
		await page.setViewportSize( { width: 1280, height: 900 } );
		await page.goto( address );
		// All guides are made of the same parts.
		const looked = [ 'list', 'entra-id', 'errors', 'moving' ].includes( name );
		const found = looked ? await new AxeBuilder( { page } ).include( '.wrap' ).analyze() : { violations: [] };
		expect( found.violations.map( ( violation ) => [ name, violation.id, violation.nodes.map( ( node ) => node.html ) ] ) ).toEqual( [] );
		for ( const width of [ 1280, 375 ] ) {
			await page.setViewportSize( { width, height: 900 } );
			expect( await page.evaluate( () => document.documentElement.scrollWidth ), `${ name } ${ width }` ).toBeLessThanOrEqual( width );
			if ( looked ) {
				await page.screenshot( { path: `../../build/screenshots/guide-${ name }-${ width }.png`, fullPage: true } );
			}
		}
	}
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await quiet.goto( addresses[ 0 ] );
	await expect( quiet.getByRole( 'textbox', { name: 'Text to copy' } ).first() ).toHaveValue( `${ site.scim }?aadOptscim062020` );
	await expect( quiet.getByRole( 'button', { name: 'Copy', exact: true } ) ).toHaveCount( 0 );
	await plain.close();
} );
