<?php
/**
 * Whether an exchange is running.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Knows whether the commands of an exchange are being carried out. A change to an account comes from Rollbook then, and is no local edit.
 */
final class RunningExchange {

	/**
	 * How many exchanges are running.
	 *
	 * @var int
	 */
	private static int $running = 0;

	/**
	 * Notes that an exchange begins.
	 */
	public static function begin(): void {
		++self::$running;
	}

	/**
	 * Notes that it has ended.
	 */
	public static function end(): void {
		--self::$running;
	}

	/**
	 * Whether an exchange is running.
	 */
	public static function is_running(): bool {
		return self::$running > 0;
	}
}
