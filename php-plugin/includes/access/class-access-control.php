<?php
/**
 * Refuses deactivated people on every login path.
 *
 * A copy of this file among the must-use plugins refuses them while the plugin is not active or cannot run (see
 * must-use/rollbook-doors.php). So this file uses no other file of the plugin and only the syntax of PHP 7.2.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Access;

defined( 'ABSPATH' ) || exit;

/**
 * Refuses people that the identity provider has deactivated, on every login path. It takes nothing from them: they keep roles, password and
 * application passwords for the day that they are activated again.
 *
 * Two hooks are enough for core: `authenticate` for passwords and `determine_current_user` for everything that arrives with a request. The
 * others are for plugins that log people in by themselves.
 *
 * A login path does not tell a stranger who is deactivated. It tells the reason only after the right password or key.
 */
final class AccessControl {

	/**
	 * Whether people are deactivated, by table and account. A request asks the database at most once for each.
	 *
	 * @var array<string, array<int, bool>>
	 */
	private static $known = array();

	/**
	 * The accounts for which the database gave no answer.
	 *
	 * @var array<string, array<int, bool>>
	 */
	private static $unknown = array();

	/**
	 * The account that a login cookie is being made for.
	 *
	 * @var int
	 */
	private static $cookie_of = 0;

	/**
	 * The scheduled events that were begun, as keys.
	 *
	 * @var array<string, bool>
	 */
	private static $events = array();

	/**
	 * The accounts that the request's own credentials named and that were refused, as keys.
	 *
	 * @var array<int, bool>
	 */
	private static $refused = array();

	/**
	 * The keys for a new password that are not mailed.
	 *
	 * @var string[]
	 */
	private static $withheld = array();

	/**
	 * How many calls of tell_rights_as_they_are() have not been ended yet.
	 *
	 * @var int
	 */
	private static $as_they_are = 0;

	/**
	 * Adds the hooks. Each runs last (PHP_INT_MAX), after core (20 and 30) and other plugins, so that nobody overrules the identity
	 * provider.
	 */
	public static function add_hooks(): void {
		add_filter( 'authenticate', array( self::class, 'filter_authenticate' ), PHP_INT_MAX );
		add_filter( 'determine_current_user', array( self::class, 'filter_determine_current_user' ), PHP_INT_MAX );
		add_action( 'wp_authenticate_application_password_errors', array( self::class, 'action_application_password' ), PHP_INT_MAX, 2 );
		add_filter( 'allow_password_reset', array( self::class, 'filter_allow_password_reset' ), PHP_INT_MAX, 2 );
		add_action( 'validate_password_reset', array( self::class, 'action_validate_password_reset' ), PHP_INT_MAX, 2 );
		add_filter( 'send_auth_cookies', array( self::class, 'filter_send_auth_cookies' ), PHP_INT_MAX, 4 );
		add_filter( 'map_meta_cap', array( self::class, 'filter_map_meta_cap' ), PHP_INT_MAX, 3 );
		add_filter( 'wp_insert_post_empty_content', array( self::class, 'filter_wp_insert_post_empty_content' ), PHP_INT_MAX, 2 );
		// These run first: no plugin may act on a refused login, or send a mail that is withheld.
		add_action( 'set_current_user', array( self::class, 'action_set_current_user' ), PHP_INT_MIN );
		add_action( 'set_logged_in_cookie', array( self::class, 'action_set_logged_in_cookie' ), PHP_INT_MIN, 4 );
		add_action( 'retrieve_password_key', array( self::class, 'action_retrieve_password_key' ), PHP_INT_MIN, 2 );
		add_filter( 'pre_wp_mail', array( self::class, 'filter_pre_wp_mail' ), PHP_INT_MIN, 2 );
		add_filter( 'pre_unschedule_event', array( self::class, 'filter_pre_unschedule_event' ), 10, 3 );
	}

	/**
	 * Whether a person is deactivated.
	 *
	 * If our table is missing, nobody is deactivated: somebody removed the plugin by hand. Refusing everybody then would also refuse the
	 * administrator.
	 *
	 * @param int $user_id The account.
	 * @throws \RuntimeException When the database does not answer.
	 */
	public static function is_locked_out( int $user_id ): bool {
		global $wpdb;
		if ( $user_id < 1 ) {
			return false;
		}
		$table = $wpdb->prefix . 'rollbook_users';
		if ( ! isset( self::$known[ $table ][ $user_id ] ) ) {
			self::$known[ $table ][ $user_id ] = self::read( $table, $user_id );
		}
		return self::$known[ $table ][ $user_id ];
	}

	/**
	 * Notes what was read of a person together with others, so that a list of many does not ask for each of them.
	 *
	 * @param int  $user_id       The account.
	 * @param bool $is_locked_out Whether the person is deactivated, as the row says.
	 */
	public static function learn( int $user_id, bool $is_locked_out ): void {
		global $wpdb;
		self::$known[ $wpdb->prefix . 'rollbook_users' ][ $user_id ] = $is_locked_out;
	}

	/**
	 * Forgets what is known of a person whose row was just written.
	 *
	 * @param int $user_id The account.
	 */
	public static function forget( int $user_id ): void {
		global $wpdb;
		unset( self::$known[ $wpdb->prefix . 'rollbook_users' ][ $user_id ] );
	}

	/**
	 * Forgets what is known of anybody.
	 */
	public static function forget_everybody(): void {
		self::$known   = array();
		self::$unknown = array();
	}

	/**
	 * Begins to report the rights of deactivated people unchanged: the check for protected accounts needs them.
	 */
	public static function tell_rights_as_they_are(): void {
		++self::$as_they_are;
	}

	/**
	 * Ends that.
	 */
	public static function tell_rights_of_who_acts(): void {
		--self::$as_they_are;
	}

	/**
	 * Passwords: login form, XML-RPC, and plugins that call wp_authenticate().
	 *
	 * @param mixed $user The result so far: a user, an error or null.
	 * @return mixed
	 */
	public static function filter_authenticate( $user ) {
		$refusal = $user instanceof \WP_User ? self::refusal( $user->ID ) : null;
		return null === $refusal ? $user : $refusal;
	}

	/**
	 * What arrives with a request: cookies, application passwords, tokens of other plugins.
	 *
	 * @param mixed $user_id The user found so far, or false.
	 * @return mixed
	 */
	public static function filter_determine_current_user( $user_id ) {
		if ( ! is_numeric( $user_id ) || ! self::keeps_out( (int) $user_id ) ) {
			return $user_id;
		}
		self::$refused[ (int) $user_id ] = true;
		return false;
	}

	/**
	 * Application passwords. This check can name the reason; the general one cannot. WordPress calls it after the password was right.
	 *
	 * @param \WP_Error $error The list that takes the refusal.
	 * @param \WP_User  $user  The owner of the application password.
	 */
	public static function action_application_password( \WP_Error $error, \WP_User $user ): void {
		self::add_to( $error, $user );
	}

	/**
	 * Plugins that make somebody the current user by themselves.
	 */
	public static function action_set_current_user(): void {
		$user_id = get_current_user_id();
		if ( $user_id && ! self::acts_without_a_login( $user_id ) && self::keeps_out( $user_id ) ) {
			self::$refused[ $user_id ] = true;
			wp_set_current_user( 0 );
		}
	}

	/**
	 * The last check: a deactivated person has no capability. It is for plugins that set the current user without WordPress's functions, or
	 * act for somebody without a login. Unlike `user_has_cap`, this filter also runs for super administrators.
	 *
	 * @param mixed $caps    What is needed.
	 * @param mixed $cap     What is asked about.
	 * @param mixed $user_id The account.
	 * @return mixed
	 */
	public static function filter_map_meta_cap( $caps, $cap, $user_id ) {
		$user_id = (int) $user_id;
		if ( $user_id < 1 || self::$as_they_are > 0 || ! self::keeps_out( $user_id ) || self::acts_without_a_login( $user_id ) ) {
			return $caps;
		}
		return array( 'do_not_allow' );
	}

	/**
	 * Notes which events WordPress's cron begins. Cron removes each from its list right before it runs.
	 *
	 * @param mixed $pre       What is returned instead.
	 * @param mixed $timestamp When it was due.
	 * @param mixed $hook      The event.
	 * @return mixed
	 */
	public static function filter_pre_unschedule_event( $pre, $timestamp, $hook ) {
		if ( wp_doing_cron() ) {
			self::$events[ (string) $hook ] = true;
		}
		return $pre;
	}

	/**
	 * Plugins that make a login cookie by themselves: its session ends before it begins.
	 *
	 * @param mixed $cookie     The cookie.
	 * @param mixed $expire     When the browser forgets it.
	 * @param mixed $expiration When it stops to be valid.
	 * @param int   $user_id    Whose it is.
	 */
	public static function action_set_logged_in_cookie( $cookie, $expire, $expiration, int $user_id ): void {
		self::$cookie_of = $user_id;
		if ( self::keeps_out( $user_id ) ) {
			\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
		}
	}

	/**
	 * The same cookie is not sent. Before WordPress 6.2 this filter did not receive the account.
	 *
	 * @param mixed $send       Whether it is to be sent.
	 * @param mixed $expire     When the browser forgets it.
	 * @param mixed $expiration When it stops to be valid.
	 * @param ?int  $user_id    The account; 0 when cookies are removed.
	 */
	public static function filter_send_auth_cookies( $send, $expire = 0, $expiration = 0, ?int $user_id = null ): bool {
		$user_id         = $user_id ?? self::$cookie_of;
		self::$cookie_of = 0;
		return $send && ! self::keeps_out( $user_id );
	}

	/**
	 * A forgotten password. A stranger gets the usual answer, but no link is sent. People who may edit accounts learn the reason.
	 *
	 * @param mixed $allow   Whether a new password may be requested: a boolean or an error.
	 * @param mixed $user_id The account.
	 * @return mixed
	 */
	public static function filter_allow_password_reset( $allow, $user_id ) {
		$refusal = self::refusal( (int) $user_id );
		if ( null !== $refusal && ( 'rollbook_deactivated' !== $refusal->get_error_code() || current_user_can( 'edit_users' ) ) ) {
			return $refusal;
		}
		return $allow;
	}

	/**
	 * Notes the key that must not be mailed.
	 *
	 * @param mixed $login Whose it is.
	 * @param mixed $key   The key.
	 */
	public static function action_retrieve_password_key( $login, $key ): void {
		$user = get_user_by( 'login', (string) $login );
		if ( false !== $user && '' !== (string) $key && self::keeps_out( $user->ID ) ) {
			self::$withheld[] = (string) $key;
		}
	}

	/**
	 * Does not send the mail with that key. Its sender gets the answer that it was sent.
	 *
	 * @param mixed $sent What is returned instead of sending.
	 * @param mixed $mail The mail.
	 * @return mixed
	 */
	public static function filter_pre_wp_mail( $sent, $mail ) {
		$message = isset( $mail['message'] ) && is_string( $mail['message'] ) ? $mail['message'] : '';
		foreach ( self::$withheld as $key ) {
			if ( false !== strpos( $message, $key ) ) {
				return true;
			}
		}
		return $sent;
	}

	/**
	 * A link that was mailed before the person was deactivated.
	 *
	 * @param \WP_Error $errors The list that takes the refusal.
	 * @param mixed     $user   The owner of the link: a user, or an error if the link is not valid.
	 */
	public static function action_validate_password_reset( \WP_Error $errors, $user ): void {
		self::add_to( $errors, $user );
	}

	/**
	 * Posts by e-mail (wp-mail.php). Their author is the account with the sender's address.
	 *
	 * @param mixed $is_empty Whether WordPress treats the post as empty and refuses it.
	 * @param mixed $post     The post.
	 * @return mixed
	 */
	public static function filter_wp_insert_post_empty_content( $is_empty, $post ) {
		return did_action( 'wp-mail.php' ) && self::keeps_out( (int) ( $post['post_author'] ?? 0 ) ) ? true : $is_empty;
	}

	/**
	 * Whether an account is refused. Deactivated people are; everybody is while the database does not answer.
	 *
	 * @param int $user_id The account.
	 */
	private static function keeps_out( int $user_id ): bool {
		global $wpdb;
		$table = $wpdb->prefix . 'rollbook_users';
		if ( isset( self::$unknown[ $table ][ $user_id ] ) ) {
			return true;
		}
		try {
			return self::is_locked_out( $user_id );
		} catch ( \RuntimeException $trouble ) {
			self::$unknown[ $table ][ $user_id ] = true;
			return true;
		}
	}

	/**
	 * Whether code runs for an account without a login: at the command line, or in an event that WordPress's cron has begun. A call of
	 * wp-cron.php alone does not count, because anybody may call it. An event does not count either for an account that the request's own
	 * credentials named.
	 *
	 * @param int $user_id The account.
	 */
	private static function acts_without_a_login( int $user_id ): bool {
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			return true;
		}
		if ( ! wp_doing_cron() || isset( self::$refused[ $user_id ] ) ) {
			return false;
		}
		foreach ( array_keys( self::$events ) as $hook ) {
			if ( doing_action( (string) $hook ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Asks the database, a second time if the first answer is not valid. A valid answer repeats the account's number. So a failed
	 * statement, or one that a plugin has replaced, does not look like a missing person.
	 *
	 * @param string $table   Our table.
	 * @param int    $user_id The account.
	 * @throws \RuntimeException When it does not answer.
	 */
	private static function read( string $table, int $user_id ): bool {
		global $wpdb;
		$suppressed = $wpdb->suppress_errors( true );
		try {
			for ( $attempt = 1; $attempt <= 2; ++$attempt ) {
				// phpcs:disable WordPress.DB -- The name is Rollbook's; a cache would go on letting somebody in.
				$row = $wpdb->get_row( $wpdb->prepare( "SELECT %d AS asked, (SELECT active FROM $table WHERE user_id = %d) AS active", $user_id, $user_id ), ARRAY_A );
				if ( is_array( $row ) && array_key_exists( 'active', $row ) && (string) $user_id === (string) ( $row['asked'] ?? '' ) ) {
					return null !== $row['active'] && 0 === (int) $row['active'];
				}
				if ( 0 === $wpdb->query( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) ) {
					return false;
				}
				// phpcs:enable
			}
		} finally {
			$wpdb->suppress_errors( $suppressed );
		}
		throw new \RuntimeException( 'the database does not tell whether a person is deactivated' );
	}

	/**
	 * The refusal after the right password.
	 *
	 * @param int $user_id The account.
	 * @return ?\WP_Error Null if the person may log in.
	 */
	private static function refusal( int $user_id ) {
		if ( ! self::keeps_out( $user_id ) ) {
			return null;
		}
		global $wpdb;
		if ( isset( self::$unknown[ $wpdb->prefix . 'rollbook_users' ][ $user_id ] ) ) {
			return new \WP_Error( 'rollbook_unknown', __( 'This site cannot tell at the moment whether you may log in. Please try again in a few minutes.', 'rollbook' ) );
		}
		return new \WP_Error( 'rollbook_deactivated', __( 'Your account has been deactivated by your organization’s directory.', 'rollbook' ) );
	}

	/**
	 * Adds the refusal to others.
	 *
	 * @param \WP_Error $errors The list that takes the refusal.
	 * @param mixed     $user   The user that is refused.
	 */
	private static function add_to( \WP_Error $errors, $user ): void {
		$refusal = $user instanceof \WP_User ? self::refusal( $user->ID ) : null;
		if ( null !== $refusal ) {
			$errors->add( $refusal->get_error_code(), $refusal->get_error_message() );
		}
	}
}
