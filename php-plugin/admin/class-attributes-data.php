<?php
/**
 * What the Attributes tab shows beside its rows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\ReceivedAttributes;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Upkeep\CatchUp;

defined( 'ABSPATH' ) || exit;

/**
 * What was received, what can be chosen, and how far the people who are there already have got it. Each part reads a few rows, however many
 * people there are.
 */
final class AttributesData {

	/** How many of the rows that changed last are looked through for somebody who is managed. */
	private const LOOKED_AT = 100;

	/**
	 * The data.
	 *
	 * @param array<string, string>             $received   Attributes that were received, and a sample of each, by path.
	 * @param list<int>                         $unreceived The rows whose attribute was never received, by number.
	 * @param list<string>                      $targets    Targets to choose from.
	 * @param array<string, array{string, int}> $last       What was stored last of a person and of a group, and when, by what it is called.
	 * @param ?int                              $progress   How far everybody has got what the rows say, in percent; null where they have.
	 * @param string                            $asked      The attribute that a new row is asked for.
	 */
	private function __construct(
		public readonly array $received,
		public readonly array $unreceived,
		public readonly array $targets,
		public readonly array $last,
		public readonly ?int $progress,
		public readonly string $asked,
	) {
	}

	/**
	 * Collects it.
	 *
	 * @param FormData $form What the form shows.
	 */
	public static function collect( FormData $form ): self {
		$asked    = is_string( $_GET['add'] ?? null ) ? sanitize_text_field( wp_unslash( $_GET['add'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only fills a field in.
		$received = ReceivedAttributes::all();
		try {
			// A mapping to a place with the name of a secret may be newer than the sample.
			$samples = array() === $received ? array() : \Rollbook\Settings::samples( Settings::document(), $received );
			return new self(
				$samples,
				array() === $received ? array() : \Rollbook\Settings::unreceived( array( 'mappings' => $form->settings['mappings'] ), array_keys( $received ) ),
				array_values( array_unique( array( ...$form->suggestions['targets'], ...Targets::offered() ) ) ),
				array_filter(
					array(
						__( 'The person that was written last', 'rollbook' ) => self::last( 'users', 'managed = 1 AND deleted = 0' ),
						__( 'The group that was written last', 'rollbook' )  => self::last( 'groups', '1 = 1' ),
					)
				),
				CatchUp::progress(),
				$asked
			);
		} catch ( DatabaseFailure | \Rollbook\Exception ) {
			return new self( array_fill_keys( array_keys( $received ), '' ), array(), $form->suggestions['targets'], array(), null, $asked );
		}
	}

	/**
	 * The document that was stored last, without secrets, and when.
	 *
	 * @param string $table     The table.
	 * @param string $condition Which rows count.
	 * @return ?array{string, int}
	 */
	private static function last( string $table, string $condition ): ?array {
		$row  = Database::row( "SELECT document, modified FROM (SELECT * FROM " . Tables::name( $table ) . " ORDER BY modified DESC LIMIT %d) some WHERE document IS NOT NULL AND $condition ORDER BY modified DESC LIMIT 1", array( self::LOOKED_AT ) );
		$text = \Rollbook\Settings::shown( Settings::document(), (string) ( $row['document'] ?? '' ) );
		return null === $row || '' === $text ? null : array( $text, (int) $row['modified'] );
	}
}
