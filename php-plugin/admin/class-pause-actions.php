<?php
/**
 * Pausing the provisioning.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Pauses and resumes the provisioning, and says on every tab that it is paused.
 */
final class PauseActions {

	/** The form's action. */
	public const PAUSE = 'rollbook_pause';

	/**
	 * Whether the provisioning is paused.
	 */
	public static function is_paused(): bool {
		return true === ( Settings::document()['paused'] ?? false );
	}

	/**
	 * Says that it is, and offers to resume it.
	 */
	public static function notice(): void {
		if ( self::is_paused() ) {
			printf(
				'<div class="notice notice-warning inline rollbook-paused"><p><strong>%s</strong> %s</p>%s</div>',
				esc_html__( 'Provisioning is paused.', 'rollbook' ),
				esc_html__( 'Identity providers are told to come again later. Nobody is created, changed or locked out meanwhile.', 'rollbook' ),
				self::button( 'resume', __( 'Resume provisioning', 'rollbook' ) ) // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there.
			);
		}
	}

	/**
	 * Offers to pause it.
	 */
	public static function form(): void {
		if ( ! self::is_paused() ) {
			printf(
				'<h2>%s</h2><p id="rollbook-pause-help">%s</p>%s',
				esc_html__( 'Pause', 'rollbook' ),
				esc_html__( 'While you change rules or move the site, identity providers can be told to come again later. They keep their changes and send them then; none takes the site for an empty one. Who leaves meanwhile can log in until you resume.', 'rollbook' ),
				self::button( 'pause', __( 'Pause provisioning', 'rollbook' ) ) // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there.
			);
		}
	}

	/**
	 * Pauses or resumes it.
	 */
	public static function action_pause(): void {
		$what = FormInput::line( 'id' );
		SettingsPage::require_permission( self::PAUSE, $what );
		try {
			SettingsWriter::merge( array( 'paused' => 'pause' === $what ) );
		} catch ( InvalidSettings | DatabaseFailure $failure ) {
			/* translators: %s: the reason. */
			SettingsPage::go_back( new Message( sprintf( __( 'Nothing was changed: %s', 'rollbook' ), $failure->getMessage() ), 'error' ) );
		}
		SettingsPage::go_back( new Message( 'pause' === $what ? __( 'Provisioning is paused from now on.', 'rollbook' ) : __( 'Provisioning goes on.', 'rollbook' ) ) );
	}

	/**
	 * A form with one button.
	 *
	 * @param string $what What it does: `pause` or `resume`.
	 * @param string $text What it says.
	 */
	private static function button( string $what, string $text ): string {
		return sprintf(
			'<form method="post" action="%s">%s<p><button type="submit" class="button">%s</button></p></form>',
			esc_url( admin_url( 'admin-post.php' ) ),
			SettingsPage::hidden_fields( self::PAUSE, $what ),
			esc_html( $text )
		);
	}
}
