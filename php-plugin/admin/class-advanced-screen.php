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
 * Which networks may send requests, the log, and the compatibility with other plugins.
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
	 * The settings as a file.
	 */
	public static function more(): string {
		return 'transfer';
	}

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		$days     = FormInput::line( 'activity_days' );
		$requests = FormInput::line( 'requests_per_minute' );
		return array(
			'allowed_networks'    => FormInput::lines( 'allowed_networks' ),
			'trusted_proxies'     => FormInput::lines( 'trusted_proxies' ),
			'plain_http'          => FormInput::is_ticked( 'plain_http' ),
			'requests_per_minute' => ctype_digit( $requests ) ? (int) $requests : $requests,
			'activity_days'       => ctype_digit( $days ) ? (int) $days : $days,
			'activity_bodies'     => FormInput::line( 'activity_bodies' ),
			'fast_lane'           => FormInput::is_ticked( 'fast_lane' ),
			'compatibility'       => array( 'wpo365_route' => FormInput::is_ticked( 'wpo365_route' ) ),
		);
	}
}
