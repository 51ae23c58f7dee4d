<?php
/**
 * One write to a person.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UniqueKeyConflict;
use Rollbook\WordPress\Store\UserRows;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * What every write to a person has in common: the row, its unique keys, the account, and the mark of the write.
 *
 * @phpstan-import-type AccountChange from \Rollbook\Contract
 * @phpstan-import-type CreateUser from \Rollbook\Contract
 * @phpstan-import-type UpdateUser from \Rollbook\Contract
 * @phpstan-import-type UserRecord from \Rollbook\Contract
 * @phpstan-import-type UserRow from \Rollbook\Contract
 * @phpstan-type Write array{row: UserRow, account: AccountChange, targets: list<string>, now: int, ...}
 */
final class UserWrite {

	/**
	 * How often a write is tried again after a unique key was taken. Then a stale key was released, or the next login is tried.
	 */
	public const ATTEMPTS = 20;

	/**
	 * The row and the account of a person who is not deleted.
	 *
	 * @param string $id      The SCIM id.
	 * @param string $columns The columns to read; the id and the account's number are among them.
	 * @return ?array{array<string, ?string>, \WP_User}
	 */
	public static function person( string $id, string $columns = 'row_id, id, user_id' ): ?array {
		$row = UserRows::find( $id, $columns );
		return null === $row ? null : self::with_account( $row );
	}

	/**
	 * A row and its account.
	 *
	 * @param array<string, ?string> $row The row.
	 * @return ?array{array<string, ?string>, \WP_User} Null if the account is gone.
	 */
	public static function with_account( array $row ): ?array {
		$user = UserReader::accounts( array( (int) $row['user_id'] ) )[ (int) $row['user_id'] ] ?? null;
		return null === $user ? null : array( $row, $user );
	}

	/**
	 * Carries out a write to an existing account.
	 *
	 * @param Write                          $command The command.
	 * @param \WP_User                       $user    The account as it is.
	 * @param callable(string): ?UserRecord $write   What to do, with the mark of this write; returns the record afterwards.
	 * @param int                            $row_id  The row; 0 if there is none yet.
	 * @param ?callable(int): void           $taken   Checks whether the taken key is the login's. Then the next attempt uses another login.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public static function run( array $command, \WP_User $user, callable $write, int $row_id, ?callable $taken = null ): array {
		$mark = Identifier::create();
		for ( $attempt = 1; ; ++$attempt ) {
			try {
				$result = Transaction::run( static fn(): array => self::result( $write( $mark ) ), static fn(): bool => self::exists( $mark ) );
				AccessControl::forget( $user->ID );
				WrittenCaches::note( $user->ID, $user );
				return $result;
			} catch ( UniqueKeyConflict $failure ) {
				$held = UniqueKeys::holder( self::columns( $command, $command['account']['email'] ?? $user->data->user_email, $mark ), $row_id, (int) $command['now'] );
				if ( null !== $held ) {
					throw Refusal::taken( $held );
				}
				if ( self::ATTEMPTS === $attempt ) {
					throw $failure->getPrevious() ?? $failure;
				}
				if ( null !== $taken ) {
					$taken( $row_id );
				}
			} catch ( \Throwable $failure ) {
				AccountCache::forget( $user->ID, $user );
				throw $failure;
			}
		}
	}

	/**
	 * Inserts the row of a person. Until everything is written, the row counts as that of a deleted person with a kept account. So if the
	 * write fails, the next request for the person continues with what is left.
	 *
	 * @param CreateUser $command   The command create_user.
	 * @param string     $id        The person's id.
	 * @param ?string    $login_key The key of a login.
	 * @param ?int       $user_id   The account, if there is one already.
	 * @param ?string    $email     The address that the account will have.
	 * @param string     $mark      The mark of this write.
	 * @return int The row's number.
	 * @throws UniqueKeyConflict When somebody else holds a value.
	 */
	public static function insert( array $command, string $id, ?string $login_key, ?int $user_id, ?string $email, string $mark ): int {
		$columns = array(
			'id'        => $id,
			'user_id'   => $user_id,
			'login_key' => $login_key,
			'active'    => 0,
			'deleted'   => 1,
			'created'   => (int) $command['now'],
		);
		try {
			return Database::insert( Tables::name( 'users' ), $columns + self::columns( $command, $email, $mark ) );
		} catch ( DatabaseFailure $failure ) {
			throw UniqueKeyConflict::of( $failure );
		}
	}

	/**
	 * Changes the row of a person.
	 *
	 * @param string $sql       The UPDATE. Its condition is that nobody else has written first.
	 * @param array  $arguments Its arguments, the row's number and version last.
	 * @throws UniqueKeyConflict When somebody else holds a value.
	 * @throws Refusal When somebody else has written first.
	 */
	public static function update( string $sql, array $arguments ): void {
		try {
			$changed = Database::run( $sql, $arguments );
		} catch ( DatabaseFailure $failure ) {
			throw UniqueKeyConflict::of( $failure );
		}
		if ( 0 === $changed ) {
			throw Refusal::stale();
		}
	}

	/**
	 * The columns that a command writes. While `applied` is empty, the person counts as unfinished. The last statement fills it.
	 *
	 * @param Write   $command The command.
	 * @param ?string $email   The address that the account will have.
	 * @param string  $mark    The mark of this write.
	 * @return array<string, int|string|null>
	 */
	public static function columns( array $command, ?string $email, string $mark ): array {
		return array(
			'written_by'    => $mark,
			'user_name'     => $command['row']['user_name'],
			'user_name_key' => $command['row']['user_name_key'],
			'email_key'     => UniqueKeys::email_key( $email ),
			'external_id'   => $command['row']['external_id'],
			'locked_before' => 0,
			'managed'       => 1,
			'linked'        => (int) ( $command['row']['linked'] ?? false ),
			'wished_name'   => null,
			'login_of'      => $command['row']['login_of'] ?? null,
			'modified'      => (int) $command['now'],
			'document'      => $command['row']['document'],
			'applied'       => null,
		);
	}

	/**
	 * Takes unique values from deleted people with kept accounts, because another person needs them.
	 *
	 * @param CreateUser|UpdateUser $command The command; `giving_up` says what.
	 */
	public static function give_up( array $command ): void {
		$table = Tables::name( 'users' );
		foreach ( $command['giving_up'] ?? array() as $giving ) {
			$row = UserRows::find( $giving['id'], 'row_id, id, user_id', 'AND deleted = 1 FOR UPDATE' );
			if ( null === $row ) {
				continue; // The deleted person is back by now. The unique keys will show the conflict.
			}
			Database::run( "UPDATE $table SET user_name_key = %s, email_key = NULL, login_key = NULL WHERE row_id = %d", array( UserRows::former_key( (string) $row['id'] ), (int) $row['row_id'] ) );
			Lookups::add( (int) $row['row_id'], $giving['lookups'] );
			$user = UserReader::accounts( array( (int) $row['user_id'] ) )[ (int) $row['user_id'] ] ?? null;
			if ( $giving['email'] && null !== $user ) {
				WrittenCaches::note( $user->ID, $user );
				$change = array(
					'values'   => array(),
					'email'    => '',
					'password' => null,
					'role'     => null,
				);
				( new AccountWriter() )->change( $user, $change );
			}
		}
	}

	/**
	 * Ensures that the account can have a changed address.
	 *
	 * @param Write    $command The command.
	 * @param \WP_User $user    The account as it is.
	 * @throws Refusal When it cannot.
	 */
	public static function check_email( array $command, \WP_User $user ): void {
		if ( null !== $command['account']['email'] && $command['account']['email'] !== $user->data->user_email ) {
			AccountNames::check_email( $command['account']['email'], $user->ID );
		}
	}

	/**
	 * Writes what comes last: the account, the values as WordPress stored them, and that the person exists.
	 *
	 * @param int      $row_id  The row.
	 * @param \WP_User $user    The account as it stands.
	 * @param Write    $command The command.
	 * @return array<string, int|string|null> The columns that it wrote.
	 */
	public static function finish( int $row_id, \WP_User $user, array $command ): array {
		$applied = Targets::read( $user, array_unique( array_merge( $command['targets'], array_keys( $command['account']['values'] ) ) ) );
		if ( $command['account']['managed_here'] ) {
			Network::make_owning_site( $user->ID );
		}
		$ruling  = $command['account']['ruling'] ?? null;
		$columns = array(
			'active'  => (int) $command['row']['active'],
			'deleted' => 0,
		) + ( null === $ruling ? array() : array( 'ruling' => $ruling ) );
		return self::store_applied( $row_id, $applied, $user->ID, $columns );
	}

	/**
	 * Stores the written values as WordPress has stored them.
	 *
	 * @param int                            $row_id  The row.
	 * @param array<string, mixed>           $applied By target.
	 * @param int                            $user_id The account.
	 * @param array<string, int|string|null> $columns Further columns.
	 * @return array<string, int|string|null> The columns that it wrote.
	 */
	public static function store_applied( int $row_id, array $applied, int $user_id, array $columns = array() ): array {
		$arguments = array();
		$text      = wp_json_encode( (object) $applied, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
		$columns  += array(
			'user_id' => $user_id,
			'applied' => (string) $text,
		);
		$set       = Database::assignments( $columns, $arguments );
		Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET $set WHERE row_id = %d", array( ...$arguments, $row_id ) );
		return $columns;
	}

	/**
	 * Whether this very write is in the database, and not somebody else's.
	 *
	 * @param string $mark Its mark.
	 */
	public static function exists( string $mark ): bool {
		return null !== Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE written_by = %s AND user_id IS NOT NULL AND applied IS NOT NULL', array( $mark ) );
	}

	/**
	 * The answer to a write. It is made within the transaction: a person who cannot be shown was not written.
	 *
	 * @param ?UserRecord $record The record after the write.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws DatabaseFailure When the person is gone already.
	 */
	public static function result( ?array $record ): array {
		return array(
			'outcome' => 'done',
			'record'  => $record ?? throw new DatabaseFailure( 'the person disappeared right after it was written' ),
		);
	}
}
