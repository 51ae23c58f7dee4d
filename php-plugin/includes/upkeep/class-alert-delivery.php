<?php
/**
 * The delivery of an alert.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\OwnerMail;
use Rollbook\WordPress\Store\Alerts;
use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Sends an alert one way, once, and says what came of it.
 */
final class AlertDelivery {

	/** How many seconds a webhook has for its answer. */
	public const PATIENCE = 5;

	/** How much of a webhook's answer is read, in bytes. Only its status counts. */
	private const ANSWER = 1024;

	/**
	 * What came of a delivery.
	 *
	 * @param bool   $arrived Whether it was taken.
	 * @param string $detail  What happened, in a sentence.
	 */
	private function __construct( public readonly bool $arrived, public readonly string $detail ) {
	}

	/**
	 * Sends an alert.
	 *
	 * @param string                    $way    One of the ways.
	 * @param array{event: string, ...} $alert  The alert.
	 * @param string                    $id     Its id: the same where it is sent again.
	 * @param int                       $raised When it was raised, in milliseconds.
	 */
	public static function send( string $way, array $alert, string $id, int $raised ): self {
		$settings = Alerts::settings();
		return Alerts::MAIL === $way ? self::mail( $alert, $settings['mail'] ) : self::post( $alert, (string) $settings['webhook'], $id, $raised );
	}

	/**
	 * Sends it by mail.
	 *
	 * @param array{event: string, ...} $alert The alert.
	 * @param list<string>              $to    The addresses.
	 */
	private static function mail( array $alert, array $to ): self {
		$reason = OwnerMail::send( AlertWords::subject( $alert['event'] ), AlertWords::paragraphs( $alert ), $to );
		$names  = implode( ', ', $to );
		return null === $reason
			/* translators: %s: e-mail addresses. */
			? new self( true, sprintf( __( 'The mail to %s was handed over.', 'rollbook' ), $names ) )
			/* translators: 1: e-mail addresses, 2: the reason, in a sentence. */
			: new self( false, sprintf( __( 'The mail to %1$s was not handed over: %2$s', 'rollbook' ), $names, $reason ) );
	}

	/**
	 * Posts it to the webhook. WordPress refuses addresses in private networks; nothing is followed to another address.
	 *
	 * @param array{event: string, ...} $alert   The alert.
	 * @param string                    $address The webhook's address.
	 * @param string                    $id      Its id.
	 * @param int                       $raised  When it was raised.
	 */
	private static function post( array $alert, string $address, string $id, int $raised ): self {
		$host = (string) wp_parse_url( $address, PHP_URL_HOST );
		if ( false === wp_http_validate_url( $address ) ) {
			/* translators: %s: a host, such as hooks.example.com. */
			return new self( false, sprintf( __( 'WordPress sends nothing to %s: the host is unknown or in a private network, or the port is none of 80, 443 and 8080. Correct the address, or allow it as the documentation of alerts says.', 'rollbook' ), $host ) );
		}
		$message = \Rollbook\Alerts::message( $alert, $id, SiteAddress::now(), $raised, Tokens::now(), Alerts::secrets() );
		$answer  = wp_safe_remote_post(
			$address,
			array(
				'headers'             => $message['headers'],
				'body'                => $message['body'],
				'timeout'             => self::PATIENCE, // phpcs:ignore WordPressVIPMinimum.Performance.RemoteRequestTimeout -- Nobody waits for it.
				'redirection'         => 0,
				'limit_response_size' => self::ANSWER,
			)
		);
		if ( is_wp_error( $answer ) ) {
			/* translators: 1: a host, 2: the reason. */
			return new self( false, sprintf( __( 'The webhook at %1$s was not reached, or did not answer in time: %2$s', 'rollbook' ), $host, $answer->get_error_message() ) );
		}
		$status = (int) wp_remote_retrieve_response_code( $answer );
		return match ( intdiv( $status, 100 ) ) {
			/* translators: 1: a host, 2: a status of HTTP. */
			2       => new self( true, sprintf( __( 'The webhook at %1$s took the message and answered with the status %2$s.', 'rollbook' ), $host, (string) $status ) ),
			/* translators: 1: a host, 2: a status of HTTP. */
			3       => new self( false, sprintf( __( 'The webhook at %1$s answered with the status %2$s: it is somewhere else. Enter the address that it redirects to.', 'rollbook' ), $host, (string) $status ) ),
			/* translators: 1: a host, 2: a status of HTTP. */
			default => new self( false, sprintf( __( 'The webhook at %1$s did not take the message and answered with the status %2$s.', 'rollbook' ), $host, (string) $status ) ),
		};
	}
}
