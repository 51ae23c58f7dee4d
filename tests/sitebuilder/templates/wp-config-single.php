<?php
define( 'WP_HOME', @url@ );
define( 'WP_SITEURL', WP_HOME );
if ( is_file( __DIR__ . '/rollbook-engine' ) ) {
	define( 'ROLLBOOK_ENGINE', __DIR__ . '/rollbook-engine' );
}
