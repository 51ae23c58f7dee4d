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
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Counts the entries of days. A day that is over is counted once and remembered; of today what was counted some minutes ago, so that a
 * screen counts only what came since.
 */
final class ActivityDays {

	/** The option that remembers days that are over. */
	public const OPTION = 'rollbook_activity_counts';

	/** How many entries of the last day are counted. If there are more, the real numbers are at least these. */
	public const MOST = 10000;

	/** An entry has the time at which its request was answered. It is written at most so many milliseconds later. */
	private const LATE = 60000;

	/** So many milliseconds pass until more of today is remembered. */
	private const STEP = 300000;

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
		$still = Tokens::now() - self::LATE;
		$last  = array();
		$kept  = array();
		for ( $back = $days - 1; $back >= 0; --$back ) {
			$day     = $today->modify( "-$back days" );
			$key     = $day->format( 'Y-m-d' );
			$from    = $day->getTimestamp() * 1000;
			$to      = $day->modify( '+1 day' )->getTimestamp() * 1000;
			$counted = ( $known[ $key ] ?? array() ) + array(
				'changes'  => 0,
				'problems' => 0,
				'until'    => isset( $known[ $key ] ) ? $to : $from,
			);
			if ( $still >= $to || $still - $counted['until'] >= self::STEP ) {
				$counted = self::continued( $counted, min( $still, $to ) );
			}
			if ( $counted['until'] > $from ) {
				$kept[ $key ] = $counted;
			}
			$whole        = self::continued( $counted, $to );
			$last[ $key ] = array(
				'changes'  => $whole['changes'],
				'problems' => $whole['problems'],
			);
		}
		if ( $kept !== $known ) {
			update_option( self::OPTION, $kept, false );
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
	 * A day that is counted up to some moment, counted further.
	 *
	 * @param array{changes: int, problems: int, until: int} $counted The day.
	 * @param int                                            $to      The first moment that is not counted.
	 * @return array{changes: int, problems: int, until: int}
	 */
	private static function continued( array $counted, int $to ): array {
		if ( $counted['until'] >= $to ) {
			return $counted;
		}
		$more = self::count( $counted['until'], $to );
		return array(
			'changes'  => $counted['changes'] + $more['changes'],
			'problems' => $counted['problems'] + $more['problems'],
			'until'    => $to,
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
