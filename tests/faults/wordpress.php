/* What the sweep does inside WordPress, run by `tests/site wp`: it reads a question a line and answers each with a line, both JSON. */

require_once ABSPATH . 'wp-admin/includes/user.php';

$wpdb->suppress_errors( true );
$table = static fn( string $name ): string => \Rollbook\WordPress\Store\Tables::name( $name );
$rows  = static function ( string $sql, mixed ...$arguments ): array {
	global $wpdb;
	$rows = $wpdb->get_results( $arguments ? $wpdb->prepare( $sql, ...$arguments ) : $sql, ARRAY_A );
	if ( '' !== $wpdb->last_error ) {
		throw new RuntimeException( "$wpdb->last_error in $sql" );
	}
	return $rows;
};

// A site without people; the administrator and the heir of content stay.
$prepare = static function ( array $question ) use ( $table ): void {
	global $wpdb;
	$wpdb->query( "DELETE FROM $wpdb->users WHERE ID <> 1" );
	$wpdb->query( "DELETE FROM $wpdb->usermeta WHERE user_id <> 1" );
	$wpdb->query( "DELETE FROM $wpdb->posts" );
	$wpdb->query( "DELETE FROM $wpdb->postmeta" );
	$wpdb->query( "DELETE FROM $wpdb->links" );
	foreach ( array( 'users', 'lookups', 'groups', 'group_members', 'activity', 'losses', 'knocks' ) as $name ) {
		$wpdb->query( "DELETE FROM {$table( $name )}" );
	}
	$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE 'rollbook\\_task\\_%' OR option_name LIKE 'rollbook\\_batch\\_%'" );
	wp_cache_flush();
	delete_option( \Rollbook\WordPress\People\AccountRegistry::OPTION );
	delete_option( \Rollbook\WordPress\People\Losses::ALARM );
	delete_option( \Rollbook\WordPress\Upkeep\CatchUp::OPTION );
	delete_option( \Rollbook\WordPress\Store\ValueIndexes::OPTION );
	delete_option( \Rollbook\WordPress\Upkeep\ValueIndexing::OPTION );
	delete_option( \Rollbook\WordPress\Store\Settings::OPTION );
	wp_insert_user( array( 'user_login' => 'heir', 'user_email' => 'heir@heir.test', 'user_pass' => 'x', 'role' => 'editor' ) );
	\Rollbook\WordPress\Upkeep\SettingsWriter::merge( $question['settings'] );
};

$configure = static function ( array $question ): void {
	\Rollbook\WordPress\Upkeep\SettingsWriter::merge( $question['settings'] );
};

// Somebody has searched by attributes.
$search_by = static function ( array $question ): void {
	\Rollbook\WordPress\Store\ValueIndexes::want( $question['paths'] );
};

// A token of an identity provider; its number.
$token = static function ( array $question ): int {
	\Rollbook\WordPress\Store\Tokens::create( $question['name'] );
	return array_column( \Rollbook\WordPress\Store\Tokens::all(), 'id', 'name' )[ $question['name'] ];
};

// An account that nobody manages.
$account = static function ( array $question ): int {
	$id = wp_insert_user( wp_slash( array( 'user_pass' => 'x' ) + $question['fields'] ) );
	if ( is_wp_error( $id ) ) {
		throw new RuntimeException( $id->get_error_message() );
	}
	return $id;
};

$publish = static function ( array $question ): void {
	$user = get_user_by( 'login', $question['login'] );
	foreach ( $question['titles'] as $title ) {
		wp_insert_post( array( 'post_title' => $title, 'post_author' => $user->ID, 'post_status' => 'publish' ) );
	}
	require_once ABSPATH . 'wp-admin/includes/bookmark.php';
	wp_insert_link( array( 'link_name' => $question['titles'][0], 'link_url' => 'https://link.test/', 'link_owner' => $user->ID ) );
};

// Everything that bears a tag, and what of it belongs to nobody.
$scene = static function ( array $question ) use ( $table, $rows ): array {
	global $wpdb;
	$tag      = $question['tag'];
	$like     = $wpdb->esc_like( $tag ) . '%';
	$anywhere = '%' . $like;

	$accounts = $rows( "SELECT ID, user_login, user_nicename, user_email, user_url, display_name, user_pass FROM $wpdb->users WHERE user_login LIKE %s OR user_email LIKE %s ORDER BY ID", $like, $like );
	$ids      = implode( ',', array( -1, ...array_column( $accounts, 'ID' ) ) );
	$people   = $rows( "SELECT row_id, id, user_id, user_name, email_key, login_key, external_id, active, managed, deleted, document, applied FROM {$table( 'users' )} WHERE user_name_key LIKE %s OR user_id IN ( $ids ) OR external_id LIKE %s ORDER BY user_name_key, row_id", $like, $like );
	$row_ids  = implode( ',', array( -1, ...array_column( $people, 'row_id' ) ) );
	$lookups  = $rows( "SELECT row_id, path, value FROM {$table( 'lookups' )} WHERE value LIKE %s OR row_id IN ( $row_ids ) ORDER BY path, value", $like );
	$metas    = $rows( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE ( user_id IN ( $ids ) OR meta_value LIKE %s ) AND meta_key <> 'dismissed_wp_pointers' ORDER BY meta_key, umeta_id", $anywhere );
	$groups   = $rows( "SELECT row_id, id, display_name, external_id FROM {$table( 'groups' )} WHERE display_name_key LIKE %s ORDER BY display_name_key", $like );
	$known    = array_merge( $question['ids'], array_column( $people, 'id' ), array_column( $groups, 'id' ) );
	$marks    = implode( ',', array_fill( 0, count( $known ) + 1, '%s' ) );
	$groups_  = implode( ',', array( -1, ...array_column( $groups, 'row_id' ) ) );
	$members  = $rows( "SELECT group_row, member_id, member_kind FROM {$table( 'group_members' )} WHERE group_row IN ( $groups_ ) OR member_id IN ( $marks ) ORDER BY group_row, member_id", '', ...$known );
	$content  = $rows( "SELECT post_title AS title, post_author AS author FROM $wpdb->posts WHERE post_title LIKE %s UNION ALL SELECT link_name, link_owner FROM $wpdb->links WHERE link_name LIKE %s ORDER BY 1", $like, $like );
	$tokens   = $rows( "SELECT name, revoked FROM {$table( 'tokens' )} WHERE name LIKE %s", $like );
	$logins   = array_column( $rows( "SELECT ID, user_login FROM $wpdb->users WHERE ID IN ( " . implode( ',', array( -1, ...array_column( $content, 'author' ) ) ) . ' )' ), 'user_login', 'ID' );

	foreach ( $accounts as &$found ) {
		$user = new WP_User( (int) $found['ID'] );
		\Rollbook\WordPress\Access\AccessControl::forget( $user->ID );
		$found['may_enter'] = ! is_wp_error( apply_filters( 'authenticate', $user, $user->user_login, '' ) );
		$found['opens']     = null === $question['password'] ? null : wp_check_password( $question['password'], $found['user_pass'], $user->ID );
		unset( $found['user_pass'] );
	}
	unset( $found );
	foreach ( $metas as &$meta ) {
		if ( in_array( $meta['meta_key'], array( 'session_tokens', '_application_passwords' ), true ) ) {
			$meta['meta_value'] = count( maybe_unserialize( $meta['meta_value'] ) ); // The rest is random.
		}
	}
	unset( $meta );
	foreach ( $content as &$piece ) {
		$piece['author'] = $logins[ $piece['author'] ] ?? 'nobody';
	}
	unset( $piece );
	return compact( 'accounts', 'people', 'lookups', 'metas', 'groups', 'members', 'content', 'tokens' );
};

// What belongs to nobody, of whatever tag.
$orphans = static function () use ( $table, $rows ): object {
	global $wpdb;
	// What a worker that was killed has left of a batch is swept some time later.
	$wpdb->query( "UPDATE $wpdb->options SET option_value = option_value - 1000000000 WHERE option_name LIKE 'rollbook\\_batch\\_%'" );
	\Rollbook\WordPress\Store\Batch::sweep();
	return (object) array_filter(
		array(
			// Without a row: what RowCounts notes of rows that are gone.
			'lookups'     => $rows( "SELECT row_id, path, value FROM {$table( 'lookups' )} WHERE row_id > 0 AND row_id NOT IN ( SELECT row_id FROM {$table( 'users' )} )" ),
			'members'     => $rows( "SELECT group_row, member_id FROM {$table( 'group_members' )} WHERE group_row NOT IN ( SELECT row_id FROM {$table( 'groups' )} ) OR member_id NOT IN ( SELECT id FROM {$table( 'users' )} WHERE deleted = 0 ) AND member_id NOT IN ( SELECT id FROM {$table( 'groups' )} )" ),
			'usermeta'    => $rows( "SELECT user_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id NOT IN ( SELECT ID FROM $wpdb->users )" ),
			'rows'        => $rows( "SELECT row_id, user_name FROM {$table( 'users' )} WHERE user_id IS NULL OR user_id NOT IN ( SELECT ID FROM $wpdb->users )" ),
			'content'     => $rows( "SELECT ID, post_title FROM $wpdb->posts WHERE post_status <> 'trash' AND post_author <> 0 AND post_author NOT IN ( SELECT ID FROM $wpdb->users )" ),
			'batches'     => $rows( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", 'rollbook\\_batch\\_%' ),
		)
	);
};

// What the object cache holds of accounts, where it says something else than the database.
$stale = static function ( array $question ) use ( $rows ): array {
	global $wpdb;
	$like  = $wpdb->esc_like( $question['tag'] ) . '%';
	$stale = array();
	foreach ( $rows( "SELECT * FROM $wpdb->users WHERE user_login LIKE %s OR user_email LIKE %s", $like, $like ) as $row ) {
		$cached = wp_cache_get( (int) $row['ID'], 'users' );
		foreach ( $cached ? $row : array() as $column => $value ) {
			if ( (string) $cached->$column !== (string) $value ) {
				$stale[] = "users {$row['user_login']} $column: {$cached->$column}, stored $value";
			}
		}
		foreach ( array( 'userlogins' => 'user_login', 'useremail' => 'user_email', 'userslugs' => 'user_nicename' ) as $group => $column ) {
			$holder = wp_cache_get( $row[ $column ], $group );
			if ( false !== $holder && (int) $holder !== (int) $row['ID'] ) {
				$stale[] = "$group {$row[ $column ]}: $holder, stored {$row['ID']}";
			}
		}
		$metas = wp_cache_get( (int) $row['ID'], 'user_meta' );
		if ( false !== $metas ) {
			$stored = array();
			foreach ( $rows( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", (int) $row['ID'] ) as $meta ) {
				$stored[ $meta['meta_key'] ][] = $meta['meta_value'];
			}
			foreach ( array_keys( $stored + $metas ) as $key ) {
				if ( ( $stored[ $key ] ?? null ) !== ( $metas[ $key ] ?? null ) ) {
					$stale[] = "user_meta {$row['user_login']} $key: " . wp_json_encode( $metas[ $key ] ?? null ) . ', stored ' . wp_json_encode( $stored[ $key ] ?? null );
				}
			}
		}
	}
	return $stale;
};

// Reads people as WordPress does.
$read = static function ( array $question ): void {
	for ( $time = 0; $time < $question['times']; ++$time ) {
		wp_using_ext_object_cache() && wp_cache_flush_runtime();
		foreach ( $question['numbers'] as $number ) {
			get_userdata( $number );
			get_user_meta( $number );
		}
		foreach ( $question['logins'] as $login ) {
			get_user_by( 'login', $login );
		}
	}
};

// An account as the database has it, past every cache.
$stored = static function ( array $question ) use ( $rows, $table ): array {
	global $wpdb;
	$found          = $rows( "SELECT ID, user_email, display_name FROM $wpdb->users WHERE user_login = %s", $question['login'] )[0];
	$capabilities   = $rows( "SELECT meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_key = %s", (int) $found['ID'], $wpdb->prefix . 'capabilities' );
	$found['roles'] = array_keys( (array) maybe_unserialize( $capabilities[0]['meta_value'] ?? '' ) );
	\Rollbook\WordPress\Access\AccessControl::forget( (int) $found['ID'] );
	$found['may_enter'] = ! is_wp_error( apply_filters( 'authenticate', get_userdata( (int) $found['ID'] ), $question['login'], '' ) );
	return $found;
};

// What an administrator's browser sends: cookies and the nonce of an action.
$administrator = static function ( array $question ): array {
	wp_set_current_user( 1 );
	$until = time() + DAY_IN_SECONDS;
	$token = WP_Session_Tokens::get_instance( 1 )->create( $until );
	$login = wp_generate_auth_cookie( 1, $until, 'logged_in', $token );
	$_COOKIE[ LOGGED_IN_COOKIE ] = $login;
	$cookies = array( LOGGED_IN_COOKIE => $login, AUTH_COOKIE => wp_generate_auth_cookie( 1, $until, 'auth', $token ) );
	$key = 'rollbook_message_1_' . substr( wp_hash( $token ), 0, 12 );
	return array( 'key' => $key, 'cookie' => implode( '; ', array_map( static fn( $name ) => "$name=" . rawurlencode( $cookies[ $name ] ), array_keys( $cookies ) ) ), 'nonce' => wp_create_nonce( $question['action'] ) );
};

// What the page after a form would tell.
$told = static function ( array $question ): array {
	wp_cache_flush();
	$left = get_transient( $question['key'] );
	delete_transient( $question['key'] );
	return is_array( $left ) ? array( $left ) : array();
};

// The settings, as they are stored.
$settings = static function () use ( $rows ): mixed {
	global $wpdb;
	$stored = $rows( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", \Rollbook\WordPress\Store\Settings::OPTION );
	return maybe_unserialize( $stored[0]['option_value'] ?? '' );
};

// A session and a password for applications.
$credentials = static function ( array $question ): void {
	WP_Session_Tokens::get_instance( $question['number'] )->create( time() + DAY_IN_SECONDS );
	WP_Application_Passwords::create_new_application_password( $question['number'], array( 'name' => 'telephone' ) );
};

// How far a task of the owner's has come, by its own account.
$task = static function ( array $question ): ?array {
	wp_cache_flush();
	return json_decode( (string) get_option( 'rollbook_task_' . $question['kind'] ), true );
};

// A second connection, which holds locks until it is told to let go.
$second  = null;
$connect = static fn(): mysqli => new mysqli( 'localhost', DB_USER, DB_PASSWORD, DB_NAME, 0, substr( DB_HOST, strlen( 'localhost:' ) ) );
$hold    = static function ( array $question ) use ( &$second, $connect ): int {
	$second ??= $connect();
	if ( $question['begin'] ?? true ) {
		$second->query( 'SET SESSION innodb_lock_wait_timeout = 20' );
		$second->query( 'START TRANSACTION' );
	}
	$found = 0;
	foreach ( $question['statements'] as $statement ) {
		try {
			$result = $second->query( $statement );
		} catch ( mysqli_sql_exception ) {
			break; // The server has chosen this one.
		}
		$found += $result instanceof mysqli_result ? $result->num_rows : $second->affected_rows;
	}
	return $found;
};
$release = static function () use ( &$second ): void {
	$second->query( 'ROLLBACK' );
};
$sql = static function ( array $question ) use ( $rows ): array {
	return $rows( $question['statement'] );
};
$run = static function ( array $question ): int {
	global $wpdb;
	$result = $wpdb->query( $question['statement'] );
	if ( false === $result ) {
		throw new RuntimeException( $wpdb->last_error );
	}
	return (int) $result;
};

$known = compact( 'prepare', 'configure', 'search_by', 'token', 'told', 'settings', 'credentials', 'account', 'publish', 'scene', 'orphans', 'stale', 'read', 'stored', 'administrator', 'task', 'hold', 'release', 'sql', 'run' );
while ( false !== ( $line = fgets( STDIN ) ) ) {
	try {
		$question = json_decode( $line, true, 512, JSON_THROW_ON_ERROR );
		if ( 'stale' !== $question['do'] ) {
			wp_using_ext_object_cache() ? wp_cache_flush_runtime() : wp_cache_flush(); // Requests have changed what this process remembers.
		}
		$answer = array( 'answer' => $known[ $question['do'] ]( $question ) );
	} catch ( Throwable $error ) {
		$answer = array( 'error' => $error->getMessage() );
	}
	echo wp_json_encode( $answer, JSON_INVALID_UTF8_SUBSTITUTE ), "\n";
	flush();
}
