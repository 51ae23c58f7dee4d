import { AxeBuilder } from '@axe-core/playwright';
import { expect, scim, site, test } from './site.js';

/** Nothing for axe-core, no sideways scroll in a narrow window, and pictures to look at. */
async function inspect( page, name ) {
	const found = await new AxeBuilder( { page } ).include( '#wpbody-content' ).analyze();
	expect( found.violations.map( ( violation ) => `${ violation.id }: ${ violation.nodes.map( ( node ) => node.target ).join( ' ' ) }` ) ).toEqual( [] );
	await page.screenshot( { path: `../../build/screenshots/${ name }-1280.png`, fullPage: true } );
	await page.setViewportSize( { width: 375, height: 800 } );
	expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 375 );
	await page.screenshot( { path: `../../build/screenshots/${ name }-375.png`, fullPage: true } );
	await page.evaluate( () => document.documentElement.setAttribute( 'dir', 'rtl' ) );
	await page.screenshot( { path: `../../build/screenshots/${ name }-375-rtl.png`, fullPage: true } );
	await page.evaluate( () => document.documentElement.setAttribute( 'dir', 'ltr' ) );
	await page.setViewportSize( { width: 1280, height: 900 } );
}

const save = ( page ) => page.getByRole( 'button', { name: 'Save settings' } ).click();
const confirm = ( page ) => page.getByRole( 'button', { name: 'Save all the same' } ).click();

/** A page of the same session without JavaScript. */
async function withoutScripts( page, browser ) {
	const context = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	return context.newPage();
}

test( 'what is dangerous asks first, names what follows, keeps what was typed, and needs no JavaScript', async ( { settings: page, browser } ) => {
	const quiet = await withoutScripts( page, browser );
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
	const policy = quiet.getByLabel( 'Delete the account and its content' );
	const mail = quiet.getByLabel( 'Send new people a link' );
	await policy.check();
	await mail.check();
	await save( quiet );
	const question = quiet.getByRole( 'alert' );
	await expect( question ).toContainText( 'Nothing is saved yet.' );
	await expect( question.getByRole( 'listitem' ) ).toContainText( 'This cannot be undone.' );
	await expect( policy ).toBeChecked();
	await expect( mail ).toBeChecked();
	await expect( quiet.locator( '.rollbook-danger' ) ).toContainText( 'This cannot be undone.' );
	await quiet.getByRole( 'link', { name: 'Keep what is saved' } ).click();
	await expect( policy ).not.toBeChecked();
	await policy.check();
	await save( quiet );
	await confirm( quiet );
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( policy ).toBeChecked();
	await save( quiet ); // What is so already is not asked again.
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();
	await quiet.getByLabel( 'Keep the account, locked' ).check();
	await save( quiet );
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();

	// A token that is in use is marked, and the question says so.
	await scim( '/ServiceProviderConfig', site.token );
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook' );
	const revoke = quiet.locator( '.column-revoke .rollbook-dangerous' ).last();
	await revoke.click();
	await expect( quiet.getByRole( 'alert' ) ).toContainText( 'this token is in use' );
	await quiet.getByRole( 'link', { name: 'Cancel' } ).click();
	expect( ( await scim( '/ServiceProviderConfig', site.token ) ).status ).toBe( 200 );
	await quiet.context().close();

	// The same with JavaScript, to be looked at.
	await page.locator( '.column-revoke .rollbook-dangerous' ).last().click();
	await inspect( page, 'question-token' );
	await page.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
	await page.getByLabel( 'Delete the account and its content' ).check();
	await save( page );
	await expect( page.getByRole( 'alert' ) ).toBeFocused();
	await inspect( page, 'question' );
} );
