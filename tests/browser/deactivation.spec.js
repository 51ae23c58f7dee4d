import { inspect, withoutScripts } from './inspect.js';
import { expect, scim, site, test } from './site.js';

test( 'before Rollbook is deactivated it is said what happens, and identity providers are asked to wait', async ( { settings: page, browser } ) => {
	const quiet = await withoutScripts( page, browser );
	const row = ( of ) => of.locator( '[data-plugin="rollbook/rollbook.php"]' );
	for ( const active of [ true, false ] ) {
		const found = await ( await scim( '/Users?filter=userName%20eq%20%22deactivation-ann%22', site.token ) ).json();
		const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
		expect( ( await scim( path, site.token, { method, body: JSON.stringify( { userName: 'deactivation-ann', active } ) } ) ).ok ).toBe( true );
	}
	await page.goto( '/wp-admin/plugins.php' );
	await row( page ).getByRole( 'link', { name: 'Deactivate …' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Deactivate Rollbook' } ) ).toBeVisible();
	await expect( page.getByText( 'locked out. Without Rollbook' ) ).toBeVisible();
	await expect( page.getByLabel( 'Keep them out.' ) ).toBeChecked();
	await inspect( page, 'deactivation' );

	await quiet.goto( '/wp-admin/plugins.php' );
	await row( quiet ).getByRole( 'link', { name: 'Deactivate …' } ).click();
	await quiet.getByRole( 'button', { name: 'Deactivate Rollbook' } ).click();
	try {
		await expect( quiet.getByText( 'Plugin deactivated.' ) ).toBeVisible();
		await expect( quiet.getByText( 'People who are locked out stay out' ) ).toBeVisible();
		const answer = await scim( '/Users', site.token );
		expect( [ answer.status, answer.headers.get( 'retry-after' ) ] ).toEqual( [ 503, '3600' ] );
	} finally {
		await quiet.goto( '/wp-admin/plugins.php' );
		await row( quiet ).getByRole( 'link', { name: 'Activate' } ).click();
	}
	expect( ( await scim( '/Users', site.token ) ).status ).toBe( 200 );
	await quiet.context().close();
} );
