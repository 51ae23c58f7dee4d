<?php
/**
 * Object cache drop-in of the tests: WordPress's cache in a Redis of the site's own, shared by all workers.
 *
 * It keeps what drop-ins of this kind have in common: a copy within the request in front of what all requests share, groups that are the
 * network's, groups that are never shared, and work without the server where it is away.
 */

defined( 'ABSPATH' ) || exit;

// phpcs:disable

/** What one request knows, in front of what all know. */
final class Rollbook_Test_Object_Cache {

	/** Where the server listens. */
	private const SOCKET = '@socket@';

	/** How long the server may take, in seconds. */
	private const PATIENCE = 1.0;

	/** How many keys are looked through at a time. */
	private const KEYS_AT_ONCE = 1000;

	/** Values of this request, by key: what Redis holds, and what is not shared. */
	private array $known = array();

	/** Groups, by name. */
	private array $global     = array();
	private array $not_shared = array();

	private int $blog;
	private ?Redis $server = null;
	private bool $is_away = false;

	public function __construct() {
		$this->blog = get_current_blog_id();
	}

	public function add_groups( array|string $groups, bool $shared ): void {
		$names = array_fill_keys( (array) $groups, true );
		$shared ? $this->global += $names : $this->not_shared += $names;
	}

	public function switch_to( int $blog ): void {
		$this->blog = $blog;
	}

	public function get( int|string $key, string $group, bool $force, ?bool &$found ): mixed {
		return $this->get_all( array( $key ), $group, $force, $found )[ $key ];
	}

	public function get_all( array $keys, string $group, bool $force, ?bool &$found = null ): array {
		$names   = array_combine( $keys, array_map( fn( $key ): string => $this->name( $key, $group ), $keys ) );
		$is_own  = isset( $this->not_shared[ $group ] );
		$unknown = array_values( array_filter( $names, fn( string $name ): bool => ! $is_own && ( $force || ! array_key_exists( $name, $this->known ) ) ) );
		if ( $unknown ) {
			$values = $this->ask( static fn( Redis $server ) => $server->mGet( $unknown ) );
			foreach ( is_array( $values ) ? array_combine( $unknown, $values ) : array() as $name => $value ) {
				if ( false !== $value ) {
					$this->known[ $name ] = self::read( $value );
				} else {
					unset( $this->known[ $name ] );
				}
			}
		}
		$found = false;
		$all   = array();
		foreach ( $names as $key => $name ) {
			$found       = array_key_exists( $name, $this->known );
			$value       = $found ? $this->known[ $name ] : false;
			$all[ $key ] = is_object( $value ) ? clone $value : $value;
		}
		return $all;
	}

	/** Stores a value; `NX` only where there is none, `XX` only where there is one. */
	public function set( int|string $key, mixed $value, string $group, int $seconds, string $condition = '' ): bool {
		if ( 'NX' === $condition && wp_suspend_cache_addition() ) {
			return false;
		}
		$name  = $this->name( $key, $group );
		$value = is_object( $value ) ? clone $value : $value;
		$there = array_key_exists( $name, $this->known );
		if ( isset( $this->not_shared[ $group ] ) ) {
			if ( 'NX' === $condition && $there || 'XX' === $condition && ! $there ) {
				return false;
			}
		} else {
			$options = array_merge( $condition ? array( $condition ) : array(), $seconds > 0 ? array( 'EX' => $seconds ) : array() );
			$result  = $this->ask( static fn( Redis $server ) => $server->set( $name, self::written( $value ), $options ) );
			// Without the server this request's own memory decides.
			if ( null === $result ? ( 'NX' === $condition && $there || 'XX' === $condition && ! $there ) : ! $result ) {
				return false;
			}
		}
		$this->known[ $name ] = $value;
		return true;
	}

	public function delete( int|string $key, string $group ): bool {
		$name  = $this->name( $key, $group );
		$there = array_key_exists( $name, $this->known );
		unset( $this->known[ $name ] );
		if ( isset( $this->not_shared[ $group ] ) ) {
			return $there;
		}
		$deleted = $this->ask( static fn( Redis $server ) => $server->del( $name ) );
		return null === $deleted ? $there : $deleted > 0;
	}

	public function add_to( int|string $key, int $difference, string $group ): int|false {
		$name  = $this->name( $key, $group );
		$value = $this->get( $key, $group, true, $found );
		if ( ! $found ) {
			return false;
		}
		$sum = max( 0, ( is_numeric( $value ) ? (int) $value : 0 ) + $difference );
		if ( ! isset( $this->not_shared[ $group ] ) && is_int( $value ) && $value + $difference >= 0 ) {
			// Two requests that count at the same time are both counted; the time it ends stays.
			$sum = $this->ask( static fn( Redis $server ) => $server->incrBy( $name, $difference ) ) ?? $sum;
		} elseif ( ! isset( $this->not_shared[ $group ] ) ) {
			$this->ask( static fn( Redis $server ) => $server->set( $name, self::written( $sum ), array( 'KEEPTTL' ) ) );
		}
		$this->known[ $name ] = $sum;
		return $sum;
	}

	public function flush(): bool {
		$this->known = array();
		$this->ask( static fn( Redis $server ) => $server->flushDB() );
		return true;
	}

	public function flush_runtime(): bool {
		$this->known = array();
		return true;
	}

	public function flush_group( string $group ): bool {
		$beginning   = $this->name( '', $group );
		$this->known = array_filter( $this->known, static fn( string $name ): bool => ! str_starts_with( $name, $beginning ), ARRAY_FILTER_USE_KEY );
		$this->ask(
			static function ( Redis $server ) use ( $beginning ): void {
				$cursor = null;
				do {
					$names = $server->scan( $cursor, addcslashes( $beginning, '*?[]\\' ) . '*', self::KEYS_AT_ONCE );
					$names && $server->del( $names );
				} while ( $cursor > 0 );
			}
		);
		return true;
	}

	/** The key by which all sites of the network know a value. */
	private function name( int|string $key, string $group ): string {
		return ( isset( $this->global[ $group ] ) || ! is_multisite() ? '' : $this->blog ) . ":$group:$key";
	}

	/** Asks the server; null where it is away, and then for the rest of the request. */
	private function ask( callable $question ): mixed {
		if ( $this->is_away ) {
			return null;
		}
		try {
			if ( null === $this->server ) {
				$this->server = new Redis();
				$this->server->connect( self::SOCKET, 0, self::PATIENCE, null, 0, self::PATIENCE );
			}
			return $question( $this->server );
		} catch ( RedisException ) {
			$this->is_away = true;
			return null;
		}
	}

	private static function written( mixed $value ): string {
		return is_int( $value ) ? (string) $value : serialize( $value );
	}

	private static function read( string $value ): mixed {
		return preg_match( '/^-?\d+$/', $value ) ? (int) $value : unserialize( $value );
	}
}

function wp_cache_init() {
	$GLOBALS['wp_object_cache'] = new Rollbook_Test_Object_Cache();
}

function wp_cache_group_of( $group ) {
	return (string) ( $group ? $group : 'default' );
}

function wp_cache_get( $key, $group = '', $force = false, &$found = null ) {
	return $GLOBALS['wp_object_cache']->get( $key, wp_cache_group_of( $group ), (bool) $force, $found );
}

function wp_cache_get_multiple( $keys, $group = '', $force = false ) {
	return $keys ? $GLOBALS['wp_object_cache']->get_all( array_values( $keys ), wp_cache_group_of( $group ), (bool) $force ) : array();
}

function wp_cache_set( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->set( $key, $data, wp_cache_group_of( $group ), (int) $expire );
}

function wp_cache_set_multiple( array $data, $group = '', $expire = 0 ) {
	return array_combine( array_keys( $data ), array_map( static fn( $key ) => wp_cache_set( $key, $data[ $key ], $group, $expire ), array_keys( $data ) ) );
}

function wp_cache_add( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->set( $key, $data, wp_cache_group_of( $group ), (int) $expire, 'NX' );
}

function wp_cache_add_multiple( array $data, $group = '', $expire = 0 ) {
	return array_combine( array_keys( $data ), array_map( static fn( $key ) => wp_cache_add( $key, $data[ $key ], $group, $expire ), array_keys( $data ) ) );
}

function wp_cache_replace( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->set( $key, $data, wp_cache_group_of( $group ), (int) $expire, 'XX' );
}

function wp_cache_delete( $key, $group = '' ) {
	return $GLOBALS['wp_object_cache']->delete( $key, wp_cache_group_of( $group ) );
}

function wp_cache_delete_multiple( array $keys, $group = '' ) {
	return array_combine( $keys, array_map( static fn( $key ) => wp_cache_delete( $key, $group ), $keys ) );
}

function wp_cache_incr( $key, $offset = 1, $group = '' ) {
	return $GLOBALS['wp_object_cache']->add_to( $key, (int) $offset, wp_cache_group_of( $group ) );
}

function wp_cache_decr( $key, $offset = 1, $group = '' ) {
	return $GLOBALS['wp_object_cache']->add_to( $key, -(int) $offset, wp_cache_group_of( $group ) );
}

function wp_cache_flush() {
	return $GLOBALS['wp_object_cache']->flush();
}

function wp_cache_flush_runtime() {
	return $GLOBALS['wp_object_cache']->flush_runtime();
}

function wp_cache_flush_group( $group ) {
	return $GLOBALS['wp_object_cache']->flush_group( wp_cache_group_of( $group ) );
}

function wp_cache_supports( $feature ) {
	return in_array( $feature, array( 'add_multiple', 'set_multiple', 'get_multiple', 'delete_multiple', 'flush_runtime', 'flush_group' ), true );
}

function wp_cache_close() {
	return true;
}

function wp_cache_add_global_groups( $groups ) {
	$GLOBALS['wp_object_cache']->add_groups( $groups, true );
}

function wp_cache_add_non_persistent_groups( $groups ) {
	$GLOBALS['wp_object_cache']->add_groups( $groups, false );
}

function wp_cache_switch_to_blog( $blog_id ) {
	$GLOBALS['wp_object_cache']->switch_to( (int) $blog_id );
}

function wp_cache_reset() {
	_deprecated_function( __FUNCTION__, '3.5.0', 'wp_cache_switch_to_blog()' );
}
