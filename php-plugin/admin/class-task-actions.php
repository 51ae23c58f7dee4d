<?php
/**
 * The forms that do something to everybody.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * Begins tasks, has them go on, and stops them. Without JavaScript each page works for a few seconds and offers to continue; with it
 * the page continues by itself.
 */
final class TaskActions {

	/** The forms' action. */
	public const STEP = 'rollbook_task';

	/** On which tab a task stands. */
	private const TABS = array(
		TaskRun::ROLES   => 'roles',
		TaskRun::LINKING => 'people',
	);

	/**
	 * Takes a step: a preview or the real thing is begun, goes on or is stopped.
	 */
	public static function action_step(): void {
		SettingsPage::require_permission( self::STEP );
		$kind = self::kind();
		$run  = TaskRun::current( $kind );
		switch ( FormInput::line( 'step' ) ) {
			case 'preview':
				$run = TaskRun::begin( $kind, false, self::choices( $kind ) );
				break;
			case 'apply':
				if ( null === $run || ! $run->is_finished() || $run->applies() || ! $run->is_up_to_date() ) {
					self::go_back( $kind, new Message( __( 'Nothing was changed: look at a preview with the present settings first.', 'rollbook' ), 'error' ) );
				}
				$run = TaskRun::begin( $kind, true, $run->choices() );
				break;
			case 'stop':
				TaskRun::discard( $kind );
				$run = null;
		}
		// It stands here and not among the other hooks because it holds for this one request.
		add_filter( 'wp_die_handler', static fn( callable $handler ): callable => self::instead_of_the_error_page( $handler, $kind ), PHP_INT_MAX );
		$run?->advance();
		self::go_back( $kind );
	}

	/**
	 * What to do where WordPress would show its error page, because some plugin ended PHP in the midst of a task: the page where the
	 * task stands tells it, and lets it go on.
	 *
	 * @param callable $handler Who would show the error page.
	 * @param string   $kind    The task.
	 */
	private static function instead_of_the_error_page( callable $handler, string $kind ): callable {
		return static function ( mixed $message, mixed $title = '', mixed $arguments = array() ) use ( $handler, $kind ): void {
			if ( ! TaskRun::on_shutdown() || headers_sent() ) {
				$handler( $message, $title, $arguments );
				return;
			}
			wp_safe_redirect( self::url( $kind ) );
			if ( false !== ( ( (array) $arguments )['exit'] ?? true ) ) {
				exit;
			}
		};
	}

	/**
	 * Has a task go on, for the script on the page.
	 */
	public static function action_continue(): void {
		SettingsPage::require_permission( self::STEP );
		$run = TaskRun::current( self::kind() );
		$run?->advance();
		list( $examined, $total ) = $run?->progress() ?? array( 0, 0 );
		wp_send_json(
			array(
				'examined' => $examined,
				'total'    => $total,
				'text'     => TaskPanel::progress_text( $examined, $total ),
				'goes_on'  => null !== $run && ! $run->is_finished() && $run->is_up_to_date() && null === $run->failure(),
			)
		);
	}

	/**
	 * Which task is meant.
	 */
	private static function kind(): string {
		$kind = FormInput::line( 'kind' );
		if ( ! in_array( $kind, TaskRun::KINDS, true ) ) {
			SettingsPage::go_back( new Message( __( 'Nothing was done: there is no such task.', 'rollbook' ), 'error' ) );
		}
		return $kind;
	}

	/**
	 * What was chosen for a task. The extension refuses what it does not know.
	 *
	 * @param string $kind The task.
	 * @return array<string, string>
	 */
	private static function choices( string $kind ): array {
		return TaskRun::LINKING === $kind ? array(
			'user_name' => 'login' === FormInput::line( 'user_name' ) ? 'login' : 'email',
			'unlinked'  => FormInput::is_ticked( 'link_again' ) ? 'link_again' : 'leave_out',
		) : array();
	}

	/**
	 * Goes back to where the task stands.
	 *
	 * @param string   $kind    The task.
	 * @param ?Message $message What to tell there.
	 * @return never
	 */
	private static function go_back( string $kind, ?Message $message = null ): void {
		$message?->leave();
		wp_safe_redirect( self::url( $kind ) );
		exit;
	}

	/**
	 * Where a task stands.
	 *
	 * @param string $kind The task.
	 */
	private static function url( string $kind ): string {
		return SettingsPage::url( self::TABS[ $kind ] ) . '#rollbook-task';
	}
}
