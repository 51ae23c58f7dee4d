<?php
/**
 * Where the site was when a token was last used.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers the site's address. A copy of the site has its tokens too: at its own address it is known by that, and answers nobody before
 * the owner has said which of the two it is.
 */
final class SiteAddress {

	/** The option that remembers the address, written as Base64: what copies a site replaces its address everywhere in the database. */
	public const OPTION = 'rollbook_address';

	/**
	 * Where the site is.
	 */
	public static function now(): string {
		return (string) get_option( 'home' );
	}

	/**
	 * Where it was; null where no token was used yet.
	 */
	public static function noted(): ?string {
		$noted = base64_decode( (string) get_option( self::OPTION ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		return '' === (string) $noted ? null : (string) $noted;
	}

	/**
	 * The facts, as the extension needs them.
	 *
	 * @return array{now: string, noted: ?string}
	 */
	public static function facts(): array {
		return array(
			'now'   => self::now(),
			'noted' => self::noted(),
		);
	}

	/**
	 * Whether the endpoint waits for the owner's word.
	 */
	public static function has_changed(): bool {
		$noted = self::noted();
		return null !== $noted && \Rollbook\Settings::moved( $noted, self::now() );
	}

	/**
	 * Notes where the site is now.
	 */
	public static function note(): void {
		if ( self::now() !== self::noted() ) {
			update_option( self::OPTION, base64_encode( self::now() ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		}
	}
}
