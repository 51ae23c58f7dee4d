<?php
/**
 * Gives accounts other addresses, as the network's admin does it: php edit-addresses.php <old> <new> …; prints whether each was done.
 */

declare( strict_types=1 );

require dirname( __DIR__ ) . '/wordpress.php';

$rollbook_done = array();
foreach ( array_chunk( array_slice( $argv, 1 ), 2 ) as list( $rollbook_old, $rollbook_new ) ) {
	$rollbook_done[] = is_int( wp_update_user( array( 'ID' => get_user_by( 'email', $rollbook_old )->ID, 'user_email' => $rollbook_new ) ) );
}
echo json_encode( $rollbook_done );
