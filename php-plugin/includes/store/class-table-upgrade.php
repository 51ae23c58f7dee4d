<?php
/**
 * Tables of an older version, brought to this version's shape.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Upgrades the current site's tables while requests come in. One request does it; the others hear that they are to come again.
 *
 * dbDelta adds tables, columns and keys. Whatever else a version changes is a step.
 */
final class TableUpgrade {

	/** The option that says that an upgrade is under way, and since when. */
	private const LOCK = 'rollbook_upgrading';

	/** After how many seconds an upgrade that did not end is taken over: PHP was killed. */
	private const PATIENCE = 300;

	/**
	 * The number of a shape → what makes it of the one before, ahead of dbDelta. A server may stop halfway, so each step looks at what is
	 * there. It leaves readable what AccessControl reads, because deactivated people stay out meanwhile.
	 *
	 * @var array<int, callable(): void>
	 */
	private static array $steps = array(
		15 => array( self::class, 'drop_indexes_without_notable' ),
	);

	/**
	 * Brings the tables up.
	 *
	 * @param string   $option     The option that remembers which shape they have.
	 * @param int      $shape      The number of this version's shape.
	 * @param string[] $definition Its definition, as dbDelta reads it.
	 * @return bool Whether that is done; false where another request is at it, or the tables are a newer version's.
	 */
	public static function run( string $option, int $shape, array $definition ): bool {
		if ( ! self::begin() ) {
			return false;
		}
		try {
			// What this request remembers may be older than what another one has done.
			Settings::forget();
			wp_cache_delete( $option, 'options' );
			$from = (int) get_option( $option );
			if ( $from > $shape ) {
				return false;
			}
			ksort( self::$steps );
			foreach ( self::$steps as $number => $step ) {
				if ( 0 < $from && $from < $number ) {
					$step();
				}
			}
			require_once ABSPATH . 'wp-admin/includes/upgrade.php';
			dbDelta( $definition );
			if ( array() !== dbDelta( $definition, false ) ) {
				return false; // The database has refused something, or it is gone. The next request tries again.
			}
			update_option( $option, $shape, true );
			return true;
		} finally {
			self::end();
		}
	}

	/**
	 * Four indexes of the log were made anew, with `notable` before the time.
	 */
	private static function drop_indexes_without_notable(): void {
		global $wpdb;
		$table = $wpdb->prefix . 'rollbook_activity';
		// phpcs:disable WordPress.DB -- The names are ours.
		$there = array_column( (array) $wpdb->get_results( "SHOW INDEX FROM $table", ARRAY_A ), 'Key_name' );
		foreach ( array_intersect( array( 'user_id', 'outcome', 'address', 'name_key' ), $there ) as $index ) {
			$wpdb->query( "ALTER TABLE $table DROP INDEX $index" );
		}
		// phpcs:enable
	}

	/**
	 * Begins, unless another request has begun and may still be at it.
	 */
	private static function begin(): bool {
		global $wpdb;
		$now    = time();
		$insert = "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')";
		$take   = "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND option_value < %s";
		// phpcs:disable WordPress.DB -- One statement decides who has it, which the functions for options do not promise.
		return 1 === $wpdb->query( $wpdb->prepare( $insert, self::LOCK, $now ) )
			|| 1 === $wpdb->query( $wpdb->prepare( $take, $now, self::LOCK, $now - self::PATIENCE ) );
		// phpcs:enable
	}

	/**
	 * Ends.
	 */
	private static function end(): void {
		global $wpdb;
		$wpdb->delete( $wpdb->options, array( 'option_name' => self::LOCK ) ); // phpcs:ignore WordPress.DB
	}
}
