<?php
/**
 * Mappings that changed, and fields and languages that are new or back.
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
 * Lets the extension write mapped values to everybody's account after a mapping has changed, or after a field's plugin is active again.
 * Identity providers would not send these values again: they send only what changes on their side.
 *
 * It works in the background, for some seconds at a time, and remembers how far it has come.
 */
final class CatchUp {

	/** The event that does the work. */
	public const EVENT = 'rollbook_catch_up';

	/**
	 * The option that remembers what everybody has got. `done`: the mappings, as a hash by target, and the languages. `doing`: those of the
	 * current pass. `after`: the last row that this pass has examined. `missed`: somebody could not be written. `again`: everybody must be
	 * examined in any case. `edited`: because accounts were edited, and nobody knows which.
	 */
	public const OPTION = 'rollbook_caught_up';

	/** How many people one exchange examines. */
	private const AT_ONCE = 50;

	/** How many seconds it works at a time. */
	private const SECONDS = 20;

	/**
	 * Schedules the work soon, because settings were saved.
	 */
	public static function action_soon(): void {
		wp_schedule_single_event( time(), self::EVENT );
	}

	/**
	 * The same after a plugin was activated or deactivated. Even if it was not active for a moment only, people that were written meanwhile
	 * lack its fields.
	 *
	 * @param mixed $plugin The plugin's file.
	 */
	public static function action_plugin( mixed $plugin ): void {
		if ( plugin_basename( PLUGIN_FILE ) !== $plugin ) {
			self::look_again();
		}
	}

	/**
	 * Schedules a regular look for new fields, because no hook tells of the new fields of every plugin.
	 */
	public static function action_admin_init(): void {
		if ( ! wp_next_scheduled( self::EVENT ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', self::EVENT );
		}
	}

	/**
	 * Removes the scheduled work.
	 */
	public static function deactivate(): void {
		wp_clear_scheduled_hook( self::EVENT );
		wp_clear_scheduled_hook( RemovalDecision::EVENT );
	}

	/**
	 * Does the work, or a part of it.
	 */
	public static function action_event(): void {
		try {
			Batch::sweep();
			/** @var array{done: array<string, string>, doing: array<string, string>, after: int, again: bool, edited: bool, missed: bool} $state */
			$state = self::state() + array(
				'done'   => array(),
				'doing'  => array(),
				'after'  => 0,
				'again'  => false,
				'edited' => false,
				'missed' => false,
			);
			$there = Database::watched( static fn(): array => self::there() );
		} catch ( DatabaseFailure $failure ) {
			self::log( $failure ); // The read failed, so nothing can be decided. The next event tries again.
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
				$filled          = self::fill( $rows, array_keys( array_intersect_key( $wanted, $state['done'] ) ), $state['edited'] );
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
			// The next pass examines people that could not be written again.
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
	 * Makes everybody be examined again, because somebody could not be.
	 *
	 * @param bool $edited Whether an account was edited, so that clients must learn of it.
	 */
	public static function look_again( bool $edited = false ): void {
		$why = array( 'again' => true ) + ( $edited ? array( 'edited' => true ) : array() );
		update_option( self::OPTION, $why + self::state(), false );
		self::action_soon();
	}

	/**
	 * How far everybody has got what the mappings say now, in percent; null where there is nothing left to do.
	 *
	 * @throws DatabaseFailure When the database does not answer.
	 */
	public static function progress(): ?int {
		$state = self::state();
		$there = self::there();
		if ( ( $state['done'] ?? array() ) === $there && ! ( $state['again'] ?? false ) ) {
			return null;
		}
		$last = (int) Database::value( 'SELECT MAX(row_id) FROM ' . Tables::name( 'users' ) );
		if ( 0 === $last ) {
			return null; // There is nobody.
		}
		return ( $state['doing'] ?? null ) === $there ? min( 99, intdiv( 100 * (int) ( $state['after'] ?? 0 ), $last ) ) : 0;
	}

	/**
	 * How far it has come.
	 *
	 * @return array<string, mixed>
	 * @throws DatabaseFailure When the database does not answer. Without its answer, a changed mapping would look like a new one.
	 */
	private static function state(): array {
		wp_cache_delete( self::OPTION, 'options' );
		wp_cache_delete( 'notoptions', 'options' ); // After a failed read, WordPress has cached that there is none.
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
	 * The mappings whose target the site has, and the site's languages: people may prefer a new one.
	 *
	 * @return array<string, string> For each target a hash of what decides its value; for all languages one hash, under `languages`.
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
	 * Lets the extension fill people's accounts.
	 *
	 * @param array<int, array<string, ?string>> $rows    The people.
	 * @param string[]                           $changed Targets whose mapping has changed: what was written before does not count.
	 * @param bool                               $edited  Whether some of the accounts were edited.
	 * @return bool Whether everybody's account was filled.
	 */
	private static function fill( array $rows, array $changed, bool $edited ): bool {
		foreach ( $rows as $row ) {
			$applied = (array) json_decode( $row['applied'] ?? '{}', true );
			$kept    = array_diff_key( $applied, array_flip( $changed ) );
			if ( $kept !== $applied ) {
				$text = (string) wp_json_encode( (object) $kept, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION );
				Database::run( 'UPDATE ' . Tables::name( 'users' ) . ' SET applied = %s WHERE row_id = %d AND version = %d', array( $text, (int) $row['row_id'], (int) $row['version'] ) );
			}
		}
		return ! $rows || self::refresh( array_map( 'intval', array_column( $rows, 'user_id' ) ), $edited );
	}

	/**
	 * Lets the extension examine the people of these accounts.
	 *
	 * @param int[] $user_ids The accounts.
	 * @param bool  $edited   Whether they were edited just now: then people with an edit get the next version.
	 * @return bool Whether everybody was written: some plugin may refuse one of them.
	 * @throws DatabaseFailure When the database failed: they must be examined again.
	 */
	public static function refresh( array $user_ids, bool $edited ): bool {
		$runner = new ExchangeRunner( Exchange::refresh( $user_ids, $edited, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$status = $runner->exchange->response()['status'];
		if ( 503 === $status ) {
			throw new DatabaseFailure( (string) $runner->exchange->summary()['failure'] );
		}
		return $status < 300;
	}
}
