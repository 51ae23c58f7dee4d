<?php
/**
 * Alerts, in the background.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Alerts;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Asks the extension what the owner is to be told, and sends it.
 *
 * A message is put on its way in the same transaction that remembers the trouble, and taken for sending in another one: of several processes
 * that work at the same moment one tells, and one sends.
 */
final class Alerting {

	/** How many of the last requests the extension gets to see. */
	private const REQUESTS = 500;

	/** After how many minutes a message that did not arrive is sent again. */
	private const AGAIN = array( 1, 5, 30, 120, 360 );

	/** After how many seconds a message is sent again whose process was broken off. */
	private const BROKEN_OFF = 10 * MINUTE_IN_SECONDS;

	/** How many seconds are spent at a time. */
	private const SECONDS = 20.0;

	/**
	 * Begins or ends to look, as the settings say, however they change.
	 */
	public static function action_settings(): void {
		if ( array() === Alerts::ways() ) {
			if ( false !== wp_next_scheduled( Alerts::EVENT ) ) {
				Alerts::forget();
			}
		} elseif ( ! wp_next_scheduled( Alerts::EVENT ) ) {
			wp_schedule_event( time() + (int) HOUR_IN_SECONDS, 'hourly', Alerts::EVENT );
		}
	}

	/**
	 * Looks for trouble, and sends what is due.
	 */
	public static function action_event(): void {
		try {
			if ( array() !== Alerts::ways() ) {
				self::look();
				self::send_due();
			}
		} catch ( DatabaseFailure $failure ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- Nobody looks. The next event tries again.
			error_log( sprintf( 'Rollbook: alerts could not be looked after: %s', $failure->getMessage() ) );
		}
	}

	/**
	 * Puts on its way what the owner is to be told.
	 *
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function look(): void {
		$settings = Settings::document();
		$facts    = self::facts();
		Alerts::change(
			static function ( array $kept ) use ( $settings, $facts ): array {
				$decision = \Rollbook\Alerts::decide( $settings, $facts, (array) ( $kept['state'] ?? array() ) );
				$queue    = (array) ( $kept['queue'] ?? array() );
				foreach ( $decision['alerts'] as $alert ) {
					foreach ( Alerts::ways() as $way ) {
						$queue[] = array(
							'id'     => wp_generate_uuid4(),
							'way'    => $way,
							'alert'  => $alert,
							'raised' => $facts['now'],
							'tries'  => 0,
							'next'   => 0,
						);
					}
				}
				return array( array( 'state' => $decision['state'], 'queue' => $queue ), null );
			}
		);
	}

	/**
	 * Sends what is due, one after the other, and plans the rest.
	 *
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function send_due(): void {
		$until = microtime( true ) + self::SECONDS;
		while ( microtime( true ) < $until ) {
			$due = Alerts::change( self::take( ... ) );
			if ( null === $due ) {
				break;
			}
			if ( in_array( $due['way'], Alerts::ways(), true ) ) {
				$delivery = AlertDelivery::send( $due['way'], $due['alert'], $due['id'], $due['raised'] );
				$minutes  = $delivery->arrived ? null : self::AGAIN[ $due['tries'] - 1 ] ?? null;
				self::record( $due['alert']['event'], $delivery, $minutes );
			} else {
				$minutes = null; // The owner has taken the address away.
			}
			Alerts::change(
				static function ( array $kept ) use ( $due, $minutes ): array {
					foreach ( (array) ( $kept['queue'] ?? array() ) as $place => $entry ) {
						if ( $entry['id'] !== $due['id'] ) {
							continue;
						}
						if ( null === $minutes ) {
							unset( $kept['queue'][ $place ] );
						} else {
							$kept['queue'][ $place ]['next'] = time() + $minutes * (int) MINUTE_IN_SECONDS;
						}
					}
					$kept['queue'] = array_values( $kept['queue'] ?? array() );
					return array( $kept, null );
				}
			);
		}
		$next = Alerts::due();
		if ( array() !== $next ) {
			Alerts::look_soon( max( time(), min( $next ) ) );
		}
	}

	/**
	 * Takes the first message that is due. Nobody else takes it meanwhile.
	 *
	 * @param array<string, mixed> $kept What is remembered.
	 * @return array{array<string, mixed>, ?array{id: string, way: string, alert: array{event: string, ...}, raised: int, tries: int, next: int}}
	 */
	private static function take( array $kept ): array {
		foreach ( (array) ( $kept['queue'] ?? array() ) as $place => $entry ) {
			if ( $entry['next'] <= time() ) {
				++$entry['tries'];
				$entry['next']           = time() + self::BROKEN_OFF;
				$kept['queue'][ $place ] = $entry;
				return array( $kept, $entry );
			}
		}
		return array( $kept, null );
	}

	/**
	 * Sends a test message, all chosen ways, at once.
	 *
	 * @return list<AlertDelivery> What came of it.
	 */
	public static function test(): array {
		$sent = array();
		foreach ( Alerts::ways() as $way ) {
			$delivery = AlertDelivery::send( $way, array( 'event' => 'test' ), wp_generate_uuid4(), Tokens::now() );
			self::record( 'test', $delivery, null );
			$sent[] = $delivery;
		}
		return $sent;
	}

	/**
	 * Writes to the activity log what came of a delivery.
	 *
	 * @param string        $event    What was told.
	 * @param AlertDelivery $delivery What came of it.
	 * @param ?int          $minutes  In how many minutes it is sent again; null for never.
	 */
	private static function record( string $event, AlertDelivery $delivery, ?int $minutes ): void {
		$detail = $delivery->detail;
		if ( null !== $minutes ) {
			/* translators: %s: number of minutes. */
			$detail .= ' ' . sprintf( _n( 'It is sent again in %s minute.', 'It is sent again in %s minutes.', $minutes, 'rollbook' ), number_format_i18n( $minutes ) );
		} elseif ( ! $delivery->arrived && 'test' !== $event ) {
			$detail .= ' ' . __( 'It is not sent again.', 'rollbook' );
		}
		ActivityLog::tell(
			ActivityLog::ALERT,
			$event,
			array(
				'outcome' => $delivery->arrived ? 'done' : 'failed',
				'detail'  => $detail,
				'notable' => 1,
			)
		);
	}

	/**
	 * What the extension needs to know.
	 *
	 * @return array{now: int, address: array{now: string, noted: ?string}, accepted: ?int, requests: list<array<string, int|string>>, refusals: list<array<string, int|string>>}
	 * @throws DatabaseFailure When the database does not answer.
	 */
	private static function facts(): array {
		$now      = Tokens::now();
		$accepted = array_filter( array_column( Tokens::all(), 'last_used' ) );
		$requests = Database::rows( 'SELECT time, method, path, status, outcome FROM ' . Tables::name( 'activity' ) . ' WHERE kind = %s ORDER BY time DESC, id DESC LIMIT %d', array( ActivityLog::REQUEST, self::REQUESTS ) );
		$refusals = Database::rows( 'SELECT reason, times, last_time FROM ' . Tables::name( 'refusals' ) . ' WHERE day >= %d', array( intdiv( $now, (int) DAY_IN_SECONDS * 1000 ) - 1 ) );
		return array(
			'now'      => $now,
			'address'  => SiteAddress::facts(),
			'accepted' => array() === $accepted ? null : (int) max( $accepted ),
			'requests' => array_map(
				static fn( array $row ): array => array(
					'time'    => (int) $row['time'],
					'method'  => (string) $row['method'],
					'path'    => (string) $row['path'],
					'status'  => (int) $row['status'],
					'outcome' => (string) $row['outcome'],
				),
				$requests
			),
			'refusals' => array_map(
				static fn( array $row ): array => array(
					'reason'    => (string) $row['reason'],
					'times'     => (int) $row['times'],
					'last_time' => (int) $row['last_time'],
				),
				$refusals
			),
		);
	}
}
