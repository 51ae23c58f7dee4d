<?php
/**
 * Counts of many rows, remembered.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Counts for screens, how many accounts a site has or how many members a group; and how many people are managed, of whom an identity
 * provider may remove a part.
 *
 * A count of many is remembered for a minute, as long as something that changes with it is the same: the version of a group, or the number
 * of the newest account. A count of few is made each time.
 */
final class LargeCounts {

	/** The transient that remembers them. */
	private const REMEMBERED = 'rollbook_large_counts';

	/** For how many seconds, in case the database was written to past WordPress. */
	private const SECONDS = 60;

	/** Up to so many are counted each time: it takes no longer than to remember. */
	private const FEW = 1000;

	/** How many counts are remembered. */
	private const MOST = 200;

	/**
	 * Counts, by the same keys as the marks.
	 *
	 * @param string                                              $what  What is counted.
	 * @param array<int, int>                                     $marks For each list the mark that changes with it.
	 * @param callable(list<int>): array<int, int|string|null>    $count Counts lists; one that it does not name is empty.
	 * @return array<int, int>
	 */
	public static function of( string $what, array $marks, callable $count ): array {
		$now    = time();
		$known  = self::known( $now );
		$counts = array();
		foreach ( $marks as $list => $mark ) {
			$remembered = $known[ "$what $list" ] ?? null;
			if ( null !== $remembered && $remembered['mark'] === $mark ) {
				$counts[ $list ] = $remembered['count'];
			}
		}
		$missing = array_keys( array_diff_key( $marks, $counts ) );
		$counted = $missing ? $count( $missing ) : array();
		$new     = array();
		foreach ( $missing as $list ) {
			$counts[ $list ] = (int) ( $counted[ $list ] ?? 0 );
			if ( $counts[ $list ] > self::FEW ) {
				$new[ "$what $list" ] = array(
					'mark'  => $marks[ $list ],
					'count' => $counts[ $list ],
					'at'    => $now,
				);
			}
		}
		if ( $new ) {
			set_transient( self::REMEMBERED, array_slice( $new + $known, 0, self::MOST ), self::SECONDS );
		}
		return $counts;
	}

	/**
	 * Forgets all of them: something was removed, and no mark tells it.
	 */
	public static function forget(): void {
		delete_transient( self::REMEMBERED );
	}

	/**
	 * What is remembered and not too old.
	 *
	 * @param int $now Now.
	 * @return array<string, array{mark: int, count: int, at: int}>
	 */
	private static function known( int $now ): array {
		/** @var mixed $known */
		$known = get_transient( self::REMEMBERED );
		$fresh = array();
		foreach ( is_array( $known ) ? $known : array() as $list => $count ) {
			if ( is_array( $count ) && isset( $count['mark'], $count['count'], $count['at'] ) && $now - (int) $count['at'] < self::SECONDS ) {
				$fresh[ (string) $list ] = array(
					'mark'  => (int) $count['mark'],
					'count' => (int) $count['count'],
					'at'    => (int) $count['at'],
				);
			}
		}
		return $fresh;
	}
}
