<?php
/**
 * What other plugins and new people are told about a request.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\People\AccountNotices;
use Throwable;

defined( 'ABSPATH' ) || exit;

/**
 * Tells what a request has done, after its client has the answer. So a listener that throws, ends PHP or takes long changes nothing of what
 * was answered and stored. The extension says what happened.
 */
final class Announcements {

	/**
	 * What must still be told.
	 *
	 * @var list<callable(): void>
	 */
	private static array $pending = array();

	/**
	 * Collects what must be told.
	 *
	 * @param array<string, mixed> $summary The exchange's summary.
	 */
	public static function prepare( array $summary ): void {
		$alarm = $summary['alarm'] ?? null;
		if ( null !== $alarm ) {
			self::$pending[] = static fn() => RemovalAlarm::raise( $alarm );
		}
		foreach ( $summary['notices'] ?? array() as $notice ) {
			self::$pending[] = static fn() => AccountNotices::send( $notice );
		}
		foreach ( $summary['events'] ?? array() as $event ) {
			$name            = array_shift( $event );
			self::$pending[] = static fn() => do_action( "rollbook/$name", $event );
		}
		foreach ( $summary['welcome'] ?? array() as $user_id ) {
			self::$pending[] = static fn() => wp_new_user_notification( (int) $user_id, null, 'user' );
		}
	}

	/**
	 * Tells it, one by one. If a listener ends PHP, the rest is told when PHP shuts down.
	 */
	public static function make(): void {
		if ( ! self::$pending ) {
			return;
		}
		register_shutdown_function( array( self::class, 'make' ) );
		while ( self::$pending ) {
			$say = array_shift( self::$pending );
			try {
				$say();
			} catch ( Throwable $error ) {
				// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- The place where a site's owner looks for what a plugin broke.
				error_log( sprintf( 'Rollbook: a plugin that was told of a change failed: %s (%s:%d)', $error->getMessage(), $error->getFile(), $error->getLine() ) );
			}
		}
	}
}
