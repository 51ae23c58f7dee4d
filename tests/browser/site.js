import { expect, test as base } from '@playwright/test';

/** The site under test: `url`, `scim`, `token`, `admin`. */
export const site = JSON.parse( process.env.ROLLBOOK_SITE );

/** A SCIM request, as an identity provider sends it. */
export const scim = ( path, token, options = {} ) =>
	fetch( site.scim + path, {
		...options,
		headers: { Authorization: `Bearer ${ token }`, 'Content-Type': 'application/scim+json', ...options.headers },
	} );

/** Tests with `settings`: the settings screen, an administrator being logged in. */
export const test = base.extend( {
	settings: async ( { page }, use ) => {
		await page.goto( '/wp-login.php' );
		await page.getByLabel( 'Username or Email Address' ).fill( site.admin.user );
		await page.getByLabel( 'Password', { exact: true } ).fill( site.admin.password );
		await page.getByRole( 'button', { name: 'Log In' } ).click();
		await page.waitForURL( /wp-admin/ );
		await page.goto( '/wp-admin/options-general.php?page=rollbook' );
		await expect( page.getByRole( 'heading', { level: 1, name: 'Rollbook' } ) ).toBeVisible();
		await use( page );
	},
} );

export { expect };
