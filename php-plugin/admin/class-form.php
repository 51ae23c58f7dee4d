<?php
/**
 * What the fields of forms have in common.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Prints the parts of a field that depend on whether its value in the settings document is refused.
 */
final class Form {

	/**
	 * A form.
	 *
	 * @param FormData $data What to show.
	 */
	public function __construct( private readonly FormData $data ) {
	}

	/**
	 * Prints the attributes that join a field to its description and to what is wrong with it.
	 *
	 * @param string $place The field's place in the document.
	 * @param string $help  The id of its description, if there is one.
	 */
	public function describe( string $place, string $help = '' ): void {
		$wrong = array() !== $this->reasons( $place );
		$ids   = trim( $help . ( $wrong || isset( $this->data->dangers[ $place ] ) ? ' ' . self::id( $place ) : '' ) );
		if ( '' !== $ids ) {
			printf( ' aria-describedby="%s"', esc_attr( $ids ) );
		}
		if ( $wrong ) {
			echo ' aria-invalid="true"';
		}
	}

	/**
	 * Prints what is wrong at a place, or would be dangerous, if anything is.
	 *
	 * @param string $place The place.
	 */
	public function problem( string $place ): void {
		$reasons = $this->reasons( $place );
		if ( $reasons ) {
			printf( '<p class="rollbook-problem" id="%s">%s</p>', esc_attr( self::id( $place ) ), implode( '<br>', array_map( 'esc_html', $reasons ) ) );
		} elseif ( isset( $this->data->dangers[ $place ] ) ) {
			printf( '<p class="rollbook-danger" id="%s"><span class="dashicons dashicons-warning" aria-hidden="true"></span> %s</p>', esc_attr( self::id( $place ) ), nl2br( esc_html( $this->data->dangers[ $place ] ), false ) );
		}
	}

	/**
	 * Prints radio buttons, a line each.
	 *
	 * @param string                $name    The field's name.
	 * @param array<string, string> $options The values and what they mean.
	 * @param string                $chosen  The chosen one.
	 * @param array<string, string> $marks   Warnings behind dangerous ones, by value.
	 */
	public function radios( string $name, array $options, string $chosen, array $marks = array() ): void {
		foreach ( $options as $value => $text ) {
			printf( '<label><input type="radio" name="%s" value="%s"%s> %s</label>', esc_attr( $name ), esc_attr( $value ), checked( $chosen, $value, false ), esc_html( $text ) );
			if ( isset( $marks[ $value ] ) ) {
				printf( ' <span class="rollbook-mark"><span class="dashicons dashicons-warning" aria-hidden="true"></span> %s</span>', esc_html( $marks[ $value ] ) );
			}
			echo '<br>';
		}
	}

	/**
	 * Prints the options of a choice among roles. The list keeps a chosen role that the site no longer has: otherwise saving would choose
	 * another.
	 *
	 * @param string                $chosen The chosen one; none where it is empty.
	 * @param string                $none   What it means to choose none.
	 * @param array<string, string> $more   What else can be chosen, and what it is called.
	 */
	public function roles( string $chosen, string $none, array $more = array() ): void {
		$roles = array( '' => $none ) + $more + $this->data->roles + array( $chosen => $chosen );
		foreach ( $roles as $role => $name ) {
			/* translators: %s: name of a role. */
			$name = in_array( (string) $role, $this->data->protected, true ) ? sprintf( __( '%s (protected: never given)', 'rollbook' ), $name ) : $name;
			printf( '<option value="%s"%s>%s</option>', esc_attr( (string) $role ), selected( $chosen, (string) $role, false ), esc_html( $name ) );
		}
	}

	/**
	 * What is wrong at a place. A list that is edited in one field also tells what is wrong with its elements.
	 *
	 * @param string $place The place.
	 * @return list<string>
	 */
	private function reasons( string $place ): array {
		$pattern = '/^' . preg_quote( $place, '/' ) . '(\[\d+\])?$/';
		return array_values( array_intersect_key( $this->data->problems, array_flip( preg_grep( $pattern, array_keys( $this->data->problems ) ) ) ) );
	}

	/**
	 * The id of what is wrong at a place.
	 *
	 * @param string $place The place.
	 */
	public static function id( string $place ): string {
		return 'rollbook-problem-' . sanitize_html_class( str_replace( array( '[', '.' ), '-', $place ) );
	}
}
