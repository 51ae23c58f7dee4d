<?php
/**
 * The settings as a file.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\NotConfirmed;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Gives all settings as a file, and takes them from one. A file is checked as a form is, and asked about as a form is.
 */
final class SettingsTransfer {

	/** The forms' actions. */
	public const EXPORT = 'rollbook_export_settings';
	public const IMPORT = 'rollbook_import_settings';

	/** The tab. */
	private const TAB = 'advanced';

	/** The largest file that is read, in bytes. */
	private const LARGEST = 1000000;

	/** The field that holds the document once it was read. */
	private const DOCUMENT = 'document';

	/**
	 * Sends the settings as a file.
	 */
	public static function action_export(): void {
		SettingsPage::require_permission( self::EXPORT );
		nocache_headers();
		header( 'Content-Type: application/json; charset=utf-8' );
		header( 'Content-Disposition: attachment; filename="rollbook-settings.json"' );
		echo wp_json_encode( Settings::document(), JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ); // phpcs:ignore WordPress.Security.EscapeOutput -- JSON, not HTML.
		exit;
	}

	/**
	 * Takes the settings from a file. All are taken or, where one is wrong, none. What the file does not name stays.
	 */
	public static function action_import(): void {
		SettingsPage::require_permission( self::IMPORT );
		$text     = self::text();
		$document = json_decode( $text, true );
		if ( ! is_array( $document ) || array_is_list( $document ) ) {
			SettingsPage::go_back( new Message( __( 'Nothing was saved: choose a file that “Download the settings” has made, or another object in JSON.', 'rollbook' ), 'error' ), self::TAB );
		}
		try {
			SettingsWriter::merge( $document, confirmed: FormInput::line( Question::FIELD ) );
		} catch ( InvalidSettings $refusal ) {
			SettingsPage::go_back( new Message( __( 'Nothing was saved: the file has settings that cannot be.', 'rollbook' ), 'error', problems: $refusal->problems() ), self::TAB );
		} catch ( NotConfirmed $asked ) {
			$question = new Question( __( 'Nothing is saved yet. Do you want this?', 'rollbook' ), $asked->dangers, __( 'Import all the same', 'rollbook' ), $asked->key(), self::IMPORT, fields: array( self::DOCUMENT => $text ) );
			SettingsPage::go_back( $question->message(), self::TAB );
		} catch ( DatabaseFailure ) {
			SettingsPage::go_back( new Message( __( 'Nothing was saved: the database did not store it. Import the file again.', 'rollbook' ), 'error' ), self::TAB );
		}
		SettingsPage::go_back( new Message( __( 'The settings of the file are saved.', 'rollbook' ) ), self::TAB );
	}

	/**
	 * The document: of the file, or of the question that was confirmed.
	 */
	private static function text(): string {
		// phpcs:disable WordPress.Security, WordPress.WP.AlternativeFunctions -- The nonce is verified above; the extension checks the document.
		$file = $_FILES['file']['tmp_name'] ?? '';
		if ( is_string( $file ) && '' !== $file && is_uploaded_file( $file ) ) {
			return (string) file_get_contents( $file, false, null, 0, self::LARGEST );
		}
		// phpcs:enable
		return FormInput::text( self::DOCUMENT );
	}
}
