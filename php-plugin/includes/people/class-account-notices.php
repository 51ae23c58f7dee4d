<?php
/**
 * Mails about changes of existing accounts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Tells people, and the owner, that an address or a password was changed. The extension decides who is told.
 *
 * WordPress would send its own notice during the write; this one is sent after the change is stored. Plugins that change or switch off
 * WordPress's notice change or switch off this one, too.
 */
final class AccountNotices {

	/**
	 * Whether a notice is being sent.
	 *
	 * @var bool
	 */
	private static bool $sending = false;

	/**
	 * Sends the notices about a change.
	 *
	 * @param array{user_id: int, about: string, address: string} $notice Whose account, what was changed, and the address before.
	 */
	public static function send( array $notice ): void {
		$user = get_userdata( (int) $notice['user_id'] );
		if ( false === $user ) {
			return;
		}
		self::$sending = true;
		try {
			self::tell( $user, $notice );
		} finally {
			self::$sending = false;
		}
	}

	/**
	 * Whether a notice is being sent. Then the identity provider has changed the password.
	 */
	public static function is_sending(): bool {
		return self::$sending;
	}

	/**
	 * Tells the people that a change is about.
	 *
	 * @param \WP_User $user   The account.
	 * @param array    $notice What happened.
	 */
	private static function tell( \WP_User $user, array $notice ): void {
		if ( 'address' === $notice['about'] ) {
			self::tell_of_address( $user, $notice['address'] );
			return;
		}
		self::tell_of_password( $user, $notice );
		if ( 'password' === $notice['about'] ) {
			wp_password_change_notification( $user );
		}
	}

	/**
	 * Tells the old address and the owner of a new one.
	 *
	 * @param \WP_User $user The account.
	 * @param string   $old  The address before.
	 */
	private static function tell_of_address( \WP_User $user, string $old ): void {
		$before = array( 'user_email' => $old ) + $user->to_array();
		/** This filter is documented in wp-includes/user.php */
		if ( '' !== $old && apply_filters( 'send_email_change_email', true, $before, $user->to_array() ) ) {
			$mail = array(
				'to'      => $old,
				/* translators: %s: name of the site. */
				'subject' => __( '[%s] Email Changed', 'rollbook' ),
				'message' => self::paragraphs(
					/* translators: do not translate what stands between ###. */
					__( 'Hello ###USERNAME###,', 'rollbook' ),
					__( 'the directory of your organization has changed the email address of your account on ###SITENAME### to ###NEW_EMAIL###.', 'rollbook' ),
					__( 'If that is not right, please write to ###ADMIN_EMAIL###.', 'rollbook' ),
					'###SITEURL###'
				),
				'headers' => '',
			);
			/** This filter is documented in wp-includes/user.php */
			self::mail( (array) apply_filters( 'email_change_email', $mail, $before, $user->to_array() ), $user, $old );
		}
		self::mail(
			array(
				'to'      => (string) get_option( 'admin_email' ),
				/* translators: %s: name of the site. */
				'subject' => __( '[%s] Email Changed', 'rollbook' ),
				'message' => self::paragraphs(
					/* translators: do not translate what stands between ###. */
					__( 'The identity provider has changed the email address of the account ###USERNAME###, which was there before it, from ###EMAIL### to ###NEW_EMAIL###.', 'rollbook' ),
					'###SITEURL###'
				),
				'headers' => '',
			),
			$user,
			$old
		);
	}

	/**
	 * Tells somebody of another password, or of one that is ended.
	 *
	 * @param \WP_User $user   The account.
	 * @param array    $notice What happened.
	 */
	private static function tell_of_password( \WP_User $user, array $notice ): void {
		$to = $notice['address'];
		/** This filter is documented in wp-includes/user.php */
		if ( '' === $to || ! apply_filters( 'send_password_change_email', true, $user->to_array(), $user->to_array() ) ) {
			return;
		}
		$mail = array(
			'to'      => $to,
			/* translators: %s: name of the site. */
			'subject' => __( '[%s] Password Changed', 'rollbook' ),
			'message' => self::paragraphs(
				/* translators: do not translate what stands between ###. */
				__( 'Hello ###USERNAME###,', 'rollbook' ),
				'credentials' === $notice['about']
					? __( 'the directory of your organization now manages your account on ###SITENAME###. Your password of before no longer opens it; set a new one with “Lost your password?” at the login form.', 'rollbook' )
					: __( 'the directory of your organization has set the password of your account on ###SITENAME###.', 'rollbook' ),
				__( 'If that is not right, please write to ###ADMIN_EMAIL###.', 'rollbook' ),
				'###SITEURL###'
			),
			'headers' => '',
		);
		/** This filter is documented in wp-includes/user.php */
		self::mail( (array) apply_filters( 'password_change_email', $mail, $user->to_array(), $user->to_array() ), $user, $to );
	}

	/**
	 * Sends a mail whose placeholders are those of WordPress's own notices.
	 *
	 * @param array    $mail The mail.
	 * @param \WP_User $user The account.
	 * @param string   $old  The address before.
	 */
	private static function mail( array $mail, \WP_User $user, string $old ): void {
		$name    = wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES );
		$message = strtr(
			(string) ( $mail['message'] ?? '' ),
			array(
				'###USERNAME###'    => $user->user_login,
				'###ADMIN_EMAIL###' => (string) get_option( 'admin_email' ),
				'###EMAIL###'       => $old,
				'###NEW_EMAIL###'   => $user->user_email,
				'###SITENAME###'    => $name,
				'###SITEURL###'     => home_url(),
			)
		);
		if ( '' !== (string) ( $mail['to'] ?? '' ) ) {
			wp_mail( $mail['to'], sprintf( (string) ( $mail['subject'] ?? '' ), $name ), $message, $mail['headers'] ?? '' );
		}
	}

	/**
	 * Paragraphs of a mail.
	 *
	 * @param string ...$paragraphs The paragraphs.
	 */
	private static function paragraphs( string ...$paragraphs ): string {
		return implode( "\n\n", $paragraphs ) . "\n";
	}
}
