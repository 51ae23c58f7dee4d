<?php
/**
 * The settings about roles.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\Administrators;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * Who gets which role, and which roles are protected.
 */
final class RolesScreen extends FormScreen {

	/** What the form sends where people are to have no role. No role is called so: a minus stands before one that was taken out. */
	public const NO_ROLE = '-';

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Roles & groups', 'rollbook' );
	}

	/**
	 * The view.
	 */
	public static function view(): string {
		return 'roles';
	}

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		$default = FormInput::line( 'default_role' );
		return array(
			'default_role'     => self::NO_ROLE === $default ? '' : ( $default ?: null ),
			'hand_given_roles' => FormInput::line( 'hand_given_roles' ),
			'role_rules'       => array_map(
				static fn( array $row ): array => array(
					'filter' => trim( $row['filter'] ?? '' ),
					'role'   => $row['role'] ?? '',
				),
				FormInput::rows( 'role_rules', array( 'filter', 'role' ) )
			),
			'protected_roles'  => self::protected_roles( FormInput::ticked( 'protected_roles' ) ),
		);
	}

	/**
	 * The owner's changes to the computed list of protected roles.
	 *
	 * @param list<string> $ticked The roles that are to be protected.
	 * @return ?list<string> Null where nothing is changed.
	 */
	private static function protected_roles( array $ticked ): ?array {
		$site     = Site::facts();
		$roles    = array_column( $site['roles'], 'name' );
		$computed = \Rollbook\Settings::protecting( array(), $site );
		$named    = array_diff( $ticked, $computed );
		foreach ( array_diff( array_intersect( $roles, $computed ), $ticked, array( Administrators::ROLE ) ) as $taken_out ) {
			$named[] = "-$taken_out";
		}
		// A role may be missing only because its plugin is not active: the owner's choice about it is kept.
		foreach ( Settings::protected_roles() ?? array() as $name ) {
			if ( str_starts_with( $name, '-' ) && ! in_array( substr( $name, 1 ), $roles, true ) ) {
				$named[] = $name;
			}
		}
		return $named ? array_values( array_unique( $named ) ) : null;
	}

	/**
	 * The tester of rules.
	 */
	public static function more(): string {
		return 'rules-tester';
	}

	/**
	 * The groups that were received.
	 */
	public static function last(): string {
		return 'groups';
	}

	/**
	 * The task that applies the rules to everybody.
	 */
	public static function task(): string {
		return TaskRun::ROLES;
	}
}
