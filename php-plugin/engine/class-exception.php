<?php
/**
 * What every exception of Rollbook is, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** What every exception of Rollbook is. */
class Exception extends \Exception {
}
