<?php
/**
 * A search of the activity log.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\People\PersonSearch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * A search of the log, and its pages. Each condition has an index that also gives the order. A page begins after an entry, not at a number:
 * the database counts and skips no rows, however long the log is.
 */
final class ActivitySearch {

	/** How many entries a page shows. */
	public const PER_PAGE = 50;

	/** How many accounts a search for a person takes into account. */
	public const ACCOUNTS = 20;

	/** The columns that are shown. */
	private const COLUMNS = 'id, time, kind, action, token_id, actor_id, actor, address, method, path, status, duration_ms, outcome, user_id, resource_id, resource_name, detail, failure, changes, effects, dialects';

	/**
	 * The accounts that the search for a person means, and one more where there are more; null until they were looked for.
	 *
	 * @var ?list<int>
	 */
	private ?array $accounts = null;

	/**
	 * A search.
	 *
	 * @param string $person     The beginning of a name, or a part of what the account is called.
	 * @param string $action     An action, or a kind with a colon before it.
	 * @param string $outcome    How it ended.
	 * @param string $address    The address it came from.
	 * @param string $from       The first day, `2027-01-31`.
	 * @param string $to         The last day.
	 * @param bool   $everything Also entries of requests that only read or changed nothing.
	 * @param int    $user_id    An account; 0 for all.
	 * @param bool   $within     Also accounts with the name in the middle of what they are called, on a site that has too many to read them all
	 *                           for every search.
	 */
	public function __construct(
		public readonly string $person = '',
		public readonly string $action = '',
		public readonly string $outcome = '',
		public readonly string $address = '',
		public readonly string $from = '',
		public readonly string $to = '',
		public readonly bool $everything = false,
		public readonly int $user_id = 0,
		public readonly bool $within = false,
	) {
	}

	/**
	 * The search that the page's address asks for.
	 */
	public static function asked(): self {
		// phpcs:disable WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		$text = static fn( string $name ): string => is_string( $_GET[ $name ] ?? null ) ? trim( sanitize_text_field( wp_unslash( $_GET[ $name ] ) ) ) : '';
		$day  = static fn( string $name ): string => 1 === preg_match( '/^\d{4}-\d\d-\d\d$/', $text( $name ) ) ? $text( $name ) : '';
		return new self( $text( 's' ), $text( 'what' ), $text( 'outcome' ), $text( 'address' ), $day( 'from' ), $day( 'to' ), isset( $_GET['everything'] ), absint( $_GET['person'] ?? 0 ), isset( $_GET['within'] ) );
		// phpcs:enable
	}

	/**
	 * The search as the arguments of an address.
	 *
	 * @return array<string, string>
	 */
	public function arguments(): array {
		return array_filter(
			array(
				's'          => $this->person,
				'what'       => $this->action,
				'outcome'    => $this->outcome,
				'address'    => $this->address,
				'from'       => $this->from,
				'to'         => $this->to,
				'everything' => $this->everything ? '1' : '',
				'person'     => $this->user_id ? (string) $this->user_id : '',
				'within'     => $this->within ? '1' : '',
			),
			static fn( string $value ): bool => '' !== $value
		);
	}

	/**
	 * Whether the search has a condition besides the person and `everything`.
	 */
	public function is_limited(): bool {
		return array() !== array_diff_key(
			$this->arguments(),
			array(
				'everything' => true,
				'person'     => true,
				'within'     => true,
			)
		);
	}

	/**
	 * Whether accounts are left out that have the name only in the middle of what they are called.
	 */
	public function leaves_out_middles(): bool {
		return '' !== $this->person && 0 === $this->user_id && ! $this->within && ! PersonSearch::reads_all();
	}

	/**
	 * Whether the name means more accounts than a search takes into account.
	 */
	public function leaves_out_accounts(): bool {
		return '' !== $this->person && 0 === $this->user_id && count( $this->accounts() ) > self::ACCOUNTS;
	}

	/**
	 * A page of entries, the newest first.
	 *
	 * @param string $place Where it begins: `before:` or `after:` an entry, as `older` and `newer` of another page say; empty for the newest.
	 * @param int    $limit At most how many entries.
	 * @return array{entries: list<array<string, ?string>>, newer: ?string, older: ?string} The places of the pages beside it.
	 */
	public function page( string $place = '', int $limit = self::PER_PAGE ): array {
		list( $is_back, $time, $id ) = self::read_place( $place );
		list( $conditions, $arguments ) = $this->conditions();
		if ( null !== $time ) {
			$sign         = $is_back ? '>' : '<';
			$conditions[] = "time $sign= %d AND (time $sign %d OR id $sign %d)";
			array_push( $arguments, $time, $time, $id );
		}
		$order = $is_back ? 'ASC' : 'DESC';
		$found = array();
		foreach ( $this->each( $conditions, $arguments ) as list( $where, $values ) ) {
			$found += array_column( Database::rows( 'SELECT id, time FROM ' . Tables::name( 'activity' ) . " WHERE $where ORDER BY time $order, id $order LIMIT %d", array( ...$values, $limit + 1 ) ), 'time', 'id' );
		}
		$entries = self::entries( $found, $is_back, $limit + 1 );
		$more    = count( $entries ) > $limit;
		$entries = array_slice( $entries, 0, $limit );
		$entries = $is_back ? array_reverse( $entries ) : $entries;
		$first   = $entries[0] ?? null;
		$last    = $entries[ count( $entries ) - 1 ] ?? null;
		return array(
			'entries' => $entries,
			'newer'   => null !== $first && ( $is_back ? $more : null !== $time ) ? "after:{$first['time']}:{$first['id']}" : null,
			'older'   => null !== $last && ( $is_back || $more ) ? "before:{$last['time']}:{$last['id']}" : null,
		);
	}

	/**
	 * The first of the entries that were found. Their indexes have told which those are, so that no other row is read.
	 *
	 * @param array<int, string> $found   The time of each, by number.
	 * @param bool               $is_back Whether the oldest comes first.
	 * @param int                $limit   How many.
	 * @return list<array<string, ?string>>
	 */
	private static function entries( array $found, bool $is_back, int $limit ): array {
		$numbers = array_keys( $found );
		$sign    = $is_back ? 1 : -1;
		usort( $numbers, static fn( int $one, int $other ): int => $sign * ( array( (int) $found[ $one ], $one ) <=> array( (int) $found[ $other ], $other ) ) );
		$numbers = array_slice( $numbers, 0, $limit );
		if ( array() === $numbers ) {
			return array();
		}
		$entries = array();
		foreach ( Database::rows( 'SELECT ' . self::COLUMNS . ' FROM ' . Tables::name( 'activity' ) . ' WHERE id IN (' . Database::marks( $numbers, '%d' ) . ')', $numbers ) as $row ) {
			$entries[ (int) array_search( (int) $row['id'], $numbers, true ) ] = $row;
		}
		ksort( $entries );
		return array_values( $entries );
	}

	/**
	 * One entry.
	 *
	 * @param int $id Its number.
	 * @return ?array<string, ?string>
	 */
	public static function entry( int $id ): ?array {
		return Database::row( 'SELECT ' . self::COLUMNS . ' FROM ' . Tables::name( 'activity' ) . ' WHERE id = %d', array( $id ) );
	}

	/**
	 * The conditions of the search except the one on the person, and their values.
	 *
	 * @return array{list<string>, list<int|string>}
	 */
	private function conditions(): array {
		$conditions = array();
		$arguments  = array();
		foreach ( array(
			str_starts_with( $this->action, ':' ) ? 'kind' : 'action' => ltrim( $this->action, ':' ),
			'outcome' => $this->outcome,
			'address' => $this->address,
		) as $column => $value ) {
			if ( '' !== $value ) {
				$conditions[] = "$column = %s";
				$arguments[]  = $value;
			}
		}
		foreach ( array(
			'>=' => self::beginning( $this->from ),
			'<'  => self::beginning( $this->to, '+1 day' ),
		) as $sign => $time ) {
			if ( null !== $time ) {
				$conditions[] = "time $sign %d";
				$arguments[]  = $time;
			}
		}
		return array( $conditions, $arguments );
	}

	/**
	 * The statements that the search takes: their conditions and values. A condition on the person has several, because with OR between them
	 * no index gives the order.
	 *
	 * @param list<string>     $conditions The conditions that all of them have.
	 * @param list<int|string> $arguments  Their values.
	 * @return list<array{string, list<int|string>}>
	 */
	private function each( array $conditions, array $arguments ): array {
		$statements = array();
		foreach ( $this->people() as list( $person, $values ) ) {
			foreach ( $this->notable() as $notable ) {
				$statements[] = array( implode( ' AND ', array_filter( array( ...$conditions, $person, $notable ) ) ?: array( '1 = 1' ) ), array( ...$arguments, ...$values ) );
			}
		}
		return $statements;
	}

	/**
	 * The conditions on `notable`. Entries that changed something or did not go well are all notable.
	 *
	 * @return list<string> One for each statement; empty where it does not matter.
	 */
	private function notable(): array {
		$is_alone = '' === $this->address . $this->outcome . $this->person && 0 === $this->user_id;
		if ( '' !== $this->action && $is_alone ) {
			return array( '' ); // Its own index is better.
		}
		$is_short  = ! $this->everything && '' === $this->action;
		$is_change = 1 === preg_match( '/^[^:]/', $this->action ) && ! in_array( $this->action, ActivityLog::QUIET, true );
		if ( $is_change || $is_short || ! in_array( $this->outcome, array( '', 'done' ), true ) ) {
			return array( 'notable = 1' );
		}
		// It stands before the time in these indexes, so that a person or an address that mostly reads costs no more.
		return $is_alone ? array( '' ) : array( 'notable = 1', 'notable = 0' );
	}

	/**
	 * The conditions that find the entries about the person.
	 *
	 * @return list<array{string, list<int|string>}>
	 */
	private function people(): array {
		if ( $this->user_id > 0 ) {
			return array( array( 'user_id = %d', array( $this->user_id ) ) );
		}
		$key = (string) ActivityLog::name_key( $this->person );
		if ( '' === $key ) {
			return array( array( '', array() ) );
		}
		$named = array( 'name_key >= %s AND name_key < %s', array( $key, $key . PersonSearch::LAST_CHARACTER ) );
		return array( $named, ...array_map( static fn( int $account ): array => array( 'user_id = %d', array( $account ) ), array_slice( $this->accounts(), 0, self::ACCOUNTS ) ) );
	}

	/**
	 * The accounts that the name means.
	 *
	 * @return list<int>
	 */
	private function accounts(): array {
		$this->accounts ??= array_column( PersonSearch::find( $this->person, self::ACCOUNTS + 1, $this->within || PersonSearch::reads_all() ), 'id' );
		return $this->accounts;
	}

	/**
	 * When a day begins, in milliseconds since 1970.
	 *
	 * @param string $day   The day, in the site's time zone; nothing for none.
	 * @param string $later What to add to it.
	 */
	private static function beginning( string $day, string $later = '+0 days' ): ?int {
		$date = '' === $day ? false : \DateTimeImmutable::createFromFormat( '!Y-m-d', $day, wp_timezone() );
		return false === $date ? null : $date->modify( $later )->getTimestamp() * 1000;
	}

	/**
	 * Where a page begins.
	 *
	 * @param string $place The place, as an address holds it.
	 * @return array{bool, ?int, int} Whether the page lies before that entry in the list, and the entry's time and number.
	 */
	private static function read_place( string $place ): array {
		return 1 === preg_match( '/^(before|after):(\d{1,16}):(\d{1,18})$/', $place, $found ) ? array( 'after' === $found[1], (int) $found[2], (int) $found[3] ) : array( false, null, 0 );
	}
}
