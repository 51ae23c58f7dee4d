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
 * Lets one site of a network at a time make accounts. WordPress allows a login and an address once in a network, but it checks only before
 * it writes. The unique keys do not prevent a second one, because each site has its own tables.
 *
 * SQLite needs no lock, because only one connection at a time can write: a connection that has written its keys sees all accounts of the
 * others.
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
	 * Acquires the lock.
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
			return; // Some clusters have no such locks. There, two sites can make the same account twice at the same moment.
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
	 * Its name. It holds the database's, because all databases of a server share the names of locks.
	 */
	private static function name(): string {
		global $wpdb;
		return 'rollbook_' . md5( DB_NAME . ' ' . $wpdb->base_prefix );
	}
}
