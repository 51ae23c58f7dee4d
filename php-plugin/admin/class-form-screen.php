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
 * Reads its part of the settings document out of its form. What the document may say is known to the extension alone.
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
}
