<?php
/**
 * The owner's word about a site whose address has changed.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Asks whether the site has moved or is a copy. Until the answer identity providers are told to wait: two sites with the same tokens must
 * not both answer.
 */
final class AddressActions {

	/** The forms' actions. */
	public const MOVED = 'rollbook_site_moved';
	public const COPY  = 'rollbook_site_is_copy';

	/** The screens that show the notice, beside the settings, where the forms are. */
	private const SCREENS = array( 'plugins', 'dashboard' );

	/**
	 * Whether the owner is to be asked.
	 */
	public static function is_asked(): bool {
		return SettingsPage::is_allowed() && SiteAddress::has_changed();
	}

	/**
	 * Prints the question.
	 */
	public static function render(): void {
		if ( self::is_asked() ) {
			require __DIR__ . '/views/address.php';
		}
	}

	/**
	 * Prints the notice that leads to the question.
	 */
	public static function action_admin_notices(): void {
		if ( ! in_array( get_current_screen()?->id, self::SCREENS, true ) || ! Requirements::met() || ! self::is_asked() ) {
			return;
		}
		printf(
			'<div class="notice notice-error" role="alert"><p><strong>%s</strong></p><p><a href="%s">%s</a></p></div>',
			esc_html__( 'Rollbook waits: the address of this site has changed, and identity providers are told to come again later.', 'rollbook' ),
			esc_url( SettingsPage::url() ),
			esc_html__( 'Say whether this site has moved or is a copy', 'rollbook' )
		);
	}

	/**
	 * The site has moved: its tokens go on.
	 */
	public static function action_moved(): void {
		SettingsPage::require_permission( self::MOVED );
		try {
			Database::watched( SiteAddress::note( ... ) );
		} catch ( DatabaseFailure ) {
			SettingsPage::go_back( new Message( __( 'The database did not note it. Rollbook still waits. Try again.', 'rollbook' ), 'error' ) );
		}
		SettingsPage::go_back( new Message( __( 'Noted: this site has moved. Identity providers are answered here. Give them the new address.', 'rollbook' ) ) );
	}

	/**
	 * The site is a copy: its tokens end here, and go on at the site that it was copied from.
	 */
	public static function action_copy(): void {
		SettingsPage::require_permission( self::COPY );
		if ( Tokens::constant_is_used() ) {
			SettingsPage::go_back( new Message( self::about_constant(), 'error' ) );
		}
		try {
			$valid = array_filter( Tokens::all(), Tokens::is_valid( ... ) );
			if ( array() !== $valid && ! Question::is_confirmed( self::COPY ) ) {
				SettingsPage::go_back( self::revoking_all( count( $valid ) )->message() );
			}
			foreach ( Tokens::all() as $token ) {
				Tokens::revoke( $token['id'] );
			}
			Database::watched( SiteAddress::note( ... ) );
		} catch ( DatabaseFailure ) {
			SettingsPage::go_back( new Message( __( 'The database did not do all of it, and tokens may still work here. Rollbook still waits. Try again.', 'rollbook' ), 'error' ) );
		}
		SettingsPage::go_back( new Message( __( 'Noted: this site is a copy. Its tokens are revoked here; at the other site they still work. Create a token if an identity provider is to manage this copy too.', 'rollbook' ) ) );
	}

	/**
	 * What is asked before the tokens end.
	 *
	 * @param int $tokens How many would.
	 */
	private static function revoking_all( int $tokens ): Question {
		$consequences = array(
			/* translators: %s: number of tokens. */
			array( 'reason' => sprintf( _n( '%s token is revoked here. This cannot be undone.', '%s tokens are revoked here. This cannot be undone.', $tokens, 'rollbook' ), number_format_i18n( $tokens ) ) ),
			array( 'reason' => __( 'An identity provider that sends its changes to this address is refused until it has a new token.', 'rollbook' ) ),
		);
		return new Question( __( 'Is this site a copy?', 'rollbook' ), $consequences, __( 'It is a copy: revoke its tokens', 'rollbook' ), self::COPY, self::COPY );
	}

	/**
	 * Why a copy cannot be separated while wp-config.php fixes a token.
	 */
	public static function about_constant(): string {
		/* translators: 1: name of a constant, 2: name of a file. */
		return sprintf( __( 'Remove the constant %1$s from %2$s of this copy first: its token works at the other site too.', 'rollbook' ), 'ROLLBOOK_TOKEN_HASH', 'wp-config.php' );
	}
}
