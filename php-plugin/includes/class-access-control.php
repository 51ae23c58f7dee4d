<?php
/**
 * The doors of the site.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps people out whom their directory has deactivated, at every door, without taking anything from them: roles, password and
 * application passwords are there again when they return.
 *
 * Two doors would do for core: `authenticate` for passwords and `determine_current_user` for everything that arrives with a request.
 * The others are for plugins that log people in by themselves.
 */
final class AccessControl {

	/**
	 * What is known of people, by table and account. A request asks at most once for each.
	 *
	 * @var array<string, array<int, bool>>
	 */
	private static array $locked_out = array();

	/**
	 * For whom a login cookie is being made.
	 *
	 * @var int
	 */
	private static int $cookie_of = 0;

	/**
	 * Whether a person is deactivated.
	 *
	 * Where our table cannot be read nobody is: it is missing when the plugin was removed by hand, and locking everybody out then, the
	 * administrator included, would be worse than what it prevents. A database that is down lets nobody in anyway.
	 *
	 * @param int $user_id The account.
	 */
	public static function is_locked_out( int $user_id ): bool {
		global $wpdb;
		if ( $user_id < 1 ) {
			return false;
		}
		$table = Tables::name( 'users' );
		if ( ! isset( self::$locked_out[ $table ][ $user_id ] ) ) {
			$suppressed = $wpdb->suppress_errors( true );
			$active     = $wpdb->get_var( $wpdb->prepare( "SELECT active FROM $table WHERE user_id = %d", $user_id ) ); // phpcs:ignore WordPress.DB -- The name is ours; a cache would keep a door open.
			$wpdb->suppress_errors( $suppressed );
			self::$locked_out[ $table ][ $user_id ] = null !== $active && 0 === (int) $active;
		}
		return self::$locked_out[ $table ][ $user_id ];
	}

	/**
	 * Forgets what is known of a person, who was just written.
	 *
	 * @param int $user_id The account.
	 */
	public static function forget( int $user_id ): void {
		unset( self::$locked_out[ Tables::name( 'users' ) ][ $user_id ] );
	}

	/**
	 * Forgets what is known of anybody.
	 */
	public static function forget_everybody(): void {
		self::$locked_out = array();
	}

	/**
	 * The door for passwords: login form, XML-RPC, and plugins that call wp_authenticate().
	 *
	 * @param mixed $user Who was let in so far: a user, an error or null.
	 */
	public static function filter_authenticate( mixed $user ): mixed {
		return $user instanceof \WP_User && self::is_locked_out( $user->ID ) ? self::error() : $user;
	}

	/**
	 * The door for all that arrives with a request: cookies, application passwords, tokens of other plugins.
	 *
	 * @param mixed $user_id Who was recognised so far, or false.
	 */
	public static function filter_determine_current_user( mixed $user_id ): mixed {
		return is_numeric( $user_id ) && self::is_locked_out( (int) $user_id ) ? false : $user_id;
	}

	/**
	 * The door for application passwords; it names the reason, which the general one cannot.
	 *
	 * @param \WP_Error $error Where the refusal goes.
	 * @param \WP_User  $user  Who showed an application password.
	 */
	public static function action_application_password( \WP_Error $error, \WP_User $user ): void {
		if ( self::is_locked_out( $user->ID ) ) {
			$error->add( self::error()->get_error_code(), self::error()->get_error_message() );
		}
	}

	/**
	 * The door for plugins that make somebody the current user by themselves. Cron and the command line are no doors: what a person has
	 * scheduled may go on, and whoever sits at the command line needs no password.
	 */
	public static function action_set_current_user(): void {
		$user_id = get_current_user_id();
		if ( $user_id && ! wp_doing_cron() && ! ( defined( 'WP_CLI' ) && WP_CLI ) && self::is_locked_out( $user_id ) ) {
			wp_set_current_user( 0 );
		}
	}

	/**
	 * The door for plugins that make a login cookie by themselves: its session ends before it begins.
	 *
	 * @param mixed $cookie     The cookie.
	 * @param mixed $expire     When the browser forgets it.
	 * @param mixed $expiration When it stops to be valid.
	 * @param int   $user_id    Whose it is.
	 */
	public static function action_set_logged_in_cookie( mixed $cookie, mixed $expire, mixed $expiration, int $user_id ): void {
		self::$cookie_of = $user_id;
		if ( self::is_locked_out( $user_id ) ) {
			\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
		}
	}

	/**
	 * The same cookie is not even sent. Before WordPress 6.2 this filter was not told whose it is.
	 *
	 * @param mixed $send       Whether it is to be sent.
	 * @param mixed $expire     When the browser forgets it.
	 * @param mixed $expiration When it stops to be valid.
	 * @param ?int  $user_id    Whose it is; 0 where cookies are taken away.
	 */
	public static function filter_send_auth_cookies( mixed $send, mixed $expire = 0, mixed $expiration = 0, ?int $user_id = null ): bool {
		$user_id         = $user_id ?? self::$cookie_of;
		self::$cookie_of = 0;
		return $send && ! self::is_locked_out( $user_id );
	}

	/**
	 * The door for people who have forgotten their password.
	 *
	 * @param mixed $allow   Whether a new one may be asked for: a boolean or an error.
	 * @param int   $user_id Who asks.
	 */
	public static function filter_allow_password_reset( mixed $allow, int $user_id ): mixed {
		return self::is_locked_out( $user_id ) ? false : $allow;
	}

	/**
	 * The same for a link that was mailed before the person was deactivated.
	 *
	 * @param \WP_Error $errors Where the refusal goes.
	 * @param mixed     $user   Who follows the link: a user, or an error where the link is none.
	 */
	public static function action_validate_password_reset( \WP_Error $errors, mixed $user ): void {
		if ( $user instanceof \WP_User && self::is_locked_out( $user->ID ) ) {
			$errors->add( self::error()->get_error_code(), self::error()->get_error_message() );
		}
	}

	/**
	 * What a deactivated person is told.
	 */
	private static function error(): \WP_Error {
		return new \WP_Error( 'rollbook_deactivated', __( 'Your account has been deactivated by your organization’s directory.', 'rollbook' ) );
	}
}
