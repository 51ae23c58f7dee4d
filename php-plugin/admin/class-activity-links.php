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
 * Where the list, an entry, a person and the file are found.
 */
final class ActivityLinks {

	/** The tab. */
	public const TAB = 'activity';

	/** The action of the link to the file. */
	public const EXPORT = 'rollbook_activity_csv';

	/**
	 * An address of the tab.
	 *
	 * @param array<string, ?string> $arguments What it shows.
	 */
	public static function url( array $arguments = array() ): string {
		return add_query_arg( array_map( 'rawurlencode', array_filter( $arguments, 'is_string' ) ), admin_url( 'options-general.php?page=rollbook&tab=' . self::TAB ) );
	}

	/**
	 * The address of the file with what a search finds.
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
