<?php
/**
 * The values of people who were there before an index was.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Store\ValueIndexes;

defined( 'ABSPATH' ) || exit;

/**
 * Goes through everybody in the background, a while at a time, and has the extension put their values into new indexes.
 *
 * A request that had begun before an index did may write a person's old values after their turn. So those who were written since shortly
 * before the pass began are looked at again at its end.
 */
final class ValueIndexing {

	/** The option that remembers how far a pass has come: the paths that it is for, when it began, the last row, and whether it is at those who were written since. */
	public const OPTION = 'rollbook_indexing';

	/** How many people are looked at in one exchange. */
	private const AT_ONCE = 100;

	/** How many seconds are worked at a time. */
	private const SECONDS = 20.0;

	/** For how long before the pass requests may have been under way, in milliseconds. */
	private const UNDER_WAY = 600_000;

	/** After how many seconds it is tried again where the database has failed. */
	private const PAUSE = MINUTE_IN_SECONDS;

	/**
	 * Sees to it that a pass goes on that nobody has called for a while.
	 */
	public static function action_admin_init(): void {
		if ( array() !== ValueIndexes::incomplete() && ! wp_next_scheduled( ValueIndexes::EVENT ) ) {
			wp_schedule_single_event( time(), ValueIndexes::EVENT );
		}
	}

	/**
	 * Begins an index for each column of the list of users that could be sorted by it.
	 */
	public static function action_settings(): void {
		try {
			$columns = \Rollbook\Settings::columns( Settings::document(), Site::facts() );
		} catch ( DatabaseFailure | \Rollbook\Exception ) {
			return; // What cannot be read is not sorted by.
		}
		ValueIndexes::want( array_column( array_filter( $columns, static fn( array $column ): bool => null === $column['index'] ), 'attribute' ) );
	}

	/**
	 * Works no more.
	 */
	public static function deactivate(): void {
		wp_clear_scheduled_hook( ValueIndexes::EVENT );
	}

	/**
	 * Does the work, or a part of it. Where the database fails it goes on later, and what other plugins do in the background is not held up.
	 */
	public static function action_event(): void {
		try {
			Database::watched( static fn() => self::work() );
		} catch ( DatabaseFailure $failure ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- Nobody looks.
			error_log( sprintf( 'Rollbook: a search index is not complete yet: %s', $failure->getMessage() ) );
			wp_schedule_single_event( time() + self::PAUSE, ValueIndexes::EVENT );
		}
	}

	/**
	 * Goes through some people.
	 *
	 * @throws DatabaseFailure When the database fails; what was done stays.
	 */
	private static function work(): void {
		$paths = ValueIndexes::incomplete();
		if ( ! $paths ) {
			return;
		}
		$state = (array) get_option( self::OPTION, array() );
		if ( ( $state['paths'] ?? null ) !== $paths ) {
			$state = array(
				'paths' => $paths,
				'begun' => Tokens::now(),
				'after' => 0,
				'again' => false,
			);
		}
		$until = microtime( true ) + self::SECONDS;
		do {
			$since = $state['again'] ? (int) $state['begun'] - self::UNDER_WAY : 0;
			$rows  = Database::rows( 'SELECT row_id, user_id FROM ' . Tables::name( 'users' ) . ' WHERE row_id > %d AND deleted = 0 AND user_id IS NOT NULL' . ( $since ? ' AND modified >= %d' : '' ) . ' ORDER BY row_id LIMIT %d', array( (int) $state['after'], ...( $since ? array( $since ) : array() ), self::AT_ONCE ) );
			self::index( array_map( 'intval', array_column( $rows, 'user_id' ) ) );
			$state['after'] = (int) ( end( $rows )['row_id'] ?? 0 );
			if ( count( $rows ) < self::AT_ONCE ) {
				if ( $state['again'] ) {
					ValueIndexes::complete( $paths );
					delete_option( self::OPTION );
					return;
				}
				$state['again'] = true;
				$state['after'] = 0;
			}
		} while ( microtime( true ) < $until );
		update_option( self::OPTION, $state, false );
		wp_schedule_single_event( time(), ValueIndexes::EVENT );
	}

	/**
	 * How far the pass has come, in percent.
	 */
	public static function progress(): int {
		$state  = (array) get_option( self::OPTION, array() );
		$newest = max( 1, (int) Database::value( 'SELECT MAX(row_id) FROM ' . Tables::name( 'users' ) ) );
		return empty( $state['again'] ) ? min( 99, intdiv( 100 * (int) ( $state['after'] ?? 0 ), $newest ) ) : 99;
	}

	/**
	 * Has the extension put people's values into the indexes.
	 *
	 * @param int[] $user_ids Their accounts.
	 * @throws DatabaseFailure When it cannot.
	 */
	private static function index( array $user_ids ): void {
		if ( ! $user_ids ) {
			return;
		}
		$task   = array(
			'task'     => 'indexing',
			'user_ids' => $user_ids,
		);
		$runner = new ExchangeRunner( Exchange::task( $task, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		if ( 200 !== $runner->exchange->response()['status'] ) {
			throw new DatabaseFailure( (string) $runner->exchange->summary()['failure'] );
		}
	}
}
