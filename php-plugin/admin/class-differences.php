<?php
/**
 * Where what somebody typed and what somebody else has saved meanwhile are different.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Shows both values of each field, and lets the person choose for each setting. The choice is part of the form of settings, so it needs no
 * JavaScript.
 */
final class Differences {

	/** The fields of the choice: one for each setting. */
	private const FIELD = 'keep';

	/** The value that chooses what somebody else has saved. */
	private const THEIRS = 'theirs';

	/**
	 * What is left of a form's part of the document once the settings are taken out that somebody else has saved and that stay.
	 *
	 * @param array<string, mixed> $partial What the form sent.
	 * @return array<string, mixed>
	 */
	public static function chosen( array $partial ): array {
		foreach ( array_keys( $partial ) as $name ) {
			if ( self::THEIRS === FormInput::line( self::FIELD . "_$name" ) ) {
				unset( $partial[ $name ] );
			}
		}
		return $partial;
	}

	/**
	 * Prints the settings that somebody else has changed.
	 *
	 * @param list<string>         $names     The settings.
	 * @param array<string, mixed> $attempted What the person has typed.
	 */
	public static function render( array $names, array $attempted ): void {
		$stored = SettingsWriter::merged( \Rollbook\Settings::defaults(), Settings::document() );
		$typed  = SettingsWriter::merged( $stored, $attempted );
		$rows   = array();
		foreach ( $names as $name ) {
			$theirs = self::flat( $name, $stored[ $name ] ?? null );
			$yours  = self::flat( $name, $typed[ $name ] ?? null );
			$fields = array_filter( array_keys( $theirs + $yours ), static fn( string $place ): bool => ( $theirs[ $place ] ?? '' ) !== ( $yours[ $place ] ?? '' ) );
			foreach ( array_values( $fields ) as $number => $place ) {
				$rows[] = array(
					'label'  => SettingsProblem::place( $place ),
					'theirs' => $theirs[ $place ] ?? '',
					'yours'  => $yours[ $place ] ?? '',
					'name'   => 0 === $number ? self::FIELD . "_$name" : '',
					'fields' => count( $fields ),
				);
			}
		}
		require __DIR__ . '/views/differences.php';
	}

	/**
	 * A setting as texts, by place.
	 *
	 * @param string $place The place.
	 * @param mixed  $value The value there.
	 * @return array<string, string>
	 */
	private static function flat( string $place, mixed $value ): array {
		if ( ! is_array( $value ) || array_is_list( $value ) ) {
			return array( $place => self::text( $value ) );
		}
		$flat = array();
		foreach ( $value as $key => $element ) {
			$flat += self::flat( "$place.$key", $element );
		}
		return $flat;
	}

	/**
	 * A value as text: a line for each element of a list.
	 *
	 * @param mixed $value The value.
	 */
	private static function text( mixed $value ): string {
		return match ( true ) {
			is_bool( $value )  => $value ? __( 'Yes', 'rollbook' ) : __( 'No', 'rollbook' ),
			is_array( $value ) => implode( array_is_list( $value ) ? "\n" : ' → ', array_filter( array_map( self::text( ... ), $value ), static fn( string $text ): bool => '' !== $text ) ),
			default            => (string) $value,
		};
	}
}
