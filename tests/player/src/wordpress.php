/* What a transcript does inside WordPress, run by `tests/site wp`: it reads a question a line and answers each with a line, both JSON. */

require_once ABSPATH . 'wp-admin/includes/user.php';
require_once ABSPATH . 'wp-admin/includes/ms.php';

$empty = static function (): void {
	global $wpdb;
	$wpdb->query( "DELETE FROM $wpdb->users WHERE user_login LIKE 'crowd%'" );
	$first = min( array_map( 'intval', get_users( array( 'fields' => 'ID', 'role' => 'administrator' ) ) ) );
	foreach ( get_users( array( 'fields' => 'ID', 'blog_id' => 0 ) ) as $id ) {
		if ( (int) $id !== $first ) {
			is_multisite() ? wpmu_delete_user( (int) $id ) : wp_delete_user( (int) $id );
		}
	}
	foreach ( get_posts( array( 'numberposts' => -1, 'post_status' => 'any' ) ) as $post ) {
		wp_delete_post( $post->ID, true );
	}
	foreach ( array( 'users', 'lookups', 'groups', 'group_members', 'activity', 'losses', 'knocks' ) as $table ) {
		$wpdb->query( 'DELETE FROM ' . \Rollbook\WordPress\Store\Tables::name( $table ) );
	}
	foreach ( array_diff( array_keys( wp_roles()->roles ), array( 'administrator', 'editor', 'author', 'contributor', 'subscriber' ) ) as $role ) {
		remove_role( $role );
	}
	delete_option( \Rollbook\WordPress\People\AccountRegistry::OPTION );
	delete_option( \Rollbook\WordPress\People\Losses::ALARM );
	delete_option( \Rollbook\WordPress\Store\Settings::OPTION );
};

// Takes away what a transcript has left among the people of `tests/site populate`.
$thin_out = static function (): void {
	global $wpdb;
	$table   = static fn( string $name ): string => \Rollbook\WordPress\Store\Tables::name( $name );
	$first   = min( array_map( 'intval', get_users( array( 'fields' => 'ID', 'role' => 'administrator' ) ) ) );
	$leavers = "SELECT ID FROM $wpdb->users WHERE ID <> $first AND user_login NOT LIKE 'person_______@people.test'";
	$groups  = "SELECT row_id FROM {$table( 'groups' )} WHERE display_name NOT LIKE 'Group _______'";
	foreach ( $wpdb->get_col( $leavers ) as $id ) {
		wp_delete_user( (int) $id );
	}
	$wpdb->query( "DELETE FROM {$table( 'group_members' )} WHERE group_row IN ($groups)" );
	$wpdb->query( "DELETE FROM {$table( 'groups' )} WHERE display_name NOT LIKE 'Group _______'" );
	$wpdb->query( "DELETE FROM {$table( 'lookups' )} WHERE row_id IN (SELECT row_id FROM {$table( 'users' )} WHERE user_name NOT LIKE 'Person_______@people.test')" );
	$wpdb->query( "DELETE FROM {$table( 'users' )} WHERE user_name NOT LIKE 'Person_______@people.test'" );
	delete_option( \Rollbook\WordPress\Store\Settings::OPTION );
};

$prepare = static function ( array $question ) use ( $empty, $thin_out ): void {
	if ( $question['keep_crowd'] ?? false ) {
		$thin_out();
	} elseif ( ! $question['keep'] ) {
		$empty();
	}
	update_option( \Rollbook\WordPress\Store\ValueIndexes::OPTION, array() );
	if ( $question['indexes'] ?? array() ) {
		\Rollbook\WordPress\Store\ValueIndexes::want( $question['indexes'] );
		\Rollbook\WordPress\Store\ValueIndexes::complete( $question['indexes'] ); // There is nobody yet.
	}
	file_put_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl', '' );
	if ( $question['settings'] ) {
		\Rollbook\WordPress\Upkeep\SettingsWriter::merge( $question['settings'] );
	}
	foreach ( $question['given'] as $given ) {
		$account = array(
			'user_login'   => $given['login'],
			'user_email'   => $given['email'],
			'display_name' => $given['display_name'],
			'role'         => $given['role'],
			'user_pass'    => wp_generate_password( 24 ),
		);
		$id = wp_insert_user( wp_slash( $account ) );
		if ( is_wp_error( $id ) ) {
			throw new RuntimeException( $given['login'] . ': ' . $id->get_error_message() );
		}
		foreach ( $given['meta'] as $key => $value ) {
			update_user_meta( $id, $key, wp_slash( $value ) );
		}
	}
};

$find = static function ( string $account ): ?WP_User {
	$user = get_user_by( 'login', $account );
	$user = $user ? $user : get_user_by( 'email', $account );
	return $user ? $user : null;
};

$account = static function ( array $question ) use ( $find ): array {
	$user = $find( $question['account'] );
	if ( null === $user ) {
		return array( 'exists' => false );
	}
	// Active is who is let in at the door, whatever stands in a table.
	\Rollbook\WordPress\Access\AccessControl::forget( $user->ID );
	$active = ! is_wp_error( apply_filters( 'authenticate', $user, $user->user_login, '' ) );
	$meta   = static fn( string $key ) => metadata_exists( 'user', $user->ID, $key ) ? get_user_meta( $user->ID, $key, true ) : null;
	return array(
		'exists'       => true,
		'login'        => $user->user_login,
		'email'        => $user->user_email,
		'display_name' => $user->display_name,
		'roles'        => array_values( $user->roles ),
		'active'       => $active,
		'fields'       => (object) array_combine( $question['fields'], array_map( static fn( string $field ) => $user->$field, $question['fields'] ) ),
		'meta'         => (object) array_combine( $question['meta'], array_map( $meta, $question['meta'] ) ),
	);
};

$edit = static function ( array $question ) use ( $find ): void {
	$question = $question['edit'];
	$user     = $find( $question['account'] );
	if ( $question['fields'] ) {
		$id = wp_update_user( wp_slash( array( 'ID' => $user->ID ) + $question['fields'] ) );
		if ( is_wp_error( $id ) ) {
			throw new RuntimeException( $id->get_error_message() );
		}
	}
	if ( null !== $question['roles'] ) {
		$user->set_role( (string) array_shift( $question['roles'] ) );
		array_map( array( $user, 'add_role' ), $question['roles'] );
	}
	if ( null !== $question['capabilities'] ) {
		array_map( array( $user, 'remove_cap' ), array_diff( array_keys( $user->caps ), $user->roles ) );
		array_map( array( $user, 'add_cap' ), $question['capabilities'] );
	}
};

$set_role = static function ( array $question ): void {
	remove_role( $question['name'] );
	add_role( $question['name'], $question['name'], array_fill_keys( $question['capabilities'], true ) );
};

$configure = static function ( array $question ): void {
	\Rollbook\WordPress\Upkeep\SettingsWriter::merge( $question['settings'] );
};

$publish = static function ( array $question ) use ( $find ): void {
	$post = array(
		'post_title'  => $question['title'],
		'post_author' => $find( $question['account'] )->ID,
		'post_status' => 'publish',
	);
	wp_insert_post( wp_slash( $post ) );
};

$posts = static function (): array {
	$posts = get_posts( array( 'numberposts' => -1 ) );
	return array_map( static fn( WP_Post $post ): array => array( $post->post_title, get_userdata( (int) $post->post_author )->user_login ?? '' ), $posts );
};

$opens = static function ( array $question ) use ( $find ): bool {
	$user = $find( $question['account'] );
	return wp_check_password( $question['password'], $user->user_pass, $user->ID );
};

$read_token = static function (): string {
	global $wpdb;
	$wpdb->delete( \Rollbook\WordPress\Store\Tables::name( 'tokens' ), array( 'name' => 'tests/transcripts' ) );
	return \Rollbook\WordPress\Store\Tokens::create( 'tests/transcripts', 'read' );
};

$mails = static fn(): int => count( file( ROLLBOOK_SITE_DIR . '/mail.jsonl' ) );

// The requests for which plugins were loaded since this was asked last, of those that ways-in.php was told to watch.
$went_full = static function (): array {
	$file  = ROLLBOOK_SITE_DIR . '/went-full.log';
	$lines = is_file( $file ) ? file( $file, FILE_IGNORE_NEW_LINES ) : array();
	file_put_contents( $file, '' );
	chmod( $file, 0666 );
	return $lines;
};

// Accounts with an address, rows of ours with it as userName, and rows that stayed without an account.
$claims = static function ( array $question ): array {
	global $wpdb;
	$rows = \Rollbook\WordPress\Store\Tables::name( 'users' );
	return array(
		(int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->users WHERE user_email = %s", $question['address'] ) ),
		(int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $rows WHERE user_name_key = %s", $question['address'] ) ),
		(int) $wpdb->get_var( "SELECT COUNT(*) FROM $rows WHERE user_id IS NULL" ),
	);
};

// More accounts than anybody would make one by one.
$crowd = static function ( array $question ): void {
	global $wpdb;
	foreach ( array_chunk( range( 1, $question['size'] ), 1000 ) as $numbers ) {
		$accounts = array_map( static fn( int $number ): string => "('crowd$number','Crowd $number','2020-01-01 00:00:00')", $numbers );
		$wpdb->query( "INSERT INTO $wpdb->users (user_login, display_name, user_registered) VALUES " . implode( ',', $accounts ) );
	}
};

$known = compact( 'claims', 'crowd', 'went_full', 'mails', 'prepare', 'account', 'edit', 'set_role', 'configure', 'publish', 'posts', 'opens', 'read_token' );
while ( false !== ( $line = fgets( STDIN ) ) ) {
	wp_cache_flush(); // Requests have changed what this process remembers.
	wp_roles()->for_site();
	try {
		$question = json_decode( $line, true, 512, JSON_THROW_ON_ERROR );
		$answer   = array( 'answer' => $known[ $question['do'] ]( $question ) );
	} catch ( Throwable $error ) {
		$answer = array( 'error' => $error->getMessage() );
	}
	echo wp_json_encode( $answer ), "\n";
	flush();
}
