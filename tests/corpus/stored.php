// What of the corpus WordPress has stored otherwise than it was sent: a JSON list, as the last line.
global $wpdb;
$wrong = array();
$rows  = $wpdb->get_results( "SELECT user_id, document FROM {$wpdb->prefix}rollbook_users WHERE deleted = 0 AND user_id IS NOT NULL" );
foreach ( $rows as $row ) {
	$document = json_decode( (string) $row->document, true );
	$title    = $document['title'] ?? null;
	$metas    = get_user_meta( (int) $row->user_id, 'corpus_title' );
	if ( null !== $title && array( $title ) !== $metas ) {
		$wrong[] = 'title ' . wp_json_encode( $title ) . ' is stored as ' . wp_json_encode( $metas );
	}
	if ( isset( $document['roles'] ) && array( array_column( $document['roles'], 'value' ) ) !== get_user_meta( (int) $row->user_id, 'corpus_roles' ) ) {
		$wrong[] = 'roles ' . wp_json_encode( $document['roles'] ) . ' are stored as ' . wp_json_encode( get_user_meta( (int) $row->user_id, 'corpus_roles' ) );
	}
}
foreach ( get_users() as $user ) {
	if ( 'admin' !== $user->user_login && array( 'subscriber' ) !== array_values( $user->roles ) ) {
		$wrong[] = "$user->user_login is " . implode( ', ', $user->roles );
	}
	foreach ( get_user_meta( $user->ID ) as $key => $values ) {
		foreach ( $values as $value ) {
			if ( is_object( maybe_unserialize( $value ) ) ) {
				$wrong[] = "$user->user_login has an object in $key";
			}
		}
	}
}
echo "\n", wp_json_encode( $wrong );
