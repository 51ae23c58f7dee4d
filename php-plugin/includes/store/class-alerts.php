<?php
/**
 * What is remembered of alerts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers which trouble the owner was told of, which messages are on their way, and the secret that they are signed with.
 */
final class Alerts {

	/** The option that remembers trouble and messages. It is read with each request, so WordPress loads it with all others. */
	public const OPTION = 'rollbook_alerts';

	/** The option with the secret. */
	public const SECRET = 'rollbook_alert_secret';

	/** The event that looks whether there is trouble: every hour, and soon after a request has failed. */
	public const EVENT = 'rollbook_alerts';
	public const SOON  = 'rollbook_alerts_soon';

	/** The ways to tell the owner. */
	public const MAIL    = 'mail';
	public const WEBHOOK = 'webhook';

	/** For how many seconds a replaced secret signs beside the new one. */
	private const OVERLAP = DAY_IN_SECONDS;

	/**
	 * The part of the settings.
	 *
	 * @return array{mail: list<string>, webhook: ?string, failing: bool, failures: int, silent: bool, hours: int}
	 */
	public static function settings(): array {
		/** @var array{mail: list<string>, webhook: ?string, failing: bool, failures: int, silent: bool, hours: int} $settings */
		$settings = ( Settings::document()['alerts'] ?? array() ) + \Rollbook\Settings::defaults()['alerts'];
		return $settings;
	}

	/**
	 * The ways that the owner has chosen. With none there is nobody to tell.
	 *
	 * @return list<string>
	 */
	public static function ways(): array {
		$settings = Settings::document()['alerts'] ?? array();
		$chosen   = array(
			self::MAIL    => array() !== ( $settings['mail'] ?? array() ),
			self::WEBHOOK => null !== ( $settings['webhook'] ?? null ),
		);
		return array_keys( array_filter( $chosen ) );
	}

	/**
	 * Has somebody look soon, in the background.
	 *
	 * @param int $time When, in seconds.
	 */
	public static function look_soon( int $time ): void {
		$planned = wp_next_scheduled( self::SOON );
		if ( false === $planned || $planned > $time ) {
			wp_clear_scheduled_hook( self::SOON );
			wp_schedule_single_event( $time, self::SOON );
		}
	}

	/**
	 * Whether the owner was told of trouble that is not over.
	 */
	public static function is_trouble_open(): bool {
		$state = self::decoded( get_option( self::OPTION ) )['state'] ?? array();
		return isset( $state['failing'] ) || isset( $state['silent'] );
	}

	/**
	 * Changes what is remembered, while nobody else can.
	 *
	 * @param callable(array<string, mixed>): array{array<string, mixed>, mixed} $change Gets what is remembered; gives what is to be, and a result.
	 * @return mixed The result.
	 * @throws DatabaseFailure When the database does not store it.
	 */
	public static function change( callable $change ): mixed {
		global $wpdb;
		if ( null === self::read() ) {
			Database::insert_new( $wpdb->options, array( 'option_name', 'option_value', 'autoload' ), array( array( self::OPTION, '{}', 'yes' ) ) );
		}
		$stored = null;
		$result = Transaction::run(
			static function () use ( $change, &$stored ): mixed {
				global $wpdb;
				$before                 = self::read( ' FOR UPDATE' );
				list( $after, $result ) = $change( array_diff_key( self::decoded( $before ), array( 'mark' => true ) ) );
				$stored                 = (string) $before;
				if ( array_diff_key( self::decoded( $before ), array( 'mark' => true ) ) !== $after ) {
					// By the mark one knows whether it was this very change that was stored.
					$stored = (string) wp_json_encode( array( 'mark' => wp_generate_uuid4() ) + $after );
					Database::run( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s", array( $stored, self::OPTION ) );
				}
				return $result;
			},
			static fn(): bool => self::read() === $stored
		);
		foreach ( array( 'alloptions', 'notoptions', self::OPTION ) as $cached ) {
			wp_cache_delete( $cached, 'options' );
		}
		return $result;
	}

	/**
	 * When each message that is on its way is to be sent, in seconds.
	 *
	 * @return list<int>
	 * @throws DatabaseFailure When the database does not answer.
	 */
	public static function due(): array {
		return array_values( array_map( 'intval', array_column( self::decoded( self::read() )['queue'] ?? array(), 'next' ) ) );
	}

	/**
	 * Forgets everything but the secret: nobody is told of anything any more.
	 */
	public static function forget(): void {
		wp_clear_scheduled_hook( self::EVENT );
		wp_clear_scheduled_hook( self::SOON );
		delete_option( self::OPTION );
	}

	/**
	 * The secrets that messages are signed with: the present one and, for a day, the one before.
	 *
	 * @return list<string>
	 */
	public static function secrets(): array {
		$kept = self::kept_secret();
		if ( null === $kept ) {
			return array( self::make_secret( '' ) );
		}
		$secrets = array( $kept['secret'] );
		if ( null !== $kept['previous'] && time() - $kept['made'] < self::OVERLAP ) {
			$secrets[] = $kept['previous'];
		}
		return $secrets;
	}

	/**
	 * When the secret was made that the owner has seen, in seconds; null where none was shown.
	 */
	public static function secret_shown(): ?int {
		$kept = self::kept_secret();
		return null === $kept || '' === $kept['form'] ? null : $kept['made'];
	}

	/**
	 * Makes a secret in the place of the one before.
	 *
	 * @param string $form The number of the form that asks for it. A form that is sent again makes no other one.
	 * @return string The secret; empty where the form has made one before.
	 */
	public static function make_secret( string $form ): string {
		$kept = self::kept_secret();
		if ( null !== $kept && '' !== $form && $form === $kept['form'] ) {
			return '';
		}
		$secret = \Rollbook\Alerts::secret();
		update_option(
			self::SECRET,
			array(
				'secret'   => $secret,
				'made'     => time(),
				'form'     => $form,
				'previous' => $kept['secret'] ?? null,
			),
			false
		);
		return $secret;
	}

	/**
	 * The secret as it is kept.
	 *
	 * @return ?array{secret: string, made: int, form: string, previous: ?string}
	 */
	private static function kept_secret(): ?array {
		/** @var array{secret: string, made: int, form: string, previous: ?string}|false $kept */
		$kept = get_option( self::SECRET );
		return is_array( $kept ) ? $kept : null;
	}

	/**
	 * What the database holds.
	 *
	 * @param string $lock The SQL that locks the row, if any.
	 */
	private static function read( string $lock = '' ): ?string {
		global $wpdb;
		return Database::value( "SELECT option_value FROM $wpdb->options WHERE option_name = %s$lock", array( self::OPTION ) );
	}

	/**
	 * What was stored, as an array.
	 *
	 * @param mixed $stored The JSON.
	 * @return array<string, mixed>
	 */
	private static function decoded( mixed $stored ): array {
		$decoded = is_string( $stored ) ? json_decode( $stored, true ) : null;
		/** @var array<string, mixed> $decoded */
		$decoded = is_array( $decoded ) ? $decoded : array();
		return $decoded;
	}
}
