<?php
/**
 * `wp rollbook activity`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Admin\ActivityActions;
use Rollbook\WordPress\Admin\ActivitySearch;
use Rollbook\WordPress\Admin\ActivityWords;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\DatabaseFailure;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Searches, exports and clears the activity log.
 */
final class ActivityCommand {

	/** The most entries of one page of the search. */
	private const AT_ONCE = 500;

	/**
	 * Lists what happened, the newest first.
	 *
	 * ## OPTIONS
	 *
	 * [--person=<who>]
	 * : Number, login or address of an account, or id or userName of a person.
	 *
	 * [--name=<name>]
	 * : The beginning of the name of a person or group, also of one that was refused.
	 *
	 * [--action=<action>]
	 * : What was done: created, updated, deactivated, reactivated, role_changed, deleted, linked, refused and others.
	 *
	 * [--outcome=<outcome>]
	 * : done, partly, refused or failed.
	 *
	 * [--address=<address>]
	 * : The address that it came from.
	 *
	 * [--from=<day>]
	 * : The first day, 2027-01-31.
	 *
	 * [--to=<day>]
	 * : The last day.
	 *
	 * [--everything]
	 * : Also requests that only read or changed nothing.
	 *
	 * [--limit=<number>]
	 * : How many entries at most.
	 * ---
	 * default: 50
	 * ---
	 *
	 * [--fields=<fields>]
	 * : The columns: id, time, what, who, outcome, by, address, changes, reason, request, status.
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
		$search = self::search( $options );
		$left   = max( 1, (int) ( $options['limit'] ?? 50 ) );
		$rows   = array();
		$place  = '';
		do {
			$page  = $search->page( $place, min( $left, self::AT_ONCE ) );
			$rows  = array( ...$rows, ...array_map( array( self::class, 'shown' ), $page['entries'] ) );
			$left -= count( $page['entries'] );
			$place = (string) $page['older'];
		} while ( '' !== $place && $left > 0 );
		Listing::print_rows( $rows, array( 'time', 'what', 'who', 'outcome', 'by', 'changes', 'reason' ), $options );
	}

	/**
	 * Writes the log as CSV, as the screen exports it.
	 *
	 * ## OPTIONS
	 *
	 * <file>
	 * : The file; - for the standard output.
	 *
	 * [--person=<who>]
	 * : Number, login or address of an account, or id or userName of a person.
	 *
	 * [--name=<name>]
	 * : The beginning of a name.
	 *
	 * [--action=<action>]
	 * : What was done.
	 *
	 * [--outcome=<outcome>]
	 * : done, partly, refused or failed.
	 *
	 * [--address=<address>]
	 * : The address that it came from.
	 *
	 * [--from=<day>]
	 * : The first day.
	 *
	 * [--to=<day>]
	 * : The last day.
	 *
	 * [--everything]
	 * : Also requests that only read or changed nothing.
	 *
	 * @param list<string>          $arguments The file.
	 * @param array<string, string> $options   The options.
	 */
	public function export( array $arguments, array $options ): void {
		$search = self::search( $options );
		$out    = @fopen( '-' === $arguments[0] ? 'php://output' : $arguments[0], 'wb' ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors.Discouraged -- A file that somebody named; what is wrong with it is told.
		if ( false === $out ) {
			/* translators: %s: name of a file. */
			WP_CLI::error( sprintf( __( 'The file %s cannot be written.', 'rollbook' ), $arguments[0] ) );
		}
		ActivityActions::export( $search, $out );
		if ( '-' !== $arguments[0] ) {
			/* translators: %s: name of a file. */
			WP_CLI::success( sprintf( __( 'The log was written to %s.', 'rollbook' ), $arguments[0] ) );
		}
	}

	/**
	 * Empties the log.
	 *
	 * ## OPTIONS
	 *
	 * [--yes]
	 * : Do not ask.
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function clear( array $arguments, array $options ): void {
		WP_CLI::confirm( __( 'Delete every entry of the activity log? This cannot be undone.', 'rollbook' ), $options );
		try {
			ActivityLog::clear();
		} catch ( DatabaseFailure ) {
			WP_CLI::error( __( 'The database did not clear the log. Try again.', 'rollbook' ) );
		}
		WP_CLI::success( __( 'The activity log is empty now, but for the entry that says who cleared it.', 'rollbook' ) );
	}

	/**
	 * The search that the options ask for.
	 *
	 * @param array<string, string> $options The options.
	 */
	private static function search( array $options ): ActivitySearch {
		foreach ( array( 'from', 'to' ) as $name ) {
			if ( isset( $options[ $name ] ) && ! preg_match( '/^\d{4}-\d\d-\d\d$/', $options[ $name ] ) ) {
				/* translators: %s: what was typed. */
				WP_CLI::error( sprintf( __( '“%s” is no day. Write it like 2027-01-31.', 'rollbook' ), $options[ $name ] ) );
			}
		}
		return new ActivitySearch(
			$options['name'] ?? '',
			$options['action'] ?? '',
			$options['outcome'] ?? '',
			$options['address'] ?? '',
			$options['from'] ?? '',
			$options['to'] ?? '',
			isset( $options['everything'] ),
			isset( $options['person'] ) ? Accounts::require( $options['person'] ) : 0,
			true
		);
	}

	/**
	 * An entry as the list shows it.
	 *
	 * @param array<string, ?string> $entry The entry.
	 * @return array<string, string>
	 */
	public static function shown( array $entry ): array {
		return array(
			'id'      => (string) $entry['id'],
			'time'    => Listing::moment( (int) $entry['time'] ),
			'what'    => ActivityWords::action( $entry ),
			'who'     => (string) $entry['resource_name'],
			'outcome' => ActivityWords::outcome( $entry ),
			'by'      => ActivityWords::actor( $entry ),
			'address' => (string) $entry['address'],
			'changes' => implode( '; ', array_map( static fn( array $change ): string => "{$change['what']}: {$change['before']} → {$change['after']}", ActivityWords::changes( $entry ) ) ),
			'reason'  => trim( "{$entry['detail']} {$entry['failure']}" ),
			'request' => trim( "{$entry['method']} {$entry['path']}" ),
			'status'  => (string) $entry['status'],
		);
	}
}
