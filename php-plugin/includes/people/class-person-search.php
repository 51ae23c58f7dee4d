<?php
/**
 * Finds somebody among many accounts.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Finds accounts by number, by the beginning of a login, an e-mail address or a name that an identity provider has given, and by a part of
 * any of them. All but the last have an index.
 */
final class PersonSearch {

	/** The most accounts that are shown. */
	public const MOST = 10;

	/** The last character that a name can have. A name with a given beginning sorts between that text and the text plus this character. */
	public const LAST_CHARACTER = "\u{10FFFF}";

	/** The columns of WordPress's accounts that have an index. */
	private const INDEXED = array( 'user_login', 'user_email', 'user_nicename' );

	/**
	 * The accounts that a text may mean, the nearest first. On a network the administrator of a site finds the people of that site alone.
	 *
	 * @param string $typed  The text.
	 * @param int    $most   At most how many.
	 * @param bool   $within Whether also those count that have it in the middle of a name. All accounts are read then.
	 * @return list<array{id: int, login: string, name: string}>
	 */
	public static function find( string $typed, int $most = self::MOST, bool $within = true ): array {
		global $wpdb;
		$typed = trim( $typed );
		if ( '' === $typed ) {
			return array();
		}
		$here  = self::reaches_all() ? '' : ' AND EXISTS ( SELECT 1 FROM ' . $wpdb->usermeta . ' AS m WHERE m.user_id = u.ID AND m.meta_key = %s )';
		$site  = '' === $here ? array() : array( $wpdb->get_blog_prefix() . 'capabilities' );
		$found = array();
		$ask   = static function ( string $condition, array $values, string $order = '', string $also = '' ) use ( &$found, $here, $site, $most, $wpdb ): void {
			if ( count( $found ) >= $most ) {
				return;
			}
			$order = '' === $order ? '' : " ORDER BY $order";
			foreach ( Database::rows( "SELECT u.ID, u.user_login, u.display_name FROM {$wpdb->users} AS u{$also} WHERE {$condition}{$here}{$order} LIMIT %d", array( ...$values, ...$site, $most ) ) as $row ) {
				$found[ (int) $row['ID'] ] ??= array(
					'id'    => (int) $row['ID'],
					'login' => (string) $row['user_login'],
					'name'  => (string) $row['display_name'],
				);
			}
		};
		if ( ctype_digit( $typed ) ) {
			$ask( 'u.ID = %d', array( $typed ) );
		}
		foreach ( self::INDEXED as $column ) {
			$ask( "u.$column LIKE %s", array( $wpdb->esc_like( $typed ) . '%' ), "u.$column" );
		}
		// The names that an identity provider has given.
		$folded = mb_convert_case( $typed, MB_CASE_FOLD );
		$record = ' INNER JOIN ' . Tables::name( 'users' ) . ' AS r ON r.user_id = u.ID';
		$ask( 'r.user_name_key >= %s AND r.user_name_key < %s', array( $folded, $folded . self::LAST_CHARACTER ), 'r.user_name_key', $record );
		$ask( "l.path = 'displayName' AND l.value >= %s AND l.value < %s", array( $folded, $folded . self::LAST_CHARACTER ), 'l.value', $record . ' INNER JOIN ' . Tables::name( 'lookups' ) . ' AS l ON l.row_id = r.row_id' );
		if ( $within ) {
			$middle = '%' . $wpdb->esc_like( $typed ) . '%';
			$ask( '( u.display_name LIKE %s OR u.user_login LIKE %s OR u.user_email LIKE %s )', array( $middle, $middle, $middle ) );
		}
		return array_slice( array_values( $found ), 0, $most );
	}

	/**
	 * Whether the site has so few accounts that all of them can be read for a search. WordPress itself says which sites are large.
	 */
	public static function reads_all(): bool {
		return ! wp_is_large_user_count();
	}

	/**
	 * The login that a text means exactly: a login, a number or an e-mail address. The text itself where it means nobody.
	 *
	 * @param string $typed The text.
	 */
	public static function login_of( string $typed ): string {
		$typed = trim( $typed );
		if ( '' === $typed || false !== get_user_by( 'login', $typed ) ) {
			return $typed;
		}
		$user = match ( true ) {
			ctype_digit( $typed ) => get_user_by( 'id', (int) $typed ),
			str_contains( $typed, '@' ) => get_user_by( 'email', $typed ),
			default => false,
		};
		return false !== $user && ( self::reaches_all() || Network::is_on_site( $user->ID ) ) ? $user->user_login : $typed;
	}

	/**
	 * Why an account may not hold the content of people who leave, as the extension says it; null if it may.
	 *
	 * @param string $login The login.
	 * @return ?array<string, mixed> The problem.
	 */
	public static function unfit( string $login ): ?array {
		$target   = ( new UserReader() )->find_reassign_target( array( 'do' => 'find_reassign_target', 'login' => $login ) );
		$document = array( 'deletion' => array( 'policy' => 'reassign', 'reassign_to' => $login ) );
		$problems = \Rollbook\Settings::problems( $document, array( 'reassign_target' => $target ) + Site::facts() );
		$wrong    = array_filter( $problems, static fn( array $problem ): bool => 'deletion.reassign_to' === $problem['place'] );
		return reset( $wrong ) ?: null;
	}

	/**
	 * Whether accounts of other sites may be found too.
	 */
	private static function reaches_all(): bool {
		return ! is_multisite() || is_super_admin();
	}
}
