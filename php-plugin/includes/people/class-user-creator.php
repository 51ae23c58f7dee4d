<?php
/**
 * People, created.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\NetworkLock;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UniqueKeyConflict;
use Rollbook\WordPress\Store\UserRows;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Creates people: their row and their account, both or neither. Somebody who was deleted gets a kept account back.
 *
 * @phpstan-import-type CreateUser from \Rollbook\Contract
 * @phpstan-import-type CreateUserAnswer from \Rollbook\Contract
 * @phpstan-import-type UserRecord from \Rollbook\Contract
 */
final class UserCreator {

	/**
	 * Creates a person, or gives a deleted one the kept account back.
	 *
	 * @param CreateUser $command The command create_user.
	 * @return CreateUserAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function create( array $command ): array {
		return null === $command['account']['user_id']
			? $this->create_new( $command )
			: $this->bring_back( $command );
	}

	/**
	 * Creates a person with a new account.
	 *
	 * @param CreateUser $command The command create_user.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	private function create_new( array $command ): array {
		NetworkLock::take();
		try {
			return $this->create_alone( $command );
		} finally {
			if ( ! Batch::is_open() ) {
				NetworkLock::release();
			}
		}
	}

	/**
	 * Creates a person with a new account while no other site of a network does.
	 *
	 * @param CreateUser $command The command create_user.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	private function create_alone( array $command ): array {
		// WordPress itself checks whether login and address are free. This class looks for a free login only after WordPress has refused
		// one.
		$ask    = is_multisite();
		$logins = $command['account']['logins'];
		for ( $attempt = 1; ; ++$attempt ) {
			if ( ! ( $command['giving_up'] ?? array() ) ) {
				AccountNames::check_email( (string) $command['account']['email'], 0, $ask );
			}
			$login = AccountNames::free_login( $logins, 0, $ask );
			$id    = Identifier::create();
			$maker = new AccountWriter();
			$mark  = Identifier::create();
			try {
				$result = Transaction::run(
					fn(): array => UserWrite::result( $this->make( $command, $id, $login, $maker, $mark ) ),
					fn(): bool => UserWrite::exists( $mark )
				);
				AccessControl::forget( $maker->created_id() );
				WrittenCaches::note( $maker->created_id() );
				return $result;
			} catch ( UniqueKeyConflict $failure ) {
				$keys = array( 'login_key' => UniqueKeys::login_key( $login ) ) + UserWrite::columns( $command, $command['account']['email'], $mark );
				$held = UniqueKeys::holder( $keys, 0, (int) $command['now'] );
				if ( 'login' === $held ) {
					$logins = array_values( array_diff( $logins, array( $login ) ) );
				} elseif ( null !== $held ) {
					throw Refusal::taken( $held );
				}
				if ( UserWrite::ATTEMPTS === $attempt ) {
					throw $failure->getPrevious() ?? $failure;
				}
			} catch ( \Throwable $failure ) {
				$this->undo( $id, $maker );
				if ( $ask || ! $failure instanceof Refusal || ! $failure->is_taken( 'login' ) ) {
					throw $failure;
				}
				$ask = true;
			}
		}
	}

	/**
	 * Makes row and account.
	 *
	 * @param CreateUser    $command The command create_user.
	 * @param string        $id      The person's id.
	 * @param string        $login   The account's login.
	 * @param AccountWriter $maker   What makes the account.
	 * @param string        $mark    The mark of this write.
	 * @return ?UserRecord The record; the person is in no group yet.
	 * @throws UniqueKeyConflict When another site has just taken the login.
	 */
	private function make( array $command, string $id, string $login, AccountWriter $maker, string $mark ): ?array {
		UserWrite::give_up( $command );
		$row_id = UserWrite::insert( $command, $id, UniqueKeys::login_key( $login ), null, $command['account']['email'], $mark );
		if ( is_multisite() || array() !== ( $command['giving_up'] ?? array() ) ) {
			// Another site may have made the account before this row was written; afterwards none can.
			AccountNames::check_email( (string) $command['account']['email'] );
			if ( is_multisite() && username_exists( $login ) ) {
				throw new UniqueKeyConflict( new DatabaseFailure( 'another site of the network has just taken the login' ) );
			}
		}
		Lookups::begin( $row_id, $command['row']['lookups'] );
		// The row knows the account from the beginning. So the next request for the person finds this account, even if the rest fails.
		$made = static fn( int $user_id ): int => Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET user_id = %d WHERE row_id = %d', array( $user_id, $row_id ) );
		$user = $maker->create( $command['account'], $login, $made );
		$row  = UserWrite::finish( $row_id, $user, $command ) + UserWrite::columns( $command, $command['account']['email'], $mark ) + array(
			'row_id'  => $row_id,
			'id'      => $id,
			'version' => 1,
			'created' => (int) $command['now'],
			'ruling'  => null,
		);
		return UserReader::written( $row, array(), $command['targets'] );
	}

	/**
	 * Gives a deleted person the kept account back: the same row and account under a new id.
	 *
	 * @param CreateUser $command The command create_user.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	private function bring_back( array $command ): array {
		$table   = Tables::name( 'users' );
		$user_id = (int) $command['account']['user_id'];
		$user    = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? throw Refusal::gone();
		$row     = Database::row( "SELECT row_id, id, active, deleted FROM $table WHERE user_id = %d", array( $user_id ) );
		if ( null !== $row && ! Network::is_on_site( $user_id ) ) {
			UserRemover::action_deleted_user( $user_id ); // Rows and metas may be left of somebody who was removed from the site while the plugin did not run.
			$row = null;
		}
		if ( null !== $row && ! $row['deleted'] ) {
			throw Refusal::taken( 'user_name' );
		}

		$id    = Identifier::create();
		$write = function ( string $mark ) use ( $command, $row, $user, $table, $id ): ?array {
			$email  = $command['account']['email'] ?? $user->data->user_email;
			$row_id = (int) ( $row['row_id'] ?? 0 );
			UserWrite::give_up( $command );
			UserWrite::check_email( $command, $user );
			if ( ( $row['active'] ?? false ) && ! $command['row']['active'] ) {
				Administrators::check_without( $user ); // Let in by hand, and now locked out again.
			}
			if ( $row_id ) {
				$arguments = array();
				$columns   = array(
					'id'      => $id,
					'version' => 1,
					'created' => (int) $command['now'],
				);
				$set       = Database::assignments( $columns + UserWrite::columns( $command, $email, $mark ), $arguments );
				UserWrite::update( "UPDATE $table SET $set WHERE row_id = %d AND id = %s AND deleted = 1", array( ...$arguments, $row_id, $row['id'] ?? '' ) );
			} else {
				$row_id = UserWrite::insert( $command, $id, null, $user->ID, $email, $mark );
				if ( ! Network::is_on_site( $user->ID ) ) {
					RoleWriter::check( $command['account']['role'] );
					Network::add( $user, (string) $command['account']['role'] );
				}
			}
			$changed = ( new AccountWriter() )->change( $user, $command['account'] );
			Lookups::replace( $row_id, $command['row']['lookups'] );
			UserWrite::finish( $row_id, $changed, $command );
			return ( new UserReader() )->read_again( $row_id, $command['targets'] );
		};
		return UserWrite::run( $command, $user, $write, (int) ( $row['row_id'] ?? 0 ) );
	}

	/**
	 * Removes what a rollback has left of a new person, if tables have no transactions or a hook has ended ours. The account is removed
	 * only if the row is left: otherwise another account may have its number by now.
	 *
	 * @param string        $id    The person's id.
	 * @param AccountWriter $maker What made the account.
	 */
	private function undo( string $id, AccountWriter $maker ): void {
		AccountCache::forget( $maker->created_id() );
		try {
			$row_id = Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE id = %s', array( $id ) );
			if ( null !== $row_id ) {
				$maker->undo();
				UserRows::forget( (int) $row_id );
			}
		} catch ( DatabaseFailure ) {
			return; // Only the first failure is reported.
		}
	}
}
