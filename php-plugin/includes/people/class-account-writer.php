<?php
/**
 * WordPress accounts, written.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Creates and changes accounts through WordPress's own functions, so that every plugin hears of it, but without mail.
 *
 * WordPress expects slashed data and unslashes it before it stores it. It hashes a password slashed, as its login form sends it.
 */
final class AccountWriter {

	/**
	 * The greatest lengths that the columns of WordPress hold.
	 */
	private const LONGEST_NICENAME = 50;

	/**
	 * The account that create() made. It is known even if a hook threw and wp_insert_user() never returned.
	 *
	 * @var int
	 */
	private int $created_id = 0;

	/**
	 * Creates an account.
	 *
	 * @param array<string, mixed> $change What the account is to hold.
	 * @param string               $login  Its login, which is free.
	 * @param callable(int): void  $on_created Gets the account's number before any plugin hears of the account.
	 * @return \WP_User The account as it stands.
	 * @throws Refusal When WordPress or a plugin refuses.
	 * @throws DatabaseFailure When the account could not be stored.
	 */
	public function create( array $change, string $login, callable $on_created ): \WP_User {
		RoleWriter::check( $change['role'] );
		$change['values'] = self::filtered( $change['values'], 0 );

		$email = (string) $change['email'];
		$metas = array_filter( Targets::metas( $change['values'] ), static fn( mixed $value ): bool => null !== $value );
		$data  = array_filter( Targets::fields( $change['values'] ), static fn( string $value ): bool => '' !== $value );
		$data += array(
			'user_login' => $login,
			'user_email' => $email,
			'user_pass'  => $change['password'] ?? NoPassword::made_up(),
			'meta_input' => $metas,
		);
		if ( null !== $change['role'] ) {
			$data['role'] = $change['role'];
		}

		/** Documented in HOOKS.md. */
		$data = self::keep_identity( (array) apply_filters( 'rollbook/new_account_data', $data ), $data );

		$metas = new NewAccountMetas( $login, (string) ( $data['role'] ?? get_option( 'default_role' ) ), $on_created );
		self::suppress_mail();
		$keep   = self::keep_zeros( $data );
		$insert = static fn(): mixed => wp_insert_user( wp_slash( $data ) );
		try {
			$user_id = UserCount::after( 'user_register', null !== $change['password'] ? $insert : static fn(): mixed => NoPassword::instead_of( $data['user_pass'], $insert ) );
		} catch ( \Throwable $failure ) {
			// The cache must not say that login and address are taken.
			wp_cache_delete( $login, 'userlogins' );
			wp_cache_delete( $email, 'useremail' );
			throw $failure;
		} finally {
			self::restore_mail();
			$keep();
			$metas->end();
			$this->created_id = $metas->user_id();
			WrittenCaches::note( $this->created_id ); // In case a later step undoes it.
		}
		self::check_result( $user_id );
		if ( is_multisite() ) {
			// Its role is set; this makes the site its first one.
			$user = UserReader::accounts( array( $user_id ) )[ $user_id ];
			Network::add( $user, (string) reset( $user->roles ) );
			Network::note_created( $user_id );
		}

		Targets::write_plugin_fields( $user_id, $change['values'] );
		return self::with_email( $user_id, $email );
	}

	/**
	 * Changes an account, as far as it differs from what is wanted.
	 *
	 * @param \WP_User             $user   The account.
	 * @param array<string, mixed> $change What the account is to hold.
	 * @param ?string              $login  Its new login, which is free.
	 * @return \WP_User The account as it stands.
	 * @throws Refusal When WordPress or a plugin refuses.
	 */
	public function change( \WP_User $user, array $change, ?string $login = null ): \WP_User {
		RoleWriter::check( $change['role'] );
		if ( null !== $login || self::writes( $change ) ) {
			self::check_protection( $user->ID );
		}
		$change['values'] = self::filtered( $change['values'], $user->ID );
		self::suppress_mail();
		try {
			if ( null !== $login ) {
				$this->rename( $user, $login );
			}
			if ( $change['end_credentials'] ?? false ) {
				// This comes first: even if the rest fails, nobody else can log in meanwhile.
				Credentials::end( $user, $change['credential_metas'] ?? array() );
				if ( null === $change['password'] ) {
					self::end_password( $user->ID );
				}
			}
			Targets::write_metas( $user->ID, Targets::metas( $change['values'] ) );
			$data = $this->differing( $user, $change ) + ( null === $login ? array() : array( 'user_nicename' => self::nicename( $login ) ) );
			if ( $data ) {
				$keep = self::keep_zeros( $data );
				try {
					self::check_result( wp_update_user( wp_slash( array( 'ID' => $user->ID ) + $data ) ) );
				} finally {
					$keep();
				}
			}
			$roles = array_filter( array( $change['role'], ...( $change['other_roles'] ?? array() ) ) );
			if ( null !== $change['role'] && array_values( $user->roles ) !== array_values( $roles ) ) {
				RoleWriter::set( UserReader::accounts( array( $user->ID ) )[ $user->ID ] ?? $user, $change['role'], $change['other_roles'] ?? array() );
			}
			Targets::write_plugin_fields( $user->ID, $change['values'] );
		} finally {
			self::restore_mail();
		}
		return self::with_email( $user->ID, $change['email'] );
	}

	/**
	 * Ensures, within a transaction, that an account has not become protected since the decision to change it.
	 *
	 * @param int $user_id The account.
	 * @throws Refusal When it has become protected, or is gone.
	 */
	public static function check_protection( int $user_id ): void {
		wp_cache_delete( $user_id, 'user_meta' ); // Another request gave it rights.
		$user = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? null;
		if ( null === $user || Database::watched( static fn(): bool => Protection::covers( $user ) ) ) {
			throw Refusal::stale();
		}
	}

	/**
	 * Takes an account's password away. A mailed link to set another one is no longer valid then.
	 *
	 * @param int $user_id The account.
	 */
	private static function end_password( int $user_id ): void {
		$data = array(
			'ID'        => $user_id,
			'user_pass' => NoPassword::made_up(),
		);
		self::check_result( NoPassword::instead_of( $data['user_pass'], static fn(): mixed => wp_update_user( $data ) ) );
	}

	/**
	 * The account that create() made; 0 for none.
	 */
	public function created_id(): int {
		return $this->created_id;
	}

	/**
	 * Removes the account that create() made, if a rollback has left it, because the tables have no transactions. It calls no hooks: one of
	 * them has failed.
	 */
	public function undo(): void {
		global $wpdb;
		if ( $this->created_id ) {
			Database::run( "DELETE FROM $wpdb->usermeta WHERE user_id = %d", array( $this->created_id ) );
			Database::run( "DELETE FROM $wpdb->users WHERE ID = %d", array( $this->created_id ) );
			AccountCache::forget( $this->created_id );
		}
	}

	/**
	 * Stops WordPress's mails about changed passwords and addresses.
	 */
	public static function filter_send_email(): bool {
		return false;
	}

	/**
	 * Ends what suppress_mail() began.
	 */
	public static function restore_mail(): void {
		remove_filter( 'send_password_change_email', array( self::class, 'filter_send_email' ), PHP_INT_MAX );
		remove_filter( 'send_email_change_email', array( self::class, 'filter_send_email' ), PHP_INT_MAX );
	}

	/**
	 * Stops all mail. These filters are not in `includes/hooks.php`, because they are needed for a single write only.
	 */
	private static function suppress_mail(): void {
		add_filter( 'send_password_change_email', array( self::class, 'filter_send_email' ), PHP_INT_MAX );
		add_filter( 'send_email_change_email', array( self::class, 'filter_send_email' ), PHP_INT_MAX );
	}

	/**
	 * Ensures that a field with the value "0" is stored. wp_insert_user() treats "0" as empty, but filters the field once more, as
	 * `pre_user_…`, before it stores it.
	 *
	 * @param array<string, mixed> $data What is about to be written.
	 * @return callable(): void Ends it.
	 */
	private static function keep_zeros( array $data ): callable {
		$zero   = static fn(): string => '0';
		$fields = array_keys( $data, '0', true );
		foreach ( $fields as $field ) {
			add_filter( "pre_user_$field", $zero, PHP_INT_MAX );
		}
		return static function () use ( $fields, $zero ): void {
			foreach ( $fields as $field ) {
				remove_filter( "pre_user_$field", $zero, PHP_INT_MAX );
			}
		};
	}

	/**
	 * Lets plugins filter values before they are written.
	 *
	 * @param array<string, mixed> $values  By target.
	 * @param int                  $user_id The account; 0 for a new one.
	 * @return array<string, mixed>
	 */
	private static function filtered( array $values, int $user_id ): array {
		foreach ( $values as $target => $value ) {
			/** Documented in HOOKS.md. */
			$values[ $target ] = apply_filters(
				'rollbook/mapped_value',
				$value,
				array(
					'target'  => $target,
					'user_id' => $user_id,
				)
			);
		}
		return $values;
	}

	/**
	 * A new account's data after a plugin's filter. Login, address and password stay: the decision relied on them, and their unique keys
	 * are taken.
	 *
	 * @param array<string, mixed> $filtered The data as the plugin left it.
	 * @param array<string, mixed> $data     The data as it was.
	 * @return array<string, mixed>
	 * @throws Refusal When the site does not have the role.
	 */
	private static function keep_identity( array $filtered, array $data ): array {
		RoleWriter::check( $filtered['role'] ?? null );
		unset( $filtered['ID'] );
		$metas = (array) ( $filtered['meta_input'] ?? array() );
		return array(
			'user_login' => $data['user_login'],
			'user_email' => $data['user_email'],
			'user_pass'  => $data['user_pass'],
			'meta_input' => array_combine( wp_slash( array_keys( $metas ) ), $metas ),
		) + $filtered;
	}

	/**
	 * Whether a change is one of the account, and not of the person's row alone.
	 *
	 * @param array<string, mixed> $change What the account is to hold.
	 */
	private static function writes( array $change ): bool {
		$given = array_intersect_key( $change, array_flip( array( 'email', 'password', 'role' ) ) );
		return $change['values'] || ( $change['end_credentials'] ?? false ) || array() !== array_filter( $given, static fn( mixed $value ): bool => null !== $value );
	}

	/**
	 * What wp_update_user() has to write, not yet slashed.
	 *
	 * @param \WP_User             $user   The account.
	 * @param array<string, mixed> $change What the account is to hold.
	 * @return array<string, string>
	 */
	private function differing( \WP_User $user, array $change ): array {
		$data = array();
		foreach ( Targets::fields( $change['values'] ) as $field => $value ) {
			$current = Targets::read( $user, array( "field:$field" ) )[ "field:$field" ];
			if ( $current !== $value ) {
				$data[ $field ] = $value;
			}
		}
		if ( null !== $change['email'] && $change['email'] !== $user->data->user_email ) {
			$data['user_email'] = $change['email'];
		}
		if ( null !== $change['password'] ) {
			$data['user_pass'] = $change['password'];
		}
		return $data;
	}

	/**
	 * Gives an account another login, which no function of WordPress does. Cookies name the login, so open sessions end; application
	 * passwords go on, with the new one.
	 *
	 * @param \WP_User $user  The account.
	 * @param string   $login The login.
	 */
	private function rename( \WP_User $user, string $login ): void {
		global $wpdb;
		Database::run( "UPDATE $wpdb->users SET user_login = %s WHERE ID = %d", array( $login, $user->ID ) );
		clean_user_cache( $user );
		\WP_Session_Tokens::get_instance( $user->ID )->destroy_all();
	}

	/**
	 * The name for addresses that WordPress makes from a login. WordPress makes it unique itself.
	 *
	 * @param string $login The login.
	 */
	private static function nicename( string $login ): string {
		return sanitize_title( mb_substr( $login, 0, self::LONGEST_NICENAME ) );
	}

	/**
	 * The account, if it has the address that it was given. A filter may have changed the address, and then it would be another person's.
	 *
	 * @param int     $user_id The account.
	 * @param ?string $email   The address; null where none was given.
	 * @throws Refusal When it has another address.
	 * @throws DatabaseFailure When the account is gone.
	 */
	private static function with_email( int $user_id, ?string $email ): \WP_User {
		global $wpdb;
		if ( wp_using_ext_object_cache() ) {
			// Another request does not see this transaction yet and may have filled the cache.
			AccountCache::forget( $user_id );
			$stored = Database::value( "SELECT user_email FROM $wpdb->users WHERE ID = %d", array( $user_id ) );
		}
		$user     = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? throw new DatabaseFailure( 'the account disappeared while it was written' );
		$stored ??= $user->data->user_email;
		if ( null !== $email && $stored !== $email ) {
			throw Refusal::unfit_email( $email );
		}
		return $user;
	}

	/**
	 * Reads what wp_insert_user() and wp_update_user() return.
	 *
	 * @param int|\WP_Error $result What they returned.
	 * @phpstan-assert int $result
	 * @throws Refusal When they refused.
	 * @throws DatabaseFailure When the database did; the functions do not check that.
	 */
	private static function check_result( int|\WP_Error $result ): void {
		if ( is_wp_error( $result ) ) {
			throw match ( $result->get_error_code() ) {
				'existing_user_email' => Refusal::taken( 'email' ),
				'existing_user_login' => Refusal::taken( 'login' ),
				default               => Refusal::refused( $result->get_error_message() ),
			};
		}
		if ( 0 === $result ) {
			$failure = Database::last_failure();
			throw $failure;
		}
	}
}
