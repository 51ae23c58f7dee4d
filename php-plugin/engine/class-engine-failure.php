<?php
/**
 * An engine that does not answer.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** The engine did not start, died, answers too late, or says what is no answer. The message is for the administrator. */
class EngineFailure extends Exception {
}
