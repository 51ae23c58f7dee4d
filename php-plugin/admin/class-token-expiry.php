<?php
/**
 * Tokens that are about to end.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\OwnerMail;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Tells the owner of tokens that end soon, in wp-admin and by mail: with the token the provisioning ends, and with it the locking out of
 * people who leave.
 */
final class TokenExpiry {

	/** The event that looks after it once a day. */
	public const EVENT = 'rollbook_token_expiry';

	/** How many days before the end a mail is sent. */
	private const DAYS = array( 7, 30 );

	/** The screens that show the notice, beside the settings. */
	private const SCREENS = array( 'plugins', 'dashboard', SettingsPage::SCREEN );

	/** Which mails were sent: by token, for how many days before its end. */
	private const OPTION = 'rollbook_told_of_expiry';

	/**
	 * Sees to it that the event comes.
	 */
	public static function action_admin_init(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time() + (int) HOUR_IN_SECONDS, 'daily', self::EVENT );
		}
	}

	/**
	 * Takes the event away with the plugin.
	 */
	public static function deactivate(): void {
		wp_clear_scheduled_hook( self::EVENT );
	}

	/**
	 * Prints the notice.
	 */
	public static function action_admin_notices(): void {
		if ( ! SettingsPage::is_allowed() || ! in_array( get_current_screen()?->id, self::SCREENS, true ) ) {
			return;
		}
		try {
			$ending = self::ending( max( self::DAYS ) );
		} catch ( DatabaseFailure ) {
			return;
		}
		foreach ( $ending as $token ) {
			printf( '<div class="notice notice-warning"><p><strong>%s</strong> %s <a href="%s">%s</a></p></div>', esc_html( self::sentence( $token ) ), esc_html( self::cure() ), esc_url( SettingsPage::url() . '#rollbook-tokens' ), esc_html__( 'Go to the tokens', 'rollbook' ) );
		}
	}

	/**
	 * Sends the mails that are due, each once.
	 */
	public static function action_event(): void {
		try {
			$ending = self::ending( max( self::DAYS ) );
		} catch ( DatabaseFailure $failure ) {
			// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- Nobody looks. What other plugins do in the background goes on.
			error_log( sprintf( 'Rollbook: which tokens end soon is asked again tomorrow: %s', $failure->getMessage() ) );
			return;
		}
		$told = array_filter( (array) get_option( self::OPTION, array() ), 'is_int' );
		$left = array();
		foreach ( $ending as $token ) {
			$due                  = min( array_filter( self::DAYS, static fn( int $days ): bool => self::days( $token ) <= $days ) );
			$left[ $token['id'] ] = $due;
			if ( ( $told[ $token['id'] ] ?? PHP_INT_MAX ) <= $due ) {
				continue;
			}
			/* translators: %s: name of the site. */
			$subject = __( '[%s] A token for provisioning ends soon', 'rollbook' );
			if ( null !== OwnerMail::send( $subject, array( self::sentence( $token ), self::cure(), SettingsPage::url() ) ) ) {
				unset( $left[ $token['id'] ] ); // Tried again tomorrow.
			}
		}
		update_option( self::OPTION, $left, false );
	}

	/**
	 * The tokens that end within some days, those that nobody has used yet too: the identity provider may begin with one on the last day.
	 *
	 * @param int $days How many.
	 * @return list<array{id: int, name: string, expires: int|null, last_used: int|null, ...}>
	 */
	private static function ending( int $days ): array {
		return array_values(
			array_filter(
				Tokens::all(),
				static fn( array $token ): bool => null !== $token['expires'] && Tokens::is_valid( $token )
					&& self::days( $token ) <= $days
			)
		);
	}

	/**
	 * In how many days a token ends, a begun one counted.
	 *
	 * @param array{expires: int|null, ...} $token The token.
	 */
	private static function days( array $token ): int {
		return (int) ceil( ( (int) $token['expires'] - Tokens::now() ) / ( DAY_IN_SECONDS * 1000 ) );
	}

	/**
	 * What is so.
	 *
	 * @param array{name: string, expires: int|null, last_used: int|null, ...} $token The token.
	 */
	private static function sentence( array $token ): string {
		$days = self::days( $token );
		if ( null === $token['last_used'] ) {
			/* translators: 1: name of a token, 2: number of days, 3: date. */
			return sprintf( _n( 'The token “%1$s”, which nobody has used yet, ends in %2$s day, on %3$s.', 'The token “%1$s”, which nobody has used yet, ends in %2$s days, on %3$s.', $days, 'rollbook' ), $token['name'], number_format_i18n( $days ), (string) wp_date( (string) get_option( 'date_format' ), intdiv( (int) $token['expires'], 1000 ) ) );
		}
		/* translators: 1: name of a token, 2: number of days, 3: date. */
		return sprintf( _n( 'The token “%1$s” ends in %2$s day, on %3$s.', 'The token “%1$s” ends in %2$s days, on %3$s.', $days, 'rollbook' ), $token['name'], number_format_i18n( $days ), (string) wp_date( (string) get_option( 'date_format' ), intdiv( (int) $token['expires'], 1000 ) ) );
	}

	/**
	 * What is to be done.
	 */
	private static function cure(): string {
		return __( 'After that nobody is created, changed or locked out any more. Create a second token, enter it in the identity provider, and revoke this one once the new one is in use.', 'rollbook' );
	}
}
