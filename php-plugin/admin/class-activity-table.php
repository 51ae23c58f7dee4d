<?php
/**
 * The list of what happened.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use WP_List_Table;

defined( 'ABSPATH' ) || exit;

require_once ABSPATH . 'wp-admin/includes/class-wp-list-table.php';

/**
 * Shows entries of the activity log in a WordPress list. Links to newer and older entries replace the numbered pages.
 */
final class ActivityTable extends WP_List_Table {

	/** How many changes of an entry the list shows. */
	private const FEW = 4;

	/**
	 * A table of a page of entries.
	 *
	 * @param ActivitySearch                                                                         $search The search that found them.
	 * @param array{entries: list<array<string, ?string>>, newer: ?string, older: ?string} $page   The page.
	 */
	public function __construct( private readonly ActivitySearch $search, private readonly array $page ) {
		parent::__construct(
			array(
				'singular' => 'rollbook-entry',
				'plural'   => 'rollbook-activity',
			)
		);
		$this->items           = $page['entries'];
		$this->_column_headers = array( $this->get_columns(), array(), array(), 'what' );
	}

	/**
	 * The columns.
	 *
	 * @return array<string, string>
	 */
	public function get_columns() {
		$columns = array(
			'what'    => __( 'What happened', 'rollbook' ),
			'time'    => __( 'Time', 'rollbook' ),
			'who'     => __( 'Person or group', 'rollbook' ),
			'changes' => __( 'What changed', 'rollbook' ),
			'actor'   => __( 'By', 'rollbook' ),
			'address' => __( 'From', 'rollbook' ),
		);
		return $this->search->user_id > 0 ? array_diff_key( $columns, array( 'who' => true ) ) : $columns;
	}

	/**
	 * The text of the empty list.
	 */
	public function no_items() {
		if ( $this->search->is_limited() ) {
			esc_html_e( 'Nothing fits this search. Choose fewer conditions, or a longer time.', 'rollbook' );
			return;
		}
		esc_html_e( 'Nothing has happened yet. Entries appear here with the first request of your identity provider.', 'rollbook' );
	}

	/**
	 * The links to newer and older entries, below the list.
	 *
	 * @param string $which Above or below.
	 */
	protected function display_tablenav( $which ) {
		if ( 'bottom' !== $which || ( null === $this->page['newer'] && null === $this->page['older'] ) ) {
			return;
		}
		printf( '<nav class="rollbook-pages" aria-label="%s">', esc_attr__( 'Pages of the activity log', 'rollbook' ) );
		foreach ( array(
			array( '', $this->page['newer'], __( 'Newest', 'rollbook' ) ),
			array( (string) $this->page['newer'], $this->page['newer'], __( 'Newer', 'rollbook' ) ),
			array( (string) $this->page['older'], $this->page['older'], __( 'Older', 'rollbook' ) ),
		) as list( $place, $is_there, $label ) ) {
			if ( null !== $is_there ) {
				printf( '<a class="button" href="%s">%s</a> ', esc_url( ActivityLinks::url( $this->search->arguments() + array_filter( array( 'place' => $place ) ) ) ), esc_html( $label ) );
			}
		}
		echo '</nav>';
	}

	/**
	 * A row has no button that unfolds it: a narrow screen shows all of its columns.
	 *
	 * @param mixed  $item        The entry.
	 * @param string $column_name The column.
	 * @param string $primary     The first column.
	 */
	protected function handle_row_actions( $item, $column_name, $primary ) {
		return '';
	}

	/**
	 * A cell.
	 *
	 * @param mixed  $item        The entry.
	 * @param string $column_name The column.
	 */
	protected function column_default( $item, $column_name ) {
		/** @var array<string, ?string> $item */
		return match ( $column_name ) {
			'what'    => self::what( $item ),
			'time'    => self::time( $item ),
			'who'     => self::who( $item ),
			'changes' => self::changes( $item ),
			'actor'   => self::actor( $item ),
			default   => self::address( $item ),
		};
	}

	/**
	 * What happened, with a link to the details.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function what( array $entry ): string {
		$link = sprintf( '<strong><a href="%s">%s</a></strong>', esc_url( ActivityLinks::url( array( 'entry' => $entry['id'] ) ) ), esc_html( ActivityWords::action( $entry ) ) );
		if ( 'done' === $entry['outcome'] ) {
			return $link;
		}
		$reason = wp_html_excerpt( (string) ( $entry['detail'] ?? $entry['failure'] ), 160, '…' );
		return $link . sprintf( ' <span class="rollbook-outcome rollbook-%s">%s</span>', esc_attr( (string) $entry['outcome'] ), esc_html( ActivityWords::outcome( $entry ) ) )
			. ( '' === $reason ? '' : sprintf( '<p class="rollbook-reason">%s</p>', null === $entry['detail'] ? esc_html( $reason ) : self::reason( $entry, $reason ) ) );
	}

	/**
	 * Why a request or a task ended as it did, escaped. What an identity provider is told is English in every language,
	 * so a screen reader and a browser that translates are told as well.
	 *
	 * @param array<string, ?string> $entry  The entry.
	 * @param string                 $reason Why.
	 */
	public static function reason( array $entry, string $reason ): string {
		return ActivityWords::was_answered( $entry ) ? sprintf( '<span lang="en" dir="ltr">%s</span>', esc_html( $reason ) ) : esc_html( $reason );
	}

	/**
	 * When.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function time( array $entry ): string {
		$time = (int) $entry['time'];
		return sprintf( '<time datetime="%s">%s</time>', esc_attr( (string) wp_date( 'c', intdiv( $time, 1000 ) ) ), esc_html( ActivityWords::moment( $time ) ) );
	}

	/**
	 * The person or group that it is about.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function who( array $entry ): string {
		$name = (string) $entry['resource_name'];
		if ( null === $entry['user_id'] ) {
			return '' === $name ? self::nothing() : esc_html( $name );
		}
		$user = '' === $name ? get_userdata( (int) $entry['user_id'] ) : false;
		$name = false === $user ? $name : $user->user_login;
		/* translators: %d: number of an account. */
		$name = '' === $name ? sprintf( __( 'Account %d', 'rollbook' ), (int) $entry['user_id'] ) : $name;
		return sprintf( '<a href="%s">%s</a>', esc_url( ActivityLinks::url( array( 'person' => $entry['user_id'] ) ) ), esc_html( $name ) );
	}

	/**
	 * The changes.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function changes( array $entry ): string {
		$changes = ActivityWords::changes( $entry );
		if ( ! $changes ) {
			$attributes = array_slice( ActivityWords::attributes( $entry ), 0, self::FEW );
			return $attributes ? '<code>' . implode( '</code> <code>', array_map( 'esc_html', $attributes ) ) . '</code>' : self::nothing();
		}
		$few  = array_slice( $changes, 0, self::FEW );
		$more = count( $changes ) - count( $few );
		/* translators: %d: a number. */
		$rest = $more > 0 ? '<br>' . esc_html( sprintf( _n( 'and %d more', 'and %d more', $more, 'rollbook' ), $more ) ) : '';
		return implode( '<br>', array_map( array( self::class, 'change' ), $few ) ) . $rest;
	}

	/**
	 * Who did it.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function actor( array $entry ): string {
		return esc_html( ActivityWords::actor( $entry ) );
	}

	/**
	 * Where it came from.
	 *
	 * @param array<string, ?string> $entry The entry.
	 */
	private static function address( array $entry ): string {
		return null === $entry['address'] ? self::nothing() : sprintf( '<span dir="ltr">%s</span>', esc_html( $entry['address'] ) );
	}

	/**
	 * A change.
	 *
	 * @param array{what: string, before: string, after: string} $change The value before and the value now.
	 */
	public static function change( array $change ): string {
		$value = static fn( string $text ): string => '' === $text ? '<i>' . esc_html( _x( 'nothing', 'a value that is not there', 'rollbook' ) ) . '</i>' : '<bdi>' . esc_html( $text ) . '</bdi>';
		$from  = '' === $change['before'] ? '' : sprintf( '<del>%s</del> <span class="rollbook-arrow" aria-hidden="true">→</span> ', $value( $change['before'] ) );
		return sprintf( '<span class="rollbook-change"><b>%s:</b> %s<ins>%s</ins></span>', esc_html( $change['what'] ), $from, $value( $change['after'] ) );
	}

	/**
	 * An empty cell.
	 */
	private static function nothing(): string {
		return '<span class="rollbook-nothing" aria-hidden="true">—</span>';
	}
}
