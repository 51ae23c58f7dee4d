<?php
/**
 * Deleted people, brought back.
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
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UniqueKeyConflict;
use Rollbook\WordPress\Store\UserRows;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Brings people back whose accounts were kept, with their id, as if they had never been deleted.
 *
 * @phpstan-import-type RestoreUser from \Rollbook\Contract
 * @phpstan-import-type RestoreUserAnswer from \Rollbook\Contract
 */
final class UserRestorer {

	/**
	 * Brings a person back.
	 *
	 * @param RestoreUser $command The command restore_user.
	 * @return RestoreUserAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function restore( array $command ): array {
		$row     = UserRows::find( $command['id'], 'row_id, id, user_id', 'AND deleted = 1' ) ?? throw Refusal::gone();
		$row_id  = (int) $row['row_id'];
		$user_id = (int) $row['user_id'];
		$user    = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? throw Refusal::gone();
		$keys    = array(
			'user_name_key' => $command['user_name_key'],
			'email_key'     => UniqueKeys::email_key( $user->data->user_email ),
		);
		$attempt = 0;
		while ( true ) {
			++$attempt;
			$mark = Identifier::create();
			try {
				$result = Transaction::run(
					static function () use ( $command, $row_id, $keys, $mark ): array {
						self::write( $command, $row_id, $keys, $mark );
						return UserWrite::result( ( new UserReader() )->read_again( $row_id, $command['targets'] ) );
					},
					static fn(): bool => UserWrite::exists( $mark )
				);
				AccessControl::forget( $user_id );
				WrittenCaches::note( $user_id, $user );
				return $result;
			} catch ( UniqueKeyConflict $failure ) {
				$held = UniqueKeys::holder( $keys, $row_id, (int) $command['now'] );
				if ( null !== $held ) {
					throw Refusal::taken( $held );
				}
				if ( UserWrite::ATTEMPTS === $attempt ) {
					throw $failure->getPrevious() ?? $failure;
				}
			} catch ( \Throwable $failure ) {
				AccountCache::forget( $user_id, $user );
				throw $failure;
			}
		}
	}

	/**
	 * Writes the row, its matchable values and its memberships.
	 *
	 * @param RestoreUser                $command The command.
	 * @param int                        $row_id  The row.
	 * @param array<string, string|null> $keys    Its unique keys.
	 * @param string                     $mark    The mark of this write.
	 * @throws UniqueKeyConflict When somebody else holds a value.
	 * @throws Refusal When somebody else was faster.
	 */
	private static function write( array $command, int $row_id, array $keys, string $mark ): void {
		$groups    = self::join( $command['groups'] );
		$arguments = array();
		$columns   = array(
			'written_by' => $mark,
			'active'     => (int) $command['active'],
			'deleted'    => 0,
			'modified'   => (int) $command['now'],
		) + $keys;
		$set       = Database::assignments( $columns, $arguments );
		UserWrite::update( 'UPDATE ' . Tables::name( 'users' ) . " SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 1", array( ...$arguments, $row_id, (int) $command['version'] ) );
		Lookups::replace( $row_id, $command['lookups'] );
		$rows = array_map( static fn( int $group_row ): array => array( $group_row, $command['id'], 'User' ), $groups );
		Database::insert_new( Tables::name( 'group_members' ), array( 'group_row', 'member_id', 'member_kind' ), $rows );
	}

	/**
	 * Gives groups the next version, as every change of their members does. Rows of groups are locked before those of people, in their order.
	 *
	 * @param string[] $ids The groups' ids.
	 * @return list<int> Their rows, without those of groups that are gone.
	 */
	private static function join( array $ids ): array {
		if ( ! $ids ) {
			return array();
		}
		$groups = Database::rows( 'SELECT row_id FROM ' . Tables::name( 'groups' ) . ' WHERE id IN (' . Database::marks( $ids, '%s' ) . ') ORDER BY row_id FOR UPDATE', $ids );
		$rows   = array_values( array_map( static fn( array $group ): int => (int) $group['row_id'], $groups ) );
		if ( $rows ) {
			Memberships::renew( $rows );
		}
		return $rows;
	}
}
