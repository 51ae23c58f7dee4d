<?php
/**
 * The groups that identity providers have sent.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * A page of groups, or one group with a page of its members. The extension says which rules ask for a group.
 */
final class GroupsPanel {

	/** The members of a page. */
	private const MEMBERS = 20;

	/**
	 * What is shown.
	 *
	 * @param list<array<string, mixed>>     $groups  The groups of the page.
	 * @param int                            $total   How many groups there are.
	 * @param string                         $search  The part of the name that was asked for.
	 * @param int                            $page    The page, of groups or of members.
	 * @param int                            $pages   How many pages there are.
	 * @param ?array<string, mixed>          $group   The one group that is shown, if it is one.
	 * @param list<array<string, ?string>>   $members Its members.
	 */
	private function __construct(
		public readonly array $groups,
		public readonly int $total,
		public readonly string $search,
		public readonly int $page,
		public readonly int $pages,
		public readonly ?array $group = null,
		public readonly array $members = array(),
	) {
	}

	/**
	 * Collects it, as the address of the page asks.
	 */
	public static function collect(): self {
		// phpcs:disable WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		$text = static fn( string $name ): string => is_string( $_GET[ $name ] ?? null ) ? sanitize_text_field( wp_unslash( $_GET[ $name ] ) ) : '';
		// phpcs:enable
		$id   = $text( 'group' );
		$page = max( 1, absint( $text( 'page_of_groups' ) ) );
		if ( '' !== $id ) {
			$group = self::ask( array( 'id' => $id ) )['group'] ?? null;
			if ( null !== $group ) {
				$pages = max( 1, (int) ceil( $group['members'] / self::MEMBERS ) );
				$page  = min( $page, $pages );
				return new self( array(), 0, '', $page, $pages, $group, self::members( $id, $page ) );
			}
		}
		$search = $text( 'group_name' );
		$asked  = array( 'search' => $search );
		$report = self::ask( $asked + array( 'page' => $page ) );
		$pages  = max( 1, (int) ceil( ( $report['total'] ?? 0 ) / ( $report['page_size'] ?? 1 ) ) );
		if ( $page > $pages ) {
			$page   = $pages;
			$report = self::ask( $asked + array( 'page' => $page ) );
		}
		return new self( $report['groups'] ?? array(), $report['total'] ?? 0, $search, $page, $pages );
	}

	/**
	 * An address of the list.
	 *
	 * @param array<string, string> $more What to show.
	 */
	public static function url( array $more = array() ): string {
		return add_query_arg( array_map( 'rawurlencode', array_filter( $more, static fn( string $value ): bool => '' !== $value ) ), admin_url( 'options-general.php?page=rollbook&tab=roles' ) ) . '#rollbook-groups';
	}

	/**
	 * The address of another page of the same list.
	 *
	 * @param int $page The page.
	 */
	public function page_url( int $page ): string {
		return self::url(
			array(
				'group'          => (string) ( $this->group['id'] ?? '' ),
				'group_name'     => $this->search,
				'page_of_groups' => (string) $page,
			)
		);
	}

	/**
	 * The roles that come of a group, in words.
	 *
	 * @param array<string, mixed> $group The group.
	 * @return list<string>
	 */
	public static function roles( array $group ): array {
		$lines = array();
		$given = false;
		foreach ( $group['rules'] as $rule ) {
			$role = ActivityWords::role( $rule['role'] );
			if ( ! $rule['alone'] ) {
				/* translators: 1: number of a rule, 2: name of a role. */
				$lines[] = sprintf( __( 'Rule %1$d (%2$s) asks for this group among other things', 'rollbook' ), $rule['number'], $role );
			} elseif ( ! $given ) {
				/* translators: 1: name of a role, 2: number of a rule. */
				$lines[] = sprintf( __( '%1$s (rule %2$d)', 'rollbook' ), $role, $rule['number'] );
				$given   = true;
			} else {
				/* translators: 1: number of a rule, 2: name of a role. */
				$lines[] = sprintf( __( 'Rule %1$d (%2$s) fits as well, but an earlier one decides', 'rollbook' ), $rule['number'], $role );
			}
		}
		return $lines;
	}

	/**
	 * Asks the extension.
	 *
	 * @param array<string, mixed> $fields What for.
	 * @return array<string, mixed>
	 */
	private static function ask( array $fields ): array {
		return RuleQuestions::ask( array( 'task' => 'grouping' ) + $fields );
	}

	/**
	 * A page of the members of a group.
	 *
	 * @param string $id   The group.
	 * @param int    $page The page.
	 * @return list<array<string, ?string>> Of each `name`, `login`, `user_id`, and `group_id` where it is a group.
	 */
	private static function members( string $id, int $page ): array {
		global $wpdb;
		$groups  = Tables::name( 'groups' );
		$people  = Tables::name( 'users' );
		$members = Tables::name( 'group_members' );
		return Database::rows(
			"SELECT COALESCE(w.display_name, p.user_name, i.display_name) AS name, w.user_login AS login, p.user_id, i.id AS group_id
			FROM (SELECT member_id FROM $members WHERE group_row = (SELECT row_id FROM $groups WHERE id = %s) ORDER BY member_id LIMIT %d OFFSET %d) m
			LEFT JOIN $people p ON p.id = m.member_id LEFT JOIN $wpdb->users w ON w.ID = p.user_id LEFT JOIN $groups i ON i.id = m.member_id
			ORDER BY m.member_id",
			array( $id, self::MEMBERS, ( $page - 1 ) * self::MEMBERS )
		);
	}
}
