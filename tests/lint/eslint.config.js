import js from '@eslint/js';
import globals from 'globals';

const strict = {
	...js.configs.recommended.rules,
	'array-callback-return': 'error',
	'consistent-return': 'error',
	curly: 'error',
	eqeqeq: 'error',
	'no-alert': 'error',
	'no-else-return': 'error',
	'no-eval': 'error',
	'no-implicit-coercion': 'error',
	'no-implicit-globals': 'error',
	'no-shadow': 'error',
	'no-use-before-define': [ 'error', { functions: false } ],
	'no-useless-return': 'error',
	'no-var': 'error',
	'object-shorthand': 'error',
	'prefer-const': 'error',
};
const linterOptions = { reportUnusedDisableDirectives: 'error' };

export default [
	{
		// What WordPress serves as it stands. It adds what its settings page depends on.
		files: [ 'php-plugin/**/*.js' ],
		linterOptions,
		languageOptions: { sourceType: 'script', globals: { ...globals.browser, wp: 'readonly' } },
		rules: { ...strict, 'no-console': 'error', strict: [ 'error', 'function' ] },
	},
	{
		// The functions that a test hands to the page run in the browser.
		files: [ 'tests/**/*.js' ],
		linterOptions,
		languageOptions: { sourceType: 'module', globals: { ...globals.node, ...globals.browser } },
		rules: strict,
	},
	{
		files: [ 'benches/**/*.cjs' ],
		linterOptions,
		languageOptions: { sourceType: 'commonjs', globals: globals.node },
		rules: strict,
	},
];
