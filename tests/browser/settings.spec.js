import { expect, scim, site, test } from './site.js';

const clipboard = ( page ) => page.evaluate( () => navigator.clipboard.readText() );
const row = ( page, name ) =>
	page.getByRole( 'row' ).filter( { has: page.locator( '.column-name strong' ).getByText( name, { exact: true } ) } );

/** A name that no token has yet: the tests may run again on the same site. */
async function unused( page, name ) {
	const taken = await page.locator( '.column-name strong' ).allInnerTexts();
	let free = name;
	for ( let number = 2; taken.includes( free ); number++ ) {
		free = `${ name } ${ number }`;
	}
	return free;
}

async function create( page, name ) {
	await page.getByLabel( 'Name', { exact: true } ).first().fill( name );
	await page.getByRole( 'button', { name: 'Create token' } ).click();
	return page.getByLabel( 'New token' ).inputValue();
}

async function revoke( page, name ) {
	page.once( 'dialog', ( dialog ) => dialog.accept() );
	await page.getByRole( 'button', { name: `Revoke the token “${ name }”` } ).click();
	await expect( page.getByText( 'Token revoked.' ) ).toBeVisible();
}

test( 'a token is shown once, lets a client in, and no longer once it is revoked', async ( { settings: page } ) => {
	const name = await unused( page, 'Entra ID' );
	const token = await create( page, name );
	expect( token.length ).toBeGreaterThanOrEqual( 32 );
	expect( page.url() ).not.toContain( token );
	await page.screenshot( { path: '../../build/screenshots/settings.png' } );

	await page.getByRole( 'button', { name: 'Copy token' } ).click();
	await expect( page.getByRole( 'button', { name: 'Copied!' } ) ).toBeFocused();
	expect( await clipboard( page ) ).toBe( token );
	await expect( page.locator( '#a11y-speak-polite' ) ).toContainText( 'The token was copied.' );

	const answer = await scim( '/Users', token );
	expect( answer.status ).toBe( 200 );
	expect( answer.headers.get( 'content-type' ) ).toBe( 'application/scim+json' );

	await page.reload();
	await expect( page.getByLabel( 'New token' ) ).toHaveCount( 0 );
	expect( await page.content() ).not.toContain( token );
	await expect( row( page, name ) ).toContainText( 'Active' );
	await expect( row( page, name ).locator( '.column-last_used' ) ).toContainText( 'ago' );

	await revoke( page, name );
	await expect( row( page, name ) ).toContainText( 'Revoked' );
	expect( ( await scim( '/Users', token ) ).status ).toBe( 401 );
	await page.screenshot( { path: '../../build/screenshots/settings-revoked.png', fullPage: true } );
} );

test( 'a token is not revoked by somebody who thinks better of it', async ( { settings: page } ) => {
	const name = await unused( page, 'Okta' );
	await create( page, name );
	page.once( 'dialog', ( dialog ) => dialog.dismiss() );
	await page.getByRole( 'button', { name: `Revoke the token “${ name }”` } ).click();
	await page.reload();
	await expect( row( page, name ) ).toContainText( 'Active' );
	await revoke( page, name );
} );

test( 'a token ends on the day that was chosen, and not before today', async ( { settings: page } ) => {
	const name = await unused( page, 'Until New Year' );
	const year = new Date().getFullYear() + 1;
	await page.getByLabel( 'At the end of this day:' ).first().check();
	await page.getByLabel( 'Last day of the token' ).first().fill( `${ year }-12-31` );
	await create( page, name );
	await expect( row( page, name ).locator( '.column-expires' ) ).toHaveText( `December 31, ${ year }` );
	await revoke( page, name );

	await page.getByLabel( 'At the end of this day:' ).first().check();
	await page.getByLabel( 'Name', { exact: true } ).first().fill( 'Yesterday' );
	await page.getByRole( 'button', { name: 'Create token' } ).click();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'today or later' );
} );

test( 'a token of the owner’s own lets a client in; a short one is refused', async ( { settings: page } ) => {
	const token = `own-token-${ Date.now() }-0123456789abcdefghij`;
	const name = await unused( page, 'Brought along' );
	const add = async ( text ) => {
		await page.getByText( 'Use a token of your own' ).click();
		await page.getByLabel( 'Token', { exact: true } ).fill( text );
		await page.getByLabel( 'Name', { exact: true } ).last().fill( name );
		await page.getByRole( 'button', { name: 'Add token' } ).click();
	};
	await add( 'short' );
	await expect( page.getByRole( 'alert' ) ).toContainText( '32' );

	await add( token );
	await expect( page.getByText( 'Your token was added.' ) ).toBeVisible();
	expect( await page.content() ).not.toContain( token );
	expect( ( await scim( '/ServiceProviderConfig', token ) ).status ).toBe( 200 );
	await revoke( page, name );
	await add( token );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'already' );
} );

test( 'settings are kept; a wrong one is told at its field, and nothing of it is saved', async ( { settings: page } ) => {
	const policy = page.getByLabel( 'Delete the account and give its content to somebody else' );
	const heir = page.getByLabel( 'Content goes to' );
	const save = () => page.getByRole( 'button', { name: 'Save settings' } ).click();

	await policy.check();
	await heir.fill( 'nobody-here' );
	await save();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Nothing was saved.' );
	await expect( heir ).toHaveValue( 'nobody-here' );
	await expect( heir ).toHaveAttribute( 'aria-invalid', 'true' );
	await expect( heir ).toHaveAccessibleDescription( /There is no account with this username/ );
	await page.reload();
	await expect( heir ).toHaveValue( '' );
	await expect( policy ).not.toBeChecked();

	await policy.check();
	await save();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'deletion.reassign_to' );

	await heir.fill( site.admin.user );
	await page.getByLabel( 'Role of new people' ).selectOption( 'author' );
	await save();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
	await page.reload();
	await expect( heir ).toHaveValue( site.admin.user );
	await expect( page.getByLabel( 'Role of new people' ) ).toHaveValue( 'author' );

	await page.getByLabel( 'Keep the account, locked' ).check();
	await heir.fill( '' );
	await page.getByLabel( 'Role of new people' ).selectOption( 'subscriber' );
	await save();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
} );

test( 'everything has a name, ids are unique, and the keyboard reaches the address', async ( { settings: page } ) => {
	await page.getByText( 'Use a token of your own' ).click();
	const screen = page.locator( '.wrap' );
	for ( const control of await screen.locator( 'input:not([type=hidden]), select, button' ).filter( { visible: true } ).all() ) {
		await expect( control ).toHaveAccessibleName( /\S/ );
	}
	const ids = await page.locator( '[id]' ).evaluateAll( ( all ) => all.map( ( element ) => element.id ) );
	expect( ids.filter( ( id, index ) => ids.indexOf( id ) !== index ) ).toEqual( [] );

	await page.getByLabel( 'Address', { exact: true } ).focus();
	await page.keyboard.press( 'Tab' );
	await expect( page.getByRole( 'button', { name: 'Copy address' } ) ).toBeFocused();
	await page.keyboard.press( 'Enter' );
	await expect( page.getByRole( 'button', { name: 'Copied!' } ) ).toBeVisible();
	expect( await clipboard( page ) ).toBe( site.scim );
} );

test( 'the plugin’s row leads to the screen, and the screen has help', async ( { settings: page } ) => {
	await page.getByRole( 'button', { name: 'Help' } ).click();
	await expect( page.getByText( 'Tenant URL' ) ).toBeVisible();
	await page.goto( '/wp-admin/plugins.php' );
	await page.locator( '[data-plugin="rollbook/rollbook.php"]' ).getByRole( 'link', { name: 'Settings' } ).click();
	await expect( page.getByRole( 'heading', { level: 1, name: 'Rollbook' } ) ).toBeVisible();
} );
