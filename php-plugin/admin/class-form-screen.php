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
 * Reads its part of the settings document out of its form. Only the extension checks that part.
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
	 * What the form asks to try instead of saving it, and what came of it; null where it is to be saved.
	 *
	 * @return ?array<string, mixed>
	 */
	public static function tried(): ?array {
		return null;
	}

	/**
	 * The file in `views` that prints what else stands below the form, if anything does.
	 */
	public static function more(): ?string {
		return null;
	}

	/**
	 * The file in `views` that prints what stands below its task, if anything does.
	 */
	public static function last(): ?string {
		return null;
	}

	/**
	 * The task below the form, if there is one.
	 */
	public static function task(): ?string {
		return null;
	}
}
