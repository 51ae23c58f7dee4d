<?php
/**
 * The number of accounts that WordPress remembers.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Has WordPress count its accounts once, at the end of a request, and not with each account that comes or goes: it reads them all for it,
 * and holds up everybody who does the same at that time, until the transaction ends.
 *
 * Its hooks stand here and not among the others because they hold for a single write.
 */
final class UserCount {

	private const COUNT = 'wp_maybe_update_user_counts';

	/**
	 * Does something that WordPress counts its accounts after.
	 *
	 * @param string   $hook What it does that at.
	 * @param callable $work What to do; its result is returned.
	 */
	public static function after( string $hook, callable $work ): mixed {
		$priority = has_action( $hook, self::COUNT );
		if ( ! is_int( $priority ) ) {
			return $work();
		}
		remove_action( $hook, self::COUNT, $priority );
		try {
			return $work();
		} finally {
			add_action( $hook, self::COUNT, $priority, 0 );
			// After the answer has been sent.
			add_action( 'shutdown', self::COUNT, 20, 0 );
		}
	}
}
