<?php
/**
 * WordPress in the container: everything that is another one's affair comes from the environment.
 *
 * @package Rollbook
 */

define( 'DB_HOST', getenv( 'DATABASE_HOST' ) ?: 'database' );
define( 'DB_NAME', getenv( 'DATABASE_NAME' ) ?: 'wordpress' );
define( 'DB_USER', getenv( 'DATABASE_USER' ) ?: 'wordpress' );
define( 'DB_PASSWORD', (string) getenv( 'DATABASE_PASSWORD' ) );
define( 'DB_CHARSET', 'utf8mb4' );

define( 'WP_HOME', getenv( 'WORDPRESS_URL' ) ?: 'http://localhost' );
define( 'WP_SITEURL', WP_HOME );
if ( str_starts_with( WP_HOME, 'https:' ) ) {
	$_SERVER['HTTPS'] = 'on'; // What is before the container has taken it off.
}

define( 'WP_CONTENT_DIR', '/var/lib/wordpress/wp-content' );
define( 'FS_METHOD', 'direct' );
require '/var/lib/wordpress/salts.php';
