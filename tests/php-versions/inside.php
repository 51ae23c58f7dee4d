<?php
/**
 * Inside WordPress, on a PHP without the extension: what an administrator is told, and who may log in. Prints JSON.
 *
 * $args: the administrator's name and password; the name and password of somebody who was deactivated.
 */

require_once ABSPATH . 'wp-admin/includes/admin.php';
list( $admin, $password, $left, $their_password ) = $args;

$account = wp_authenticate( $admin, $password );
$told    = '';
if ( ! is_wp_error( $account ) ) {
	wp_set_current_user( $account->ID );
	set_current_screen( 'plugins' );
	ob_start();
	do_action( 'admin_notices' );
	$told = (string) ob_get_clean();
}
echo json_encode(
	array(
		'php'         => PHP_VERSION,
		'extension'   => extension_loaded( 'rollbook' ),
		'admin_in'    => ! is_wp_error( $account ),
		'left_in'     => ! is_wp_error( wp_authenticate( $left, $their_password ) ),
		'told'        => html_entity_decode( wp_strip_all_tags( $told ) ),
	)
);
