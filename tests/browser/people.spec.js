import { inspect } from './inspect.js';
import { expect, scim, site, test } from './site.js';

/** A person who may log in, made or found. */
async function person( login ) {
	const resource = { userName: login, active: true, name: { givenName: 'Ann', familyName: 'Example' } };
	const found = await ( await scim( `/Users?filter=userName%20eq%20%22${ login }%22`, site.token ) ).json();
	const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
	const answer = await scim( path, site.token, { method, body: JSON.stringify( resource ) } );
	expect( answer.ok ).toBe( true );
	return answer.json();
}

const active = async ( id ) => ( await ( await scim( `/Users/${ id }`, site.token ) ).json() ).active;

test( 'people are locked out and let in from the list of users, also several and without a mouse', async ( { settings: page } ) => {
	const ann = await person( 'people-ann' );
	const bob = await person( 'people-bob' );
	await page.goto( '/wp-admin/users.php?s=people-' );
	await page.getByRole( 'row' ).filter( { hasText: 'people-ann' } ).hover();
	await page.getByRole( 'link', { name: 'Lock people-ann out of this site' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Lock people-ann out?' } ) ).toBeVisible();
	expect( await active( ann.id ) ).toBe( true );
	await inspect( page, 'question', '#rollbook-question' );
	await page.getByRole( 'button', { name: 'Lock out' } ).press( 'Enter' );
	await expect( page.getByRole( 'status' ).filter( { hasText: 'Locked out: people-ann.' } ) ).toBeVisible();
	expect( await active( ann.id ) ).toBe( false );

	await page.goto( '/wp-admin/users.php?s=people-' );
	for ( const login of [ 'people-ann', 'people-bob' ] ) {
		await page.getByRole( 'checkbox', { name: `Select ${ login }` } ).check();
	}
	await page.getByLabel( 'Select bulk action' ).first().selectOption( 'Let in again' );
	await page.getByRole( 'button', { name: 'Apply' } ).first().click();
	await expect( page.getByRole( 'heading', { name: 'Let people-ann in again?' } ) ).toBeVisible();
	await expect( page.getByText( 'Nobody has locked this person out.' ) ).toBeVisible();
	await page.locator( '#rollbook-question' ).screenshot( { path: '../../build/screenshots/question-several.png' } );
	await page.getByRole( 'button', { name: 'Let in again' } ).click();
	await expect( page.getByText( 'Let in again: people-ann.' ) ).toBeVisible();
	expect( await active( ann.id ) && await active( bob.id ) ).toBe( true );
} );

test( 'a person is shown with what the identity provider owns, and the list is narrowed', async ( { settings: page } ) => {
	const ann = await person( 'people-ann' );
	const named = { schemas: [ 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ], Operations: [ { op: 'add', path: 'name.givenName', value: 'Ann' } ] };
	expect( ( await scim( `/Users/${ ann.id }`, site.token, { method: 'PATCH', body: JSON.stringify( named ) } ) ).status ).toBe( 200 );
	await page.goto( '/wp-admin/options-general.php?page=rollbook' );
	await page.getByRole( 'button', { name: 'Pause provisioning' } ).click();
	await expect( page.getByText( 'Provisioning is paused.' ) ).toBeVisible();
	expect( ( await scim( `/Users/${ ann.id }`, site.token ) ).status ).toBe( 503 );
	await inspect( page, 'connection-paused' );
	await page.getByRole( 'button', { name: 'Resume provisioning' } ).click();
	await expect( page.getByText( 'Provisioning goes on.' ) ).toBeVisible();
	expect( ( await scim( `/Users/${ ann.id }`, site.token ) ).status ).toBe( 200 );

	await page.goto( '/wp-admin/users.php?s=people-' );
	await page.getByRole( 'link', { name: 'Managed by the identity provider' } ).click();
	await expect( page.getByRole( 'row' ).filter( { hasText: 'people-ann' } ) ).toBeVisible();
	await expect( page.getByRole( 'row' ).filter( { hasText: site.admin.user } ) ).toHaveCount( 0 );
	await page.screenshot( { path: '../../build/screenshots/users-managed.png' } );
	await page.getByRole( 'row' ).filter( { hasText: 'people-ann' } ).hover();
	await page.getByRole( 'link', { name: 'people-ann', exact: true } ).first().click();
	await expect( page.getByRole( 'heading', { name: 'Directory information' } ) ).toBeVisible();
	// What the identity provider owns is read-only and says so, for who hears it as well; the rest can be edited.
	const owned = page.getByLabel( 'First Name' );
	await expect( owned ).not.toBeEditable();
	await expect( owned ).toHaveAccessibleDescription( /identity provider/ );
	await expect( page.getByLabel( 'Biographical Info' ) ).toBeEditable();
	await page.screenshot( { path: '../../build/screenshots/profile.png', fullPage: true } );
	const edit = page.url();
	const localEdits = async ( allowed ) => {
		await page.goto( '/wp-admin/options-general.php?page=rollbook&tab=people' );
		await page.locator( '[name="profile_edits"]' ).setChecked( allowed );
		await page.getByRole( 'button', { name: 'Save settings' } ).click();
		await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
	};
	await localEdits( true );
	await page.goto( edit );
	await expect( owned ).toBeEditable();
	await localEdits( false );
} );
