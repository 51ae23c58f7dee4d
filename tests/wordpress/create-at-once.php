<?php
/**
 * Creates a person and prints the outcome: php create-at-once.php <userName> <logins, with commas> <address> [<site of the network>].
 * Several of these run at once; each waits for the next full second.
 */

declare( strict_types=1 );

require __DIR__ . '/wordpress.php';

list( , $user_name, $logins, $email ) = $argv;
if ( isset( $argv[4] ) ) {
	switch_to_blog( (int) $argv[4] );
}

usleep( (int) ( ( ceil( microtime( true ) + 0.5 ) - microtime( true ) ) * 1e6 ) );

echo json_encode(
	( new Rollbook\WordPress\Endpoint\CommandTable() )->run(
		array(
			'do'      => 'create_user',
			'row'     => array(
				'user_name'     => $user_name,
				'user_name_key' => strtolower( $user_name ),
				'external_id'   => null,
				'active'        => true,
				'document'      => '{}',
				'lookups'       => array(),
			),
			'account' => array(
				'user_id'      => null,
				'managed_here' => true,
				'logins'       => explode( ',', $logins ),
				'email'        => $email,
				'password'     => null,
				'role'         => null,
				'values'       => array(),
			),
			'targets' => array(),
			'now'     => 1_700_000_000_123,
		)
	)
);
