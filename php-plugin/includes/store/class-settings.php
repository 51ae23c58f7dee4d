<?php
/**
 * The settings document.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the one document of settings. Upkeep\SettingsWriter saves it.
 */
final class Settings {

	/** The option that holds the document. */
	public const OPTION = 'rollbook_settings';

	/**
	 * The sites that are known to have no document.
	 *
	 * @var array<int, true>
	 */
	private static array $absent = array();

	/**
	 * The document that was read last.
	 *
	 * @var array<string, mixed>
	 */
	private static array $read = array();

	/**
	 * What was stored, that it was read from.
	 *
	 * @var mixed
	 */
	private static mixed $read_from = null;

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
	 * The targets of the owner's mappings.
	 *
	 * @return string[]
	 */
	public static function targets(): array {
		return array_map( 'strval', array_column( self::stored()['mappings'] ?? array(), 'target' ) );
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
	 * Whether requests are answered before plugins are loaded, where that makes no difference.
	 */
	public static function wants_fast_lane(): bool {
		return true === ( self::stored()['fast_lane'] ?? false );
	}

	/**
	 * Whether managed people may set a password of their own. Known without the extension.
	 */
	public static function allows_own_passwords(): bool {
		$stored = self::stored();
		return false === ( $stored['password_sync'] ?? false ) && true === ( $stored['local_passwords'] ?? true );
	}

	/**
	 * The names of roles that the owner protects or, with a `-` before them, does not protect.
	 *
	 * @return ?list<string>
	 */
	public static function protected_roles(): ?array {
		return self::stored()['protected_roles'] ?? null;
	}

	/**
	 * The stored document. If WordPress has none, the database is asked: WordPress also returns and caches "none" after a failed read.
	 *
	 * @return array<string, mixed>
	 * @throws DatabaseFailure When it cannot be read.
	 */
	private static function stored(): array {
		$stored = wp_load_alloptions()[ self::OPTION ] ?? null;
		if ( null !== $stored ) {
			return self::as_document( $stored );
		}
		if ( isset( self::$absent[ get_current_blog_id() ] ) ) {
			return array();
		}
		$stored = self::read();
		if ( null === $stored ) {
			self::$absent[ get_current_blog_id() ] = true;
		} else {
			self::forget();
		}
		return $stored ?? array();
	}

	/**
	 * The document in the database, not in WordPress's cache.
	 *
	 * @param string $lock The SQL that locks the row, if any.
	 * @return ?array<string, mixed> Null if there is none.
	 * @throws DatabaseFailure When it cannot be read.
	 */
	public static function read( string $lock = '' ): ?array {
		global $wpdb;
		$stored = Database::value( "SELECT option_value FROM $wpdb->options WHERE option_name = %s$lock", array( self::OPTION ) );
		return null === $stored ? null : self::as_document( $stored );
	}

	/**
	 * The stored value as a document; empty if it is none. What was read last is not read again.
	 *
	 * @param mixed $stored What was stored.
	 * @return array<string, mixed>
	 */
	private static function as_document( mixed $stored ): array {
		if ( self::$read_from !== $stored ) {
			$document = maybe_unserialize( $stored );
			/** @var array<string, mixed> $document */
			$document        = is_array( $document ) ? $document : array();
			self::$read      = $document;
			self::$read_from = $stored;
		}
		return self::$read;
	}

	/**
	 * Makes WordPress read the document again.
	 */
	public static function forget(): void {
		foreach ( array( 'alloptions', 'notoptions', self::OPTION ) as $cached ) {
			wp_cache_delete( $cached, 'options' );
		}
	}

	/**
	 * Notes that the site has a document now.
	 */
	public static function note_stored(): void {
		unset( self::$absent[ get_current_blog_id() ] );
	}
}
