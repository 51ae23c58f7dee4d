<?php
/**
 * Which attributes have an index.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers the attributes whose values are indexed because somebody has searched people by them.
 *
 * From then on every write puts a person's values into the index. Those of people who were there before follow in the background; until
 * that is done no search relies on the index.
 */
final class ValueIndexes {

	/** The option with the attributes: whether the values of everybody are in the index, by path. */
	public const OPTION = 'rollbook_indexed';

	/** The event that puts in the values of people who were there before. */
	public const EVENT = 'rollbook_index_values';

	/** The most attributes. */
	private const MOST = 50;

	/**
	 * The attributes, as the extension is told of them with every request.
	 *
	 * @return list<array{path: string, complete: bool}>
	 */
	public static function facts(): array {
		$facts = array();
		foreach ( self::all() as $path => $complete ) {
			$facts[] = array(
				'path'     => (string) $path,
				'complete' => $complete,
			);
		}
		return $facts;
	}

	/**
	 * The attributes: whether each index is complete, by path.
	 *
	 * @return array<string, bool>
	 */
	public static function all(): array {
		return array_map( 'boolval', (array) get_option( self::OPTION, array() ) );
	}

	/**
	 * Those whose index is not complete.
	 *
	 * @return list<string>
	 */
	public static function incomplete(): array {
		return array_map( 'strval', array_keys( array_filter( self::all(), static fn( bool $complete ): bool => ! $complete ) ) );
	}

	/**
	 * Begins an index for each attribute that has none.
	 *
	 * @param string[] $paths The attributes' paths.
	 */
	public static function want( array $paths ): void {
		$known = self::all();
		$all   = array_slice( $known + array_fill_keys( $paths, false ), 0, self::MOST, true );
		if ( $all !== $known ) {
			update_option( self::OPTION, $all, true );
			wp_schedule_single_event( time(), self::EVENT );
		}
	}

	/**
	 * Notes that the values of everybody are in these indexes.
	 *
	 * @param string[] $paths The attributes' paths.
	 */
	public static function complete( array $paths ): void {
		update_option( self::OPTION, array_fill_keys( $paths, true ) + self::all(), true );
	}
}
