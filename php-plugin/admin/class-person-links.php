<?php
/**
 * What the owner can do to people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\People\Protection;
use Rollbook\WordPress\People\UnlinkedAccounts;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Knows what can be done to accounts. The extension says it; the first question on a list of users is answered for all of its rows.
 */
final class PersonLinks {

	/** What is asked about first, and the task that it is: the forms' actions, without `rollbook_`. */
	public const TASKS = array(
		'lock'   => 'locking',
		'unlock' => 'unlocking',
		'unlink' => 'unlinking',
	);

	/**
	 * The most people that one question is about: WordPress shows no more on a page.
	 */
	private const MOST = 999;

	/**
	 * The tasks that can be done, by account.
	 *
	 * @var array<int, list<string>>
	 */
	private static array $possible = array();

	/**
	 * What is known of accounts that were asked about.
	 *
	 * @var array<int, array{user_id: int, managed: bool, active: bool, deleted: bool, unlinked: bool, protected: bool}>
	 */
	private static array $known = array();

	/**
	 * Whether something can be done to an account.
	 *
	 * @param string $task    What: `locking`, `unlocking`, `unlinking`, `allowing_linking`.
	 * @param int    $user_id The account.
	 */
	public static function can( string $task, int $user_id ): bool {
		if ( 'locking' === $task && get_current_user_id() === $user_id || ! self::is_in_reach( $user_id ) ) {
			return false;
		}
		self::ask( array( $user_id ) );
		return in_array( $task, self::$possible[ $user_id ] ?? array(), true );
	}

	/**
	 * What an action is called.
	 *
	 * @param string $what The action.
	 */
	public static function label( string $what ): string {
		return match ( $what ) {
			'lock'   => __( 'Lock out', 'rollbook' ),
			'unlock' => __( 'Let in again', 'rollbook' ),
			default  => __( 'Unlink', 'rollbook' ),
		};
	}

	/**
	 * Numbers with commas between them.
	 *
	 * @param string $text The text.
	 * @return list<int>
	 */
	public static function ids( string $text ): array {
		return array_slice( array_values( array_unique( array_filter( array_map( 'absint', explode( ',', $text ) ) ) ) ), 0, self::MOST );
	}

	/**
	 * What is known of an account.
	 *
	 * @param int $user_id The account.
	 * @return ?array{user_id: int, managed: bool, active: bool, deleted: bool, unlinked: bool, protected: bool} Nothing where the database does not tell.
	 */
	public static function of( int $user_id ): ?array {
		self::ask( array( $user_id ) );
		return self::$known[ $user_id ] ?? null;
	}

	/**
	 * Asks about accounts, and about all of a list of users at the same time.
	 *
	 * @param int[] $user_ids The accounts.
	 */
	public static function ask( array $user_ids ): void {
		global $wp_list_table;
		if ( array() === array_diff( $user_ids, array_keys( self::$possible ) ) ) {
			return;
		}
		$listed           = $wp_list_table instanceof \WP_Users_List_Table ? array_map( 'intval', array_keys( $wp_list_table->items ? $wp_list_table->items : array() ) ) : array();
		$user_ids         = array_values( array_unique( array( ...$user_ids, ...$listed ) ) );
		self::$possible  += array_fill_keys( $user_ids, array() );
		try {
			$links = self::links( $user_ids );
			foreach ( \Rollbook\Settings::links( Settings::document(), $links ) as $task => $whose ) {
				foreach ( $whose as $account ) {
					self::$possible[ $account ][] = $task;
				}
			}
			self::$known = array_column( $links, null, 'user_id' ) + self::$known;
		} catch ( DatabaseFailure | \Rollbook\Exception ) {
			return; // The list of users is not to break.
		}
	}

	/**
	 * Whether the one who is logged in may decide about an account: a super administrator is beyond a site's administrators.
	 *
	 * @param int $user_id The account.
	 */
	public static function is_in_reach( int $user_id ): bool {
		return ! is_multisite() || ! is_super_admin( $user_id ) || is_super_admin();
	}

	/**
	 * What the extension needs to know of the links of accounts.
	 *
	 * @param int[] $user_ids The accounts.
	 * @return list<array{user_id: int, managed: bool, active: bool, deleted: bool, unlinked: bool, protected: bool}>
	 */
	private static function links( array $user_ids ): array {
		$rows  = Database::rows( 'SELECT user_id, managed, active, deleted FROM ' . Tables::name( 'users' ) . ' WHERE user_id IN (' . Database::marks( $user_ids, '%d' ) . ')', $user_ids );
		$rows  = array_column( $rows, null, 'user_id' );
		$links = array();
		foreach ( $rows as $user_id => $row ) {
			AccessControl::learn( (int) $user_id, 0 === (int) ( $row['active'] ?? 1 ) );
		}
		foreach ( $user_ids as $user_id ) {
			$user    = get_userdata( $user_id );
			$links[] = array(
				'user_id'   => $user_id,
				'managed'   => (bool) ( $rows[ $user_id ]['managed'] ?? false ),
				'active'    => (bool) ( $rows[ $user_id ]['active'] ?? true ),
				'deleted'   => (bool) ( $rows[ $user_id ]['deleted'] ?? false ),
				'unlinked'  => UnlinkedAccounts::contains( $user_id ),
				'protected' => false !== $user && Protection::covers( $user ),
			);
		}
		return $links;
	}
}
