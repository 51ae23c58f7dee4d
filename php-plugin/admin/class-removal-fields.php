<?php
/**
 * The settings about many people who are removed at once.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * The row of the People tab that says how many people an identity provider may remove before the owner is asked.
 */
final class RemovalFields {

	/**
	 * Prints the row.
	 *
	 * @param array{watch: bool, people: int|string, percent: int|string, hours: int|string} $values The settings.
	 * @param Form                                                                           $form   Prints what depends on problems.
	 */
	public static function render( array $values, Form $form ): void {
		require __DIR__ . '/views/removal-fields.php';
	}

	/**
	 * What the form sent.
	 *
	 * @return array{watch: bool, people: int|string, percent: int|string, hours: int|string}
	 */
	public static function read(): array {
		return array(
			'watch'   => FormInput::is_ticked( 'removal_watch' ),
			'people'  => self::number( 'removal_people' ),
			'percent' => self::number( 'removal_percent' ),
			'hours'   => self::number( 'removal_hours' ),
		);
	}

	/**
	 * A number, or what was typed instead, which is refused.
	 *
	 * @param string $name The field.
	 */
	private static function number( string $name ): int|string {
		$typed = FormInput::line( $name );
		return ctype_digit( $typed ) && strlen( $typed ) < 10 ? (int) $typed : $typed;
	}
}
