import { readFile } from 'node:fs/promises';
import { inspect, withoutScripts } from './inspect.js';
import { expect, test } from './site.js';

const at = ( tab ) => `/wp-admin/options-general.php?page=rollbook&tab=${ tab }`;
const save = ( page ) => page.getByRole( 'button', { name: 'Save settings' } ).click();
const saved = async ( page ) => {
	await save( page );
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
};

test( 'what somebody else has saved meanwhile stands beside what was typed, and the person chooses; an unsaved form asks', async ( { settings: page, browser } ) => {
	const quiet = await withoutScripts( page, browser );
	const mail = ( of ) => of.getByLabel( 'Send new people a link' );
	const passwords = ( of ) => of.getByLabel( 'Set the passwords' );
	await quiet.goto( at( 'people' ) );
	await page.goto( at( 'people' ) );
	await mail( page ).check();
	await saved( page );

	await passwords( quiet ).check();
	await save( quiet );
	await expect( quiet.getByRole( 'alert' ) ).toContainText( 'Nothing was saved: somebody has changed these settings' );
	const row = quiet.getByRole( 'row' ).filter( { hasText: 'Welcome mail' } ).filter( { hasText: 'Theirs' } );
	await expect( row.getByRole( 'cell' ).nth( 0 ) ).toContainText( 'Yes' );
	await expect( row.getByRole( 'cell' ).nth( 1 ) ).toContainText( 'No' );
	await row.getByLabel( 'Theirs' ).check();
	await quiet.getByRole( 'button', { name: 'Save what is chosen' } ).click();
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( mail( quiet ) ).toBeChecked();
	await expect( passwords( quiet ) ).toBeChecked();

	// The same to be looked at, and the other choice: what was typed replaces theirs.
	await page.goto( at( 'people' ) );
	await passwords( quiet ).uncheck();
	await saved( quiet );
	await mail( page ).uncheck();
	await save( page );
	await expect( page.getByRole( 'alert' ) ).toBeFocused();
	await inspect( page, 'differences' );
	await page.getByLabel( 'Theirs' ).check();
	await page.getByRole( 'button', { name: 'Save what is chosen' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( mail( page ) ).not.toBeChecked();
	await expect( passwords( page ) ).not.toBeChecked();
	await quiet.context().close();

	const asked = [];
	page.on( 'dialog', async ( dialog ) => {
		asked.push( dialog.type() );
		await dialog.accept();
	} );
	await page.goto( at( 'advanced' ) ); // Nothing was typed.
	await page.getByLabel( 'Keep the activity log for' ).fill( '77' );
	await page.goto( at( 'people' ) );
	expect( asked ).toEqual( [ 'beforeunload' ] );
} );

test( 'settings are downloaded and imported, checked and asked about as a form is', async ( { settings: page } ) => {
	await page.goto( at( 'advanced' ) );
	const [ download ] = await Promise.all( [ page.waitForEvent( 'download' ), page.getByRole( 'button', { name: 'Download the settings' } ).click() ] );
	const document = JSON.parse( await readFile( await download.path(), 'utf8' ) );
	expect( document.deletion.policy ).toBe( 'deactivate' );
	const take = async ( changes ) => {
		const buffer = Buffer.from( typeof changes === 'string' ? changes : JSON.stringify( { ...document, ...changes } ) );
		await page.getByLabel( 'File with settings' ).setInputFiles( { name: 'rollbook.json', mimeType: 'application/json', buffer } );
		await page.getByRole( 'button', { name: 'Import the file' } ).click();
	};
	await take( 'no settings' );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Nothing was saved: choose a file' );
	await take( { deletion: { policy: 'reassign', reassign_to: 'nobody-here' }, role_rules: [ { filter: 'title eq', role: 'editor' } ] } );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Nothing was saved' );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Role rules' );
	await take( { deletion: { policy: 'reassign', reassign_to: 'nobody-here' } } );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'does not exist' );
	await take( { deletion: { policy: 'delete', reassign_to: null }, activity_days: 31 } );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'This cannot be undone.' );
	await expect( page.getByLabel( 'Keep the activity log for' ) ).not.toHaveValue( '31' );
	await page.getByRole( 'button', { name: 'Import all the same' } ).click();
	await expect( page.getByText( 'The settings of the file are saved.' ) ).toBeVisible();
	await expect( page.getByLabel( 'Keep the activity log for' ) ).toHaveValue( '31' );
	await take( {} );
	await expect( page.getByText( 'The settings of the file are saved.' ) ).toBeVisible();
} );
