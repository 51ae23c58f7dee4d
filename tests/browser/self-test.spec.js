import { AxeBuilder } from '@axe-core/playwright';
import { nginxBefore } from './nginx.js';
import { expect, php, site, test } from './site.js';

const write = ( file, text ) => php( `file_put_contents( WPMU_PLUGIN_DIR . '/${ file }', base64_decode( '${ Buffer.from( text ).toString( 'base64' ) }' ) );` );
const remove = ( file ) => php( `unlink( WPMU_PLUGIN_DIR . '/${ file }' );` );
const finding = ( page, text ) => page.locator( '.rollbook-finding' ).filter( { hasText: text } );
const run = ( page ) => page.getByRole( 'button', { name: /Run the self-test/ } ).click();

test( 'the self-test says that everything arrives, and that http is no good', async ( { settings: page } ) => {
	await run( page );
	await expect( page.getByRole( 'status' ).filter( { hasText: 'should be changed' } ) ).toBeVisible();
	await expect( finding( page, 'begins with http://' ) ).toContainText( 'Tokens and people’s data travel readable' );
	await expect( finding( page, 'The header “Authorization” arrives.' ) ).toContainText( 'Good' );
	await expect( finding( page, 'PUT, PATCH and DELETE pass' ) ).toContainText( 'Good' );
} );

test( 'the self-test names the plugin that ends requests', async ( { settings: page } ) => {
	write( 'contoso-wall.php', `<?php\n/* Plugin Name: Contoso Wall */\nadd_action( 'init', function () { if ( str_contains( $_SERVER['REQUEST_URI'] ?? '', '/scim/v2/' ) ) { exit; } } );\n` );
	try {
		await run( page );
		await expect( finding( page, 'Requests are ended before Rollbook can answer' ) ).toContainText( '“Contoso Wall” (wp-content/mu-plugins/contoso-wall.php:3)' );
	} finally {
		remove( 'contoso-wall.php' );
	}
} );

test( 'lost credentials are told with the lines that help, without JavaScript too, at every width', async ( { settings: page, browser } ) => {
	// The site itself drops the header before any plugin sees it, as some web servers do.
	write( 'contoso-drop.php', `<?php\nif ( str_contains( $_SERVER['REQUEST_URI'] ?? '', '/scim/v2/' ) ) { unset( $_SERVER['HTTP_AUTHORIZATION'] ); $_SERVER['HTTP_AUTHORIZATION'] = 'Basic eDp5'; }\n` );
	try {
		await run( page );
		const lost = finding( page, 'Authorization' );
		await expect( lost ).toContainText( 'Wrong' );
		await expect( lost ).toContainText( 'Without it every request is refused with 401.' );
		await lost.getByRole( 'button', { name: 'Copy lines' } ).first().click();
		expect( await page.evaluate( () => navigator.clipboard.readText() ) ).toContain( 'HTTP_AUTHORIZATION' );
		for ( const direction of [ 'ltr', 'rtl' ] ) {
			// As WordPress does it in a language that is written from right to left; its own styles apart.
			await page.evaluate( ( to ) => document.documentElement.setAttribute( 'dir', to ), direction );
			for ( const width of [ 1280, 375 ] ) {
				await page.setViewportSize( { width, height: 900 } );
				await page.locator( '.rollbook-findings' ).screenshot( { path: `../../build/screenshots/self-test-${ direction }-${ width }.png` } );
				const wide = await page.locator( '.rollbook-findings' ).evaluate( ( list ) => list.scrollWidth - list.clientWidth );
				expect( wide, `${ direction } ${ width }` ).toBeLessThanOrEqual( 0 );
			}
		}
		await page.evaluate( () => document.documentElement.setAttribute( 'dir', 'ltr' ) );
		expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 375 );
		const found = await new AxeBuilder( { page } ).include( '.wrap' ).analyze();
		expect( found.violations.map( ( violation ) => [ violation.id, violation.nodes.map( ( node ) => node.html ) ] ) ).toEqual( [] );

		const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
		const quiet = await plain.newPage();
		await quiet.goto( '/wp-admin/options-general.php?page=rollbook' );
		await run( quiet );
		await expect( finding( quiet, 'Authorization' ).getByRole( 'textbox' ).first() ).toHaveValue( /HTTP_AUTHORIZATION/ );
		await expect( quiet.getByRole( 'button', { name: 'Copy lines' } ) ).toHaveCount( 0 );
		await plain.close();
	} finally {
		remove( 'contoso-drop.php' );
	}
} );

/** The settings screen takes this for the site's address: what stands there does something to requests. */
const behind = ( url ) => `<?php\nif ( str_contains( $_SERVER['REQUEST_URI'] ?? '', 'options-general.php' ) ) { add_filter( 'option_home', fn() => '${ url }' ); }\n`;

for ( const [ what, directives, said, line ] of [
	[ 'an nginx that keeps the header', 'proxy_set_header Authorization "";', 'keeps the header “Authorization” to itself', 'fastcgi_param HTTP_AUTHORIZATION $http_authorization;' ],
	[ 'a cache', 'proxy_cache kept; proxy_ignore_headers Cache-Control Vary; proxy_cache_valid any 1m; proxy_cache_key $request_uri;', 'A cache keeps the answers', '/wp-json/scim/v2' ],
	[ 'a server that takes GET and POST alone', 'limit_except GET POST { deny all; }', 'These requests do not reach Rollbook as they were sent: PUT', 'limit_except GET POST PUT PATCH DELETE { deny all; }' ],
] ) {
	test( `the self-test finds ${ what }, and shows the line that helps`, async ( { settings: page } ) => {
		const nginx = await nginxBefore( site.url, directives );
		write( 'contoso-behind.php', behind( nginx.url ) );
		try {
			await run( page );
			await expect( finding( page, said ) ).toContainText( 'Wrong' );
			const fields = await finding( page, said ).getByRole( 'textbox' ).evaluateAll( ( all ) => all.map( ( field ) => field.value ) );
			expect( fields.join( '\n' ) ).toContain( line );
		} finally {
			remove( 'contoso-behind.php' );
			await nginx.stop();
		}
	} );
}

test( 'a plugin that closes the REST API does not matter', async ( { settings: page } ) => {
	write( 'contoso-closed.php', `<?php\nadd_filter( 'rest_authentication_errors', fn() => new WP_Error( 'closed', 'closed', array( 'status' => 401 ) ) );\n` );
	try {
		await run( page );
		await expect( finding( page, 'reach Rollbook' ) ).toContainText( 'Good' );
	} finally {
		remove( 'contoso-closed.php' );
	}
} );

test( 'tables are repaired at the press of a button', async ( { settings: page } ) => {
	php( `$GLOBALS['wpdb']->query( 'DROP TABLE ' . Rollbook\\WordPress\\Store\\Tables::name( 'refusals' ) );` );
	await run( page );
	await expect( finding( page, 'tables are not as they must be' ) ).toContainText( 'refusals' );
	await page.getByRole( 'button', { name: 'Repair the tables' } ).click();
	await expect( page.getByText( 'Done. The test ran again after it.' ) ).toBeVisible();
	await expect( finding( page, 'tables are complete' ) ).toBeVisible();
} );

test( 'Site Health shows what the self-test finds', async ( { settings: page } ) => {
	await page.goto( '/wp-admin/site-health.php' );
	await page.getByRole( 'button', { name: 'Passed tests' } ).click( { timeout: 120_000 } );
	await expect( page.getByText( 'Requests of identity providers arrive' ) ).toBeVisible( { timeout: 120_000 } );
	await expect( page.getByText( 'The site lacks something that Rollbook needs' ) ).toBeVisible();
} );
