<?php
/**
 * What the administrator of a network lets its sites do.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the network's settings. Each is off until an administrator of the network switches it on. The extension decides what follows from
 * them (src/wordpress/network.rs).
 */
final class NetworkSettings {

	/** The network option that holds them. */
	public const OPTION = 'rollbook_network';

	/** Whether the administrators of sites may provision: make tokens and change the settings. */
	public const SITES_PROVISION = 'sites_provision';

	/** Whether the identity provider of a site may create accounts of the network. */
	public const CREATE_ACCOUNTS = 'create_accounts';

	/** Whether it may change accounts that it did not create. */
	public const TOUCH_ACCOUNTS = 'touch_accounts';

	/** All of them. */
	public const ALL = array( self::SITES_PROVISION, self::CREATE_ACCOUNTS, self::TOUCH_ACCOUNTS );

	/**
	 * Whether something is allowed. A site that stands alone may do everything.
	 *
	 * @param string $what One of the constants.
	 */
	public static function allows( string $what ): bool {
		return ! is_multisite() || true === ( self::stored()[ $what ] ?? false );
	}

	/**
	 * Stores what is allowed.
	 *
	 * @param string[] $allowed Some of the constants.
	 */
	public static function store( array $allowed ): void {
		$settings = array();
		foreach ( self::ALL as $what ) {
			$settings[ $what ] = in_array( $what, $allowed, true );
		}
		update_site_option( self::OPTION, $settings );
	}

	/**
	 * What the extension wants to know of it.
	 *
	 * @return ?array{sites_provision: bool, create_accounts: bool, add_new_users: bool} Null if the site is not in a network.
	 */
	public static function facts(): ?array {
		return is_multisite() ? array(
			'sites_provision' => self::allows( self::SITES_PROVISION ),
			'create_accounts' => self::allows( self::CREATE_ACCOUNTS ),
			'add_new_users'   => (bool) get_site_option( 'add_new_users' ),
		) : null;
	}

	/**
	 * Why the network refuses an address, if it does: its domain is banned, or the network allows other domains only.
	 *
	 * @param string $email The address.
	 */
	public static function refusal_of_email( string $email ): ?string {
		if ( ! is_multisite() || '' === $email ) {
			return null;
		}
		$domain  = strtolower( substr( (string) strrchr( $email, '@' ), 1 ) );
		$limited = array_filter( array_map( 'strtolower', array_map( 'trim', (array) get_site_option( 'limited_email_domains' ) ) ) );
		if ( is_email_address_unsafe( $email ) || array() !== $limited && ! in_array( $domain, $limited, true ) ) {
			/* translators: %s: domain of an email address. */
			return sprintf( __( 'This network takes nobody with an address of “%s”. An administrator of the network can change that under Network Admin → Settings.', 'rollbook' ), $domain );
		}
		return null;
	}

	/**
	 * Whether no account may get a login: the network reserves it, or an account with it would be a super administrator.
	 *
	 * @param string $login The login.
	 */
	public static function forbids_login( string $login ): bool {
		if ( ! is_multisite() ) {
			return false;
		}
		$forbidden = array_merge( (array) get_site_option( 'illegal_names' ), get_super_admins() );
		return in_array( strtolower( $login ), array_map( 'strtolower', array_filter( $forbidden, 'is_string' ) ), true );
	}

	/**
	 * What is stored.
	 *
	 * @return array<string, mixed>
	 */
	private static function stored(): array {
		return (array) get_site_option( self::OPTION, array() );
	}
}
