<?php
/**
 * The activity log.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\RowCounts;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Records what happened, when, who did it and from where: each request, and each change of what decides about requests. The owner chooses
 * how long entries are kept. The log holds no secret.
 *
 * Anybody can send any number of requests without a valid token. They are only counted, in a row for each day and reason.
 */
final class ActivityLog {

	/**
	 * The option that remembers when old entries were last removed.
	 */
	public const OPTION = 'rollbook_activity_purged';

	/** What an entry is about. */
	public const REQUEST  = 'request';
	public const LINK     = 'link';
	public const PERSON   = 'person';
	public const TASK     = 'task';
	public const TOKEN    = 'token';
	public const SETTINGS = 'settings';
	public const CATCH_UP = 'catch_up';
	public const LOG      = 'log';
	public const REMOVAL  = 'removal';
	public const ALERT    = 'alert';

	/**
	 * The longest path that is kept.
	 */
	private const LONGEST_PATH = 2000;

	/** How much is kept of a setting's value, in characters. */
	private const LONGEST_VALUE = 1000;

	/** How many people one statement records. */
	private const EFFECTS_AT_ONCE = 500;

	/** Names of settings with a value that the log must not hold. The address of a webhook may be a secret: some services know their clients by it. */
	private const SECRET = '/secret|token|credential|private|api_?key|passphrase|webhook/i';

	/** Actions that change nothing. The list leaves them out unless somebody asks for them. */
	public const QUIET = array( 'read', 'unchanged' );

	/** The milliseconds of a day. */
	private const DAY = DAY_IN_SECONDS * 1000;

	/**
	 * Records a request, or a part of a task. A request without a valid token is only counted.
	 *
	 * @param array<string, mixed> $summary     The exchange's summary.
	 * @param float                $duration_ms How long it took, in milliseconds.
	 */
	public static function record( array $summary, float $duration_ms ): void {
		if ( isset( $summary['refusal'] ) ) {
			self::count( $summary['refusal'], self::address_of( $summary ) );
			return;
		}
		$is_request = isset( $summary['token'] );
		$resource   = $summary['resource'] ?? null;
		$outcome    = $summary['outcome'] ?? 'done';
		$own        = static fn( array $effect ): bool => null !== $resource && $effect['id'] === $resource;
		$effects    = $summary['effects'] ?? array();
		$entry      = array(
			'token_id'      => $summary['token'] ?? null,
			'method'        => mb_substr( $summary['method'], 0, 16 ),
			'path'          => mb_substr( $summary['path'], 0, self::LONGEST_PATH ),
			'status'        => (int) $summary['status'],
			'duration_ms'   => (int) round( $duration_ms ),
			'action'        => $summary['action'] ?? null,
			'outcome'       => $outcome,
			'notable'       => (int) ( 'done' !== $outcome || ! in_array( $summary['action'] ?? 'read', self::QUIET, true ) ),
			'user_id'       => $summary['user_id'] ?? null,
			'resource_id'   => $resource,
			'resource_name' => $summary['name'] ?? null,
			'detail'        => $summary['detail'] ?? null,
			'failure'       => $summary['failure'] ?? null,
			'changes'       => self::json( $summary['changes'] ?? array() ),
			'effects'       => self::json( array_merge( ...array_column( array_filter( $effects, $own ), 'changes' ) ) ),
			'dialects'      => self::json( $summary['dialects'] ?? array() ),
		);
		$entry     += $is_request ? array( 'address' => self::address_of( $summary ) ) : self::actor();
		$others     = array_chunk( array_filter( $effects, static fn( array $effect ): bool => ! $own( $effect ) ), self::EFFECTS_AT_ONCE );
		// Of several rows in one statement, not every database tells the number of the first.
		$with   = isset( $summary['bodies'] ) ? array() : array_shift( $others ) ?? array();
		$number = self::insert( array( self::completed( $is_request ? self::REQUEST : self::TASK, $entry ), ...self::entries_of( $summary, $with ) ) );
		if ( isset( $summary['bodies'] ) ) {
			ActivityBodies::keep( $number, Tokens::now(), $summary['bodies'] );
		}
		foreach ( $others as $some ) {
			self::insert( self::entries_of( $summary, $some ) );
		}
		self::purge( Tokens::now() );
	}

	/**
	 * Records a change of something that decides about requests: a token, the settings, a task.
	 *
	 * @param string               $kind   What it happened to.
	 * @param string               $action What happened, in one word.
	 * @param array<string, mixed> $entry  Other columns. `changes` is a list.
	 */
	public static function tell( string $kind, string $action, array $entry = array() ): void {
		$entry['changes'] = self::json( $entry['changes'] ?? array() );
		try {
			self::write( $kind, array( 'action' => $action ) + $entry + self::actor() );
		} catch ( DatabaseFailure $failure ) {
			// The change stands, even if its entry could not be written.
			error_log( "Rollbook: the activity log lacks “{$kind} {$action}”: {$failure->getMessage()}" ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log
		}
	}

	/**
	 * The settings that changed, each with its value before and now.
	 *
	 * @param mixed $before The document before; anything but an array where there was none.
	 * @param mixed $after  The document now.
	 */
	public static function tell_settings( mixed $before, mixed $after ): void {
		$before  = self::flat( is_array( $before ) ? $before : array() );
		$after   = self::flat( is_array( $after ) ? $after : array() );
		$changes = array();
		foreach ( array_keys( $before + $after ) as $key ) {
			if ( ( $before[ $key ] ?? null ) !== ( $after[ $key ] ?? null ) ) {
				$changes[] = array(
					'key'    => $key,
					'before' => self::shown( $key, $before[ $key ] ?? null ),
					'after'  => self::shown( $key, $after[ $key ] ?? null ),
				);
			}
		}
		if ( $changes ) {
			self::tell( self::SETTINGS, 'changed', array( 'changes' => $changes ) );
		}
	}

	/**
	 * The settings were stored for the first time: records where they differ from the defaults.
	 *
	 * @param mixed $option The option's name.
	 * @param mixed $value  The document.
	 */
	public static function action_add_option( mixed $option, mixed $value ): void {
		self::tell_settings( Requirements::met() ? \Rollbook\Settings::defaults() : array(), $value );
	}

	/**
	 * The settings changed, by a screen or otherwise.
	 *
	 * @param mixed $before The document before.
	 * @param mixed $after  The document now.
	 */
	public static function action_update_option( mixed $before, mixed $after ): void {
		self::tell_settings( $before, $after );
	}

	/**
	 * The settings were deleted: the defaults apply again.
	 */
	public static function action_delete_option(): void {
		self::tell( self::SETTINGS, 'deleted' );
	}

	/**
	 * A token was created, or added.
	 *
	 * @param array{id: int, name: string, scope: string, expires_at: ?int, own: bool} $token What HOOKS.md says.
	 */
	public static function action_token_created( array $token ): void {
		self::tell(
			self::TOKEN,
			$token['own'] ? 'added' : 'created',
			array(
				'token_id'      => $token['id'],
				'resource_name' => $token['name'],
				'changes'       => array(
					array(
						'scope'   => $token['scope'],
						'expires' => $token['expires_at'],
					),
				),
			)
		);
	}

	/**
	 * A token was revoked.
	 *
	 * @param array{id: int} $revoked Its number.
	 */
	public static function action_token_revoked( array $revoked ): void {
		try {
			$name = Tokens::find( $revoked['id'] )['name'] ?? null;
		} catch ( DatabaseFailure ) {
			$name = null; // It is revoked all the same.
		}
		self::tell(
			self::TOKEN,
			'revoked',
			array(
				'token_id'      => $revoked['id'],
				'resource_name' => $name,
			)
		);
	}

	/**
	 * A revoked token was deleted.
	 *
	 * @param array{id: int, name: string} $deleted What HOOKS.md says.
	 */
	public static function action_token_deleted( array $deleted ): void {
		self::tell(
			self::TOKEN,
			'deleted',
			array(
				'token_id'      => $deleted['id'],
				'resource_name' => $deleted['name'],
			)
		);
	}

	/**
	 * Counts a request that came without a valid token.
	 *
	 * @param string  $reason  Why it was refused, in one word.
	 * @param ?string $address The client's address.
	 */
	private static function count( string $reason, ?string $address ): void {
		$now       = Tokens::now();
		$arguments = array();
		$set       = Database::assignments(
			array(
				'last_time'    => $now,
				'last_address' => $address,
			),
			$arguments
		);
		$table     = Tables::name( 'refusals' );
		$key       = array( intdiv( $now, self::DAY ), mb_substr( $reason, 0, 16 ) );
		$more      = static fn(): int => Database::run( "UPDATE $table SET times = times + 1, $set WHERE day = %d AND reason = %s", array( ...$arguments, ...$key ) );
		if ( 0 === $more() ) {
			// Another request may insert the same row at this moment.
			Database::insert_new( $table, array( 'day', 'reason', 'times', 'last_time', 'last_address' ), array( array( ...$key, 0, $now, $address ) ) );
			$more();
		}
		self::purge( $now );
	}

	/**
	 * What changed for people besides the one that a request names: for each of many, and for each whose role a group changed.
	 *
	 * @param array<string, mixed>       $summary The exchange's summary.
	 * @param list<array<string, mixed>> $effects What changed for them.
	 * @return list<array<string, int|string|null>> The entries.
	 */
	private static function entries_of( array $summary, array $effects ): array {
		$people  = self::people( $effects );
		$about   = isset( $summary['resource'] ) ? mb_substr( (string) ( $summary['name'] ?? '' ), 0, 255 ) : null;
		$by      = isset( $summary['token'] ) ? array(
			'token_id' => (int) $summary['token'],
			'address'  => self::address_of( $summary ),
		) : self::actor();
		$entries = array();
		foreach ( $effects as $effect ) {
			$person    = $people[ $effect['user_id'] ] ?? null;
			$entries[] = self::completed(
				'linked' === $effect['action'] ? self::LINK : self::PERSON,
				array(
					'action'        => $effect['action'],
					'outcome'       => 'done',
					'notable'       => 1,
					'user_id'       => $effect['user_id'],
					'resource_id'   => $effect['id'] ?? $person['id'] ?? null,
					'resource_name' => (string) ( $effect['name'] ?? $person['user_name'] ?? '' ),
					'detail'        => $about,
					'effects'       => self::json( $effect['changes'] ),
				) + $by
			);
		}
		return $entries;
	}

	/**
	 * The names of people that the summary knows only by account.
	 *
	 * @param list<array<string, mixed>> $effects What changed for them.
	 * @return array<int, array<string, ?string>> By account.
	 */
	private static function people( array $effects ): array {
		$unnamed = array_column( array_filter( $effects, static fn( array $effect ): bool => null === $effect['name'] ), 'user_id' );
		$rows    = $unnamed ? Database::rows( 'SELECT user_id, id, user_name FROM ' . Tables::name( 'users' ) . ' WHERE user_id IN (' . Database::marks( $unnamed, '%d' ) . ')', $unnamed ) : array();
		return array_column( $rows, null, 'user_id' );
	}

	/**
	 * The form of a name that searches compare.
	 *
	 * @param ?string $name The name.
	 */
	public static function name_key( ?string $name ): ?string {
		return null === $name || '' === $name ? null : mb_strtolower( mb_substr( $name, 0, 255 ) );
	}

	/**
	 * Empties the log and records that.
	 */
	public static function clear(): void {
		foreach ( array( Tables::name( 'activity' ), Tables::name( 'bodies' ), Tables::name( 'refusals' ) ) as $table ) {
			try {
				Database::run( "TRUNCATE TABLE $table" ); // TRUNCATE takes no time for a million rows; DELETE takes a minute.
			} catch ( DatabaseFailure ) {
				Database::run( "DELETE FROM $table" ); // Some hosts do not allow TRUNCATE.
			}
		}
		delete_option( ActivityDays::OPTION );
		self::tell( self::LOG, 'cleared' );
	}

	/**
	 * Writes a row.
	 *
	 * @param string                         $kind  What it is about.
	 * @param array<string, int|string|null> $entry Its columns.
	 * @return int Its number.
	 */
	private static function write( string $kind, array $entry ): int {
		$number = self::insert( array( self::completed( $kind, $entry ) ) );
		self::purge( Tokens::now() );
		return $number;
	}

	/**
	 * An entry with the columns that all have.
	 *
	 * @param string                         $kind  What it is about.
	 * @param array<string, int|string|null> $entry Its columns.
	 * @return array<string, int|string|null>
	 */
	private static function completed( string $kind, array $entry ): array {
		foreach ( array(
			'resource_id'   => 64,
			'resource_name' => 255,
		) as $column => $longest ) {
			$entry[ $column ] = isset( $entry[ $column ] ) ? mb_substr( (string) $entry[ $column ], 0, $longest ) : null;
		}
		$entry['name_key'] = self::name_key( $entry['resource_name'] );
		return $entry + array(
			'time'    => Tokens::now(),
			'kind'    => $kind,
			'address' => self::address(),
		);
	}

	/**
	 * Inserts entries with one statement. The first one may have columns that the others lack.
	 *
	 * @param list<array<string, int|string|null>> $entries The entries.
	 * @return int The number of the entry, if it is only one.
	 */
	private static function insert( array $entries ): int {
		global $wpdb;
		$columns = array_keys( ( $entries[0] ?? array() ) + ( $entries[1] ?? array() ) );
		Database::insert_all(
			Tables::name( 'activity' ),
			$columns,
			array_map( static fn( array $entry ): array => array_map( static fn( string $column ): int|string|null => $entry[ $column ] ?? null, $columns ), $entries )
		);
		return (int) $wpdb->insert_id;
	}

	/**
	 * Who acts, if it is no identity provider.
	 *
	 * @return array{actor_id: int|null, actor: string|null} Nobody in the background.
	 */
	private static function actor(): array {
		$user = wp_get_current_user();
		if ( $user->exists() ) {
			return array(
				'actor_id' => $user->ID,
				'actor'    => mb_substr( $user->user_login, 0, 60 ),
			);
		}
		return array(
			'actor_id' => null,
			'actor'    => defined( 'WP_CLI' ) && WP_CLI ? 'WP-CLI' : null,
		);
	}

	/**
	 * The address that the request came from, as the web server gives it; null on the command line.
	 */
	private static function address(): ?string {
		$address = filter_var( $_SERVER['REMOTE_ADDR'] ?? '', FILTER_VALIDATE_IP );
		return false === $address ? null : $address;
	}

	/**
	 * The address of a request's client: behind a proxy that the owner has named, the one that the proxy tells.
	 *
	 * @param array<string, mixed> $summary The exchange's summary.
	 */
	private static function address_of( array $summary ): ?string {
		$address = filter_var( (string) ( $summary['address'] ?? '' ), FILTER_VALIDATE_IP );
		return false === $address ? self::address() : $address;
	}

	/**
	 * Removes entries that are too old, at most once a day.
	 *
	 * @param int $now Now.
	 */
	private static function purge( int $now ): void {
		if ( $now - (int) get_option( self::OPTION ) < self::DAY ) {
			return;
		}
		update_option( self::OPTION, $now, true );
		$oldest = $now - (int) ( Settings::document()['activity_days'] ?? 90 ) * self::DAY;
		Database::run( 'DELETE FROM ' . Tables::name( 'activity' ) . ' WHERE time < %d', array( $oldest ) );
		ActivityBodies::purge( $oldest );
		Database::run( 'DELETE FROM ' . Tables::name( 'refusals' ) . ' WHERE day < %d', array( intdiv( $oldest, self::DAY ) ) );
		delete_option( ActivityDays::OPTION );
		Losses::purge( $now );
		RowCounts::purge();
	}

	/**
	 * A document with the keys of its objects in one level: `username.from`. Lists stay whole.
	 *
	 * @param array<string, mixed> $document The document.
	 * @param string               $prefix   What stands before its keys.
	 * @return array<string, mixed>
	 */
	private static function flat( array $document, string $prefix = '' ): array {
		$flat = array();
		foreach ( $document as $key => $value ) {
			$flat += is_array( $value ) && ! array_is_list( $value ) ? self::flat( $value, "$prefix$key." ) : array( "$prefix$key" => $value );
		}
		return $flat;
	}

	/**
	 * A setting's value as the log shows it.
	 *
	 * @param string $key   The setting.
	 * @param mixed  $value Its value.
	 */
	private static function shown( string $key, mixed $value ): mixed {
		if ( is_bool( $value ) || is_int( $value ) || null === $value ) {
			return $value;
		}
		if ( preg_match( self::SECRET, $key ) ) {
			return '…';
		}
		$text = is_string( $value ) ? $value : (string) wp_json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
		return mb_strlen( $text ) > self::LONGEST_VALUE ? mb_substr( $text, 0, self::LONGEST_VALUE ) . '…' : $text;
	}

	/**
	 * A list as JSON; nothing for an empty one.
	 *
	 * @param array<int, mixed> $entries The list.
	 */
	private static function json( array $entries ): ?string {
		return $entries ? (string) wp_json_encode( $entries, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) : null;
	}
}
