<?php
/**
 * Constants that WordPress defines outside of its functions, and wp-config.php or WP-CLI where they are there. For analysers and
 * editors; never loaded.
 */

define( 'ABSPATH', (string) getenv( 'ABSPATH' ) );
define( 'DB_ENGINE', (string) getenv( 'DB_ENGINE' ) );
define( 'DB_HOST', (string) getenv( 'DB_HOST' ) );
define( 'DB_NAME', (string) getenv( 'DB_NAME' ) );
define( 'WPINC', 'wp-includes' );
define( 'WP_CLI', (bool) getenv( 'WP_CLI' ) );
