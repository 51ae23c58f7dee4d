import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const freePort = () =>
	new Promise( ( resolve ) => {
		const server = createServer().listen( 0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close( () => resolve( port ) );
		} );
	} );

const listens = ( port ) =>
	new Promise( ( resolve ) => {
		const socket = connect( port, '127.0.0.1', () => socket.end( () => resolve( true ) ) ).on( 'error', () => resolve( false ) );
	} );

/**
 * An nginx before a site, which does to requests what servers do to them; `directives` stand beside `proxy_pass`. Somebody else may take the
 * free port in the moment before nginx does: then another one is tried.
 */
export async function nginxBefore( url, directives, tries = 5 ) {
	const folder = mkdtempSync( join( tmpdir(), 'rollbook-nginx-' ) );
	const port = await freePort();
	const paths = [ 'client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi' ].map( ( kind ) => `${ kind }_temp_path ${ folder }/${ kind };` ).join( '' );
	const user = 0 === process.getuid() ? 'user root root;' : '';
	writeFileSync(
		join( folder, 'nginx.conf' ),
		`${ user } daemon off; worker_processes 1; pid ${ folder }/pid; error_log ${ folder }/error.log; events {}
		http { access_log off; ${ paths } proxy_cache_path ${ folder }/cache keys_zone=kept:1m;
			server { listen 127.0.0.1:${ port }; location / { proxy_pass ${ url }; proxy_set_header Host $http_host; ${ directives } } } }`
	);
	const started = spawn( 'nginx', [ '-e', `${ folder }/error.log`, '-p', folder, '-c', `${ folder }/nginx.conf` ], {
		env: { ...process.env, PATH: `${ process.env.PATH }:/usr/sbin` },
		stdio: 'ignore',
	} );
	for ( let waits = 0; waits < 200 && null === started.exitCode && ! ( await listens( port ) ); waits++ ) {
		await pause( 50 );
	}
	await pause( 100 );
	if ( null !== started.exitCode || ! ( await listens( port ) ) ) {
		started.kill();
		if ( 1 === tries ) {
			throw new Error( 'nginx does not start' );
		}
		return nginxBefore( url, directives, tries - 1 );
	}
	return {
		url: `http://127.0.0.1:${ port }`,
		async stop() {
			const ended = new Promise( ( resolve ) => started.once( 'exit', resolve ) );
			started.kill();
			await ended;
			rmSync( folder, { recursive: true } );
		},
	};
}
