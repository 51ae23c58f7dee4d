<?php
/**
 * People, changed.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Changes people: their row and their account, both or neither. It also changes other people who exchange a name or an address with them.
 *
 * @phpstan-import-type UpdateUser from \Rollbook\Contract
 * @phpstan-import-type UpdateUserAnswer from \Rollbook\Contract
 */
final class UserUpdater {

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
		list( $row, $groups ) = UserReader::loaded( $command['id'], (int) $command['version'] ) ?? array( null, array() );
		list( $row, $user )   = ( null === $row ? UserWrite::person( $command['id'], 'row_id, id, user_id, active, version, applied' ) : UserWrite::with_account( $row ) ) ?? throw Refusal::gone();

		$logins = $command['account']['logins'];
		$login  = null;
		$write  = function ( string $mark ) use ( $command, $row, $groups, $user, $table, &$logins, &$login ): ?array {
			$row_id    = (int) $row['row_id'];
			$arguments = array();
			$this->make_room( $command );
			UserWrite::check_email( $command, $user );
			if ( $row['active'] && ! $command['row']['active'] || RoleWriter::demotes( $command['account'] ) ) {
				Administrators::check_without( $user );
			}
			$login   = $logins ? AccountNames::free_login( $logins, $user->ID ) : null;
			$login   = $login === $user->data->user_login ? null : $login;
			$columns = null === $login ? array() : array( 'login_key' => UniqueKeys::login_key( $login ) );
			$columns  += array( 'active' => (int) $command['row']['active'] ) + UserWrite::columns( $command, $command['account']['email'] ?? $user->data->user_email, $mark );
			$set       = Database::assignments( $columns, $arguments );
			UserWrite::update( "UPDATE $table SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0 AND id = %s", array( ...$arguments, $row_id, (int) $command['version'], $command['id'] ) );
			$changed = ( new AccountWriter() )->change( $user, $command['account'], $login );
			if ( ( $row['active'] || null === $row['applied'] ) && ! $command['row']['active'] && $command['account']['managed_here'] ) {
				\WP_Session_Tokens::get_instance( $user->ID )->destroy_all();
			}
			Lookups::replace( $row_id, $command['row']['lookups'] );
			$this->write_others( $command, $mark );
			$columns = UserWrite::finish( $row_id, $changed, $command ) + $columns;
			return isset( $row['created'] )
				? UserReader::written( array( 'version' => (int) $command['version'] + 1 ) + $columns + $row, $groups, $command['targets'] )
				: ( new UserReader() )->read_again( $row_id, $command['targets'] );
		};
		$taken = static function ( int $row_id ) use ( $command, &$logins, &$login ): void {
			if ( null !== $login && null !== UniqueKeys::holder( array( 'login_key' => UniqueKeys::login_key( $login ) ), $row_id, (int) $command['now'] ) ) {
				$logins = array_values( array_diff( $logins, array( $login ) ) );
				$logins = $logins ? $logins : array( '' ); // If none is left, free_login() refuses.
			}
		};
		return UserWrite::run( $command, $user, $write, (int) $row['row_id'], $taken );
	}

	/**
	 * Frees what others give up for a person. Deleted people give it up forever; those who exchange something give it up until they get the
	 * other value.
	 *
	 * @param UpdateUser $command The command update_user.
	 * @throws Refusal When one of them is gone by now.
	 */
	private function make_room( array $command ): void {
		global $wpdb;
		UserWrite::give_up( $command );
		$others = $command['others'] ?? array();
		foreach ( $others ? array( $command, ...$others ) : array() as $one ) {
			list( $row, $user ) = UserWrite::person( $one['id'] ) ?? throw Refusal::stale();
			WrittenCaches::note( $user->ID, $user );
			Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET user_name_key = %s, email_key = NULL WHERE row_id = %d', array( 'leaving ' . (string) $row['id'], (int) $row['row_id'] ) );
			if ( null !== $one['account']['email'] && '' !== $user->data->user_email ) {
				// This step calls no hook. WordPress's cache still holds the old account, so that the next write reports the whole change.
				Database::run( "UPDATE $wpdb->users SET user_email = '' WHERE ID = %d", array( $user->ID ) );
				wp_cache_delete( $user->data->user_email, 'useremail' );
			}
		}
	}

	/**
	 * Writes those who exchange something with the person that the command is about.
	 *
	 * @param UpdateUser $command The command update_user; `others` are such commands, too.
	 * @param string     $mark    The mark of this write.
	 * @throws Refusal When one of them is gone by now.
	 */
	private function write_others( array $command, string $mark ): void {
		$table = Tables::name( 'users' );
		foreach ( $command['others'] ?? array() as $other ) {
			list( $row, $user ) = UserWrite::person( $other['id'] ) ?? throw Refusal::stale();

			$login = $other['account']['logins'] ? AccountNames::free_login( $other['account']['logins'], $user->ID ) : null;
			$login = $login === $user->data->user_login ? null : $login;
			UserWrite::check_email( $other, $user );
			$arguments = array();
			$columns   = null === $login ? array() : array( 'login_key' => UniqueKeys::login_key( $login ) );
			$columns  += array( 'active' => (int) $other['row']['active'] );
			$set       = Database::assignments( $columns + UserWrite::columns( $other, $other['account']['email'] ?? $user->data->user_email, $mark ), $arguments );
			UserWrite::update( "UPDATE $table SET $set, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0", array( ...$arguments, (int) $row['row_id'], (int) $other['version'] ) );
			$changed = ( new AccountWriter() )->change( $user, $other['account'], $login );
			Lookups::replace( (int) $row['row_id'], $other['row']['lookups'] );
			UserWrite::finish( (int) $row['row_id'], $changed, $other );
		}
	}
}
