<?php
/**
 * The forms that run tasks over all accounts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * Begins, continues and stops tasks. Each request works for a few seconds. With JavaScript the page continues by itself; without it, the
 * page offers a button.
 */
final class TaskActions {

	/** The forms' action. */
	public const STEP = 'rollbook_task';

	/** The tab that shows each task. */
	private const TABS = array(
		TaskRun::ROLES   => 'roles',
		TaskRun::LINKING => 'people',
	);

	/**
	 * Begins, continues or stops a preview or a real run.
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
				if ( ! Question::is_confirmed( $run->id() ) ) {
					SettingsPage::go_back( self::applying( TaskPanel::collect( $kind ), $run->id() )->message(), self::TABS[ $kind ] );
				}
				$run = TaskRun::begin( $kind, true, $run->choices() );
				break;
			case 'stop':
				TaskRun::discard( $kind );
				$run = null;
		}
		// This filter is not in `includes/hooks.php` because only this request needs it.
		add_filter( 'wp_die_handler', static fn( callable $handler ): callable => self::instead_of_the_error_page( $handler, $kind ), PHP_INT_MAX );
		$run?->advance();
		self::go_back( $kind );
	}

	/**
	 * What is asked before the real run. The answer counts for the preview that it is asked about.
	 *
	 * @param TaskPanel $panel   What the preview has found.
	 * @param string    $preview Which preview it was.
	 */
	private static function applying( TaskPanel $panel, string $preview ): Question {
		$consequences = array_map( static fn( string $text ): array => array( 'reason' => $text ), $panel->consequences() );
		$fields       = array(
			'kind' => $panel->kind,
			'step' => 'apply',
		);
		return new Question( $panel->question(), $consequences, $panel->apply_label(), $preview, self::STEP, fields: $fields );
	}

	/**
	 * Replaces WordPress's error page when a plugin ended PHP during a task. The task's own page tells what happened and offers to
	 * continue.
	 *
	 * @param callable $handler The handler that would show the error page.
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
	 * Continues a task for the script on the page.
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
	 * The choices that the form sent for a task. The extension refuses unknown ones.
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
	 * Goes back to the page that shows the task.
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
	 * The address of the page that shows a task.
	 *
	 * @param string $kind The task.
	 */
	private static function url( string $kind ): string {
		return SettingsPage::url( self::TABS[ $kind ] ) . '#rollbook-task';
	}
}
