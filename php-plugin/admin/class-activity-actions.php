<?php
/**
 * The activity log as a file, and emptying it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\DatabaseFailure;

defined( 'ABSPATH' ) || exit;

/**
 * Sends the activity log as a file, empties it, and links to it from the list of users.
 */
final class ActivityActions {

	/** The form's action that empties the log. */
	public const CLEAR = 'rollbook_clear_activity';

	/** How many entries are read at once for the file. */
	private const EXPORT_AT_ONCE = 500;

	/** A spreadsheet may read a cell that begins so as a formula: in some languages also where the sign is a wide one. */
	private const FORMULA = '/^[\s\p{Z}\p{C}]*[=+\-@＝＋－＠]|^[\t\r\n]/u';

	/**
	 * Adds a link to a person's activity to each row of the list of users.
	 *
	 * @param array<string, string> $actions What else can be done.
	 * @param \WP_User              $user    Whose row it is.
	 * @return array<string, string>
	 */
	public static function filter_user_row_actions( array $actions, \WP_User $user ): array {
		if ( SettingsPage::is_allowed() ) {
			/* translators: %s: username. */
			$label                        = sprintf( __( 'Access and activity of %s', 'rollbook' ), $user->user_login );
			$actions['rollbook_activity'] = sprintf( '<a href="%s" aria-label="%s">%s</a>', esc_url( ActivityLinks::url( array( 'person' => (string) $user->ID ) ) ), esc_attr( $label ), esc_html__( 'Activity', 'rollbook' ) );
		}
		return $actions;
	}

	/**
	 * Sends the file.
	 */
	public static function action_export(): void {
		SettingsPage::require_permission( ActivityLinks::EXPORT );
		if ( function_exists( 'set_time_limit' ) ) {
			set_time_limit( 0 );
		}
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue; // Output buffers would hold the whole file in memory.
		}
		nocache_headers();
		header( 'Content-Type: text/csv; charset=utf-8' );
		header( 'X-Content-Type-Options: nosniff' );
		header( sprintf( 'Content-Disposition: attachment; filename="rollbook-activity-%s.csv"', wp_date( 'Y-m-d' ) ) );
		$out = fopen( 'php://output', 'wb' ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- It goes to the browser.
		if ( false !== $out ) {
			self::export( ActivitySearch::asked(), $out );
		}
		exit;
	}

	/**
	 * Writes the file, part by part.
	 *
	 * @param ActivitySearch $search What to write.
	 * @param resource       $out    Where to.
	 */
	public static function export( ActivitySearch $search, $out ): void {
		$write = static function ( array $cells ) use ( $out ): void {
			$safe = array_map( static fn( string $cell ): string => 0 !== preg_match( self::FORMULA, $cell ) ? "'$cell" : $cell, $cells );
			fputcsv( $out, $safe, ',', '"', '' );
		};
		fwrite( $out, "\xEF\xBB\xBF" ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- Spreadsheets see by it that this is UTF-8.
		$write( array( __( 'Time', 'rollbook' ), __( 'What happened', 'rollbook' ), __( 'Outcome', 'rollbook' ), __( 'Person or group', 'rollbook' ), __( 'Account', 'rollbook' ), __( 'By', 'rollbook' ), __( 'From', 'rollbook' ), __( 'Changed in WordPress', 'rollbook' ), __( 'Message', 'rollbook' ), __( 'Failure', 'rollbook' ), __( 'Request', 'rollbook' ), __( 'Status', 'rollbook' ) ) );
		$place = '';
		do {
			$page = $search->page( $place, self::EXPORT_AT_ONCE );
			foreach ( $page['entries'] as $entry ) {
				$changes = array_map( static fn( array $change ): string => "{$change['what']}: {$change['before']} → {$change['after']}", ActivityWords::changes( $entry ) );
				$write( array( (string) wp_date( 'c', intdiv( (int) $entry['time'], 1000 ) ), ActivityWords::action( $entry ), ActivityWords::outcome( $entry ), (string) $entry['resource_name'], (string) $entry['user_id'], ActivityWords::actor( $entry ), (string) $entry['address'], implode( "\n", $changes ), (string) $entry['detail'], (string) $entry['failure'], trim( "{$entry['method']} {$entry['path']}" ), (string) $entry['status'] ) );
			}
			fflush( $out );
			flush();
			$place = (string) $page['older'];
		} while ( '' !== $place );
	}

	/**
	 * Empties the log.
	 */
	public static function action_clear(): void {
		SettingsPage::require_permission( self::CLEAR );
		try {
			ActivityLog::clear();
		} catch ( DatabaseFailure $failure ) {
			SettingsPage::go_back( new Message( __( 'The database did not clear the log. Try again.', 'rollbook' ), 'error' ), ActivityLinks::TAB );
		}
		SettingsPage::go_back( new Message( __( 'The activity log is empty now, but for the entry that says who cleared it.', 'rollbook' ) ), ActivityLinks::TAB );
	}
}
