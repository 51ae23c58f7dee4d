<?php
/**
 * `wp rollbook test`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\SelfTest;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Runs the self-test.
 */
final class TestCommand {

	/**
	 * Tests whether identity providers can do their work on this site: what the button on the Connection tab does.
	 *
	 * It ends with an error where something is wrong, so that a script hears of it.
	 *
	 * ## OPTIONS
	 *
	 * [--address=<address>]
	 * : Another address of the service than the one that is shown.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook test
	 *     wp rollbook test --address=https://www.contoso.test/scim/v2 --format=json
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function __invoke( array $arguments, array $options ): void {
		$findings = SelfTest::run( $options['address'] ?? null );
		$rows     = array_map( static fn( Finding $finding ): array => array( 'lines' => implode( "\n", array_column( $finding->lines, 'text' ) ), 'steps' => implode( ' ', $finding->steps ), 'repair' => (string) $finding->repair ) + get_object_vars( $finding ), $findings );
		$is_table = 'table' === ( $options['format'] ?? 'table' );
		Listing::print_rows( $rows, $is_table ? array( 'status', 'check', 'what' ) : array( 'status', 'check', 'what', 'why', 'steps', 'lines', 'repair' ), $options );
		if ( $is_table ) {
			foreach ( $findings as $finding ) {
				self::explain( $finding );
			}
		}
		if ( Finding::CRITICAL === Finding::worst( $findings ) ) {
			WP_CLI::error( __( 'Something is wrong.', 'rollbook' ) );
		}
	}

	/**
	 * Prints why a finding matters and what to do.
	 *
	 * @param Finding $finding The finding.
	 */
	private static function explain( Finding $finding ): void {
		if ( Finding::GOOD === $finding->status ) {
			return;
		}
		WP_CLI::line();
		WP_CLI::line( $finding->what );
		WP_CLI::line( $finding->why );
		foreach ( $finding->steps as $step ) {
			WP_CLI::line( "  - $step" );
		}
		foreach ( $finding->lines as $lines ) {
			WP_CLI::line( "  {$lines['place']}" );
			WP_CLI::line( '      ' . str_replace( "\n", "\n      ", $lines['text'] ) );
		}
		if ( null !== $finding->repair ) {
			WP_CLI::line( "  wp rollbook repair $finding->repair" );
		}
	}
}
