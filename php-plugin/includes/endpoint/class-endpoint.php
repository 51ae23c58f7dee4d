<?php
/**
 * The service's address, answered.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\Exchange;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\People\AccountRegistry;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\ReceivedAttributes;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\ValueIndexes;
use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * Handles a request to the service from its first byte to its last.
 *
 * The request is recognised when the plugin loads and answered when WordPress has loaded, before it looks for a page or builds its REST
 * server. So other plugins cannot interfere with it as a REST request, a login or a bearer token. WordPress neither rewrites it, nor merges
 * its parameters, nor answers with an error page.
 */
final class Endpoint {

	/**
	 * The request being served, if it is the service's.
	 *
	 * @var self|null
	 */
	private static ?self $serving = null;

	/**
	 * The exchange about it.
	 *
	 * @var ExchangeRunner|null
	 */
	private ?ExchangeRunner $runner = null;

	/**
	 * What the exchange was opened on, if that was before plugins were loaded.
	 *
	 * @var ?array{array<string, mixed>, array<string, mixed>}
	 */
	private ?array $opened_on = null;

	/**
	 * Whether it is this request that is being answered, and not WordPress that is still being loaded.
	 *
	 * @var bool
	 */
	private bool $is_running = false;

	/**
	 * Whether the response was sent.
	 *
	 * @var bool
	 */
	private bool $answered = false;

	/**
	 * Whether plugins have filtered the response.
	 *
	 * @var bool
	 */
	private bool $was_filtered = false;

	/**
	 * A request that is the service's.
	 *
	 * @param IncomingRequest $request The request.
	 */
	private function __construct( private readonly IncomingRequest $request ) {
	}

	/**
	 * Takes the request over if it goes to the service.
	 */
	public static function take_over(): void {
		if ( null !== self::$serving || ! isset( $_SERVER['REQUEST_URI'] ) ) {
			return;
		}
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- The raw bytes are what is compared; there are no slashes yet.
		$address = Address::recognise( (string) $_SERVER['REQUEST_URI'], (string) get_option( 'home' ), rest_get_url_prefix(), Settings::answers_wpo365() );
		if ( null === $address ) {
			return;
		}
		self::begin( $address, $_SERVER );
	}

	/**
	 * Takes the request and its credentials over.
	 *
	 * @param Address              $address The address that it was sent to.
	 * @param array<string, mixed> $server  The server's variables, without WordPress's slashes; loses the credentials.
	 */
	private static function begin( Address $address, array &$server ): void {
		self::$serving = new self( IncomingRequest::take( $address, $server ) );

		ignore_user_abort( true ); // A request is completed even if its client closes the connection.
		Output::hold_back();
		remove_action( 'shutdown', 'wp_ob_end_flush_all', 1 );
		register_shutdown_function( array( self::class, 'on_shutdown' ) );
		defined( 'DONOTCACHEPAGE' ) || define( 'DONOTCACHEPAGE', true );
		// Before WordPress calls the first of them.
		add_action( 'init', array( Interference::class, 'set_aside' ), PHP_INT_MIN );
		add_action( 'init', array( SetUp::class, 'action_init' ), PHP_INT_MIN );
	}

	/**
	 * Answers a request that only WordPress's own rules have recognised as one to its REST server, because the server received another
	 * address.
	 *
	 * @param \WP $wp WordPress's request.
	 */
	public static function action_parse_request( \WP $wp ): void {
		$route = $wp->query_vars['rest_route'] ?? '';
		if ( null !== self::$serving || ! is_string( $route ) || '' === $route ) {
			return;
		}
		/** @var array<string, mixed> $server */
		$server  = wp_unslash( $_SERVER ); // WordPress has added slashes by now.
		$query   = (string) preg_replace( '/(?:^|&)rest_route=[^&]*/', '', (string) ( $server['QUERY_STRING'] ?? '' ) );
		$address = Address::recognise( (string) ( $server['REQUEST_URI'] ?? '' ), (string) get_option( 'home' ), rest_get_url_prefix(), Settings::answers_wpo365() )
			?? Address::of_route( $route, $query, Settings::answers_wpo365() );
		if ( null !== $address ) {
			self::begin( $address, $server );
			self::serve();
		}
	}

	/**
	 * Answers a request that has reached WordPress's REST server, before the server reads it.
	 *
	 * @param mixed $enabled Whether the server wraps its answers in a callback.
	 */
	public static function filter_rest_jsonp_enabled( mixed $enabled ): mixed {
		if ( ( $GLOBALS['wp'] ?? null ) instanceof \WP ) {
			self::action_parse_request( $GLOBALS['wp'] );
		}
		return $enabled;
	}

	/**
	 * Answers a request that was made inside WordPress, and gives the answer.
	 *
	 * @param IncomingRequest $request The request.
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	public static function answer_within( IncomingRequest $request ): array {
		$inner   = new self( $request );
		$user_id = get_current_user_id();
		wp_set_current_user( 0 ); // A token acts for no user.
		try {
			return $inner->finished(
				static function () use ( $inner ): void {
					$inner->runner()->run();
				}
			);
		} finally {
			wp_set_current_user( $user_id );
			$inner->conclude();
		}
	}

	/**
	 * Answers the request if it is the service's, and ends.
	 */
	public static function serve(): void {
		if ( null === self::$serving ) {
			return;
		}
		do_action( 'litespeed_control_set_nocache', 'rollbook' );
		wp_set_current_user( 0 ); // A token acts for no user.
		self::$serving->reopen_if_changed();
		self::$serving->answer();
		FastLane::look();
		exit;
	}

	/**
	 * Answers the request if it is the service's, before plugins are loaded, and ends. Nothing happens if the request needs plugins, or if
	 * there is any trouble: serve() answers it then.
	 */
	public static function serve_early(): void {
		if ( null === self::$serving || ! self::$serving->comes_to_its_end_early() ) {
			return;
		}
		self::$serving->answer();
		// Who listens to the end of PHP expects it.
		require_once ABSPATH . WPINC . '/pluggable.php';
		exit;
	}

	/**
	 * Answers a request that a fatal error, or an exit in some plugin's hook, has ended.
	 */
	public static function on_shutdown(): void {
		if ( null !== self::$serving && ! self::$serving->answered ) {
			$is_ours = self::$serving->is_running;
			$reason  = Interference::fatal_error()['message'] ?? 'some code ended PHP before the request was answered; ' . Interference::culprit();
			self::$serving->abort( $reason );
			if ( ! $is_ours && null !== self::$serving->runner ) {
				Interference::tell( $reason );
			}
		}
	}

	/**
	 * Answers in place of WordPress's error page. WordPress prints that page after a fatal error, too, before any other code runs. When
	 * memory is exhausted, PHP has dropped our buffer by then.
	 *
	 * @param callable $handler The handler that would print it.
	 */
	public static function filter_wp_die_handler( callable $handler ): callable {
		if ( null === self::$serving ) {
			return $handler;
		}
		return static function ( mixed $message, mixed $title = '', mixed $arguments = array() ): void {
			if ( ! self::$serving->answered ) {
				$reason = is_wp_error( $message ) ? $message->get_error_message() : (string) $message;
				self::$serving->abort( Interference::fatal_error()['message'] ?? sprintf( '%s (%s)', wp_strip_all_tags( $reason ), Interference::culprit() ) );
			}
			if ( false !== ( ( (array) $arguments )['exit'] ?? true ) ) {
				exit;
			}
		};
	}

	/**
	 * Runs the exchange and sends its response.
	 */
	private function answer(): void {
		$this->is_running = true;
		if ( $this->answer_probe() ) {
			return;
		}
		$this->send(
			function (): void {
				$this->runner()->run();
			}
		);
	}

	/**
	 * Answers where the site asks itself what becomes of requests.
	 *
	 * @param ?string $ended Who ended the request before it was answered.
	 * @return bool Whether it was answered.
	 */
	private function answer_probe( ?string $ended = null ): bool {
		$answer = Requirements::met() ? Probe::answer( $this->request, $ended ) : null;
		if ( null !== $answer ) {
			$this->answered = true;
			Output::send( $answer );
		}
		return $this->answered;
	}

	/**
	 * Ends the exchange and sends its response.
	 *
	 * @param string $reason What is known of the cause.
	 */
	private function abort( string $reason ): void {
		ini_set( 'memory_limit', '-1' ); // phpcs:ignore WordPress.PHP.IniSet.memory_limit_Disallowed -- It may be what ended the request.
		if ( null === $this->runner && $this->answer_probe( $reason ) ) {
			return;
		}
		$this->send(
			function () use ( $reason ): void {
				$this->runner()->abort( $reason );
			}
		);
	}

	/**
	 * Ends the exchange, sends the response, and logs the request after the client has it.
	 *
	 * @param callable(): void $finish Brings the exchange to its end.
	 */
	private function send( callable $finish ): void {
		$response       = $this->finished( $finish );
		$this->answered = true;
		Output::send( $response );
		$this->conclude();
	}

	/**
	 * Ends the exchange and returns the response.
	 *
	 * @param callable(): void $finish Brings the exchange to its end.
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	private function finished( callable $finish ): array {
		$response = Requirements::refusal();
		if ( Requirements::met() ) {
			try {
				$finish();
				$response = $this->filtered( $this->runner()->exchange );
			} catch ( Throwable $error ) {
				self::log( $error );
			}
		}
		return $response;
	}

	/**
	 * Logs the request, and tells other plugins of it.
	 */
	private function conclude(): void {
		if ( null === $this->runner ) {
			return;
		}
		try {
			$started = (float) ( $_SERVER['REQUEST_TIME_FLOAT'] ?? microtime( true ) ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput
			$summary = $this->runner->exchange->summary();
			Announcements::prepare( $summary );
			ActivityLog::record( $summary, ( microtime( true ) - $started ) * 1000 );
			AlertWatch::note( $summary );
			if ( $summary['wanted'] ) {
				ValueIndexes::want( $summary['wanted'] );
			}
			if ( $summary['received'] ) {
				ReceivedAttributes::note( $summary['received'] );
			}
		} catch ( Throwable $error ) {
			self::log( $error );
		}
		Announcements::make();
	}

	/**
	 * The response, after plugins have filtered its body. If the result is not JSON, or a plugin fails or ends PHP, the response is sent as
	 * the extension wrote it.
	 *
	 * @param Exchange $exchange The exchange, at its end.
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	private function filtered( Exchange $exchange ): array {
		$response = $exchange->response();
		if ( $this->was_filtered || '' === $response['body'] || ! has_filter( 'rollbook/response_body' ) ) {
			return $response;
		}
		$this->was_filtered = true;
		try {
			$summary = $exchange->summary();
			/** Documented in HOOKS.md. */
			$body = apply_filters(
				'rollbook/response_body',
				$response['body'],
				array(
					'status' => $response['status'],
					'method' => $summary['method'],
					'path'   => $summary['path'],
				)
			);
			if ( is_string( $body ) && null !== json_decode( $body ) ) {
				$response['body'] = $body;
			}
		} catch ( Throwable $error ) {
			self::log( $error );
		}
		return $response;
	}

	/**
	 * The exchange about this request. It is opened once.
	 */
	private function runner(): ExchangeRunner {
		return $this->runner ??= new ExchangeRunner( $this->opened() );
	}

	/**
	 * Runs the exchange before plugins are loaded.
	 *
	 * @return bool Whether it has come to its end.
	 */
	private function comes_to_its_end_early(): bool {
		if ( '' !== $this->request->header( Probe::HEADER ) ) {
			return false; // The site wants to know what plugins do to requests.
		}
		try {
			if ( ! FastLane::is_wanted() ) {
				return false;
			}
			$opened_on = array( Settings::document(), Site::facts_of_request() );
			if ( ! FastLane::is_open( ...$opened_on ) ) {
				return false;
			}
			$this->opened_on = $opened_on;
			$this->runner    = new ExchangeRunner( Exchange::open( $this->request->described(), ...$this->opened_on ) );
			return $this->runner->run_early();
		} catch ( Throwable $error ) {
			self::log( $error );
			$this->drop_exchange();
			return false;
		}
	}

	/**
	 * Begins anew if plugins have changed what the exchange was opened on. So far it has only read.
	 *
	 * @throws Throwable When the database does not tell.
	 */
	private function reopen_if_changed(): void {
		if ( null === $this->runner ) {
			return;
		}
		try {
			$has_changed = array( Settings::document(), Site::facts_of_request() ) !== $this->opened_on;
		} catch ( DatabaseFailure ) {
			$has_changed = true;
		}
		if ( $has_changed || ! FastLane::changes_nothing() ) {
			$this->drop_exchange();
		}
	}

	/**
	 * Forgets an exchange that has only read, so that another one begins.
	 */
	private function drop_exchange(): void {
		$this->runner = null;
		AccountRegistry::begin_anew();
	}

	/**
	 * Opens the exchange about this request. If the database does not give the settings or the site's facts, the exchange answers with that
	 * error.
	 */
	private function opened(): Exchange {
		$request = $this->request->described();
		try {
			Tables::require_shape();
			return Exchange::open( $request, Settings::document(), Site::facts_of_request() );
		} catch ( DatabaseFailure $failure ) {
			self::log( $failure );
			return Exchange::open( $request, null, array() );
		}
	}

	/**
	 * Logs what should never happen: the extension itself failed, or the log.
	 *
	 * @param Throwable $error The error.
	 */
	private static function log( Throwable $error ): void {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log
		error_log( sprintf( 'Rollbook: %s (%s:%d)', $error->getMessage(), $error->getFile(), $error->getLine() ) );
	}
}
