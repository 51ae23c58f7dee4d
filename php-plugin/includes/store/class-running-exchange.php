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
 * Knows whether an exchange's commands are running. A change to an account then comes from Rollbook and is no local edit.
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
