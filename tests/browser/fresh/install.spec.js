import { writeFileSync } from 'node:fs';
import { expect, scim, site, test } from '../site.js';

const archive = process.env.ROLLBOOK_ARCHIVE;

/** What a new owner clicks, and how long the browser takes for it; `build/walk.txt` says it afterwards. */
class Walk {
	clicks = [];
	started = Date.now();

	constructor( title ) {
		this.title = title;
	}

	async click( what, locator ) {
		await locator.click();
		this.clicks.push( what );
	}

	end() {
		const seconds = ( ( Date.now() - this.started ) / 1000 ).toFixed( 1 );
		const lines = [ `${ this.title }: ${ this.clicks.length } clicks, ${ seconds } s`, ...this.clicks.map( ( click ) => `  ${ click }` ) ];
		writeFileSync( '../../build/walk.txt', lines.join( '\n' ) + '\n', { flag: 'a' } );
		return this.clicks.length;
	}
}

const find = async ( login, token ) => ( await scim( `/Users?filter=userName%20eq%20%22${ login }%22`, token ) ).json();
const send = ( method, path, token, body ) => scim( path, token, { method, body: JSON.stringify( body ) } );

test( 'from the archive of a release to the first person, and to why the person has no access', async ( { page } ) => {
	writeFileSync( '../../build/walk.txt', '' );
	await page.request.get( '/wp-login.php' );
	await page.request.post( '/wp-login.php', { form: { log: site.admin.user, pwd: site.admin.password, testcookie: '1' } } );

	await page.goto( '/wp-admin/plugin-install.php' );
	const connect = new Walk( 'From a new WordPress to the first person' );
	await connect.click( 'Upload Plugin', page.getByRole( 'button', { name: 'Upload Plugin' } ) );
	await page.getByLabel( 'Plugin zip file' ).setInputFiles( archive );
	connect.clicks.push( 'choose the file' );
	await connect.click( 'Install Now', page.getByRole( 'button', { name: 'Install Now' } ) );
	await expect( page.getByText( 'Plugin installed successfully.' ) ).toBeVisible();
	await page.screenshot( { path: '../../build/screenshots/uploaded.png' } );
	await connect.click( 'Activate Plugin', page.getByRole( 'link', { name: 'Activate Plugin' } ) );
	await expect( page.getByText( 'Plugin activated.' ) ).toBeVisible();
	const row = page.locator( 'tr[data-plugin="rollbook/rollbook.php"]' );
	await expect( row ).toContainText( 'The Rollbook maintainers' );
	await connect.click( 'Settings, in the row of the plugin', row.getByRole( 'link', { name: 'Settings' } ) );
	await page.screenshot( { path: '../../build/screenshots/checklist.png', fullPage: true } );

	await page.getByLabel( 'Name', { exact: true } ).first().fill( 'Entra ID' );
	await connect.click( 'Create token', page.getByRole( 'button', { name: 'Create token' } ) );
	await connect.click( 'Copy token', page.getByRole( 'button', { name: 'Copy token' } ) );
	const token = await page.evaluate( () => navigator.clipboard.readText() );
	await connect.click( 'Copy address', page.getByRole( 'button', { name: 'Copy address' } ) );
	expect( await page.evaluate( () => navigator.clipboard.readText() ) ).toBe( site.scim );

	// The connection test of an identity provider, then its first person.
	expect( ( await find( crypto.randomUUID(), token ) ).totalResults ).toBe( 0 );
	await page.reload();
	await expect( page.getByText( 'A request came with a valid token.' ) ).toBeVisible();
	const alex = { userName: 'alex@example.test', name: { givenName: 'Alex', familyName: 'Example' }, active: true, emails: [ { value: 'alex@example.test', type: 'work', primary: true } ] };
	const created = await send( 'POST', '/Users', token, alex );
	expect( created.status ).toBe( 201 );
	await connect.click( 'Users', page.locator( '#adminmenu' ).getByRole( 'link', { name: 'Users', exact: true } ) );
	await expect( page.getByRole( 'row' ).filter( { hasText: 'Alex Example' } ) ).toContainText( 'Managed' );
	expect( connect.end() ).toBeLessThanOrEqual( 9 );
	expect( Date.now() - connect.started ).toBeLessThan( 60_000 );

	// Alex is locked out. The owner, who knows the name alone, asks why.
	await send( 'PATCH', `/Users/${ ( await created.json() ).id }`, token, { Operations: [ { op: 'replace', value: { active: false } } ] } );
	await page.goto( '/wp-admin/' );
	const why = new Walk( 'Why has Alex no access?' );
	await why.click( 'Users', page.locator( '#adminmenu' ).getByRole( 'link', { name: 'Users', exact: true } ) );
	await page.getByRole( 'row' ).filter( { hasText: 'Alex Example' } ).hover();
	await why.click( 'Access and activity, in the row of Alex', page.getByRole( 'link', { name: 'Access and activity of alex@example.test' } ) );
	await expect( page.locator( '.rollbook-answer' ) ).toContainText( 'may not log in: the identity provider deactivated the person' );
	expect( why.end() ).toBe( 2 );

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
