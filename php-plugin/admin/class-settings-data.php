<?php
/**
 * What the settings screen shows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Address;
use Rollbook\WordPress\Settings;
use Rollbook\WordPress\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Everything that the screen's view needs, collected beforehand: the view itself asks nothing.
 */
final class SettingsData {

	/**
	 * The screen's data.
	 *
	 * @param string                     $address       The address to give to an identity provider.
	 * @param list<array<string, mixed>> $tokens        The tokens.
	 * @param bool                       $fixed_token   Whether wp-config.php fixes one.
	 * @param array<string, mixed>       $settings      The settings, with what was refused last laid over.
	 * @param array<string, string>      $roles         The site's roles and their names.
	 * @param array<string, string>      $problems      What is wrong, by place in the document.
	 * @param Message|null               $message       What the form before has to tell.
	 * @param string                     $earliest_end  The first day on which a token may end, `2027-01-31`.
	 */
	private function __construct(
		public readonly string $address,
		public readonly array $tokens,
		public readonly bool $fixed_token,
		public readonly array $settings,
		public readonly array $roles,
		public readonly array $problems,
		public readonly ?Message $message,
		public readonly string $earliest_end,
	) {
	}

	/**
	 * Collects the data.
	 */
	public static function collect(): self {
		$message = Message::take();
		return new self(
			Address::to_show( (string) get_option( 'home' ) ),
			Tokens::all(),
			Tokens::constant_is_used(),
			array_replace_recursive( Settings::document(), $message?->attempted ?? array() ),
			array_map( 'translate_user_role', wp_roles()->get_names() ),
			array_column( $message?->problems ?? array(), 'reason', 'place' ),
			$message,
			wp_date( 'Y-m-d' )
		);
	}
}
