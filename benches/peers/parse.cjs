// How many nanoseconds scim2-parse-filter takes for each of the filters given as a JSON array: null for one that it refuses.
const { parse } = require( process.argv[ 2 ] );

const ROUNDS = 200;
const PER_ROUND = 2000;

function best( text ) {
	try {
		parse( text );
	} catch {
		return null;
	}
	let least = Infinity;
	for ( let round = 0; round < ROUNDS; round++ ) {
		const start = process.hrtime.bigint();
		for ( let time = 0; time < PER_ROUND; time++ ) {
			parse( text );
		}
		least = Math.min( least, Number( process.hrtime.bigint() - start ) / PER_ROUND );
	}
	return least;
}

console.log( JSON.stringify( JSON.parse( process.argv[ 3 ] ).map( best ) ) );
