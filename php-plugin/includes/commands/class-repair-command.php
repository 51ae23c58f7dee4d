<?php
/**
 * `wp rollbook repair`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Health\Repairs;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Repairs what the self-test has found.
 */
final class RepairCommand {

	/**
	 * Repairs something.
	 *
	 * ## OPTIONS
	 *
	 * <what>
	 * : tables, htaccess or cache.
	 *
	 * @param list<string> $arguments What.
	 */
	public function __invoke( array $arguments ): void {
		$failure = Repairs::make( $arguments[0] );
		if ( null !== $failure ) {
			WP_CLI::error( $failure );
		}
		WP_CLI::success( __( 'Done.', 'rollbook' ) );
	}
}
