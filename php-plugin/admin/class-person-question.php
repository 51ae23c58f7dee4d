<?php
/**
 * What is asked before something is done to people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * A question about one person or several. It names the people, those who are left out and why, and what follows.
 */
final class PersonQuestion {

	/**
	 * A question.
	 *
	 * @param string                                                                  $what     What is asked about.
	 * @param list<array{user: \WP_User, state: string}>                              $people   The people.
	 * @param list<array{user: \WP_User, reason: string}>                             $left_out Who is left out.
	 * @param list<array{user_id: int, protected: bool, deleted: bool, ...}>           $known    What is known of those it is about.
	 */
	private function __construct(
		public readonly string $what,
		public readonly array $people,
		public readonly array $left_out,
		private readonly array $known,
	) {
	}

	/**
	 * The question that the screen is to ask, if any.
	 */
	public static function asked(): ?self {
		foreach ( PersonLinks::TASKS as $what => $task ) {
			// phpcs:ignore WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput -- It only chooses what is shown, and numbers are left of it.
			$user_ids = isset( $_GET[ $what ] ) && is_string( $_GET[ $what ] ) ? PersonLinks::ids( $_GET[ $what ] ) : array();
			if ( array() !== $user_ids ) {
				return self::about( $what, $task, $user_ids );
			}
		}
		return null;
	}

	/**
	 * The heading.
	 */
	public function title(): string {
		$count = count( $this->people );
		return 1 === $count
			? sprintf(
				match ( $this->what ) {
					/* translators: %s: username. */
					'lock'   => __( 'Lock %s out?', 'rollbook' ),
					/* translators: %s: username. */
					'unlock' => __( 'Let %s in again?', 'rollbook' ),
					/* translators: %s: username. */
					default  => __( 'Unlink %s?', 'rollbook' ),
				},
				$this->people[0]['user']->user_login
			)
			: sprintf(
				match ( $this->what ) {
					/* translators: %s: number of people. */
					'lock'   => _n( 'Lock %s person out?', 'Lock %s people out?', $count, 'rollbook' ),
					/* translators: %s: number of people. */
					'unlock' => _n( 'Let %s person in again?', 'Let %s people in again?', $count, 'rollbook' ),
					/* translators: %s: number of people. */
					default  => _n( 'Unlink %s person?', 'Unlink %s people?', $count, 'rollbook' ),
				},
				number_format_i18n( $count )
			);
	}

	/**
	 * What follows, a paragraph each.
	 *
	 * @return list<string>
	 */
	public function consequences(): array {
		$texts = match ( $this->what ) {
			'lock'   => array(
				__( 'People who are locked out cannot log in any more, and are logged out everywhere. Role, content and password stay.', 'rollbook' ),
				__( 'The identity provider reads the person as not active. It may let the person in again with its next change: to keep somebody out for good, block the account there as well.', 'rollbook' ),
			),
			'unlock' => array(
				__( 'People who are let in can log in again, with their role, content and password as before.', 'rollbook' ),
				__( 'The identity provider reads the person as active. It may lock the person out again with its next change: to let somebody in for good, activate the account there as well.', 'rollbook' ),
			),
			default  => array( __( 'The account stays as it is, with its role and content. The identity provider can no longer change it and is told that the person does not exist. No identity provider finds the account until you choose “Allow linking” in the list of users.', 'rollbook' ) ),
		};
		if ( 'unlink' !== $this->what && array() !== array_filter( array_column( $this->known, 'deleted' ) ) ) {
			$texts[] = __( 'Who was deleted by the identity provider is not seen by it any more, locked out or not. When it creates the same person again, the same account comes back and gets a new password.', 'rollbook' );
		}
		if ( 'unlink' !== $this->what && array() !== array_filter( array_column( $this->known, 'protected' ) ) ) {
			$texts[] = __( 'Attention: this account has rights over others or over the site.', 'rollbook' );
		}
		return $texts;
	}

	/**
	 * The numbers of those it is about, with commas between them.
	 */
	public function list(): string {
		return implode( ',', array_map( static fn( array $person ): int => $person['user']->ID, $this->people ) );
	}

	/**
	 * The question about some accounts.
	 *
	 * @param string    $what     What is asked about.
	 * @param string    $task     The task that it is.
	 * @param list<int> $user_ids The accounts.
	 */
	private static function about( string $what, string $task, array $user_ids ): self {
		cache_users( $user_ids );
		PersonLinks::ask( $user_ids );
		$people   = array();
		$left_out = array();
		$all      = array();
		foreach ( $user_ids as $user_id ) {
			$user  = get_userdata( $user_id );
			$known = PersonLinks::of( $user_id );
			if ( false === $user || null === $known ) {
				continue;
			}
			$reason = self::reason( $what, $known, PersonLinks::can( $task, $user_id ), count( $user_ids ) > 1 );
			if ( null !== $reason ) {
				$left_out[] = array(
					'user'   => $user,
					'reason' => $reason,
				);
				continue;
			}
			$all[]    = $known;
			$people[] = array(
				'user'  => $user,
				'state' => UsersColumn::state( $known ),
			);
		}
		return new self( $what, $people, $left_out, $all );
	}

	/**
	 * Why somebody is left out.
	 *
	 * @param string                                                                                 $what    What is asked about.
	 * @param array{user_id: int, managed: bool, active: bool, deleted: bool, protected: bool, ...}  $known   What is known.
	 * @param bool                                                                                   $can     Whether it can be done.
	 * @param bool                                                                                   $several Whether several were chosen.
	 */
	private static function reason( string $what, array $known, bool $can, bool $several ): ?string {
		return match ( true ) {
			$can && $several && $known['protected'] && 'unlink' !== $what => __( 'It has rights over others or over the site. Choose it by itself.', 'rollbook' ),
			$can => null,
			! PersonLinks::is_in_reach( $known['user_id'] ) => __( 'Only an administrator of the network decides about this account.', 'rollbook' ),
			'lock' === $what && get_current_user_id() === $known['user_id'] => __( 'You cannot lock yourself out. Somebody else who may manage this site can.', 'rollbook' ),
			'unlock' === $what => __( 'Nobody has locked this person out.', 'rollbook' ),
			! $known['managed'] && ! $known['deleted'] => __( 'No identity provider manages this account.', 'rollbook' ),
			'lock' === $what => __( 'This person is locked out already.', 'rollbook' ),
			default => __( 'This person is locked out, and nobody would keep the account locked any more. Let the person in first, or delete the account.', 'rollbook' ),
		};
	}
}
