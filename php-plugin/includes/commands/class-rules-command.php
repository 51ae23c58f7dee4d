<?php
/**
 * `wp rollbook rules`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Admin\RuleQuestions;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\TaskRun;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the role rules, previews what they would change for everybody, and applies them.
 */
final class RulesCommand {

	/**
	 * Lists the rules; the first that fits decides. A warning stands beside a rule that asks for something nobody has.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @subcommand list
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function all( array $arguments, array $options ): void {
		$rows   = array();
		$doubts = RuleQuestions::doubts();
		foreach ( Settings::document()['role_rules'] ?? array() as $number => $rule ) {
			$rows[] = array( 'position' => $number + 1 ) + $rule + array( 'warning' => implode( ' ', $doubts[ $rule['filter'] ] ?? array() ) );
		}
		Listing::print_rows( $rows, array( 'position', 'filter', 'role', 'warning' ), $options );
	}

	/**
	 * Lists the people that a filter matches, and which rule decides for each. Nothing is changed.
	 *
	 * ## OPTIONS
	 *
	 * <filter>
	 * : The filter, as a rule has it.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml, ids or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook rules match 'groups.display eq "Editors"'
	 *
	 * @param list<string>          $arguments The filter.
	 * @param array<string, string> $options   The options.
	 */
	public function match( array $arguments, array $options ): void {
		$rows  = array();
		$after = null;
		do {
			$page = RuleQuestions::matches( $arguments[0], $after );
			if ( null !== $page['problem'] ) {
				WP_CLI::error( $page['problem'] );
			}
			foreach ( $page['people'] as $person ) {
				$rows[] = array( 'roles' => implode( ', ', $person['roles'] ), 'rule' => (string) ( $person['rule'] ?? '' ) ) + $person;
			}
			$after = $page['next'];
		} while ( null !== $after );
		Listing::print_rows( $rows, array( 'user_id', 'login', 'user_name', 'roles', 'rule' ), $options );
	}

	/**
	 * Shows who would get another role. Nothing is changed.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function preview( array $arguments, array $options ): void {
		unset( $options['apply'] );
		TaskLoop::run( TaskRun::ROLES, array(), $options );
	}

	/**
	 * Gives everybody the role that is due, after a preview.
	 *
	 * ## OPTIONS
	 *
	 * [--yes]
	 * : Do not ask.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function apply( array $arguments, array $options ): void {
		TaskLoop::run( TaskRun::ROLES, array(), array( 'apply' => '1' ) + $options );
	}
}
