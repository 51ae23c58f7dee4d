import { AxeBuilder } from '@axe-core/playwright';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, scim, site, test } from '../site.js';

const content = `${ site.dir }/wordpress/wp-content`;
const program = `${ content }/rollbook-engine`;

// A browser with this cookie sees the site as in a language that is written from right to left.
const direction = `${ content }/mu-plugins/rollbook-test-direction.php`;
test.beforeAll( () => writeFileSync( direction, `<?php add_action( 'after_setup_theme', static function () { if ( 'rtl' === ( $_COOKIE['rollbook_direction'] ?? '' ) ) { $GLOBALS['wp_locale']->text_direction = 'rtl'; } } );` ) );
test.afterAll( () => rmSync( direction ) );
test.afterEach( () => rmSync( program, { force: true } ) );

const version = /^version = "(.+)"/m.exec( readFileSync( '../../Cargo.toml', 'utf8' ) )[ 1 ];

test( 'without the extension the screen names the file, the command and the place, and a message to the host is copied', async ( { settings: page } ) => {
	await expect( page.getByRole( 'alert' ) ).toContainText( 'is not installed' );
	const commands = await page.getByLabel( 'type these commands' ).inputValue();
	expect( commands ).toMatch( /^sudo apt install \.\/php\d\.\d-rollbook_[\d.]+-1_\w+\.deb$|^tar xf php_rollbook-/ );
	expect( commands ).toContain( version );

	await page.getByRole( 'button', { name: 'Copy message' } ).click();
	const message = await page.evaluate( () => navigator.clipboard.readText() );
	expect( message ).toBe( await page.getByLabel( 'Send this message' ).inputValue() );
	expect( message ).toMatch( new RegExp( `php_rollbook-${ version }_php\\d\\.\\d-\\w+-linux-(glibc|musl)-(nts|zts)\\.tgz` ) );
	expect( message ).toContain( 'extension="$PWD/rollbook.so" --ri rollbook' );
	expect( message ).toContain( 'rollbook.ini' );
	expect( message ).toContain( site.url );

	const answer = await scim( '/Users', site.token );
	expect( answer.status ).toBe( 503 );
	expect( Number( answer.headers.get( 'retry-after' ) ) ).toBeGreaterThan( 0 );
	expect( ( await fetch( site.url ) ).status ).toBe( 200 );
} );

test( 'the engine in its place opens the settings; one that is incomplete, or may not be executed, is said to be', async ( { settings: page } ) => {
	writeFileSync( program, readFileSync( process.env.ROLLBOOK_ENGINE ).subarray( 0, 100_000 ), { mode: 0o700 } );
	await page.reload();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'is incomplete' );
	await expect( page.getByRole( 'heading', { name: 'the engine' } ) ).toBeVisible();

	writeFileSync( program, 'the beginning of a page that says 404', { mode: 0o700 } );
	await page.reload();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'is no program for Linux' );

	copyFileSync( process.env.ROLLBOOK_ENGINE, program );
	chmodSync( program, 0o600 );
	await page.reload();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'may not be executed' );
	await expect( page.getByRole( 'alert' ) ).toContainText( `chmod 700 ${ program }` );

	writeFileSync( program, '#!/bin/sh\nwhile read line; do echo \'{"value": "0.0.9"}\'; done\n', { mode: 0o700 } );
	chmodSync( program, 0o700 );
	await page.reload();
	await expect( page.getByRole( 'alert' ) ).toContainText( 'engine has version 0.0.9' );
	expect( ( await scim( '/Users', site.token ) ).status ).toBe( 503 );

	rmSync( program );
	copyFileSync( process.env.ROLLBOOK_ENGINE, program );
	chmodSync( program, 0o700 );
	await page.reload();
	await expect( page.getByRole( 'heading', { name: 'Tokens', exact: true } ) ).toBeVisible();
	expect( ( await scim( '/Users', site.token ) ).status ).toBe( 200 );
	await page.goto( '/wp-admin/site-health.php?tab=debug' );
	await expect( page.locator( '#health-check-accordion-block-rollbook' ) ).toContainText( `${ version } (${ program })` );
} );

test( 'Site Health says the same and leads to the screen', async ( { settings: page } ) => {
	await page.goto( '/wp-admin/site-health.php' );
	const entry = page.locator( '#health-check-issues-critical' );
	await entry.getByRole( 'button', { name: 'The Rollbook extension does not run' } ).click();
	await entry.getByRole( 'link', { name: 'How to install it on this server' } ).click();
	await expect( page.getByRole( 'heading', { name: 'Somebody else looks after the server' } ) ).toBeVisible();
	await page.goto( '/wp-admin/plugins.php' );
	await expect( page.getByRole( 'alert' ).getByRole( 'link', { name: 'How to install it' } ) ).toBeVisible();
} );

test( 'the screen needs no JavaScript', async ( { settings: page, browser } ) => {
	const plain = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	const quiet = await plain.newPage();
	await quiet.goto( '/wp-admin/options-general.php?page=rollbook' );
	await expect( quiet.getByLabel( 'Send this message' ) ).toHaveValue( /rollbook\.so/ );
	await expect( quiet.getByRole( 'button', { name: 'Copy message' } ) ).toBeHidden();
	await plain.close();
} );

test( 'axe-core finds nothing, and it fits a narrow window, also from right to left', async ( { settings: page } ) => {
	const found = await new AxeBuilder( { page } ).include( '#wpbody-content' ).analyze();
	expect( found.violations.map( ( violation ) => [ violation.id, violation.nodes.map( ( node ) => node.html ) ] ) ).toEqual( [] );
	for ( const side of [ 'ltr', 'rtl' ] ) {
		await page.context().addCookies( [ { name: 'rollbook_direction', value: side, url: site.url } ] );
		for ( const width of [ 1280, 375 ] ) {
			await page.setViewportSize( { width, height: 900 } );
			await page.goto( '/wp-admin/options-general.php?page=rollbook' );
			expect( await page.evaluate( () => document.documentElement.dir || 'ltr' ) ).toBe( side );
			expect( await page.evaluate( () => document.documentElement.scrollWidth ), `${ side } ${ width }` ).toBeLessThanOrEqual( width );
			await page.screenshot( { path: `../../build/screenshots/installation-${ side }-${ width }.png`, fullPage: true } );
		}
	}
} );
