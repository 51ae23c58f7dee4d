<?php
/**
 * The settings about attributes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Which attribute is stored where.
 */
final class AttributesScreen extends FormScreen {

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Attributes', 'rollbook' );
	}

	/**
	 * The view.
	 */
	public static function view(): string {
		return 'attributes';
	}

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		return array(
			'mappings' => array_map(
				static function ( array $row ): array {
					$transform = array(
						'pattern'     => $row['pattern'] ?? '',
						'replacement' => $row['replacement'] ?? '',
					);
					return array(
						'path'       => trim( $row['path'] ?? '' ),
						'target'     => trim( $row['target'] ?? '' ),
						'title'      => sanitize_text_field( $row['title'] ?? '' ),
						'transform'  => '' === implode( '', $transform ) ? null : $transform,
						'type'       => $row['type'] ?? 'text',
						'values'     => '' === ( $row['values'] ?? '' ) ? null : $row['values'],
						'separator'  => $row['separator'] ?? null,
						'profile'    => ! empty( $row['profile'] ),
						'users_list' => ! empty( $row['users_list'] ),
						// A confirmation counts only for the target that the question named.
						'confirmed'  => ! empty( $row['confirmed'] ) && ( $row['confirmed_for'] ?? '' ) === trim( $row['target'] ?? '' ),
					);
				},
				FormInput::rows( 'mappings', array( 'path', 'target', 'title', 'pattern', 'replacement' ) )
			),
		);
	}
}
