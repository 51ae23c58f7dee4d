<?php
/**
 * Runs an exchange with the extension to its end.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\Exchange;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\RunningExchange;
use Rollbook\WordPress\Store\Transaction;
use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * Carries out the commands of one exchange, one after the other. The extension makes all decisions.
 */
final class ExchangeRunner {

	/**
	 * The command being carried out.
	 *
	 * @var array<string, mixed>|null
	 */
	private ?array $command = null;

	/**
	 * An exchange about to run.
	 *
	 * @param Exchange  $exchange  The exchange.
	 * @param CommandTable $commands What carries its commands out.
	 */
	public function __construct( public readonly Exchange $exchange, private readonly CommandTable $commands = new CommandTable() ) {
	}

	/**
	 * Runs the exchange to its end.
	 *
	 * @throws Throwable When the core itself fails.
	 */
	public function run(): void {
		RunningExchange::begin();
		try {
			$this->command ??= $this->exchange->command();
			while ( null !== $this->command ) {
				$this->carry_out( $this->command );
				$this->command = $this->exchange->command();
			}
		} catch ( Throwable $failure ) {
			// The core itself has failed: it will not end an open batch.
			$this->commands->abandon();
			if ( Batch::is_open() ) {
				Batch::undo();
			}
			throw $failure;
		} finally {
			RunningExchange::end();
		}
	}

	/**
	 * Runs the exchange as far as that is possible before plugins are loaded. run() goes on from there.
	 *
	 * @return bool Whether it has come to its end.
	 * @throws Throwable When a command fails; then the exchange is of no use any more.
	 */
	public function run_early(): bool {
		RunningExchange::begin();
		try {
			$this->command = $this->exchange->command();
			while ( null !== $this->command && CommandTable::is_early( $this->command ) ) {
				$this->exchange->answer( $this->commands->run( $this->command ) );
				$this->command = $this->exchange->command();
			}
			return null === $this->command;
		} finally {
			RunningExchange::end();
		}
	}

	/**
	 * Ends an exchange after a hook ended PHP within a command. That command is undone, and no further one is carried out.
	 *
	 * @param string $reason What is known of the cause, for the log.
	 */
	public function abort( string $reason ): void {
		$reason = $this->logged( $reason );
		$this->commands->abandon();
		$this->command ??= $this->exchange->command();
		while ( null !== $this->command ) {
			if ( CommandTable::settles( $this->command ) ) {
				$this->carry_out( $this->command );
			} else {
				$this->exchange->fail( $reason, ! Database::is_available(), ! Transaction::was_undone() );
			}
			$this->command = $this->exchange->command();
		}
	}

	/**
	 * Carries out one command. The extension is told of every failure and writes the message for the client. The cause goes only to the
	 * log.
	 *
	 * @param array<string, mixed> $command The command.
	 */
	private function carry_out( array $command ): void {
		try {
			$this->exchange->answer( $this->commands->run( $command ) );
		} catch ( Throwable $error ) {
			$database = $error instanceof DatabaseFailure;
			$this->exchange->fail(
				$this->logged( sprintf( '%s (%s:%d)', $error->getMessage(), $error->getFile(), $error->getLine() ) ),
				$database,
				$database ? $error->may_be_stored : ! Transaction::was_undone()
			);
		}
	}

	/**
	 * Writes a failure to PHP's log.
	 *
	 * @param string $reason The reason, as some plugin words it.
	 * @return string The same reason as valid UTF-8: a plugin may use any encoding.
	 */
	private function logged( string $reason ): string {
		$reason = wp_check_invalid_utf8( $reason, true );
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- The place where a site's owner looks for what a plugin broke.
		error_log( sprintf( 'Rollbook: %s failed: %s', $this->command['do'] ?? 'the request', $reason ) );
		return $reason;
	}
}
