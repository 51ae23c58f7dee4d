<?php
define( 'ROLLBOOK_SITE_DIR', @folder@ );

define( 'DB_NAME', @db_name@ );
define( 'DB_USER', @db_user@ );
define( 'DB_PASSWORD', @db_password@ );
define( 'DB_HOST', @db_host@ );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'DB_DIR', @db_dir@ ); // SQLite's drop-in reads these two.
define( 'DB_FILE', @db_file@ );
$table_prefix = 'wp_';

require ROLLBOOK_SITE_DIR . '/etc/address.php';
require ROLLBOOK_SITE_DIR . '/etc/salts.php';

define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_LOG', ROLLBOOK_SITE_DIR . '/logs/debug.log' );
define( 'WP_DEBUG_DISPLAY', false );

define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISALLOW_FILE_MODS', @fixed@ ); // The plugin is a link into the checkout: "Delete" would delete the sources.

defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
