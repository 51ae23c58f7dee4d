<?php
/**
 * The log of requests.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Writes down what each request did, for as long as the owner wants it kept.
 */
final class ActivityLog {

	/**
	 * The option that remembers when old entries were last removed.
	 */
	public const OPTION = 'rollbook_activity_purged';

	/**
	 * The longest path that is kept; more of it says nothing.
	 */
	private const LONGEST_PATH = 2000;

	/**
	 * Writes a request down.
	 *
	 * @param array<string, mixed> $summary     The exchange's summary.
	 * @param float                $duration_ms How long the request took, in milliseconds.
	 */
	public static function record( array $summary, float $duration_ms ): void {
		$now = Tokens::now();
		Database::insert(
			Tables::name( 'activity' ),
			array(
				'time'          => $now,
				'token_id'      => $summary['token'] ?? null,
				'method'        => mb_substr( $summary['method'], 0, 16 ),
				'path'          => mb_substr( $summary['path'], 0, self::LONGEST_PATH ),
				'status'        => (int) $summary['status'],
				'duration_ms'   => (int) round( $duration_ms ),
				'action'        => $summary['action'] ?? null,
				'resource_id'   => isset( $summary['resource'] ) ? mb_substr( $summary['resource'], 0, 64 ) : null,
				'resource_name' => isset( $summary['name'] ) ? mb_substr( $summary['name'], 0, 255 ) : null,
				'detail'        => $summary['detail'] ?? null,
				'failure'       => $summary['failure'] ?? null,
				'changes'       => self::json( $summary['changes'] ?? array() ),
				'dialects'      => self::json( $summary['dialects'] ?? array() ),
			)
		);
		self::purge( $now );
	}

	/**
	 * Removes entries that are too old, at most once a day.
	 *
	 * @param int $now Now.
	 */
	private static function purge( int $now ): void {
		$day = DAY_IN_SECONDS * 1000;
		if ( $now - (int) get_option( self::OPTION ) < $day ) {
			return;
		}
		update_option( self::OPTION, $now, true );
		$days = (int) ( Settings::document()['activity_days'] ?? 90 );
		Database::run( 'DELETE FROM ' . Tables::name( 'activity' ) . ' WHERE time < %d', array( $now - $days * $day ) );
	}

	/**
	 * A list as JSON; nothing for an empty one.
	 *
	 * @param array<int, mixed> $entries The list.
	 */
	private static function json( array $entries ): ?string {
		return $entries ? (string) wp_json_encode( $entries, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) : null;
	}
}
