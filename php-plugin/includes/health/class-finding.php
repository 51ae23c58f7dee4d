<?php
/**
 * What a check has found.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

defined( 'ABSPATH' ) || exit;

/**
 * One finding of the self-test: what is so, why it matters, and what to do, for screen, Site Health and command line alike.
 */
final class Finding {

	/** How it stands: well; better changed; nothing works until it is changed. */
	public const GOOD        = 'good';
	public const RECOMMENDED = 'recommended';
	public const CRITICAL    = 'critical';

	/**
	 * A finding.
	 *
	 * @param string                                   $check  The check: `authorization`.
	 * @param string                                   $status How it stands.
	 * @param string                                   $what   What is so, as a sentence.
	 * @param string                                   $why    Why it matters; nothing where all is well.
	 * @param list<string>                             $steps  What to do, each a sentence.
	 * @param list<array{place: string, text: string}> $lines  Lines of configuration, and where each belongs.
	 * @param ?string                                  $repair What Rollbook can repair by itself.
	 */
	public function __construct(
		public readonly string $check,
		public readonly string $status,
		public readonly string $what,
		public readonly string $why = '',
		public readonly array $steps = array(),
		public readonly array $lines = array(),
		public readonly ?string $repair = null,
	) {
	}

	/**
	 * A finding that all is well.
	 *
	 * @param string $check The check.
	 * @param string $what  What is so.
	 */
	public static function good( string $check, string $what ): self {
		return new self( $check, self::GOOD, $what );
	}

	/**
	 * The worst that findings tell.
	 *
	 * @param list<self> $findings The findings.
	 */
	public static function worst( array $findings ): string {
		$met = array_column( $findings, 'status' );
		foreach ( array( self::CRITICAL, self::RECOMMENDED ) as $status ) {
			if ( in_array( $status, $met, true ) ) {
				return $status;
			}
		}
		return self::GOOD;
	}
}
