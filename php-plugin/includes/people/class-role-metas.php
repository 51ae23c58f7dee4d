<?php
/**
 * The user metas of roles.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;

defined( 'ABSPATH' ) || exit;

/**
 * Gives many accounts a role at once. WP_User::set_role() needs five statements for each account. Here one statement writes all accounts
 * that get the same role, and every action of set_role() and update_metadata() is called as usual: what comes before a meta is written for
 * all accounts first, then what comes afterwards.
 *
 * Accounts with anything unusual get their role from WordPress alone.
 */
final class RoleMetas {

	/**
	 * Numbers in one statement.
	 */
	private const IDS_AT_ONCE = 1000;

	/**
	 * What was written and is not yet announced: by account and key, the meta's number and its value.
	 *
	 * @var array<int, array<string, array{string, mixed}>>
	 */
	private array $written = array();

	/**
	 * The values of both metas, by the roles and rights that an account itself will have: most accounts get the same.
	 *
	 * @var array<string, array{mixed, mixed}>
	 */
	private array $values = array();

	/**
	 * Gives accounts a role, and removes their other roles.
	 *
	 * @param array<int, \WP_User>                        $users   The accounts by number.
	 * @param array<int, string>                          $roles   The role of each.
	 * @param array<int, array<string, non-empty-list<string>>> $numbers The numbers of the metas that hold roles and level, by account and key.
	 */
	public function set( array $users, array $roles, array $numbers ): void {
		$alike = array();
		foreach ( self::is_heard_by_others() ? array() : $users as $user_id => $user ) {
			$metas = $this->metas_with( $user, $roles[ $user_id ], $numbers[ $user_id ] ?? array() );
			if ( null !== $metas ) {
				$this->written[ $user_id ]                        = $metas;
				$alike[ (string) wp_json_encode( array_map( static fn( array $meta ): string => self::stored( $meta[1] ), $metas ) ) ][] = $user_id;
			}
		}
		foreach ( $this->written as $user_id => $metas ) {
			foreach ( $metas as $key => list( $number, $value ) ) {
				/** This action is documented in wp-includes/meta.php */
				do_action( 'update_user_meta', $number, $user_id, $key, $value );
			}
		}
		foreach ( $alike as $user_ids ) {
			$this->write( $user_ids );
		}
		add_filter( 'update_user_metadata', array( $this, 'filter_update_user_metadata' ), PHP_INT_MAX, 4 );
		try {
			foreach ( $users as $user_id => $user ) {
				// A listener may have written one of the metas meanwhile, or begun to decide about single writes.
				if ( 2 === count( $this->written[ $user_id ] ?? array() ) && ! self::is_heard_by_others( 1 ) ) {
					$this->tell( $user, $roles[ $user_id ] );
				} else {
					$user->set_role( $roles[ $user_id ] );
				}
			}
		} finally {
			remove_filter( 'update_user_metadata', array( $this, 'filter_update_user_metadata' ), PHP_INT_MAX );
		}
	}

	/**
	 * Calls the actions that WP_User::set_role() and update_metadata() call. Both would make the account several times over, and work out
	 * what is written already.
	 *
	 * @param \WP_User $user The account as it was before.
	 * @param string   $role Its role now.
	 */
	private function tell( \WP_User $user, string $role ): void {
		foreach ( $this->written[ $user->ID ] as $key => list( $number, $value ) ) {
			if ( isset( $this->written[ $user->ID ][ $key ] ) ) {
				unset( $this->written[ $user->ID ][ $key ] );
				/** This action is documented in wp-includes/meta.php */
				do_action( 'updated_user_meta', $number, $user->ID, $key, $value );
			} else {
				update_user_meta( $user->ID, $key, $value ); // A listener has written it meanwhile.
			}
		}
		foreach ( array_diff( $user->roles, array( $role ) ) as $before ) {
			/** This action is documented in wp-includes/class-wp-user.php */
			do_action( 'remove_user_role', $user->ID, $before );
		}
		if ( ! in_array( $role, $user->roles, true ) ) {
			/** This action is documented in wp-includes/class-wp-user.php */
			do_action( 'add_user_role', $user->ID, $role );
		}
		/** This action is documented in wp-includes/class-wp-user.php */
		do_action( 'set_user_role', $user->ID, $role, $user->roles );
	}

	/**
	 * Announces a meta that is written already, instead of writing it. This happens once: the value may have changed afterwards.
	 *
	 * @param mixed  $check   The result of other plugins.
	 * @param int    $user_id The account.
	 * @param string $key     The meta's key.
	 * @param mixed  $value   Its value.
	 * @return mixed True for "it was written".
	 */
	public function filter_update_user_metadata( mixed $check, int $user_id, string $key, mixed $value ): mixed {
		list( $number, $written ) = $this->written[ $user_id ][ $key ] ?? array( '', null );
		unset( $this->written[ $user_id ][ $key ] );
		if ( '' === $number || null !== $check || self::stored( $value ) !== self::stored( $written ) ) {
			return $check;
		}
		/** This action is documented in wp-includes/meta.php */
		do_action( 'updated_user_meta', $number, $user_id, $key, $written );
		return true;
	}

	/**
	 * The metas that WP_User::set_role() is going to write.
	 *
	 * @param \WP_User                           $user    The account.
	 * @param string                             $role    The role.
	 * @param array<string, non-empty-list<string>> $numbers The numbers of its metas.
	 * @return ?array<string, array{string, mixed}> By key; null if WordPress alone knows what to do.
	 */
	private function metas_with( \WP_User $user, string $role, array $numbers ): ?array {
		global $wpdb;
		$level = $wpdb->get_blog_prefix() . 'user_level';
		if ( '' === $role || array( $role ) === array_values( $user->roles ) || 1 !== count( $numbers[ $user->cap_key ] ?? array() ) || 1 !== count( $numbers[ $level ] ?? array() ) ) {
			return null;
		}
		$caps   = array_diff_key( $user->caps, array_flip( $user->roles ) ) + array( $role => true );
		$values = $this->values[ serialize( $caps ) ] ??= self::values_with( $user, $caps, $level ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- A key of this request.
		return array(
			$user->cap_key => array( $numbers[ $user->cap_key ][0], $values[0] ),
			$level         => array( $numbers[ $level ][0], $values[1] ),
		);
	}

	/**
	 * The values of both metas.
	 *
	 * @param \WP_User            $user  Any account of this site.
	 * @param array<string, bool> $caps  The roles and rights of the account itself.
	 * @param string              $level The key of its level.
	 * @return array{mixed, mixed}
	 */
	private static function values_with( \WP_User $user, array $caps, string $level ): array {
		$after       = clone $user;
		$after->caps = $caps;
		$after->get_role_caps();
		$of_level = array_reduce( array_map( 'strval', array_keys( $after->allcaps ) ), array( $after, 'level_reduction' ), 0 );
		return array( sanitize_meta( $user->cap_key, $caps, 'user' ), sanitize_meta( $level, $of_level, 'user' ) );
	}

	/**
	 * Writes the metas of accounts that get the same values.
	 *
	 * @param non-empty-list<int> $user_ids The accounts.
	 */
	private function write( array $user_ids ): void {
		global $wpdb;
		$keys   = array_keys( $this->written[ $user_ids[0] ] );
		$values = array_map( static fn( array $meta ): string => self::stored( $meta[1] ), array_values( $this->written[ $user_ids[0] ] ) );
		foreach ( array_chunk( $user_ids, self::IDS_AT_ONCE ) as $some ) {
			$numbers = array_merge( ...array_map( fn( int $user_id ): array => array_column( array_values( $this->written[ $user_id ] ), 0 ), $some ) );
			Database::run(
				"UPDATE $wpdb->usermeta SET meta_value = CASE meta_key WHEN %s THEN %s ELSE %s END WHERE umeta_id IN (" . Database::marks( $numbers, '%d' ) . ')',
				array( $keys[0], $values[0], $values[1], ...$numbers )
			);
			foreach ( $some as $user_id ) {
				$metas = wp_cache_get( $user_id, 'user_meta' );
				if ( $metas ) {
					AccountCache::hold_metas( $user_id, array_replace( (array) $metas, array_map( static fn( string $value ): array => array( $value ), array_combine( $keys, $values ) ) ) );
				}
			}
		}
	}

	/**
	 * Whether another plugin decides about single writes, or about the values of these metas.
	 *
	 * @param int $own How many listeners are ours.
	 */
	private static function is_heard_by_others( int $own = 0 ): bool {
		global $wp_filter, $wpdb;
		$prefix = 'sanitize_user_meta_' . $wpdb->get_blog_prefix();
		$hooks  = array( 'all', 'get_object_subtype_user', "{$prefix}capabilities", "{$prefix}capabilities_for_user", "{$prefix}user_level", "{$prefix}user_level_for_user" );
		return array() !== array_intersect_key( array_flip( $hooks ), $wp_filter ) || $own < array_sum( array_map( 'count', ( $wp_filter['update_user_metadata'] ?? null )?->callbacks ?? array() ) );
	}

	/**
	 * A value as the column holds it.
	 *
	 * @param mixed $value The value.
	 */
	private static function stored( mixed $value ): string {
		return (string) maybe_serialize( $value );
	}
}
