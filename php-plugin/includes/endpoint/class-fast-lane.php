<?php
/**
 * Requests that are answered before plugins are loaded.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Access\FastLaneFile;
use Rollbook\WordPress\People\Credentials;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * Says whether a request may be answered before WordPress loads its plugins and its theme.
 *
 * Only a request for which all of that was loaded can tell whether a plugin would change an answer. So each such request looks, and
 * leaves a note. The note holds for an hour, and only while what it was written about is the same.
 *
 * Early, an exchange goes on as long as its commands only read. If it comes to its end, it is answered. If it wants to write, WordPress
 * loads the rest, and the same exchange goes on.
 */
final class FastLane {

	/** The option that holds the note. */
	public const OPTION = 'rollbook_fast_lane';

	/** For how many seconds a note holds, and after how many it is written anew. */
	private const HOLDS   = 3600;
	private const RENEWED = 1800;

	/** What a listener may change about an answer to a request that only reads. */
	private const HOOKS = array(
		'rollbook/is_protected',
		'rollbook/owning_site',
		'rollbook/anybody_can_register',
		'rollbook/response_body',
		'user_has_cap',
		'wp_roles_init',
		'get_user_metadata',
		'default_user_metadata',
		'update_user_metadata_cache',
		'is_email',
		'is_email_address_unsafe',
		'get_super_admins',
		'pre_site_option_site_admins',
		'site_option_site_admins',
		'query',
	);

	/**
	 * Looks for what would change answers, and notes it. Called when all plugins and the theme are loaded.
	 */
	public static function look(): void {
		if ( ! Settings::wants_fast_lane() ) {
			return;
		}
		$note  = array(
			'about'    => self::circumstances( Settings::document(), Site::facts_of_request() ),
			'changers' => self::changers(),
			'time'     => time(),
		);
		$known = self::note();
		if ( array( $known['about'], $known['changers'] ) !== array( $note['about'], $note['changers'] ) || $known['time'] < time() - self::RENEWED ) {
			update_option( self::OPTION, $note, true );
		}
	}

	/**
	 * Writes the must-use file, or removes it, as the settings say now.
	 */
	public static function action_settings(): void {
		try {
			FastLaneFile::keep( Settings::wants_fast_lane() );
		} catch ( DatabaseFailure ) {
			return; // The file stays as it is; the settings decide with each request.
		}
	}

	/**
	 * Forgets what was found: files of plugins have changed.
	 */
	public static function forget(): void {
		delete_option( self::OPTION );
	}

	/**
	 * What plugins and the theme change about answers, as it was found last: hooks with their listeners, and the like.
	 *
	 * @return ?list<string> Null if nothing has looked yet.
	 */
	public static function found(): ?array {
		$note = self::note();
		return $note['time'] > 0 ? $note['changers'] : null;
	}

	/**
	 * Whether no plugin changes an answer, now that all are loaded.
	 */
	public static function changes_nothing(): bool {
		return array() === self::changers();
	}

	/**
	 * Whether the site wants requests to be answered early, and somebody has looked and has found nothing that stands in the way.
	 *
	 * @throws DatabaseFailure When the database does not tell.
	 */
	public static function is_wanted(): bool {
		if ( ! Settings::wants_fast_lane() || ! Requirements::met() || ! Tables::exist() ) {
			return false;
		}
		$note = self::note();
		return array() === $note['changers'] && $note['time'] > time() - self::HOLDS;
	}

	/**
	 * Whether everything is still as it was when somebody looked.
	 *
	 * @param array<string, mixed> $document The settings.
	 * @param array<string, mixed> $facts    What decisions need to know of the site.
	 */
	public static function is_open( array $document, array $facts ): bool {
		return self::circumstances( $document, $facts ) === self::note()['about'];
	}

	/**
	 * The note.
	 *
	 * @return array{about: string, changers: list<string>, time: int}
	 */
	private static function note(): array {
		$note = (array) get_option( self::OPTION );
		return array(
			'about'    => (string) ( $note['about'] ?? '' ),
			'changers' => array_values( array_map( 'strval', (array) ( $note['changers'] ?? array() ) ) ),
			'time'     => (int) ( $note['time'] ?? 0 ),
		);
	}

	/**
	 * A mark of everything that a note depends on: what is loaded, and what decisions are made on. A plugin that changes one of these only
	 * in memory is found out by that.
	 *
	 * @param array<string, mixed> $document The settings.
	 * @param array<string, mixed> $facts    What decisions need to know of the site.
	 */
	private static function circumstances( array $document, array $facts ): string {
		$loaded = array( VERSION, $GLOBALS['wp_version'], get_option( 'active_plugins' ), get_option( 'stylesheet' ), wp_get_mu_plugins() );
		if ( is_multisite() ) {
			$loaded[] = array_keys( (array) get_site_option( 'active_sitewide_plugins', array() ) );
		}
		return md5( serialize( array( $loaded, rest_get_url_prefix(), $document, $facts, Credentials::roles_of_registration() ) ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.serialize_serialize
	}

	/**
	 * What would change answers.
	 *
	 * @return list<string>
	 */
	private static function changers(): array {
		$changers = Interference::listeners( self::HOOKS );
		foreach ( Targets::of_plugins( Settings::targets() ) as $target ) {
			$changers[] = $target;
		}
		foreach ( get_registered_meta_keys( 'user' ) as $key => $meta ) {
			if ( array_key_exists( 'default', (array) $meta ) && in_array( "meta:$key", Settings::targets(), true ) ) {
				$changers[] = "meta:$key";
			}
		}
		/** Documented in HOOKS.md. */
		if ( true !== apply_filters( 'rollbook/fast_lane', true ) ) {
			$changers[] = 'rollbook/fast_lane';
		}
		return $changers;
	}
}
