<?php
/**
 * What identity providers take from people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\LargeCounts;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps who lost what, until the owner has decided about it or nobody asks any more. What is too much is decided by the extension.
 *
 * @phpstan-import-type FindLosses from \Rollbook\Contract
 * @phpstan-import-type FindLossesAnswer from \Rollbook\Contract
 * @phpstan-import-type NoteLosses from \Rollbook\Contract
 * @phpstan-import-type ListDecidedLosses from \Rollbook\Contract
 * @phpstan-import-type ListDecidedLossesAnswer from \Rollbook\Contract
 * @phpstan-import-type SettleLosses from \Rollbook\Contract
 * @phpstan-import-type ReopenLosses from \Rollbook\Contract
 */
final class Losses {

	/** The option that says since when people lose too much, and when the owner was told. */
	public const ALARM = 'rollbook_alarm';

	/** How long a loss is kept that nobody has to decide about: longer than any window, in milliseconds. */
	private const KEPT = 35 * DAY_IN_SECONDS * 1000;

	/**
	 * How many people lost something lately.
	 *
	 * While an alarm stands nobody is counted: when a hundred thousand people are removed, each would count all before.
	 *
	 * @param FindLosses $command The command find_losses.
	 * @return FindLossesAnswer
	 */
	public function find( array $command ): array {
		global $wpdb;
		$table   = Tables::name( 'losses' );
		$since   = (int) $command['since'];
		$besides = array_map( 'intval', $command['besides'] );
		$others  = $besides ? ' AND user_id NOT IN (' . Database::marks( $besides, '%d' ) . ')' : '';
		$count   = "SELECT COUNT(DISTINCT user_id) FROM $table WHERE time > %d AND decision IS NULL$others";
		$alarm   = "SELECT option_value FROM $wpdb->options WHERE option_name = %s";
		// The alarm is read here and not from WordPress's cache: another request may have raised it.
		$row    = Database::rows(
			"SELECT ($alarm) AS alarm, (SELECT MAX(decided) FROM $table WHERE decision = 'let_go') AS let_go, CASE WHEN EXISTS ($alarm) THEN NULL ELSE ($count) END AS people",
			array( self::ALARM, self::ALARM, $since, ...$besides )
		)[0];
		$told   = self::alarm_of( maybe_unserialize( (string) $row['alarm'] ) )['told'] ?? 0;
		$people = match ( true ) {
			null !== $row['people'] => (int) $row['people'],
			$told > $since          => null,
			default                 => (int) Database::value( $count, array( $since, ...$besides ) ),
		};
		return array(
			'people'  => $people,
			'managed' => null !== $people && $people >= (int) $command['at_least'] ? self::managed( $since ) : null,
			'let_go'  => null === $row['let_go'] ? null : (int) $row['let_go'],
		);
	}

	/**
	 * Notes losses.
	 *
	 * @param NoteLosses $command The command note_losses.
	 */
	public function note( array $command ): void {
		$rows = array();
		foreach ( $command['losses'] as $loss ) {
			$rows[] = array( (int) $command['now'], $loss['kind'], (int) $loss['user_id'], $loss['id'], $loss['user_name'], (int) $loss['held'], $loss['before'] );
		}
		Database::insert_all( Tables::name( 'losses' ), array( 'time', 'kind', 'user_id', 'id', 'user_name', 'held', 'before_it' ), $rows );
	}

	/**
	 * What the owner has decided about, and is still to be done.
	 *
	 * @param ListDecidedLosses $command The command list_decided_losses.
	 * @return ListDecidedLossesAnswer
	 */
	public function list_decided( array $command ): array {
		/** @var list<array{loss_id: string, kind: 'deactivated'|'deleted'|'role', user_id: string, id: string, user_name: string, held: string, before_it: ?string, decision: 'let_go'|'undo'}> $rows */
		$rows   = Database::rows( 'SELECT loss_id, kind, user_id, id, user_name, held, before_it, decision FROM ' . Tables::name( 'losses' ) . ' WHERE settled = 0 AND decision IS NOT NULL ORDER BY loss_id DESC LIMIT %d', array( (int) $command['limit'] ) );
		$people = ( new UserReader() )->kept_or_living( array_values( array_unique( array_map( 'intval', array_column( $rows, 'user_id' ) ) ) ), $command['targets'] );
		return array_map(
			static fn( array $row ): array => array(
				'number'   => (int) $row['loss_id'],
				'decision' => $row['decision'],
				'loss'     => array(
					'kind'      => $row['kind'],
					'user_id'   => (int) $row['user_id'],
					'id'        => $row['id'],
					'user_name' => $row['user_name'],
					'held'      => (bool) $row['held'],
					'before'    => $row['before_it'],
				),
				'record'   => $people[ (int) $row['user_id'] ] ?? null,
			),
			$rows
		);
	}

	/**
	 * Notes that nothing is left to do about losses.
	 *
	 * @param SettleLosses $command The command settle_losses.
	 */
	public function settle( array $command ): void {
		$numbers = array_map( 'intval', $command['numbers'] );
		if ( $numbers ) {
			Database::run( 'UPDATE ' . Tables::name( 'losses' ) . ' SET settled = 1 WHERE loss_id IN (' . Database::marks( $numbers, '%d' ) . ')', $numbers );
		}
	}

	/**
	 * Takes back what the owner has decided about somebody for whom it could not be carried out.
	 *
	 * @param ReopenLosses $command The command reopen_losses.
	 * @throws DatabaseFailure When the database does not take it.
	 */
	public function reopen( array $command ): void {
		$table   = Tables::name( 'losses' );
		$user_id = (int) $command['user_id'];
		$of_them = 'settled = 0 AND decision IS NOT NULL AND user_id = %d';
		$first   = (int) Database::value( "SELECT MIN(time) FROM $table WHERE $of_them", array( $user_id ) );
		// First the notice, then what it asks about: nothing of it is ever undecided without anybody being asked. It tells of no new loss.
		Database::watched( static fn() => self::raise( $first - 1, self::alarm()['told'] ?? 0 ) );
		Database::run( "UPDATE $table SET decision = NULL, decided = NULL WHERE $of_them", array( $user_id ) );
	}

	/**
	 * Opens the alarm, or notes that the owner was told again.
	 *
	 * @param int $since Since when losses count.
	 * @param int $told  When the owner was told that they are too many.
	 */
	public static function raise( int $since, int $told ): void {
		update_option(
			self::ALARM,
			array(
				'since' => min( $since, self::alarm()['since'] ?? $since ),
				'told'  => $told,
			),
			false
		);
	}

	/**
	 * Since when people lose too much, and when the owner was told.
	 *
	 * @return ?array{since: int, told: int} Null where nothing is to be decided.
	 */
	public static function alarm(): ?array {
		wp_cache_delete( self::ALARM, 'options' ); // Another request may have raised it.
		wp_cache_delete( 'notoptions', 'options' );
		return self::alarm_of( get_option( self::ALARM ) );
	}

	/**
	 * What the option says.
	 *
	 * @param mixed $alarm Its value.
	 * @return ?array{since: int, told: int}
	 */
	private static function alarm_of( mixed $alarm ): ?array {
		return is_array( $alarm ) && isset( $alarm['since'], $alarm['told'] ) ? array(
			'since' => (int) $alarm['since'],
			'told'  => (int) $alarm['told'],
		) : null;
	}

	/**
	 * How many people lost what, and are to be decided about.
	 *
	 * @return array<string, int> By kind; deletions that wait under `held`.
	 */
	public static function undecided(): array {
		$since  = self::alarm()['since'] ?? 0;
		$counts = array();
		foreach ( Database::rows( 'SELECT kind, held, COUNT(DISTINCT user_id) AS people FROM ' . Tables::name( 'losses' ) . ' WHERE decision IS NULL AND (time > %d OR held = 1) GROUP BY kind, held', array( $since ) ) as $row ) {
			$kind            = $row['held'] ? 'held' : (string) $row['kind'];
			$counts[ $kind ] = (int) $row['people'];
		}
		return $counts;
	}

	/**
	 * Decides about everything that is undecided.
	 *
	 * @param string $decision `let_go` or `undo`.
	 * @param int    $now      Now.
	 */
	public static function decide( string $decision, int $now ): void {
		$since = self::alarm()['since'] ?? 0;
		Database::run( 'UPDATE ' . Tables::name( 'losses' ) . ' SET decision = %s, decided = %d WHERE decision IS NULL AND (time > %d OR held = 1)', array( $decision, $now, $since ) );
		delete_option( self::ALARM );
	}

	/**
	 * How many losses are decided about and not settled.
	 */
	public static function unsettled(): int {
		return (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( 'losses' ) . ' WHERE settled = 0 AND decision IS NOT NULL' );
	}

	/**
	 * Removes losses that nobody asks for any more.
	 *
	 * @param int $now Now.
	 */
	public static function purge( int $now ): void {
		if ( null === self::alarm() ) {
			Database::run( 'DELETE FROM ' . Tables::name( 'losses' ) . ' WHERE time < %d AND (settled = 1 OR (held = 0 AND decision IS NULL))', array( $now - self::KEPT ) );
		}
	}

	/**
	 * How many people are managed, with those who were deleted. No deletion changes the sum, so it can be remembered.
	 *
	 * @param int $since Since when.
	 */
	private static function managed( int $since ): int {
		$count = static function () use ( $since ): array {
			$living  = (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( 'users' ) . ' WHERE managed = 1 AND deleted = 0' );
			$deleted = (int) Database::value( 'SELECT COUNT(DISTINCT user_id) FROM ' . Tables::name( 'losses' ) . " WHERE time > %d AND decision IS NULL AND kind = 'deleted'", array( $since ) );
			return array( $living + $deleted );
		};
		return LargeCounts::of( 'managed', array( 0 ), $count )[0];
	}
}
