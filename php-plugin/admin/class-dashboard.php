<?php
/**
 * The widget on the dashboard.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityDays;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Says on the dashboard what the last day's requests did, and whether any came.
 */
final class Dashboard {

	/**
	 * Adds it, for those who may use the settings.
	 */
	public static function action_wp_dashboard_setup(): void {
		if ( SettingsPage::is_allowed() ) {
			wp_add_dashboard_widget( 'rollbook', __( 'People from the identity provider', 'rollbook' ), array( self::class, 'render' ) );
		}
	}

	/**
	 * Prints it.
	 */
	public static function render(): void {
		try {
			$day  = ActivityDays::last_day( Tokens::now() );
			$used = max( array( 0, ...array_map( 'intval', array_column( Tokens::all(), 'last_used' ) ) ) );
		} catch ( DatabaseFailure ) {
			printf( '<p>%s</p>', esc_html__( 'The database does not tell at the moment.', 'rollbook' ) );
			return;
		}
		$lines = PauseActions::is_paused() ? array( __( 'Provisioning is paused.', 'rollbook' ) ) : array();
		/* translators: %s: a span of time, "5 minutes". */
		$lines[] = 0 === $used ? __( 'No identity provider has sent anything yet.', 'rollbook' ) : sprintf( __( 'The identity provider was here %s ago.', 'rollbook' ), human_time_diff( intdiv( $used, 1000 ) ) );
		$counts  = array();
		foreach ( array(
			/* translators: %s: a number. */
			array( $day['people'], _n( '%s person changed', '%s people changed', $day['people'], 'rollbook' ) ),
			/* translators: %s: a number. */
			array( $day['groups'], _n( '%s group changed', '%s groups changed', $day['groups'], 'rollbook' ) ),
			/* translators: %s: a number. */
			array( $day['problems'], _n( '%s problem', '%s problems', $day['problems'], 'rollbook' ) ),
		) as list( $count, $sentence ) ) {
			$counts[] = sprintf( $sentence, number_format_i18n( $count ) . ( $day['more'] ? '+' : '' ) );
		}
		/* translators: %s: "2 people changed, 0 groups changed, 0 problems". */
		$lines[] = sprintf( __( 'In the last 24 hours: %s.', 'rollbook' ), implode( ', ', $counts ) );
		printf( '<p>%s</p>', implode( '</p><p>', array_map( 'esc_html', $lines ) ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped here.
		printf( '<p><a href="%s">%s</a> · <a href="%s">%s</a></p>', esc_url( ActivityLinks::url() ), esc_html__( 'See what happened', 'rollbook' ), esc_url( add_query_arg( 'rollbook', 'locked', admin_url( 'users.php' ) ) ), esc_html__( 'See who is locked out', 'rollbook' ) );
	}
}
