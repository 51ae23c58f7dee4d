<?php
/**
 * The mapped attributes of people, where WordPress shows people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * Shows attributes under their titles: as columns of the list of users, and on the profile page with a word about who may change them.
 */
final class PersonAttributes {

	/** What stands before the number of a column. */
	private const COLUMN = 'rollbook_attribute_';

	/**
	 * Adds the columns.
	 *
	 * @param array<string, string> $columns The columns.
	 * @return array<string, string>
	 */
	public static function filter_manage_users_columns( array $columns ): array {
		return $columns + array_map( 'esc_html', self::titles() );
	}

	/**
	 * The titles of the columns.
	 *
	 * @return array<string, string>
	 */
	public static function titles(): array {
		$titles = array();
		foreach ( self::mappings( 'users_list' ) as $number => $mapping ) {
			$titles[ self::column( $number ) ] = $mapping['title'];
		}
		return $titles;
	}

	/**
	 * The column of a mapping.
	 *
	 * @param int $number The mapping's number.
	 */
	public static function column( int $number ): string {
		return self::COLUMN . $number;
	}

	/**
	 * A cell of them.
	 *
	 * @param mixed $output  The output of other plugins for this cell.
	 * @param mixed $column  The column.
	 * @param mixed $user_id Whose row it is.
	 */
	public static function filter_manage_users_custom_column( mixed $output, mixed $column, mixed $user_id ): mixed {
		if ( ! is_string( $column ) || ! str_starts_with( $column, self::COLUMN ) ) {
			return $output;
		}
		$mapping = self::mappings( 'users_list' )[ (int) substr( $column, strlen( self::COLUMN ) ) ] ?? null;
		$user    = get_userdata( (int) $user_id );
		$text    = null === $mapping || false === $user ? '' : self::text( Targets::read( $user, array( $mapping['target'] ) )[ $mapping['target'] ] ?? null );
		return '' === $text ? '<span aria-hidden="true">—</span><span class="screen-reader-text">' . esc_html__( 'Nothing', 'rollbook' ) . '</span>' : esc_html( $text );
	}

	/**
	 * Prints the section of the profile page.
	 *
	 * @param \WP_User $user Whose page it is.
	 */
	public static function action_profile( \WP_User $user ): void {
		if ( ! Requirements::met() ) {
			return;
		}
		$known    = PersonLinks::of( $user->ID );
		$mappings = self::mappings( 'profile' );
		if ( null === $known || ! $known['managed'] && ! $known['deleted'] && array() === $mappings ) {
			return;
		}
		$values = Targets::read( $user, array_column( $mappings, 'target' ) );
		$rows   = array();
		foreach ( $mappings as $mapping ) {
			$rows[ $mapping['title'] ] = self::text( $values[ $mapping['target'] ] ?? null );
		}
		$url = SettingsPage::is_allowed() ? ActivityLinks::url( array( 'person' => (string) $user->ID ) ) : '';
		require __DIR__ . '/views/profile.php';
	}

	/**
	 * What the profile page says about who may change the person's data.
	 *
	 * @param array{managed: bool, active: bool, deleted: bool, ...} $known What is known of the person.
	 */
	public static function owner( array $known ): string {
		return match ( true ) {
			$known['deleted'] => __( 'The identity provider of your organization deleted this person. Nothing here is changed by it any more.', 'rollbook' ),
			$known['managed'] => __( 'The identity provider of your organization manages this account. It owns name, e-mail address, language and the attributes below: what is edited here is replaced with its next change.', 'rollbook' ),
			default           => __( 'No identity provider manages this account.', 'rollbook' ),
		};
	}

	/**
	 * The mappings that are shown at a place, by their number; each has a title.
	 *
	 * @param string $place `profile` or `users_list`.
	 * @return array<int, array{title: string, target: string}>
	 */
	private static function mappings( string $place ): array {
		$shown = array();
		foreach ( (array) ( Settings::document()['mappings'] ?? array() ) as $number => $mapping ) {
			if ( is_array( $mapping ) && ( $mapping[ $place ] ?? false ) && is_string( $mapping['target'] ?? null ) && str_contains( $mapping['target'], ':' ) ) {
				$title                  = is_string( $mapping['title'] ?? null ) ? trim( $mapping['title'] ) : '';
				$shown[ (int) $number ] = array(
					'title'  => '' === $title ? (string) ( $mapping['path'] ?? $mapping['target'] ) : $title,
					'target' => $mapping['target'],
				);
			}
		}
		return $shown;
	}

	/**
	 * A value as a text.
	 *
	 * @param mixed $value The value.
	 */
	private static function text( mixed $value ): string {
		return match ( true ) {
			is_bool( $value )   => $value ? __( 'Yes', 'rollbook' ) : __( 'No', 'rollbook' ),
			is_scalar( $value ) => (string) $value,
			is_array( $value )  => implode( ', ', array_filter( array_map( array( self::class, 'text' ), $value ), static fn( string $text ): bool => '' !== $text ) ),
			default             => '',
		};
	}
}
