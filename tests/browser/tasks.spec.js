import { inspect, withoutScripts } from './inspect.js';
import { expect, php, scim, site, test } from './site.js';

const TITLE = 'Tasks of the browser';

const tab = ( name, more = '' ) => `/wp-admin/options-general.php?page=rollbook&tab=${ name }${ more }`;
const panel = ( page ) => page.locator( '.rollbook-task' );
const line = ( page, login ) => panel( page ).getByRole( 'row' ).filter( { has: page.getByText( login, { exact: true } ) } );

const roleOf = ( login ) => php( `echo implode( ',', get_user_by( 'login', '${ login }' )->roles );` );

/** A person, or the one of an earlier run. */
async function person( login, attributes = {} ) {
	const resource = { userName: login, title: TITLE, active: true, ...attributes };
	const found = await ( await scim( `/Users?filter=userName%20eq%20%22${ login }%22`, site.token ) ).json();
	const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
	const answer = await scim( path, site.token, { method, body: JSON.stringify( resource ) } );
	expect( answer.ok ).toBe( true );
	return answer.json();
}

async function rule( page, role ) {
	await page.goto( tab( 'roles' ) );
	await page.getByLabel( 'Filter of new rule' ).fill( `title eq "${ TITLE }"` );
	await page.getByLabel( 'Role of new rule' ).selectOption( role );
	await page.getByRole( 'button', { name: 'Save settings' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
}

async function withoutRule( page ) {
	await page.goto( tab( 'roles' ) );
	await page.getByLabel( 'Remove rule 1' ).check();
	await page.getByRole( 'button', { name: 'Save settings' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
}

test( 'rules are previewed and, once that is confirmed, applied to everybody', async ( { settings: page, browser } ) => {
	const logins = [ 'tasks-ann', 'tasks-bob' ];
	for ( const login of logins ) {
		await person( login );
	}
	php( `foreach ( array( 'tasks-ann', 'tasks-bob' ) as $login ) { get_user_by( 'login', $login )->set_role( 'subscriber' ); } Rollbook\\WordPress\\Upkeep\\TaskRun::discard( 'roles' );` );
	await rule( page, 'author' );

	await expect( panel( page ).getByRole( 'button', { name: 'Apply to everybody' } ) ).toHaveCount( 0 );
	await panel( page ).getByRole( 'button', { name: 'Preview' } ).click();
	await expect( panel( page ).getByText( 'Finished:' ) ).toBeVisible();
	await expect( line( page, 'tasks-ann' ).getByRole( 'cell' ).nth( 1 ) ).toHaveText( 'Subscriber' );
	await expect( line( page, 'tasks-ann' ).getByRole( 'cell' ).nth( 2 ) ).toHaveText( 'Author' );
	await expect( line( page, site.admin.user ) ).toHaveCount( 0 );
	expect( roleOf( 'tasks-ann' ) ).toBe( 'subscriber' );
	await panel( page ).screenshot( { path: '../../build/screenshots/roles-preview.png' } );

	// It asks first, without JavaScript too.
	const quiet = await withoutScripts( page, browser );
	await quiet.goto( tab( 'roles' ) );
	await panel( quiet ).getByRole( 'button', { name: 'Apply to everybody' } ).click();
	const question = quiet.getByRole( 'alert' );
	await expect( question ).toContainText( 'Change the roles of these people now?' );
	await question.getByRole( 'link', { name: 'Cancel' } ).click();
	expect( roleOf( 'tasks-ann' ) ).toBe( 'subscriber' );
	await quiet.context().close();

	await panel( page ).getByRole( 'button', { name: 'Apply to everybody' } ).click();
	await expect( page.getByRole( 'alert' ) ).toBeFocused();
	await inspect( page, 'question-task', '#wpbody-content', true ); // Roles & groups as a whole, from right to left too.
	expect( roleOf( 'tasks-ann' ) ).toBe( 'subscriber' );
	await page.getByRole( 'alert' ).getByRole( 'button', { name: 'Apply to everybody' } ).click();
	await expect( line( page, 'tasks-bob' ) ).toContainText( 'Has got another role' );
	for ( const login of logins ) {
		expect( roleOf( login ) ).toBe( 'author' );
	}
	await page.reload();
	await expect( line( page, 'tasks-bob' ) ).toContainText( 'Has got another role' );
	await withoutRule( page );
	await expect( panel( page ) ).toContainText( 'The settings have changed since then.' );
} );

test( 'a run that was torn off goes on by itself, or by a button without JavaScript, and can be stopped', async ( { settings: page, browser } ) => {
	const begin = () => php( `Rollbook\\WordPress\\Upkeep\\TaskRun::begin( 'roles', false, array() );` );
	begin();
	await page.goto( tab( 'roles' ) );
	await expect( panel( page ).getByText( 'Finished:' ) ).toBeVisible();

	begin();
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await quiet.goto( tab( 'roles' ) );
	await expect( panel( quiet ).getByText( 'Finished:' ) ).toHaveCount( 0 );
	await panel( quiet ).getByRole( 'button', { name: 'Continue' } ).click();
	await expect( panel( quiet ).getByText( 'Finished:' ) ).toBeVisible();

	begin();
	await quiet.goto( tab( 'roles' ) );
	await panel( quiet ).getByRole( 'button', { name: 'Stop' } ).click();
	await expect( panel( quiet ).getByRole( 'progressbar' ) ).toHaveCount( 0 );
	await expect( panel( quiet ).getByRole( 'button', { name: 'Preview' } ) ).toBeVisible();
	await plain.close();
} );

test( 'where a request fails the page says so and offers to continue', async ( { settings: page } ) => {
	php( `Rollbook\\WordPress\\Upkeep\\TaskRun::begin( 'roles', false, array() );` );
	await page.route( '**/admin-ajax.php', ( route ) => ( route.request().headers()[ 'content-type' ]?.startsWith( 'multipart/' ) ? route.abort() : route.continue() ) );
	await page.goto( tab( 'roles' ) );
	await expect( panel( page ).getByRole( 'status' ) ).toHaveText( 'It stopped. Press Continue.' );
	await panel( page ).getByRole( 'button', { name: 'Continue' } ).click();
	await expect( panel( page ).getByText( 'Finished:' ) ).toBeVisible();
} );

test( 'the accounts of a site are made ready to link', async ( { settings: page } ) => {
	php( `if ( ! username_exists( 'tasks-local' ) ) { wp_insert_user( array( 'user_login' => 'tasks-local', 'user_email' => 'tasks-local@example.test', 'user_pass' => 'x', 'display_name' => 'Lo <b>Cal' ) ); }
		Rollbook\\WordPress\\Upkeep\\TaskRun::discard( 'linking' );
		$GLOBALS['wpdb']->delete( Rollbook\\WordPress\\Store\\Tables::name( 'users' ), array( 'user_id' => username_exists( 'tasks-local' ) ) );` );
	await page.goto( tab( 'people' ) );
	await panel( page ).getByLabel( 'the e-mail address of the account' ).check();
	await panel( page ).getByRole( 'button', { name: 'Preview' } ).click();
	await expect( line( page, 'tasks-local' ) ).toContainText( 'tasks-local@example.test' );
	await expect( line( page, site.admin.user ) ).toContainText( 'Protected, not touched' );
	await expect( panel( page ).getByLabel( 'the e-mail address of the account' ) ).toBeChecked();
	await panel( page ).screenshot( { path: '../../build/screenshots/linking-preview.png' } );
	await panel( page ).getByRole( 'button', { name: 'Make ready to link' } ).click();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'may take charge of' );
	await page.getByRole( 'alert' ).getByRole( 'button', { name: 'Make ready to link' } ).click();
	await expect( line( page, 'tasks-local' ) ).toContainText( 'Ready to link now' );
	const found = await ( await scim( '/Users?filter=userName%20eq%20%22tasks-local@example.test%22', site.token ) ).json();
	expect( found.totalResults ).toBe( 1 );
} );

test( 'somebody is unlinked from the list of users, not without being asked', async ( { settings: page } ) => {
	// An earlier run has left an account that stays unlinked.
	php( `require_once ABSPATH . 'wp-admin/includes/user.php'; array_map( 'wp_delete_user', get_users( array( 'search' => 'tasks-unlinked*', 'fields' => 'ID' ) ) );` );
	const { id } = await person( 'tasks-unlinked' );
	await page.goto( '/wp-admin/users.php?s=tasks-unlinked' );
	await page.getByRole( 'row' ).filter( { hasText: 'tasks-unlinked' } ).hover(); // WordPress shows the actions then.
	await page.getByRole( 'link', { name: 'Unlink tasks-unlinked from the identity provider' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Unlink tasks-unlinked?' } ) ).toBeVisible();
	expect( ( await scim( `/Users/${ id }`, site.token ) ).status ).toBe( 200 );
	await page.locator( '#rollbook-question' ).screenshot( { path: '../../build/screenshots/unlink.png' } );
	await page.getByRole( 'button', { name: 'Unlink' } ).click();
	await expect( page.getByText( 'Unlinked: tasks-unlinked.' ) ).toBeVisible();
	expect( ( await scim( `/Users/${ id }`, site.token ) ).status ).toBe( 404 );
	await page.goto( '/wp-admin/users.php?s=tasks-unlinked' );
	await expect( page.getByRole( 'link', { name: /Unlink/ } ) ).toHaveCount( 0 );
} );

test( 'roles given by hand have their setting', async ( { settings: page } ) => {
	const choose = async ( label ) => {
		await page.getByLabel( label ).check();
		await page.getByRole( 'button', { name: 'Save settings' } ).click();
		await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
		await expect( page.getByLabel( label ) ).toBeChecked();
	};
	await page.goto( tab( 'roles' ) );
	await expect( page.getByLabel( 'Keep: a role given by hand' ) ).toBeChecked();
	await choose( 'Overrule: everybody' );
	await choose( 'Keep: a role given by hand' );
} );
