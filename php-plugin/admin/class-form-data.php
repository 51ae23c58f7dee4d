<?php
/**
 * What a form of settings shows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Upkeep\SettingsWriter;

defined( 'ABSPATH' ) || exit;

/**
 * Everything that the view of a form needs, collected beforehand: the view itself asks nothing.
 */
final class FormData {

	/**
	 * The form's data.
	 *
	 * @param array<string, mixed>                               $settings    The settings, with what was refused last laid over.
	 * @param array<string, string>                              $roles       The site's roles and their names.
	 * @param list<string>                                       $protected   The roles that are protected.
	 * @param array<string, list<string>>                        $rights      What protects a role unless the owner takes it out, by role.
	 * @param array<string, string>                              $problems    What is wrong, by place in the document.
	 * @param array{paths: list<string>, targets: list<string>}  $suggestions What is offered while typing.
	 * @param array<string, string>                              $missing     Why the site does not have a target, by target.
	 * @param string                                             $wpo365      The address that is answered for those who leave WPO365.
	 */
	private function __construct(
		public readonly array $settings,
		public readonly array $roles,
		public readonly array $protected,
		public readonly array $rights,
		public readonly array $problems,
		public readonly array $suggestions,
		public readonly array $missing,
		public readonly string $wpo365,
	) {
	}

	/**
	 * Collects the data.
	 *
	 * What the settings name and the site has lost since they were saved is told at once.
	 *
	 * @param ?Message $message What the form before has to tell.
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
			array_column( $problems, 'reason', 'place' ),
			\Rollbook\Settings::suggestions(),
			Targets::missing( Settings::targets() ),
			rest_url( 'wpo365/v1' )
		);
	}
}
