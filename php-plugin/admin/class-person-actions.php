<?php
/**
 * What the owner does to single people from the list of users.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\PersonTask;

defined( 'ABSPATH' ) || exit;

/**
 * Offers in the list of users to lock people out, to let them in and to unlink them, asks on the settings screen, and has the extension
 * do it.
 */
final class PersonActions {

	/** The action of the link that lets an account be linked again. */
	private const ALLOW = 'rollbook_allow_linking';

	/**
	 * Adds what can be done to a person.
	 *
	 * @param array<string, string> $actions What else can be done.
	 * @param \WP_User              $user    Whose row it is.
	 * @return array<string, string>
	 */
	public static function filter_user_row_actions( array $actions, \WP_User $user ): array {
		if ( ! SettingsPage::is_allowed() ) {
			return $actions;
		}
		foreach ( PersonLinks::TASKS as $what => $task ) {
			if ( PersonLinks::can( $task, $user->ID ) ) {
				$actions[ "rollbook_$what" ] = self::link( self::url( $what, array( $user->ID ) ), PersonLinks::label( $what ), self::about( $what, $user->user_login ) );
			}
		}
		if ( PersonLinks::can( 'allowing_linking', $user->ID ) ) {
			$url = add_query_arg(
				array(
					'action'   => self::ALLOW,
					'id'       => $user->ID,
					'_wpnonce' => wp_create_nonce( self::ALLOW . $user->ID ),
				),
				admin_url( 'admin-post.php' )
			);
			/* translators: %s: username. */
			$about                = sprintf( __( 'Allow identity providers to find and link %s again', 'rollbook' ), $user->user_login );
			$actions[ self::ALLOW ] = self::link( $url, __( 'Allow linking', 'rollbook' ), $about );
		}
		return $actions;
	}

	/**
	 * Adds what can be done to several people at once.
	 *
	 * @param array<string, string> $actions What else can be done.
	 * @return array<string, string>
	 */
	public static function filter_bulk_actions( array $actions ): array {
		if ( SettingsPage::is_allowed() ) {
			foreach ( array_keys( PersonLinks::TASKS ) as $what ) {
				$actions[ "rollbook_$what" ] = PersonLinks::label( $what );
			}
		}
		return $actions;
	}

	/**
	 * Leads from the list of users to the question. WordPress has looked at the nonce.
	 *
	 * @param string $sendback Where WordPress would go.
	 * @param string $action   What was chosen.
	 * @param int[]  $user_ids The accounts that it is about.
	 */
	public static function filter_handle_bulk_actions( string $sendback, string $action, array $user_ids ): string {
		foreach ( array_keys( PersonLinks::TASKS ) as $what ) {
			if ( "rollbook_$what" === $action && SettingsPage::is_allowed() && array() !== $user_ids ) {
				return self::url( $what, array_map( 'intval', $user_ids ) );
			}
		}
		return $sendback;
	}

	/**
	 * The address of a question.
	 *
	 * @param string $what     What is asked.
	 * @param int[]  $user_ids The accounts that it is about.
	 */
	public static function url( string $what, array $user_ids ): string {
		return add_query_arg( $what, implode( ',', $user_ids ), SettingsPage::url( 'people' ) ) . '#rollbook-question';
	}

	/**
	 * Does to people what was asked about.
	 */
	public static function action_perform(): void {
		$what = substr( (string) current_action(), strlen( 'admin_post_rollbook_' ) );
		$ids  = FormInput::line( 'id' );
		SettingsPage::require_permission( "rollbook_$what", $ids );
		$user_ids = PersonLinks::ids( $ids );
		$done     = array();
		$refused  = array();
		foreach ( $user_ids as $user_id ) {
			$answer = self::perform( $what, $user_id, count( $user_ids ) > 1 );
			if ( isset( $answer['login'] ) ) {
				$done[] = $answer['login'];
			} else {
				$user = get_userdata( $user_id );

				$refused[ $answer['reason'] ?? '' ][] = false === $user ? (string) $user_id : $user->user_login;
			}
		}
		$texts = array() === $done ? array() : array( self::told( $what, implode( ', ', $done ) ) );
		foreach ( $refused as $reason => $logins ) {
			$texts[] = ( count( $user_ids ) > 1 ? implode( ', ', $logins ) . ': ' : '' ) . $reason;
		}
		self::go_back( new Message( implode( ' ', $texts ), array() === $refused ? 'success' : 'error' ) );
	}

	/**
	 * Lets identity providers find and link an account again.
	 */
	public static function action_allow(): void {
		$user_id = absint( $_GET['id'] ?? 0 ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It is verified for this account, below.
		SettingsPage::require_permission( self::ALLOW, $user_id );
		$answer = PersonTask::run( array( 'task' => 'allowing_linking' ), $user_id );
		/* translators: %s: username. */
		$text = sprintf( __( 'Identity providers find %s again, and may link the account.', 'rollbook' ), $answer['login'] ?? '' );
		self::go_back( isset( $answer['login'] ) ? new Message( $text ) : new Message( $answer['reason'] ?? '', 'error' ) );
	}

	/**
	 * Says on the list of users what was done.
	 */
	public static function action_admin_notices(): void {
		if ( 'users' !== get_current_screen()?->id || ! SettingsPage::is_allowed() ) {
			return;
		}
		$message = Message::take();
		if ( null !== $message ) {
			printf( '<div class="notice notice-%s is-dismissible" role="%s"><p>%s</p></div>', esc_attr( $message->kind ), 'error' === $message->kind ? 'alert' : 'status', esc_html( $message->text ) );
		}
	}

	/**
	 * What an action is called for who hears it without its row.
	 *
	 * @param string $what  The action.
	 * @param string $login The login of the account.
	 */
	private static function about( string $what, string $login ): string {
		return sprintf(
			match ( $what ) {
				/* translators: %s: username. */
				'lock'   => __( 'Lock %s out of this site', 'rollbook' ),
				/* translators: %s: username. */
				'unlock' => __( 'Let %s in again', 'rollbook' ),
				/* translators: %s: username. */
				default  => __( 'Unlink %s from the identity provider', 'rollbook' ),
			},
			$login
		);
	}

	/**
	 * What is said once it is done.
	 *
	 * @param string $what   What was done.
	 * @param string $logins The logins of the accounts.
	 */
	private static function told( string $what, string $logins ): string {
		return sprintf(
			match ( $what ) {
				/* translators: %s: usernames. */
				'lock'   => __( 'Locked out: %s. The identity provider may change that.', 'rollbook' ),
				/* translators: %s: usernames. */
				'unlock' => __( 'Let in again: %s. The identity provider may change that.', 'rollbook' ),
				/* translators: %s: usernames. */
				default  => __( 'Unlinked: %s. The account is as it was; no identity provider finds it until you choose “Allow linking” in the list of users.', 'rollbook' ),
			},
			$logins
		);
	}

	/**
	 * A link of a row.
	 *
	 * @param string $url   Where it leads.
	 * @param string $text  What it says.
	 * @param string $about What it says to who hears it without its row.
	 */
	private static function link( string $url, string $text, string $about ): string {
		return sprintf( '<a href="%s" aria-label="%s">%s</a>', esc_url( $url ), esc_attr( $about ), esc_html( $text ) );
	}

	/**
	 * Does something to one person.
	 *
	 * @param string $what    What to do.
	 * @param int    $user_id The account.
	 * @param bool   $several Whether others are done at the same time.
	 * @return array{login?: string, reason?: string}
	 */
	private static function perform( string $what, int $user_id, bool $several ): array {
		if ( ! PersonLinks::is_in_reach( $user_id ) ) {
			return array( 'reason' => __( 'Only an administrator of the network decides about this account.', 'rollbook' ) );
		}
		$access = 'unlink' === $what ? array() : array(
			'actor'   => get_current_user_id(),
			'several' => $several,
		);
		return PersonTask::run( array( 'task' => PersonLinks::TASKS[ $what ] ) + $access, $user_id );
	}

	/**
	 * Goes back to the list of users.
	 *
	 * @param Message $message What to tell there.
	 * @return never
	 */
	private static function go_back( Message $message ): void {
		$message->leave();
		wp_safe_redirect( admin_url( 'users.php' ) );
		exit;
	}
}
