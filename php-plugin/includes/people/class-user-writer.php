<?php
/**
 * People, written.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\UniqueKeyConflict;
use Rollbook\WordPress\Store\UniqueKeys;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\NetworkLock;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Creates and changes people: their row and their account, both or neither.
 *
 * @phpstan-import-type AccountChange from \Rollbook\Contract
 * @phpstan-import-type CreateUser from \Rollbook\Contract
 * @phpstan-import-type CreateUserAnswer from \Rollbook\Contract
 * @phpstan-import-type FillTargets from \Rollbook\Contract
 * @phpstan-import-type FillTargetsAnswer from \Rollbook\Contract
 * @phpstan-import-type IndexUser from \Rollbook\Contract
 * @phpstan-import-type NoteWish from \Rollbook\Contract
 * @phpstan-import-type UpdateUser from \Rollbook\Contract
 * @phpstan-import-type UpdateUserAnswer from \Rollbook\Contract
 * @phpstan-import-type UserRecord from \Rollbook\Contract
 * @phpstan-import-type UserRow from \Rollbook\Contract
 * @phpstan-type Write array{row: UserRow, account: AccountChange, targets: list<string>, now: int, ...}
 */
final class UserWriter {

	/**
	 * How often a claim is tried again, after a dead one was lifted or with the next login.
	 */
	private const ATTEMPTS = 20;

	/**
	 * Creates a person, or brings one back whose account was kept.
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
	 * Changes a person.
	 *
	 * @param UpdateUser $command The command update_user.
	 * @return UpdateUserAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function update( array $command ): array {
		$table = Tables::name( 'users' );
		$row   = Database::row( "SELECT row_id, id, user_id, active, version, applied FROM $table WHERE id = %s AND deleted = 0", array( $command['id'] ) );
		$user  = null === $row || $row['id'] !== $command['id'] ? null : UserReader::accounts( array( (int) $row['user_id'] ) )[ (int) $row['user_id'] ] ?? null;
		if ( null === $user ) {
			throw Refusal::gone();
		}

		$logins = $command['account']['logins'];
		$login  = null;
		$write  = function ( string $mark ) use ( $command, $row, $user, $table, &$logins, &$login ): int {
			$row_id    = (int) $row['row_id'];
			$arguments = array();
			$this->make_room( $command );
			self::check_email( $command, $user );
			if ( $row['active'] && ! $command['row']['active'] || RoleWriter::demotes( $command['account'] ) ) {
				Administrators::check_without( $user );
			}
			$login   = $logins ? AccountWriter::free_login( $logins, $user->ID ) : null;
			$login   = $login === $user->data->user_login ? null : $login;
			$columns = null === $login ? array() : array( 'login_key' => UniqueKeys::login_key( $login ) );
			$columns  += array( 'active' => (int) $command['row']['active'] );
			$set       = Database::assignments( $columns + $this->columns( $command, $command['account']['email'] ?? $user->data->user_email, $mark ), $arguments );
			$this->write_unique( "UPDATE $table SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0", array( ...$arguments, $row_id, (int) $command['version'] ) );
			$changed = ( new AccountWriter() )->change( $user, $command['account'], $login );
			if ( ( $row['active'] || null === $row['applied'] ) && ! $command['row']['active'] && $command['account']['managed_here'] ) {
				\WP_Session_Tokens::get_instance( $user->ID )->destroy_all();
			}
			Lookups::replace( $row_id, $command['row']['lookups'] );
			$this->write_others( $command, $mark );
			$this->finish( $row_id, $changed, $command );
			return $row_id;
		};
		$taken = static function ( int $row_id ) use ( $command, &$logins, &$login ): void {
			if ( null !== $login && null !== UniqueKeys::holder( array( 'login_key' => UniqueKeys::login_key( $login ) ), $row_id, (int) $command['now'] ) ) {
				$logins = array_values( array_diff( $logins, array( $login ) ) );
				$logins = $logins ? $logins : array( '' ); // With none left, free_login() says so.
			}
		};
		return $this->change( $command, $user, $write, (int) $row['row_id'], $taken );
	}

	/**
	 * Writes to a person's account what could not be written before.
	 *
	 * @param FillTargets $command The command fill_targets.
	 * @return FillTargetsAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function fill( array $command ): array {
		$table = Tables::name( 'users' );
		$row   = Database::row( "SELECT row_id, id, user_id, applied FROM $table WHERE id = %s AND deleted = 0", array( $command['id'] ) );
		$user  = null === $row || $row['id'] !== $command['id'] ? null : UserReader::accounts( array( (int) $row['user_id'] ) )[ (int) $row['user_id'] ] ?? null;
		if ( null === $user ) {
			throw Refusal::gone();
		}
		$mark  = Identifier::create();
		$write = function () use ( $command, $table, $row, $user, $mark ): void {
			$this->write_unique( "UPDATE $table SET modified = %d, written_by = %s, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0", array( (int) $command['now'], $mark, (int) $row['row_id'], (int) $command['version'] ) );
			$change  = array(
				'values'   => $command['values'],
				'email'    => null,
				'password' => null,
				'role'     => null,
			);
			$changed = ( new AccountWriter() )->change( $user, $change );
			$this->store_applied( (int) $row['row_id'], Targets::read( $changed, $command['targets'] ) + (array) json_decode( $row['applied'] ?? '{}', true ), $user->ID );
		};
		try {
			Transaction::run( $write, fn(): bool => $this->exists( $mark ) );
		} catch ( \Throwable $failure ) {
			AccountWriter::forget( $user->ID, $user );
			throw $failure;
		}
		WrittenCaches::note( $user->ID, $user );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Renews a person's matchable values, the name of one whom nobody manages, and the time of its last change.
	 *
	 * @param IndexUser $command The command index_user.
	 */
	public function index( array $command ): void {
		global $wpdb;
		$table = Tables::name( 'users' );
		$row   = Database::row(
			"SELECT u.row_id, u.id, u.user_id, u.managed, u.email_key, u.user_name, w.user_email FROM $table u INNER JOIN $wpdb->users w ON w.ID = u.user_id WHERE u.id = %s AND u.deleted = 0",
			array( $command['id'] )
		);
		if ( null === $row || $row['id'] !== $command['id'] ) {
			return;
		}
		$row_id = (int) $row['row_id'];
		if ( null !== $command['user_name'] && ! $row['managed'] ) {
			// Passed over where somebody else has the name: IGNORE is what makes it no error.
			Database::run( "UPDATE IGNORE $table SET user_name = %s, user_name_key = %s WHERE row_id = %d AND managed = 0", array( $command['user_name']['raw'], $command['user_name']['key'], $row_id ) );
		}
		if ( $command['lock'] ?? false ) {
			Database::run( "UPDATE $table SET active = 0, locked_before = 0, version = version + 1 WHERE row_id = %d AND managed = 0 AND locked_before = 1", array( $row_id ) );
			AccessControl::forget( (int) $row['user_id'] );
		}
		if ( $row['managed'] && UniqueKeys::email_key( $row['user_email'] ) !== $row['email_key'] ) {
			$arguments = array();
			$set       = Database::assignments( array( 'email_key' => UniqueKeys::email_key( $row['user_email'] ) ), $arguments );
			Database::run( "UPDATE IGNORE $table SET $set WHERE row_id = %d", array( ...$arguments, $row_id ) );
		}
		Lookups::replace( $row_id, $command['lookups'] );
		if ( null !== $command['modified'] ) {
			Database::run( "UPDATE $table SET modified = %d, version = version + 1 WHERE row_id = %d", array( (int) $command['modified'], $row_id ) );
		}
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
		// WordPress looks itself whether login and address are free. Here it is looked once it has found that the login is not.
		$ask    = is_multisite();
		$logins = $command['account']['logins'];
		for ( $attempt = 1; ; ++$attempt ) {
			if ( ! ( $command['giving_up'] ?? array() ) ) {
				AccountWriter::check_email( (string) $command['account']['email'], 0, $ask );
			}
			$login = AccountWriter::free_login( $logins, 0, $ask );
			$id    = Identifier::create();
			$maker = new AccountWriter();
			$mark  = Identifier::create();
			try {
				$result = Transaction::run(
					fn(): array => $this->result( $this->make( $command, $id, $login, $maker, $mark ), $command['targets'], true ),
					fn(): bool => $this->exists( $mark )
				);
				AccessControl::forget( $maker->created_id() );
				WrittenCaches::note( $maker->created_id() );
				return $result;
			} catch ( UniqueKeyConflict $failure ) {
				$keys = array( 'login_key' => UniqueKeys::login_key( $login ) ) + $this->columns( $command, $command['account']['email'], $mark );
				$held = UniqueKeys::holder( $keys, 0, (int) $command['now'] );
				if ( 'login' === $held ) {
					$logins = array_values( array_diff( $logins, array( $login ) ) );
				} elseif ( null !== $held ) {
					throw Refusal::taken( $held );
				}
				if ( self::ATTEMPTS === $attempt ) {
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
	 * @param AccountWriter $maker   Who makes the account.
	 * @param string        $mark    The mark of this write.
	 * @return int The row's number.
	 * @throws UniqueKeyConflict When another site has just taken the login.
	 */
	private function make( array $command, string $id, string $login, AccountWriter $maker, string $mark ): int {
		$this->give_up( $command );
		$row_id = $this->insert_row( $command, $id, UniqueKeys::login_key( $login ), null, $command['account']['email'], $mark );
		if ( is_multisite() || array() !== ( $command['giving_up'] ?? array() ) ) {
			// Another site may have been faster before the claim; none is after it.
			AccountWriter::check_email( (string) $command['account']['email'] );
			if ( is_multisite() && username_exists( $login ) ) {
				throw new UniqueKeyConflict( new DatabaseFailure( 'another site of the network has just taken the login' ) );
			}
		}
		Lookups::begin( $row_id, $command['row']['lookups'] );
		// Known from the beginning, so that whoever asks for the person again gets this account, wherever the rest may break off.
		$made = static fn( int $user_id ): int => Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET user_id = %d WHERE row_id = %d', array( $user_id, $row_id ) );
		$user = $maker->create( $command['account'], $login, $made );
		$this->finish( $row_id, $user, $command );
		return $row_id;
	}

	/**
	 * Brings a person back whose account was kept: the same row and account under a new id.
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
		$row     = Database::row( "SELECT row_id, id, deleted FROM $table WHERE user_id = %d", array( $user_id ) );
		if ( null !== $row && ! Network::is_on_site( $user_id ) ) {
			UserRemover::action_deleted_user( $user_id ); // What is left of somebody who was taken off the site past the plugin.
			$row = null;
		}
		if ( null !== $row && ! $row['deleted'] ) {
			throw Refusal::taken( 'user_name' );
		}

		$id    = Identifier::create();
		$write = function ( string $mark ) use ( $command, $row, $user, $table, $id ): int {
			$email  = $command['account']['email'] ?? $user->data->user_email;
			$row_id = (int) ( $row['row_id'] ?? 0 );
			$this->give_up( $command );
			self::check_email( $command, $user );
			if ( $row_id ) {
				$arguments = array();
				$columns   = array(
					'id'      => $id,
					'version' => 1,
					'created' => (int) $command['now'],
				);
				$set       = Database::assignments( $columns + $this->columns( $command, $email, $mark ), $arguments );
				$this->write_unique( "UPDATE $table SET $set WHERE row_id = %d AND id = %s AND deleted = 1", array( ...$arguments, $row_id, $row['id'] ) );
			} else {
				$row_id = $this->insert_row( $command, $id, null, $user->ID, $email, $mark );
				if ( ! Network::is_on_site( $user->ID ) ) {
					RoleWriter::check( $command['account']['role'] );
					Network::add( $user, (string) $command['account']['role'] );
				}
			}
			$changed = ( new AccountWriter() )->change( $user, $command['account'] );
			Lookups::replace( $row_id, $command['row']['lookups'] );
			$this->finish( $row_id, $changed, $command );
			return $row_id;
		};
		return $this->change( $command, $user, $write, (int) ( $row['row_id'] ?? 0 ) );
	}

	/**
	 * Carries out a write to an existing account.
	 *
	 * @param Write                $command The command.
	 * @param \WP_User             $user    The account as it is.
	 * @param callable(string):int $write   What to do, with the mark of this write; returns the row's number.
	 * @param int                  $row_id  The row; 0 where there is none yet.
	 * @param ?callable(int): void $taken   Looks whether the claim that failed was one on a login; the next attempt claims another then.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	private function change( array $command, \WP_User $user, callable $write, int $row_id, ?callable $taken = null ): array {
		$mark = Identifier::create();
		for ( $attempt = 1; ; ++$attempt ) {
			try {
				$result = Transaction::run( fn(): array => $this->result( $write( $mark ), $command['targets'] ), fn(): bool => $this->exists( $mark ) );
				AccessControl::forget( $user->ID );
				WrittenCaches::note( $user->ID, $user );
				return $result;
			} catch ( UniqueKeyConflict $failure ) {
				$held = UniqueKeys::holder( $this->columns( $command, $command['account']['email'] ?? $user->data->user_email, $mark ), $row_id, (int) $command['now'] );
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
				AccountWriter::forget( $user->ID, $user );
				throw $failure;
			}
		}
	}

	/**
	 * Sees to it that a changed address can be had.
	 *
	 * @param Write    $command The command.
	 * @param \WP_User $user    The account as it is.
	 * @throws Refusal When it cannot.
	 */
	private static function check_email( array $command, \WP_User $user ): void {
		if ( null !== $command['account']['email'] && $command['account']['email'] !== $user->data->user_email ) {
			AccountWriter::check_email( $command['account']['email'], $user->ID );
		}
	}

	/**
	 * Frees what others give up for a person: deleted people for good, and those who exchange something with it until they get theirs.
	 *
	 * @param UpdateUser $command The command update_user.
	 */
	private function make_room( array $command ): void {
		global $wpdb;
		$this->give_up( $command );
		$others = $command['others'] ?? array();
		foreach ( $others ? array( $command, ...$others ) : array() as $one ) {
			list( $row, $user ) = self::living( $one['id'] );
			WrittenCaches::note( $user->ID, $user );
			Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET user_name_key = %s, email_key = NULL WHERE row_id = %d', array( 'leaving ' . $row['id'], (int) $row['row_id'] ) );
			if ( null !== $one['account']['email'] && '' !== $user->data->user_email ) {
				// No hook hears of this step: WordPress still knows the account as it was, so that the next one is told as the whole change.
				Database::run( "UPDATE $wpdb->users SET user_email = '' WHERE ID = %d", array( $user->ID ) );
				wp_cache_delete( $user->data->user_email, 'useremail' );
			}
		}
	}

	/**
	 * Takes from deleted people, whose accounts were kept, what a living one needs.
	 *
	 * @param CreateUser|UpdateUser $command The command; `giving_up` says what.
	 */
	private function give_up( array $command ): void {
		$table = Tables::name( 'users' );
		foreach ( $command['giving_up'] ?? array() as $giving ) {
			$row = Database::row( "SELECT row_id, id, user_id FROM $table WHERE id = %s AND deleted = 1", array( $giving['id'] ) );
			if ( null === $row || $row['id'] !== $giving['id'] ) {
				continue; // Back in the meantime; the claim tells.
			}
			Database::run( "UPDATE $table SET user_name_key = %s, email_key = NULL, login_key = NULL WHERE row_id = %d", array( UserRemover::former_key( $row['id'] ), (int) $row['row_id'] ) );
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
	 * Writes those who exchange something with the person that the command is about.
	 *
	 * @param UpdateUser $command The command update_user; `others` are such commands, too.
	 * @param string     $mark    The mark of this write.
	 */
	private function write_others( array $command, string $mark ): void {
		$table = Tables::name( 'users' );
		foreach ( $command['others'] ?? array() as $other ) {
			list( $row, $user ) = self::living( $other['id'] );

			$login = $other['account']['logins'] ? AccountWriter::free_login( $other['account']['logins'], $user->ID ) : null;
			$login = $login === $user->data->user_login ? null : $login;
			self::check_email( $other, $user );
			$arguments = array();
			$columns   = null === $login ? array() : array( 'login_key' => UniqueKeys::login_key( $login ) );
			$columns  += array( 'active' => (int) $other['row']['active'] );
			$set       = Database::assignments( $columns + $this->columns( $other, $other['account']['email'] ?? $user->data->user_email, $mark ), $arguments );
			$this->write_unique( "UPDATE $table SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0", array( ...$arguments, (int) $row['row_id'], (int) $other['version'] ) );
			$changed = ( new AccountWriter() )->change( $user, $other['account'], $login );
			Lookups::replace( (int) $row['row_id'], $other['row']['lookups'] );
			$this->finish( (int) $row['row_id'], $changed, $other );
		}
	}

	/**
	 * The row and the account of a living person.
	 *
	 * @param string $id The SCIM id.
	 * @return array{array<string, ?string>, \WP_User}
	 * @throws Refusal When there is none.
	 */
	private static function living( string $id ): array {
		$row  = Database::row( 'SELECT row_id, id, user_id FROM ' . Tables::name( 'users' ) . ' WHERE id = %s AND deleted = 0', array( $id ) );
		$user = null === $row || $row['id'] !== $id ? null : UserReader::accounts( array( (int) $row['user_id'] ) )[ (int) $row['user_id'] ] ?? null;
		return null === $row || null === $user ? throw Refusal::stale() : array( $row, $user );
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

	/**
	 * Inserts the row of a person. Until all of it is written it is nobody's, as that of a deleted person whose account was kept; so
	 * whatever is left of a write that broke off comes back with the person.
	 *
	 * @param CreateUser $command   The command create_user.
	 * @param string     $id        The person's id.
	 * @param ?string    $login_key The claim on a login.
	 * @param ?int       $user_id   The account, if there is one already.
	 * @param ?string    $email     The address that the account will have.
	 * @param string     $mark      The mark of this write.
	 * @return int The row's number.
	 * @throws UniqueKeyConflict When somebody else holds a value.
	 */
	private function insert_row( array $command, string $id, ?string $login_key, ?int $user_id, ?string $email, string $mark ): int {
		$columns = array(
			'id'        => $id,
			'user_id'   => $user_id,
			'login_key' => $login_key,
			'active'    => 0,
			'deleted'   => 1,
			'created'   => (int) $command['now'],
		);
		try {
			return Database::insert( Tables::name( 'users' ), $columns + $this->columns( $command, $email, $mark ) );
		} catch ( DatabaseFailure $failure ) {
			throw UniqueKeyConflict::of( $failure );
		}
	}

	/**
	 * Changes the row of a person.
	 *
	 * @param string $sql       The UPDATE, on the condition that nobody else was faster.
	 * @param array  $arguments Its arguments, the row's number and version last.
	 * @throws UniqueKeyConflict When somebody else holds a value.
	 * @throws Refusal When somebody else was faster.
	 */
	private function write_unique( string $sql, array $arguments ): void {
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
	 * The columns that a command writes. With nothing in `applied` the person is unfinished, until the last statement says otherwise.
	 *
	 * @param Write   $command The command.
	 * @param ?string $email   The address that the account will have.
	 * @param string  $mark    The mark of this write.
	 * @return array<string, int|string|null>
	 */
	private function columns( array $command, ?string $email, string $mark ): array {
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
	 * Writes what comes last: the account, what WordPress made of the values, and that the person is there.
	 *
	 * @param int      $row_id  The row.
	 * @param \WP_User $user    The account as it stands.
	 * @param Write    $command The command.
	 */
	private function finish( int $row_id, \WP_User $user, array $command ): void {
		$applied = Targets::read( $user, array_unique( array_merge( $command['targets'], array_keys( $command['account']['values'] ) ) ) );
		if ( $command['account']['managed_here'] ) {
			Network::make_owning_site( $user->ID );
		}
		$ruling  = $command['account']['ruling'] ?? null;
		$columns = array(
			'active'  => (int) $command['row']['active'],
			'deleted' => 0,
		) + ( null === $ruling ? array() : array( 'ruling' => $ruling ) );
		$this->store_applied( $row_id, $applied, $user->ID, $columns );
	}

	/**
	 * Stores what WordPress made of the values that were written.
	 *
	 * @param int                            $row_id  The row.
	 * @param array<string, mixed>           $applied By target.
	 * @param int                            $user_id The account.
	 * @param array<string, int|string|null> $columns What else is stored.
	 */
	private function store_applied( int $row_id, array $applied, int $user_id, array $columns = array() ): void {
		$arguments = array();
		$text      = wp_json_encode( (object) $applied, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
		$columns  += array(
			'user_id' => $user_id,
			'applied' => (string) $text,
		);
		$set       = Database::assignments( $columns, $arguments );
		Database::run( 'UPDATE ' . Tables::name( 'users' ) . " SET $set WHERE row_id = %d", array( ...$arguments, $row_id ) );
	}

	/**
	 * Whether a write is in the database: this very one, and not somebody else's.
	 *
	 * @param string $mark Its mark.
	 */
	private function exists( string $mark ): bool {
		return null !== Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE written_by = %s AND user_id IS NOT NULL AND applied IS NOT NULL', array( $mark ) );
	}

	/**
	 * Removes what a rollback has left of a new person, where tables know no transactions or a hook has ended ours. The account is
	 * removed where the row is left: otherwise its number may be another one's by now.
	 *
	 * @param string        $id    The person's id.
	 * @param AccountWriter $maker Who made the account.
	 */
	private function undo( string $id, AccountWriter $maker ): void {
		AccountWriter::forget( $maker->created_id() );
		try {
			$row_id = Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE id = %s', array( $id ) );
			if ( null !== $row_id ) {
				$maker->undo();
				UserRemover::forget_row( (int) $row_id );
			}
		} catch ( DatabaseFailure ) {
			return; // The failure that is told is the first one.
		}
	}

	/**
	 * The answer to a write. It is read within the transaction: what cannot be read back was not written.
	 *
	 * @param int      $row_id  The row.
	 * @param string[] $targets The targets to read.
	 * @param bool     $is_new  Whether the person is new, and so in no group.
	 * @return array{outcome: 'done', record: UserRecord}
	 * @throws DatabaseFailure When the person is gone already.
	 */
	private function result( int $row_id, array $targets, bool $is_new = false ): array {
		return array(
			'outcome' => 'done',
			'record'  => ( new UserReader() )->written( $row_id, $targets, $is_new ) ?? throw new DatabaseFailure( 'the person disappeared right after it was written' ),
		);
	}
}
