<?php
/**
 * One site of a network at a time.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Lets one site of a network at a time make accounts. WordPress allows a login and an address once in a network but looks only before
 * it writes, and each site keeps its unique keys in tables of its own.
 *
 * SQLite lets one connection at a time write anyway: the connection that has written its keys sees all accounts that others have made.
 */
final class NetworkLock {

	/**
	 * How long to wait for other sites, in seconds.
	 */
	private const PATIENCE = 30;

	/**
	 * Whether we have it.
	 *
	 * @var bool
	 */
	private static bool $held = false;

	/**
	 * Takes the lock.
	 *
	 * @throws DatabaseFailure When others do not release it.
	 */
	public static function take(): void {
		if ( self::$held || ! is_multisite() || ( defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ) ) {
			return;
		}
		try {
			$taken = Database::value( 'SELECT GET_LOCK( %s, %d )', array( self::name(), self::PATIENCE ) );
		} catch ( DatabaseFailure ) {
			return; // Some clusters have no such locks; there two sites that make one account at the same moment make two.
		}
		if ( '0' === $taken ) {
			throw new DatabaseFailure( 'other sites of the network were making accounts all the time' );
		}
		self::$held = true;
	}

	/**
	 * Releases it, if we have it.
	 */
	public static function release(): void {
		if ( self::$held ) {
			self::$held = false;
			Database::value( 'SELECT RELEASE_LOCK( %s )', array( self::name() ) );
		}
	}

	/**
	 * Its name, which the server's other databases share.
	 */
	private static function name(): string {
		global $wpdb;
		return 'rollbook_' . md5( DB_NAME . ' ' . $wpdb->base_prefix );
	}
}
