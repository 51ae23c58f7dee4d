<?php
/**
 * What was sent and answered.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps what was sent and answered beside the entries of the activity log, in a table of its own: the list of entries reads none of it.
 * The extension decides of which requests it is kept, masks what is secret, and cuts what is long.
 */
final class ActivityBodies {

	/** The two bodies of an exchange. */
	private const PARTS = array( 'request', 'answer' );

	/** How many rows are looked through at once for somebody's name. */
	private const AT_ONCE = 1000;

	/**
	 * Keeps the bodies of an entry.
	 *
	 * @param int                                                                  $entry  The entry's number.
	 * @param int                                                                  $time   Its time.
	 * @param array<string, ?array{text: ?string, size: int, is_cut: bool}> $bodies What to keep.
	 */
	public static function keep( int $entry, int $time, array $bodies ): void {
		$row = array(
			'activity_id' => $entry,
			'time'        => $time,
		);
		foreach ( self::PARTS as $part ) {
			$body = $bodies[ $part ] ?? null;
			$row += array(
				$part           => $body['text'] ?? null,
				"{$part}_size"  => $body['size'] ?? null,
				"{$part}_cut"   => (int) ( $body['is_cut'] ?? false ),
			);
		}
		Database::insert( Tables::name( 'bodies' ), $row );
	}

	/**
	 * The bodies of an entry.
	 *
	 * @param int $entry The entry's number.
	 * @return array<string, array{text: ?string, size: int, is_cut: bool}> By part, `request` and `answer`; a body that was not there is left out.
	 */
	public static function of( int $entry ): array {
		$row    = Database::row( 'SELECT request, request_size, request_cut, answer, answer_size, answer_cut FROM ' . Tables::name( 'bodies' ) . ' WHERE activity_id = %d', array( $entry ) );
		$bodies = array();
		foreach ( self::PARTS as $part ) {
			if ( null !== ( $row[ "{$part}_size" ] ?? null ) ) {
				$bodies[ $part ] = array(
					'text'   => $row[ $part ],
					'size'   => (int) $row[ "{$part}_size" ],
					'is_cut' => (bool) $row[ "{$part}_cut" ],
				);
			}
		}
		return $bodies;
	}

	/**
	 * Removes those that are too old.
	 *
	 * @param int $oldest The time of the oldest that stays.
	 */
	public static function purge( int $oldest ): void {
		Database::run( 'DELETE FROM ' . Tables::name( 'bodies' ) . ' WHERE time < %d', array( $oldest ) );
	}

	/**
	 * Removes those of some entries.
	 *
	 * @param list<int> $entries The entries' numbers; at least one.
	 */
	public static function forget( array $entries ): void {
		Database::run( 'DELETE FROM ' . Tables::name( 'bodies' ) . ' WHERE activity_id IN (' . Database::marks( $entries, '%d' ) . ')', $entries );
	}

	/**
	 * Removes those that name somebody: the answer to a search, for instance, tells of many people.
	 *
	 * @param list<string> $names What the person is known by.
	 * @return int How many were removed.
	 */
	public static function forget_person( array $names ): int {
		global $wpdb;
		$table    = Tables::name( 'bodies' );
		$likes    = array();
		$patterns = array();
		foreach ( $names as $name ) {
			// As JSON writes it.
			$pattern = '%' . $wpdb->esc_like( substr( (string) wp_json_encode( mb_strtolower( $name ), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ), 1, -1 ) ) . '%';
			foreach ( self::PARTS as $part ) {
				$likes[]    = "LOWER($part) LIKE %s";
				$patterns[] = $pattern;
			}
		}
		$removed = 0;
		$last    = 0;
		do {
			$until    = (int) Database::value( "SELECT MAX(activity_id) FROM (SELECT activity_id FROM $table WHERE activity_id > %d ORDER BY activity_id LIMIT %d) some", array( $last, self::AT_ONCE ) );
			$removed += $until > $last ? Database::run( "DELETE FROM $table WHERE activity_id > %d AND activity_id <= %d AND (" . implode( ' OR ', $likes ) . ')', array( $last, $until, ...$patterns ) ) : 0;
			$is_over  = $until <= $last;
			$last     = $until;
		} while ( ! $is_over );
		return $removed;
	}
}
