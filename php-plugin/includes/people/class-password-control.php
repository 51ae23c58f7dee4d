<?php
/**
 * Passwords of people who set none here.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\RunningExchange;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\SiteSwitch;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;

defined( 'ABSPATH' ) || exit;

/**
 * Managed people cannot change their password on the site if passwords are synchronised: the next synchronisation would undo it. They
 * cannot either if the owner wants everybody to use single sign-on. Protected people can.
 *
 * WordPress's own forms say so. The rule itself applies where a password is stored, whichever form sends it: the old password stays.
 */
final class PasswordControl {

	/**
	 * The passwords, as hashes, that statements of this request have replaced, by account.
	 *
	 * @var array<int, string>
	 */
	private static array $replaced = array();

	/**
	 * Whether a person may not set a password here. In a network the account's owning site decides. If the settings forbid it and our table
	 * does not tell who is managed, nobody may.
	 *
	 * @param int $user_id The account.
	 */
	public static function is_forbidden( int $user_id ): bool {
		$owning_site = is_multisite() ? Network::owning_site_of( $user_id ) : 0;
		if ( ! $owning_site ) {
			return self::is_forbidden_here( $user_id );
		}
		$is = false;
		SiteSwitch::on_each(
			array( $owning_site ),
			static function () use ( $user_id, &$is ): void {
				$is = self::is_forbidden_here( $user_id );
			}
		);
		return $is;
	}

	/**
	 * Whether this site's settings forbid it.
	 *
	 * @param int $user_id The account.
	 */
	private static function is_forbidden_here( int $user_id ): bool {
		$user = get_userdata( $user_id );
		if ( Settings::allows_own_passwords() || ! $user || ! Requirements::met() || Protection::covers( $user ) ) {
			return false;
		}
		try {
			return null !== Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d AND managed = 1 AND deleted = 0', array( $user_id ) );
		} catch ( DatabaseFailure ) {
			return true;
		}
	}

	/**
	 * Whether the person, or a plugin for the person, is about to store a password and must not. The identity provider may, and so may
	 * anybody who edits somebody else's account.
	 *
	 * @param int $user_id The account.
	 */
	private static function must_stay( int $user_id ): bool {
		if ( RunningExchange::is_running() || Transaction::is_open() || ( defined( 'WP_CLI' ) && WP_CLI ) || ! self::is_forbidden( $user_id ) ) {
			return false;
		}
		$is_theirs = get_current_user_id() === $user_id;
		return $is_theirs || ! current_user_can( 'edit_user', $user_id );
	}

	/**
	 * Keeps the password when an account is stored with another one.
	 *
	 * @param mixed $data    The columns.
	 * @param mixed $update  Whether the account is there already.
	 * @param mixed $user_id The account.
	 * @return mixed
	 */
	public static function filter_wp_pre_insert_user_data( mixed $data, mixed $update, mixed $user_id ): mixed {
		if ( $update && isset( $data['user_pass'] ) && self::must_stay( (int) $user_id ) ) {
			global $wpdb;
			try {
				$data['user_pass'] = Database::value( "SELECT user_pass FROM $wpdb->users WHERE ID = %d", array( (int) $user_id ) );
			} catch ( DatabaseFailure ) {
				return array(); // Without columns WordPress stores nothing.
			}
		}
		return $data;
	}

	/**
	 * No mail tells of a change that does not happen.
	 *
	 * @param mixed                $send Whether the mail is sent.
	 * @param array<string, mixed> $user The account.
	 */
	public static function filter_send_password_change_email( mixed $send, array $user ): bool {
		return $send && ( AccountNotices::is_sending() || ! self::must_stay( (int) $user['ID'] ) );
	}

	/**
	 * Remembers the password that a statement is about to replace: before WordPress 6.7, wp_set_password() does not pass it on. It is read
	 * from the database, because a cache may hold an older one.
	 *
	 * @param mixed $sql The statement.
	 */
	public static function filter_query( mixed $sql ): mixed {
		global $wpdb;
		$is_one = is_string( $sql ) && preg_match( "/^UPDATE `$wpdb->users` SET `user_pass` = .* WHERE `ID` = (\\d+)\$/s", $sql, $found );
		if ( $is_one && ! RunningExchange::is_running() && ! Transaction::is_open() && ! Settings::allows_own_passwords() ) {
			$hash = $wpdb->get_var( $wpdb->prepare( "SELECT user_pass FROM $wpdb->users WHERE ID = %d", (int) $found[1] ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
			if ( is_string( $hash ) ) {
				self::$replaced[ (int) $found[1] ] = $hash;
			}
		}
		return $sql;
	}

	/**
	 * Restores the password that wp_set_password() has replaced. Before WordPress 6.7 it is the one that filter_query() has read. If that
	 * filter missed the statement, no password works. A new hash of the same password stays, because WordPress renews hashes so.
	 *
	 * @param string $password The new password.
	 * @param mixed  $user_id  The account.
	 * @param mixed  $before   The account as it was.
	 */
	public static function action_wp_set_password( #[\SensitiveParameter] string $password, mixed $user_id, mixed $before = null ): void {
		if ( ! self::must_stay( (int) $user_id ) ) {
			return;
		}
		$known = $before instanceof \WP_User ? $before->user_pass : self::$replaced[ (int) $user_id ] ?? null;
		$hash  = $known ?? wp_hash_password( bin2hex( random_bytes( 32 ) ) );
		if ( wp_check_password( $password, $hash ) ) {
			return;
		}
		global $wpdb;
		$wpdb->update( $wpdb->users, array( 'user_pass' => $hash ), array( 'ID' => (int) $user_id ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		clean_user_cache( (int) $user_id );
	}

	/**
	 * WordPress mails no link to set another one.
	 *
	 * @param mixed $allow   Whether one may be asked for: a boolean or an error.
	 * @param int   $user_id The account.
	 */
	public static function filter_allow_password_reset( mixed $allow, int $user_id ): mixed {
		return true === $allow && self::is_forbidden( $user_id ) ? self::error() : $allow;
	}

	/**
	 * A link that was mailed before is refused.
	 *
	 * @param \WP_Error $errors The list that takes the refusal.
	 * @param mixed     $user   The owner of the link: a user, or an error if the link is not valid.
	 */
	public static function action_validate_password_reset( \WP_Error $errors, mixed $user ): void {
		if ( $user instanceof \WP_User && self::is_forbidden( $user->ID ) ) {
			self::add_to( $errors );
		}
	}

	/**
	 * The profile has no field for it.
	 *
	 * @param mixed $show Whether it has.
	 * @param mixed $user Whose profile it is.
	 */
	public static function filter_show_password_fields( mixed $show, mixed $user = null ): bool {
		return $show && ! ( $user instanceof \WP_User && self::is_forbidden( $user->ID ) );
	}

	/**
	 * A form that sends the field all the same is refused.
	 *
	 * @param \WP_Error $errors The list that takes the refusal.
	 * @param mixed     $update Whether the account is there already.
	 * @param mixed     $user   What is to be saved.
	 */
	public static function action_user_profile_update_errors( \WP_Error $errors, mixed $update, mixed $user ): void {
		if ( $update && ! empty( $user->user_pass ) && self::is_forbidden( (int) $user->ID ) ) {
			self::add_to( $errors );
		}
	}

	/**
	 * The REST API refuses it as well.
	 *
	 * @param mixed            $response The response so far; null for none.
	 * @param mixed            $handler  The handler that would answer.
	 * @param \WP_REST_Request $request  The request.
	 */
	public static function filter_rest_request_before_callbacks( mixed $response, mixed $handler, \WP_REST_Request $request ): mixed {
		if ( is_wp_error( $response ) || 'GET' === $request->get_method() || null === $request['password'] || ! preg_match( '#^/wp/v2/users/(\d+|me)$#', $request->get_route(), $found ) ) {
			return $response;
		}
		$user_id = 'me' === $found[1] ? get_current_user_id() : (int) $found[1];
		return self::is_forbidden( $user_id ) ? self::error() : $response;
	}

	/**
	 * Adds the refusal to others.
	 *
	 * @param \WP_Error $errors The list that takes the refusal.
	 */
	private static function add_to( \WP_Error $errors ): void {
		$errors->add( self::error()->get_error_code(), self::error()->get_error_message() );
	}

	/**
	 * What the person is told.
	 */
	private static function error(): \WP_Error {
		return new \WP_Error( 'rollbook_password', __( 'Your organization’s directory decides how you log in. A password cannot be set here.', 'rollbook' ), array( 'status' => 403 ) );
	}
}
