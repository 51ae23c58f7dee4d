<?php
/**
 * Plugin Name: Mail recorder
 * Description: No mail leaves a test site: each is written as a line of JSON to mail.jsonl in the site's directory.
 */

add_filter(
	'pre_wp_mail',
	static function ( $sent, array $mail ) {
		$line = wp_json_encode( $mail, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) . "\n";
		file_put_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl', $line, FILE_APPEND | LOCK_EX );
		return true;
	},
	PHP_INT_MAX,
	2
);
