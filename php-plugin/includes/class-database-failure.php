<?php
/**
 * A statement that the database did not carry out.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Carries the database's own words. They are for the activity log: they may quote the statement.
 */
final class DatabaseFailure extends \RuntimeException {

	/**
	 * Takes the error that wpdb noted last.
	 */
	public static function last(): self {
		global $wpdb;
		// SQLite's drop-in hands out a page of HTML: the statements, then the error, then a backtrace.
		$text  = trim( wp_strip_all_tags( $wpdb->last_error ) );
		$error = strrpos( $text, 'SQLSTATE[' );
		if ( false !== $error ) {
			$text = strtok( substr( $text, $error ), "\n" );
		}
		return new self( '' === $text ? 'the database refused a statement without giving a reason' : (string) $text );
	}
}
