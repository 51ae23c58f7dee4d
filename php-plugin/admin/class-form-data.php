<?php
/**
 * What a form of settings shows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Settings;
use Rollbook\WordPress\Targets;

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
	 * @param array<string, string>                              $problems    What is wrong, by place in the document.
	 * @param array{paths: list<string>, targets: list<string>}  $suggestions What is offered while typing.
	 * @param array<string, string>                              $missing     Why the site does not have a target, by target.
	 * @param string                                             $wpo365      The address that is answered for those who leave WPO365.
	 */
	private function __construct(
		public readonly array $settings,
		public readonly array $roles,
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
	 * @param class-string<FormScreen> $screen  Which form.
	 * @param ?Message                 $message What the form before has to tell.
	 */
	public static function collect( string $screen, ?Message $message ): self {
		$settings = Settings::merged( \Rollbook\Settings::defaults(), Settings::document() );
		$problems = $message?->attempted ? $message->problems : $screen::unknown_to_the_site( $settings );
		return new self(
			Settings::merged( $settings, $message?->attempted ?? array() ),
			array_map( 'translate_user_role', wp_roles()->get_names() ),
			array_column( $problems, 'reason', 'place' ),
			\Rollbook\Settings::suggestions(),
			Targets::missing( Settings::targets() ),
			rest_url( 'wpo365/v1' )
		);
	}
}
