<?php
/**
 * Breaks a request off in the midst, after a part of it was stored: what a plugin's hook does that ends the transaction and fails then.
 * A test puts it among the must-use plugins and says in `break.json` of the site's folder where: a hook, and how.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

$rollbook_break = json_decode( (string) @file_get_contents( ROLLBOOK_SITE_DIR . '/break.json' ) );
if ( null !== $rollbook_break && str_contains( $_SERVER['REQUEST_URI'] ?? '', '/scim/v2' ) ) {
	add_filter(
		$rollbook_break->hook,
		static function ( mixed $value = null ) use ( $rollbook_break ): mixed {
			global $wpdb;
			static $is_over = false;
			if ( $is_over ) {
				return $value;
			}
			$is_over = true;
			$wpdb->query( 'COMMIT' );
			file_put_contents( ROLLBOOK_SITE_DIR . '/broken', 'yes' );
			if ( 'throw' === $rollbook_break->how ) {
				throw new RuntimeException( 'a plugin throws' );
			}
			// PHP's own server would die as a whole.
			'kill' === $rollbook_break->how && 'fpm-fcgi' === PHP_SAPI ? posix_kill( posix_getpid(), 9 ) : exit( 'a plugin ends PHP' );
		},
		-1000
	);
}
