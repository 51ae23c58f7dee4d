<?php
/**
 * Unique keys that the database did not accept.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Says that the row itself could not be written, most likely because somebody else holds one of its unique values. Which one is
 * found out by asking: databases word it differently and in every language.
 */
final class UniqueKeyConflict extends \RuntimeException {

	/**
	 * Takes the database's complaint for one about unique keys, unless it says that the database itself is in trouble.
	 *
	 * @param DatabaseFailure $failure The complaint.
	 */
	public static function of( DatabaseFailure $failure ): self|DatabaseFailure {
		return $failure->is_passing() || $failure->is_missing_table() ? $failure : new self( $failure );
	}

	/**
	 * Wraps the database's complaint.
	 *
	 * @param DatabaseFailure $failure The complaint.
	 */
	public function __construct( DatabaseFailure $failure ) {
		parent::__construct( $failure->getMessage(), 0, $failure );
	}
}
