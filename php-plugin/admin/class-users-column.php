<?php
/**
 * Rollbook's column in the list of users.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * A column that says who is managed and who may not log in, and links to the reason.
 */
final class UsersColumn {

	/** The column. */
	public const COLUMN = 'rollbook';

	/**
	 * Adds the column.
	 *
	 * @param array<string, string> $columns The columns.
	 * @return array<string, string>
	 */
	public static function filter_manage_users_columns( array $columns ): array {
		return SettingsPage::is_allowed() ? $columns + array( self::COLUMN => self::title() ) : $columns;
	}

	/**
	 * What it is called.
	 */
	public static function title(): string {
		return __( 'Identity provider', 'rollbook' );
	}

	/**
	 * A cell of it.
	 *
	 * @param mixed $output  The output of other plugins for this cell.
	 * @param mixed $column  The column.
	 * @param mixed $user_id Whose row it is.
	 */
	public static function filter_manage_users_custom_column( mixed $output, mixed $column, mixed $user_id ): mixed {
		if ( self::COLUMN !== $column ) {
			return $output;
		}
		$person = PersonLinks::of( (int) $user_id );
		if ( null === $person || ( ! $person['managed'] && ! $person['deleted'] && $person['active'] ) ) {
			return '<span aria-hidden="true">—</span><span class="screen-reader-text">' . esc_html__( 'Not managed', 'rollbook' ) . '</span>';
		}
		return sprintf( '<a href="%s">%s</a>', esc_url( ActivityLinks::url( array( 'person' => (string) (int) $user_id ) ) ), esc_html( self::state( $person ) ) );
	}

	/**
	 * How a person stands, in a few words.
	 *
	 * @param array{managed: bool, active: bool, deleted: bool, ...} $person What is known.
	 */
	public static function state( array $person ): string {
		return match ( true ) {
			$person['deleted'] && $person['active'] => __( 'Deleted there, let in here', 'rollbook' ),
			$person['deleted']                      => __( 'Locked out: deleted there', 'rollbook' ),
			! $person['active']                     => __( 'Locked out', 'rollbook' ),
			$person['managed']                      => __( 'Managed', 'rollbook' ),
			default                                 => __( 'Not managed', 'rollbook' ),
		};
	}
}
