<?php
/**
 * Requests that may be trouble.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Store\Alerts;

defined( 'ABSPATH' ) || exit;

/**
 * Has somebody look in the background where a request did not go well, or where trouble may be over. The extension decides then what that
 * means; a request costs nothing where nobody is to be told.
 */
final class AlertWatch {

	/**
	 * Takes note of a request that was answered and logged.
	 *
	 * @param array<string, mixed> $summary The exchange's summary.
	 */
	public static function note( array $summary ): void {
		// Anybody can send any number of requests without a valid token. The hourly look counts them.
		if ( ! isset( $summary['refusal'] ) && array() !== Alerts::ways() && ( 'done' !== $summary['outcome'] || Alerts::is_trouble_open() ) ) {
			Alerts::look_soon( time() );
		}
	}
}
