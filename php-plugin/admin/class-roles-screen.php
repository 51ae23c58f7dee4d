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
 * Who gets which role, and which roles are out of reach.
 */
final class RolesScreen extends FormScreen {

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Roles', 'rollbook' );
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
		return array(
			'default_role'     => FormInput::line( 'default_role' ) ?: null,
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
	 * What the owner has changed about the roles that are protected anyway.
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
		// What was said of a role whose plugin is not active at the moment stays said.
		foreach ( Settings::protected_roles() ?? array() as $name ) {
			if ( str_starts_with( $name, '-' ) && ! in_array( substr( $name, 1 ), $roles, true ) ) {
				$named[] = $name;
			}
		}
		return $named ? array_values( array_unique( $named ) ) : null;
	}

	/**
	 * The rules, applied to everybody.
	 */
	public static function task(): string {
		return TaskRun::ROLES;
	}
}
