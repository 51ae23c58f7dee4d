<?php
/**
 * Prints as JSON what a super administrator is told on a screen: php notice.php <screen>
 */

declare( strict_types=1 );

define( 'WP_NETWORK_ADMIN', true );
require dirname( __DIR__ ) . '/wordpress.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

wp_set_current_user( 1 );
set_current_screen( $argv[1] );
ob_start();
Rollbook\WordPress\Admin\RequirementsNotice::action_admin_notices();
echo json_encode( trim( wp_strip_all_tags( (string) ob_get_clean() ) ) );
