<?php
/**
 * The activity log in words.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\AlertWords;

defined( 'ABSPATH' ) || exit;

/**
 * Says what entries mean, for people who do not know the protocol. All of it is text that the caller must escape.
 */
final class ActivityWords {

	/**
	 * The actions that a search offers, and the kinds of entries. A kind has a colon before it.
	 *
	 * @return array<string, string>
	 */
	public static function choices(): array {
		return self::actions() + array(
			':' . ActivityLog::TOKEN    => __( 'Tokens made, revoked and deleted', 'rollbook' ),
			':' . ActivityLog::SETTINGS => __( 'Settings changed', 'rollbook' ),
			':' . ActivityLog::TASK     => __( 'Done to everybody', 'rollbook' ),
			':' . ActivityLog::ALERT    => __( 'Alerts sent', 'rollbook' ),
		);
	}

	/**
	 * How entries end.
	 *
	 * @return array<string, string>
	 */
	public static function outcomes(): array {
		return array(
			'done'    => __( 'Done', 'rollbook' ),
			'partly'  => __( 'Done in part', 'rollbook' ),
			'refused' => __( 'Refused', 'rollbook' ),
			'failed'  => __( 'Failed', 'rollbook' ),
		);
	}

	/**
	 * What happened.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	public static function action( array $entry ): string {
		$action = (string) $entry['action'];
		return match ( $entry['kind'] ) {
			ActivityLog::TOKEN    => match ( $action ) {
				'revoked' => __( 'Token revoked', 'rollbook' ),
				'deleted' => __( 'Revoked token deleted', 'rollbook' ),
				default   => __( 'Token created', 'rollbook' ),
			},
			ActivityLog::SETTINGS => 'deleted' === $action ? __( 'Settings reset', 'rollbook' ) : __( 'Settings changed', 'rollbook' ),
			ActivityLog::CATCH_UP => 'finished' === $action ? __( 'Attributes filled in', 'rollbook' ) : __( 'Filling in attributes', 'rollbook' ),
			ActivityLog::LOG      => __( 'Activity log cleared', 'rollbook' ),
			ActivityLog::REMOVAL  => match ( $action ) {
				'alarm'  => __( 'Many people removed', 'rollbook' ),
				'undone' => __( 'Removal undone', 'rollbook' ),
				default  => __( 'Removal confirmed', 'rollbook' ),
			},
			ActivityLog::ALERT    => 'secret' === $action
				? __( 'Secret of the webhook made', 'rollbook' )
				/* translators: %s: what an alert says, such as “No more requests come”. */
				: sprintf( __( 'Alert: %s', 'rollbook' ), AlertWords::title( $action ) ),
			default               => self::of_request( $action, (string) $entry['method'] ),
		};
	}

	/**
	 * Whether its detail is what somebody outside was answered.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	public static function was_answered( array $entry ): bool {
		return ActivityLog::REQUEST === $entry['kind'];
	}

	/**
	 * How it ended.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	public static function outcome( array $entry ): string {
		return self::outcomes()[ (string) $entry['outcome'] ] ?? '';
	}

	/**
	 * Who did it: the identity provider by its token's name, or somebody of the site.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	public static function actor( array $entry ): string {
		static $names = null;
		if ( null === $entry['token_id'] || ActivityLog::TOKEN === $entry['kind'] ) {
			return (string) ( $entry['actor'] ?? __( 'This site', 'rollbook' ) );
		}
		$names ??= array_filter( array_column( Tokens::all(), 'name', 'id' ) ) + array( 0 => __( 'The token in wp-config.php', 'rollbook' ) );
		/* translators: %d: number of a token. */
		return (string) ( $names[ (int) $entry['token_id'] ] ?? sprintf( __( 'Token %d, which is gone', 'rollbook' ), (int) $entry['token_id'] ) );
	}

	/**
	 * The changes of an entry.
	 *
	 * @param array<string, ?string> $entry The entry.
	 * @return list<array{what: string, before: string, after: string}>
	 */
	public static function changes( array $entry ): array {
		$lines = array();
		foreach ( self::decoded( $entry['effects'] ) as $change ) {
			if ( is_array( $change ) && isset( $change['what'] ) ) {
				$what    = (string) $change['what'];
				$lines[] = array(
					'what'   => self::what( $what ),
					'before' => self::value( $what, $change['before'] ?? null ),
					'after'  => self::value( $what, $change['after'] ?? null ),
				);
			}
		}
		foreach ( ActivityLog::SETTINGS === $entry['kind'] ? self::decoded( $entry['changes'] ) : array() as $change ) {
			if ( is_array( $change ) && isset( $change['key'] ) ) {
				$lines[] = array(
					'what'   => (string) $change['key'],
					'before' => self::plain( $change['before'] ?? null ),
					'after'  => self::plain( $change['after'] ?? null ),
				);
			}
		}
		return $lines;
	}

	/**
	 * What else was changed: the attributes that the identity provider sent.
	 *
	 * @param array<string, ?string> $entry The entry.
	 * @return list<string>
	 */
	public static function attributes( array $entry ): array {
		return array_values( array_filter( self::decoded( $entry['changes'] ), 'is_string' ) );
	}

	/**
	 * Where the identity provider departed from the standard.
	 *
	 * @param array<string, ?string> $entry The entry.
	 * @return list<string>
	 */
	public static function dialects( array $entry ): array {
		return array_values( array_filter( self::decoded( $entry['dialects'] ), 'is_string' ) );
	}

	/**
	 * A moment, as the site writes it.
	 *
	 * @param int $time Milliseconds since 1970.
	 */
	public static function moment( int $time ): string {
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), intdiv( $time, 1000 ) );
	}

	/**
	 * Why requests without a valid token were refused, and what the owner can do.
	 *
	 * @param string $reason The reason, in one word.
	 * @return array{string, string}
	 */
	public static function refusal( string $reason ): array {
		$copy = __( 'Copy the token into the identity provider once more, all of it; a lost one is replaced by a new one on the Connection tab.', 'rollbook' );
		return match ( $reason ) {
			'missing'    => array( __( 'No token arrived', 'rollbook' ), __( 'Enter the token in the identity provider. If it is there, the web server keeps it to itself: see “When the test fails” under Help.', 'rollbook' ) ),
			'not_bearer' => array( __( 'Another kind of login was tried', 'rollbook' ), __( 'Choose “Bearer token”, “HTTP header” or “OAuth bearer token” in the identity provider.', 'rollbook' ) ),
			'expired'    => array( __( 'The token has expired', 'rollbook' ), __( 'Create another one on the Connection tab and enter it in the identity provider.', 'rollbook' ) ),
			'revoked'    => array( __( 'The token was revoked', 'rollbook' ), __( 'Create another one on the Connection tab, or switch off the provisioning that still uses this one.', 'rollbook' ) ),
			'plain'      => array( __( 'It came without TLS', 'rollbook' ), __( 'Give the identity provider the address with https. If a proxy before the site ends TLS, name it on the Advanced tab.', 'rollbook' ) ),
			'throttled'  => array( __( 'Too many came within a minute', 'rollbook' ), __( 'Somebody tries tokens, or an identity provider has a wrong one. A valid token is let in all the same.', 'rollbook' ) ),
			'too_many'   => array( __( 'A token asked for too much within a minute', 'rollbook' ), __( 'The identity provider sends again what it was told to send later. Raise “Requests per minute” on the Advanced tab if this happens every day; if you do not know who sends so much, replace the token.', 'rollbook' ) ),
			'paused'     => array( __( 'Provisioning was paused', 'rollbook' ), __( 'Resume it on the Connection tab. The identity provider sends again what it was told to send later.', 'rollbook' ) ),
			'network'    => array( __( 'It came from a network that is not allowed', 'rollbook' ), __( 'Add the address on the Advanced tab if it is your identity provider’s.', 'rollbook' ) ),
			'failure'    => array( __( 'The token could not be checked', 'rollbook' ), __( 'The database or the settings could not be read. The PHP error log of the site names the cause.', 'rollbook' ) ),
			'unknown'    => array( __( 'The token is not one of this site', 'rollbook' ), $copy ),
			default      => array( __( 'The token was not complete', 'rollbook' ), $copy ),
		};
	}

	/**
	 * The name of a role, as WordPress shows it.
	 *
	 * @param string $role The role.
	 */
	public static function role( string $role ): string {
		$name = wp_roles()->role_names[ $role ] ?? null;
		return null === $name ? $role : translate_user_role( $name );
	}

	/**
	 * What can happen to people and groups.
	 *
	 * @return array<string, string>
	 */
	private static function actions(): array {
		return array(
			'created'         => __( 'Created', 'rollbook' ),
			'linked'          => __( 'Existing account linked', 'rollbook' ),
			'updated'         => __( 'Changed', 'rollbook' ),
			'role_changed'    => __( 'Role changed', 'rollbook' ),
			'deactivated'     => __( 'Locked out', 'rollbook' ),
			'reactivated'     => __( 'Let in again', 'rollbook' ),
			'deleted'         => __( 'Deleted', 'rollbook' ),
			'unlinked'        => __( 'Unlinked', 'rollbook' ),
			'linking_allowed' => __( 'Linking allowed again', 'rollbook' ),
			'refused'         => __( 'Refused', 'rollbook' ),
			'bulk'            => __( 'Several changes at once', 'rollbook' ),
			'ended'           => __( 'Request ended by a plugin', 'rollbook' ),
			'read'            => __( 'Read', 'rollbook' ),
			'unchanged'       => __( 'Nothing to change', 'rollbook' ),
		);
	}

	/**
	 * What a request did.
	 *
	 * @param string $action The action.
	 * @param string $method The method.
	 */
	private static function of_request( string $action, string $method ): string {
		$tried = match ( $method ) {
			'POST'         => __( 'Creating', 'rollbook' ),
			'PUT', 'PATCH' => __( 'Changing', 'rollbook' ),
			'DELETE'       => __( 'Deleting', 'rollbook' ),
			'TASK'         => __( 'Done to everybody', 'rollbook' ),
			default        => __( 'Searching', 'rollbook' ),
		};
		return 'refused' === $action ? $tried : self::actions()[ $action ] ?? $tried;
	}

	/**
	 * The name of a thing that changed.
	 *
	 * @param string $what The extension's word for it.
	 */
	private static function what( string $what ): string {
		return match ( $what ) {
			'role'               => __( 'Role', 'rollbook' ),
			'state'              => __( 'Access', 'rollbook' ),
			'login'              => __( 'Username', 'rollbook' ),
			'email'              => __( 'E-mail address', 'rollbook' ),
			'account'            => __( 'Account', 'rollbook' ),
			'field:display_name' => __( 'Display name', 'rollbook' ),
			'field:first_name'   => __( 'First name', 'rollbook' ),
			'field:last_name'    => __( 'Last name', 'rollbook' ),
			'field:nickname'     => __( 'Nickname', 'rollbook' ),
			'field:locale'       => __( 'Language', 'rollbook' ),
			default              => $what,
		};
	}

	/**
	 * A value of such a thing.
	 *
	 * @param string $what  The extension's word for the thing.
	 * @param mixed  $value The value.
	 */
	private static function value( string $what, mixed $value ): string {
		if ( null === $value ) {
			return '';
		}
		$value = (string) $value;
		return match ( $what ) {
			'role'    => implode( ', ', array_map( array( self::class, 'role' ), explode( ', ', $value ) ) ),
			'state'   => 'active' === $value ? __( 'may log in', 'rollbook' ) : __( 'locked out', 'rollbook' ),
			'account' => match ( $value ) {
				'kept'              => __( 'kept, locked', 'rollbook' ),
				'removed_from_site' => __( 'taken off this site', 'rollbook' ),
				default             => __( 'deleted', 'rollbook' ),
			},
			default   => $value,
		};
	}

	/**
	 * A setting's value.
	 *
	 * @param mixed $value The value.
	 */
	private static function plain( mixed $value ): string {
		return match ( true ) {
			true === $value  => __( 'on', 'rollbook' ),
			false === $value => __( 'off', 'rollbook' ),
			null === $value  => '',
			default          => (string) $value,
		};
	}

	/**
	 * A list that was kept as JSON.
	 *
	 * @param ?string $json The JSON.
	 * @return array<array-key, mixed>
	 */
	private static function decoded( ?string $json ): array {
		$list = null === $json ? null : json_decode( $json, true );
		return is_array( $list ) ? $list : array();
	}
}
