<?php
/**
 * Stands in for BuddyPress's extended profiles and for Advanced Custom Fields; the tests put it among the must-use plugins.
 *
 * What is here has the signatures, the results and the peculiarities of the real functions, as far as Rollbook relies on them:
 * BuddyPress 15 (bp-xprofile/bp-xprofile-functions.php, bp-xprofile-filters.php, classes/class-bp-xprofile-field.php,
 * class-bp-xprofile-field-type.php, class-bp-xprofile-profiledata.php) and ACF 6.8 (includes/api/api-template.php,
 * acf-value-functions.php, acf-meta-functions.php, acf-field-functions.php, fields/class-acf-field-*.php).
 *
 * @package Rollbook
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

if ( ! function_exists( 'xprofile_get_field_id_from_name' ) ) {

	/** BuddyPress's table of fields: names and options lie there slashed and as HTML. */
	define(
		'STAND_IN_FIELDS',
		array(
			2  => array( 'Text', '/^.*$/', null ),
			3  => array( 'Driver\\\'s licence &amp; co', '/^.*$/', null ),
			4  => array( '2024', '/^.*$/', null ),
			5  => array( 'Department', '/^.+$/', array( 'Sales', 'R&amp;D', 'Int\\\'l' ) ),
			9  => array( 'Skills', '/^.+$/', array( 'a', 'b', 'c' ) ),
			17 => array( 'Since', '/^\d{4}-\d{1,2}-\d{1,2} 00:00:00$/', null ),
			18 => array( 'Floor', '/^\d+|-\d+$/', null ),
			20 => array( 'Terms', '/^[01]?$/', null ),
		)
	);

	/** BP_XProfile_Field::get_id_from_name(): null, not false or 0, where there is none. */
	function xprofile_get_field_id_from_name( $field_name ) {
		foreach ( STAND_IN_FIELDS as $id => $field ) {
			if ( $field[0] === $field_name ) {
				return $id;
			}
		}
		return null;
	}

	/** The groups of fields; names as they lie in the table. */
	function bp_xprofile_get_groups( $args = array() ) {
		$fields = array_map( static fn( array $field ): object => (object) array( 'name' => $field[0] ), array_values( STAND_IN_FIELDS ) );
		return array( (object) array( 'name' => 'Base', 'fields' => empty( $args['fetch_fields'] ) ? null : $fields ) );
	}

	/** Takes the value slashed. False for one that the field does not take, which then keeps the old one. */
	function xprofile_set_field_data( $field, $user_id, $value, $is_required = false ) {
		$id = is_numeric( $field ) ? (int) $field : xprofile_get_field_id_from_name( $field );
		list( , $format, $options ) = STAND_IN_FIELDS[ $id ] ?? array( null, null, null );
		if ( null === $format ) {
			return false;
		}
		if ( empty( $value ) && ! is_integer( $value ) && '0' !== $value ) {
			xprofile_delete_field_data( $id, $user_id );
			return true;
		}
		foreach ( (array) $value as $one ) {
			// Options are compared with their type.
			if ( 1 !== preg_match( $format, (string) $one ) || null !== $options && ! in_array( $one, $options, true ) ) {
				return false;
			}
		}
		// xprofile_sanitize_data_value_before_save(): without the tags that are not allowed, escaped, slashed anew and trimmed.
		$stored = map_deep( $value, static fn( mixed $one ): string => trim( wp_slash( wp_kses( wp_unslash( (string) $one ), 'data' ) ) ) );
		update_user_meta( $user_id, "stand_in_xprofile_$id", wp_slash( maybe_serialize( $stored ) ) );
		do_action_ref_array( 'xprofile_data_after_save', array( (object) array( 'user_id' => $user_id, 'field_id' => $id ) ) );
		return true;
	}

	function xprofile_delete_field_data( $field = '', $user_id = 0 ) {
		$id      = is_numeric( $field ) ? (int) $field : xprofile_get_field_id_from_name( $field );
		$deleted = delete_user_meta( $user_id, "stand_in_xprofile_$id" );
		if ( $deleted ) {
			do_action_ref_array( 'xprofile_data_after_delete', array( (object) array( 'user_id' => $user_id, 'field_id' => $id ) ) );
		}
		return $deleted;
	}

	/** What is shown, for instance how long ago a date was: another text each day. */
	function xprofile_get_field_data( $field, $user_id = 0, $multi_format = 'array' ) {
		return '<b>' . wp_rand() . '</b>';
	}

	class BP_XProfile_ProfileData {

		/** As it is stored: lists serialized, '' where there is nothing. */
		public static function get_value_byid( $field_id, $user_ids = null ) {
			return (string) get_user_meta( $user_ids, "stand_in_xprofile_$field_id", true );
		}
	}
}

if ( ! function_exists( 'acf_get_field' ) ) {

	define(
		'STAND_IN_ACF',
		array(
			'field_text'  => array( 'key' => 'field_text', 'ID' => 11, 'name' => 'a_text', 'type' => 'text', 'default_value' => 'default' ),
			'field_tf'    => array( 'key' => 'field_tf', 'ID' => 12, 'name' => 'a_tf', 'type' => 'true_false', 'default_value' => 1 ),
			'field_num'   => array( 'key' => 'field_num', 'ID' => 13, 'name' => 'a_num', 'type' => 'number', 'default_value' => '' ),
			'field_date'  => array( 'key' => 'field_date', 'ID' => 14, 'name' => 'a_date', 'type' => 'date_picker' ),
			'field_dt'    => array( 'key' => 'field_dt', 'ID' => 15, 'name' => 'a_dt', 'type' => 'date_time_picker' ),
			'field_cb'    => array( 'key' => 'field_cb', 'ID' => 16, 'name' => 'a_cb', 'type' => 'checkbox', 'default_value' => array( 'a' ) ),
			'field_sly'   => array( 'key' => 'field_sly', 'ID' => 18, 'name' => $GLOBALS['table_prefix'] . "capa\u{200B}bilities", 'type' => 'checkbox' ),
			'field_own'   => array( 'key' => 'field_own', 'ID' => 19, 'name' => 'description', 'type' => 'text' ),
			'field_size'  => array( 'key' => 'field_size', 'ID' => 20, 'name' => 'größe', 'type' => 'text' ),
			'field_rogue' => array( 'key' => 'field_rogue', 'ID' => 17, 'name' => $GLOBALS['table_prefix'] . 'capabilities', 'type' => 'checkbox' ),
		)
	);

	/** Groups are shown where their rules say: one for people, one for pages. */
	function acf_get_field_groups( $filter = array() ) {
		$where = static fn( string $param ): array => array( array( array( 'param' => $param, 'operator' => '==', 'value' => 'all' ) ) );
		return array( array( 'key' => 'group_people', 'location' => $where( 'user_form' ) ), array( 'key' => 'group_pages', 'location' => $where( 'post_type' ) ) );
	}

	function acf_get_fields( $parent ) {
		return 'group_people' === $parent['key'] ? array_values( STAND_IN_ACF ) : array( array( 'name' => 'of_a_page' ) );
	}

	/** By key, number or name; false where there is none. */
	function acf_get_field( $id = 0 ) {
		foreach ( STAND_IN_ACF as $key => $field ) {
			if ( in_array( $id, array( $key, $field['ID'], $field['name'] ), true ) ) {
				return $field;
			}
		}
		return false;
	}

	/** The number in `user_7`. */
	function stand_in_owner( $post_id ): int {
		if ( 1 !== preg_match( '/^user_(\d+)$/', (string) $post_id, $found ) ) {
			throw new InvalidArgumentException( "$post_id is no account in ACF's words" );
		}
		return (int) $found[1];
	}

	/** Null where there is none. */
	function acf_get_metadata( $post_id = 0, $name = '', $hidden = false ) {
		return get_metadata_raw( 'user', stand_in_owner( $post_id ), ( $hidden ? '_' : '' ) . $name )[0] ?? null;
	}

	/** By name only once a value was stored: with it goes the reference to the field. Without a value the default, formatted unless told otherwise. */
	function get_field( $selector, $post_id = false, $format_value = true, $escape_html = false ) {
		$field = acf_get_field( STAND_IN_ACF[ $selector ]['key'] ?? acf_get_metadata( $post_id, $selector, true ) );
		$value = $field ? acf_get_metadata( $post_id, $field['name'] ) ?? $field['default_value'] ?? null : null;
		return $format_value ? 'formatted' : $value;
	}

	/** Takes the value slashed. */
	function update_field( $selector, $value, $post_id = false ) {
		$field = acf_get_field( $selector );
		$value = is_array( $value ) ? array_map( 'strval', $value ) : $value;
		$owner = stand_in_owner( $post_id );
		update_metadata( 'user', $owner, '_' . $field['name'], $field['key'] );
		return (bool) update_metadata( 'user', $owner, $field['name'], $value );
	}

	function delete_field( $selector, $post_id = false ) {
		$field = acf_get_field( STAND_IN_ACF[ $selector ]['key'] ?? acf_get_metadata( $post_id, $selector, true ) );
		$owner = stand_in_owner( $post_id );
		return $field && delete_metadata( 'user', $owner, $field['name'] ) && delete_metadata( 'user', $owner, '_' . $field['name'] );
	}

	// Some other plugin fails in the midst of a write.
	add_action(
		'updated_user_meta',
		static function ( $meta_id, $user_id, $key, $value ): void {
			if ( 'a_num' === $key && 666 === (int) $value ) {
				throw new RuntimeException( 'thrown' );
			}
		},
		10,
		4
	);

	/** ACF remembers what it has read for the length of a request. */
	function acf_flush_value_cache( $post_id = 0, $field_name = '' ) {
		update_option( 'stand_in_acf_flushed', array( stand_in_owner( $post_id ), $field_name ) );
	}
}
