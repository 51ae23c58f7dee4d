<?php
/**
 * What a form of settings shows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Access\FastLaneFile;
use Rollbook\WordPress\Endpoint\FastLane;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Everything that the view of a form needs. It is collected before the view runs, so the view makes no queries.
 */
final class FormData {

	/**
	 * The form's data.
	 *
	 * @param array<string, mixed>                               $settings    The settings. What was just refused replaces what is saved.
	 * @param array<string, string>                              $roles       The site's roles and their names.
	 * @param list<string>                                       $protected   The roles that are protected.
	 * @param array<string, list<string>>                        $rights      The capabilities that protect a role unless the owner excludes it, by role.
	 * @param array<string, string>                              $problems    What is wrong, by place in the document.
	 * @param array<string, string>                              $dangers     What would be dangerous, by place in the document.
	 * @param array{paths: list<string>, targets: list<string>, ...} $suggestions The suggestions while somebody types.
	 * @param array<string, string>                              $missing     Why the site does not have a target, by target.
	 * @param ?list<string>                                      $changers    What keeps the fast lane from being used; null if its file could not be written.
	 * @param bool                                               $searched    Whether somebody searched for a person.
	 * @param array<string, mixed>                               $tried       What was tried without saving.
	 * @param string                                             $wpo365      The address of WPO365, which Rollbook answers for sites that come from it.
	 */
	private function __construct(
		public readonly array $settings,
		public readonly array $roles,
		public readonly array $protected,
		public readonly array $rights,
		public readonly array $problems,
		public readonly array $dangers,
		public readonly array $suggestions,
		public readonly array $missing,
		public readonly ?array $changers,
		public readonly bool $searched,
		public readonly array $tried,
		public readonly string $wpo365,
	) {
	}

	/**
	 * Collects the data.
	 *
	 * It also tells at once what the settings name and the site no longer has.
	 *
	 * @param ?Message $message The message of the form that was sent before.
	 */
	public static function collect( ?Message $message ): self {
		$settings = SettingsWriter::merged( \Rollbook\Settings::defaults(), Settings::document() );
		$problems = $message?->attempted ? $message->problems : SettingsWriter::problems();
		$shown    = SettingsWriter::merged( $settings, $message?->attempted ?? array() );
		$site     = Site::facts();
		$rights   = \Rollbook\Settings::protecting( array(), array() );
		return new self(
			$shown,
			array_map( 'translate_user_role', wp_roles()->get_names() ),
			\Rollbook\Settings::protecting( $shown, $site ),
			array_filter( array_map( static fn( array $may ): array => array_values( array_intersect( $rights, $may ) ), array_column( $site['roles'], 'capabilities', 'name' ) ) ),
			array_combine( array_column( $problems, 'place' ), array_map( SettingsProblem::reason( ... ), $problems ) ),
			Question::of( $message )?->by_place() ?? array(),
			\Rollbook\Settings::suggestions(),
			Targets::missing( Settings::targets() ),
			Settings::wants_fast_lane() && ! FastLaneFile::is_in_step() ? null : FastLane::found() ?? array(),
			$message->searched ?? false,
			$message->tried ?? array(),
			rest_url( 'wpo365/v1' )
		);
	}
}
