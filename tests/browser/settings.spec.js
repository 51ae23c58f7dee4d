import { expect, scim, site, test } from './site.js';

const clipboard = ( page ) => page.evaluate( () => navigator.clipboard.readText() );
const row = ( page, name ) =>
	page.getByRole( 'row' ).filter( { has: page.locator( '.column-name strong' ).getByText( name, { exact: true } ) } );

/** Opens a tab of the screen. */
const open = ( page, tab ) => page.getByRole( 'navigation', { name: 'Settings of Rollbook' } ).getByRole( 'link', { name: tab, exact: true } ).click();

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
	await page.getByRole( 'button', { name: `Revoke the token “${ name }”` } ).click();
	await page.getByRole( 'button', { name: 'Revoke the token', exact: true } ).click();
	await expect( page.getByText( 'Token revoked.' ) ).toBeVisible();
}

test( 'a token is shown once, lets a client in, and no longer once it is revoked', async ( { settings: page } ) => {
	const name = await unused( page, 'Entra ID' );
	const token = await create( page, name );
	expect( token.length ).toBeGreaterThanOrEqual( 32 );
	expect( page.url() ).not.toContain( token );
	// Its underscore is not cut off, as it is in a line of its normal height.
	expect( await page.getByLabel( 'New token' ).evaluate( ( field ) => parseFloat( getComputedStyle( field ).lineHeight ) / parseFloat( getComputedStyle( field ).fontSize ) ) ).toBeGreaterThan( 1.3 );
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
	await expect( row( page, name ) ).toHaveCount( 1 );
	expect( await page.content() ).not.toContain( token );
	await expect( row( page, name ) ).toContainText( 'Active' );
	await expect( row( page, name ).locator( '.column-last_used' ) ).toContainText( 'ago' );

	await revoke( page, name );
	await page.locator( '.rollbook-revoked summary' ).click(); // They are folded away.
	await expect( row( page, name ).first() ).toContainText( 'Revoked' );
	expect( ( await scim( '/Users', token ) ).status ).toBe( 401 );
	await page.screenshot( { path: '../../build/screenshots/settings-revoked.png', fullPage: true } );
	await page.getByRole( 'button', { name: `Delete the revoked token “${ name }”` } ).first().click();
	await expect( page.getByText( 'The revoked token was deleted.' ) ).toBeVisible();
} );

test( 'a token is not revoked by somebody who thinks better of it', async ( { settings: page } ) => {
	const name = await unused( page, 'Okta' );
	await create( page, name );
	await page.getByRole( 'button', { name: `Revoke the token “${ name }”` } ).click();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'cannot be undone' );
	await expect( page.getByRole( 'alert' ) ).not.toContainText( 'in use' );
	await page.getByRole( 'link', { name: 'Cancel' } ).click();
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
	// Random through and through: what merely counts up is refused as weak.
	const token = crypto.randomUUID();
	const name = await unused( page, 'Brought along' );
	const add = async ( text ) => {
		const field = page.getByLabel( 'Token', { exact: true } );
		if ( ! ( await field.isVisible() ) ) {
			await page.getByText( 'Use a token of your own' ).click();
		}
		await field.fill( text );
		await page.getByLabel( 'Name', { exact: true } ).last().fill( name );
		await page.getByRole( 'button', { name: 'Add token' } ).click();
	};
	await add( 'short' );
	await expect( page.getByRole( 'alert' ) ).toContainText( '32' );
	// A refused form is still open and keeps what was typed, but not the secret.
	await expect( page.getByLabel( 'Name', { exact: true } ).last() ).toHaveValue( name );
	await expect( page.getByLabel( 'Token', { exact: true } ) ).toHaveValue( '' );

	await add( token );
	await expect( page.getByText( 'Your token was added.' ) ).toBeVisible();
	expect( await page.content() ).not.toContain( token );
	expect( ( await scim( '/ServiceProviderConfig', token ) ).status ).toBe( 200 );
	await revoke( page, name );
	await add( token );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'already' );
} );

const save = ( page ) => page.getByRole( 'button', { name: 'Save settings' } ).click();
const saved = async ( page ) => {
	await save( page );
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
};
const refused = async ( page ) => {
	await save( page );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Nothing was saved.' );
};
const wrong = async ( field, reason ) => {
	await expect( field ).toHaveAttribute( 'aria-invalid', 'true' );
	await expect( field ).toHaveAccessibleDescription( reason );
};

test( 'how people leave is kept; a wrong choice is told at its field, and nothing of it is saved', async ( { settings: page } ) => {
	const policy = page.getByLabel( 'Delete the account and give its content to somebody else' );
	const heir = page.getByLabel( 'Content goes to' );
	await open( page, 'People' );

	await policy.check();
	await heir.fill( 'nobody-here' );
	await refused( page );
	await expect( policy ).toBeChecked();
	await expect( heir ).toHaveValue( 'nobody-here' );
	await wrong( heir, /does not exist/ );
	await page.reload();
	await expect( heir ).toHaveValue( '' );
	await expect( policy ).not.toBeChecked();

	await policy.check();
	await refused( page );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'Content goes to – Name the account' );

	await heir.fill( site.admin.user );
	await saved( page );
	await page.reload();
	await expect( heir ).toHaveValue( site.admin.user );
	await expect( policy ).toBeChecked();

	await page.getByLabel( 'Keep the account, locked' ).check();
	await heir.fill( '' );
	await saved( page );
} );

test( 'usernames, passwords and mails have their settings', async ( { settings: page } ) => {
	const pattern = page.getByLabel( 'Pattern', { exact: true } );
	const replacement = page.getByLabel( 'Replacement' );
	const rename = page.getByLabel( 'Give an account another username' );
	await open( page, 'People' );

	await page.getByLabel( 'That username, rewritten' ).check();
	await pattern.fill( '^(?<first>\\w' );
	await replacement.fill( '$first\\"%41' );
	await rename.check();
	await page.getByLabel( 'Keep apart' ).check();
	await refused( page );
	await wrong( pattern, /unclosed group/ );
	await expect( pattern ).toHaveValue( '^(?<first>\\w' );
	await expect( replacement ).toHaveValue( '$first\\"%41' );
	await expect( rename ).toBeChecked();
	await page.screenshot( { path: '../../build/screenshots/people.png', fullPage: true } );

	await pattern.fill( '^(?<first>\\w)\\w*' );
	await page.getByLabel( 'Set the passwords' ).check();
	await page.getByLabel( 'Send new people a link' ).check();
	await page.getByLabel( 'may set no password here' ).check();
	await saved( page );
	await page.reload();
	await expect( pattern ).toHaveValue( '^(?<first>\\w)\\w*' );
	await expect( replacement ).toHaveValue( '$first\\"%41' );
	for ( const label of [ 'That username, rewritten', 'Keep apart', 'Set the passwords', 'may set no password here', 'Send new people a link', 'Give an account another username' ] ) {
		await expect( page.getByLabel( label ) ).toBeChecked();
	}

	for ( const label of [ 'The username that the identity provider sends', 'Link: an identity provider' ] ) {
		await page.getByLabel( label ).check();
	}
	for ( const label of [ 'Set the passwords', 'may set no password here', 'Send new people a link', 'Give an account another username' ] ) {
		await page.getByLabel( label ).uncheck();
	}
	await pattern.fill( '' );
	await replacement.fill( '' );
	await saved( page );
} );

test( 'without JavaScript role rules are added, moved, tried and removed', async ( { settings, browser } ) => {
	const plain = await browser.newContext( { javaScriptEnabled: false, storageState: await settings.context().storageState() } );
	const page = await plain.newPage();
	await page.goto( settings.url() );
	const filter = ( which ) => page.getByLabel( `Filter of ${ which }`, { exact: true } );
	const role = ( which ) => page.getByLabel( `Role of ${ which }`, { exact: true } );
	const filters = () => page.getByLabel( /^Filter of rule/ ).evaluateAll( ( all ) => all.map( ( field ) => field.value ) );
	await open( page, 'Roles & groups' );

	await filter( 'new rule' ).fill( 'department eq' );
	await page.getByLabel( 'Role of new people' ).selectOption( 'author' );
	await refused( page );
	await wrong( filter( 'rule 1' ), /\S/ );
	await wrong( role( 'rule 1' ), /Choose a role/ );
	await expect( filter( 'rule 1' ) ).toHaveValue( 'department eq' );
	await expect( page.getByLabel( 'Role of new people' ) ).toHaveValue( 'author' );
	await page.screenshot( { path: '../../build/screenshots/roles.png', fullPage: true } );

	await filter( 'rule 1' ).fill( 'department eq "Sales <b>"' );
	await role( 'rule 1' ).selectOption( 'editor' );
	await saved( page );
	for ( const title of [ 'Two', 'Three' ] ) {
		await filter( 'new rule' ).fill( `title eq "${ title }"` );
		await role( 'new rule' ).selectOption( 'contributor' );
		await saved( page );
	}
	await expect.poll( filters ).toEqual( [ 'department eq "Sales <b>"', 'title eq "Two"', 'title eq "Three"' ] );
	await expect( role( 'rule 1' ) ).toHaveValue( 'editor' );

	await page.getByLabel( 'Position of rule 3' ).fill( '1' );
	await saved( page );
	await expect.poll( filters ).toEqual( [ 'title eq "Three"', 'department eq "Sales <b>"', 'title eq "Two"' ] );
	await page.getByLabel( 'Position of rule 1' ).fill( '3' );
	await saved( page );
	await expect.poll( filters ).toEqual( [ 'department eq "Sales <b>"', 'title eq "Two"', 'title eq "Three"' ] );

	await page.getByLabel( 'Remove rule 2' ).check();
	await saved( page );
	await expect.poll( filters ).toEqual( [ 'department eq "Sales <b>"', 'title eq "Three"' ] );
	await page.getByRole( 'link', { name: 'Who matches? (rule 2)' } ).click();
	await expect( page.locator( '.rollbook-result' ) ).toContainText( 'This filter matches nobody' );
	await page.getByLabel( 'Who matches this filter?' ).fill( 'title = "Three"' );
	await page.getByRole( 'button', { name: 'Show people' } ).click();
	await expect( page.getByLabel( 'Who matches this filter?' ) ).toHaveValue( 'title = "Three"' );
	await expect( page.getByLabel( 'Who matches this filter?' ) ).toHaveAccessibleDescription( /“=”/ );
	await page.getByLabel( 'Which rule decides' ).fill( site.admin.user );
	await page.getByRole( 'button', { name: 'Explain' } ).click();
	await expect( page.locator( '.rollbook-result' ) ).toContainText( 'No identity provider manages this account' );
	await page.getByLabel( 'Remove rule 1' ).check();
	await page.getByLabel( 'Remove rule 2' ).check();
	await page.getByLabel( 'Role of new people' ).selectOption( 'subscriber' );
	await saved( page );
	await expect.poll( filters ).toEqual( [] );
	await plain.close();
} );

test( 'a role is protected and open to rules again', async ( { settings: page } ) => {
	await open( page, 'Roles & groups' );
	await page.getByLabel( 'Editor', { exact: true } ).check();
	await saved( page );
	await expect( page.getByLabel( 'Editor', { exact: true } ) ).toBeChecked();
	await expect( page.getByLabel( 'Role of new rule' ) ).toContainText( 'Editor (protected: never given)' );
	await page.getByLabel( 'Editor', { exact: true } ).uncheck();
	await save( page );
	await expect( page.getByRole( 'alert' ) ).toContainText( 'The role “editor” is no longer protected' );
	await page.getByRole( 'button', { name: 'Save all the same' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( page.getByLabel( 'Administrator', { exact: true } ) ).toBeChecked();
	await expect( page.getByLabel( 'Role of new rule' ) ).not.toContainText( 'Editor (protected' );
} );

test( 'attributes are added, corrected and removed', async ( { settings: page } ) => {
	const rows = page.locator( '.rollbook-mapping' );
	const [ first, second, last ] = [ rows.first(), rows.nth( 1 ), rows.last() ];
	await open( page, 'Attributes' );
	await expect( page.locator( '#rollbook-paths option[value$=":department"]' ) ).toHaveCount( 1 );
	await expect( page.locator( '#rollbook-targets option[value="field:description"]' ) ).toHaveCount( 1 );
	const unfold = ( mapping ) => mapping.locator( '> summary' ).click();

	await last.getByLabel( 'Attribute' ).fill( 'ti tle' );
	await last.getByLabel( 'Goes to' ).fill( 'meta:wp_capabilities' );
	await last.getByLabel( 'Title' ).fill( 'Job' );
	await last.getByLabel( 'By' ).fill( '$1' );
	await refused( page );
	await wrong( first.getByLabel( 'Attribute' ), /\S/ );
	await wrong( first.getByLabel( 'Goes to' ), /use a role rule/ );
	await wrong( first.getByLabel( 'Replace (pattern)' ), /There is a replacement/ );
	await expect( first.getByLabel( 'Title' ) ).toHaveValue( 'Job' );
	await expect( first.getByLabel( 'Show in the list of users' ) ).not.toBeChecked();
	await page.screenshot( { path: '../../build/screenshots/attributes.png', fullPage: true } );

	await first.getByLabel( 'Attribute' ).fill( 'phoneNumbers[type eq "work"].value' );
	await first.getByLabel( 'Goes to' ).fill( 'meta:phone' );
	await first.getByLabel( 'Replace (pattern)' ).fill( '^00 ' );
	await first.getByLabel( 'By' ).fill( '+' );
	await saved( page );
	await page.reload();
	await expect( first.getByLabel( 'Attribute' ) ).toHaveValue( 'phoneNumbers[type eq "work"].value' );
	await expect( first.getByLabel( 'Replace (pattern)' ) ).toHaveValue( '^00 ' );

	await expect( first.locator( '> summary' ) ).toContainText( 'Job' );
	await unfold( last );
	await last.getByLabel( 'Attribute' ).fill( 'title' );
	await last.getByLabel( 'Goes to' ).fill( 'meta:phone' );
	await refused( page );
	await wrong( second.getByLabel( 'Goes to' ), /Another row writes to this target/ );

	await second.getByLabel( 'Attribute' ).fill( 'roles.value' );
	await second.getByLabel( 'Goes to' ).fill( 'acf:jobs' );
	await second.getByLabel( 'Written as' ).selectOption( 'Number' );
	await second.getByLabel( 'Several values' ).selectOption( 'Joined' );
	await second.getByLabel( 'Separator' ).fill( '-'.repeat( 21 ) );
	await refused( page );
	await wrong( second.getByLabel( 'Several values' ), /Only text can be joined/ );
	await wrong( second.getByLabel( 'Separator' ), /at most 20/ );
	await expect( second.getByLabel( 'Written as' ) ).toHaveValue( 'number' );
	await second.getByLabel( 'Several values' ).selectOption( 'A list' );
	await second.getByLabel( 'Separator' ).fill( ' | ' );
	await saved( page );
	await page.reload();
	await expect( second.getByLabel( 'Written as' ) ).toHaveValue( 'number' );
	await expect( second.getByLabel( 'Several values' ) ).toHaveValue( 'list' );
	await expect( second.getByLabel( 'Separator' ) ).toHaveValue( ' | ' );
	await expect( second ).toContainText( 'Advanced Custom Fields is not active. Values are kept' );
	await expect( first ).not.toContainText( 'Values are kept' );
	await page.screenshot( { path: '../../build/screenshots/attributes-missing.png', fullPage: true } );

	await unfold( last );
	await last.getByLabel( 'Attribute' ).fill( 'title' );
	await last.getByLabel( 'Goes to' ).fill( 'meta:_two_factor_totp_key' );
	await refused( page );
	await wrong( rows.nth( 2 ).getByLabel( 'Goes to' ), /decides who gets in/ );
	await page.goto( page.url() );

	await unfold( first );
	await unfold( second );
	await first.getByLabel( 'Remove' ).check();
	await second.getByLabel( 'Remove' ).check();
	await saved( page );
	await expect( rows ).toHaveCount( 1 );
} );

test( 'attributes are chosen among those that were received, and tried before they are saved', async ( { settings: page, browser } ) => {
	await scim( '/Users', site.token, { method: 'POST', body: JSON.stringify( { schemas: [ 'urn:ietf:params:scim:schemas:core:2.0:User' ], userName: `attributes-${ Date.now() }@contoso.test`, 'urn:contoso:params:scim:schemas:extension:site:2.0:User': { desk: 'Dept 4711', doorToken: 'very-secret-4711' } } ) } );
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	for ( const one of [ await plain.newPage(), page ] ) {
		const rows = one.locator( '.rollbook-mapping' );
		await one.goto( '/wp-admin/options-general.php?page=rollbook&tab=attributes' );
		await one.locator( '.rollbook-received > summary' ).click();
		await expect( one.locator( '.rollbook-received' ) ).toContainText( 'Dept 4711' );
		await expect( one.locator( '.wrap' ) ).not.toContainText( 'very-secret-4711' );
		await one.locator( '.rollbook-body > summary' ).first().click();
		await expect( one.locator( '.rollbook-body pre' ).first() ).toContainText( '"doorToken": "…"' );
		await one.getByRole( 'link', { name: 'Add a row for urn:contoso:params:scim:schemas:extension:site:2.0:User:desk' } ).click();
		await expect( rows.last().getByLabel( 'Attribute' ) ).toHaveValue( 'urn:contoso:params:scim:schemas:extension:site:2.0:User:desk' );
		await rows.last().getByLabel( 'Goes to' ).fill( 'meta:desk' );
		await rows.last().getByLabel( 'Replace (pattern)' ).fill( '^Dept ' );
		await rows.last().getByLabel( 'Try a value' ).fill( 'Dept 5' );
		await rows.last().getByRole( 'button', { name: 'What would be stored?' } ).click();
		await expect( rows.first() ).toContainText( 'Stored would be: 5' );
		await expect( one.getByText( 'Nothing is saved yet' ) ).toBeVisible();
		await rows.first().getByLabel( 'Attribute' ).fill( 'urn:contoso:params:scim:schemas:extension:nowhere:2.0:User:floor' );
		await rows.first().getByLabel( 'Goes to' ).fill( 'meta:desk' );
		await rows.first().getByLabel( 'Goes to' ).press( 'Enter' );
		await expect( one.getByText( 'Settings saved.' ) ).toBeVisible();
		await expect( rows.first().locator( '> summary' ) ).toContainText( 'Never received' );
		for ( const [ name, width, direction ] of [ [ 'wide', 1280, 'ltr' ], [ 'narrow', 375, 'ltr' ], [ 'right-to-left', 375, 'rtl' ] ] ) {
			await one.setViewportSize( { width, height: 900 } );
			await one.goto( '/wp-admin/options-general.php?page=rollbook&tab=attributes' );
			for ( const summary of await one.locator( '.wrap summary' ).all() ) {
				await summary.click();
			}
			// WordPress's own bar, and its regions for screen readers, stand a pixel outside where only the direction is another one.
			await one.evaluate( ( dir ) => {
				document.documentElement.setAttribute( 'dir', dir );
				document.querySelectorAll( '#wpadminbar, .a11y-speak-region' ).forEach( ( element ) => element.remove() );
			}, direction );
			expect( await one.evaluate( () => document.documentElement.scrollWidth ), name ).toBeLessThanOrEqual( width );
			await one.screenshot( { path: `../../build/screenshots/attributes-${ name }.png`, fullPage: true } );
		}
		await one.setViewportSize( { width: 1280, height: 900 } );
		await one.goto( '/wp-admin/options-general.php?page=rollbook&tab=attributes' );
		await rows.first().locator( '> summary' ).click();
		await rows.first().getByLabel( 'Remove' ).check();
		await one.getByRole( 'button', { name: 'Save settings' } ).last().click();
		await expect( rows ).toHaveCount( 1 );
	}
	await plain.close();
} );

test( 'networks, the log and the address of WPO365 have their settings', async ( { settings: page } ) => {
	const days = page.getByLabel( 'Keep the activity log for' );
	const wpo365 = page.getByLabel( 'Also answer at the address of WPO365' );
	const there = () => fetch( `${ site.url }/index.php?rest_route=/wpo365/v1/Users`, { headers: { Authorization: `Bearer ${ site.token }` } } );
	await open( page, 'Advanced' );
	const networks = page.getByLabel( 'Allowed networks' );
	const status = async () => ( await scim( '/ServiceProviderConfig', site.token ) ).status;
	await days.fill( 'many' );
	await networks.fill( '10.0.0.0/8\nnowhere\n' );
	await wpo365.check();
	await refused( page );
	await wrong( networks, /"nowhere" is no network/ );
	await expect( networks ).toHaveValue( '10.0.0.0/8\nnowhere' );
	await wrong( days, /a whole number from 0/ );
	await expect( days ).toHaveValue( 'many' );
	await expect( wpo365 ).toBeChecked();
	await page.screenshot( { path: '../../build/screenshots/advanced.png', fullPage: true } );

	await days.fill( '30' );
	await networks.fill( '10.0.0.0/8' );
	await save( page ); // The last request came from elsewhere.
	await page.getByRole( 'button', { name: 'Save all the same' } ).click();
	await expect( page.getByText( 'Settings saved.' ) ).toBeVisible();
	await expect( days ).toHaveValue( '30' );
	expect( await status() ).toBe( 403 );
	await networks.fill( '' );
	await saved( page );
	expect( await status() ).toBe( 200 );
	expect( ( await there() ).headers.get( 'content-type' ) ).toBe( 'application/scim+json' );
	await days.fill( '90' );
	await wpo365.uncheck();
	await saved( page );
	expect( ( await there() ).headers.get( 'content-type' ) ).not.toBe( 'application/scim+json' );
} );

test( 'forms work without JavaScript, and not without their nonce or the right', async ( { settings: page, browser } ) => {
	const storageState = await page.context().storageState();
	const plain = await browser.newContext( { storageState, javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook&tab=roles' );
	await quiet.getByLabel( 'Filter of new rule' ).fill( 'active eq true' );
	await quiet.getByLabel( 'Role of new rule' ).selectOption( 'author' );
	await saved( quiet );
	await quiet.getByLabel( 'Remove rule 1' ).check();
	await saved( quiet );

	// A chosen day counts, although the button beside it stands on “Never”.
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook' );
	const name = await unused( quiet, 'A day without its button' );
	await quiet.getByLabel( 'Last day of the token' ).first().fill( `${ new Date().getFullYear() + 1 }-12-31` );
	await expect( quiet.getByLabel( 'Never' ).first() ).toBeChecked();
	await create( quiet, name );
	await expect( row( quiet, name ).locator( '.column-expires' ) ).toHaveText( /^December 31/ );
	await revoke( quiet, name );

	const forged = await plain.request.post( '/wp-admin/admin-post.php', {
		form: { action: 'rollbook_save_settings', tab: 'advanced', activity_days: '1', _wpnonce: 'forged' },
	} );
	expect( forged.status() ).toBe( 403 );
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook&tab=advanced' );
	await expect( quiet.getByLabel( 'Keep the activity log for' ) ).toHaveValue( '90' );
	await plain.close();
} );

for ( const tab of [ 'Connection', 'People', 'Roles & groups', 'Attributes', 'Advanced' ] ) {
	test( `on the tab ${ tab } everything has a name, ids are unique, and a narrow window shows all of it`, async ( { settings: page } ) => {
		const name = tab.split( ' ' )[ 0 ].toLowerCase();
		await open( page, tab );
		for ( const summary of await page.locator( '.wrap summary' ).all() ) {
			await summary.click();
		}
		const screen = page.locator( '.wrap' );
		await page.waitForLoadState( 'networkidle' ); // Scripts hide what only serves where they do not run.
		for ( const control of await screen.locator( 'input:not([type=hidden]), select, button:not([aria-hidden])' ).filter( { visible: true } ).all() ) {
			await expect( control ).toHaveAccessibleName( /\S/ );
		}
		const ids = await page.locator( '[id]' ).evaluateAll( ( all ) => all.map( ( element ) => element.id ) );
		expect( ids.filter( ( id, index ) => ids.indexOf( id ) !== index ) ).toEqual( [] );
		await page.screenshot( { path: `../../build/screenshots/tab-${ name }.png`, fullPage: true } );

		await page.setViewportSize( { width: 400, height: 800 } );
		expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 400 );
		await page.screenshot( { path: `../../build/screenshots/tab-${ name }-narrow.png`, fullPage: true } );
	} );
}

test( 'the keyboard reaches the address', async ( { settings: page } ) => {
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
