<?php
/**
 * Brings what is stored about people up to date.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UserRows;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Writes to people what no request asks for: mapped values that could not be written before, values for searches, and names that people
 * wait for.
 *
 * @phpstan-import-type FillTargets from \Rollbook\Contract
 * @phpstan-import-type FillTargetsAnswer from \Rollbook\Contract
 * @phpstan-import-type IndexUser from \Rollbook\Contract
 * @phpstan-import-type IndexUserAnswer from \Rollbook\Contract
 * @phpstan-import-type IndexUsers from \Rollbook\Contract
 * @phpstan-import-type IndexUsersAnswer from \Rollbook\Contract
 * @phpstan-import-type NoteWish from \Rollbook\Contract
 */
final class UserRefresher {

	/**
	 * Writes to a person's account what could not be written before.
	 *
	 * @param FillTargets $command The command fill_targets.
	 * @return FillTargetsAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function fill( array $command ): array {
		list( $row, $user ) = UserWrite::person( $command['id'], 'row_id, id, user_id, applied' ) ?? throw Refusal::gone();

		$table = Tables::name( 'users' );
		$mark  = Identifier::create();
		$write = function () use ( $command, $table, $row, $user, $mark ): void {
			UserWrite::update( "UPDATE $table SET modified = %d, written_by = %s, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0", array( (int) $command['now'], $mark, (int) $row['row_id'], (int) $command['version'] ) );
			$change  = array(
				'values'   => $command['values'],
				'email'    => null,
				'password' => null,
				'role'     => null,
			);
			$changed = ( new AccountWriter() )->change( $user, $change );
			UserWrite::store_applied( (int) $row['row_id'], Targets::read( $changed, $command['targets'] ) + (array) json_decode( $row['applied'] ?? '{}', true ), $user->ID );
		};
		try {
			Transaction::run( $write, fn(): bool => UserWrite::exists( $mark ) );
		} catch ( \Throwable $failure ) {
			AccountCache::forget( $user->ID, $user );
			throw $failure;
		}
		WrittenCaches::note( $user->ID, $user );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Renews a person's matchable values, the name of one that nobody manages, and the time of its last change. Nothing of it is written
	 * over what another request has written since the decision.
	 *
	 * @param IndexUser $command The command index_user.
	 * @return IndexUserAnswer
	 * @throws Refusal When the person is gone, or was changed meanwhile.
	 */
	public function index( array $command ): array {
		$user_id = Transaction::run( static fn(): int => self::write_index( $command ), static fn(): bool => false ); // Where nobody can tell, it is done again.
		if ( $command['lock'] ) {
			AccessControl::forget( $user_id );
		}
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Does that within a transaction. The row is locked first, so that its version stays the one that was decided on.
	 *
	 * @param IndexUser $command The command index_user.
	 * @return int The account.
	 * @throws Refusal When the person is gone, or was changed meanwhile.
	 */
	private static function write_index( array $command ): int {
		global $wpdb;
		$table  = Tables::name( 'users' );
		$row    = UserRows::find( $command['id'], 'row_id, id, user_id, managed, email_key, user_name, version', 'AND deleted = 0 FOR UPDATE' ) ?? throw Refusal::gone();
		$row_id = (int) $row['row_id'];
		$email  = Database::value( "SELECT user_email FROM $wpdb->users WHERE ID = %d", array( (int) $row['user_id'] ) ) ?? throw Refusal::gone();
		if ( (int) $row['version'] !== (int) $command['version'] ) {
			throw Refusal::stale();
		}
		if ( null !== $command['user_name'] && ! $row['managed'] && $row['user_name'] !== $command['user_name']['raw'] ) {
			// If somebody else has the name, IGNORE makes the statement change nothing instead of fail.
			Database::run( "UPDATE IGNORE $table SET user_name = %s, user_name_key = %s, version = version + 1 WHERE row_id = %d", array( $command['user_name']['raw'], $command['user_name']['key'], $row_id ) );
		}
		if ( $command['lock'] ) {
			Database::run( "UPDATE $table SET active = 0, locked_before = 0, version = version + 1 WHERE row_id = %d AND managed = 0 AND locked_before = 1", array( $row_id ) );
			RowCounts::note( $table, $row_id );
		}
		if ( $row['managed'] && UniqueKeys::email_key( $email ) !== $row['email_key'] ) {
			$arguments = array();
			$set       = Database::assignments( array( 'email_key' => UniqueKeys::email_key( $email ) ), $arguments );
			Database::run( "UPDATE IGNORE $table SET $set WHERE row_id = %d", array( ...$arguments, $row_id ) );
		}
		Lookups::replace( $row_id, $command['lookups'] );
		if ( null !== $command['modified'] ) {
			Database::run( "UPDATE $table SET modified = %d, version = version + 1 WHERE row_id = %d", array( (int) $command['modified'], $row_id ) );
		}
		return (int) $row['user_id'];
	}

	/**
	 * Renews the matchable values of many people.
	 *
	 * @param IndexUsers $command The command index_users.
	 * @return IndexUsersAnswer
	 */
	public function index_all( array $command ): array {
		$wanted = array_column( $command['people'], null, 'row' );
		if ( ! $wanted ) {
			return array();
		}
		$write = static function () use ( $wanted ): array {
			// A person that another request writes at this moment waits, or is waited for.
			$rows   = Database::rows( 'SELECT row_id, id, version FROM ' . Tables::name( 'users' ) . ' WHERE deleted = 0 AND row_id IN (' . Database::marks( $wanted, '%d' ) . ') ORDER BY row_id FOR UPDATE', array_keys( $wanted ) );
			$living = array();
			$stale  = array();
			foreach ( $rows as $row ) {
				$person = $wanted[ (int) $row['row_id'] ];
				if ( $person['id'] !== $row['id'] ) {
					continue;
				}
				if ( (int) $row['version'] === (int) $person['version'] ) {
					$living[ $person['row'] ] = $person['lookups'];
				} else {
					$stale[] = $person['id'];
				}
			}
			Lookups::replace_all( $living );
			return $stale;
		};
		return Transaction::run( $write, static fn(): bool => false ); // Where nobody can tell, it is done again.
	}

	/**
	 * Notes which userName is wanted for a person while somebody else has it.
	 *
	 * @param NoteWish $command The command note_wish.
	 */
	public function note_wish( array $command ): void {
		$arguments = array();
		$set       = Database::assignments( array( 'wished_name' => $command['user_name'] ), $arguments );
		Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET $set WHERE id = %s AND deleted = 0", array( ...$arguments, $command['id'] ) );
	}
}
