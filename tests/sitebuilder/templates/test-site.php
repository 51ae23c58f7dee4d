<?php
/**
 * Plugin Name: Test site
 * Description: No mail leaves: each is written as a line of JSON to mail.jsonl in the site's directory. No update is looked for.
 */

add_filter(
	'pre_wp_mail',
	static function ( $sent, array $mail ) {
		if ( null !== $sent ) {
			return $sent;
		}
		$line = wp_json_encode( $mail, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) . "\n";
		file_put_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl', $line, FILE_APPEND | LOCK_EX );
		return true;
	},
	PHP_INT_MAX,
	2
);

// With the network closed these would fill debug.log with warnings that are none of ours.
remove_action( 'admin_init', '_maybe_update_core' );
remove_action( 'admin_init', '_maybe_update_plugins' );
remove_action( 'admin_init', '_maybe_update_themes' );
remove_action( 'load-plugins.php', 'wp_update_plugins' );
remove_action( 'load-themes.php', 'wp_update_themes' );
