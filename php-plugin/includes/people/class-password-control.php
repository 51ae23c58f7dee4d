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
 * Where passwords are synchronised, managed people do not change theirs on the site: the next
 * synchronisation would undo it. Nor do they where the owner wants everybody to use single sign-on. People who are
 * protected from identity providers may change theirs.
 *
 * WordPress's own forms tell so. The rule stands where a password is stored, whatever form it comes from: there the
 * password before stays.
 */
final class PasswordControl {

	/**
	 * The passwords, as hashes, that statements of this request have replaced, by account.
	 *
	 * @var array<int, string>
	 */
	private static array $replaced = array();

	/**
	 * Whether a person may not set a password here; in a network the account's owning site decides. Where the settings forbid it and our table
	 * does not tell for which people, nobody may.
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
	 * Whether a password that is about to be stored is one that the person, or a plugin on the person's behalf, must not set. The identity
	 * provider may, and anybody who edits somebody else's account.
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
				return array(); // WordPress stores nothing then.
			}
		}
		return $data;
	}

	/**
	 * Nobody is told of a change that does not happen.
	 *
	 * @param mixed                $send Whether the mail is sent.
	 * @param array<string, mixed> $user The account.
	 */
	public static function filter_send_password_change_email( mixed $send, array $user ): bool {
		return $send && ( AccountNotices::is_sending() || ! self::must_stay( (int) $user['ID'] ) );
	}

	/**
	 * Keeps in mind which password a statement is about to replace: before WordPress 6.7 wp_set_password() does not tell. The database is
	 * asked, because a cache may know an older one.
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
	 * Puts the password back that wp_set_password() has replaced. Before WordPress 6.7 it does not tell which that was, but the statement
	 * was seen; where it was not, nobody gets in with a password. The same password in another hash stays: WordPress renews hashes so.
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
	 * No link to set another one is mailed.
	 *
	 * @param mixed $allow   Whether one may be asked for: a boolean or an error.
	 * @param int   $user_id The account.
	 */
	public static function filter_allow_password_reset( mixed $allow, int $user_id ): mixed {
		return true === $allow && self::is_forbidden( $user_id ) ? self::error() : $allow;
	}

	/**
	 * One that was mailed before leads nowhere.
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
	 * A form that has the field nevertheless is refused.
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
	 * @param mixed            $response What is answered so far; nothing yet.
	 * @param mixed            $handler  Who would answer.
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
	 * @param \WP_Error $errors Where it goes.
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
