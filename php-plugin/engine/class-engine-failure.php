<?php
/**
 * An engine that does not answer.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** The engine did not start, has ended, answers too late, or sends something else than an answer. The message is for the administrator. */
class EngineFailure extends Exception {
}
