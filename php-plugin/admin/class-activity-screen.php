<?php
/**
 * Settings → Rollbook → Activity.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityBodies;
use Rollbook\WordPress\Endpoint\ActivityDays;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * What happened: the list with its search, an entry, a person.
 */
final class ActivityScreen {

	/** The tab. */
	public const TAB = ActivityLinks::TAB;

	/** The milliseconds of a day. */
	private const DAY = 86400000;

	/** How many days the chart shows. */
	public const DAYS = 30;

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Activity', 'rollbook' );
	}

	/**
	 * Prints the tab.
	 */
	public static function render(): void {
		// phpcs:disable WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		try {
			$entry = isset( $_GET['entry'] ) ? ActivitySearch::entry( absint( $_GET['entry'] ) ) : null;
			if ( null !== $entry ) {
				$bodies = ActivityBodies::of( (int) $entry['id'] );
				require __DIR__ . '/views/activity-entry.php';
				return;
			}
			$search = ActivitySearch::asked();
			$page   = $search->page( sanitize_text_field( wp_unslash( (string) ( is_string( $_GET['place'] ?? null ) ? $_GET['place'] : '' ) ) ) );
			$table  = new ActivityTable( $search, $page );
			if ( $search->user_id > 0 ) {
				$person = PersonAccess::collect( $search->user_id );
				require __DIR__ . '/views/activity-person.php';
				return;
			}
			$days     = ActivityDays::last( self::DAYS );
			$refusals = self::refusals();
			$asks     = isset( $_GET['clear'] );
			$kept     = (int) ( Settings::document()['activity_days'] ?? 90 );
			require __DIR__ . '/views/activity.php';
		} catch ( DatabaseFailure $failure ) {
			printf( '<div class="notice notice-error inline"><p>%s</p></div>', esc_html__( 'The database did not answer. Load this page again; the PHP error log of the site names the cause.', 'rollbook' ) );
		}
		// phpcs:enable
	}

	/**
	 * The requests without a valid token on the days that the chart shows, by reason.
	 *
	 * @return list<array<string, ?string>>
	 */
	private static function refusals(): array {
		$first = intdiv( Tokens::now(), self::DAY ) - self::DAYS;
		return Database::rows( 'SELECT reason, SUM(times) AS times, MAX(last_time) AS last_time, MAX(last_address) AS last_address FROM ' . Tables::name( 'refusals' ) . ' WHERE day > %d GROUP BY reason ORDER BY last_time DESC', array( $first ) );
	}
}
