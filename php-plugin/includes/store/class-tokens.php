<?php
/**
 * The bearer tokens of the site.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

use InvalidArgumentException;
use RuntimeException;
use SensitiveParameter;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the tokens that identity providers log in with. Only a token's hash is stored; its text is shown once.
 *
 * The extension decides whether a token is valid for a request. All times are milliseconds since 1970.
 *
 * @phpstan-import-type CheckTokenAnswer from \Rollbook\Contract
 * @phpstan-import-type CountKnock from \Rollbook\Contract
 * @phpstan-import-type CountKnockAnswer from \Rollbook\Contract
 * @phpstan-import-type CountRequests from \Rollbook\Contract
 * @phpstan-import-type ListTokensAnswer from \Rollbook\Contract
 */
final class Tokens {

	/** The constant in wp-config.php that fixes one token's hash. */
	private const CONSTANT = 'ROLLBOOK_TOKEN_HASH';

	/** The longest name. */
	public const NAME_LENGTH = 190;

	/**
	 * Makes a token.
	 *
	 * @param string   $name       Its name.
	 * @param string   $scope      `full`, or `read` for reading only.
	 * @param int|null $expires_at When it ends.
	 * @param ?string  $form       The id of the form that asks for it. One form makes one token, however often it is sent.
	 * @return string Its text. It is not stored.
	 * @throws InvalidArgumentException When the form was sent before.
	 */
	public static function create( string $name, string $scope = 'full', ?int $expires_at = null, ?string $form = null ): string {
		$made = \Rollbook\Token::generate();
		self::add( $made['hash'], $name, $scope, $expires_at, $form, false );
		return $made['token'];
	}

	/**
	 * Adds a token that the owner chose. So the owner can change plugins without changes at the identity provider.
	 *
	 * @param string   $plaintext  Its text.
	 * @param string   $name       Its name.
	 * @param string   $scope      `full`, or `read` for reading only.
	 * @param int|null $expires_at When it ends.
	 * @throws \Rollbook\InvalidToken When the text cannot be a token.
	 * @throws InvalidArgumentException When it is there already, or was revoked: a revoked token cannot be used again.
	 */
	public static function add_own( #[SensitiveParameter] string $plaintext, string $name, string $scope = 'full', ?int $expires_at = null ): void {
		$hash = \Rollbook\Token::hash( $plaintext );
		if ( in_array( $hash, array_column( self::all(), 'hash' ), true ) ) {
			throw new InvalidArgumentException( __( 'This token is in the list already, perhaps as a revoked one.', 'rollbook' ) );
		}
		self::add( $hash, $name, $scope, $expires_at, null, true );
	}

	/**
	 * Every token, as the extension expects them.
	 *
	 * @return ListTokensAnswer
	 */
	public static function records(): array {
		$records = array_map( array( self::class, 'record' ), self::all() );
		if ( self::constant_is_used() ) {
			$records[] = array(
				'id'        => 0,
				'name'      => self::CONSTANT,
				'hash'      => strtolower( constant( self::CONSTANT ) ),
				'scope'     => 'full',
				'expires'   => null,
				'revoked'   => null,
				'last_used' => null,
				...self::counted_of_constant(),
			);
		}
		return $records;
	}

	/**
	 * How many requests the token of wp-config.php has made, and in which minute. It has no row of its own.
	 *
	 * @return array{minute: int, requests: int}
	 */
	private static function counted_of_constant(): array {
		$table   = Tables::name( 'knocks' );
		$counted = Database::row( "SELECT minute, times FROM $table WHERE address = %s ORDER BY minute DESC LIMIT 1", array( self::CONSTANT ) );
		return array(
			'minute'   => (int) ( $counted['minute'] ?? 0 ),
			'requests' => (int) ( $counted['times'] ?? 0 ),
		);
	}

	/**
	 * Counts requests of the token of wp-config.php, among those without a token, where no address has its name.
	 *
	 * @param int $minute The minute.
	 * @param int $more   How many.
	 */
	private static function count_constant( int $minute, int $more ): void {
		$table = Tables::name( 'knocks' );
		$key   = array( $minute, self::CONSTANT );
		$count = static fn(): int => Database::run( "UPDATE $table SET times = times + %d WHERE minute = %d AND address = %s", array( $more, ...$key ) );
		if ( 0 === $count() ) {
			Database::run( "DELETE FROM $table WHERE minute < %d", array( $minute ) );
			Database::insert_new( $table, array( 'minute', 'address', 'times' ), array( array( ...$key, 0 ) ) );
			$count();
		}
	}

	/**
	 * A token as the extension expects it.
	 *
	 * @param array<string, mixed> $row Its row.
	 * @return array<string, mixed>
	 */
	private static function record( array $row ): array {
		$by = (int) $row['created_by'];
		unset( $row['created'], $row['created_by'], $row['last_address'] );
		return is_multisite() ? $row + array( 'of_network' => 0 === $by || self::is_super_admin( $by ) ) : $row; // 0 is the command line.
	}

	/**
	 * What is_super_admin() says in a network. That needs pluggable.php, which the fast lane does without.
	 *
	 * @param int $user_id The account.
	 */
	private static function is_super_admin( int $user_id ): bool {
		$account = new \WP_User( $user_id );
		return $account->exists() && in_array( $account->user_login, get_super_admins(), true );
	}

	/**
	 * A token as it is now, for a request that it let in some time ago.
	 *
	 * @param int $id Its number.
	 * @return CheckTokenAnswer
	 */
	public static function state( int $id ): array {
		$records = array_filter( self::records(), static fn( array $record ): bool => $record['id'] === $id );
		return array(
			'token' => reset( $records ) ?: null,
			'now'   => self::now(),
		);
	}

	/**
	 * A stored token.
	 *
	 * @param int $id Its number.
	 * @return array{id: int, name: string, hash: string, scope: string, created: int, expires: int|null, revoked: int|null, last_used: int|null, last_address: string|null, minute: int, requests: int, created_by: int}|null
	 */
	public static function find( int $id ): ?array {
		$found = array_filter( self::all(), static fn( array $token ): bool => $token['id'] === $id );
		return reset( $found ) ?: null;
	}

	/**
	 * Every stored token, the newest first.
	 *
	 * @return list<array{id: int, name: string, hash: string, scope: string, created: int, expires: int|null, revoked: int|null, last_used: int|null, last_address: string|null, minute: int, requests: int, created_by: int}>
	 */
	public static function all(): array {
		// It is read from the database: a cache could still hold a revoked token. A failed read throws, because it does not mean an unknown
		// token.
		$rows = Database::rows( 'SELECT id, name, hash, scope, created, expires, revoked, last_used, last_address, minute, requests, created_by FROM ' . Tables::name( 'tokens' ) . ' ORDER BY id DESC' );
		return array_map( array( self::class, 'typed' ), $rows );
	}

	/**
	 * Notes that a token was used, and where: the extension has found the site at its own address.
	 *
	 * @param int    $id      Its number. The token in wp-config.php has no row, so nothing is noted.
	 * @param int    $now     Now.
	 * @param string $address The address that it came from.
	 */
	public static function touch( int $id, int $now, string $address = '' ): void {
		global $wpdb;
		$use = array(
			'last_used'    => $now,
			'last_address' => false === filter_var( $address, FILTER_VALIDATE_IP ) ? null : $address,
		);
		// phpcs:ignore WordPress.DB.DirectDatabaseQuery
		$wpdb->update( Tables::name( 'tokens' ), $use, array( 'id' => $id ), array( '%d', '%s' ), '%d' );
		SiteAddress::note();
	}

	/**
	 * Counts a request without a valid token, and gives how many there were in its minute. Beyond the limits nothing is written, so that
	 * many such requests cost little.
	 *
	 * @param CountKnock $command The command count_knock.
	 * @return CountKnockAnswer
	 */
	public static function count_knock( array $command ): array {
		$table  = Tables::name( 'knocks' );
		$minute = (int) $command['minute'];
		$key    = array( $minute, $command['address'] );
		$times  = Database::value( "SELECT times FROM $table WHERE minute = %d AND address = %s", $key );
		$all    = (int) Database::value( "SELECT SUM(times) FROM $table WHERE minute = %d AND address <> %s", array( $minute, self::CONSTANT ) );
		if ( (int) $times < (int) $command['most_here'] && $all < (int) $command['most'] ) {
			if ( null === $times ) {
				Database::run( "DELETE FROM $table WHERE minute < %d", array( $minute ) );
				Database::insert_new( $table, array( 'minute', 'address', 'times' ), array( array( ...$key, 0 ) ) );
			}
			Database::run( "UPDATE $table SET times = times + 1 WHERE minute = %d AND address = %s", $key );
		}
		return array(
			'here' => (int) $times + 1,
			'all'  => $all + 1,
		);
	}

	/**
	 * Whether an identity provider uses a token: it came within the last day.
	 *
	 * @param array{last_used: ?int, ...} $token The token.
	 */
	public static function is_in_use( array $token ): bool {
		return null !== $token['last_used'] && $token['last_used'] > self::now() - DAY_IN_SECONDS * 1000;
	}

	/**
	 * Whether a token counts at the moment: it is not revoked and has not expired.
	 *
	 * @param array{expires: ?int, revoked: ?int, ...} $token The token.
	 */
	public static function is_valid( array $token ): bool {
		return null === $token['revoked'] && ( null === $token['expires'] || $token['expires'] > self::now() );
	}

	/**
	 * Counts requests of a token. With a new minute the count begins anew.
	 *
	 * @param CountRequests $command The command count_requests.
	 */
	public static function count_requests( array $command ): void {
		$table  = Tables::name( 'tokens' );
		$minute = (int) $command['minute'];
		$more   = (int) $command['requests'];
		if ( 0 === (int) $command['id'] ) {
			self::count_constant( $minute, $more );
			return;
		}
		// MySQL carries assignments out from left to right: the minute comes last.
		Database::run( "UPDATE $table SET requests = CASE WHEN minute = %d THEN requests + %d ELSE %d END, minute = %d WHERE id = %d", array( $minute, $more, $more, $minute, (int) $command['id'] ) );
	}

	/**
	 * Revokes a token. Its row stays, so that the log can still name it.
	 *
	 * @param int $id Its number.
	 * @return bool Whether there was such a token that was not yet revoked.
	 * @throws DatabaseFailure When the database does not do it; the token still works.
	 */
	public static function revoke( int $id ): bool {
		$revoked = 1 === Database::run( 'UPDATE ' . Tables::name( 'tokens' ) . ' SET revoked = %d WHERE id = %d AND revoked IS NULL', array( self::now(), $id ) );
		if ( $revoked ) {
			/** Documented in HOOKS.md. */
			do_action( 'rollbook/token_revoked', array( 'id' => $id ) );
		}
		return $revoked;
	}

	/**
	 * Deletes a token that was revoked. Its hash stays, without a name: what was revoked is never accepted again.
	 *
	 * @param int $id Its number.
	 * @return bool Whether there was such a token.
	 */
	public static function delete( int $id ): bool {
		$name    = self::find( $id )['name'] ?? '';
		$deleted = 1 === Database::run( 'UPDATE ' . Tables::name( 'tokens' ) . " SET name = '', created_by = 0 WHERE id = %d AND revoked IS NOT NULL AND name <> ''", array( $id ) );
		if ( $deleted ) {
			/** Documented in HOOKS.md. */
			do_action(
				'rollbook/token_deleted',
				array(
					'id'   => $id,
					'name' => $name,
				)
			);
		}
		return $deleted;
	}

	/**
	 * Whether wp-config.php fixes a token. The value must be a hexadecimal SHA-256 hash. The hash of the empty text is not accepted.
	 */
	public static function constant_is_used(): bool {
		$hash = defined( self::CONSTANT ) ? constant( self::CONSTANT ) : null;
		return is_string( $hash ) && 1 === preg_match( '/^[0-9a-f]{64}$/Di', $hash ) && hash( 'sha256', '' ) !== strtolower( $hash );
	}

	/**
	 * The time.
	 */
	public static function now(): int {
		return (int) floor( microtime( true ) * 1000 );
	}

	/**
	 * Stores a token.
	 *
	 * @param string   $hash       The hash of its text.
	 * @param string   $name       Its name.
	 * @param string   $scope      What it may do.
	 * @param int|null $expires_at When it ends.
	 * @param ?string  $form       The id of the form that asks for it.
	 * @param bool     $own        Whether the owner chose it.
	 * @throws InvalidArgumentException When the name or the scope is not valid, or the form was sent before.
	 * @throws RuntimeException When the database refuses.
	 */
	private static function add( string $hash, string $name, string $scope, ?int $expires_at, ?string $form, bool $own ): void {
		global $wpdb;
		$name = trim( $name );
		if ( '' === $name || mb_strlen( $name ) > self::NAME_LENGTH ) {
			throw new InvalidArgumentException(
				/* translators: %d: a number of characters. */
				sprintf( __( 'A token needs a name of at most %d characters.', 'rollbook' ), self::NAME_LENGTH )
			);
		}
		if ( ! in_array( $scope, array( 'full', 'read' ), true ) ) {
			throw new InvalidArgumentException( __( 'The access of a token is “full” or “read”.', 'rollbook' ) );
		}
		$row = array(
			'name'       => $name,
			'hash'       => $hash,
			'scope'      => $scope,
			'created'    => self::now(),
			'expires'    => $expires_at,
			'created_by' => get_current_user_id(),
			'form'       => $form,
		);
		// An error is expected here when the form was sent before.
		$suppressed = $wpdb->suppress_errors( true );
		$stored     = $wpdb->insert( Tables::name( 'tokens' ), $row, array( '%s', '%s', '%s', '%d', '%d', '%d', '%s' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery
		$id         = (int) $wpdb->insert_id;
		$wpdb->suppress_errors( $suppressed );
		if ( false === $stored ) {
			if ( null !== $form && null !== Database::value( 'SELECT id FROM ' . Tables::name( 'tokens' ) . ' WHERE form = %s', array( $form ) ) ) {
				throw new InvalidArgumentException( __( 'This form was sent before, and its token was shown then. If you have not copied it, create another one and revoke the first.', 'rollbook' ) );
			}
			throw new RuntimeException( __( 'The token could not be stored.', 'rollbook' ) );
		}
		/** Documented in HOOKS.md. */
		do_action(
			'rollbook/token_created',
			array(
				'id'         => $id,
				'name'       => $name,
				'scope'      => $scope,
				'expires_at' => $expires_at,
				'own'        => $own,
			)
		);
	}

	/**
	 * A row with the types that its columns have; the database gives strings.
	 *
	 * @param array<string, string|null> $row The row.
	 * @return array{id: int, name: string, hash: string, scope: string, created: int, expires: int|null, revoked: int|null, last_used: int|null, last_address: string|null, minute: int, requests: int, created_by: int}
	 */
	private static function typed( array $row ): array {
		$optional = static fn( string $column ): ?int => null === $row[ $column ] ? null : (int) $row[ $column ];
		return array(
			'id'           => (int) $row['id'],
			'name'         => (string) $row['name'],
			'hash'         => (string) $row['hash'],
			'scope'        => (string) $row['scope'],
			'created'      => (int) $row['created'],
			'expires'      => $optional( 'expires' ),
			'revoked'      => $optional( 'revoked' ),
			'last_used'    => $optional( 'last_used' ),
			'last_address' => $row['last_address'] ?? null,
			'minute'       => (int) $row['minute'],
			'requests'     => (int) $row['requests'],
			'created_by'   => (int) $row['created_by'],
		);
	}
}
