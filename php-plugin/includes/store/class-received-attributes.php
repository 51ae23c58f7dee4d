<?php
/**
 * Which attributes identity providers have sent.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers the path of each attribute that was ever received, with a sample. The extension tells them with every write; only what is new
 * costs a statement, however many people there are.
 */
final class ReceivedAttributes {

	/** The option with marks of the known paths. WordPress loads it with the others, so a request that brings nothing new asks nothing. */
	public const OPTION = 'rollbook_received';

	/** The option with the paths and their samples. */
	public const SAMPLES = 'rollbook_received_samples';

	/** The most paths. */
	public const MOST = 300;

	/**
	 * Notes what a request has brought.
	 *
	 * @param array<string, array{text: string, id: string}> $received A sample of each attribute, by path, and the person that it is of.
	 */
	public static function note( array $received ): void {
		$known = (string) get_option( self::OPTION );
		$new   = array_filter( $received, static fn( string $path ): bool => ! str_contains( $known, self::mark( $path ) ), ARRAY_FILTER_USE_KEY );
		if ( array() !== $new && strlen( $known ) < self::MOST * strlen( self::mark( '' ) ) ) {
			self::keep( array_slice( self::stored() + $new, 0, self::MOST, true ) );
		}
	}

	/**
	 * The attributes that were received: a sample of each, by path.
	 *
	 * @return array<string, string>
	 */
	public static function all(): array {
		return array_map( static fn( mixed $sample ): string => (string) ( ( (array) $sample )['text'] ?? '' ), self::stored() );
	}

	/**
	 * Removes the samples that are of a person. The paths stay.
	 *
	 * @param string $id The person's id.
	 * @return bool Whether there was one.
	 */
	public static function forget_person( string $id ): bool {
		$stored = self::stored();
		$left   = array_map(
			static fn( mixed $sample ): mixed => $id !== ( ( (array) $sample )['id'] ?? null ) ? $sample : array(
				'text' => '',
				'id'   => '',
			),
			$stored
		);
		if ( $left !== $stored ) {
			self::keep( $left );
		}
		return $left !== $stored;
	}

	/**
	 * What is stored.
	 *
	 * @return array<string, mixed>
	 */
	private static function stored(): array {
		return array_filter( (array) get_option( self::SAMPLES, array() ), 'is_string', ARRAY_FILTER_USE_KEY );
	}

	/**
	 * Stores it. The paths come first: a mark without its path would hide the attribute.
	 *
	 * @param array<string, mixed> $samples What to store.
	 */
	private static function keep( array $samples ): void {
		update_option( self::SAMPLES, $samples, false );
		update_option( self::OPTION, implode( '', array_map( array( self::class, 'mark' ), array_keys( $samples ) ) ), true );
	}

	/**
	 * A short mark of a path.
	 *
	 * @param string $path The path.
	 */
	private static function mark( string $path ): string {
		return hash( 'crc32b', $path ) . ' ';
	}
}
