<?php
/**
 * The settings document.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the one document of settings. What it may say is known to the extension alone: nothing is stored that the
 * extension has not approved of.
 */
final class Settings {

	/** The option that holds the document. */
	public const OPTION = 'rollbook_settings';

	/** The settings that are looked at together, because roles are named in them. */
	private const ABOUT_ROLES = array( 'protected_roles', 'default_role', 'role_rules' );

	/**
	 * The sites that are known to have none.
	 *
	 * @var array<int, true>
	 */
	private static array $absent = array();

	/**
	 * The whole document.
	 *
	 * @return array<string, mixed>
	 */
	public static function document(): array {
		$stored = self::stored();
		return array() === $stored ? \Rollbook\Settings::defaults() : $stored;
	}

	/**
	 * Changes a part of the document: objects are merged, lists and values replaced.
	 *
	 * @param array<string, mixed> $partial The part.
	 * @return array<string, mixed> The whole document as it stands now.
	 * @throws \Rollbook\InvalidSettings When the extension refuses; nothing is stored then.
	 */
	public static function merge( array $partial ): array {
		$document = self::changed( $partial );
		self::store( $document );
		return $document;
	}

	/**
	 * The document as it would be with a part changed.
	 *
	 * @param array<string, mixed> $partial The part.
	 * @return array<string, mixed>
	 * @throws \Rollbook\InvalidSettings When the extension refuses.
	 */
	public static function changed( array $partial ): array {
		// A role may have become protected since it was named; that is in nobody's way who changes something else.
		$site     = array_intersect_key( $partial, array_flip( self::ABOUT_ROLES ) ) ? Site::facts() : array();
		$document = self::merged( self::document(), $partial );
		return \Rollbook\Settings::validate( $document, array( 'foreign_metas' => self::foreign_metas( $document ) ) + $site );
	}

	/**
	 * Stores a document.
	 *
	 * @param array<string, mixed> $document The document, as changed() gives it.
	 */
	public static function store( array $document ): void {
		update_option( self::OPTION, $document, true );
		unset( self::$absent[ get_current_blog_id() ] );
	}

	/**
	 * The user metas that accounts have, and that the mappings of a document would be the first to write.
	 *
	 * @param array<string, mixed> $document The document, which nobody has approved of yet.
	 * @return list<string>
	 */
	private static function foreign_metas( array $document ): array {
		$targets = is_array( $document['mappings'] ?? null ) ? array_filter( array_column( $document['mappings'], 'target' ), 'is_string' ) : array();
		$metas   = preg_grep( '/^meta:./', array_diff( array_map( 'trim', $targets ), self::targets() ) );
		return Targets::equal_keys( array_map( static fn( string $target ): string => trim( substr( $target, 5 ) ), $metas ) );
	}

	/**
	 * Lays a part over a document, whatever the extension may think of it: objects are merged, lists and values replaced.
	 *
	 * @param array<string, mixed> $whole The document.
	 * @param array<string, mixed> $part  The part.
	 * @return array<string, mixed>
	 */
	public static function merged( array $whole, array $part ): array {
		foreach ( $part as $key => $value ) {
			$old           = $whole[ $key ] ?? null;
			$both_objects  = is_array( $value ) && is_array( $old ) && ! array_is_list( $value ) && ! array_is_list( $old );
			$whole[ $key ] = $both_objects ? self::merged( $old, $value ) : $value;
		}
		return $whole;
	}

	/**
	 * What a form is opened on: a mark of each setting's value, as text that the form carries.
	 */
	public static function stamp(): string {
		return (string) wp_json_encode( array_map( static fn( mixed $value ): string => md5( (string) wp_json_encode( $value ) ), self::complete() ) );
	}

	/**
	 * The settings that a form is about to replace, and that somebody has changed since it was opened.
	 *
	 * @param string               $stamp   What the form was opened on.
	 * @param array<string, mixed> $partial What it sent.
	 * @return list<string> Their names; none where the form was opened on nothing that can be read.
	 */
	public static function changed_since( string $stamp, array $partial ): array {
		$opened_on = json_decode( $stamp, true );
		$now       = json_decode( self::stamp(), true );
		return is_array( $opened_on ) ? array_keys( array_intersect_key( array_diff_assoc( $now, $opened_on ), $partial ) ) : array();
	}

	/**
	 * The document with the default of whatever it does not say.
	 *
	 * @return array<string, mixed>
	 */
	private static function complete(): array {
		return self::merged( \Rollbook\Settings::defaults(), self::document() );
	}

	/**
	 * The targets of the owner's mappings.
	 *
	 * @return list<string>
	 */
	public static function targets(): array {
		return array_column( self::stored()['mappings'] ?? array(), 'target' );
	}

	/**
	 * Whether requests to WPO365's address are answered. Known without the extension, because an identity provider
	 * must be told to wait at that address too.
	 */
	public static function answers_wpo365(): bool {
		try {
			return true === ( self::stored()['compatibility']['wpo365_route'] ?? false );
		} catch ( DatabaseFailure ) {
			return true;
		}
	}

	/**
	 * Whether people whom an identity provider manages may set a password of their own. Known without the extension.
	 */
	public static function allows_own_passwords(): bool {
		$stored = self::stored();
		return false === ( $stored['password_sync'] ?? false ) && true === ( $stored['local_passwords'] ?? true );
	}

	/**
	 * The roles that the owner has protected, or taken out, by name.
	 *
	 * @return ?list<string>
	 */
	public static function protected_roles(): ?array {
		return self::stored()['protected_roles'] ?? null;
	}

	/**
	 * The document as far as it was ever stored. Where WordPress says that there is none the database is asked: WordPress says so, too,
	 * where it could not read, and remembers that.
	 *
	 * @return array<string, mixed>
	 * @throws DatabaseFailure When it cannot be read.
	 */
	private static function stored(): array {
		global $wpdb;
		$stored = wp_load_alloptions()[ self::OPTION ] ?? null;
		if ( null === $stored && ! isset( self::$absent[ get_current_blog_id() ] ) ) {
			$stored = Database::value( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", array( self::OPTION ) );
			if ( null === $stored ) {
				self::$absent[ get_current_blog_id() ] = true;
			} else {
				wp_cache_delete( 'alloptions', 'options' );
				wp_cache_delete( 'notoptions', 'options' );
			}
		}
		$stored = maybe_unserialize( $stored );
		return is_array( $stored ) ? $stored : array();
	}
}
