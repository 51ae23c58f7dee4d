<?php
/**
 * The forms that save the settings.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Handles the forms of all tabs: everything is saved or, if anything is wrong, nothing, and what was typed is shown again.
 */
final class SettingsActions {

	/** The forms' action. */
	public const SAVE = 'rollbook_save_settings';

	/**
	 * Saves what a form sent.
	 */
	public static function action_save(): void {
		SettingsPage::require_permission( self::SAVE );
		$tab    = FormInput::line( 'tab' );
		$screen = SettingsPage::forms()[ $tab ] ?? null;
		if ( null === $screen ) {
			SettingsPage::go_back( new Message( __( 'Nothing was saved.', 'rollbook' ), 'error' ) );
		}
		$partial  = $screen::read();
		$problems = $screen::unknown_to_the_site( $partial );
		try {
			$changed = Settings::changed( $partial );
			if ( array() === $problems ) {
				Settings::store( $changed );
				SettingsPage::go_back( new Message( __( 'Settings saved.', 'rollbook' ) ), $tab );
			}
		} catch ( InvalidSettings $refusal ) {
			$problems = array( ...$refusal->problems(), ...$problems );
		}
		SettingsPage::go_back( new Message( __( 'Nothing was saved.', 'rollbook' ), 'error', problems: $problems, attempted: $partial ), $tab );
	}
}
