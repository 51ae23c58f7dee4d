import AxeBuilder from '@axe-core/playwright';
import { expect, php, scim, site, test } from './site.js';

const TAB = '/wp-admin/options-general.php?page=rollbook&tab=roles';
const MEMBER = 'roles-ann';

const settings = ( document ) => php( `Rollbook\\WordPress\\Upkeep\\SettingsWriter::merge( json_decode( '${ JSON.stringify( document ).replace( /['\\]/g, '\\$&' ) }', true ) );` );
const filters = ( page ) => page.getByLabel( /^Filter of rule/ ).evaluateAll( ( all ) => all.map( ( field ) => field.value ) );
const saved = async ( page ) => {
	await page.getByRole( 'button', { name: 'Save settings' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
};
const sound = async ( page ) => {
	const { violations } = await new AxeBuilder( { page } ).include( '.wrap' ).analyze();
	expect( violations.filter( ( { impact } ) => [ 'serious', 'critical' ].includes( impact ) ) ).toEqual( [] );
};
const narrow = async ( page, name ) => {
	await page.setViewportSize( { width: 375, height: 800 } );
	expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 375 );
	await page.screenshot( { path: `../../build/screenshots/${ name }.png`, fullPage: true } );
	await page.setViewportSize( { width: 1280, height: 900 } );
};

/** A person or group, or the one of an earlier run. */
async function resource( kind, name, value, more ) {
	const found = await ( await scim( `/${ kind }?filter=${ encodeURIComponent( `${ name } eq "${ value }"` ) }`, site.token ) ).json();
	const [ method, path ] = found.totalResults ? [ 'PUT', `/${ kind }/${ found.Resources[ 0 ].id }` ] : [ 'POST', `/${ kind }` ];
	const answer = await scim( path, site.token, { method, body: JSON.stringify( { [ name ]: value, ...more } ) } );
	expect( answer.ok ).toBe( true );
	return ( await answer.json() ).id;
}

test.beforeAll( async () => {
	settings( { role_rules: [], default_role: 'subscriber', protected_roles: null, hand_given_roles: 'keep' } );
	const ids = [];
	for ( const [ login, title ] of [ [ MEMBER, 'Boss' ], [ 'roles-bob', 'Clerk' ] ] ) {
		ids.push( await resource( 'Users', 'userName', login, { displayName: `Person ${ login }`, title } ) );
	}
	await resource( 'Groups', 'displayName', 'Roles <b>team</b>', { members: [ { value: ids[ 0 ] } ] } );
} );

test.afterAll( () => settings( { role_rules: [], default_role: 'subscriber' } ) );

test( 'rules are moved and added by the keyboard, doubted, tried, and said of each person and group', async ( { settings: page } ) => {
	await page.goto( TAB );
	for ( const [ number, filter, role ] of [ [ '', 'title eq "Boss"', 'author' ], [ ' 2', 'groups.display eq "Roles <b>team</b>"', 'editor' ], [ ' 3', 'nickNme pr', 'author' ] ] ) {
		if ( number ) {
			await page.getByRole( 'button', { name: 'Add another rule' } ).click();
			await expect( page.getByLabel( `Filter of new rule${ number }` ) ).toBeFocused();
		}
		await page.getByLabel( `Filter of new rule${ number }`, { exact: true } ).fill( filter );
		await page.getByLabel( `Role of new rule${ number }`, { exact: true } ).selectOption( role );
	}
	await page.getByRole( 'button', { name: 'Save settings' } ).click();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'nickNme' );
	await expect( page.getByLabel( 'Filter of rule 2' ) ).toHaveValue( 'groups.display eq "Roles <b>team</b>"' );
	await page.getByLabel( 'Filter of rule 3' ).fill( 'urn:contoso:2.0:User:nick pr' );
	await saved( page );
	await expect( page.getByLabel( 'Filter of rule 3' ) ).toHaveAccessibleDescription( /Nobody has a value in urn:contoso:2.0:User:nick/ );

	await page.waitForLoadState(); // Before, nothing is there to speak.
	const down = page.getByRole( 'button', { name: 'Move rule 1 down' } );
	await down.focus();
	await page.keyboard.press( 'Enter' );
	await expect( page.locator( '#a11y-speak-polite' ) ).toHaveText( /^Moved to position 2 of 4/ );
	await expect( page.getByRole( 'button', { name: 'Move rule 2 down' } ) ).toBeFocused();
	await page.getByLabel( 'Role of new people' ).selectOption( { label: '— No role —' } );
	await saved( page );
	expect( await filters( page ) ).toEqual( [ 'groups.display eq "Roles <b>team</b>"', 'title eq "Boss"', 'urn:contoso:2.0:User:nick pr' ] );
	await expect( page.getByLabel( 'Role of new people' ) ).toHaveValue( '-' );

	await page.getByLabel( 'Filter of rule 2' ).fill( 'title sw "Cl"' );
	await page.getByRole( 'link', { name: 'Who matches? (rule 2)' } ).click();
	const tester = page.locator( '#rollbook-tester' );
	await expect( tester.getByRole( 'row', { name: /roles-bob/ } ) ).toContainText( 'No rule fits' );
	await expect( page.getByLabel( 'Filter of rule 2' ) ).toHaveValue( 'title sw "Cl"' );
	await tester.getByLabel( 'Which rule decides' ).fill( 'Person roles-' );
	await tester.getByRole( 'button', { name: 'Explain' } ).click();
	await tester.getByRole( 'link', { name: `Person ${ MEMBER }` } ).click();
	await expect( tester.getByRole( 'row', { name: /Roles <b>team/ } ) ).toContainText( 'Decides' );
	await expect( tester.getByRole( 'row', { name: /title eq "Boss"/ } ) ).toContainText( 'an earlier rule decides' );
	await expect( tester ).toContainText( 'Rule 1 decides' );
	await expect( tester ).toContainText( 'gets the role Editor' );

	const groups = page.locator( '#rollbook-groups' );
	await expect( groups.getByRole( 'row', { name: /Roles <b>team/ } ) ).toContainText( 'Editor (rule 1)' );
	await sound( page );
	await page.screenshot( { path: '../../build/screenshots/roles-groups.png', fullPage: true } );
	await narrow( page, 'roles-groups-narrow' );
	await groups.getByRole( 'link', { name: 'Roles <b>team' } ).click();
	await groups.getByRole( 'link', { name: `Person ${ MEMBER }` } ).click();
	await expect( tester ).toContainText( 'Rule 1 decides' );
	await page.getByRole( 'button', { name: /^(New preview|Preview)$/ } ).click();
	await expect( page.getByText( 'Finished:' ) ).toBeVisible();
	await expect( page.locator( '.rollbook-task' ).getByRole( 'row', { name: new RegExp( MEMBER ) } ) ).toContainText( 'Rule 1' );
} );
