<?php
/**
 * Network Admin → Settings → Rollbook.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\NetworkSettings;
use const Rollbook\WordPress\PLUGIN_FILE;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The screen on which an administrator of a network says what its sites may do.
 */
final class NetworkPage {

	/** The form's action, and its nonce's. */
	public const SAVE = 'rollbook_network';

	/** The capability that somebody needs to see and use it. */
	private const CAPABILITY = 'manage_network_options';

	/**
	 * Puts the screen into the network's menu.
	 */
	public static function action_network_admin_menu(): void {
		$screen = add_submenu_page( 'settings.php', __( 'Rollbook', 'rollbook' ), __( 'Rollbook', 'rollbook' ), self::CAPABILITY, 'rollbook-network', array( self::class, 'render' ) );
		if ( is_string( $screen ) ) {
			add_action( "load-$screen", array( self::class, 'action_load' ) );
		}
	}

	/**
	 * Its files.
	 */
	public static function action_load(): void {
		wp_enqueue_style( 'rollbook-settings', plugins_url( 'admin/settings.css', PLUGIN_FILE ), array(), VERSION );
	}

	/**
	 * Prints the screen.
	 */
	public static function render(): void {
		$choices = array(
			NetworkSettings::SITES_PROVISION => array(
				__( 'The administrators of sites may connect identity providers', 'rollbook' ),
				__( 'They make tokens and change the Rollbook settings of their site. Otherwise only administrators of the network do, and tokens that others have made let nobody in.', 'rollbook' ),
			),
			NetworkSettings::CREATE_ACCOUNTS => array(
				__( 'The tokens that they make may create accounts of the network', 'rollbook' ),
				__( 'This also needs “Add Users” of the network’s settings. A token that an administrator of the network has made may create accounts in any case. Banned and limited email domains and names that are not allowed hold in any case.', 'rollbook' ),
			),
			NetworkSettings::TOUCH_ACCOUNTS  => array(
				__( 'The identity providers of sites may touch accounts that they did not create', 'rollbook' ),
				__( 'They add such accounts from other sites to their own, and change the address and profile of those that are on no other site. Otherwise they only say which role such a person has on their site, and whether the person may log in there. They never set a password of such an account, and they never delete one.', 'rollbook' ),
			),
		);
		$pages = NetworkOverview::pages();
		$page  = min( $pages, max( 1, absint( $_GET['paged'] ?? 1 ) ) ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		$sites = NetworkOverview::sites( $page );
		require __DIR__ . '/views/network.php';
	}

	/**
	 * Saves what the form sent. The Settings API does not save options of a network.
	 */
	public static function action_save(): void {
		if ( ! current_user_can( self::CAPABILITY ) ) {
			wp_die( esc_html__( 'You are not allowed to do this.', 'rollbook' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( self::SAVE );
		NetworkSettings::store( FormInput::ticked( 'allowed' ) );
		wp_safe_redirect( add_query_arg( 'updated', 'true', network_admin_url( 'settings.php?page=rollbook-network' ) ) );
		exit;
	}
}
