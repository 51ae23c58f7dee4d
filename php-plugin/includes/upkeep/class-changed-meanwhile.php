<?php
/**
 * A form that would overwrite somebody else's changes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

defined( 'ABSPATH' ) || exit;

/**
 * Says which settings somebody has changed since the form was opened.
 */
final class ChangedMeanwhile extends \RuntimeException {

	/**
	 * The settings.
	 *
	 * @param list<string> $names Their names.
	 */
	public function __construct( public readonly array $names ) {
		parent::__construct( 'Changed meanwhile: ' . implode( ', ', $names ) );
	}
}
