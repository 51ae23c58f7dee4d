<?php
/**
 * A token that cannot be used, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** A token that cannot be used. The message says why. */
class InvalidToken extends Exception {
}
