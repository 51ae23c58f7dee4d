<?php
/**
 * The addresses of the activity log.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Builds the addresses of the list, of an entry, of a person and of the file.
 */
final class ActivityLinks {

	/** The tab. */
	public const TAB = 'activity';

	/** The action of the link to the file. */
	public const EXPORT = 'rollbook_activity_csv';

	/**
	 * An address of the tab.
	 *
	 * @param array<string, ?string> $arguments What to show there.
	 */
	public static function url( array $arguments = array() ): string {
		return add_query_arg( array_map( 'rawurlencode', array_filter( $arguments, 'is_string' ) ), admin_url( 'options-general.php?page=rollbook&tab=' . self::TAB ) );
	}

	/**
	 * The address of the file that holds a search's results.
	 *
	 * @param ActivitySearch $search The search.
	 */
	public static function export_url( ActivitySearch $search ): string {
		$arguments = $search->arguments() + array(
			'action'   => self::EXPORT,
			'_wpnonce' => wp_create_nonce( self::EXPORT ),
		);
		return add_query_arg( array_map( 'rawurlencode', $arguments ), admin_url( 'admin-post.php' ) );
	}
}
