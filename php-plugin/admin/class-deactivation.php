<?php
/**
 * What is asked before the plugin is deactivated.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Access\AccessState;
use Rollbook\WordPress\Access\MustUseFile;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * A page between “Deactivate” in the list of plugins and the deactivation: what happens to people who are locked out and to identity
 * providers. The link itself leads there, so it needs no JavaScript.
 */
final class Deactivation {

	/** The field that opens the page, and its value. */
	public const FIELD = 'rollbook';
	public const ASK   = 'deactivate';

	/** The nonce of the page's form. */
	public const NONCE = 'rollbook_deactivate';

	/**
	 * Makes “Deactivate” lead to the page.
	 *
	 * @param array<string, string> $links The row's links.
	 * @return array<string, string>
	 */
	public static function filter_plugin_action_links( array $links ): array {
		if ( isset( $links['deactivate'] ) ) {
			$links['deactivate'] = sprintf( '<a href="%s" id="deactivate-rollbook">%s</a>', esc_url( self::url() ), esc_html__( 'Deactivate …', 'rollbook' ) );
		}
		return $links;
	}

	/**
	 * Shows the page, or goes on to WordPress's own deactivation.
	 */
	public static function action_load_plugins(): void {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown; the form has a nonce.
		if ( self::ASK !== ( $_GET[ self::FIELD ] ?? '' ) ) {
			return;
		}
		$plugin = plugin_basename( PLUGIN_FILE );
		if ( ! current_user_can( 'deactivate_plugin', $plugin ) ) {
			wp_die( esc_html__( 'You are not allowed to do this.', 'rollbook' ), '', array( 'response' => 403 ) );
		}
		if ( isset( $_POST['doors'] ) ) {
			check_admin_referer( self::NONCE );
			AccessState::keep_shut( 'shut' === FormInput::line( 'doors' ), is_network_admin() );
			wp_safe_redirect( html_entity_decode( wp_nonce_url( self_admin_url( "plugins.php?action=deactivate&plugin=$plugin" ), "deactivate-plugin_$plugin" ) ) );
			exit;
		}
		self::show();
	}

	/**
	 * Prints the page and ends.
	 *
	 * @return never
	 */
	private static function show(): void {
		$count    = AccessState::locked_out( is_network_admin() );
		$is_there = MustUseFile::install();
		wp_enqueue_style( 'rollbook-settings', plugins_url( 'admin/settings.css', PLUGIN_FILE ), array(), \Rollbook\WordPress\VERSION );
		$GLOBALS['title'] = __( 'Deactivate Rollbook', 'rollbook' ); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- The page has a title of its own.
		require_once ABSPATH . 'wp-admin/admin-header.php';
		require __DIR__ . '/views/deactivation.php';
		require_once ABSPATH . 'wp-admin/admin-footer.php';
		exit;
	}

	/**
	 * The address of the page.
	 */
	private static function url(): string {
		return add_query_arg( self::FIELD, self::ASK, self_admin_url( 'plugins.php' ) );
	}
}
