<?php
/**
 * Who may log in, as the owner wants it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UserRows;

defined( 'ABSPATH' ) || exit;

/**
 * Locks people out and lets them in, also those whose account was kept when the identity provider deleted them.
 *
 * @phpstan-import-type SetAccess from \Rollbook\Contract
 * @phpstan-import-type SetAccessAnswer from \Rollbook\Contract
 */
final class UserAccess {

	/**
	 * Changes whether a person may log in. The version goes up with it, so that what an identity provider has read counts as outdated.
	 *
	 * @param SetAccess $command The command set_access.
	 * @return SetAccessAnswer
	 * @throws Refusal When the person is gone, was changed meanwhile, or is the last administrator.
	 */
	public function set( array $command ): array {
		$table = Tables::name( 'users' );
		$row   = UserRows::find( $command['id'], 'row_id, id, user_id', '' ) ?? throw Refusal::gone();

		$user_id = (int) $row['user_id'];
		$write   = static function () use ( $command, $row, $table, $user_id ): void {
			$user = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? throw Refusal::gone();
			if ( ! $command['active'] ) {
				Administrators::check_without( $user );
			}
			$changed = Database::run(
				"UPDATE $table SET active = %d, locked_before = 0, modified = %d, version = version + 1 WHERE row_id = %d AND version = %d",
				array( (int) $command['active'], (int) $command['now'], (int) $row['row_id'], (int) $command['version'] )
			);
			if ( 0 === $changed ) {
				throw Refusal::stale();
			}
			if ( ! $command['active'] && $command['managed_here'] ) {
				\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
			}
		};
		$stands  = static fn(): bool => null !== Database::value( "SELECT row_id FROM $table WHERE id = %s AND version > %d AND active = %d", array( $command['id'], (int) $command['version'], (int) $command['active'] ) );
		Transaction::run( $write, $stands );
		AccessControl::forget( $user_id );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}
}
