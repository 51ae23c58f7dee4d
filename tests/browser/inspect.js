import { AxeBuilder } from '@axe-core/playwright';
import { expect } from './site.js';

/** Nothing for axe-core, no sideways scroll in a narrow window, and pictures to look at: wide, narrow, right to left. */
export async function inspect( page, name, part = '#wpbody-content', isMeasuredFromRightToLeft = false ) {
	const found = await new AxeBuilder( { page } ).include( part ).analyze();
	expect( found.violations.map( ( violation ) => `${ violation.id }: ${ violation.nodes.map( ( node ) => node.target ).join( ' ' ) }` ) ).toEqual( [] );
	await page.screenshot( { path: `../../build/screenshots/${ name }-1280.png`, fullPage: true } );
	await page.setViewportSize( { width: 375, height: 800 } );
	expect( await page.evaluate( () => document.documentElement.scrollWidth ) ).toBeLessThanOrEqual( 375 );
	await page.screenshot( { path: `../../build/screenshots/${ name }-375.png`, fullPage: true } );
	await page.evaluate( () => document.documentElement.setAttribute( 'dir', 'rtl' ) );
	await page.screenshot( { path: `../../build/screenshots/${ name }-375-rtl.png`, fullPage: true } );
	if ( isMeasuredFromRightToLeft ) {
		// WordPress's own bar, and its regions for screen readers, stand a pixel outside where only the direction is another one.
		const own = await page.addStyleTag( { content: '#wpadminbar, .a11y-speak-region { display: none !important; }' } );
		expect( await page.evaluate( () => document.documentElement.scrollWidth ), 'right to left' ).toBeLessThanOrEqual( 375 );
		await own.evaluate( ( style ) => style.remove() );
	}
	await page.evaluate( () => document.documentElement.setAttribute( 'dir', 'ltr' ) );
	await page.setViewportSize( { width: 1280, height: 900 } );
}

/** A page of the same session without JavaScript. */
export async function withoutScripts( page, browser ) {
	const context = await browser.newContext( { storageState: await page.context().storageState(), javaScriptEnabled: false } );
	return context.newPage();
}
