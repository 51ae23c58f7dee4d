import { inspect, withoutScripts } from './inspect.js';
import { expect, scim, site, test } from './site.js';

const save = ( page ) => page.getByRole( 'button', { name: 'Save settings' } ).click();
const confirm = ( page ) => page.getByRole( 'button', { name: 'Save all the same' } ).click();

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
	await expect( page.getByRole( 'alert' ) ).toContainText( 'this token is in use' );
	await inspect( page, 'question-token' );
	await page.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
	await page.getByLabel( 'Delete the account and its content' ).check();
	await save( page );
	await expect( page.getByRole( 'alert' ) ).toBeFocused();
	await inspect( page, 'question' );
} );

test( 'who gets the content is found while somebody types, and by a button without JavaScript', async ( { settings: page, browser } ) => {
	for ( const [ userName, active ] of [ [ 'picker-ann', true ], [ 'picker-bob', true ], [ 'picker-bob', false ] ] ) {
		const found = await ( await scim( `/Users?filter=userName%20eq%20%22${ userName }%22`, site.token ) ).json();
		const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
		const body = JSON.stringify( { userName, active, displayName: userName.replace( 'picker-', 'Keeper ' ) } );
		expect( ( await scim( path, site.token, { method, body } ) ).ok ).toBe( true );
	}
	await page.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
	const field = page.getByRole( 'combobox', { name: 'Content goes to' } );
	const offered = page.getByRole( 'listbox' ).getByRole( 'option' );
	await field.pressSequentially( 'keeper' );
	await expect( offered ).toHaveCount( 2 );
	await expect( offered.nth( 1 ) ).toContainText( 'is deactivated, so nobody would get the content' );
	await expect( page.locator( '#a11y-speak-polite' ) ).toContainText( '2 people found' );
	await field.press( 'ArrowDown' );
	await expect( offered.first() ).toHaveAttribute( 'aria-selected', 'true' );
	await inspect( page, 'person-picker' );
	await field.press( 'Enter' );
	await expect( field ).toHaveValue( 'picker-ann' );
	await expect( page.locator( '#rollbook-reassign-person' ) ).toContainText( /Keeper ann · picker-ann · ID \d+/ );
	await expect( page.getByRole( 'listbox' ) ).toBeHidden();

	const quiet = await withoutScripts( page, browser );
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
	await quiet.getByLabel( 'Content goes to' ).fill( 'KEEPER' );
	await quiet.getByLabel( 'Send new people a link' ).check();
	await quiet.getByRole( 'button', { name: 'Search', exact: true } ).click();
	await expect( quiet.getByLabel( /Keeper bob/ ) ).toBeDisabled();
	await expect( quiet.getByLabel( 'Send new people a link' ) ).toBeChecked();
	await quiet.getByLabel( /Keeper ann/ ).check();
	await save( quiet );
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( quiet.getByLabel( 'Content goes to' ) ).toHaveValue( 'picker-ann' );
	await expect( quiet.locator( '#rollbook-reassign-person' ) ).toContainText( 'Keeper ann' );
	// Enter in a field saves; it does not press the button beside the field.
	await quiet.getByLabel( 'Send new people a link' ).uncheck();
	await quiet.getByLabel( 'Content goes to' ).fill( '' );
	await quiet.getByLabel( 'Content goes to' ).press( 'Enter' );
	await expect( quiet.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( quiet.getByLabel( 'Content goes to' ) ).toHaveValue( '' );
	await quiet.context().close();

	const forged = await page.request.post( '/wp-admin/admin-ajax.php', { form: { action: 'rollbook_find_person', typed: 'keeper', _ajax_nonce: 'forged' } } );
	expect( forged.status() ).toBe( 403 );
} );
