<?php
/**
 * A person who asks for personal data.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityBodies;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\ReceivedAttributes;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\UserRows;

defined( 'ABSPATH' ) || exit;

/**
 * Somebody, known by an address: the row that Rollbook has of them, and the entries of the log that are about them.
 */
final class PrivacySubject {

	/** The columns of an entry. */
	private const COLUMNS = 'id, time, kind, action, token_id, actor_id, actor, address, method, path, status, outcome, user_id, resource_id, resource_name, detail, failure, changes, effects, dialects';

	/**
	 * A person.
	 *
	 * @param string                  $email   The address.
	 * @param int                     $user_id The account; 0 for none.
	 * @param ?array<string, ?string> $row     Rollbook's row, if there is one.
	 */
	private function __construct( private readonly string $email, private readonly int $user_id, public readonly ?array $row ) {
	}

	/**
	 * The person of an address.
	 *
	 * @param string $email The address.
	 */
	public static function of( string $email ): self {
		$user    = get_user_by( 'email', $email );
		$user_id = false === $user ? 0 : $user->ID;
		$row     = Database::row(
			'SELECT row_id, id, user_id, user_name, external_id, active, managed, deleted, created, modified, document FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d OR user_name_key = %s ORDER BY user_id = %d DESC LIMIT 1',
			array( $user_id, mb_strtolower( $email ), $user_id )
		);
		return new self( $email, $user_id, $row );
	}

	/**
	 * Whether an identity provider has charge of the person.
	 */
	public function is_managed(): bool {
		return null !== $this->row && self::is_managed_row( $this->row );
	}

	/**
	 * Whether the identity provider manages the person of a row.
	 *
	 * @param array<string, ?string> $row The row.
	 */
	private static function is_managed_row( array $row ): bool {
		return $row['managed'] && ! $row['deleted'];
	}

	/**
	 * What is stored of the person.
	 *
	 * @return list<array{name: string, value: string}>
	 */
	public function attributes(): array {
		$row   = $this->row ?? array();
		$facts = array(
			__( 'Identity provider’s number', 'rollbook' )    => (string) ( $row['external_id'] ?? '' ),
			__( 'Number for the identity provider', 'rollbook' ) => (string) ( $row['id'] ?? '' ),
			__( 'Access', 'rollbook' )  => ( $row['active'] ?? false ) ? __( 'may log in', 'rollbook' ) : __( 'locked out', 'rollbook' ),
			__( 'Created', 'rollbook' ) => ActivityWords::moment( (int) ( $row['created'] ?? 0 ) ),
			__( 'Changed', 'rollbook' ) => ActivityWords::moment( (int) ( $row['modified'] ?? 0 ) ),
		) + self::flat( (array) json_decode( (string) ( $row['document'] ?? '' ), true ) );
		$groups = Database::rows(
			'SELECT display_name FROM ' . Tables::name( 'groups' ) . ' JOIN ' . Tables::name( 'group_members' ) . ' ON group_row = row_id WHERE member_id = %s ORDER BY display_name_key',
			array( (string) ( $row['id'] ?? '' ) )
		);
		$facts[ __( 'Groups', 'rollbook' ) ] = implode( ', ', array_column( $groups, 'display_name' ) );
		$data                                = array();
		foreach ( array_filter( $facts, static fn( string $value ): bool => '' !== $value ) as $name => $value ) {
			$data[] = array(
				'name'  => (string) $name,
				'value' => $value,
			);
		}
		return $data;
	}

	/**
	 * Entries of the log about the person, the oldest first.
	 *
	 * @param int $offset How many are passed over.
	 * @param int $limit  How many at most.
	 * @return list<array<string, ?string>>
	 */
	public function entries( int $offset, int $limit ): array {
		list( $condition, $arguments ) = $this->condition();
		return Database::rows( 'SELECT ' . self::COLUMNS . ' FROM ' . Tables::name( 'activity' ) . " WHERE $condition ORDER BY id LIMIT %d OFFSET %d", array( ...$arguments, $limit, $offset ) );
	}

	/**
	 * Deletes entries of the log about the person.
	 *
	 * @param int $limit How many at most.
	 * @return int How many were deleted.
	 */
	public function erase_entries( int $limit ): int {
		$ids = array_map( 'intval', array_column( $this->entries( 0, $limit ), 'id' ) );
		if ( array() !== $ids ) {
			ActivityBodies::forget( array_values( $ids ) );
		}
		return array() === $ids ? 0 : Database::run( 'DELETE FROM ' . Tables::name( 'activity' ) . ' WHERE id IN (' . Database::marks( $ids, '%d' ) . ')', $ids );
	}

	/**
	 * Deletes what was sent and answered where the person is named: the answer to a search, for instance, tells of many people.
	 *
	 * @return int How many were deleted.
	 */
	public function erase_bodies(): int {
		return ActivityBodies::forget_person( array_values( array_unique( array_filter( array( $this->email, (string) ( $this->row['user_name'] ?? '' ), (string) ( $this->row['id'] ?? '' ) ) ) ) ) );
	}

	/**
	 * Empties what is stored of the person. The row stays: it keeps somebody who has left locked out.
	 *
	 * @return bool Whether there was anything.
	 */
	public function erase_attributes(): bool {
		$known = $this->row;
		if ( null === $known ) {
			return false;
		}
		ReceivedAttributes::forget_person( (string) $known['id'] );
		$row_id = (int) $known['row_id'];
		$empty  = static function () use ( $known, $row_id ): bool {
			$row = UserRows::find( (string) $known['id'], 'row_id, id, managed, deleted', 'FOR UPDATE' );
			if ( null === $row || self::is_managed_row( $row ) ) {
				return false; // The identity provider has brought the person back meanwhile.
			}
			Lookups::clear( $row_id );
			return 0 < Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET document = NULL, applied = NULL, version = version + 1 WHERE row_id = %d AND (document IS NOT NULL OR applied IS NOT NULL)', array( $row_id ) );
		};
		return Transaction::run( $empty, static fn(): bool => false ); // Where nobody can tell, it is done again.
	}

	/**
	 * Which entries are about the person: by account, by id, and by name, as those are known by that were refused.
	 *
	 * @return array{string, list<int|string>}
	 */
	private function condition(): array {
		$names = array_unique( array_filter( array_map( array( ActivityLog::class, 'name_key' ), array( $this->email, $this->row['user_name'] ?? '' ) ), 'is_string' ) );
		return array(
			'kind <> %s AND (user_id = %d OR resource_id = %s OR name_key IN (' . Database::marks( $names, '%s' ) . '))',
			array( ActivityLog::TOKEN, 0 === $this->user_id ? -1 : $this->user_id, (string) ( $this->row['id'] ?? '' ), ...array_values( $names ) ),
		);
	}

	/**
	 * A document with a line for each value.
	 *
	 * @param array<int|string, mixed> $document The document.
	 * @param string                   $prefix   What stands before its keys.
	 * @return array<string, string>
	 */
	private static function flat( array $document, string $prefix = '' ): array {
		$flat = array();
		foreach ( $document as $key => $value ) {
			$name = is_int( $key ) ? rtrim( $prefix, '.' ) . "[$key]" : "$prefix$key";
			if ( is_array( $value ) ) {
				$flat += self::flat( $value, "$name." );
			} elseif ( null !== $value ) {
				$flat[ $name ] = is_bool( $value ) ? ( $value ? __( 'yes', 'rollbook' ) : __( 'no', 'rollbook' ) ) : (string) $value;
			}
		}
		return $flat;
	}
}
