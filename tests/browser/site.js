import { expect, test as base } from '@playwright/test';
import { execFileSync } from 'node:child_process';

/** The site under test: `url`, `scim`, `token`, `admin`. */
export const site = JSON.parse( process.env.ROLLBOOK_SITE );

/** A SCIM request, as an identity provider sends it. */
export const scim = ( path, token, options = {} ) =>
	fetch( site.scim + path, {
		...options,
		headers: { Authorization: `Bearer ${ token }`, 'Content-Type': 'application/scim+json', ...options.headers },
	} );

/** Runs PHP inside the site. */
export const php = ( code ) =>
	execFileSync( 'php', [ '-r', `require '../wordpress/wordpress.php'; ${ code }` ], {
		encoding: 'utf8',
		env: { ...process.env, PHP_INI_SCAN_DIR: `:${ site.dir }/etc/php` },
	} );

/** Tests with `settings`: the settings screen, an administrator being logged in. */
export const test = base.extend( {
	settings: async ( { page }, use ) => {
		// Not by hand: the login form moves the focus a moment after it has loaded, and what is typed goes astray.
		await page.request.get( '/wp-login.php' );
		await page.request.post( '/wp-login.php', { form: { log: site.admin.user, pwd: site.admin.password, testcookie: '1' } } );
		await page.goto( '/wp-admin/options-general.php?page=rollbook' );
		await expect( page.getByRole( 'heading', { level: 1, name: 'Rollbook' } ) ).toBeVisible();
		await use( page );
	},
} );

export { expect };
