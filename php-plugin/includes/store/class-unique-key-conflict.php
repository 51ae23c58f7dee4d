<?php
/**
 * A conflict of unique keys.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Says that the row itself could not be written, most likely because somebody else holds one of its unique values. Queries find out which
 * one: the message differs between databases and languages.
 */
final class UniqueKeyConflict extends \RuntimeException {

	/**
	 * Treats the database's error as a conflict of unique keys, unless the database itself has a problem.
	 *
	 * @param DatabaseFailure $failure The error.
	 */
	public static function of( DatabaseFailure $failure ): self|DatabaseFailure {
		return $failure->is_passing() || $failure->is_missing_table() ? $failure : new self( $failure );
	}

	/**
	 * Wraps the database's error.
	 *
	 * @param DatabaseFailure $failure The error.
	 */
	public function __construct( DatabaseFailure $failure ) {
		parent::__construct( $failure->getMessage(), 0, $failure );
	}
}
