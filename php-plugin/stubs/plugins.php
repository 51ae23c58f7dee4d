<?php
/**
 * The signatures of functions of other plugins and servers that Rollbook calls. For analysers and editors; never loaded.
 */

/* Advanced Custom Fields */

/**
 * A field, by its name, key or number.
 *
 * @param int|string $id The name, key or number.
 * @return array{key: string, name: string, type: string, ...}|false
 */
function acf_get_field( $id ) {}

/**
 * The groups of fields.
 *
 * @return list<array<string, mixed>>
 */
function acf_get_field_groups() {}

/**
 * The fields of a group.
 *
 * @param array<string, mixed> $group The group.
 * @return list<array<string, mixed>>|false
 */
function acf_get_fields( $group ) {}

/**
 * The stored value of a meta.
 *
 * @param int|string $post_id Whose: `user_7`.
 * @param string     $name    The field's name.
 * @param bool       $hidden  Whether the meta is the one beside it, with the field's key.
 * @return mixed Null if there is none.
 */
function acf_get_metadata( $post_id = 0, $name = '', $hidden = false ) {}

/**
 * Removes a value from the cache.
 *
 * @param int|string $post_id    Whose: `user_7`.
 * @param string     $field_name The field's name.
 * @return void
 */
function acf_flush_value_cache( $post_id = 0, $field_name = '' ) {}

/**
 * A field's value.
 *
 * @param string           $selector     The name or key.
 * @param int|string|false $post_id      Whose: `user_7`.
 * @param bool             $format_value Whether it is formatted for templates.
 * @return mixed
 */
function get_field( $selector, $post_id = false, $format_value = true ) {}

/**
 * Stores a field's value.
 *
 * @param string           $selector The name or key.
 * @param mixed            $value    The value, slashed.
 * @param int|string|false $post_id  Whose: `user_7`.
 * @return bool
 */
function update_field( $selector, $value, $post_id = false ) {}

/**
 * Deletes a field's value.
 *
 * @param string           $selector The name or key.
 * @param int|string|false $post_id  Whose: `user_7`.
 * @return bool
 */
function delete_field( $selector, $post_id = false ) {}

/* BuddyPress */

/**
 * A field's number.
 *
 * @param int|string $field_name The name, or the number itself.
 * @return int|null|false
 */
function xprofile_get_field_id_from_name( $field_name ) {}

/**
 * The groups of profile fields.
 *
 * @param array<string, mixed> $arguments What to fetch.
 * @return list<object>
 */
function bp_xprofile_get_groups( $arguments ) {}

/**
 * Stores a field's value.
 *
 * @param int|string $field       The number or name.
 * @param int        $user_id     The account.
 * @param mixed      $value       The value, slashed.
 * @param bool       $is_required Whether a value is required.
 * @return bool
 */
function xprofile_set_field_data( $field, $user_id, $value, $is_required = false ) {}

/**
 * Deletes a field's value.
 *
 * @param int|string $field   The number or name.
 * @param int        $user_id The account.
 * @return bool
 */
function xprofile_delete_field_data( $field = '', $user_id = 0 ) {}

/**
 * The stored values of profile fields.
 */
class BP_XProfile_ProfileData {

	/**
	 * A stored value.
	 *
	 * @param int      $field_id The field.
	 * @param int|null $user_id  The account.
	 * @return mixed
	 */
	public static function get_value_byid( $field_id, $user_id = null ) {}
}

/* bbPress */

/**
 * The role that everybody gets.
 *
 * @return string
 */
function bbp_get_default_role() {}

/* LiteSpeed */

/**
 * Ends the response.
 */
function litespeed_finish_request(): bool {}
