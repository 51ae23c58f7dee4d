<?php
/**
 * The last request of an identity provider.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * What the activity log knows of the last request that had a valid token.
 */
final class LastRequest {

	/**
	 * The address that it came from; null if the log has none.
	 *
	 * @throws DatabaseFailure When the database does not tell.
	 */
	public static function address(): ?string {
		$address = Database::value( 'SELECT address FROM ' . Tables::name( 'activity' ) . ' WHERE kind = %s ORDER BY time DESC LIMIT 1', array( ActivityLog::REQUEST ) );
		return is_string( $address ) && '' !== $address ? $address : null;
	}

	/**
	 * When it came, in milliseconds since 1970; null if the log has none.
	 *
	 * @throws DatabaseFailure When the database does not tell.
	 */
	public static function time(): ?int {
		$time = Database::value( 'SELECT MAX(time) FROM ' . Tables::name( 'activity' ) . ' WHERE kind = %s', array( ActivityLog::REQUEST ) );
		return null === $time ? null : (int) $time;
	}
}
