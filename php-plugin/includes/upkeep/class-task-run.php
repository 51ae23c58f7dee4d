<?php
/**
 * A task over all accounts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\Announcements;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * A run of one of the extension's tasks: how far it has come, and what it found. It works part by part, in as many requests as it needs.
 *
 * An option holds it, so that nothing is lost if a page is reloaded or closed, or PHP ends. The extension decides each part anew. A part
 * that is done twice, by two windows or after a crash, changes nothing the second time and is counted once.
 */
final class TaskRun {

	/** The tasks. */
	public const ROLES   = 'roles';
	public const LINKING = 'linking';
	public const KINDS   = array( self::ROLES, self::LINKING );

	/** The beginning of the options' names. */
	public const OPTION = 'rollbook_task_';

	/** How many accounts the list shows; all are counted. */
	public const LISTED = 500;

	/** How many seconds a request works, about. */
	private const SECONDS = 2.0;

	/** How many accounts are changed at a time. A preview examines more, because it is faster. */
	private const CHANGED_AT_ONCE = 50;

	/**
	 * The running part, in case a plugin ends PHP during it.
	 *
	 * @var ?array{self, ExchangeRunner}
	 */
	private static ?array $running_part = null;

	/**
	 * A run.
	 *
	 * @param string               $kind   What is done.
	 * @param array<string, mixed> $state  How far it has come.
	 * @param string               $stored The state as it is stored.
	 */
	private function __construct( public readonly string $kind, private array $state, private string $stored ) {
	}

	/**
	 * The run of a task, if one was begun.
	 *
	 * @param string $kind The kind.
	 * @throws DatabaseFailure When the database does not answer.
	 */
	public static function current( string $kind ): ?self {
		wp_cache_delete( self::OPTION . $kind, 'options' ); // Another request may have written it since.
		wp_cache_delete( 'notoptions', 'options' ); // After a failed read, WordPress has cached that there is none.
		$stored = Database::watched( static fn(): mixed => get_option( self::OPTION . $kind ) );
		$state  = is_string( $stored ) ? json_decode( $stored, true ) : null;
		return is_array( $state ) ? new self( $kind, $state, $stored ) : null;
	}

	/**
	 * Begins a run and replaces an older one.
	 *
	 * @param string                $kind    The kind.
	 * @param bool                  $applies Whether it changes anything, or only tells what it would change.
	 * @param array<string, string> $choices The owner's choices for the task.
	 */
	public static function begin( string $kind, bool $applies, array $choices ): self {
		$state  = array(
			'id'       => Identifier::create(),
			'applies'  => $applies,
			'choices'  => $choices,
			'settings' => self::settings(),
			'after'    => 0,
			'examined' => 0,
			'total'    => 0,
			'counts'   => array(),
			'entries'  => array(),
			'finished' => false,
			'failure'  => null,
		);
		$stored = (string) wp_json_encode( $state );
		Database::watched(
			static function () use ( $kind, $stored ): void {
				self::discard( $kind );
				add_option( self::OPTION . $kind, $stored, '', false );
			}
		);
		if ( $applies ) {
			ActivityLog::tell( ActivityLog::TASK, 'begun', array( 'resource_name' => $kind ) );
		}
		return new self( $kind, $state, $stored );
	}

	/**
	 * Deletes a run. Its changes stay.
	 *
	 * @param string $kind The kind.
	 */
	public static function discard( string $kind ): void {
		delete_option( self::OPTION . $kind );
	}

	/**
	 * Which run it is.
	 */
	public function id(): string {
		return $this->state['id'];
	}

	/**
	 * Whether it changes anything.
	 */
	public function applies(): bool {
		return $this->state['applies'];
	}

	/**
	 * Whether it is finished.
	 */
	public function is_finished(): bool {
		return $this->state['finished'];
	}

	/**
	 * Whether the settings are still those that it was begun with. Otherwise it would make changes that the preview did not show.
	 */
	public function is_up_to_date(): bool {
		return self::settings() === $this->state['settings'];
	}

	/**
	 * The owner's choices for the task.
	 *
	 * @return array<string, string>
	 */
	public function choices(): array {
		return $this->state['choices'];
	}

	/**
	 * How many accounts were examined, and how many there are.
	 *
	 * @return array{int, int}
	 */
	public function progress(): array {
		return array( $this->state['examined'], max( $this->state['examined'], $this->state['total'] ) );
	}

	/**
	 * How many accounts there are of each verdict.
	 *
	 * @return array<string, int>
	 */
	public function counts(): array {
		return $this->state['counts'];
	}

	/**
	 * The first accounts that the extension tells something about.
	 *
	 * @return list<array<string, mixed>>
	 */
	public function entries(): array {
		return $this->state['entries'];
	}

	/**
	 * Why the last part could not be carried out, if it could not.
	 */
	public function failure(): ?string {
		return $this->state['failure'];
	}

	/**
	 * Continues for a few seconds, or to the end.
	 */
	public function advance(): void {
		static $registered = false;
		if ( ! $registered ) {
			$registered = true;
			register_shutdown_function( array( self::class, 'on_shutdown' ) );
			// Listeners are told after the page was sent.
			register_shutdown_function( array( Announcements::class, 'make' ) );
		}
		ignore_user_abort( true );
		$until = microtime( true ) + self::SECONDS;
		do {
			$goes_on = ! $this->is_finished() && $this->is_up_to_date() && $this->carry_out_part();
		} while ( $goes_on && microtime( true ) < $until );
	}

	/**
	 * Undoes the running part after a plugin ended PHP, and notes that for the page.
	 *
	 * @return bool Whether a part was running.
	 */
	public static function on_shutdown(): bool {
		if ( null === self::$running_part ) {
			return false;
		}
		ini_set( 'memory_limit', '-1' ); // phpcs:ignore WordPress.PHP.IniSet.memory_limit_Disallowed -- It may be what ended PHP.
		list( $run, $runner ) = self::$running_part;
		self::$running_part   = null;
		$reason               = error_get_last()['message'] ?? __( 'The code of some plugin ended PHP.', 'rollbook' );
		$runner->abort( $reason );
		$run->record_part( $runner, 0.0 );
		return true;
	}

	/**
	 * Carries out the next part.
	 *
	 * @return bool Whether another one can follow at once.
	 */
	private function carry_out_part(): bool {
		$part               = array(
			'task' => $this->kind,
			'part' => array(
				'after' => $this->state['after'],
				'limit' => $this->at_once(),
				'apply' => $this->applies(),
			),
		);
		$started            = microtime( true );
		$runner             = new ExchangeRunner( Exchange::task( $part + $this->state['choices'], Settings::document(), Site::facts(), Tokens::now() ) );
		self::$running_part = array( $this, $runner );
		$runner->run();
		self::$running_part = null;
		return $this->record_part( $runner, ( microtime( true ) - $started ) * 1000 );
	}

	/**
	 * How many accounts the next part has. After a failed part it has fewer: memory or time may have been too short.
	 */
	private function at_once(): int {
		return $this->state['at_once'] ?? ( $this->applies() ? self::CHANGED_AT_ONCE : Exchange::MAX_PART );
	}

	/**
	 * Notes the result of a part.
	 *
	 * @param ExchangeRunner $runner The exchange about it.
	 * @param float        $duration_ms  How long it took.
	 * @return bool Whether it went well and no other request has stored that part first.
	 */
	private function record_part( ExchangeRunner $runner, float $duration_ms ): bool {
		$response = $runner->exchange->response();
		$report   = json_decode( $response['body'], true );
		$summary  = $runner->exchange->summary();
		Announcements::prepare( $summary );
		if ( $summary['changes'] || null !== $summary['failure'] ) {
			ActivityLog::record( $summary, $duration_ms );
		}
		if ( ! isset( $report['examined'] ) ) {
			$this->state['failure'] = $summary['failure'] ?? translate( (string) ( $report['detail'] ?? '' ), 'rollbook' ); // phpcs:ignore WordPress.WP.I18n -- stubs/texts.php names the texts of the extension.
			$this->state['at_once'] = max( 1, intdiv( $this->at_once(), 2 ) );
			$this->store();
			return false;
		}
		$this->state['failure']   = null;
		$this->state['finished']  = null === $report['next'];
		$this->state['after']     = (int) $report['next'];
		$this->state['total']     = $report['total'] ?? $this->state['total'];
		$this->state['examined'] += $report['examined'];
		foreach ( $report['counts'] as $verdict => $count ) {
			$this->state['counts'][ $verdict ] = $count + ( $this->state['counts'][ $verdict ] ?? 0 );
		}
		$this->state['entries'] = array_slice( array_merge( $this->state['entries'], $report['entries'] ), 0, self::LISTED );
		return $this->store();
	}

	/**
	 * Stores the state. If another request has stored one meanwhile, that one is read instead.
	 *
	 * @return bool Whether it was stored.
	 */
	private function store(): bool {
		global $wpdb;
		$option  = self::OPTION . $this->kind;
		$stored  = (string) wp_json_encode( $this->state, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE );
		$changed = Database::run( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND option_value = %s", array( $stored, $option, $this->stored ) );
		wp_cache_delete( $option, 'options' );
		if ( 1 === $changed ) {
			$this->stored = $stored;
			return true;
		}
		$other = self::current( $this->kind );
		if ( null !== $other ) {
			$this->state  = $other->state;
			$this->stored = $other->stored;
		}
		return false;
	}

	/**
	 * A hash of the current settings.
	 */
	private static function settings(): string {
		return md5( (string) wp_json_encode( Settings::document() ) );
	}
}
