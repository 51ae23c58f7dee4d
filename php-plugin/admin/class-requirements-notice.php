<?php
/**
 * The notice that the extension does not run.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Tells administrators why nothing is provisioned, on the screens where they would look for the reason.
 */
final class RequirementsNotice {

	/** The screens on which the notice stands. */
	private const SCREENS = array( 'plugins', 'plugins-network', 'dashboard', 'dashboard-network', SettingsPage::SCREEN );

	/**
	 * Prints the notice.
	 */
	public static function action_admin_notices(): void {
		if ( ! in_array( get_current_screen()?->id, self::SCREENS, true ) || ! current_user_can( 'manage_options' ) ) {
			return;
		}
		$complaint = Requirements::complaint();
		if ( array() === $complaint ) {
			return;
		}
		echo '<div class="notice notice-error" role="alert"><p><strong>';
		echo esc_html( array_shift( $complaint ) );
		echo '</strong></p>';
		foreach ( array( ...$complaint, SiteHealth::consequence() ) as $sentence ) {
			printf( '<p>%s</p>', esc_html( $sentence ) );
		}
		if ( SettingsPage::SCREEN !== get_current_screen()?->id && '' !== SiteHealth::link() ) {
			printf( '<p>%s</p>', SiteHealth::link() ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there.
		}
		echo '</div>';
	}
}
