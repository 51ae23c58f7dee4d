<?php
/**
 * How much happened on each day.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Counts the entries of days. A day that is over is counted once and remembered, so that a screen counts only today.
 */
final class ActivityDays {

	/** The option that remembers days that are over. */
	public const OPTION = 'rollbook_activity_counts';

	/** How many entries of the last day are counted. If there are more, the real numbers are at least these. */
	public const MOST = 10000;

	/**
	 * Counts the entries of the last days, the oldest day first. Days are those of the site's time zone.
	 *
	 * @param int $days How many, today included.
	 * @return array<string, array{changes: int, problems: int}> By day, `2027-01-31`.
	 */
	public static function last( int $days ): array {
		$known = get_option( self::OPTION );
		$known = is_array( $known ) ? $known : array();
		$today = new \DateTimeImmutable( 'today', wp_timezone() );
		$last  = array();
		for ( $back = $days - 1; $back >= 0; --$back ) {
			$day          = $today->modify( "-$back days" );
			$key          = $day->format( 'Y-m-d' );
			$last[ $key ] = $back > 0 && isset( $known[ $key ] ) ? $known[ $key ] : self::count( $day->getTimestamp() * 1000, $day->modify( '+1 day' )->getTimestamp() * 1000 );
		}
		$over = array_slice( $last, 0, -1, true );
		if ( $over !== $known ) {
			update_option( self::OPTION, $over, false );
		}
		return $last;
	}

	/**
	 * The people and groups that the last 24 hours have changed.
	 *
	 * @param int $now Now.
	 * @return array{people: int, groups: int, problems: int, more: bool} `more` where there was more than is counted.
	 */
	public static function last_day( int $now ): array {
		$row = Database::row(
			"SELECT COUNT(*) AS entries, COUNT(DISTINCT user_id) AS people, COUNT(DISTINCT CASE WHEN user_id IS NULL AND kind = 'request' THEN resource_id END) AS resources, SUM(CASE WHEN outcome IN ('refused', 'failed') THEN 1 ELSE 0 END) AS problems"
			. ' FROM (SELECT user_id, kind, resource_id, outcome FROM ' . Tables::name( 'activity' ) . ' WHERE notable = 1 AND time >= %d ORDER BY time DESC LIMIT %d) e',
			array( $now - DAY_IN_SECONDS * 1000, self::MOST )
		) ?? array();
		return array(
			'people'   => (int) ( $row['people'] ?? 0 ),
			'groups'   => (int) ( $row['resources'] ?? 0 ),
			'problems' => (int) ( $row['problems'] ?? 0 ),
			'more'     => self::MOST <= (int) ( $row['entries'] ?? 0 ),
		);
	}

	/**
	 * Counts the entries of a span of time.
	 *
	 * @param int $from Its first moment.
	 * @param int $to   The first moment after it.
	 * @return array{changes: int, problems: int}
	 */
	private static function count( int $from, int $to ): array {
		$count    = static fn( string $which ): int => (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( 'activity' ) . " WHERE $which AND time >= %d AND time < %d", array( $from, $to ) );
		$problems = $count( "outcome IN ('refused', 'failed') AND notable = 1" );
		return array(
			'changes'  => max( 0, $count( 'notable = 1' ) - $problems ),
			'problems' => $problems,
		);
	}
}
