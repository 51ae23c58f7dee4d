<?php
/**
 * The field for a person.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\PersonSearch;
use Rollbook\WordPress\Upkeep\SettingsProblem;

defined( 'ABSPATH' ) || exit;

/**
 * A text field that finds a person by name, login, e-mail address or number, and holds the login. Without JavaScript a button searches, and
 * the next page offers the people that it found; with it, they are offered while somebody types.
 */
final class PersonPicker {

	/** The action that gives suggestions. */
	public const FIND = 'rollbook_find_person';

	/** The button that searches without JavaScript. */
	public const SEARCH = 'search_person';

	/**
	 * Prints the field.
	 *
	 * @param string $name  The field's name.
	 * @param string $login The login that it holds.
	 * @param string $place The setting.
	 * @param bool   $asked Whether the search button was pressed.
	 * @param Form   $form  Prints what depends on problems.
	 */
	public static function render( string $name, string $login, string $place, bool $asked, Form $form ): void {
		$found  = $asked ? self::found( $login ) : array();
		$chosen = $asked || '' === $login ? false : get_user_by( 'login', $login );
		require __DIR__ . '/views/person-picker.php';
	}

	/**
	 * What the form sent: the person that was chosen among those found, or what was typed.
	 *
	 * @param string $name The field's name.
	 * @return ?string The login; what was typed where it means nobody.
	 */
	public static function read( string $name ): ?string {
		$picked = FormInput::line( "{$name}_found" );
		$typed  = '' === $picked ? FormInput::line( $name ) : $picked;
		// A search is not answered yet: what was typed stays as it is.
		return '' === $typed ? null : ( self::is_search() ? $typed : PersonSearch::login_of( $typed ) );
	}

	/**
	 * Whether the form was sent by the search button.
	 */
	public static function is_search(): bool {
		return FormInput::is_ticked( self::SEARCH );
	}

	/**
	 * The people that a text may mean.
	 *
	 * @param string $typed The text.
	 * @return list<array{login: string, label: string, unfit: string}>
	 */
	public static function found( string $typed ): array {
		return array_map(
			static function ( array $person ): array {
				$unfit = PersonSearch::unfit( $person['login'] );
				return array(
					'login' => $person['login'],
					'label' => self::label( $person['name'], $person['login'], $person['id'] ),
					'unfit' => null === $unfit ? '' : SettingsProblem::reason( $unfit ),
				);
			},
			PersonSearch::find( $typed )
		);
	}

	/**
	 * A person as shown.
	 *
	 * @param string $name  The name.
	 * @param string $login The login.
	 * @param int    $id    The number.
	 */
	public static function label( string $name, string $login, int $id ): string {
		/* translators: 1: name of a person, 2: login, 3: number of the account. */
		return sprintf( __( '%1$s · %2$s · ID %3$d', 'rollbook' ), $name, $login, $id );
	}
}
