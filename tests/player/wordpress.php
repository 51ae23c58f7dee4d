/* What a transcript does inside WordPress, run by `tests/site wp`; its $input says what, and one line of JSON is its answer. */

require_once ABSPATH . 'wp-admin/includes/user.php';
global $wpdb;

$find = static function ( string $account ) {
	wp_cache_flush();
	$user = get_user_by( 'login', $account );
	return $user ? $user : get_user_by( 'email', $account );
};

switch ( $input['do'] ) {
	case 'prepare':
		$first = min( array_map( 'intval', get_users( array( 'fields' => 'ID', 'role' => 'administrator' ) ) ) );
		foreach ( get_users( array( 'fields' => 'ID' ) ) as $id ) {
			if ( (int) $id !== $first ) {
				wp_delete_user( (int) $id );
			}
		}
		foreach ( array( 'users', 'lookups', 'groups', 'group_members', 'activity' ) as $table ) {
			$wpdb->query( 'DELETE FROM ' . \Rollbook\WordPress\Tables::name( $table ) );
		}
		delete_option( \Rollbook\WordPress\Settings::OPTION );
		if ( $input['settings'] ) {
			\Rollbook\WordPress\Settings::merge( $input['settings'] );
		}
		foreach ( $input['given'] as $given ) {
			$id = wp_insert_user(
				array(
					'user_login'   => $given['login'],
					'user_email'   => $given['email'],
					'display_name' => $given['display_name'],
					'role'         => $given['role'],
					'user_pass'    => wp_generate_password( 24 ),
				)
			);
			if ( is_wp_error( $id ) ) {
				throw new RuntimeException( $given['login'] . ': ' . $id->get_error_message() );
			}
			foreach ( $given['meta'] as $key => $value ) {
				update_user_meta( $id, $key, $value );
			}
		}
		file_put_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl', '' );
		echo wp_json_encode( true );
		break;

	case 'account':
		$user = $find( $input['account'] );
		if ( ! $user ) {
			echo wp_json_encode( array( 'exists' => false ) );
			break;
		}
		$table  = \Rollbook\WordPress\Tables::name( 'users' );
		$active = $wpdb->get_var( $wpdb->prepare( "SELECT active FROM $table WHERE user_id = %d", $user->ID ) );
		$fields = array();
		foreach ( $input['fields'] as $field ) {
			$fields[ $field ] = $user->$field;
		}
		$meta = array();
		foreach ( $input['meta'] as $key ) {
			$meta[ $key ] = metadata_exists( 'user', $user->ID, $key ) ? get_user_meta( $user->ID, $key, true ) : null;
		}
		$mail = count( array_filter( explode( "\n", file_get_contents( ROLLBOOK_SITE_DIR . '/mail.jsonl' ) ) ) );
		echo wp_json_encode(
			array(
				'exists'       => true,
				'login'        => $user->user_login,
				'email'        => $user->user_email,
				'display_name' => $user->display_name,
				'roles'        => array_values( $user->roles ),
				'active'       => null === $active || (bool) (int) $active,
				'fields'       => (object) $fields,
				'meta'         => (object) $meta,
				'mail'         => $mail,
			)
		);
		break;

	case 'edit':
		$id = wp_update_user( array( 'ID' => $find( $input['account'] )->ID ) + $input['fields'] );
		if ( is_wp_error( $id ) ) {
			throw new RuntimeException( $id->get_error_message() );
		}
		echo wp_json_encode( true );
		break;
}
