import { AxeBuilder } from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { chooseLanguages, speak } from './languages.js';
import { expect, scim, site, test } from './site.js';

chooseLanguages();

const tab = ( more = '' ) => `/wp-admin/options-general.php?page=rollbook&tab=activity${ more }`;
const entries = ( page ) => page.locator( '.rollbook-activity tbody tr' );
const patch = ( id, value ) => scim( `/Users/${ id }`, site.token, { method: 'PATCH', body: JSON.stringify( { Operations: [ { op: 'replace', value } ] } ) } );

/** A person who is there, active and of the first name, whatever an earlier run left. */
async function person( login, attributes = {} ) {
	const resource = { userName: login, active: true, ...attributes };
	const found = await ( await scim( `/Users?filter=userName%20eq%20%22${ login }%22`, site.token ) ).json();
	const [ method, path ] = found.totalResults ? [ 'PUT', `/Users/${ found.Resources[ 0 ].id }` ] : [ 'POST', '/Users' ];
	const answer = await scim( path, site.token, { method, body: JSON.stringify( resource ) } );
	expect( answer.ok ).toBe( true );
	return ( await answer.json() ).id;
}

/** Somebody who was created, renamed and locked out, and a creation that was refused. */
async function history( name ) {
	const id = await person( name, { displayName: 'Alex Example', emails: [ { value: `${ name }@example.test`, primary: true } ] } );
	await patch( id, { displayName: 'Alexandra & “Co”' } );
	await patch( id, { active: false } );
	await scim( '/Users', site.token, { method: 'POST', body: JSON.stringify( { userName: name.toUpperCase() } ) } );
	await scim( '/Users', 'rb_not-a-token-of-this-site' );
	return id;
}

const search = async ( page, name, more = async () => {} ) => {
	await page.goto( tab() );
	await page.getByLabel( 'Person or group' ).fill( name );
	await more();
	await page.getByRole( 'button', { name: 'Search', exact: true } ).click();
};

test( 'why somebody has no access is found from the log and from the list of users', async ( { settings: page } ) => {
	await history( 'activity-alex' );
	await search( page, 'activity-alex' );
	await expect( entries( page ).first() ).toContainText( 'Creating' );
	await expect( entries( page ).first() ).toContainText( 'Refused' );
	await expect( entries( page ).nth( 1 ) ).toContainText( 'Locked out' );
	await expect( entries( page ).nth( 1 ) ).toContainText( 'Access: may log in → locked out' );
	await expect( entries( page ).nth( 2 ) ).toContainText( 'Alexandra & “Co”' );
	await page.screenshot( { path: '../../build/screenshots/activity.png', fullPage: true } );

	await entries( page ).nth( 1 ).getByRole( 'link', { name: 'activity-alex' } ).click();
	await expect( page.locator( '.rollbook-answer' ) ).toContainText( 'may not log in: the identity provider deactivated the person. It happened on' );
	await expect( page.getByText( 'No rule fits', { exact: false } ).or( page.getByText( 'There are no rules' ) ) ).toBeVisible();
	await page.screenshot( { path: '../../build/screenshots/activity-person.png', fullPage: true } );
	await page.getByRole( 'link', { name: 'See that entry' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Locked out: Done' } ) ).toBeVisible();
	await expect( page.getByText( 'PATCH /Users/' ) ).toBeVisible();

	await page.goto( '/wp-admin/users.php?s=activity-alex' );
	await page.getByRole( 'row' ).filter( { hasText: 'activity-alex' } ).hover();
	await page.getByRole( 'link', { name: 'Access and activity of activity-alex' } ).click();
	await expect( page.locator( '.rollbook-answer' ) ).toContainText( 'may not log in' );
} );

test( 'a refused request says why and what can be done, without JavaScript too', async ( { settings: page, browser } ) => {
	await history( 'activity-refused' );
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await search( quiet, 'activity-refused', async () => {
		await quiet.getByLabel( 'Outcome' ).selectOption( 'Refused' );
		await quiet.getByLabel( 'Address it came from' ).fill( '127.0.0.1' );
		await quiet.getByLabel( 'From day' ).fill( '2020-01-01' );
	} );
	await expect( entries( quiet ).first() ).toContainText( 'ACTIVITY-REFUSED' );
	await entries( quiet ).first().getByRole( 'link', { name: 'Creating' } ).click();
	await expect( quiet.locator( '.notice-warning' ).filter( { hasText: 'There is a person with the userName' } ) ).toBeVisible();
	await expect( quiet.getByText( '409 Conflict' ) ).toBeVisible();
	await quiet.getByText( 'What was sent' ).click();
	await expect( quiet.locator( 'pre' ).filter( { hasText: '"ACTIVITY-REFUSED"' } ).first() ).toBeVisible();
	await quiet.screenshot( { path: '../../build/screenshots/activity-entry.png', fullPage: true } );

	await search( quiet, 'nobody-of-this-name' );
	await expect( quiet.getByText( 'Nothing fits this search.' ) ).toBeVisible();
	await quiet.getByRole( 'link', { name: 'Show all' } ).click();
	await quiet.getByText( 'without a valid token in the last 30 days' ).click();
	await expect( quiet.getByText( 'Copy the token into the identity provider once more' ).first() ).toBeVisible();
	await plain.close();
} );

test( 'pages lead to what is older and back', async ( { settings: page } ) => {
	const id = await person( 'activity-many' );
	for ( let number = 0; number < 52; number++ ) {
		await patch( id, { title: `Title ${ number }` } );
	}
	await search( page, 'activity-many' );
	await expect( entries( page ) ).toHaveCount( 50 );
	const newest = await entries( page ).first().getByRole( 'link' ).first().getAttribute( 'href' );
	await page.getByRole( 'link', { name: 'Older' } ).click();
	await expect( page.getByLabel( 'Person or group' ) ).toHaveValue( 'activity-many' );
	await expect( page ).toHaveURL( /place=before/ );
	await expect( entries( page ).first().getByRole( 'link' ).first() ).not.toHaveAttribute( 'href', newest );
	await page.getByRole( 'link', { name: 'Newer' } ).click();
	await expect( entries( page ).first().getByRole( 'link' ).first() ).toHaveAttribute( 'href', newest );
} );

test( 'the log is exported as a file', async ( { settings: page } ) => {
	await history( 'activity-file' );
	await search( page, 'activity-file' );
	const [ download ] = await Promise.all( [ page.waitForEvent( 'download' ), page.getByRole( 'link', { name: 'Export as CSV' } ).click() ] );
	expect( download.suggestedFilename() ).toMatch( /^rollbook-activity-\d{4}-\d\d-\d\d\.csv$/ );
	const text = readFileSync( await download.path(), 'utf8' );
	expect( text.startsWith( '\uFEFFTime,' ) ).toBe( true );
	expect( text ).toContain( 'Access: may log in → locked out' );
	expect( text ).not.toContain( 'activity-many' );
} );

for ( const [ name, more ] of [ [ 'list', '' ], [ 'clearing', '&clear=1' ], [ 'person', null ], [ 'entry', null ] ] ) {
	test( `the ${ name } has nothing that axe-core finds, and fits a narrow window, also from right to left`, async ( { settings: page } ) => {
		await history( 'activity-axe' );
		await page.goto( tab( more ?? '&s=activity-axe' ) );
		const list = page.url();
		if ( 'person' === name ) {
			await entries( page ).nth( 1 ).getByRole( 'link', { name: 'activity-axe' } ).click();
		}
		if ( 'entry' === name ) {
			await entries( page ).first().getByRole( 'link' ).first().click();
		}
		if ( null === more ) {
			await page.waitForURL( ( url ) => url.href !== list );
			await expect( page.getByRole( 'link', { name: 'All activity' } ) ).toBeVisible();
		}
		const address = page.url();
		for ( const summary of await page.locator( '.wrap summary' ).all() ) {
			await summary.click();
		}
		const found = await new AxeBuilder( { page } ).include( '.wrap' ).analyze();
		expect( found.violations.map( ( violation ) => [ violation.id, violation.nodes.map( ( node ) => node.html ) ] ) ).toEqual( [] );
		for ( const direction of [ 'ltr', 'rtl' ] ) {
			await speak( page, 'rtl' === direction ? 'ar' : 'en_US' );
			for ( const width of [ 1280, 375 ] ) {
				await page.setViewportSize( { width, height: 900 } );
				await page.goto( address );
				expect( await page.evaluate( () => document.documentElement.dir || 'ltr' ) ).toBe( direction );
				for ( const summary of await page.locator( '.rollbook-body summary' ).all() ) {
					await summary.click();
				}
				expect( await page.evaluate( () => document.documentElement.scrollWidth ), `${ direction } ${ width }` ).toBeLessThanOrEqual( width );
				if ( 375 === width && 'list' === name ) {
					const widths = await page.locator( '.rollbook-search :is(input:not([type="hidden"]), select)' ).evaluateAll( ( fields ) => fields.map( ( field ) => field.offsetWidth ) );
					expect( [ ...new Set( widths ) ], 'fields below each other are equally wide' ).toHaveLength( 1 );
				}
				await page.screenshot( { path: `../../build/screenshots/activity-${ name }-${ direction }-${ width }.png`, fullPage: true } );
			}
		}
	} );
}

test( 'the connection tab counts the last day', async ( { settings: page } ) => {
	await history( 'activity-day' );
	await page.reload();
	await expect( page.locator( '.rollbook-day' ) ).toContainText( /[1-9]\d*\+? (person|people) changed/ );
	await page.getByRole( 'link', { name: 'See what happened' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Activity' } ) ).toBeVisible();
} );

test( 'the log is cleared only once that is confirmed', async ( { settings: page } ) => {
	await history( 'activity-cleared' );
	await page.goto( tab() );
	await page.getByRole( 'link', { name: 'Clear the log…' } ).click();
	await page.getByRole( 'link', { name: 'Cancel' } ).click();
	await expect( entries( page ).nth( 1 ) ).toBeVisible();
	await page.getByRole( 'link', { name: 'Clear the log…' } ).click();
	await page.getByRole( 'button', { name: 'Clear the log' } ).click();
	await expect( entries( page ) ).toHaveCount( 1 );
	await expect( entries( page ).first() ).toContainText( 'Activity log cleared' );
} );
