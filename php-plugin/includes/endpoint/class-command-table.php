<?php
/**
 * Carries out the extension's commands.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\People\AccountRegistry;
use Rollbook\WordPress\People\AccountWriter;
use Rollbook\WordPress\People\GroupReader;
use Rollbook\WordPress\People\GroupWriter;
use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\People\Refusal;
use Rollbook\WordPress\People\RoleWriter;
use Rollbook\WordPress\People\UserAccess;
use Rollbook\WordPress\People\UserCreator;
use Rollbook\WordPress\People\UserReader;
use Rollbook\WordPress\People\UserRefresher;
use Rollbook\WordPress\People\UserRemover;
use Rollbook\WordPress\People\UserRestorer;
use Rollbook\WordPress\People\UserUpdater;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\SiteSwitch;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Carries out the commands of the extension. Its src/host.rs says what each command means and what the answer holds.
 *
 * An exception says that the command could not be carried out and left nothing behind.
 */
final class CommandTable {

	/**
	 * Carries out a command.
	 *
	 * @param array<string, mixed> $command Its name under `do`, and its fields.
	 * @return mixed The answer.
	 * @throws DatabaseFailure When the database fails.
	 * @throws \Throwable When the command cannot be carried out for another reason.
	 */
	public function run( array $command ): mixed {
		global $wpdb;
		// If a hook's statement fails, wpdb must not print HTML into the response. It still logs the error.
		$shown = $wpdb->hide_errors();
		$depth = SiteSwitch::depth();
		AccessControl::tell_rights_as_they_are();
		try {
			$name = (string) $command['do'];
			$read = self::reading( $name, $command );
			return null === $read ? self::write( $name, $command ) : Database::watched( $read );
		} catch ( Refusal $refusal ) {
			return $refusal->outcome();
		} catch ( DatabaseFailure $failure ) {
			Tables::restore( $failure );
			throw $failure;
		} finally {
			AccessControl::tell_rights_of_who_acts();
			SiteSwitch::back_to( $depth );
			if ( ! Batch::is_open() ) {
				WrittenCaches::committed();
			}
			if ( $shown ) {
				$wpdb->show_errors();
			}
		}
	}

	/**
	 * Whether a command only concludes what was done before. Such a command runs even if no other may.
	 *
	 * @param array<string, mixed> $command The command.
	 */
	public static function settles( array $command ): bool {
		return in_array( $command['do'], array( 'check_batch', 'end_batch', 'note_panic' ), true );
	}

	/**
	 * Whether a command can be carried out before plugins are loaded: it only reads, or counts requests and the use of tokens, and needs
	 * nothing of pluggable.php.
	 *
	 * @param array<string, mixed> $command The command.
	 */
	public static function is_early( array $command ): bool {
		$name = (string) $command['do'];
		return in_array( $name, array( 'touch_token', 'count_knock', 'count_requests' ), true ) || 'find_reassign_target' !== $name && null !== self::reading( $name, $command );
	}

	/**
	 * Undoes the running command after a hook has ended PHP: PHP runs neither catch nor finally then.
	 */
	public function abandon(): void {
		Transaction::roll_back();
		AccountWriter::restore_mail();
	}

	/**
	 * The commands that only read. The extension decides on what they find. So none of their statements may fail, not even WordPress's own:
	 * a failed read must not look like "nothing there".
	 *
	 * @param string $name    The command's name.
	 * @param mixed  $command The command; stubs/contract.php describes its fields.
	 * @return ?\Closure(): mixed Null if it writes.
	 */
	private static function reading( string $name, mixed $command ): ?\Closure {
		return match ( $name ) {
			'list_tokens'                => static fn(): mixed => Tokens::records(),
			'find_users'                 => static fn(): mixed => ( new UserReader() )->find( $command ),
			'load_user'                  => static fn(): mixed => ( new UserReader() )->load( $command ),
			'load_users_by_account'      => static fn(): mixed => ( new UserReader() )->load_users_by_account( $command ),
			'load_users'                 => static fn(): mixed => ( new UserReader() )->load_users( $command ),
			'find_conflicts'             => static fn(): mixed => ( new UserReader() )->find_conflicts( $command ),
			'find_unregistered_accounts' => static fn(): mixed => ( new AccountRegistry() )->find( $command ),
			'find_reassign_target'       => static fn(): mixed => ( new UserReader() )->find_reassign_target( $command ),
			'find_groups'                => static fn(): mixed => ( new GroupReader() )->find( $command ),
			'load_group'                 => static fn(): mixed => ( new GroupReader() )->load( $command ),
			'count_members'              => static fn(): mixed => ( new GroupReader() )->count_members( $command ),
			'resolve_members'            => static fn(): mixed => ( new GroupReader() )->resolve_members( $command ),
			'find_members'               => static fn(): mixed => ( new GroupReader() )->find_members( $command ),
			'list_users_in_groups'       => static fn(): mixed => ( new GroupReader() )->list_users_in_groups( $command ),
			'list_nestings'              => static fn(): mixed => ( new GroupReader() )->list_nestings(),
			'find_roles'                 => static fn(): mixed => ( new RoleWriter() )->find( $command ),
			'list_accounts'              => static fn(): mixed => ( new AccountRegistry() )->list_accounts( $command ),
			'look_up_user_names'         => static fn(): mixed => ( new AccountRegistry() )->look_up_user_names( $command ),
			'find_losses'                => static fn(): mixed => ( new Losses() )->find( $command ),
			'list_decided_losses'        => static fn(): mixed => ( new Losses() )->list_decided( $command ),
			default                      => null,
		};
	}

	/**
	 * Carries out a command that writes.
	 *
	 * @param string $name    The command's name.
	 * @param mixed  $command The command; stubs/contract.php describes its fields.
	 * @throws \UnexpectedValueException When there is no such command.
	 */
	private static function write( string $name, mixed $command ): mixed {
		return match ( $name ) {
			'touch_token'       => Tokens::touch( (int) $command['id'], (int) $command['now'], (string) $command['address'] ),
			'count_knock'       => Tokens::count_knock( $command ),
			'count_requests'    => Tokens::count_requests( $command ),
			'check_token'       => Tokens::state( (int) $command['id'] ),
			'register_accounts' => ( new AccountRegistry() )->register( $command ),
			'release_rows'      => ( new AccountRegistry() )->release( $command ),
			'create_user'       => ( new UserCreator() )->create( $command ),
			'update_user'       => ( new UserUpdater() )->update( $command ),
			'fill_targets'      => ( new UserRefresher() )->fill( $command ),
			'index_user'        => ( new UserRefresher() )->index( $command ),
			'index_users'       => ( new UserRefresher() )->index_all( $command ),
			'note_wish'         => ( new UserRefresher() )->note_wish( $command ),
			'delete_user'       => ( new UserRemover() )->delete( $command ),
			'regroup_people'    => ( new RoleWriter() )->regroup( $command ),
			'create_group'      => ( new GroupWriter() )->create( $command ),
			'update_group'      => ( new GroupWriter() )->update( $command ),
			'set_roles'         => ( new RoleWriter() )->set_each( $command ),
			'allow_linking'     => ( new AccountRegistry() )->allow_linking( $command ),
			'note_losses'       => ( new Losses() )->note( $command ),
			'settle_losses'     => ( new Losses() )->settle( $command ),
			'reopen_losses'     => ( new Losses() )->reopen( $command ),
			'restore_user'      => ( new UserRestorer() )->restore( $command ),
			'remove_kept'       => ( new UserRemover() )->remove_kept( $command ),
			'set_access'        => ( new UserAccess() )->set( $command ),
			'unlink_user'       => ( new UserRemover() )->unlink( $command ),
			'begin_batch'       => Batch::begin(),
			'check_batch'       => Batch::report(),
			'end_batch'         => $command['keep'] ? Batch::end() : Batch::undo(),
			'note_panic'        => self::note_panic( (string) $command['reason'] ),
			'delete_group'      => ( new GroupWriter() )->delete( $command ),
			default             => throw new \UnexpectedValueException( sprintf( 'There is no command "%s".', $name ) ),
		};
	}

	/**
	 * Undoes an open batch after the core has panicked, and writes the place to PHP's log.
	 *
	 * @param string $reason Where in the code.
	 */
	private static function note_panic( string $reason ): void {
		if ( Batch::is_open() ) {
			Batch::undo();
		}
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log -- The place where a site's owner looks.
		error_log( "Rollbook: $reason" );
	}
}
