<?php
/**
 * The list of tokens.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Tokens;
use WP_List_Table;

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';

/**
 * Shows the tokens in a WordPress list.
 */
final class TokensTable extends WP_List_Table {

	/**
	 * A table of these tokens.
	 *
	 * @param list<array<string, mixed>> $tokens   The tokens.
	 * @param bool                       $is_first Whether it is the first table of the page.
	 */
	public function __construct( array $tokens, private readonly bool $is_first = true ) {
		parent::__construct(
			array(
				'singular' => 'rollbook-token',
				'plural'   => 'rollbook-tokens',
			)
		);
		$this->items           = $tokens;
		$this->_column_headers = array( $this->get_columns(), array(), array(), 'name' );
	}

	/**
	 * The columns.
	 *
	 * @return array<string, string>
	 */
	public function get_columns() {
		return array(
			'name'      => __( 'Name', 'rollbook' ),
			'scope'     => __( 'Access', 'rollbook' ),
			'state'     => __( 'State', 'rollbook' ),
			'created'   => __( 'Created', 'rollbook' ),
			'expires'   => __( 'Expires', 'rollbook' ),
			'last_used' => __( 'Last used', 'rollbook' ),
			'revoke'    => '<span class="screen-reader-text">' . esc_html__( 'Revoke', 'rollbook' ) . '</span>',
		);
	}

	/**
	 * The text of the empty list.
	 */
	public function no_items() {
		esc_html_e( 'There is no token yet. Create the first one below.', 'rollbook' );
	}

	/**
	 * Prints the table. WordPress's own way gives ids, which may stand only once on a page.
	 */
	public function display() {
		if ( $this->is_first ) {
			parent::display();
			return;
		}
		printf( '<table class="wp-list-table %s"><thead><tr>', esc_attr( implode( ' ', $this->get_table_classes() ) ) );
		$this->print_column_headers( false );
		echo '</tr></thead><tbody>';
		$this->display_rows();
		echo '</tbody></table>';
	}

	/**
	 * Prints nothing above or below: the list has no bulk actions and only one page.
	 *
	 * @param string $which Above or below.
	 */
	protected function display_tablenav( $which ) {
	}

	/**
	 * The name.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_name( array $token ): string {
		return '<strong>' . esc_html( $token['name'] ) . '</strong>';
	}

	/**
	 * What the token may do.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_scope( array $token ): string {
		return 'read' === $token['scope'] ? esc_html__( 'Reading only', 'rollbook' ) : esc_html__( 'Full', 'rollbook' );
	}

	/**
	 * Whether the token is still accepted.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_state( array $token ): string {
		if ( null !== $token['revoked'] ) {
			return esc_html__( 'Revoked', 'rollbook' );
		}
		return self::has_ended( $token ) ? esc_html__( 'Expired', 'rollbook' ) : esc_html__( 'Active', 'rollbook' );
	}

	/**
	 * When it was created, and who created it.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_created( array $token ): string {
		$creator = get_userdata( $token['created_by'] );
		if ( false === $creator ) {
			return self::day( $token['created'] );
		}
		/* translators: 1: date, 2: name of a person. */
		return sprintf( esc_html__( '%1$s by %2$s', 'rollbook' ), self::day( $token['created'] ), esc_html( $creator->display_name ) );
	}

	/**
	 * When it ends.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_expires( array $token ): string {
		return null === $token['expires'] ? esc_html__( 'Never', 'rollbook' ) : self::day( $token['expires'] );
	}

	/**
	 * When it was last used, and from where.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_last_used( array $token ): string {
		if ( null === $token['last_used'] ) {
			return esc_html__( 'Never', 'rollbook' );
		}
		/* translators: %s: a span of time, "5 minutes". */
		$text = sprintf( __( '%s ago', 'rollbook' ), human_time_diff( intdiv( $token['last_used'], 1000 ) ) );
		$address = null === $token['last_address'] ? '' : '<br><code>' . esc_html( $token['last_address'] ) . '</code>';
		return self::moment( $token['last_used'], $text ) . $address;
	}

	/**
	 * The button that revokes it.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	protected function column_revoke( array $token ): string {
		if ( null !== $token['revoked'] ) {
			/* translators: %s: name of a token. */
			$label = sprintf( __( 'Delete the revoked token “%s”', 'rollbook' ), $token['name'] );
			return SettingsPage::form_with_button( TokenActions::DELETE, $token['id'], __( 'Delete', 'rollbook' ), $label );
		}
		/* translators: %s: name of a token. */
		$label = sprintf( __( 'Revoke the token “%s”', 'rollbook' ), $token['name'] );
		return SettingsPage::form_with_button( TokenActions::REVOKE, $token['id'], __( 'Revoke', 'rollbook' ), $label, Tokens::is_in_use( $token ) ? ' rollbook-dangerous' : '' );
	}

	/**
	 * Whether a token has expired.
	 *
	 * @param array<string, mixed> $token The token.
	 */
	private static function has_ended( array $token ): bool {
		return null !== $token['expires'] && $token['expires'] <= Tokens::now();
	}

	/**
	 * A moment as its day.
	 *
	 * @param int $time The moment, in milliseconds since 1970.
	 */
	private static function day( int $time ): string {
		return self::moment( $time, (string) wp_date( (string) get_option( 'date_format' ), intdiv( $time, 1000 ) ) );
	}

	/**
	 * A moment in words, with the exact time behind them.
	 *
	 * @param int    $time The moment, in milliseconds since 1970.
	 * @param string $text The words.
	 */
	private static function moment( int $time, string $text ): string {
		return sprintf(
			'<time datetime="%s" title="%s">%s</time>',
			esc_attr( (string) wp_date( 'c', intdiv( $time, 1000 ) ) ),
			esc_attr( (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), intdiv( $time, 1000 ) ) ),
			esc_html( $text )
		);
	}
}
