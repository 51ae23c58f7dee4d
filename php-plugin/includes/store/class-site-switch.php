<?php
/**
 * Switching to other sites of a network, and back.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Runs work on other sites of a network, and brings WordPress back to the site that it was on.
 */
final class SiteSwitch {

	/**
	 * Does something on each of these sites that has tables of ours.
	 *
	 * @param int[]            $sites The sites.
	 * @param callable(): void $work  What to do there.
	 */
	public static function on_each( array $sites, callable $work ): void {
		foreach ( $sites as $site ) {
			switch_to_blog( $site );
			try {
				if ( Tables::bring_up() ) {
					$work();
				}
			} finally {
				restore_current_blog();
			}
		}
	}

	/**
	 * How many switches WordPress has not yet undone.
	 */
	public static function depth(): int {
		return count( $GLOBALS['_wp_switched_stack'] ?? array() );
	}

	/**
	 * Brings WordPress back to the site that it was on. A hook that fails after a switch leaves it on the other site.
	 *
	 * @param int $depth The result of depth() on that site.
	 */
	public static function back_to( int $depth ): void {
		while ( self::depth() > $depth ) {
			restore_current_blog();
		}
	}
}
