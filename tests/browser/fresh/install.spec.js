import { expect, scim, site, test } from '../site.js';

const archive = process.env.ROLLBOOK_ARCHIVE;

test( 'the archive of a release is uploaded, activated, and lets a client in within a minute', async ( { page } ) => {
	const started = Date.now();
	await page.request.get( '/wp-login.php' );
	await page.request.post( '/wp-login.php', { form: { log: site.admin.user, pwd: site.admin.password, testcookie: '1' } } );

	await page.goto( '/wp-admin/plugin-install.php?tab=upload' );
	await page.getByLabel( 'Plugin zip file' ).setInputFiles( archive );
	await page.getByRole( 'button', { name: 'Install Now' } ).click();
	await expect( page.getByText( 'Plugin installed successfully.' ) ).toBeVisible();
	await page.screenshot( { path: '../../build/screenshots/uploaded.png' } );

	await page.getByRole( 'link', { name: 'Activate Plugin' } ).click();
	await expect( page.getByText( 'Plugin activated.' ) ).toBeVisible();
	const row = page.locator( 'tr[data-plugin="rollbook/rollbook.php"]' );
	await expect( row ).toContainText( 'The Rollbook maintainers' );

	await page.goto( '/wp-admin/options-general.php?page=rollbook' );
	await page.getByLabel( 'Name', { exact: true } ).first().fill( 'Entra ID' );
	await page.getByRole( 'button', { name: 'Create token' } ).click();
	const token = await page.getByLabel( 'New token' ).inputValue();
	expect( ( await scim( '/Users', token ) ).status ).toBe( 200 );
	expect( Date.now() - started ).toBeLessThan( 60_000 );

	// A second upload is an update, and WordPress shows both versions.
	await page.goto( '/wp-admin/plugin-install.php?tab=upload' );
	await page.getByLabel( 'Plugin zip file' ).setInputFiles( archive );
	await page.getByRole( 'button', { name: 'Install Now' } ).click();
	const number = /rollbook-(.+)\.zip$/.exec( archive )[ 1 ];
	const versions = page.getByRole( 'row', { name: 'Version' } );
	await expect( versions.getByRole( 'cell', { name: number } ) ).toHaveCount( 2 );
	await page.getByRole( 'link', { name: 'Replace current with uploaded' } ).click();
	await expect( page.getByText( 'Plugin updated successfully.' ) ).toBeVisible();
	expect( ( await scim( '/Users', token ) ).status ).toBe( 200 );
} );
