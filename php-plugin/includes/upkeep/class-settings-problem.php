<?php
/**
 * What is wrong with the settings, in the owner's language.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

defined( 'ABSPATH' ) || exit;

/**
 * Says what the extension has found wrong with a settings document. The extension gives an English text and the values
 * for its numbered places; `stubs/texts.php` lists the texts for translators.
 */
final class SettingsProblem {

	/**
	 * What is wrong, and what would be right.
	 *
	 * @param array<string, mixed> $problem A problem of the extension's, or one that has its `reason` alone.
	 */
	public static function reason( array $problem ): string {
		return isset( $problem['text'] ) ? self::sentence( $problem ) : (string) ( $problem['reason'] ?? '' );
	}

	/**
	 * What the screens call a place of the document.
	 *
	 * @param string $place `role_rules[2].filter`.
	 */
	public static function place( string $place ): string {
		$label = self::labels()[ (string) preg_replace( '/\[\d+\]/', '', $place ) ] ?? null;
		if ( null === $label ) {
			return $place;
		}
		preg_match( '/\[(\d+)\]/', $place, $found );
		return isset( $found[1] )
			/* translators: 1: what a list holds, such as “Role rules”; 2: number of the entry, from 1. */
			? sprintf( __( '%1$s, entry %2$s', 'rollbook' ), $label, number_format_i18n( (int) $found[1] + 1 ) )
			: $label;
	}

	/**
	 * A text in the language of the screen, with its values.
	 *
	 * @param array<string, mixed> $sentence The text, and its values in order.
	 */
	private static function sentence( array $sentence ): string {
		$values = array_map(
			static fn( mixed $value ): string => is_array( $value ) ? self::sentence( $value ) : (string) $value,
			(array) ( $sentence['values'] ?? array() )
		);
		return vsprintf( translate( (string) $sentence['text'], 'rollbook' ), $values ); // phpcs:ignore WordPress.WP.I18n -- stubs/texts.php names the texts.
	}

	/**
	 * What the screens call the settings that can be wrong, by place without the numbers of entries.
	 *
	 * @return array<string, string>
	 */
	private static function labels(): array {
		$rules    = __( 'Role rules', 'rollbook' );
		$mappings = __( 'Attributes', 'rollbook' );
		$removal  = __( 'When many people are removed', 'rollbook' );
		/* translators: 1: what a list holds, such as “Role rules”; 2: a field of its entries, such as “Filter”. */
		$of = __( '%1$s: %2$s', 'rollbook' );
		return array(
			'activity_bodies'                => __( 'Keep what was sent and answered', 'rollbook' ),
			'activity_days'                  => __( 'Keep the activity log for', 'rollbook' ),
			'allowed_networks'               => __( 'Allowed networks', 'rollbook' ),
			'alerts.failing'                 => __( 'Requests fail repeatedly', 'rollbook' ),
			'alerts.failures'                => __( 'Requests fail repeatedly', 'rollbook' ),
			'alerts.hours'                   => __( 'No more requests come', 'rollbook' ),
			'alerts.mail'                    => __( 'Alerts by mail', 'rollbook' ),
			'alerts.silent'                  => __( 'No more requests come', 'rollbook' ),
			'alerts.webhook'                 => __( 'Alerts by webhook', 'rollbook' ),
			'default_role'                   => __( 'Role of new people', 'rollbook' ),
			'deletion.policy'                => __( 'When a person is deleted', 'rollbook' ),
			'deletion.reassign_to'           => __( 'Content goes to', 'rollbook' ),
			'existing_accounts'              => __( 'Existing accounts', 'rollbook' ),
			'hand_given_roles'               => __( 'Roles given by hand', 'rollbook' ),
			'mappings'                       => $mappings,
			'mappings.confirmed'             => sprintf( $of, $mappings, __( 'Overwrite what accounts have there', 'rollbook' ) ),
			'mappings.path'                  => sprintf( $of, $mappings, __( 'Attribute', 'rollbook' ) ),
			'mappings.separator'             => sprintf( $of, $mappings, __( 'Separator', 'rollbook' ) ),
			'mappings.target'                => sprintf( $of, $mappings, __( 'Goes to', 'rollbook' ) ),
			'mappings.title'                 => sprintf( $of, $mappings, __( 'Title', 'rollbook' ) ),
			'mappings.transform.pattern'     => sprintf( $of, $mappings, __( 'Replace (pattern)', 'rollbook' ) ),
			'mappings.transform.replacement' => sprintf( $of, $mappings, __( 'Replacement', 'rollbook' ) ),
			'mappings.type'                  => sprintf( $of, $mappings, __( 'Written as', 'rollbook' ) ),
			'mappings.values'                => sprintf( $of, $mappings, __( 'Several values', 'rollbook' ) ),
			'compatibility.wpo365_route'     => __( 'WPO365', 'rollbook' ),
			'fast_lane'                      => __( 'Fast lane', 'rollbook' ),
			'link_credentials'               => __( 'With the link ends the password', 'rollbook' ),
			'local_passwords'                => __( 'Own passwords', 'rollbook' ),
			'notify_existing_accounts'       => __( 'Notices', 'rollbook' ),
			'password_sync'                  => __( 'Passwords', 'rollbook' ),
			'plain_http'                     => __( 'Requests without TLS', 'rollbook' ),
			'username.from'                  => __( 'Username of a new account', 'rollbook' ),
			'username.rename'                => __( 'New names', 'rollbook' ),
			'welcome_mail'                   => __( 'Welcome mail', 'rollbook' ),
			'mass_removal.watch'             => $removal,
			'mass_removal.hours'             => $removal,
			'mass_removal.people'            => $removal,
			'mass_removal.percent'           => $removal,
			'protected_roles'                => __( 'Protected roles', 'rollbook' ),
			'trusted_proxies'                => __( 'Trusted proxies', 'rollbook' ),
			'requests_per_minute'            => __( 'Requests per minute', 'rollbook' ),
			'role_rules'                     => $rules,
			'role_rules.filter'              => sprintf( $of, $rules, __( 'Filter', 'rollbook' ) ),
			'role_rules.role'                => sprintf( $of, $rules, __( 'Role', 'rollbook' ) ),
			'username.pattern'               => __( 'Pattern', 'rollbook' ),
			'username.replacement'           => __( 'Replacement', 'rollbook' ),
		);
	}
}
