<?php
/**
 * The form that saves the settings.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Handles the settings form. The extension says what is wrong; only what it cannot know, the site's accounts and
 * roles, is looked up here.
 */
final class SettingsActions {

	/** The form's action. */
	public const SAVE = 'rollbook_save_settings';

	/**
	 * Saves the settings.
	 */
	public static function action_save(): void {
		SettingsPage::require_permission( self::SAVE );
		$partial  = array(
			'existing_accounts' => SettingsPage::field( 'existing_accounts' ),
			'deletion'          => array(
				'policy'      => SettingsPage::field( 'deletion_policy' ),
				'reassign_to' => SettingsPage::field( 'reassign_to' ) ?: null,
			),
			'default_role'      => SettingsPage::field( 'default_role' ) ?: null,
		);
		$problems = self::unknown_to_the_site( $partial );
		if ( array() === $problems ) {
			try {
				Settings::merge( $partial );
				SettingsPage::go_back( new Message( __( 'Settings saved.', 'rollbook' ) ) );
			} catch ( InvalidSettings $refusal ) {
				$problems = $refusal->problems();
			}
		}
		SettingsPage::go_back( new Message( __( 'Nothing was saved.', 'rollbook' ), 'error', problems: $problems, attempted: $partial ) );
	}

	/**
	 * What names something that this site does not have.
	 *
	 * @param array<string, mixed> $partial The part of the document.
	 * @return list<array{place: string, reason: string}>
	 */
	private static function unknown_to_the_site( array $partial ): array {
		$problems = array();
		$heir     = $partial['deletion']['reassign_to'];
		if ( null !== $heir && false === get_user_by( 'login', $heir ) ) {
			$problems[] = array(
				'place'  => 'deletion.reassign_to',
				'reason' => __( 'There is no account with this username.', 'rollbook' ),
			);
		}
		if ( null !== $partial['default_role'] && ! wp_roles()->is_role( $partial['default_role'] ) ) {
			$problems[] = array(
				'place'  => 'default_role',
				'reason' => __( 'There is no such role.', 'rollbook' ),
			);
		}
		return $problems;
	}
}
