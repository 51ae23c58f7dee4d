<?php
/**
 * A task over all accounts, run to its end on the command line.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Admin\TaskPanel;
use Rollbook\WordPress\Upkeep\TaskRun;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Runs a preview, and what it shows, with a progress bar. It is the run that the screen shows, so either can go on with what the other began.
 */
final class TaskLoop {

	/**
	 * Previews a task, and carries it out where that is wanted and confirmed.
	 *
	 * @param string                $kind    The task.
	 * @param array<string, string> $choices The owner's choices.
	 * @param array<string, string> $options The command's options: `apply`, `yes`, `format`.
	 */
	public static function run( string $kind, array $choices, array $options ): void {
		self::finish( TaskRun::begin( $kind, false, $choices ), __( 'Preview', 'rollbook' ) );
		$panel = TaskPanel::collect( $kind );
		if ( isset( $options['apply'] ) ) {
			if ( ! $panel->can_apply() ) {
				WP_CLI::success( __( 'There is nothing to change.', 'rollbook' ) );
				return;
			}
			self::log_numbers( $panel );
			WP_CLI::confirm( $panel->question(), $options );
			self::finish( TaskRun::begin( $kind, true, $choices ), $panel->apply_label() );
			$panel = TaskPanel::collect( $kind );
		}
		$rows = array_map(
			static fn( array $entry ): array => array(
				'account' => (string) $entry['login'],
				'now'     => $panel->values( $entry['now'] ),
				'then'    => $panel->values( $entry['then'] ),
				'rule'    => (string) ( $entry['rule'] ?? '' ),
				'result'  => $panel->result( $entry ),
			),
			$panel->run?->entries() ?? array()
		);
		Listing::print_rows( $rows, TaskRun::ROLES === $kind ? array( 'account', 'now', 'then', 'rule', 'result' ) : array( 'account', 'now', 'then', 'result' ), $options );
		if ( 'table' === ( $options['format'] ?? 'table' ) ) {
			self::log_numbers( $panel );
		}
		if ( isset( $options['apply'] ) ) {
			WP_CLI::success( __( 'Done.', 'rollbook' ) );
		}
	}

	/**
	 * Carries out a run to its end.
	 *
	 * @param TaskRun $run   The run.
	 * @param string  $title What the bar says.
	 */
	private static function finish( TaskRun $run, string $title ): void {
		$bar  = null;
		$done = 0;
		while ( ! $run->is_finished() ) {
			$run->advance();
			list( $examined, $total ) = $run->progress();
			$bar ??= \WP_CLI\Utils\make_progress_bar( $title, max( 1, $total ) );
			$bar->tick( $examined - $done );
			$done = $examined;
			if ( null !== $run->failure() || ! $run->is_up_to_date() ) {
				WP_CLI::error( $run->failure() ?? __( 'The settings have changed meanwhile. Run the command again.', 'rollbook' ) );
			}
		}
		$bar?->finish();
	}

	/**
	 * Prints how many accounts there are of each kind.
	 *
	 * @param TaskPanel $panel What was found.
	 */
	private static function log_numbers( TaskPanel $panel ): void {
		foreach ( $panel->numbers() as $line ) {
			WP_CLI::log( $line );
		}
	}
}
