<?php
/**
 * The places in WordPress that hold attributes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and writes values by target: `field:` a column or core profile field of the account, `meta:` a user meta, `xprofile:` a
 * BuddyPress profile field, `acf:` a field of Advanced Custom Fields.
 *
 * WordPress's own functions take slashed values. So does ACF, which passes them to update_metadata(). BuddyPress takes slashed values, too,
 * but stores them as they are: its tables hold names, options and values slashed and as HTML.
 */
final class Targets {

	/**
	 * Columns of the table of accounts.
	 */
	private const COLUMNS = array( 'user_email', 'user_url', 'display_name' );

	/**
	 * Profile fields that core keeps in user metas of the same name.
	 */
	private const PROFILE = array( 'first_name', 'last_name', 'nickname', 'description', 'locale' );

	/**
	 * Columns that a field target only reads: they are written with the account itself.
	 */
	private const READ_ONLY = array( 'user_email' );

	/** How many user metas are read to offer their keys, and how many targets are offered. */
	private const METAS_READ   = 5000;
	private const MOST_OFFERED = 300;

	/**
	 * Whether attributes may be written to user metas, by key. The key of a plugin's field has a 1 before it.
	 *
	 * @var array<string, bool>
	 */
	private static array $open = array();

	/**
	 * The values of targets, without targets that the site does not have.
	 *
	 * @param \WP_User $user    The account, fresh from the database.
	 * @param string[] $targets The targets.
	 * @return array<string, mixed>
	 */
	public static function read( \WP_User $user, array $targets ): array {
		$values = array();
		foreach ( $targets as $target ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( self::exists( $kind, $name ) ) {
				$values[ $target ] = self::plain( self::value( $user, $kind, $name ) );
			}
		}
		return $values;
	}

	/**
	 * The values that go into wp_insert_user() and wp_update_user(), by their names there, not yet slashed.
	 *
	 * @param array<string, mixed> $values By target.
	 * @return array<string, ?string>
	 */
	public static function fields( array $values ): array {
		$fields = array();
		foreach ( $values as $target => $value ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( 'field' === $kind && self::exists( $kind, $name ) && ! in_array( $name, self::READ_ONLY, true ) ) {
				$fields[ $name ] = self::text( $value );
			}
		}
		return $fields;
	}

	/**
	 * The values that go into user metas, by key, not yet slashed.
	 *
	 * @param array<string, mixed> $values By target.
	 * @return array<string, mixed>
	 */
	public static function metas( array $values ): array {
		$metas = array();
		foreach ( $values as $target => $value ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( 'meta' === $kind && self::exists( $kind, $name ) ) {
				$metas[ $name ] = $value;
			}
		}
		return $metas;
	}

	/**
	 * Writes user metas.
	 *
	 * @param int                  $user_id The account.
	 * @param array<string, mixed> $metas   By key; null takes the value away.
	 */
	public static function write_metas( int $user_id, array $metas ): void {
		foreach ( $metas as $key => $value ) {
			if ( null === $value ) {
				delete_user_meta( $user_id, wp_slash( $key ) );
			} else {
				update_user_meta( $user_id, wp_slash( $key ), wp_slash( $value ) );
			}
		}
	}

	/**
	 * Writes fields of other plugins. A field that the site does not have is skipped. Whether the plugin accepted the value is seen when it
	 * is read back.
	 *
	 * @param int                  $user_id The account.
	 * @param array<string, mixed> $values  By target; null takes the value away.
	 */
	public static function write_plugin_fields( int $user_id, array $values ): void {
		foreach ( $values as $target => $value ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( ! self::exists( $kind, $name ) ) {
				continue;
			}
			if ( 'xprofile' === $kind ) {
				$field = self::xprofile( $name );
				if ( null === $value ) {
					xprofile_delete_field_data( $field, $user_id );
				} elseif ( ! xprofile_set_field_data( $field, $user_id, wp_slash( $value ) ) ) {
					// BuddyPress stores the option "R&D" as "R&amp;D".
					xprofile_set_field_data( $field, $user_id, wp_slash( map_deep( $value, array( self::class, 'html' ) ) ) );
				}
			} elseif ( 'acf' === $kind ) {
				$key = self::acf( $name )['key'];
				null === $value
					? delete_field( $key, "user_$user_id" )
					: update_field( $key, wp_slash( $value ), "user_$user_id" );
			}
		}
	}

	/**
	 * Removes an account whose write was undone from the caches of other plugins.
	 *
	 * @param int      $user_id The account.
	 * @param string[] $targets The targets.
	 */
	public static function forget( int $user_id, array $targets ): void {
		foreach ( $targets as $target ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( ! self::exists( $kind, $name ) ) {
				continue;
			}
			if ( 'xprofile' === $kind ) {
				wp_cache_delete( $user_id . ':' . self::xprofile( $name ), 'bp_xprofile_data' );
			} elseif ( 'acf' === $kind ) {
				acf_flush_value_cache( "user_$user_id", self::acf( $name )['name'] );
			}
		}
	}

	/**
	 * The targets that only another plugin can read.
	 *
	 * @param string[] $targets Targets.
	 * @return list<string>
	 */
	public static function of_plugins( array $targets ): array {
		return array_values( array_filter( $targets, static fn( string $target ): bool => ! preg_match( '/^(?:meta|field):/', $target ) ) );
	}

	/**
	 * Targets that the site has, for an owner to choose from: user metas that accounts which were written last have, BuddyPress profile
	 * fields and ACF fields of people. It reads the same few rows however many accounts there are.
	 *
	 * @return list<string>
	 */
	public static function offered(): array {
		global $wpdb;
		$keys    = array_column( Database::rows( "SELECT DISTINCT meta_key FROM (SELECT meta_key FROM $wpdb->usermeta ORDER BY umeta_id DESC LIMIT %d) some ORDER BY meta_key", array( self::METAS_READ ) ), 'meta_key' );
		$keys    = array_filter( array_map( 'strval', $keys ), static fn( string $key ): bool => ! in_array( $key, self::PROFILE, true ) && self::is_open( $key, false ) );
		$targets = array();
		foreach ( function_exists( 'bp_xprofile_get_groups' ) ? (array) bp_xprofile_get_groups( array( 'fetch_fields' => true ) ) : array() as $group ) {
			foreach ( $group->fields ?? array() as $field ) {
				$targets[] = 'xprofile:' . (string) self::from_html( $field->name );
			}
		}
		foreach ( function_exists( 'acf_get_field_groups' ) ? (array) acf_get_field_groups() : array() as $group ) {
			$is_of_people = str_contains( (string) wp_json_encode( $group['location'] ?? array() ), '"param":"user_' );
			foreach ( $is_of_people && function_exists( 'acf_get_fields' ) ? (array) acf_get_fields( $group ) : array() as $field ) {
				$name      = (string) ( $field['name'] ?? '' );
				$targets[] = '' !== $name && self::is_open( $name, true ) ? "acf:$name" : '';
			}
		}
		$metas = array_map( static fn( string $key ): string => "meta:$key", $keys );
		return array_slice( array_values( array_unique( array_filter( array( ...$targets, ...array_values( $metas ) ) ) ) ), 0, self::MOST_OFFERED );
	}

	/**
	 * The targets that the site does not have, and why.
	 *
	 * @param string[] $targets The targets.
	 * @return array<string, string> The reasons, by target.
	 */
	public static function missing( array $targets ): array {
		$missing = array();
		foreach ( $targets as $target ) {
			list( $kind, $name ) = explode( ':', $target, 2 );
			if ( self::exists( $kind, $name ) ) {
				continue;
			}
			$missing[ $target ] = match ( true ) {
				'xprofile' === $kind && ! function_exists( 'xprofile_get_field_id_from_name' )
					=> __( 'BuddyPress, or its component Extended Profiles, is not active.', 'rollbook' ),
				'xprofile' === $kind
					/* translators: %s: name of a profile field. */
					=> sprintf( __( 'BuddyPress has no profile field “%s”.', 'rollbook' ), $name ),
				'acf' === $kind && ! function_exists( 'acf_get_field' )
					=> __( 'Advanced Custom Fields is not active.', 'rollbook' ),
				'acf' === $kind
					/* translators: %s: name of a field. */
					=> sprintf( __( 'Advanced Custom Fields has no field “%s”.', 'rollbook' ), $name ),
				default => __( 'Attributes must not be put there.', 'rollbook' ),
			};
		}
		return $missing;
	}

	/**
	 * Whether the site has a target.
	 *
	 * @param string $kind The part before the colon.
	 * @param string $name The rest of the target.
	 */
	private static function exists( string $kind, string $name ): bool {
		return match ( $kind ) {
			'field'    => in_array( $name, self::COLUMNS, true ) || in_array( $name, self::PROFILE, true ),
			'meta'     => self::is_open( $name, false ),
			'xprofile' => function_exists( 'xprofile_get_field_id_from_name' ) && 0 !== self::xprofile( $name ),
			'acf'      => function_exists( 'acf_get_field' ) && null !== self::acf( $name ),
			default    => false,
		};
	}

	/**
	 * The number of a BuddyPress field. Its own functions read a name of digits as a number.
	 *
	 * @param string $name Its name.
	 * @return int 0 if there is none.
	 */
	private static function xprofile( string $name ): int {
		$field = xprofile_get_field_id_from_name( $name );
		return (int) ( $field ? $field : xprofile_get_field_id_from_name( wp_slash( self::html( $name ) ) ) );
	}

	/**
	 * A text as HTML.
	 *
	 * @param mixed $text The text; anything else stays as it is.
	 */
	public static function html( mixed $text ): mixed {
		return is_string( $text ) ? wp_kses( $text, 'data' ) : $text;
	}

	/**
	 * A stored text of BuddyPress as plain text.
	 *
	 * @param mixed $text The text; anything else stays as it is.
	 */
	public static function from_html( mixed $text ): mixed {
		return is_string( $text ) ? wp_specialchars_decode( wp_unslash( $text ), ENT_QUOTES ) : $text;
	}

	/**
	 * An ACF field.
	 *
	 * @param string $name Its name or key.
	 * @return ?array<string, mixed> Null if there is none, or if attributes must not be written to the meta that holds its value.
	 */
	private static function acf( string $name ): ?array {
		$field = acf_get_field( $name );
		return $field && self::is_open( (string) $field['name'], true ) ? $field : null;
	}

	/**
	 * Whether attributes may be written to a user meta. The extension decides by the key. It calls a key of unusual form odd: an odd key is
	 * open if a plugin's field uses it and no guarded key in the database equals it for the database.
	 *
	 * @param string $key      The key of the meta that is written.
	 * @param bool   $of_field Whether it holds a plugin's field.
	 */
	private static function is_open( string $key, bool $of_field ): bool {
		return self::$open[ (int) $of_field . $key ] ??= match ( \Rollbook\Settings::verdict( $key ) ) {
			'open'  => true,
			'odd'   => $of_field && '' !== $key && ! in_array( 'guarded', array_map( array( \Rollbook\Settings::class, 'verdict' ), self::equal_keys( array( $key ) ) ), true ),
			default => false,
		};
	}

	/**
	 * The stored keys of user metas that equal one of these keys for the database. The database ignores case, accents, trailing blanks and
	 * invisible characters.
	 *
	 * @param string[] $keys The keys.
	 * @return string[] The keys as they are stored.
	 */
	public static function equal_keys( array $keys ): array {
		global $wpdb;
		if ( ! $keys ) {
			return array();
		}
		return array_map( 'strval', array_column( Database::rows( "SELECT DISTINCT meta_key FROM $wpdb->usermeta WHERE meta_key IN (" . Database::marks( $keys, '%s' ) . ')', array_values( $keys ) ), 'meta_key' ) );
	}

	/**
	 * The value of an existing target.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $kind The part before the colon.
	 * @param string   $name The rest of the target.
	 */
	private static function value( \WP_User $user, string $kind, string $name ): mixed {
		return match ( $kind ) {
			'field'    => in_array( $name, self::COLUMNS, true )
				? (string) ( $user->data->$name ?? '' )
				: self::text( get_user_meta( $user->ID, $name, true ) ),
			'meta'     => get_user_meta( $user->ID, $name )[0] ?? null,
			'xprofile' => self::xprofile_value( self::xprofile( $name ), $user->ID ),
			'acf'      => self::acf_value( self::acf( $name ), 'user_' . $user->ID ),
		};
	}

	/**
	 * The value of a BuddyPress field as it is stored. xprofile_get_field_data() would give the text for display, such as "3 years ago" or
	 * a link.
	 *
	 * @param int $field   The field.
	 * @param int $user_id The account.
	 */
	private static function xprofile_value( int $field, int $user_id ): mixed {
		$stored = maybe_unserialize( \BP_XProfile_ProfileData::get_value_byid( $field, $user_id ) );
		return self::present( map_deep( $stored, array( self::class, 'from_html' ) ) );
	}

	/**
	 * The value of an ACF field as it is stored: without formatting, and without the default for a missing value.
	 *
	 * @param array<string, mixed> $field The field.
	 * @param string               $owner The account, in ACF's notation: `user_7`.
	 */
	private static function acf_value( array $field, string $owner ): mixed {
		return null === acf_get_metadata( $owner, $field['name'] ) ? null : self::present( get_field( $field['key'], $owner, false ) );
	}

	/**
	 * A value; null if the plugin returns false or nothing for "none".
	 *
	 * @param mixed $value The value.
	 */
	private static function present( mixed $value ): mixed {
		return false === $value || '' === $value || array() === $value ? null : $value;
	}

	/**
	 * A value as text, for places that hold only text.
	 *
	 * @param mixed $value The value.
	 */
	private static function text( mixed $value ): string {
		if ( is_bool( $value ) ) {
			return $value ? 'true' : 'false';
		}
		return is_scalar( $value ) ? (string) $value : '';
	}

	/**
	 * A value without objects. No attribute can hold one, and its class may not be loaded.
	 *
	 * @param mixed $value The value.
	 */
	private static function plain( mixed $value ): mixed {
		if ( is_array( $value ) ) {
			return array_map( array( self::class, 'plain' ), $value );
		}
		return is_scalar( $value ) ? $value : null;
	}
}
