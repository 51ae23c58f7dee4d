<?php
/**
 * `wp rollbook rules`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the role rules, previews what they would change for everybody, and applies them.
 */
final class RulesCommand {

	/**
	 * Lists the rules; the first that fits decides.
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
		$rows = array();
		foreach ( Settings::document()['role_rules'] ?? array() as $number => $rule ) {
			$rows[] = array( 'position' => $number + 1 ) + $rule;
		}
		Listing::print_rows( $rows, array( 'position', 'filter', 'role' ), $options );
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
