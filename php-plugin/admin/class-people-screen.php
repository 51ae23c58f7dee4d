<?php
/**
 * The settings about people.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * How accounts are created, named and removed.
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
			'profile_edits'            => FormInput::is_ticked( 'profile_edits' ),
			'local_passwords'          => ! FormInput::is_ticked( 'no_local_passwords' ),
			'welcome_mail'             => FormInput::is_ticked( 'welcome_mail' ),
			'deletion'                 => array(
				'policy'      => FormInput::line( 'deletion_policy' ),
				'reassign_to' => PersonPicker::read( 'reassign_to' ),
			),
			'mass_removal'             => RemovalFields::read(),
		);
	}

	/**
	 * The task that makes the site's accounts ready to be linked.
	 */
	public static function task(): string {
		return TaskRun::LINKING;
	}
}
