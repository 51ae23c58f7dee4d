<?php
/**
 * The settings about roles.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\TaskRun;

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
			'protected_roles'  => FormInput::ticked( 'protected_roles' ),
		);
	}

	/**
	 * The rules, applied to everybody.
	 */
	public static function task(): string {
		return TaskRun::ROLES;
	}

	/**
	 * Which roles the site does not have.
	 *
	 * @param array<string, mixed> $partial The part of the document.
	 * @return list<array{place: string, reason: string}>
	 */
	public static function unknown_to_the_site( array $partial ): array {
		$named    = array( 'default_role' => (string) $partial['default_role'] );
		$problems = array();
		foreach ( $partial['role_rules'] as $index => $rule ) {
			$named[ "role_rules[$index].role" ] = $rule['role'];
		}
		foreach ( $named as $place => $role ) {
			if ( '' !== $role && ! wp_roles()->is_role( $role ) ) {
				$problems[] = array(
					'place'  => $place,
					'reason' => __( 'The site has no such role. Nobody gets it, and whoever is due it is left without it; the activity log tells of each case.', 'rollbook' ),
				);
			}
		}
		return $problems;
	}
}
