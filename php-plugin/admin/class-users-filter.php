<?php
/**
 * What the list of users can be narrowed to, and what is said before somebody is deleted from it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Shows managed people alone, or those who are locked out; and warns before somebody that the identity provider manages is deleted by hand.
 */
final class UsersFilter {

	/** The argument of the address, and of the query for users. */
	private const ARGUMENT = 'rollbook';

	/** Which people each choice shows: a condition on their row. */
	private const CHOICES = array(
		'managed' => 'managed = 1 AND deleted = 0',
		'locked'  => 'active = 0',
	);

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
	 * Has the database do it.
	 *
	 * @param \WP_User_Query $query The query.
	 */
	public static function action_pre_user_query( \WP_User_Query $query ): void {
		global $wpdb;
		$condition = self::CHOICES[ $query->query_vars[ self::ARGUMENT ] ?? '' ] ?? null;
		if ( null !== $condition ) {
			$query->query_where .= " AND $wpdb->users.ID IN ( SELECT user_id FROM " . Tables::name( 'users' ) . " WHERE $condition )";
		}
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
