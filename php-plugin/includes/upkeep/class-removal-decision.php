<?php
/**
 * What the owner decides about what an identity provider took from many people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\Announcements;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Notes the decision at once, and has the extension carry it out, person by person: for a while in the request of the owner, and what is
 * left in the background or when the owner looks again. It may stop anywhere.
 */
final class RemovalDecision {

	/** The event that goes on with the work. */
	public const EVENT = 'rollbook_settle';

	/** What can be decided. */
	public const LET_GO = 'let_go';
	public const UNDO   = 'undo';

	/** How many losses are settled in one exchange. */
	private const AT_ONCE = 20;

	/** How many seconds are worked at a time. */
	private const SECONDS = 10.0;

	/**
	 * Decides, and begins with the work.
	 *
	 * @param string $decision `let_go` or `undo`.
	 * @return int For how many people it could not be done. The owner is asked about them again.
	 */
	public static function decide( string $decision ): int {
		Losses::decide( $decision, Tokens::now() );
		ActivityLog::tell( ActivityLog::REMOVAL, self::LET_GO === $decision ? 'let_go' : 'undone' );
		return self::work();
	}

	/**
	 * Goes on with the work, in the background.
	 */
	public static function action_event(): void {
		try {
			self::work();
		} catch ( \Throwable $failure ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- Nobody looks; the notice in the administration offers to go on.
			error_log( sprintf( 'Rollbook: what was decided about removed people is not done yet: %s', $failure->getMessage() ) );
		}
	}

	/**
	 * Works for a while.
	 *
	 * @return int For how many people it could not be done. The owner is asked about them again.
	 * @throws DatabaseFailure When the database fails; what was done stays.
	 */
	public static function work(): int {
		ignore_user_abort( true );
		register_shutdown_function( array( Announcements::class, 'make' ) );
		$until  = microtime( true ) + self::SECONDS;
		$failed = 0;
		do {
			list( 'left' => $left, 'failed' => $failing ) = self::settle_some();
			$failed += $failing;
		} while ( $left && microtime( true ) < $until );
		if ( $left ) {
			wp_schedule_single_event( time(), self::EVENT );
		}
		return $failed;
	}

	/**
	 * Settles some losses.
	 *
	 * @return array{left: bool, failed: int} Whether some are left, and for how many people it could not be done.
	 * @throws DatabaseFailure When the extension could not go on.
	 */
	private static function settle_some(): array {
		$started = microtime( true );
		$task    = array(
			'task'  => 'settling',
			'limit' => self::AT_ONCE,
		);
		$runner  = new ExchangeRunner( Exchange::task( $task, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$report  = json_decode( $runner->exchange->response()['body'], true );
		$summary = $runner->exchange->summary();
		Announcements::prepare( $summary );
		if ( $summary['effects'] || null !== $summary['failure'] ) {
			ActivityLog::record( $summary, ( microtime( true ) - $started ) * 1000 );
		}
		if ( ! isset( $report['left'] ) ) {
			throw new DatabaseFailure( (string) ( $summary['failure'] ?? $report['detail'] ?? '' ) );
		}
		return array(
			'left'   => (bool) $report['left'],
			'failed' => (int) $report['failed'],
		);
	}
}
