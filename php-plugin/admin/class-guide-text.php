<?php
/**
 * The text of a guide as a page.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Makes HTML of the Markdown that guides are written in: headings, paragraphs, lists, tables, and blocks of text to copy, which become fields
 * with a button. Nothing else is known, and everything is escaped.
 */
final class GuideText {

	/** The beginning of a list's item: how far it is indented, and its mark. */
	private const ITEM = '/^( *)(-|\d+\.) +/';

	/**
	 * How many fields there are so far.
	 *
	 * @var int
	 */
	private int $fields = 0;

	/**
	 * A text.
	 *
	 * @param callable(string): ?string $link Gives the address that a link of the text leads to; null where it leads nowhere here.
	 */
	public function __construct( private $link ) {
	}

	/**
	 * The text as HTML.
	 *
	 * @param string $markdown The text.
	 */
	public function html( string $markdown ): string {
		return $this->blocks( explode( "\n", str_replace( "\r", '', $markdown ) ) );
	}

	/**
	 * Lines as blocks.
	 *
	 * @param list<string> $lines The lines.
	 */
	private function blocks( array $lines ): string {
		$html = '';
		while ( array() !== $lines ) {
			$line = $lines[0];
			if ( '' === trim( $line ) ) {
				array_shift( $lines );
			} elseif ( preg_match( '/^#{1,3} /', $line ) ) {
				array_shift( $lines );
				$level = strspn( $line, '#' ) + 1;
				$html .= "<h$level>" . $this->inline( trim( $line, '# ' ) ) . "</h$level>";
			} elseif ( str_starts_with( $line, '```' ) ) {
				$html .= $this->field( self::taken( $lines, static fn( string $next, int $number ): bool => 0 === $number || ! str_starts_with( $next, '```' ) ) );
				array_shift( $lines ); // The end of the block.
			} elseif ( str_starts_with( $line, '|' ) ) {
				$html .= $this->table( self::taken( $lines, static fn( string $next ): bool => str_starts_with( $next, '|' ) ) );
			} elseif ( preg_match( self::ITEM, $line ) ) {
				$html .= $this->items( $lines );
			} else {
				$words = self::taken( $lines, static fn( string $next, int $number ): bool => 0 === $number || ( '' !== trim( $next ) && ! preg_match( '/^(#|```|\|)/', $next ) && ! preg_match( self::ITEM, $next ) ) );
				$html .= '<p>' . $this->inline( implode( ' ', array_map( 'trim', $words ) ) ) . '</p>';
			}
		}
		return $html;
	}

	/**
	 * A list; takes its lines.
	 *
	 * @param list<string> $lines The lines that are left.
	 */
	private function items( array &$lines ): string {
		$tag   = str_starts_with( ltrim( $lines[0] ), '-' ) ? 'ul' : 'ol';
		$items = '';
		while ( array() !== $lines && preg_match( self::ITEM, $lines[0], $found ) ) {
			$width  = strlen( $found[0] ?? '' );
			$inside = self::taken( $lines, static fn( string $next, int $number ): bool => 0 === $number || '' === trim( $next ) || str_starts_with( $next, str_repeat( ' ', min( 2, $width ) ) ) );
			$inside = array_map( static fn( string $line ): string => (string) preg_replace( "/^ {0,$width}/", '', $line ), $inside );
			// The mark itself.
			$inside[0] = (string) preg_replace( self::ITEM, '', $inside[0] );
			$items    .= '<li>' . $this->blocks( $inside ) . '</li>';
		}
		return "<$tag>$items</$tag>";
	}

	/**
	 * A table.
	 *
	 * @param list<string> $rows Its rows, of which the second is the line below the head.
	 */
	private function table( array $rows ): string {
		$cells = static fn( string $row ): array => array_map( 'trim', explode( '|', trim( $row, '| ' ) ) );
		$head  = $cells( $rows[0] );
		$body  = '';
		foreach ( array_slice( $rows, 2 ) as $row ) {
			$body .= '<tr>';
			foreach ( $cells( $row ) as $number => $cell ) {
				$body .= sprintf( 0 === $number ? '<th scope="row">%2$s</th>' : '<td data-colname="%1$s">%2$s</td>', esc_attr( $head[ $number ] ?? '' ), $this->inline( $cell ) );
			}
			$body .= '</tr>';
		}
		$titles = implode( '', array_map( fn( string $title ): string => '<th scope="col">' . $this->inline( $title ) . '</th>', $head ) );
		return '<table class="widefat striped rollbook-guide-table">' . ( '' === implode( '', $head ) ? '' : "<thead><tr>$titles</tr></thead>" ) . "<tbody>$body</tbody></table>";
	}

	/**
	 * A field whose text can be selected and copied.
	 *
	 * @param list<string> $lines The text, after the line that begins the block.
	 */
	private function field( array $lines ): string {
		$text = implode( "\n", array_slice( $lines, 1 ) );
		$id   = 'rollbook-guide-' . ++$this->fields;
		return sprintf(
			'<p class="rollbook-copy"><textarea id="%1$s" class="code" rows="%2$d" readonly aria-label="%3$s">%4$s</textarea> <button type="button" class="button hide-if-no-js" data-clipboard-target="#%1$s" data-rollbook-copied="%5$s">%6$s</button></p>',
			esc_attr( $id ),
			max( 1, count( $lines ) - 1 ),
			esc_attr__( 'Text to copy', 'rollbook' ),
			esc_textarea( $text ),
			esc_attr__( 'The text was copied.', 'rollbook' ),
			esc_html__( 'Copy', 'rollbook' )
		);
	}

	/**
	 * Words with what stands out among them.
	 *
	 * @param string $text The words.
	 */
	private function inline( string $text ): string {
		$html = '';
		foreach ( explode( '`', $text ) as $number => $part ) {
			if ( 1 === $number % 2 ) {
				$html .= '<code>' . esc_html( $part ) . '</code>';
				continue;
			}
			$part  = esc_html( $part );
			$part  = preg_replace_callback( '/\[([^\]]+)\]\(([^)\s]+)\)/', fn( array $found ): string => $this->anchor( $found[1], $found[2] ), $part );
			$part  = preg_replace( '/\*\*([^*]+)\*\*/', '<strong>$1</strong>', (string) $part );
			$html .= (string) preg_replace( '/\*(\S(?:[^*]*\S)?)\*/', '<em>$1</em>', (string) $part );
		}
		return $html;
	}

	/**
	 * A link.
	 *
	 * @param string $words   Its words, escaped.
	 * @param string $address Where it leads, as the text has it, escaped.
	 */
	private function anchor( string $words, string $address ): string {
		$address = ( $this->link )( html_entity_decode( $address ) );
		return null === $address ? $words : sprintf( '<a href="%s">%s</a>', esc_url( $address ), $words );
	}

	/**
	 * Takes lines from the beginning, as long as they belong together.
	 *
	 * @param list<string>                $lines The lines.
	 * @param callable(string, int): bool $goes_on Whether a line, by its text and number, still does.
	 * @return list<string>
	 */
	private static function taken( array &$lines, callable $goes_on ): array {
		$taken = array();
		while ( array() !== $lines && $goes_on( $lines[0], count( $taken ) ) ) {
			$taken[] = array_shift( $lines );
		}
		return $taken;
	}
}
