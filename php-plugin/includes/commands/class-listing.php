<?php
/**
 * Lists on the command line.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Prints lists in the form that was asked for.
 */
final class Listing {

	/**
	 * Prints rows in the form that was asked for. Ids are the first column.
	 *
	 * @param list<array<string, mixed>> $rows    The rows.
	 * @param list<string>               $fields  Their columns.
	 * @param array<string, string>      $options The command's options: `format`, and `fields` where others are wanted.
	 */
	public static function print_rows( array $rows, array $fields, array $options ): void {
		if ( 'ids' === ( $options['format'] ?? '' ) ) {
			WP_CLI::line( implode( ' ', array_column( $rows, $fields[0] ) ) );
			return;
		}
		$asked = array_filter( array_map( 'trim', explode( ',', $options['fields'] ?? '' ) ) );
		\WP_CLI\Utils\format_items( $options['format'] ?? 'table', $rows, $asked ? array_values( $asked ) : $fields );
	}

	/**
	 * A moment as the command line shows it.
	 *
	 * @param ?int $time Milliseconds since 1970.
	 */
	public static function moment( ?int $time ): string {
		return null === $time ? '' : (string) wp_date( 'Y-m-d H:i:s', intdiv( $time, 1000 ) );
	}
}
