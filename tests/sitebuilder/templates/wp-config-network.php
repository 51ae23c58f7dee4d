<?php
define( 'WP_ALLOW_MULTISITE', true );
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', @host@ );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
if ( is_file( __DIR__ . '/rollbook-engine' ) ) {
	define( 'ROLLBOOK_ENGINE', __DIR__ . '/rollbook-engine' );
}
