<?php
/**
 * Alerts in words.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

defined( 'ABSPATH' ) || exit;

/**
 * Says what happened, what it means and what to do: in a mail, and in the activity log.
 */
final class AlertWords {

	/**
	 * What it is about, in a few words.
	 *
	 * @param string $event The extension's word for it.
	 */
	public static function title( string $event ): string {
		return match ( $event ) {
			'failing' => __( 'Requests fail repeatedly', 'rollbook' ),
			'working' => __( 'Requests work again', 'rollbook' ),
			'silent'  => __( 'No more requests come', 'rollbook' ),
			'heard'   => __( 'Requests come again', 'rollbook' ),
			default   => __( 'Test message', 'rollbook' ),
		};
	}

	/**
	 * The subject of a mail, with %s for the name of the site.
	 *
	 * @param string $event The extension's word for it.
	 */
	public static function subject( string $event ): string {
		/* translators: %s: name of the site. Mind that the text is the subject of a mail. */
		return match ( $event ) {
			'failing' => __( '[%s] Requests of the identity provider fail', 'rollbook' ),
			'working' => __( '[%s] Requests of the identity provider work again', 'rollbook' ),
			'silent'  => __( '[%s] No more requests of the identity provider come', 'rollbook' ),
			'heard'   => __( '[%s] Requests of the identity provider come again', 'rollbook' ),
			default   => __( '[%s] Test message of Rollbook', 'rollbook' ),
		};
	}

	/**
	 * The text of a mail: what is so, what it means, what to do.
	 *
	 * @param array{event: string, ...} $alert The alert.
	 * @return list<string>
	 */
	public static function paragraphs( array $alert ): array {
		$paragraphs = match ( $alert['event'] ) {
			'failing' => self::of_failing( (int) ( $alert['times'] ?? 0 ), (int) ( $alert['status'] ?? 0 ), self::since( $alert ) ),
			'working' => array(
				/* translators: %s: a point in time. */
				sprintf( __( 'Requests of the identity provider work again. They had failed since %s.', 'rollbook' ), self::since( $alert ) ),
				__( 'Most identity providers send again what had failed. The activity log shows it:', 'rollbook' ),
				self::url( 'activity' ),
			),
			'silent'  => self::of_silent( (int) ( $alert['hours'] ?? 0 ), self::since( $alert ) ),
			'heard'   => array(
				/* translators: %s: a point in time. */
				sprintf( __( 'Requests of the identity provider come again. The last one before that had come on %s.', 'rollbook' ), self::since( $alert ) ),
				self::url( 'activity' ),
			),
			default   => array( __( 'This is a test. Alerts of Rollbook arrive here: when requests of the identity provider fail repeatedly or no more come. You need to do nothing.', 'rollbook' ) ),
		};
		$paragraphs[] = __( 'Who gets these messages is chosen here:', 'rollbook' ) . ' ' . self::url( 'advanced' ) . '#rollbook-alerts';
		return $paragraphs;
	}

	/**
	 * That requests fail.
	 *
	 * @param int    $times  How many.
	 * @param int    $status What the last one was answered with.
	 * @param string $since  Since when.
	 * @return list<string>
	 */
	private static function of_failing( int $times, int $status, string $since ): array {
		$number  = number_format_i18n( $times );
		$meaning = __( 'Until this is over, people may not be created, changed or locked out as the identity provider wants it.', 'rollbook' );
		if ( 401 === $status ) {
			return array(
				/* translators: 1: number of requests, 2: a point in time. */
				sprintf( _n( '%1$s request came with a token of this site that has expired or was revoked. No other request was let in since %2$s.', '%1$s requests came with a token of this site that has expired or was revoked. No other request was let in since %2$s.', $times, 'rollbook' ), $number, $since ),
				$meaning,
				__( 'Create another token on the Connection tab and enter it in the identity provider:', 'rollbook' ),
				self::url(),
			);
		}
		return array(
			/* translators: 1: number of requests, 2: a point in time, 3: a status of HTTP, such as 409. */
			sprintf( _n( '%1$s request of the identity provider was refused or failed, on %2$s, and none has worked since. It was answered with the status %3$s.', '%1$s requests of the identity provider in a row were refused or failed since %2$s. The last one was answered with the status %3$s.', $times, 'rollbook' ), $number, $since, (string) $status ),
			$meaning,
			__( 'The activity log says of each why it failed and what was sent. Begin with the newest:', 'rollbook' ),
			self::url( 'activity' ),
			__( 'You get one more message when requests work again, and none before.', 'rollbook' ),
		);
	}

	/**
	 * That no more requests come.
	 *
	 * @param int    $hours After how many hours that is told.
	 * @param string $since When the last one came.
	 * @return list<string>
	 */
	private static function of_silent( int $hours, string $since ): array {
		return array(
			/* translators: 1: a point in time, 2: number of hours. */
			sprintf( _n( 'The last request of the identity provider was let in on %1$s: more than %2$s hour ago.', 'The last request of the identity provider was let in on %1$s: more than %2$s hours ago.', $hours, 'rollbook' ), $since, number_format_i18n( $hours ) ),
			__( 'Until requests come again, nobody is created, changed or locked out.', 'rollbook' ),
			__( 'Look at the provisioning in the identity provider first: it may be switched off, or have stopped after errors. If it sends something only when a person changes, choose more hours. Then start the self-test here:', 'rollbook' ),
			self::url() . '#rollbook-self-test',
			__( 'The activity log tells whether requests without a valid token came meanwhile:', 'rollbook' ),
			self::url( 'activity' ),
			__( 'You get one more message when requests come again, and none before.', 'rollbook' ),
		);
	}

	/**
	 * Since when it is so, as the site writes it.
	 *
	 * @param array{event: string, ...} $alert The alert.
	 */
	private static function since( array $alert ): string {
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), intdiv( (int) ( $alert['since'] ?? 0 ), 1000 ) );
	}

	/**
	 * The address of a tab.
	 *
	 * @param ?string $tab The tab; null for the first one.
	 */
	private static function url( ?string $tab = null ): string {
		return admin_url( 'options-general.php?page=rollbook' . ( null === $tab ? '' : "&tab=$tab" ) );
	}
}
