<?php
/**
 * The settings of an older version, brought to this version's shape.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * Stores the document anew after an update. The extension reads documents of every version; what PHP reads by itself is in this version's
 * shape afterwards.
 */
final class SettingsUpgrade {

	/** The option that remembers the version whose shape the document has. */
	public const OPTION = 'rollbook_settings_version';

	/**
	 * Does so, once after an update.
	 */
	public static function action_init(): void {
		if ( VERSION === get_option( self::OPTION ) ) {
			return;
		}
		try {
			if ( null !== Settings::read() ) {
				SettingsWriter::merge( array() );
			}
		} catch ( DatabaseFailure ) {
			return; // The next request tries again.
		} catch ( InvalidSettings ) { // phpcs:ignore Generic.CodeAnalysis.EmptyStatement.DetectedCatch
			// It stays as it is, and Site Health says what is wrong with it.
		}
		update_option( self::OPTION, VERSION, true );
	}
}
