<?php
/**
 * Checks and saves settings.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\WordPress\Endpoint\LastRequest;
use Rollbook\WordPress\People\UserReader;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Store\Transaction;
use Rollbook\WordPress\Store\WrittenCaches;

defined( 'ABSPATH' ) || exit;

/**
 * Saves settings, for every screen, command and test that changes one. Only the extension knows the rules of the document: it must approve
 * everything before it is stored.
 */
final class SettingsWriter {

	/**
	 * Changes a part of the document: objects are merged, lists and values replaced. All settings are stored here.
	 *
	 * One transaction locks the row, reads the document, checks the change and stores it, so that it cannot overwrite somebody else's save.
	 *
	 * @param array<string, mixed> $partial   The part.
	 * @param ?string              $opened_on The stamp() of the settings when the form was opened.
	 * @param ?string              $confirmed The key of the question that was answered, if one was. Null asks nothing.
	 * @return array<string, mixed> The whole new document.
	 * @throws \Rollbook\InvalidSettings When the extension refuses; nothing is stored then.
	 * @throws NotConfirmed When the change is dangerous and nobody has confirmed that; nothing is stored then.
	 * @throws ChangedMeanwhile When somebody has changed the same settings since the form was opened; nothing is stored then.
	 * @throws DatabaseFailure When the database does not store it.
	 */
	public static function merge( array $partial, ?string $opened_on = null, ?string $confirmed = null ): array {
		$document = array();
		$save     = static function () use ( $partial, $opened_on, $confirmed, &$document ): void {
			$before  = Settings::read( ' FOR UPDATE' ) ?? array();
			$changed = null === $opened_on ? array() : self::changed_since( $opened_on, $before, $partial );
			if ( array() !== $changed ) {
				throw new ChangedMeanwhile( $changed ); // phpcs:ignore WordPress.Security.EscapeOutput -- Names of settings, for the form to show.
			}
			$document = self::judged( $before, $partial );
			$dangers  = null === $confirmed ? array() : self::dangers( $before, $document );
			if ( array() !== $dangers && NotConfirmed::key_of( $dangers ) !== $confirmed ) {
				throw new NotConfirmed( $dangers ); // phpcs:ignore WordPress.Security.EscapeOutput -- Texts, for the form to show.
			}
			// WordPress does not write a value that equals its cached one, and its cache may be older than the row.
			Settings::forget();
			update_option( Settings::OPTION, $document, true );
		};
		Transaction::run( $save, static fn(): bool => Settings::read() === $document );
		WrittenCaches::committed();
		Settings::note_stored();
		return $document;
	}

	/**
	 * What is wrong with the settings on the site as it is now: the site may have lost what they name since they were saved.
	 *
	 * @return list<array{place: string, reason: string}>
	 */
	public static function problems(): array {
		$document = Settings::document();
		return \Rollbook\Settings::problems( $document, self::facts( $document ) );
	}

	/**
	 * The whole document as merge() would store it; nothing is stored.
	 *
	 * @param array<string, mixed> $partial The part.
	 * @return array<string, mixed>
	 * @throws \Rollbook\InvalidSettings When the extension refuses.
	 */
	public static function checked( array $partial ): array {
		return self::judged( Settings::read() ?? array(), $partial );
	}

	/**
	 * A part laid over a document, and approved by the extension.
	 *
	 * @param array<string, mixed> $before  The document.
	 * @param array<string, mixed> $partial The part.
	 * @return array<string, mixed>
	 * @throws \Rollbook\InvalidSettings When the extension refuses.
	 */
	private static function judged( array $before, array $partial ): array {
		$before   = array() === $before ? \Rollbook\Settings::defaults() : $before;
		$document = self::merged( $before, $partial );
		return \Rollbook\Settings::validate( $document, $before, self::facts( $document ) );
	}

	/**
	 * What becomes dangerous when a document is saved.
	 *
	 * @param array<string, mixed> $before   What is stored.
	 * @param array<string, mixed> $document The document.
	 * @return list<array{place: string, reason: string}>
	 */
	private static function dangers( array $before, array $document ): array {
		return \Rollbook\Settings::dangers( $document, $before, array( 'last_address' => LastRequest::address() ) + Site::facts() );
	}

	/**
	 * The state of the settings when a form is opened: a mark of each setting's value, as text that the form sends back.
	 */
	public static function stamp(): string {
		return (string) wp_json_encode( self::marks( Settings::document() ) );
	}

	/**
	 * Merges a part into a document, without a check: objects are merged, lists and values replaced.
	 *
	 * @param array<string, mixed> $whole The document.
	 * @param array<string, mixed> $part  The part.
	 * @return array<string, mixed>
	 */
	public static function merged( array $whole, array $part ): array {
		foreach ( $part as $key => $value ) {
			$old           = $whole[ $key ] ?? null;
			$both_objects  = is_array( $value ) && is_array( $old ) && ! array_is_list( $value ) && ! array_is_list( $old );
			$whole[ $key ] = $both_objects ? self::merged( $old, $value ) : $value;
		}
		return $whole;
	}

	/**
	 * What the extension needs to know about the site to check a document.
	 *
	 * @param array<string, mixed> $document The unchecked document.
	 * @return array<string, mixed>
	 */
	private static function facts( array $document ): array {
		$reassign_target = $document['deletion']['reassign_to'] ?? null;
		return array(
			'foreign_metas'   => self::foreign_metas( $document ),
			'reassign_target' => is_string( $reassign_target ) ? ( new UserReader() )->find_reassign_target( array( 'do' => 'find_reassign_target', 'login' => $reassign_target ) ) : null,
		) + Site::facts();
	}

	/**
	 * The user metas that accounts have already and that the mappings of a document would newly write to.
	 *
	 * @param array<string, mixed> $document The unchecked document.
	 * @return list<string>
	 */
	private static function foreign_metas( array $document ): array {
		$targets = is_array( $document['mappings'] ?? null ) ? array_filter( array_column( $document['mappings'], 'target' ), 'is_string' ) : array();
		$metas   = array_filter( array_diff( array_map( 'trim', $targets ), Settings::targets() ), static fn( string $target ): bool => 1 === preg_match( '/^meta:./', $target ) );
		return array_values( Targets::equal_keys( array_map( static fn( string $target ): string => trim( substr( $target, 5 ) ), $metas ) ) );
	}

	/**
	 * The settings that a form is about to replace, and that somebody has changed since it was opened.
	 *
	 * @param string               $stamp   The stamp() of the settings when the form was opened.
	 * @param array<string, mixed> $stored  What is stored now.
	 * @param array<string, mixed> $partial What it sent.
	 * @return list<string> Their names; none if the stamp cannot be read.
	 */
	private static function changed_since( string $stamp, array $stored, array $partial ): array {
		$opened_on = json_decode( $stamp, true );
		return is_array( $opened_on ) ? array_keys( array_intersect_key( array_diff_assoc( self::marks( $stored ), $opened_on ), $partial ) ) : array();
	}

	/**
	 * A mark of each setting's value. The default counts for settings that the document lacks.
	 *
	 * @param array<string, mixed> $stored What is stored.
	 * @return array<string, string>
	 */
	private static function marks( array $stored ): array {
		return array_map( static fn( mixed $value ): string => md5( (string) wp_json_encode( $value ) ), self::merged( \Rollbook\Settings::defaults(), $stored ) );
	}
}
