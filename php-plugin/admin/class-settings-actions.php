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
		$changed  = Settings::changed_since( FormInput::text( 'opened_on' ), $partial );
		if ( array() !== $changed ) {
			// The form that is shown now was opened on what there is now: saved again, it replaces that.
			$text     = __( 'Nothing was saved: somebody has changed these settings since this page was opened. What you typed stands below; save it again to replace theirs, or reload the page to see them.', 'rollbook' );
			$problems = array_map(
				static fn( string $name ): array => array(
					'place'  => $name,
					'reason' => __( 'Changed by somebody else meanwhile.', 'rollbook' ),
				),
				$changed
			);
			SettingsPage::go_back( new Message( $text, 'error', problems: $problems, attempted: $partial ), $tab );
		}
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
