<?php
/**
 * Mappings that changed, and fields and languages that came or came back.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Batch;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\Tokens;
use Throwable;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Has the extension write to everybody's account what a new or changed mapping asks for, and what could not be written while a
 * field's plugin was away: identity providers send only what changes on their side.
 *
 * Works in the background, a while at a time, and remembers how far it has come.
 */
final class CatchUp {

	/** The event that does the work. */
	public const EVENT = 'rollbook_catch_up';

	/**
	 * The option that remembers what everybody has got: `done` the mappings, as a hash by target, and the languages; `doing` those of the
	 * pass that is under way; `after` the last row that it has looked at; `missed` that somebody could not
	 * be written; `again` that everybody is to be looked at in any case.
	 */
	public const OPTION = 'rollbook_caught_up';

	/** How many people are looked at in one exchange. */
	private const AT_ONCE = 50;

	/** How many seconds are worked at a time. */
	private const SECONDS = 20;

	/**
	 * Sees to it that the work is done soon: settings were saved.
	 */
	public static function action_soon(): void {
		wp_schedule_single_event( time(), self::EVENT );
	}

	/**
	 * The same when a plugin came or went. It may have been away only for a moment; who was written meanwhile has missed its fields.
	 *
	 * @param mixed $plugin The plugin's file.
	 */
	public static function action_plugin( mixed $plugin ): void {
		if ( plugin_basename( PLUGIN_FILE ) !== $plugin ) {
			self::look_again();
		}
	}

	/**
	 * Sees to it that fields are looked for now and then: they come without a sign that all plugins give.
	 */
	public static function action_admin_init(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', self::EVENT );
		}
	}

	/**
	 * Works no more.
	 */
	public static function deactivate(): void {
		wp_clear_scheduled_hook( self::EVENT );
	}

	/**
	 * Does the work, or a part of it.
	 */
	public static function action_event(): void {
		try {
			Batch::sweep();
			/** @var array{done: array<string, string>, doing: array<string, string>, after: int, again: bool, missed: bool} $state */
			$state = self::state() + array(
				'done'   => array(),
				'doing'  => array(),
				'after'  => 0,
				'again'  => false,
				'missed' => false,
			);
			$there = Database::watched( static fn(): array => self::there() );
		} catch ( DatabaseFailure $failure ) {
			self::log( $failure ); // Nothing is decided on what could not be read. The next event is soon enough.
			return;
		}
		if ( $there === $state['done'] && ! $state['again'] ) {
			return;
		}
		if ( $there !== $state['doing'] ) {
			$state['doing'] = $there;
			$state['after'] = 0;
		}
		$wanted = array_diff_assoc( $there, $state['done'] );
		if ( 0 === $state['after'] ) {
			ActivityLog::tell( ActivityLog::CATCH_UP, 'begun', array( 'changes' => array_keys( $wanted ) ) );
		}
		$until  = microtime( true ) + self::SECONDS;
		try {
			while ( array() !== $wanted || $state['again'] ) {
				$rows            = self::rows( (int) $state['after'] );
				$filled          = self::fill( $rows, array_keys( array_intersect_key( $wanted, $state['done'] ) ) );
				$state['missed'] = ! $filled || $state['missed'];
				if ( count( $rows ) < self::AT_ONCE ) {
					break;
				}
				$state['after'] = (int) end( $rows )['row_id'];
				if ( microtime( true ) > $until ) {
					update_option( self::OPTION, $state, false );
					self::action_soon();
					return;
				}
			}
			// People that could not be written are looked at again when the next pass is due.
			$state = array(
				'done'  => $there,
				'again' => $state['missed'],
			);
			update_option( self::OPTION, $state, false );
			ActivityLog::tell( ActivityLog::CATCH_UP, 'finished', array( 'changes' => array_keys( $wanted ) ) );
		} catch ( Throwable $error ) {
			update_option( self::OPTION, $state, false );
			self::log( $error );
		}
	}

	/**
	 * Has everybody looked at again: somebody could not be.
	 */
	public static function look_again(): void {
		update_option( self::OPTION, array( 'again' => true ) + self::state(), false );
		self::action_soon();
	}

	/**
	 * How far it has come.
	 *
	 * @return array<string, mixed>
	 * @throws DatabaseFailure When the database does not tell: with nothing remembered, what has changed would be taken for new.
	 */
	private static function state(): array {
		wp_cache_delete( self::OPTION, 'options' );
		wp_cache_delete( 'notoptions', 'options' ); // Where reading failed, WordPress remembers that there is none.
		return (array) Database::watched( static fn(): mixed => get_option( self::OPTION, array() ) );
	}

	/**
	 * Writes a failure to PHP's log.
	 *
	 * @param Throwable $error The failure.
	 */
	private static function log( Throwable $error ): void {
		// phpcs:ignore WordPress.PHP.DevelopmentFunctions.error_log_error_log
		error_log( sprintf( 'Rollbook: fields were not filled: %s (%s:%d)', $error->getMessage(), $error->getFile(), $error->getLine() ) );
	}

	/**
	 * The mappings whose target the site has, and its languages: people may prefer one that has come.
	 *
	 * @return array<string, string> Of each a hash of what decides its value, by target; of all languages one, under `languages`.
	 */
	private static function there(): array {
		$there = array();
		foreach ( Settings::document()['mappings'] ?? array() as $mapping ) {
			unset( $mapping['title'], $mapping['profile'], $mapping['users_list'] );
			$there[ $mapping['target'] ] = md5( (string) wp_json_encode( $mapping ) );
		}
		$languages = get_available_languages();
		sort( $languages );
		return array_diff_key( $there, Targets::missing( array_keys( $there ) ) ) + array( 'languages' => md5( implode( ' ', $languages ) ) );
	}

	/**
	 * The next people.
	 *
	 * @param int $after The row after which they come.
	 * @return array<int, array<string, ?string>>
	 */
	private static function rows( int $after ): array {
		return Database::rows( 'SELECT row_id, user_id, version, applied FROM ' . Tables::name( 'users' ) . ' WHERE row_id > %d AND managed = 1 AND deleted = 0 AND user_id IS NOT NULL ORDER BY row_id LIMIT %d', array( $after, self::AT_ONCE ) );
	}

	/**
	 * Has people's accounts filled.
	 *
	 * @param array<int, array<string, ?string>> $rows    The people.
	 * @param string[]                           $changed Targets whose mapping is another now: what was written does not count any more.
	 * @return bool Whether everybody was.
	 */
	private static function fill( array $rows, array $changed ): bool {
		foreach ( $rows as $row ) {
			$applied = (array) json_decode( $row['applied'] ?? '{}', true );
			$kept    = array_diff_key( $applied, array_flip( $changed ) );
			if ( $kept !== $applied ) {
				$text = (string) wp_json_encode( (object) $kept, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
				Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET applied = %s WHERE row_id = %d AND version = %d', array( $text, (int) $row['row_id'], (int) $row['version'] ) );
			}
		}
		return ! $rows || self::refresh( array_map( 'intval', array_column( $rows, 'user_id' ) ) );
	}

	/**
	 * Has the extension look at the people of accounts.
	 *
	 * @param int[] $user_ids The accounts.
	 * @return bool Whether nobody was missed: some plugin may not let one of them be written.
	 * @throws DatabaseFailure When the database failed: they are to be looked at again.
	 */
	public static function refresh( array $user_ids ): bool {
		$runner = new ExchangeRunner( Exchange::refresh( $user_ids, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$status = $runner->exchange->response()['status'];
		if ( 503 === $status ) {
			throw new DatabaseFailure( (string) $runner->exchange->summary()['failure'] );
		}
		return $status < 300;
	}
}
