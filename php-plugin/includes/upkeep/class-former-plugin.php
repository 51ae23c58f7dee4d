<?php
/**
 * What a plugin that provisioned people before needs.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * Adds the mapping that a former plugin's single sign-on depends on, once, where accounts have that plugin's user metas. The owner may
 * remove it.
 */
final class FormerPlugin {

	/** The option that remembers when it was looked for last, and `added` once the mapping was added. */
	public const OPTION = 'rollbook_former_plugin';

	/**
	 * Looks, at most once a day, until there was something.
	 */
	public static function action_admin_init(): void {
		$state = get_option( self::OPTION, 0 );
		if ( 'added' === $state || time() - (int) $state < DAY_IN_SECONDS || ! Requirements::met() || ! Tables::exist() ) {
			return;
		}
		update_option( self::OPTION, time(), true );
		try {
			foreach ( \Rollbook\Settings::suggestions()['former'] as $former ) {
				if ( array() !== Targets::equal_keys( $former['metas'] ) ) {
					self::add( $former['mapping'] );
				}
			}
		} catch ( DatabaseFailure | InvalidSettings | ChangedMeanwhile ) {
			return; // It is tried again tomorrow.
		}
	}

	/**
	 * Adds a mapping, unless its place is taken.
	 *
	 * @param array<string, mixed> $mapping The mapping.
	 */
	private static function add( array $mapping ): void {
		$mappings = Settings::document()['mappings'] ?? array();
		if ( ! in_array( $mapping['target'], array_column( $mappings, 'target' ), true ) ) {
			SettingsWriter::merge( array( 'mappings' => array( ...$mappings, $mapping ) ) );
		}
		update_option( self::OPTION, 'added', true );
	}
}
