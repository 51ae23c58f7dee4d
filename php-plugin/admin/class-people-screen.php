<?php
/**
 * The settings about people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\AccessControl;
use Rollbook\WordPress\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * How people come, what they are called, and how they leave.
 */
final class PeopleScreen extends FormScreen {

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'People', 'rollbook' );
	}

	/**
	 * The view.
	 */
	public static function view(): string {
		return 'people';
	}

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	public static function read(): array {
		$pattern = FormInput::text( 'username_pattern' );
		return array(
			'existing_accounts'        => FormInput::line( 'existing_accounts' ),
			'link_credentials'         => FormInput::line( 'link_credentials' ),
			'notify_existing_accounts' => FormInput::is_ticked( 'notify_existing_accounts' ),
			'username'                 => array(
				'from'        => FormInput::line( 'username_from' ),
				'pattern'     => '' === $pattern ? null : $pattern,
				'replacement' => FormInput::text( 'username_replacement' ),
				'rename'      => FormInput::is_ticked( 'username_rename' ),
			),
			'password_sync'            => FormInput::is_ticked( 'password_sync' ),
			'local_passwords'          => ! FormInput::is_ticked( 'no_local_passwords' ),
			'welcome_mail'             => FormInput::is_ticked( 'welcome_mail' ),
			'deletion'                 => array(
				'policy'      => FormInput::line( 'deletion_policy' ),
				'reassign_to' => FormInput::line( 'reassign_to' ) ?: null,
			),
		);
	}

	/**
	 * The accounts of the site, made ready to be linked.
	 */
	public static function task(): string {
		return TaskRun::LINKING;
	}

	/**
	 * Whether who is to get content can get it.
	 *
	 * @param array<string, mixed> $partial The part of the document.
	 * @return list<array{place: string, reason: string}>
	 */
	public static function unknown_to_the_site( array $partial ): array {
		$login = $partial['deletion']['reassign_to'];
		$heir  = null === $login ? null : get_user_by( 'login', $login );
		if ( false === $heir ) {
			$reason = __( 'There is no account with this username.', 'rollbook' );
		} elseif ( null !== $heir && AccessControl::is_locked_out( $heir->ID ) ) {
			$reason = __( 'This person is deactivated.', 'rollbook' );
		} else {
			return array();
		}
		return array(
			array(
				'place'  => 'deletion.reassign_to',
				'reason' => $reason,
			),
		);
	}
}
