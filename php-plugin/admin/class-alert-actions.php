<?php
/**
 * The forms about alerts, beside their settings.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Alerts;
use Rollbook\WordPress\Upkeep\AlertDelivery;
use Rollbook\WordPress\Upkeep\Alerting;

defined( 'ABSPATH' ) || exit;

/**
 * Sends a test message, and makes the secret that the webhook's messages are signed with.
 */
final class AlertActions {

	/** The forms' actions. */
	public const TEST   = 'rollbook_test_alert';
	public const SECRET = 'rollbook_alert_secret';

	/** The tab. */
	private const TAB = 'advanced';

	/**
	 * Makes a secret if this request for the screen sent the form for one. The same response shows it, as with a token.
	 */
	public static function action_load(): void {
		if ( self::SECRET !== FormInput::line( 'action' ) ) {
			return;
		}
		SettingsPage::require_permission( self::SECRET );
		$form   = FormInput::line( 'form' );
		$secret = wp_is_uuid( $form, 4 ) ? Alerts::make_secret( $form ) : '';
		if ( '' === $secret ) {
			SettingsPage::tell( new Message( __( 'No secret was made: the form was sent before. Make another one if you have not copied the last.', 'rollbook' ), 'error' ) );
			return;
		}
		ActivityLog::tell( ActivityLog::ALERT, 'secret', array( 'notable' => 1, 'outcome' => 'done' ) );
		SettingsPage::tell( new Message( __( 'Secret made. Copy it now: it will not be shown again. The one before signs for one more day beside it.', 'rollbook' ), token: $secret, is_webhook_secret: true ) );
	}

	/**
	 * Sends a test message to the saved addresses, and says what came of it.
	 */
	public static function action_test(): void {
		SettingsPage::require_permission( self::TEST );
		$sent = Alerting::test();
		if ( array() === $sent ) {
			SettingsPage::go_back( new Message( __( 'Nothing was sent: save an address first.', 'rollbook' ), 'error' ), self::TAB );
		}
		$failed = array_filter( $sent, static fn( AlertDelivery $delivery ): bool => ! $delivery->arrived );
		SettingsPage::go_back( new Message( implode( ' ', array_column( $sent, 'detail' ) ), array() === $failed ? 'success' : 'error' ), self::TAB );
	}
}
