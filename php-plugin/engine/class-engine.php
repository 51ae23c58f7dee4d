<?php
/**
 * The core as a program of its own.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/**
 * Speaks to the engine: the core as a program, for servers where PHP loads no extension. It is the file rollbook-engine in wp-content, or
 * the file or socket (`unix:…`) that the constant ROLLBOOK_ENGINE names. Each call sends a line of JSON and reads a line. The program gets
 * no arguments and no environment, so neither can hold a secret.
 */
final class Engine {

	/** How long an answer may take, in seconds. The longest that was seen took a tenth of a second. */
	private const PATIENCE = 5;

	/** The longest line that is read, in bytes: a page of people is less. */
	private const LONGEST = 33_554_432;

	/** The option that remembers which version a file has, so that it need not be started to be asked. */
	private const OPTION = 'rollbook_engine';

	/**
	 * The engine that runs.
	 *
	 * @var ?self
	 */
	private static ?self $running = null;

	/**
	 * What has failed once and is not tried again in this request.
	 *
	 * @var ?string
	 */
	private static ?string $trouble = null;

	/**
	 * An engine that runs.
	 *
	 * @param resource      $to      Where it reads.
	 * @param resource      $from    Where it writes.
	 * @param resource|null $process The program, where it was started and not connected to.
	 */
	private function __construct( private readonly mixed $to, private readonly mixed $from, private readonly mixed $process ) {
		stream_set_blocking( $to, false );
		stream_set_blocking( $from, false );
	}

	/**
	 * The place of the engine, if there is one and no extension.
	 */
	public static function place(): ?string {
		if ( extension_loaded( 'rollbook' ) ) {
			return null;
		}
		if ( defined( 'ROLLBOOK_ENGINE' ) ) {
			return (string) constant( 'ROLLBOOK_ENGINE' );
		}
		$file = WP_CONTENT_DIR . '/rollbook-engine';
		return is_file( $file ) ? $file : null;
	}

	/**
	 * The version of the engine; null if none is wanted or it does not answer. Every page needs it, so the result is remembered: the answer
	 * of a file until the file changes; the answer of a socket, and a missing answer, for a minute. So pages do not wait again and again
	 * for an engine that hangs.
	 *
	 * @param bool $anew Whether to ask in any case.
	 */
	public static function version( bool $anew = false ): ?string {
		$place = self::place();
		if ( null === $place ) {
			return null;
		}
		$stamp = str_starts_with( $place, 'unix:' ) ? array() : array_intersect_key( (array) @stat( $place ), array_flip( array( 'mtime', 'size', 'ino' ) ) ); // phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged
		$known = (array) get_option( self::OPTION );
		if ( ! $anew && ( $known['file'] ?? null ) === array( $place, $stamp ) && time() < (int) $known['until'] ) {
			return $known['version'];
		}
		try {
			$version = self::call( 'string', 'version' );
		} catch ( EngineFailure ) {
			$version = null;
		}
		update_option(
			self::OPTION,
			array(
				'file'    => array( $place, $stamp ),
				'version' => $version,
				'until'   => null === $version || array() === $stamp ? time() + MINUTE_IN_SECONDS : PHP_INT_MAX,
			),
			true
		);
		return $version;
	}

	/**
	 * What is wrong with the engine, if a call failed.
	 */
	public static function trouble(): ?string {
		return self::$trouble;
	}

	/**
	 * Calls the core.
	 *
	 * @param string $kind         The type of its answer, as get_debug_type() names it, with a question mark where it may be null; or `mixed`.
	 * @param string $call         What.
	 * @param mixed  ...$arguments With what.
	 * @throws Exception When the core refuses, or the engine fails.
	 */
	public static function call( string $kind, string $call, mixed ...$arguments ): mixed {
		return self::call_of( $kind, 0, $call, ...$arguments );
	}

	/**
	 * Calls the core about an exchange.
	 *
	 * @param string $kind         The type of its answer, as for call().
	 * @param int    $exchange     The exchange; 0 for none.
	 * @param string $call         What.
	 * @param mixed  ...$arguments With what.
	 * @throws Exception When the core refuses, or the engine fails.
	 */
	public static function call_of( string $kind, int $exchange, string $call, mixed ...$arguments ): mixed {
		self::$running ??= self::start();
		$line            = json_encode( compact( 'call', 'exchange', 'arguments' ), JSON_INVALID_UTF8_SUBSTITUTE | JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR );
		self::$running->write( "$line\n" );
		$answer = json_decode( self::$running->read(), true );
		if ( is_array( $answer ) && array_key_exists( 'value', $answer ) ) {
			$is_of_kind = in_array( get_debug_type( $answer['value'] ), array( ltrim( $kind, '?' ), '?' === $kind[0] ? 'null' : '' ), true );
			return 'mixed' === $kind || $is_of_kind ? $answer['value'] : throw self::failure( 'it said what is no answer' );
		}
		$message = is_array( $answer ) ? (string) ( $answer['message'] ?? '' ) : '';
		throw match ( is_array( $answer ) ? $answer['exception'] ?? null : null ) {
			'InvalidToken'    => new InvalidToken( $message ),
			'OutOfTurn'       => new OutOfTurn( $message ),
			'InvalidSettings' => new InvalidSettings( $message, $answer['problems'] ?? array() ),
			'Exception'       => new Exception( $message ),
			default           => self::failure( 'it said what is no answer' ),
		};
	}

	/**
	 * Forgets an exchange.
	 *
	 * @param int $exchange The exchange.
	 */
	public static function close( int $exchange ): void {
		if ( null !== self::$running ) {
			try {
				self::call_of( 'mixed', $exchange, 'close' );
			} catch ( EngineFailure ) {
				return; // The engine has ended, and all exchanges with it.
			}
		}
	}

	/**
	 * Starts the engine, or connects to it.
	 *
	 * @throws EngineFailure When that is not possible.
	 */
	private static function start(): self {
		if ( null !== self::$trouble ) {
			throw new EngineFailure( self::$trouble );
		}
		$place = (string) self::place();
		if ( str_starts_with( $place, 'unix:' ) ) {
			$socket = @stream_socket_client( 'unix://' . substr( $place, 5 ), $number, $reason, 1.0 ); // phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged -- It is told below.
			return false === $socket ? throw self::failure( "nobody listens on the socket: $reason" ) : new self( $socket, $socket, null );
		}
		if ( ! function_exists( 'proc_open' ) ) {
			throw self::failure( 'the host has disabled PHP’s function proc_open' );
		}
		$process = @proc_open( array( $place ), array( array( 'pipe', 'r' ), array( 'pipe', 'w' ), array( 'file', '/dev/null', 'w' ) ), $pipes, '/', array() ); // phpcs:ignore
		if ( false === $process || ! isset( $pipes[0], $pipes[1] ) ) {
			throw self::failure( 'the program could not be started: ' . ( error_get_last()['message'] ?? '' ) );
		}
		return new self( $pipes[0], $pipes[1], $process );
	}

	/**
	 * Sends a line.
	 *
	 * @param string $line The line.
	 * @throws EngineFailure When the engine does not take it.
	 */
	private function write( string $line ): void {
		$until = microtime( true ) + self::PATIENCE;
		while ( '' !== $line ) {
			$written = @fwrite( $this->to, $line ); // phpcs:ignore
			if ( false === $written ) {
				throw self::failure( 'it has ended' );
			}
			$line = substr( $line, $written );
			if ( '' !== $line ) {
				self::wait( null, array( $this->to ), $until );
			}
		}
	}

	/**
	 * Reads a line.
	 *
	 * @throws EngineFailure When none comes.
	 */
	private function read(): string {
		$until = microtime( true ) + self::PATIENCE;
		$line  = '';
		while ( ! str_ends_with( $line, "\n" ) ) {
			$more = fgets( $this->from );
			if ( false === $more && feof( $this->from ) ) {
				throw self::failure( 'it has ended' );
			}
			$line .= (string) $more;
			if ( strlen( $line ) > self::LONGEST ) {
				throw self::failure( 'it said what is no answer, without end' );
			}
			if ( false === $more ) {
				self::wait( array( $this->from ), null, $until );
			}
		}
		return $line;
	}

	/**
	 * Waits for a pipe.
	 *
	 * @param resource[]|null $from  What is to be read.
	 * @param resource[]|null $to    What is to be written.
	 * @param float           $until Until when.
	 * @throws EngineFailure When it took too long.
	 */
	private static function wait( ?array $from, ?array $to, float $until ): void {
		$left   = max( 0, $until - microtime( true ) );
		$except = null;
		@stream_select( $from, $to, $except, (int) $left, (int) ( fmod( $left, 1 ) * 1_000_000 ) ); // phpcs:ignore WordPress.PHP.NoSilencedErrors.Discouraged -- A signal is no trouble.
		if ( microtime( true ) >= $until ) {
			throw self::failure( sprintf( 'it gave no answer within %d seconds', self::PATIENCE ) );
		}
	}

	/**
	 * Stops using the engine in this request, and says why.
	 *
	 * @param string $reason Why.
	 */
	private static function failure( string $reason ): EngineFailure {
		$process = self::$running?->process;
		if ( null !== $process ) {
			$status = proc_get_status( $process );
			if ( $status['running'] ) {
				proc_terminate( $process, 9 );
			} elseif ( $status['exitcode'] > 0 ) {
				$reason .= sprintf( ' (exit status %d)', $status['exitcode'] );
			}
		}
		self::$running = null;
		self::$trouble = sprintf( 'The Rollbook engine %s fails: %s.', (string) self::place(), $reason );
		return new EngineFailure( self::$trouble );
	}
}
