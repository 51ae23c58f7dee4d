<?php
/**
 * The user metas of a new account.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;

defined( 'ABSPATH' ) || exit;

/**
 * Writes the user metas of a new account, including its role's, with one statement. wp_insert_user() needs two or three for each. Every
 * filter and action of add_metadata() is called as usual.
 *
 * The last two filters of wp_insert_user() on the metas take them away from it. When WP_User::set_role() writes the role afterwards, its
 * metas are there already.
 */
final class NewAccountMetas {

	/**
	 * The account, as soon as it is known. It is known even if a hook throws and wp_insert_user() never returns.
	 *
	 * @var int
	 */
	private int $user_id = 0;

	/**
	 * Core's own metas, slashed.
	 *
	 * @var array<string, mixed>
	 */
	private array $metas = array();

	/**
	 * The metas of the role, as they were written, until WordPress writes them.
	 *
	 * @var array<string, ?string>
	 */
	private array $of_role = array();

	/**
	 * Waits for the account to be made.
	 *
	 * @param string              $login The account's login; a hook may make other accounts meanwhile.
	 * @param string              $role  Its role; empty for none.
	 * @param callable(int): void $on_created Gets the account's number before any plugin hears of the account.
	 */
	public function __construct( private readonly string $login, private readonly string $role, private readonly mixed $on_created ) {
		add_filter( 'insert_user_meta', array( $this, 'filter_insert_user_meta_first' ), PHP_INT_MIN, 3 );
		add_filter( 'insert_user_meta', array( $this, 'filter_insert_user_meta' ), PHP_INT_MAX, 3 );
		add_filter( 'insert_custom_user_meta', array( $this, 'filter_insert_custom_user_meta' ), PHP_INT_MAX, 3 );
	}

	/**
	 * Waits no longer.
	 */
	public function end(): void {
		remove_filter( 'insert_user_meta', array( $this, 'filter_insert_user_meta_first' ), PHP_INT_MIN );
		remove_filter( 'insert_user_meta', array( $this, 'filter_insert_user_meta' ), PHP_INT_MAX );
		remove_filter( 'insert_custom_user_meta', array( $this, 'filter_insert_custom_user_meta' ), PHP_INT_MAX );
		remove_filter( 'update_user_metadata', array( $this, 'filter_update_user_metadata' ), PHP_INT_MAX );
	}

	/**
	 * The account that was made; 0 for none.
	 */
	public function user_id(): int {
		return $this->user_id;
	}

	/**
	 * Notes which account it is.
	 *
	 * @param mixed    $metas  The metas.
	 * @param \WP_User $user   The account.
	 * @param bool     $update Whether the account existed before.
	 */
	public function filter_insert_user_meta_first( mixed $metas, \WP_User $user, bool $update ): mixed {
		if ( ! $update && $user->user_login === $this->login && 0 === $this->user_id ) {
			$this->user_id = $user->ID;
			( $this->on_created )( $user->ID );
		}
		return $metas;
	}

	/**
	 * Takes core's own metas.
	 *
	 * @param array    $metas  The metas.
	 * @param \WP_User $user   The account.
	 * @param bool     $update Whether the account existed before.
	 * @return array<string, mixed> What is left for wp_insert_user() to write.
	 */
	public function filter_insert_user_meta( array $metas, \WP_User $user, bool $update ): array {
		if ( $update || $user->ID !== $this->user_id ) {
			return $metas;
		}
		$this->metas = $metas;
		return array();
	}

	/**
	 * Takes the other metas, and writes all of them.
	 *
	 * @param array    $metas  The metas.
	 * @param \WP_User $user   The account.
	 * @param bool     $update Whether the account existed before.
	 * @return array<string, mixed> What is left for wp_insert_user() to write.
	 */
	public function filter_insert_custom_user_meta( array $metas, \WP_User $user, bool $update ): array {
		if ( $update || $user->ID !== $this->user_id ) {
			return $metas;
		}
		$this->end();
		$this->write( array_merge( $this->metas, $metas ), $this->metas_of_role( $user ) );
		return array();
	}

	/**
	 * Keeps WordPress, once, from writing a meta that is written already. A later write goes through, because the value may have changed
	 * meanwhile.
	 *
	 * @param mixed  $written The result of other plugins.
	 * @param int    $user_id The account.
	 * @param string $key     The meta's key.
	 * @param mixed  $value   Its value.
	 * @return mixed False for "nothing has changed".
	 */
	public function filter_update_user_metadata( mixed $written, int $user_id, string $key, mixed $value ): mixed {
		if ( $user_id !== $this->user_id || ! array_key_exists( $key, $this->of_role ) ) {
			return $written;
		}
		$there = $this->of_role[ $key ];
		unset( $this->of_role[ $key ] );
		return null === $written && self::stored( $value ) === $there ? false : $written;
	}

	/**
	 * The metas that WP_User::set_role() is going to write. If an older account with this number has left such metas, set_role() replaces
	 * them itself.
	 *
	 * @param \WP_User $user The account.
	 * @return array<string, mixed>
	 */
	private function metas_of_role( \WP_User $user ): array {
		global $wpdb;
		$level = $wpdb->get_blog_prefix() . 'user_level';
		if ( array() !== get_user_meta( $user->ID, $user->cap_key ) || array() !== get_user_meta( $user->ID, $level ) ) {
			return array();
		}
		$rights = array_keys( wp_roles()->get_role( $this->role )->capabilities ?? array() );
		return array(
			$user->cap_key => '' === $this->role ? array() : array( $this->role => true ),
			$level         => array_reduce( array_map( 'strval', $rights ), array( $user, 'level_reduction' ), 0 ),
		);
	}

	/**
	 * Does what add_metadata() does for each meta, except the statement.
	 *
	 * @param array<string, mixed> $slashed The metas.
	 * @param array<string, mixed> $of_role Those of the role, not slashed.
	 */
	private function write( array $slashed, array $of_role ): void {
		global $wpdb;
		$metas = array();
		foreach ( $slashed + wp_slash( $of_role ) as $key => $value ) {
			$key   = wp_unslash( (string) $key );
			$value = sanitize_meta( $key, wp_unslash( $value ), 'user', 'user' );
			/** This filter is documented in wp-includes/meta.php */
			if ( null === apply_filters( 'add_user_metadata', null, $this->user_id, $key, $value, false ) ) {
				/** This action is documented in wp-includes/meta.php */
				do_action( 'add_user_meta', $this->user_id, $key, $value );
				$metas[ $key ] = $value;
			}
		}
		if ( ! $metas ) {
			return;
		}
		Database::insert_all(
			$wpdb->usermeta,
			array( 'user_id', 'meta_key', 'meta_value' ),
			array_map( fn( int|string $key, mixed $value ): array => array( $this->user_id, (string) $key, self::stored( $value ) ), array_keys( $metas ), $metas )
		);
		$this->of_role = array_map( array( self::class, 'stored' ), array_intersect_key( $metas, $of_role ) );
		add_filter( 'update_user_metadata', array( $this, 'filter_update_user_metadata' ), PHP_INT_MAX, 4 );
		// Nothing was there before, so WordPress's cache can hold what was written. Only other plugins want the numbers of the rows.
		$is_known = array() === (array) get_user_meta( $this->user_id ) && ! self::is_heard_by_others();
		$numbers  = $is_known ? array() : $this->remember();
		if ( $is_known ) {
			wp_cache_set( $this->user_id, array_map( static fn( mixed $value ): array => array( self::stored( $value ) ), $metas ), 'user_meta' );
		}
		foreach ( $metas as $key => $value ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'added_user_meta', $numbers[ $key ] ?? 0, $this->user_id, (string) $key, $value );
		}
	}

	/**
	 * Whether another plugin listens to new metas.
	 */
	private static function is_heard_by_others(): bool {
		global $wp_filter;
		foreach ( ( $wp_filter['added_user_meta'] ?? null )->callbacks ?? array() as $listeners ) {
			foreach ( $listeners as $listener ) {
				$class = is_array( $listener['function'] ) ? $listener['function'][0] : '';
				if ( 'wp_cache_set_users_last_changed' === $listener['function'] ) {
					continue; // WordPress's own, which wants no number.
				}
				if ( ! is_string( $class ) || ! str_starts_with( $class, 'Rollbook\\WordPress\\' ) ) {
					return true;
				}
			}
		}
		return isset( $wp_filter['all'] );
	}

	/**
	 * Puts the account's metas into WordPress's cache, as the database has them: every listener reads some of them.
	 *
	 * @return array<string, int> Their numbers, by key.
	 */
	private function remember(): array {
		global $wpdb;
		$rows   = Database::rows( "SELECT umeta_id, meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", array( $this->user_id ) );
		$values = array();
		foreach ( $rows as $row ) {
			$values[ (string) $row['meta_key'] ][] = $row['meta_value'];
		}
		wp_cache_set( $this->user_id, $values, 'user_meta' );
		return array_map( 'intval', array_column( $rows, 'umeta_id', 'meta_key' ) );
	}

	/**
	 * A value as the column holds it.
	 *
	 * @param mixed $value The value.
	 */
	private static function stored( mixed $value ): ?string {
		$value = maybe_serialize( $value );
		return null === $value ? null : (string) $value;
	}
}
