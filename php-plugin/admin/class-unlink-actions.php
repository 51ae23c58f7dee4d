<?php
/**
 * Unlinking one person, and allowing one to be linked again.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\Announcements;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\People\Protection;
use Rollbook\WordPress\People\UnlinkedAccounts;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Offers unlinking in the list of users, asks for confirmation on the settings screen, and lets the extension do it.
 */
final class UnlinkActions {

	/** The form's action. */
	public const UNLINK = 'rollbook_unlink';

	/** The action of the link that lets an account be linked again. */
	public const ALLOW = 'rollbook_allow_linking';

	/**
	 * Which tasks are possible for the accounts on the page, by account.
	 *
	 * @var array<int, list<string>>
	 */
	private static array $actions = array();

	/**
	 * Adds a link that unlinks to the rows of managed people, and one that allows linking to the rows of unlinked people.
	 *
	 * @param array<string, string> $actions What else can be done.
	 * @param \WP_User              $user    Whose row it is.
	 * @return array<string, string>
	 */
	public static function filter_user_row_actions( array $actions, \WP_User $user ): array {
		if ( SettingsPage::is_allowed() && self::can( 'unlinking', $user->ID ) ) {
			$url = add_query_arg( 'unlink', $user->ID, SettingsPage::url( 'people' ) ) . '#rollbook-unlink';
			/* translators: %s: username. */
			$label                      = sprintf( __( 'Unlink %s from the identity provider', 'rollbook' ), $user->user_login );
			$actions['rollbook_unlink'] = sprintf( '<a href="%s" aria-label="%s">%s</a>', esc_url( $url ), esc_attr( $label ), esc_html__( 'Unlink', 'rollbook' ) );
		}
		if ( SettingsPage::is_allowed() && self::can( 'allowing_linking', $user->ID ) ) {
			$url = add_query_arg(
				array(
					'action'   => self::ALLOW,
					'id'       => $user->ID,
					'_wpnonce' => wp_create_nonce( self::ALLOW . $user->ID ),
				),
				admin_url( 'admin-post.php' )
			);
			/* translators: %s: username. */
			$label                             = sprintf( __( 'Allow identity providers to find and link %s again', 'rollbook' ), $user->user_login );
			$actions['rollbook_allow_linking'] = sprintf( '<a href="%s" aria-label="%s">%s</a>', esc_url( $url ), esc_attr( $label ), esc_html__( 'Allow linking', 'rollbook' ) );
		}
		return $actions;
	}

	/**
	 * The person whose unlinking the screen asks about, if any.
	 */
	public static function asked_about(): ?\WP_User {
		$user_id = absint( $_GET['unlink'] ?? 0 ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		$user    = $user_id ? get_userdata( $user_id ) : false;
		return false !== $user && self::can( 'unlinking', $user->ID ) ? $user : null;
	}

	/**
	 * Unlinks a person.
	 */
	public static function action_unlink(): void {
		$user_id = (int) FormInput::line( 'id' );
		SettingsPage::require_permission( self::UNLINK, $user_id );
		$login = self::perform( 'unlinking', $user_id, 'people' );
		/* translators: %s: username. */
		SettingsPage::go_back( new Message( sprintf( __( '%s is unlinked. The account is as it was; no identity provider finds it until you choose “Allow linking” in the list of users.', 'rollbook' ), $login ) ), 'people' );
	}

	/**
	 * Lets identity providers find and link an account again.
	 */
	public static function action_allow(): void {
		$user_id = absint( $_GET['id'] ?? 0 ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It is verified for this account, below.
		SettingsPage::require_permission( self::ALLOW, $user_id );
		$login = self::perform( 'allowing_linking', $user_id, 'people' );
		/* translators: %s: username. */
		SettingsPage::go_back( new Message( sprintf( __( 'Identity providers find %s again, and may link the account.', 'rollbook' ), $login ) ), 'people' );
	}

	/**
	 * Runs a task for one account. If the extension refuses, the screen says why.
	 *
	 * @param string $task    What to do.
	 * @param int    $user_id The account.
	 * @param string $tab     The tab to go back to.
	 * @return string The account's login.
	 */
	private static function perform( string $task, int $user_id, string $tab ): string {
		$fields       = array(
			'task'    => $task,
			'user_id' => $user_id,
		);
		$started = microtime( true );
		$runner  = new ExchangeRunner( Exchange::task( $fields, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$report  = json_decode( $runner->exchange->response()['body'], true );
		$summary = $runner->exchange->summary();
		ActivityLog::record( $summary, ( microtime( true ) - $started ) * 1000 );
		Announcements::prepare( $summary );
		register_shutdown_function( array( Announcements::class, 'make' ) );
		if ( ! isset( $report['login'] ) ) {
			SettingsPage::go_back( new Message( (string) ( $report['detail'] ?? $summary['failure'] ), 'error' ), $tab );
		}
		return (string) $report['login'];
	}

	/**
	 * Whether a task is possible for an account. The extension decides. The first call answers for all rows of the list of users.
	 *
	 * @param string $task    What to do.
	 * @param int    $user_id The account.
	 */
	private static function can( string $task, int $user_id ): bool {
		global $wp_list_table;
		if ( ! isset( self::$actions[ $user_id ] ) ) {
			$user_ids       = $wp_list_table instanceof \WP_Users_List_Table ? array_map( 'intval', array_keys( $wp_list_table->items ) ) : array();
			$user_ids       = array_unique( array( $user_id, ...$user_ids ) );
			self::$actions += array_fill_keys( $user_ids, array() );
			try {
				foreach ( \Rollbook\Settings::links( Settings::document(), self::links( $user_ids ) ) as $possible => $whose ) {
					foreach ( $whose as $account ) {
						self::$actions[ $account ][] = $possible;
					}
				}
			} catch ( DatabaseFailure | \Rollbook\Exception ) {
				return false; // The list of users must still be shown.
			}
		}
		return in_array( $task, self::$actions[ $user_id ], true );
	}

	/**
	 * What the extension needs to know about the accounts' links.
	 *
	 * @param int[] $user_ids The accounts.
	 * @return list<array{user_id: int, managed: bool, active: bool, unlinked: bool, protected: bool}>
	 */
	private static function links( array $user_ids ): array {
		$rows  = Database::rows( 'SELECT user_id, managed, active FROM ' . Tables::name( 'users' ) . ' WHERE deleted = 0 AND user_id IN (' . Database::marks( $user_ids, '%d' ) . ')', $user_ids );
		$rows  = array_column( $rows, null, 'user_id' );
		$links = array();
		foreach ( $user_ids as $user_id ) {
			$user    = get_userdata( $user_id );
			$links[] = array(
				'user_id'   => $user_id,
				'managed'   => (bool) ( $rows[ $user_id ]['managed'] ?? false ),
				'active'    => (bool) ( $rows[ $user_id ]['active'] ?? true ),
				'unlinked'  => UnlinkedAccounts::contains( $user_id ),
				'protected' => false !== $user && Protection::covers( $user ),
			);
		}
		return $links;
	}
}
