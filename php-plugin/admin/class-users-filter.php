<?php
/**
 * What the list of users can be narrowed to, and what is said before somebody is deleted from it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Shows managed people alone, or those who are locked out; and warns before somebody that the identity provider manages is deleted by hand.
 */
final class UsersFilter {

	/** The argument of the address, and of the query for users. */
	private const ARGUMENT = 'rollbook';

	/** Which people each choice shows: a condition on their row that an index answers. */
	private const CHOICES = array(
		'managed' => 'deleted = 0 AND managed = 1',
		'locked'  => 'deleted IN ( 0, 1 ) AND managed IN ( 0, 1 ) AND active = 0',
	);

	/** So many people are named in the query for accounts. */
	private const FEW = 1000;

	/**
	 * Adds the choices.
	 *
	 * @param array<string, string> $views The links above the list.
	 * @return array<string, string>
	 */
	public static function filter_views( array $views ): array {
		if ( null !== self::chosen() && isset( $views['all'] ) ) {
			$views['all'] = str_replace( ' class="current" aria-current="page"', '', $views['all'] );
		}
		if ( SettingsPage::is_allowed() ) {
			$labels = array(
				'managed' => __( 'Managed by the identity provider', 'rollbook' ),
				'locked'  => __( 'Locked out', 'rollbook' ),
			);
			foreach ( $labels as $choice => $label ) {
				$current                   = self::chosen() === $choice ? ' class="current" aria-current="page"' : '';
				$views[ "rollbook_$choice" ] = sprintf( '<a href="%s"%s>%s</a>', esc_url( add_query_arg( self::ARGUMENT, $choice, admin_url( 'users.php' ) ) ), $current, esc_html( $label ) );
			}
		}
		return $views;
	}

	/**
	 * Narrows the list.
	 *
	 * @param array<string, mixed> $arguments The query's arguments.
	 * @return array<string, mixed>
	 */
	public static function filter_arguments( array $arguments ): array {
		$choice = SettingsPage::is_allowed() ? self::chosen() : null;
		return null === $choice ? $arguments : array( self::ARGUMENT => $choice ) + $arguments;
	}

	/**
	 * Has the database do it. Few people are named one by one: in any order of the list that is quick. Of many, a page is found soon, but to
	 * count them the database would look at every account; so it is remembered how many they are.
	 *
	 * @param \WP_User_Query $query The query.
	 */
	public static function action_pre_user_query( \WP_User_Query $query ): void {
		global $wpdb;
		$condition = self::CHOICES[ $query->query_vars[ self::ARGUMENT ] ?? '' ] ?? null;
		if ( null === $condition ) {
			return;
		}
		$chosen = 'FROM ' . Tables::name( 'users' ) . " WHERE $condition AND user_id IS NOT NULL";
		$few    = array_map( 'intval', array_column( Database::rows( "SELECT user_id $chosen LIMIT %d", array( self::FEW + 1 ) ), 'user_id' ) );
		if ( count( $few ) <= self::FEW ) {
			$query->query_where .= " AND $wpdb->users.ID IN ( " . implode( ', ', $few ? $few : array( 0 ) ) . ' )';
			return;
		}
		if ( 'WHERE 1=1' === trim( $query->query_where ) && "FROM $wpdb->users" === trim( $query->query_from ) ) {
			$query->query_fields = str_replace( 'SQL_CALC_FOUND_ROWS ', '', $query->query_fields );
			$count               = new RowCounts( Tables::name( 'users' ), 'u', "$condition AND user_id IS NOT NULL", array() );
			add_filter( 'found_users_query', static fn( mixed $sql, mixed $of ): mixed => $of === $query ? 'SELECT ' . $count->total() : $sql, 10, 2 );
		}
		// No IN or EXISTS: MariaDB would make a join of it, begin it with all who are chosen, and sort them for each page.
		$query->query_where .= " AND ( SELECT user_id $chosen AND user_id = $wpdb->users.ID LIMIT 1 ) IS NOT NULL";
	}

	/**
	 * Warns on the page that asks whether people are to be deleted.
	 *
	 * @param mixed $current Who deletes.
	 * @param mixed $ids     Who is to be deleted.
	 */
	public static function action_delete_user_form( mixed $current, mixed $ids ): void {
		if ( ! SettingsPage::is_allowed() ) {
			return;
		}
		$logins = array();
		foreach ( array_map( 'absint', (array) $ids ) as $user_id ) {
			$known = PersonLinks::of( $user_id );
			$user  = get_userdata( $user_id );
			if ( false !== $user && null !== $known && $known['managed'] && ! $known['deleted'] ) {
				$logins[] = $user->user_login;
			}
		}
		if ( array() !== $logins ) {
			printf(
				'<div class="notice notice-warning inline rollbook-deleting"><p><strong>%s</strong></p><p>%s</p></div>',
				/* translators: %s: usernames. */
				esc_html( sprintf( __( 'The identity provider manages: %s', 'rollbook' ), implode( ', ', $logins ) ) ),
				esc_html__( 'It does not know that you delete the account here, and creates a new, empty one with its next change as long as the person is assigned to this site there. Take the person off this site in the identity provider instead; or lock the person out, which keeps account and content.', 'rollbook' )
			);
		}
	}

	/**
	 * What is chosen.
	 */
	private static function chosen(): ?string {
		$choice = $_GET[ self::ARGUMENT ] ?? ''; // phpcs:ignore WordPress.Security.NonceVerification.Recommended , WordPress.Security.ValidatedSanitizedInput -- It only chooses what is shown, and is one of ours.
		return is_string( $choice ) && isset( self::CHOICES[ $choice ] ) ? $choice : null;
	}
}
