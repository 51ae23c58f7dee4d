<?php
/**
 * The forms that save the settings.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Upkeep\ChangedMeanwhile;
use Rollbook\WordPress\Upkeep\NotConfirmed;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Handles the forms of all tabs. If anything is wrong, nothing is saved, and the form shows again what was typed.
 */
final class SettingsActions {

	/** The forms' action. */
	public const SAVE = 'rollbook_save_settings';

	/**
	 * Answers the script of the field for a person, while somebody types.
	 */
	public static function action_find_person(): void {
		if ( ! SettingsPage::is_allowed() || false === check_ajax_referer( PersonPicker::FIND, false, false ) ) {
			wp_send_json_error( null, 403 );
		}
		wp_send_json( PersonPicker::found( FormInput::line( 'typed' ) ) );
	}

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
		$partial = Differences::chosen( $screen::read() );
		if ( PersonPicker::is_search() ) {
			SettingsPage::go_back( new Message( __( 'Nothing is saved yet: choose a person below, then save.', 'rollbook' ), 'info', attempted: $partial, searched: true ), $tab );
		}
		$tried = $screen::tried();
		if ( null !== $tried ) {
			SettingsPage::go_back( new Message( __( 'The value was tried. Nothing is saved yet.', 'rollbook' ), attempted: $partial, tried: $tried ), $tab );
		}
		try {
			SettingsWriter::merge( $partial, FormInput::text( 'opened_on' ), FormInput::line( Question::FIELD ) );
		} catch ( NotConfirmed $asked ) {
			$question = new Question( __( 'Nothing is saved yet. Do you want this?', 'rollbook' ), $asked->dangers, __( 'Save all the same', 'rollbook' ), $asked->key() );
			SettingsPage::go_back( $question->message( $partial ), $tab );
		} catch ( InvalidSettings $refusal ) {
			SettingsPage::go_back( new Message( __( 'Nothing was saved.', 'rollbook' ), 'error', problems: $refusal->problems(), attempted: $partial ), $tab );
		} catch ( ChangedMeanwhile $others ) {
			// The form on the next page is based on the current settings. Saving it again therefore replaces them, but for those that are to stay.
			$text = __( 'Nothing was saved: somebody has changed these settings since this page was opened. Choose what is saved; what you typed stands below.', 'rollbook' );
			SettingsPage::go_back( new Message( $text, 'error', attempted: $partial, changed: $others->names ), $tab );
		} catch ( DatabaseFailure ) {
			$text = __( 'Nothing was saved: the database did not store it. What you typed stands below; save it again.', 'rollbook' );
			SettingsPage::go_back( new Message( $text, 'error', attempted: $partial ), $tab );
		}
		SettingsPage::go_back( new Message( __( 'Settings saved.', 'rollbook' ) ), $tab );
	}
}
