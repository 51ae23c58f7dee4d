<?php
/**
 * The notice that an identity provider takes something from many people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Upkeep\RemovalDecision;

defined( 'ABSPATH' ) || exit;

/**
 * Stands on every page of the administration until the owner has decided, and takes the decision.
 */
final class RemovalNotice {

	/** The forms' action. */
	public const DECIDE = 'rollbook_removal';

	/**
	 * Prints the notice.
	 */
	public static function action_admin_notices(): void {
		if ( ! SettingsPage::is_allowed() ) {
			return;
		}
		try {
			$open  = null !== Losses::alarm() ? self::lines( Losses::undecided() ) : array();
			$going = Losses::unsettled();
		} catch ( DatabaseFailure ) {
			return; // The administration is not to break.
		}
		if ( array() !== $open || 0 < $going ) {
			require __DIR__ . '/views/removal.php';
		}
	}

	/**
	 * Takes the decision, or goes on with the work.
	 */
	public static function action_decide(): void {
		SettingsPage::require_permission( self::DECIDE );
		$decision = FormInput::line( 'decision' );
		try {
			$held = RemovalDecision::LET_GO === $decision ? Losses::undecided()['held'] ?? 0 : 0;
			if ( 0 < $held && ! Question::is_confirmed( self::key( $held ) ) ) {
				SettingsPage::go_back( self::letting_go( $held )->message(), 'people' );
			}
			$failed = in_array( $decision, array( RemovalDecision::LET_GO, RemovalDecision::UNDO ), true ) ? RemovalDecision::decide( $decision ) : RemovalDecision::work();
			$left   = Losses::unsettled();
		} catch ( DatabaseFailure $failure ) {
			/* translators: %s: the cause. */
			SettingsPage::go_back( new Message( sprintf( __( 'It is not finished: %s Continue when the cause is mended; what was done stays.', 'rollbook' ), rtrim( $failure->getMessage(), '.' ) . '.' ), 'error' ), 'people' );
		}
		if ( 0 < $failed ) {
			/* translators: %s: number of people. */
			$text = _n( 'It could not be done for %s person. The Activity tab says why. The notice asks about this person again.', 'It could not be done for %s people. The Activity tab says why. The notice asks about them again.', $failed, 'rollbook' );
			SettingsPage::go_back( new Message( sprintf( $text, number_format_i18n( $failed ) ), 'error' ), 'people' );
		}
		$text = match ( true ) {
			$left > 0                             => __( 'It goes on in the background. “Continue” in the notice is quicker.', 'rollbook' ),
			RemovalDecision::LET_GO === $decision => __( 'What the identity provider did stands.', 'rollbook' ),
			default                               => __( 'It is done. The Activity tab says what became of each person.', 'rollbook' ),
		};
		SettingsPage::go_back( new Message( $text ), 'people' );
	}

	/**
	 * What is asked before deletions that wait are carried out.
	 *
	 * @param int $held How many wait.
	 */
	private static function letting_go( int $held ): Question {
		/* translators: %s: number of accounts. */
		$follows = sprintf( _n( '%s account is treated as your settings say now about deleted people. What is deleted does not come back.', '%s accounts are treated as your settings say now about deleted people. What is deleted does not come back.', $held, 'rollbook' ), number_format_i18n( $held ) );
		$fields  = array( 'decision' => RemovalDecision::LET_GO );
		return new Question( __( 'Carry out the deletions that wait?', 'rollbook' ), array( array( 'reason' => $follows ) ), __( 'Carry them out', 'rollbook' ), self::key( $held ), self::DECIDE, fields: $fields );
	}

	/**
	 * What an answer counts for: so many deletions and no more.
	 *
	 * @param int $held How many wait.
	 */
	private static function key( int $held ): string {
		return self::DECIDE . ":$held";
	}

	/**
	 * What is to be decided about, a line for each kind.
	 *
	 * @param array<string, int> $counts By kind.
	 * @return list<string>
	 */
	private static function lines( array $counts ): array {
		$lines = array();
		foreach ( $counts as $kind => $people ) {
			$number  = number_format_i18n( $people );
			$lines[] = match ( $kind ) {
				/* translators: %s: number of people. */
				'held'        => sprintf( _n( '%s deletion waits: the account is locked and kept.', '%s deletions wait: the accounts are locked and kept.', $people, 'rollbook' ), $number ),
				/* translators: %s: number of people. */
				'deleted'     => sprintf( _n( '%s person was deleted before that, as your settings say.', '%s people were deleted before that, as your settings say.', $people, 'rollbook' ), $number ),
				/* translators: %s: number of people. */
				'deactivated' => sprintf( _n( '%s person was locked out.', '%s people were locked out.', $people, 'rollbook' ), $number ),
				/* translators: %s: number of people. */
				default       => sprintf( _n( '%s person lost a role.', '%s people lost a role.', $people, 'rollbook' ), $number ),
			};
		}
		return $lines;
	}
}
