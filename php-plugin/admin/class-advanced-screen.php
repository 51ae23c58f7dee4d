<?php
/**
 * The settings that few sites need.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Which networks may send requests, the log, alerts, and the compatibility with other plugins.
 */
final class AdvancedScreen extends FormScreen {

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Advanced', 'rollbook' );
	}

	/**
	 * The view.
	 */
	public static function view(): string {
		return 'advanced';
	}

	/**
	 * A test of alerts.
	 */
	public static function more(): string {
		return 'alerts';
	}

	/**
	 * The settings as a file.
	 */
	public static function last(): string {
		return 'transfer';
	}

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		return array(
			'allowed_networks'    => FormInput::lines( 'allowed_networks' ),
			'trusted_proxies'     => FormInput::lines( 'trusted_proxies' ),
			'plain_http'          => FormInput::is_ticked( 'plain_http' ),
			'requests_per_minute' => FormInput::number( 'requests_per_minute' ),
			'activity_days'       => FormInput::number( 'activity_days' ),
			'activity_bodies'     => FormInput::line( 'activity_bodies' ),
			'alerts'              => array(
				'mail'     => FormInput::lines( 'alert_mail' ),
				'webhook'  => '' === trim( FormInput::text( 'alert_webhook' ) ) ? null : FormInput::text( 'alert_webhook' ),
				'failing'  => FormInput::is_ticked( 'alert_failing' ),
				'failures' => FormInput::number( 'alert_failures' ),
				'silent'   => FormInput::is_ticked( 'alert_silent' ),
				'hours'    => FormInput::number( 'alert_hours' ),
			),
			'fast_lane'           => FormInput::is_ticked( 'fast_lane' ),
			'compatibility'       => array( 'wpo365_route' => FormInput::is_ticked( 'wpo365_route' ) ),
		);
	}
}
