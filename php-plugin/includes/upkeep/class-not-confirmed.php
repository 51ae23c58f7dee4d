<?php
/**
 * A dangerous change of the settings that nobody has confirmed.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

defined( 'ABSPATH' ) || exit;

/**
 * Says what follows from the change. A confirmation sends the key back: it counts for these consequences and no others.
 */
final class NotConfirmed extends \RuntimeException {

	/**
	 * The question.
	 *
	 * @param list<array{place: string, reason: string, ...}> $dangers What follows, and where it stands in the document.
	 */
	public function __construct( public readonly array $dangers ) {
		parent::__construct( implode( "\n", array_column( $dangers, 'reason' ) ) );
	}

	/**
	 * What confirms these consequences.
	 */
	public function key(): string {
		return self::key_of( $this->dangers );
	}

	/**
	 * What confirms consequences.
	 *
	 * @param list<array{reason: string, ...}> $dangers The consequences.
	 */
	public static function key_of( array $dangers ): string {
		return md5( implode( "\n", array_column( $dangers, 'reason' ) ) );
	}
}
