import { readFileSync } from 'node:fs';

const plain = ( text ) => text.replace( /\s+/g, ' ' ).trim();
const unquoted = ( lines ) => lines.map( ( line ) => JSON.parse( line ) ).join( '' );

/** The texts of a .po file: each English one, and what it is in the language. */
function texts( locale ) {
	const source = readFileSync( new URL( `../../php-plugin/languages/rollbook-${ locale }.po`, import.meta.url ), 'utf8' );
	return source.split( /\n\n+/ ).flatMap( ( block ) => {
		const found = Object.fromEntries(
			[ ...block.matchAll( /^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)/gm ) ].map( ( [ , key, quoted ] ) => [ key, unquoted( quoted.trim().split( '\n' ) ) ] )
		);
		const said = Object.keys( found ).filter( ( key ) => key.startsWith( 'msgstr' ) ).map( ( key ) => plain( found[ key ] ) );
		return said.some( ( text ) => text ) ? [ found.msgid, found.msgid_plural ].filter( Boolean ).map( ( text ) => [ plain( text ), said ] ) : [];
	} );
}

/** What is English on a page that is to be in another language. */
export class Words {
	constructor( locale ) {
		const every = texts( locale );
		const words = new Set( every.flatMap( ( [ , said ] ) => said ) ); // “Attribute” is a German word as well.
		const all = every.filter( ( [ english ] ) => ! words.has( english ) );
		this.whole = new Set( all.map( ( [ english ] ) => english ) );
		// A text with values is known by the words between them, if there are some.
		this.patterns = all
			.filter( ( [ english ] ) => /%(\d\$)?[sd]/.test( english ) && english.replace( /%(\d\$)?[sd]/g, '' ).match( /\p{L}{2,}/gu )?.length > 1 )
			.map( ( [ english ] ) => new RegExp( `^${ english.replace( /[.*+?^${}()|[\]\\]/g, '\\$&' ).replace( /%%|%(\\?\d?\\\$)?[sd]/g, '.*' ) }$`, 'su' ) );
	}

	/** The English texts within parts of a page: of its elements, and of the attributes that are read out or shown; not within `foreign`. */
	async left( page, part, foreign ) {
		const shown = await page.locator( part ).evaluateAll( ( roots, ignored ) => roots.flatMap( ( root ) => [ root, ...root.querySelectorAll( '*' ) ].flatMap( ( element ) => {
			if ( element.closest( ignored ) ) {
				return [];
			}
			const own = [ ...element.childNodes ].filter( ( node ) => node.nodeType === Node.TEXT_NODE ).map( ( node ) => node.data );
			const read = [ 'aria-label', 'title', 'placeholder', 'alt', 'data-colname', 'label' ].map( ( name ) => element.getAttribute( name ) );
			const button = [ 'submit', 'button' ].includes( element.type ) ? [ element.value ] : [];
			return [ ...own, own.some( ( text ) => text.trim() ) ? element.textContent : '', ...read, ...button ];
		} ) ), foreign );
		return [ ...new Set( shown.filter( Boolean ).map( plain ) ) ].filter( ( text ) => text && ( this.whole.has( text ) || this.patterns.some( ( pattern ) => pattern.test( text ) ) ) );
	}
}
