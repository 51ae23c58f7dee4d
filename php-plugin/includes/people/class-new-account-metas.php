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
 * Writes the user metas of a new account with one statement, where wp_insert_user() needs two for each of them. Every filter and
 * action of add_metadata() is called as usual.
 *
 * It takes the metas away from wp_insert_user() with the two filters that have the last look at them.
 */
final class NewAccountMetas {

	/**
	 * The account, as soon as it is known. It is known even where a hook throws and wp_insert_user() never returns.
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
	 * Waits for the account to be made.
	 *
	 * @param string              $login The account's login; a hook may make other accounts meanwhile.
	 * @param callable(int): void $on_created Is told the account's number before any plugin hears of the account.
	 */
	public function __construct( private readonly string $login, private readonly mixed $on_created ) {
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
	}

	/**
	 * The account that was made; 0 for none.
	 */
	public function user_id(): int {
		return $this->user_id;
	}

	/**
	 * Sees which account it is.
	 *
	 * @param mixed    $metas  The metas.
	 * @param \WP_User $user   The account.
	 * @param bool     $update Whether it existed before.
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
	 * @param bool     $update Whether it existed before.
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
	 * @param bool     $update Whether it existed before.
	 * @return array<string, mixed> What is left for wp_insert_user() to write.
	 */
	public function filter_insert_custom_user_meta( array $metas, \WP_User $user, bool $update ): array {
		if ( $update || $user->ID !== $this->user_id ) {
			return $metas;
		}
		$this->end();
		$this->write( array_merge( $this->metas, $metas ) );
		return array();
	}

	/**
	 * Does what add_metadata() does for each meta, but for the statement.
	 *
	 * @param array<string, mixed> $slashed The metas.
	 */
	private function write( array $slashed ): void {
		global $wpdb;
		$metas = array();
		foreach ( $slashed as $key => $value ) {
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
		wp_cache_delete( $this->user_id, 'user_meta' );
		$numbers = Database::rows( "SELECT umeta_id, meta_key FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", array( $this->user_id ) );
		$numbers = array_column( $numbers, 'umeta_id', 'meta_key' );
		foreach ( $metas as $key => $value ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'added_user_meta', (int) ( $numbers[ $key ] ?? 0 ), $this->user_id, (string) $key, $value );
		}
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
