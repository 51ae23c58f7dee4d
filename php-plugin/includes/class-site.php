<?php
/**
 * What decisions need to know of the site.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\ValueIndexes;

defined( 'ABSPATH' ) || exit;

/**
 * The facts of the current site, as the extension needs them with every exchange. The extension decides what follows from them.
 */
final class Site {

	/**
	 * The facts.
	 *
	 * @return array{roles: list<array{name: string, capabilities: list<string>}>, default_role: string, languages: list<string>, indexed: list<array{path: string, complete: bool}>}
	 * @throws DatabaseFailure When the database does not answer.
	 */
	public static function facts(): array {
		self::read_again();
		$roles = array();
		foreach ( wp_roles()->roles as $name => $role ) {
			$roles[] = array(
				'name'         => (string) $name, // A name of digits is an integer as an array key.
				'capabilities' => array_map( 'strval', array_keys( array_filter( (array) ( $role['capabilities'] ?? array() ) ) ) ),
			);
		}
		return array(
			'roles'        => $roles,
			'default_role' => (string) get_option( 'default_role' ),
			'languages'    => array( 'en_US', ...get_available_languages() ), // WordPress's own language has no file.
			'indexed'      => ValueIndexes::facts(),
		);
	}

	/**
	 * The facts for a request of an identity provider: also what the network lets the site do.
	 *
	 * @return array<string, mixed>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	public static function facts_of_request(): array {
		return Database::watched(
			static fn(): array => self::facts() + array(
				'network' => NetworkSettings::facts(),
				'address' => SiteAddress::facts(),
			)
		);
	}

	/**
	 * Asks the database again if WordPress knows no roles. WordPress also gives and caches none after a failed read.
	 *
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function read_again(): void {
		$roles = wp_roles();
		if ( array() !== $roles->roles && false !== get_option( 'default_role' ) ) {
			return;
		}
		foreach ( array( 'alloptions', 'notoptions', $roles->role_key, 'default_role' ) as $cached ) {
			wp_cache_delete( $cached, 'options' );
		}
		Database::watched(
			static function () use ( $roles ): void {
				get_option( 'default_role' );
				$roles->for_site( $roles->get_site_id() );
			}
		);
	}
}
