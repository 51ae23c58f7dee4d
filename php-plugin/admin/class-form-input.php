<?php
/**
 * What a form sent.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the fields of a form whose nonce SettingsPage::require_permission() has verified.
 */
final class FormInput {

	/**
	 * A field as one line of plain text.
	 *
	 * @param string $name Its name.
	 */
	public static function line( string $name ): string {
		return sanitize_text_field( self::exact( self::sent( $name ) ) );
	}

	/**
	 * A field with a whole number; what was typed where it is none, so that the extension can say so.
	 *
	 * @param string $name Its name.
	 */
	public static function number( string $name ): int|string {
		$typed = self::line( $name );
		return ctype_digit( $typed ) ? (int) $typed : $typed;
	}

	/**
	 * A field exactly as it was typed. A sanitiser would damage filters and patterns; the extension checks them.
	 *
	 * @param string $name Its name.
	 */
	public static function text( string $name ): string {
		return self::exact( self::sent( $name ) );
	}

	/**
	 * The lines of a field with several; empty ones are left out.
	 *
	 * @param string $name Its name.
	 * @return list<string>
	 */
	public static function lines( string $name ): array {
		return array_values( array_filter( array_map( 'trim', preg_split( '/\R/', self::text( $name ) ) ), static fn( string $line ): bool => '' !== $line ) );
	}

	/**
	 * Whether a box is ticked.
	 *
	 * @param string $name Its name.
	 */
	public static function is_ticked( string $name ): bool {
		return '' !== self::exact( self::sent( $name ) );
	}

	/**
	 * The values of the ticked boxes that share a name.
	 *
	 * @param string $name Their name, without brackets.
	 * @return list<string>
	 */
	public static function ticked( string $name ): array {
		return array_values( array_filter( array_map( array( self::class, 'exact' ), (array) self::sent( $name ) ), static fn( string $value ): bool => '' !== $value ) );
	}

	/**
	 * The rows of a list, ordered by their positions. Rows marked for removal are left out, and so are empty ones.
	 *
	 * @param string   $name   The list's name.
	 * @param string[] $fields A row is empty if all of these fields are.
	 * @return list<array<string, string>>
	 */
	public static function rows( string $name, array $fields ): array {
		$rows   = array();
		$number = 0;
		foreach ( array_filter( (array) self::sent( $name ), 'is_array' ) as $sent ) {
			++$number;
			$row = array_map( array( self::class, 'exact' ), $sent );
			if ( ! empty( $row['remove'] ) || '' === implode( '', array_map( static fn( string $field ): string => trim( $row[ $field ] ?? '' ), $fields ) ) ) {
				continue;
			}
			$position = is_numeric( $row['position'] ?? '' ) ? (int) $row['position'] : $number;
			// Two rows then have the same position: a row that moved up comes before the other, one that moved down after it.
			$rows[] = array( array( $position, $position <=> $number ), $row );
		}
		usort( $rows, static fn( array $one, array $other ): int => $one[0] <=> $other[0] );
		return array_column( $rows, 1 );
	}

	/**
	 * What was sent under a name.
	 *
	 * @param string $name The name.
	 */
	private static function sent( string $name ): mixed {
		return $_POST[ $name ] ?? ''; // phpcs:ignore WordPress.Security -- The nonce is verified, see above; the caller sanitises the value.
	}

	/**
	 * A value as text without WordPress's slashes; nothing where it is none.
	 *
	 * @param mixed $value The value.
	 */
	private static function exact( mixed $value ): string {
		return is_string( $value ) ? wp_check_invalid_utf8( wp_unslash( $value ) ) : '';
	}
}
