<?php
/**
 * People, removed.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Store\AccountCache;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UserRows;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Deletes people, with or without their account, and removes the rows of people that somebody else has deleted.
 *
 * @phpstan-import-type DeleteUser from \Rollbook\Contract
 * @phpstan-import-type DeleteUserAnswer from \Rollbook\Contract
 * @phpstan-import-type RemoveKept from \Rollbook\Contract
 * @phpstan-import-type RemoveKeptAnswer from \Rollbook\Contract
 * @phpstan-import-type UnlinkUser from \Rollbook\Contract
 * @phpstan-import-type UnlinkUserAnswer from \Rollbook\Contract
 */
final class UserRemover {

	/**
	 * Deletes a person's resource and disposes of its account as asked.
	 *
	 * @param DeleteUser $command The command delete_user.
	 * @return DeleteUserAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function delete( array $command ): array {
		$table = Tables::name( 'users' );
		list( $row, $loaded ) = UserReader::loaded( $command['id'], (int) $command['version'] ) ?? array( UserRows::find( $command['id'], 'row_id, id, user_id' ) ?? throw Refusal::gone(), null );

		$user_id         = (int) $row['user_id'];
		$groups          = null === $loaded
			? array_column( Memberships::groups_of( $command['id'] ), 'row' )
			: array_column( array_filter( array_column( $loaded, 'version' ) ), 'row' );
		$reassign_target = $this->reassign_target( $command['reassign_to'], $user_id );
		$delete          = function () use ( $command, $row, $groups, $user_id, $reassign_target ): void {
			$user = UserReader::accounts( array( $user_id ) )[ $user_id ] ?? null;
			if ( null !== $user ) {
				Administrators::check_without( $user );
			}
			if ( 'deactivate' !== $command['disposal'] || null !== $reassign_target ) {
				AccountWriter::check_protection( $user_id );
			}
			$renewed = Memberships::renew_groups( $command['id'], $groups );
			$this->lock_out( (int) $row['row_id'], $command );
			Memberships::end( $command['id'], $renewed );
			Lookups::replace( (int) $row['row_id'], $command['lookups'] ?? array() );
			if ( 'deactivate' !== $command['disposal'] ) {
				$this->delete_account( $user_id, $reassign_target, 'remove_from_site' === $command['disposal'] );
				UserRows::forget( (int) $row['row_id'] );
				return;
			}
			if ( $command['managed_here'] ) {
				\WP_Session_Tokens::get_instance( $user_id )->destroy_all();
			}
			if ( null !== $reassign_target ) {
				$this->reassign_content( $user_id, $reassign_target );
			}
			$this->mark_deleted( (int) $row['row_id'], (string) $row['id'] );
		};
		$gone    = static fn(): bool => null === Database::value( "SELECT row_id FROM $table WHERE id = %s AND deleted = 0", array( $command['id'] ) )
			&& ( 'deactivate' === $command['disposal'] || ! self::has_account( $user_id, 'remove_from_site' === $command['disposal'] ) );

		return self::removed( $user_id, $delete, $gone );
	}

	/**
	 * Disposes of the account of a deleted person that was kept.
	 *
	 * @param RemoveKept $command The command remove_kept.
	 * @return RemoveKeptAnswer
	 * @throws Refusal When it must not happen.
	 * @throws \Throwable When it cannot.
	 */
	public function remove_kept( array $command ): array {
		$row             = UserRows::find( $command['id'], 'row_id, id, user_id', 'AND deleted = 1' ) ?? throw Refusal::gone();
		$row_id          = (int) $row['row_id'];
		$user_id         = (int) $row['user_id'];
		$keeps           = 'deactivate' === $command['disposal'];
		$reassign_target = $this->reassign_target( $command['reassign_to'], $user_id );
		$remove          = function () use ( $command, $row_id, $user_id, $keeps, $reassign_target ): void {
			$row = UserRows::find( $command['id'], 'row_id, id, version', 'AND deleted = 1 FOR UPDATE' );
			if ( null === $row || (int) $row['version'] !== (int) $command['version'] ) {
				throw Refusal::stale();
			}
			AccountWriter::check_protection( $user_id );
			if ( ! $keeps ) {
				$this->delete_account( $user_id, $reassign_target, 'remove_from_site' === $command['disposal'] );
				UserRows::forget( $row_id );
			} elseif ( null !== $reassign_target ) {
				$this->reassign_content( $user_id, $reassign_target );
			}
		};
		$gone = static fn(): bool => ! $keeps && ! self::has_account( $user_id, 'remove_from_site' === $command['disposal'] );
		return self::removed( $user_id, $remove, $gone );
	}

	/**
	 * Removes in a transaction, and forgets what is remembered of the account, whether that succeeds or not.
	 *
	 * @param int              $user_id The account.
	 * @param \Closure(): void $remove  Does it.
	 * @param \Closure(): bool $gone    Whether it is done, where the answer to COMMIT was lost.
	 * @return array{outcome: 'done', record: null}
	 * @throws \Throwable When it cannot.
	 */
	private static function removed( int $user_id, \Closure $remove, \Closure $gone ): array {
		try {
			Transaction::run( $remove, $gone );
		} catch ( \Throwable $failure ) {
			AccountCache::forget( $user_id );
			throw $failure;
		}
		AccessControl::forget( $user_id );
		WrittenCaches::note( $user_id );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Removes a person's row, but leaves the account as it is. It marks the account as unlinked: no identity provider finds it until the
	 * owner allows that again.
	 *
	 * @param UnlinkUser $command The command unlink_user.
	 * @return UnlinkUserAnswer
	 * @throws Refusal When the person is gone, or was changed meanwhile.
	 */
	public function unlink( array $command ): array {
		$table   = Tables::name( 'users' );
		$groups  = array_column( Memberships::groups_of( $command['id'] ), 'row' );
		$user_id = Transaction::run(
			static function () use ( $command, $groups ): int {
				$renewed = Memberships::renew_groups( $command['id'], $groups );
				$row = UserRows::find( $command['id'], 'row_id, id, user_id, version, active', 'FOR UPDATE' ) ?? throw Refusal::gone();
				if ( (int) $row['version'] !== (int) $command['version'] || ! $row['active'] ) {
					throw Refusal::stale();
				}
				Memberships::end( $command['id'], $renewed );
				UserRows::forget( (int) $row['row_id'] );
				UnlinkedAccounts::add( (int) $row['user_id'] );
				Network::move_out( (int) $row['user_id'] ); // No site owns the account now.
				return (int) $row['user_id'];
			},
			static fn(): bool => null === Database::value( "SELECT row_id FROM $table WHERE id = %s", array( $command['id'] ) )
		);
		AccessControl::forget( $user_id );
		return array(
			'outcome' => 'done',
			'record'  => null,
		);
	}

	/**
	 * Forgets a person whose account is deleted, here or by somebody else.
	 *
	 * @param int $user_id The account.
	 * @throws DatabaseFailure When the database refuses within a command.
	 */
	public static function action_deleted_user( int $user_id ): void {
		try {
			$row = Database::row( 'SELECT row_id, id FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d', array( $user_id ) );
			if ( null !== $row ) {
				Memberships::forget( (string) $row['id'] );
				UserRows::forget( (int) $row['row_id'] );
			}
		} catch ( DatabaseFailure $failure ) {
			if ( Transaction::is_open() ) {
				throw $failure;
			}
			// The account is gone already. A row without an account is ignored, and removed when it conflicts with a new one.
		}
		AccessControl::forget( $user_id );
	}

	/**
	 * Deactivates the person, if nobody else has written first. The deletion begins with this and removes the resource last. So a request
	 * can repeat a deletion that was not completed.
	 *
	 * @param int                  $row_id  The row.
	 * @param array<string, mixed> $command The command.
	 * @throws Refusal When somebody else has written first.
	 */
	private function lock_out( int $row_id, array $command ): void {
		$changed = Database::run(
			'UPDATE ' . Tables::name( 'users' ) . ' SET active = 0, modified = %d, version = version + 1 WHERE row_id = %d AND version = %d AND deleted = 0 AND id = %s',
			array( (int) $command['now'], $row_id, (int) $command['version'], $command['id'] )
		);
		if ( 0 === $changed ) {
			throw Refusal::stale();
		}
	}

	/**
	 * Marks the row deleted. It gives up its unique keys: name, address and login are free for others. Its matchable values identify the
	 * person who returns.
	 *
	 * @param int    $row_id The row.
	 * @param string $id     The id that the person had.
	 */
	private function mark_deleted( int $row_id, string $id ): void {
		Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET deleted = 1, user_name_key = %s, email_key = NULL, login_key = NULL WHERE row_id = %d', array( UserRows::former_key( $id ), $row_id ) );
	}

	/**
	 * Whether an account is in the database.
	 *
	 * @param int  $user_id The account.
	 * @param bool $on_site Whether it counts on this site only.
	 */
	private static function has_account( int $user_id, bool $on_site ): bool {
		global $wpdb;
		return $on_site
			? null !== Database::value( "SELECT umeta_id FROM $wpdb->usermeta WHERE user_id = %d AND meta_key = %s", array( $user_id, $wpdb->get_blog_prefix() . 'capabilities' ) )
			: null !== Database::value( "SELECT ID FROM $wpdb->users WHERE ID = %d", array( $user_id ) );
	}

	/**
	 * Who gets the content.
	 *
	 * @param ?string $login   The reassign target's login.
	 * @param int     $user_id The person whose account is deleted.
	 * @throws Refusal When there is no such reassign target.
	 */
	private function reassign_target( ?string $login, int $user_id ): ?int {
		if ( null === $login ) {
			return null;
		}
		$reassign_target = (int) Database::watched( static fn(): mixed => username_exists( $login ) );
		if ( 0 === $reassign_target || $reassign_target === $user_id || ! Network::is_on_site( $reassign_target ) ) {
			/* translators: %s: login of an account. */
			throw Refusal::refused( sprintf( __( 'There is no other account “%s” to take over the content.', 'rollbook' ), $login ) );
		}
		return $reassign_target;
	}

	/**
	 * Deletes the account.
	 *
	 * @param int  $user_id The account.
	 * @param ?int $reassign_target    The account that gets its content; null deletes the content, too.
	 * @param bool $stays   Whether it is removed from this site only and stays in the network.
	 * @throws Refusal When it must be deleted from the network but is on another site by now; or when it is still there afterwards.
	 */
	private function delete_account( int $user_id, ?int $reassign_target, bool $stays ): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		require_once ABSPATH . 'wp-admin/includes/bookmark.php'; // wp_delete_user() needs this file for the links of the account, but does not load it.
		UserCount::after( 'deleted_user', static fn(): mixed => wp_delete_user( $user_id, $reassign_target ) ); // In a network this removes the account from this site.
		if ( is_multisite() && ! $stays ) {
			require_once ABSPATH . 'wp-admin/includes/ms.php';
			wp_cache_delete( $user_id, 'user_meta' );
			if ( Network::other_sites_of( $user_id ) ) {
				throw Refusal::stale();
			}
			wpmu_delete_user( $user_id );
		}
		if ( self::has_account( $user_id, $stays ) ) {
			throw Refusal::refused( __( 'WordPress, or one of its plugins, has not deleted the account.', 'rollbook' ) );
		}
	}

	/**
	 * Gives a person's content to another account, as wp_delete_user() does for a deleted one.
	 *
	 * @param int $user_id The person.
	 * @param int $reassign_target    The account that gets it.
	 */
	private function reassign_content( int $user_id, int $reassign_target ): void {
		global $wpdb;
		$posts = Database::rows( "SELECT ID FROM $wpdb->posts WHERE post_author = %d", array( $user_id ) );
		Database::run( "UPDATE $wpdb->posts SET post_author = %d WHERE post_author = %d", array( $reassign_target, $user_id ) );
		foreach ( array_column( $posts, 'ID' ) as $post_id ) {
			clean_post_cache( (int) $post_id );
		}
		$links = Database::rows( "SELECT link_id FROM $wpdb->links WHERE link_owner = %d", array( $user_id ) );
		Database::run( "UPDATE $wpdb->links SET link_owner = %d WHERE link_owner = %d", array( $reassign_target, $user_id ) );
		foreach ( array_column( $links, 'link_id' ) as $link_id ) {
			clean_bookmark_cache( (int) $link_id );
		}
	}
}
