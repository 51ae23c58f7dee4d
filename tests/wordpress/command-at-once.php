<?php
/**
 * Carries out a command and prints the answer: php command-at-once.php <command as JSON>.
 * Several of these run at once; each waits for the next full second.
 */

declare( strict_types=1 );

require __DIR__ . '/wordpress.php';

usleep( (int) ( ( ceil( microtime( true ) + 0.5 ) - microtime( true ) ) * 1e6 ) );

try {
	echo json_encode( ( new Rollbook\WordPress\Endpoint\CommandTable() )->run( json_decode( $argv[1], true, 512, JSON_THROW_ON_ERROR ) ) );
} catch ( Throwable $failure ) {
	// A failure leaves nothing behind, and is told apart from an answer.
	echo json_encode( array( 'outcome' => 'failed', 'message' => $failure->getMessage() ) );
}
