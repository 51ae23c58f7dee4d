<?php
/**
 * How the sites of a network stand.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityDays;
use Rollbook\WordPress\Endpoint\LastRequest;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Collects what the network's screen shows of each site, a page of sites at a time: only those of the page are asked.
 */
final class NetworkOverview {

	/** How many sites a page shows. */
	public const PAGE = 20;

	/**
	 * The sites of a page.
	 *
	 * @param int $page The page, from 1.
	 * @return list<array{name: string, url: string, state: ?array{people: int, last: ?int, problems: string, paused: bool, tokens: string}}> The state is null where nobody has used Rollbook.
	 */
	public static function sites( int $page ): array {
		$ids = get_sites(
			array(
				'fields'   => 'ids',
				'number'   => self::PAGE,
				'offset'   => self::PAGE * ( max( 1, $page ) - 1 ),
				'archived' => 0,
				'deleted'  => 0,
				'orderby'  => array( 'domain', 'path' ),
			)
		);
		$sites = array();
		foreach ( is_array( $ids ) ? $ids : array() as $id ) {
			switch_to_blog( (int) $id );
			try {
				$sites[] = array(
					'name'  => (string) get_option( 'blogname' ),
					'url'   => SettingsPage::url(),
					'state' => false === get_option( Tables::OPTION ) ? null : self::state(),
				);
			} finally {
				restore_current_blog();
			}
		}
		return $sites;
	}

	/**
	 * How many pages there are.
	 */
	public static function pages(): int {
		$count = get_sites(
			array(
				'count'    => true,
				'archived' => 0,
				'deleted'  => 0,
			)
		);
		return max( 1, (int) ceil( ( is_int( $count ) ? $count : 0 ) / self::PAGE ) );
	}

	/**
	 * How the current site stands.
	 *
	 * @return ?array{people: int, last: ?int, problems: string, paused: bool, tokens: string} Null where its tables cannot be read.
	 */
	private static function state(): ?array {
		try {
			Tables::bring_up(); // After an update of the plugin the tables of a site that nobody has visited yet have the old shape.
			$day = ActivityDays::last_day( Tokens::now() );
			return array(
				'people'   => (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( 'users' ) . ' WHERE deleted = 0 AND managed = 1' ),
				'last'     => LastRequest::time(),
				'problems' => number_format_i18n( $day['problems'] ) . ( $day['more'] ? '+' : '' ),
				'paused'   => Requirements::met() && true === ( Settings::document()['paused'] ?? false ),
				'tokens'   => self::tokens( Tokens::all() ),
			);
		} catch ( DatabaseFailure ) {
			return null;
		}
	}

	/**
	 * The state of the tokens in words.
	 *
	 * @param list<array{expires: ?int, revoked: ?int, last_used: ?int, ...}> $tokens The tokens.
	 */
	private static function tokens( array $tokens ): string {
		$valid = array_filter( $tokens, Tokens::is_valid( ... ) );
		$ends  = array_filter( array_column( $valid, 'expires' ), 'is_int' );
		return match ( true ) {
			array() === $valid && array() !== array_filter( $tokens, static fn( array $token ): bool => null === $token['revoked'] ) => __( 'Expired', 'rollbook' ),
			array() === $valid => __( 'None', 'rollbook' ),
			count( $ends ) === count( $valid ) => sprintf(
				/* translators: %s: date. */
				__( 'Active until %s', 'rollbook' ),
				(string) wp_date( (string) get_option( 'date_format' ), intdiv( max( $ends ), 1000 ) )
			),
			default => __( 'Active', 'rollbook' ),
		};
	}
}
