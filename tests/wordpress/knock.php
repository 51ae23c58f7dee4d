<?php
/**
 * Tries a password and prints "in", or the code of the refusal: php knock.php <login> <password>.
 */

declare( strict_types=1 );

require __DIR__ . '/wordpress.php';

$rollbook_user = wp_authenticate( $argv[1], $argv[2] );
echo json_encode( is_wp_error( $rollbook_user ) ? $rollbook_user->get_error_codes() : array( 'in' ) );
