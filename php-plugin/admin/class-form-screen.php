<?php
/**
 * A tab of the settings screen that is one form.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * Reads its part of the settings document out of its form. What the document may say is known to the extension alone; a screen
 * looks up only what the extension cannot know: the site's accounts and roles.
 */
abstract class FormScreen {

	/**
	 * What the tab is called.
	 */
	abstract public static function title(): string;

	/**
	 * The part of the document that the form sent.
	 *
	 * @return array<string, mixed>
	 */
	abstract public static function read(): array;

	/**
	 * The file in `views` that prints the fields.
	 */
	abstract public static function view(): string;

	/**
	 * The task that stands below the form, if one does.
	 */
	public static function task(): ?string {
		return null;
	}

	/**
	 * What the form names that this site does not have.
	 *
	 * @param array<string, mixed> $partial The part of the document.
	 * @return list<array{place: string, reason: string}>
	 */
	public static function unknown_to_the_site( array $partial ): array {
		unset( $partial );
		return array();
	}
}
