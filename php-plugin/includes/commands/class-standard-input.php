<?php
/**
 * What comes in by the standard input.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the standard input, or a file.
 */
final class StandardInput {

	/**
	 * The text of a file; of the standard input where it is `-`. The command ends where there is none.
	 *
	 * @param string $file The file.
	 */
	public static function read( string $file = '-' ): string {
		// phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents, WordPress.PHP.NoSilencedErrors.Discouraged -- A file that somebody named; what is wrong with it is told.
		$text = @file_get_contents( '-' === $file ? 'php://stdin' : $file );
		if ( false === $text ) {
			/* translators: %s: name of a file. */
			WP_CLI::error( sprintf( __( 'The file %s cannot be read.', 'rollbook' ), $file ) );
		}
		return (string) $text;
	}
}
