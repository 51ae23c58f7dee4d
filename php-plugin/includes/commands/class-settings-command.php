<?php
/**
 * `wp rollbook settings`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\NotConfirmed;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and changes the settings; exports and imports them. They are checked as on the screen.
 */
final class SettingsCommand {

	/**
	 * Prints a setting, or all of them, as JSON.
	 *
	 * ## OPTIONS
	 *
	 * [<name>]
	 * : The setting; parts of it with points: deletion.policy.
	 *
	 * @param list<string> $arguments The name.
	 */
	public function get( array $arguments ): void {
		$value = Settings::document();
		foreach ( isset( $arguments[0] ) ? explode( '.', $arguments[0] ) : array() as $part ) {
			if ( ! is_array( $value ) || ! array_key_exists( $part, $value ) ) {
				/* translators: 1: what was typed, 2: names of settings. */
				WP_CLI::error( sprintf( __( 'There is no setting “%1$s”. There are: %2$s.', 'rollbook' ), $arguments[0], implode( ', ', array_keys( Settings::document() ) ) ) );
			}
			$value = $value[ $part ] ?? null;
		}
		WP_CLI::line( self::json( $value ) );
	}

	/**
	 * Changes a setting.
	 *
	 * ## OPTIONS
	 *
	 * <name>
	 * : The setting; parts of it with points.
	 *
	 * <value>
	 * : Its value as JSON; text may stand without quotes.
	 *
	 * [--yes]
	 * : Do not ask before something dangerous.
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook settings set activity_days 30
	 *     wp rollbook settings set default_role author
	 *     wp rollbook settings set default_role '""'     # People that no rule fits get no role.
	 *     wp rollbook settings set role_rules '[{"filter":"groups.display eq \"Editors\"","role":"editor"}]'
	 *
	 * @param list<string>          $arguments Name and value.
	 * @param array<string, string> $options   The options.
	 */
	public function set( array $arguments, array $options ): void {
		$value   = json_decode( $arguments[1], true );
		$partial = null === $value && 'null' !== trim( $arguments[1] ) ? $arguments[1] : $value;
		foreach ( array_reverse( explode( '.', $arguments[0] ) ) as $part ) {
			$partial = array( $part => $partial );
		}
		self::save( (array) $partial, $options );
	}

	/**
	 * Prints all settings as JSON, for `import`.
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook settings export > rollbook.json
	 */
	public function export(): void {
		WP_CLI::line( self::json( Settings::document() ) );
	}

	/**
	 * Takes settings from a file. All are taken or, where one is wrong, none. What the file does not name stays as it is.
	 *
	 * ## OPTIONS
	 *
	 * <file>
	 * : The file; - for the standard input.
	 *
	 * [--dry-run]
	 * : Only check it.
	 *
	 * [--yes]
	 * : Do not ask before something dangerous.
	 *
	 * @param list<string>          $arguments The file.
	 * @param array<string, string> $options   The options.
	 */
	public function import( array $arguments, array $options ): void {
		$document = json_decode( StandardInput::read( $arguments[0] ), true );
		if ( ! is_array( $document ) || array_is_list( $document ) ) {
			WP_CLI::error( __( 'This is no document of settings: it must be an object in JSON, as `wp rollbook settings export` prints it.', 'rollbook' ) );
		}
		self::save( (array) $document, $options );
	}

	/**
	 * Lists what is wrong with the settings as the site is now: roles and accounts may have gone since they were saved.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function problems( array $arguments, array $options ): void {
		$rows = array_map( static fn( array $problem ): array => array( 'reason' => SettingsProblem::reason( $problem ) ) + $problem, SettingsWriter::problems() );
		Listing::print_rows( $rows, array( 'place', 'reason' ), $options );
	}

	/**
	 * Saves a part, or says what is wrong with it.
	 *
	 * @param array<string, mixed>  $partial   The part.
	 * @param array<string, string> $options   The options of the command.
	 * @param string                $confirmed The key of the question that was answered.
	 */
	private static function save( array $partial, array $options, string $confirmed = '' ): void {
		$only_check = isset( $options['dry-run'] );
		try {
			$only_check ? SettingsWriter::checked( $partial ) : SettingsWriter::merge( $partial, confirmed: $confirmed );
		} catch ( NotConfirmed $asked ) {
			foreach ( $asked->dangers as $danger ) {
				WP_CLI::warning( "{$danger['place']}: " . SettingsProblem::reason( $danger ) );
			}
			WP_CLI::confirm( __( 'Save all the same?', 'rollbook' ), $options );
			self::save( $partial, $options, $asked->key() );
			return;
		} catch ( InvalidSettings $refusal ) {
			foreach ( $refusal->problems() as $problem ) {
				WP_CLI::warning( "{$problem['place']}: " . SettingsProblem::reason( $problem ) );
			}
			WP_CLI::error( __( 'Nothing was saved.', 'rollbook' ) );
		} catch ( DatabaseFailure $failure ) {
			/* translators: %s: what the database said. */
			WP_CLI::error( sprintf( __( 'Nothing was saved: %s', 'rollbook' ), $failure->getMessage() ) );
		}
		WP_CLI::success( $only_check ? __( 'These settings can be imported.', 'rollbook' ) : __( 'Settings saved.', 'rollbook' ) );
	}

	/**
	 * A value as JSON.
	 *
	 * @param mixed $value The value.
	 */
	private static function json( mixed $value ): string {
		return (string) wp_json_encode( $value, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	}
}
