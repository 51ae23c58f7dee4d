<?php
/* Prepares a site for `benches/endpoint`, and tells what its requests need. */

// A route that does nothing; what WordPress costs before anything of ours runs; and a file that says whether plugins were loaded, for who asks.
file_put_contents(
	WPMU_PLUGIN_DIR . '/bench.php',
	'<?php
add_action( "rest_api_init", static function () {
	register_rest_route( "bench/v1", "/empty", array(
		"methods" => "GET", "permission_callback" => "__return_true", "callback" => static fn() => array(),
	) );
} );
switch ( $_SERVER["HTTP_X_BENCH_END"] ?? "" ) {
	case "at once":
		exit;
	case "when loaded":
		add_action( "init", array( "Rollbook\\\\WordPress\\\\Endpoint\\\\SetUp", "action_init" ), PHP_INT_MIN );
		add_action( "wp_loaded", static fn() => exit(), PHP_INT_MIN );
}
if ( isset( $_SERVER["HTTP_X_BENCH_WATCH"] ) ) {
	add_action( "plugins_loaded", static fn() => touch( ROLLBOOK_SITE_DIR . "/went-full" ) );
}'
);

// What a broken run has left.
require_once ABSPATH . 'wp-admin/includes/user.php';
$left = array( 'search' => 'bench-core-*', 'search_columns' => array( 'user_login' ), 'fields' => 'ID' );
foreach ( get_users( $left ) as $user_id ) {
	wp_delete_user( $user_id, 1 );
}

$name             = array( 'name' => 'bench ' . microtime( true ) );
list( $password ) = WP_Application_Passwords::create_new_application_password( 1, $name );

$table = \Rollbook\WordPress\Store\Tables::name( 'users' );
$ids   = array();
foreach ( json_decode( '@numbers@' ) as $number ) {
	$key   = sprintf( 'person%07d@people.test', $number );
	$ids[] = $wpdb->get_var( $wpdb->prepare( "SELECT id FROM $table WHERE user_name_key = %s", $key ) );
}

$local = username_exists( 'local-bench' );
if ( ! $local ) {
	$account = array( 'user_login' => 'local-bench', 'user_email' => 'local-bench@people.test', 'user_pass' => wp_generate_password( 30 ) );
	$local   = wp_insert_user( $account );
}

echo json_encode(
	array(
		'password' => $password,
		'ids'      => $ids,
		'groups'   => $wpdb->get_col( 'SELECT id FROM ' . \Rollbook\WordPress\Store\Tables::name( 'groups' ) . ' ORDER BY row_id LIMIT 10' ),
		'local'    => $local,
	)
);
