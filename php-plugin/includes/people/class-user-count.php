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
 * Makes WordPress count its accounts once, at the end of a request, and not with each new or deleted account. WordPress reads all accounts
 * to count them, and others who count wait until the transaction ends.
 *
 * Its hooks are not in `includes/hooks.php`, because they are needed for a single write only.
 */
final class UserCount {

	private const COUNT = 'wp_maybe_update_user_counts';

	/**
	 * Does something that makes WordPress count its accounts.
	 *
	 * @param string   $hook The hook that counts them.
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
