import { inspect, withoutScripts } from './inspect.js';
import { expect, site, test } from './site.js';

const advanced = `${ site.url }/wp-admin/options-general.php?page=rollbook&tab=advanced`;

test( 'alerts are set up, tried and signed, without JavaScript too', async ( { settings, browser } ) => {
	const page = await withoutScripts( settings, browser );
	await page.goto( `${ site.url }/wp-admin/options-general.php?page=rollbook&tab=activity` );
	await page.getByRole( 'link', { name: 'Set up alerts' } ).click();
	const mail = page.getByLabel( 'Alerts by mail' );
	const webhook = page.getByLabel( 'Alerts by webhook' );
	const save = page.getByRole( 'button', { name: 'Save settings' } );
	await expect( page.getByRole( 'button', { name: 'Send a test message' } ) ).toHaveCount( 0 );

	await mail.fill( 'it@contoso.test\nnobody' );
	await webhook.fill( 'http://hooks.contoso.test/x' );
	await page.getByLabel( 'in a row' ).fill( 'many' );
	await save.click();
	const alert = page.getByRole( 'alert' );
	await expect( alert ).toContainText( '"nobody" is no e-mail address' );
	await expect( alert ).toContainText( 'must begin with https://' );
	await expect( alert ).toContainText( 'a whole number from 2 to 200' );
	await expect( webhook ).toHaveValue( 'http://hooks.contoso.test/x' );
	await expect( webhook ).toHaveAttribute( 'aria-invalid', 'true' );

	await mail.fill( 'it@contoso.test' );
	await webhook.fill( `${ site.url }/wp-login.php` );
	await page.getByLabel( 'in a row' ).fill( '5' );
	await save.click();
	await expect( page.getByRole( 'status' ) ).toContainText( 'Settings saved.' );
	await page.getByRole( 'button', { name: 'Send a test message' } ).click();
	await expect( page.getByRole( 'status' ) ).toContainText( 'The mail to it@contoso.test was handed over. The webhook at 127.0.0.1 took the message and answered with the status 200.' );

	await page.getByRole( 'button', { name: 'Make a secret' } ).click();
	await expect( page.getByLabel( 'New secret' ) ).toHaveValue( /^whsec_[A-Za-z0-9+/]{43}=$/ );
	await page.goto( advanced );
	await expect( page.getByLabel( 'New secret' ) ).toHaveCount( 0 );
	await expect( page.getByRole( 'button', { name: 'Make a new secret' } ) ).toBeVisible();

	await settings.goto( advanced );
	await inspect( settings, 'alerts' );

	await mail.fill( '' );
	await webhook.fill( '' );
	await save.click();
	await expect( page.getByRole( 'status' ) ).toContainText( 'Settings saved.' );
	await page.close();
} );
