<?php
/**
 * What the screen about the connection shows.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\ActivityDays;
use Rollbook\WordPress\Endpoint\Address;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Everything that the view needs. It is collected before the view runs, so the view makes no queries.
 */
final class ConnectionData {

	/**
	 * The screen's data.
	 *
	 * @param string                     $address      The address to give to an identity provider.
	 * @param list<array<string, mixed>> $tokens       The tokens.
	 * @param bool                       $fixed_token  Whether wp-config.php fixes one.
	 * @param string                     $earliest_end The first day on which a token may end, `2027-01-31`.
	 * @param array{people: int, groups: int, problems: int, more: bool} $last_day How many people and groups the last day's requests changed, and how many problems there were.
	 * @param list<array{done: bool, text: string, next: string}> $steps What is to be done until people arrive.
	 */
	private function __construct(
		public readonly string $address,
		public readonly array $tokens,
		public readonly bool $fixed_token,
		public readonly string $earliest_end,
		public readonly array $last_day,
		public readonly array $steps,
	) {
	}

	/**
	 * Collects the data.
	 */
	public static function collect(): self {
		$tokens = array_values( array_filter( Tokens::all(), static fn( array $token ): bool => '' !== $token['name'] ) ); // A deleted one has none.
		return new self(
			Address::to_show( (string) get_option( 'home' ) ),
			$tokens,
			Tokens::constant_is_used(),
			wp_date( 'Y-m-d' ),
			ActivityDays::last_day( Tokens::now() ),
			Checklist::steps( $tokens, Tokens::constant_is_used() )
		);
	}
}
