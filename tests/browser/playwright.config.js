import { defineConfig } from '@playwright/test';

// The site under test, as `tests/site up` prints it; `run` sets it.
const site = JSON.parse( process.env.ROLLBOOK_SITE ?? '{}' );

// Each of these folders needs a site of its own kind.
const folder = ( process.env.ROLLBOOK_ARCHIVE && 'fresh' ) || ( process.env.ROLLBOOK_ENGINE && 'missing' ) || ( process.env.ROLLBOOK_NETWORK && 'network' ) || '.';

export default defineConfig( {
	testDir: folder,
	testIgnore: '.' === folder ? [ 'fresh/**', 'missing/**', 'network/**' ] : [],
	outputDir: '../../build/browser-results',
	workers: 1, // One site, one settings screen.
	forbidOnly: true,
	// Generous: a busy machine takes seconds for a page of wp-admin.
	timeout: 180_000,
	expect: { timeout: 30_000 },
	reporter: [ [ 'list' ] ],
	use: {
		baseURL: site.url,
		viewport: { width: 1280, height: 900 },
		permissions: [ 'clipboard-read', 'clipboard-write' ],
		screenshot: 'only-on-failure',
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [ '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage' ],
		},
	},
} );
