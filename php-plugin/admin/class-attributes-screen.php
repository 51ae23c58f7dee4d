<?php
/**
 * The settings about attributes.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\SettingsProblem;

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
	 * What a row would store of a value.
	 *
	 * @return ?array{number: int, sample: string, stored: mixed, reasons: list<string>} The row by its number among those that the form keeps.
	 */
	public static function tried(): ?array {
		$rows = self::rows();
		foreach ( $rows as $number => $row ) {
			if ( ! empty( $row['try'] ) ) {
				$sample = $row['sample'] ?? '';
				$result = \Rollbook\Settings::tried( self::read()['mappings'][ $number ], $sample );
				return array(
					'number'  => $number,
					'sample'  => $sample,
					'stored'  => $result['stored'],
					'reasons' => array_map( SettingsProblem::reason( ... ), $result['problems'] ),
				);
			}
		}
		return null;
	}

	/**
	 * The rows that the form sent.
	 *
	 * @return list<array<string, string>>
	 */
	private static function rows(): array {
		return FormInput::rows( 'mappings', array( 'path', 'target', 'title', 'pattern', 'replacement' ) );
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
				self::rows()
			),
		);
	}
}
