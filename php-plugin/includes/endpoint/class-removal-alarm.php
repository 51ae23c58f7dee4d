<?php
/**
 * The alarm that an identity provider takes something from many people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\OwnerMail;
use Rollbook\WordPress\People\Losses;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Tells the owner, by mail and in the activity log; a notice stands in the administration until the owner has decided. When it is too much
 * is decided by the extension.
 */
final class RemovalAlarm {

	/**
	 * Raises the alarm.
	 *
	 * @param array{people: int, limit: int, hours: int, since: int} $alarm What happened.
	 */
	public static function raise( array $alarm ): void {
		Losses::raise( (int) $alarm['since'], Tokens::now() );
		$sentence = self::sentence( (int) $alarm['people'], (int) $alarm['limit'], (int) $alarm['hours'] );
		ActivityLog::tell( ActivityLog::REMOVAL, 'alarm', array( 'detail' => $sentence ) );
		$text = array(
			$sentence,
			__( 'Those who were locked out are out. Deletions beyond that number wait: the accounts are locked and kept with their content until you decide.', 'rollbook' ),
			__( 'If it is a mistake, correct the filter or the assignment in the identity provider first. Then decide here:', 'rollbook' ),
			admin_url( 'options-general.php?page=rollbook&tab=people' ),
		);
		/* translators: %s: name of the site. */
		OwnerMail::send( __( '[%s] Many people are being removed', 'rollbook' ), $text );
	}

	/**
	 * What happened.
	 *
	 * @param int $people How many people lost something.
	 * @param int $limit  How many may.
	 * @param int $hours  Within how many hours.
	 */
	private static function sentence( int $people, int $limit, int $hours ): string {
		return sprintf(
			/* translators: 1: number of people, 2: number of hours, 3: number of people. */
			__( 'The identity provider has deleted, locked out or taken roles from %1$s people within %2$s hours. Your limit is %3$s.', 'rollbook' ),
			number_format_i18n( $people ),
			number_format_i18n( $hours ),
			number_format_i18n( $limit )
		);
	}
}
