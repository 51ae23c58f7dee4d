<?php
/**
 * Adds the tables of a network, in subdirectories, to an installed WordPress: php install-network.php <wordpress> <host/>
 */

define( 'WP_INSTALLING_NETWORK', true );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
require ABSPATH . 'wp-admin/includes/network.php';

foreach ( $wpdb->tables( 'ms_global' ) as $table => $name ) {
	$wpdb->$table = $name;
}
wp_set_current_user( 1 );
install_network();
$result = populate_network( 1, rtrim( $argv[2], '/' ), 'admin@example.test', 'Rollbook', '/', false );
if ( is_wp_error( $result ) && 'no_wildcard_dns' !== $result->get_error_code() ) {
	fwrite( STDERR, $result->get_error_message() . "\n" );
	exit( 1 );
}
