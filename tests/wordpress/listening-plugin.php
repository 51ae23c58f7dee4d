<?php
/**
 * A plugin that uses every extension point; the tests put it among the must-use plugins.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

foreach ( array( 'user_created', 'user_linked', 'user_updated', 'user_deactivated', 'user_reactivated', 'user_deleted', 'group_changed', 'role_changed' ) as $listened_to ) {
	add_action(
		"rollbook/$listened_to",
		static function ( array $event ) use ( $listened_to ): void {
			file_put_contents( ROLLBOOK_SITE_DIR . '/heard.jsonl', wp_json_encode( array( $listened_to, $event ) ) . "\n", FILE_APPEND | LOCK_EX );
			switch ( 'user_updated' === $listened_to ? get_userdata( $event['user_id'] )->first_name : '' ) {
				case 'Throw':
					throw new RuntimeException( 'thrown' );
				case 'Exit':
					exit( 'exit' );
				case 'Die':
					wp_die( 'wp_die' );
			}
		}
	);
}

add_filter(
	'rollbook/new_account_data',
	static function ( array $data ): array {
		if ( 'Throw' === ( $data['first_name'] ?? '' ) ) {
			throw new RuntimeException( 'thrown' );
		}
		if ( str_starts_with( $data['user_login'], 'pu-data' ) ) {
			$data['description']           = "It's \\ new";
			$data['role']                  = 'contributor';
			$data['meta_input']['pu_note'] = "It's \\ noted";
			$data['user_login']            = 'somebody-else';
			$data['user_email']            = 'somebody@else.test';
			$data['ID']                    = 1;
		}
		return $data;
	}
);

add_filter(
	'rollbook/mapped_value',
	static function ( mixed $value, array $place ): mixed {
		if ( 'meta:pu_title' === $place['target'] && 'Throw' === $value ) {
			throw new RuntimeException( 'thrown' );
		}
		return 'meta:pu_title' === $place['target'] && is_string( $value ) ? "$value of " . ( $place['user_id'] ? 'old' : 'new' ) : $value;
	},
	10,
	2
);

add_filter( 'rollbook/is_protected', static fn( bool $is_protected, WP_User $user ): bool => 'pu-guarded' === $user->user_login || $is_protected, 10, 2 );

add_filter(
	'rollbook/response_body',
	static function ( string $body, array $request ): mixed {
		$resource = json_decode( $body );
		switch ( $resource->nickName ?? '' ) {
			case 'Throw':
				throw new RuntimeException( 'thrown' );
			case 'Exit':
				exit( 'exit' );
			case 'Garble':
				return substr( $body, 1 );
			case 'Add':
				$resource->title = "{$request['method']} {$request['path']} {$request['status']}";
				return wp_json_encode( $resource );
		}
		return $body;
	},
	10,
	2
);
