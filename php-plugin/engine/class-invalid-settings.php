<?php
/**
 * Refused settings, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** A settings document that is refused. The message holds every problem, a line each. */
class InvalidSettings extends Exception {

	/**
	 * Keeps the problems.
	 *
	 * @param string                                      $message  The message.
	 * @param list<array{place: string, reason: string}> $problems The problems.
	 */
	public function __construct( string $message, private readonly array $problems ) {
		parent::__construct( $message );
	}

	/**
	 * Every problem.
	 *
	 * @return list<array{place: string, reason: string}>
	 */
	public function problems(): array {
		return $this->problems;
	}
}
