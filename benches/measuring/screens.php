<?php
/* Prepares a site for `benches/screens`: log entries, a session of the administrator, and a list of users without the plugin. */

$activity = \Rollbook\WordPress\Store\Tables::name( 'activity' );
$users    = \Rollbook\WordPress\Store\Tables::name( 'users' );
$missing  = (int) '@entries@' - (int) $wpdb->get_var( "SELECT COUNT(*) FROM $activity" );
$people   = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $users" );
$now      = (int) ( microtime( true ) * 1000 );
// Thirty days of them, about everybody: one in twenty is a change, one in a hundred a refusal.
for ( $from = 1; $from <= $missing; $from += 50000 ) {
	$to = min( $missing, $from + 49999 );
	$wpdb->query(
		"INSERT INTO $activity (time, kind, action, address, method, path, status, duration_ms, outcome, notable, user_id, resource_id, resource_name, name_key)
		SELECT $now - s.seq * 2592, 'request', ELT(1 + s.seq MOD 20, 'created', 'updated', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'read',
			'read', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'deactivated'),
			CONCAT('192.0.2.', s.seq MOD 200), IF(s.seq MOD 20 < 2, 'POST', 'GET'), '/Users', IF(s.seq MOD 100 = 0, 409, 200), 20,
			IF(s.seq MOD 100 = 0, 'refused', 'done'), IF(s.seq MOD 20 IN (0, 1, 19), 1, 0), u.user_id, u.id, u.user_name, LOWER(u.user_name)
		FROM seq_{$from}_to_$to s INNER JOIN $users u ON u.row_id = 1 + s.seq MOD $people"
	);
}

// The plugin is off for one address: WordPress does not load it there.
file_put_contents(
	WPMU_PLUGIN_DIR . '/bench-off.php',
	'<?php
if ( isset( $_GET["bench_off"] ) ) {
	add_filter( "option_active_plugins", static fn( $plugins ) => array_diff( (array) $plugins, array( "rollbook/rollbook.php" ) ) );
	add_filter( "pre_option_rollbook_doors_open", static fn() => "1" ); // Nor does its must-use file do anything.
}'
);

$until  = time() + DAY_IN_SECONDS;
$token  = WP_Session_Tokens::get_instance( 1 )->create( $until );
$cookie = AUTH_COOKIE . '=' . wp_generate_auth_cookie( 1, $until, 'auth', $token ) . '; ' . LOGGED_IN_COOKIE . '=' . wp_generate_auth_cookie( 1, $until, 'logged_in', $token );
wp_set_current_user( 1 );
$_COOKIE[ LOGGED_IN_COOKIE ] = wp_generate_auth_cookie( 1, $until, 'logged_in', $token );

$middle = $wpdb->get_row( "SELECT time, id FROM $activity ORDER BY time DESC LIMIT 1 OFFSET 500000" );
echo json_encode(
	array(
		'cookie' => $cookie,
		'plain'  => 'users.php?bench_off=1',
		'people' => $people,
		'person' => (int) $wpdb->get_var( "SELECT user_id FROM $users WHERE user_name_key = 'person0001234@people.test'" ),
		'column' => (string) array_search( 'Department', \Rollbook\WordPress\Admin\PersonAttributes::titles(), true ),
		'day'    => wp_date( 'Y-m-d', time() - 10 * DAY_IN_SECONDS ),
		'middle' => $middle ? "$middle->time:$middle->id" : '0:0',
		'csv'    => 'admin-post.php?action=' . \Rollbook\WordPress\Admin\ActivityLinks::EXPORT . '&_wpnonce=' . wp_create_nonce( \Rollbook\WordPress\Admin\ActivityLinks::EXPORT ),
	)
);
