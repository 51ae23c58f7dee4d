<?php
/**
 * Rollbook's part of WordPress's tools for personal data.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityBodies;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Exports what Rollbook holds about a person, erases it as far as that has an effect, and proposes a text for the privacy policy.
 *
 * What the identity provider sends of a person that it manages is not erased: the next change would bring it back. The owner is told.
 */
final class Privacy {

	/** How many entries of the log one step handles. */
	private const AT_ONCE = 200;

	/**
	 * Adds the exporter.
	 *
	 * @param array<string, array<string, mixed>> $exporters The others.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_exporters( array $exporters ): array {
		$exporters['rollbook'] = array(
			'exporter_friendly_name' => 'Rollbook',
			'callback'               => array( self::class, 'export' ),
		);
		return $exporters;
	}

	/**
	 * Adds the eraser.
	 *
	 * @param array<string, array<string, mixed>> $erasers The others.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_erasers( array $erasers ): array {
		$erasers['rollbook'] = array(
			'eraser_friendly_name' => 'Rollbook',
			'callback'             => array( self::class, 'erase' ),
		);
		return $erasers;
	}

	/**
	 * Proposes a text for the privacy policy.
	 */
	public static function action_admin_init(): void {
		if ( ! Requirements::met() ) {
			return; // Without the extension nobody knows the settings.
		}
		$paragraphs = array(
			__( 'The people of our organisation come to this site from its identity provider. It sends us name, e-mail address, username, and further attributes such as department or telephone number, the groups that somebody belongs to, and whether somebody may still log in. We use them to make the account, to give it a role, and to lock it when somebody leaves.', 'rollbook' ),
			/* translators: %s: a number of days. */
			sprintf( __( 'A log records each change with its time, what was changed, and the address of the identity provider. Entries are deleted after %s days.', 'rollbook' ), number_format_i18n( (int) ( Settings::document()['activity_days'] ?? 0 ) ) ),
			__( 'Of requests that did not go well, or of all if the site’s owner wants that, the log also keeps what was sent and answered, without passwords.', 'rollbook' ),
			__( 'These data stay on this site. They are deleted with the account; what the identity provider holds is governed by its own policy.', 'rollbook' ),
		);
		wp_add_privacy_policy_content( 'Rollbook', '<p>' . implode( '</p><p>', array_map( 'esc_html', $paragraphs ) ) . '</p>' );
	}

	/**
	 * Gives what there is about somebody.
	 *
	 * @param string $email The person's address.
	 * @param int    $page  The step, from 1.
	 * @return array{data: list<array<string, mixed>>, done: bool}
	 */
	public static function export( string $email, int $page = 1 ): array {
		$subject = PrivacySubject::of( $email );
		$items   = array();
		if ( 1 === $page && null !== $subject->row ) {
			$items[] = array(
				'group_id'    => 'rollbook-person',
				'group_label' => __( 'What the identity provider has sent', 'rollbook' ),
				'item_id'     => "rollbook-person-{$subject->row['row_id']}",
				'data'        => $subject->attributes(),
			);
		}
		$entries = $subject->entries( ( $page - 1 ) * self::AT_ONCE, self::AT_ONCE );
		foreach ( $entries as $entry ) {
			$items[] = array(
				'group_id'    => 'rollbook-activity',
				'group_label' => __( 'What happened to the account', 'rollbook' ),
				'item_id'     => "rollbook-activity-{$entry['id']}",
				'data'        => self::entry( $entry ),
			);
		}
		return array(
			'data' => $items,
			'done' => count( $entries ) < self::AT_ONCE,
		);
	}

	/**
	 * Erases what there is about somebody.
	 *
	 * @param string $email The person's address.
	 * @param int    $page  The step, from 1.
	 * @return array{items_removed: bool, items_retained: bool, messages: list<string>, done: bool}
	 */
	public static function erase( string $email, int $page = 1 ): array {
		$subject  = PrivacySubject::of( $email );
		$removed  = $subject->erase_entries( self::AT_ONCE );
		$done     = $removed < self::AT_ONCE;
		$retained = $done && $subject->is_managed();
		$bodies   = $done ? $subject->erase_bodies() : 0;
		$erased   = $done && ! $retained && $subject->erase_attributes();
		return array(
			'items_removed'  => $removed > 0 || $bodies > 0 || $erased,
			'items_retained' => $retained,
			'messages'       => $retained ? array( __( 'The identity provider manages this person, and would send the attributes again. Take the person off this site there first.', 'rollbook' ) ) : array(),
			'done'           => $done,
		);
	}

	/**
	 * An entry of the log for the export.
	 *
	 * @param array<string, ?string> $entry The entry.
	 * @return list<array{name: string, value: string}>
	 */
	private static function entry( array $entry ): array {
		$changes = array_map( static fn( array $change ): string => "{$change['what']}: {$change['before']} → {$change['after']}", ActivityWords::changes( $entry ) );
		$facts   = array(
			__( 'Time', 'rollbook' )                 => ActivityWords::moment( (int) $entry['time'] ),
			__( 'What happened', 'rollbook' )        => ActivityWords::action( $entry ),
			__( 'Outcome', 'rollbook' )              => ActivityWords::outcome( $entry ),
			__( 'By', 'rollbook' )                   => ActivityWords::actor( $entry ),
			__( 'From', 'rollbook' )                 => (string) $entry['address'],
			__( 'Changed in WordPress', 'rollbook' ) => implode( "\n", $changes ),
			__( 'Message', 'rollbook' )              => (string) $entry['detail'],
		);
		// The bodies of other requests, such as one for a group, tell of others as well.
		if ( null !== $entry['user_id'] ) {
			$bodies = ActivityBodies::of( (int) $entry['id'] );
			$facts += array(
				__( 'What was sent', 'rollbook' )     => (string) ( $bodies['request']['text'] ?? '' ),
				__( 'What was answered', 'rollbook' ) => (string) ( $bodies['answer']['text'] ?? '' ),
			);
		}
		$data    = array();
		foreach ( array_filter( $facts, static fn( string $value ): bool => '' !== $value ) as $name => $value ) {
			$data[] = array(
				'name'  => $name,
				'value' => $value,
			);
		}
		return $data;
	}
}
