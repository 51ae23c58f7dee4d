<?php
/**
 * Fields of the profile page that the identity provider owns.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\Network;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use const Rollbook\WordPress\PLUGIN_FILE;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps on the profile page what the identity provider has sent: it would replace an edit with its next change. The fields are read-only in
 * a browser with JavaScript; without it, what was typed into them is not saved. The owner of the site may allow edits.
 */
final class OwnedFields {

	/** The names of the form's fields where they are not the target's. */
	private const NAMES = array(
		'user_url'   => 'url',
		'user_email' => 'email',
	);

	/** Fields that are chosen from a list. WordPress leaves one as it is that the form does not send. */
	private const CHOSEN = array( 'display_name', 'locale' );

	/**
	 * The fields of the profile form that the identity provider owns, with the value that each has.
	 *
	 * @param int $user_id The account.
	 * @return array<string, string> By the name of the form's field.
	 */
	public static function of( int $user_id ): array {
		$user = get_userdata( $user_id );
		if ( false === $user || ! Requirements::met() || ! Tables::exist() || ( is_multisite() && get_current_blog_id() !== Network::owning_site_of( $user_id ) ) ) {
			return array();
		}
		try {
			$settings = Settings::document();
			$document = Database::value( 'SELECT document FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d AND managed = 1 AND deleted = 0', array( $user_id ) );
			if ( null === $document || ( $settings['profile_edits'] ?? false ) ) {
				return array();
			}
			$fields = array();
			foreach ( \Rollbook\Settings::owned( $settings, $document ) as $target ) {
				list( $kind, $name ) = explode( ':', $target, 2 );
				if ( 'field' === $kind ) {
					$fields[ self::NAMES[ $name ] ?? $name ] = (string) $user->get( $name );
				}
			}
			return $fields;
		} catch ( DatabaseFailure | \Rollbook\Exception ) {
			return array(); // Then an edit is replaced later.
		}
	}

	/**
	 * Makes the fields read-only in the browser.
	 *
	 * @param string $page The file of the page.
	 */
	public static function action_enqueue( string $page ): void {
		$is_own = 'profile.php' === $page;
		if ( ! $is_own && 'user-edit.php' !== $page ) {
			return;
		}
		$owned = self::of( $is_own ? get_current_user_id() : absint( $_GET['user_id'] ?? 0 ) ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		if ( array() === $owned ) {
			return;
		}
		wp_enqueue_script( 'rollbook-profile', plugins_url( 'admin/profile.js', PLUGIN_FILE ), array(), VERSION, true );
		wp_localize_script(
			'rollbook-profile',
			'rollbookOwned',
			array(
				'fields' => array_keys( $owned ),
				'reason' => __( 'Comes from the identity provider of your organization. Have it changed there.', 'rollbook' ),
			)
		);
	}

	/**
	 * Puts the values back that a form has changed, before WordPress reads it.
	 *
	 * @param int $user_id The account.
	 */
	public static function action_update( int $user_id ): void {
		foreach ( self::of( $user_id ) as $name => $value ) {
			// phpcs:disable WordPress.Security.NonceVerification.Missing -- WordPress has checked it.
			if ( in_array( $name, self::CHOSEN, true ) ) {
				unset( $_POST[ $name ] ); // The form has words of its own for some of their values.
			} elseif ( isset( $_POST[ $name ] ) ) {
				$_POST[ $name ] = wp_slash( $value );
			}
			// phpcs:enable
		}
	}
}
