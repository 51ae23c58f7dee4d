<?php
/**
 * Mails to the owner of the site.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Sends what the owner has to know: with the name of the site in the subject, a paragraph for each thought.
 */
final class OwnerMail {

	/**
	 * Sends a mail.
	 *
	 * @param string       $subject    The subject, with %s for the name of the site.
	 * @param string[]     $paragraphs The text.
	 * @param list<string> $to         The addresses; none means the one of the site.
	 * @return ?string Why it was not handed over, in a sentence; null where it was.
	 */
	public static function send( string $subject, array $paragraphs, array $to = array() ): ?string {
		$reason = null;
		$listen = static function ( mixed $failure ) use ( &$reason ): void {
			$reason = is_wp_error( $failure ) ? $failure->get_error_message() : null;
		};
		add_action( 'wp_mail_failed', $listen );
		try {
			$name = wp_specialchars_decode( (string) get_option( 'blogname' ), ENT_QUOTES );
			$sent = wp_mail( array() === $to ? (string) get_option( 'admin_email' ) : $to, sprintf( $subject, $name ), implode( "\n\n", $paragraphs ) . "\n" );
		} finally {
			remove_action( 'wp_mail_failed', $listen );
		}
		return $sent ? null : (string) ( $reason ?? __( 'WordPress could not hand the mail over.', 'rollbook' ) );
	}
}
