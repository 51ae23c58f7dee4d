<?php
/**
 * Accounts that have no row yet.
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
use Rollbook\WordPress\Store\PassingBy;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UserRows;

defined( 'ABSPATH' ) || exit;

/**
 * Finds accounts without a row and gives them one, so that they have an id.
 *
 * An option remembers the highest number up to which every account was examined. So one small statement usually tells that there are no
 * others. Numbers are given in order, but accounts may appear a little out of order, so a few are examined again.
 *
 * @phpstan-import-type Account from \Rollbook\Contract
 * @phpstan-import-type RegisterAccounts from \Rollbook\Contract
 * @phpstan-import-type AllowLinking from \Rollbook\Contract
 * @phpstan-import-type FindUnregisteredAccounts from \Rollbook\Contract
 * @phpstan-import-type FindUnregisteredAccountsAnswer from \Rollbook\Contract
 * @phpstan-import-type LookUpUserNames from \Rollbook\Contract
 * @phpstan-import-type LookUpUserNamesAnswer from \Rollbook\Contract
 * @phpstan-import-type ListAccounts from \Rollbook\Contract
 * @phpstan-import-type ListAccountsAnswer from \Rollbook\Contract
 * @phpstan-import-type ReleaseRows from \Rollbook\Contract
 */
final class AccountRegistry {

	/**
	 * The option that remembers the highest number.
	 */
	public const OPTION = 'rollbook_registered_up_to';

	/**
	 * How many numbers are examined again.
	 */
	private const LOOK_BACK = 100;

	/**
	 * How often rows are released anew, because somebody has just put one of the accounts into a group.
	 */
	private const ATTEMPTS = 5;

	/**
	 * How many accounts are held in memory at a time, with whatever plugins have noted of them.
	 */
	private const AT_ONCE = 50;

	/**
	 * The most accounts with the same meta that are read. With two it is already open which one is meant.
	 */
	private const ALIKE = 10;

	/**
	 * The highest number that this request has examined, so that it does not find an account again that cannot be registered.
	 *
	 * @var int
	 */
	private static int $looked_up_to = 0;

	/**
	 * Finds accounts of the site that have no row; by login or address also those of the network that are not on the site.
	 *
	 * @param FindUnregisteredAccounts $command The command find_unregistered_accounts.
	 * @return FindUnregisteredAccountsAnswer
	 */
	public function find( array $command ): array {
		global $wpdb;
		$limit = (int) $command['limit'];
		if ( null === $command['login'] && ! $command['emails'] && null === $command['user_id'] && ! $command['metas'] ) {
			return $this->next( $limit, $command['read'] );
		}
		// Each condition is a part of a UNION, and uses one index.
		$parts     = array();
		$arguments = array();
		if ( $command['user_id'] ) {
			$parts[]     = "SELECT ID FROM $wpdb->users WHERE ID = %d";
			$arguments[] = $command['user_id'];
		}
		if ( '' !== (string) $command['login'] ) {
			$parts[]     = "SELECT ID FROM $wpdb->users WHERE user_login = %s";
			$arguments[] = $command['login'];
		}
		$emails = array_values( array_diff( $command['emails'], array( '' ) ) );
		if ( $emails ) {
			$parts[] = "SELECT ID FROM $wpdb->users WHERE user_email IN (" . Database::marks( $emails, '%s' ) . ')';
			array_push( $arguments, ...$emails );
		}
		$metas = array_filter( $command['metas'], static fn( array $meta ): bool => '' !== $meta['value'] && self::is_evidence( $meta['key'] ) );
		foreach ( $metas as $meta ) {
			$parts[] = "SELECT user_id AS ID FROM (SELECT user_id FROM $wpdb->usermeta WHERE meta_key = %s AND meta_value = %s LIMIT %d) alike";
			array_push( $arguments, $meta['key'], $meta['value'], self::ALIKE );
		}
		if ( ! $parts ) {
			return array();
		}
		$found    = '(' . implode( ' UNION ', $parts ) . ") found INNER JOIN $wpdb->users w ON w.ID = found.ID";
		$accounts = $this->accounts( $found, '1=1', $arguments, array(), $limit, false, $command['read'] );
		// For the database's collation, josé equals jose.
		$is_meant = static fn( array $account ): bool => $account['user_id'] === $command['user_id']
			|| self::same( $account['login'], $command['login'] )
			|| array() !== array_filter( $emails, static fn( string $email ): bool => self::same( $account['email'], $email ) )
			|| array() !== array_filter( $metas, static fn( array $meta ): bool => self::has( $account['user_id'], $meta ) );
		return array_values( array_filter( $accounts, $is_meant ) );
	}

	/**
	 * Gives accounts a row.
	 *
	 * @param RegisterAccounts $command The command register_accounts.
	 */
	public function register( array $command ): void {
		$registrations = array_column( $command['accounts'], null, 'user_id' );
		if ( $registrations ) {
			Transaction::run(
				fn() => $this->insert( $registrations, (int) $command['now'] ),
				static fn(): bool => false // No hook runs in between, so nothing but a lost connection can have ended it.
			);
		}
		self::remember( self::$looked_up_to );
	}

	/**
	 * Removes the rows of accounts that nobody manages. These accounts are examined again if the settings ever link existing ones.
	 *
	 * @param ReleaseRows $command The command release_rows.
	 * @throws Refusal When one of them is put into groups again and again.
	 */
	public function release( array $command ): void {
		for ( $attempt = 1; ; ++$attempt ) {
			try {
				self::release_as_read( $command['ids'] );
				self::forget();
				return;
			} catch ( Refusal $refusal ) {
				if ( self::ATTEMPTS === $attempt ) {
					throw $refusal;
				}
			}
		}
	}

	/**
	 * Does that with the groups that the accounts are in now.
	 *
	 * @param list<string> $ids The SCIM ids.
	 * @throws Refusal When one of them is put into another group meanwhile.
	 */
	private static function release_as_read( array $ids ): void {
		$groups = array_map( static fn( string $id ): array => array_column( Memberships::groups_of( $id ), 'row' ), array_combine( $ids, $ids ) );
		Transaction::run(
			static function () use ( $groups ): void {
				$renewed = array();
				foreach ( $groups as $id => $rows ) {
					$renewed[ $id ] = Memberships::renew_groups( (string) $id, $rows );
				}
				foreach ( $renewed as $id => $memberships ) {
					$row = UserRows::find( (string) $id, 'row_id, id', 'AND managed = 0 FOR UPDATE' ); // An identity provider may take charge of it at this moment.
					if ( null !== $row ) {
						Memberships::end( (string) $id, $memberships );
						UserRows::forget( (int) $row['row_id'] );
					}
				}
			},
			static fn(): bool => false // No hook runs in between, so nothing but a lost connection can have ended it.
		);
	}

	/**
	 * Lets identity providers find accounts again that were unlinked.
	 *
	 * @param AllowLinking $command The command allow_linking.
	 */
	public function allow_linking( array $command ): void {
		global $wpdb;
		$user_ids = $command['user_ids'];
		Transaction::run(
			static function () use ( $user_ids ): void {
				foreach ( $user_ids as $user_id ) {
					UnlinkedAccounts::remove( (int) $user_id );
				}
				self::forget();
			},
			static fn(): bool => null === Database::value( "SELECT umeta_id FROM $wpdb->usermeta WHERE meta_key = %s AND user_id IN (" . Database::marks( $user_ids, '%d' ) . ') LIMIT 1', array( UnlinkedAccounts::meta_key(), ...$user_ids ) )
		);
	}

	/**
	 * Makes all accounts be examined again, because one has lost its row.
	 */
	public static function forget(): void {
		delete_option( self::OPTION );
		self::$looked_up_to = 0;
	}

	/**
	 * Gives what it has given in this request once more: the exchange that asked was dropped.
	 */
	public static function begin_anew(): void {
		self::$looked_up_to = 0;
	}

	/**
	 * Whether an account, which is in WordPress's cache, has a meta with exactly this value.
	 *
	 * @param int                               $user_id The account.
	 * @param array{key: string, value: string} $meta    The meta.
	 */
	private static function has( int $user_id, array $meta ): bool {
		$values = array_filter( (array) get_user_meta( $user_id, $meta['key'] ), 'is_string' );
		return array() !== array_filter( $values, static fn( string $value ): bool => self::same( $value, $meta['value'] ) );
	}

	/**
	 * Adds metas to an account.
	 *
	 * @param Account  $account The account.
	 * @param string[] $keys    The metas' keys.
	 * @return Account
	 */
	private static function with_metas( array $account, array $keys ): array {
		$account['metas'] = array();
		foreach ( $keys as $key ) {
			$value = self::is_evidence( $key ) ? get_user_meta( $account['user_id'], $key )[0] ?? null : null;
			if ( is_string( $value ) ) {
				$account['metas'][ $key ] = $value;
			}
		}
		return $account;
	}

	/**
	 * Describes each of these accounts.
	 *
	 * @template T of array<string, mixed>
	 * @param int[]                 $user_ids The accounts.
	 * @param callable(\WP_User): T $describe Describes one.
	 * @return list<T> Without accounts that are gone.
	 */
	private static function each( array $user_ids, callable $describe ): array {
		$described = array();
		foreach ( array_chunk( $user_ids, self::AT_ONCE ) as $some ) {
			/** @var list<T> $of_some */
			$of_some   = PassingBy::with( $some, static fn(): array => array_map( $describe, array_values( UserReader::accounts( $some ) ) ) );
			$described = array_merge( $described, $of_some );
		}
		return $described;
	}

	/**
	 * Whether a meta can be trusted to hold what a plugin has written. People can write a meta themselves if the REST API shows it.
	 *
	 * @param string $key Its key.
	 */
	private static function is_evidence( string $key ): bool {
		return empty( get_registered_meta_keys( 'user' )[ $key ]['show_in_rest'] );
	}

	/**
	 * Accounts of the site by number, with and without a row.
	 *
	 * @param ListAccounts $command The command list_accounts.
	 * @return ListAccountsAnswer
	 */
	public function list_accounts( array $command ): array {
		global $wpdb;
		list( $members, $arguments ) = self::members_of_the_site();

		$found = Database::rows(
			"SELECT w.ID, u.id, u.version, u.user_name, u.locked_before, u.managed, u.deleted FROM $wpdb->users w$members LEFT JOIN " . Tables::name( 'users' ) . ' u ON u.user_id = w.ID WHERE w.ID > %d ORDER BY w.ID LIMIT %d',
			array( ...$arguments, (int) $command['after'], (int) $command['limit'] )
		);
		/** @var array<int, array<string, ?string>> $rows */
		$rows      = array_column( $found, null, 'ID' );
		AccountCache::read_again( array_keys( $rows ) );
		$described = static fn( \WP_User $user ): array => array(
			'account' => self::with_metas( UserReader::account( $user ), $command['read'] ),
			'row'     => null === $rows[ $user->ID ]['id'] ? null : array(
				'id'            => (string) $rows[ $user->ID ]['id'],
				'version'       => (int) $rows[ $user->ID ]['version'],
				'user_name'     => (string) $rows[ $user->ID ]['user_name'],
				'locked_before' => (bool) $rows[ $user->ID ]['locked_before'],
				'managed'       => (bool) $rows[ $user->ID ]['managed'],
				'deleted'       => (bool) $rows[ $user->ID ]['deleted'],
			),
		);
		return array(
			'total'    => $command['count'] ? (int) Database::value( "SELECT COUNT(*) FROM $wpdb->users w$members", $arguments ) : null,
			'accounts' => self::each( array_map( 'intval', array_keys( $rows ) ), $described ),
		);
	}

	/**
	 * Who has these userNames.
	 *
	 * @param LookUpUserNames $command The command look_up_user_names.
	 * @return LookUpUserNamesAnswer
	 */
	public function look_up_user_names( array $command ): array {
		if ( ! $command['keys'] ) {
			return array();
		}
		return array_map(
			static fn( array $row ): array => array(
				'key'     => (string) $row['user_name_key'],
				'user_id' => null === $row['user_id'] ? null : (int) $row['user_id'],
			),
			Database::rows( 'SELECT user_name_key, user_id FROM ' . Tables::name( 'users' ) . ' WHERE user_name_key IN (' . Database::marks( $command['keys'], '%s' ) . ')', $command['keys'] )
		);
	}

	/**
	 * The next accounts by number.
	 *
	 * @param int      $limit The most to give.
	 * @param string[] $read  The metas to read with each.
	 * @return list<Account>
	 */
	private function next( int $limit, array $read ): array {
		global $wpdb;
		$remembered = max( (int) get_option( self::OPTION ), self::$looked_up_to );
		$newest     = (int) Database::value( "SELECT MAX(ID) FROM $wpdb->users" );
		if ( $newest <= $remembered ) {
			return array();
		}
		$from     = self::$looked_up_to ? self::$looked_up_to : max( 0, $remembered - self::LOOK_BACK );
		$accounts = $this->accounts( "$wpdb->users w", "w.ID > %d AND w.ID <= %d AND NOT EXISTS (SELECT 1 FROM $wpdb->usermeta n WHERE n.user_id = w.ID AND n.meta_key = %s)", array(), array( $from, $newest, UnlinkedAccounts::meta_key() ), $limit, true, $read );

		self::$looked_up_to = count( $accounts ) < $limit ? $newest : end( $accounts )['user_id'] ?? $newest;
		if ( ! $accounts ) {
			self::remember( $newest );
		}
		return $accounts;
	}

	/**
	 * Accounts of the site without a row, by number.
	 *
	 * @param string $source    The table that is read, `w`, and what it is joined with.
	 * @param string $condition Which.
	 * @param array  $before    The source's arguments.
	 * @param array  $arguments The condition's arguments.
	 * @param int    $limit     The most to give.
	 * @param bool   $of_site   Whether only those on this site count, not all of the network.
	 * @param array  $read      The metas to read with each.
	 * @return list<Account>
	 */
	private function accounts( string $source, string $condition, array $before, array $arguments, int $limit, bool $of_site, array $read ): array {
		global $wpdb;
		$which = 'w.ID';
		$joins = ' LEFT JOIN ' . Tables::name( 'users' ) . ' u ON u.user_id = w.ID';
		$wants = 'u.row_id IS NULL';
		if ( is_multisite() ) {
			$joins    .= " LEFT JOIN $wpdb->usermeta c ON c.user_id = w.ID AND c.meta_key = %s";
			$before[]  = $wpdb->get_blog_prefix() . 'capabilities';
			$which     = 'DISTINCT w.ID';
			// An account that was removed from the site while the plugin was not active still has a row.
			$wants = $of_site ? "$wants AND c.umeta_id IS NOT NULL" : "($wants OR c.umeta_id IS NULL)";
		}
		$rows = Database::rows(
			"SELECT $which FROM $source$joins WHERE $wants AND $condition ORDER BY w.ID LIMIT %d",
			array( ...$before, ...$arguments, $limit )
		);
		$user_ids = array_map( 'intval', array_column( $rows, 'ID' ) );
		return self::each( $user_ids, static fn( \WP_User $user ): array => self::with_metas( UserReader::account( $user ), $read ) );
	}

	/**
	 * The join that leaves out accounts of other sites of a network, and its arguments.
	 *
	 * @return array{string, string[]}
	 */
	private static function members_of_the_site(): array {
		global $wpdb;
		if ( ! is_multisite() ) {
			return array( '', array() );
		}
		return array( " INNER JOIN $wpdb->usermeta c ON c.user_id = w.ID AND c.meta_key = %s", array( $wpdb->get_blog_prefix() . 'capabilities' ) );
	}

	/**
	 * Inserts rows, except for accounts that have one by now and for names that are taken.
	 *
	 * @param array<int, array<string, mixed>> $registrations By account.
	 * @param int                              $now       Now.
	 */
	private function insert( array $registrations, int $now ): void {
		global $wpdb;
		$table    = Tables::name( 'users' );
		$user_ids = array_keys( $registrations );
		$existing = array_flip( array_column( Database::rows( "SELECT ID FROM $wpdb->users WHERE ID IN (" . Database::marks( $user_ids, '%d' ) . ')', $user_ids ), 'ID' ) );
		$rows     = array();
		foreach ( array_intersect_key( $registrations, $existing ) as $user_id => $registration ) {
			AccessControl::forget( $user_id );
			$rows[] = array( $registration['id'] ?? Identifier::create(), $user_id, $registration['user_name'], $registration['user_name_key'], $registration['external_id'] ?? null, (int) ( $registration['active'] ?? true ), (int) ( $registration['locked_before'] ?? false ), (int) $registration['created'], $now );
		}
		if ( ! $rows ) {
			return;
		}
		Database::insert_new(
			$table,
			array( 'id', 'user_id', 'user_name', 'user_name_key', 'external_id', 'active', 'locked_before', 'created', 'modified' ),
			$rows
		);
		$lookups = array();
		$ids     = array_column( $rows, 0 );
		$new     = Database::rows( "SELECT row_id, user_id FROM $table WHERE id IN (" . Database::marks( $ids, '%s' ) . ')', $ids );
		Lookups::clear_new( ...array_map( 'intval', array_column( $new, 'row_id' ) ) );
		foreach ( $new as $row ) {
			foreach ( $registrations[ (int) $row['user_id'] ]['lookups'] as $lookup ) {
				$lookups[] = array( (int) $row['row_id'], $lookup['path'], $lookup['value'] );
			}
		}
		Lookups::insert( $lookups );
	}

	/**
	 * Whether two names or addresses are the same but for case.
	 *
	 * @param string  $one   One.
	 * @param ?string $other The other.
	 */
	private static function same( string $one, ?string $other ): bool {
		return null !== $other && mb_strtolower( $one, 'UTF-8' ) === mb_strtolower( $other, 'UTF-8' );
	}

	/**
	 * Remembers how far every account was examined.
	 *
	 * @param int $user_id The highest number.
	 */
	private static function remember( int $user_id ): void {
		if ( $user_id > (int) get_option( self::OPTION ) ) {
			update_option( self::OPTION, $user_id, true );
		}
	}
}
