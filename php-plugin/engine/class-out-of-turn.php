<?php
/**
 * A call out of order, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** A call that does not fit the order of the exchange. The message says why. */
class OutOfTurn extends Exception {
}
