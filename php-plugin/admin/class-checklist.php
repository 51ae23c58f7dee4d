<?php
/**
 * What is still to be done until people arrive.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * The steps of connecting an identity provider, each with whether it is done and what to do if it is not. The list goes away once the
 * first person has come.
 */
final class Checklist {

	/**
	 * The steps, in their order; none once all are done.
	 *
	 * @param list<array{expires: ?int, revoked: ?int, last_used: ?int, ...}> $tokens      The tokens.
	 * @param bool                       $fixed_token Whether wp-config.php fixes one.
	 * @return list<array{done: bool, text: string, next: string}>
	 */
	public static function steps( array $tokens, bool $fixed_token ): array {
		$people = null !== Database::value( 'SELECT row_id FROM ' . Tables::name( 'users' ) . ' WHERE managed = 1 LIMIT 1' );
		if ( $people ) {
			return array();
		}
		$valid    = array_filter( $tokens, Tokens::is_valid( ... ) );
		$admitted = array() !== array_filter( array_column( $tokens, 'last_used' ) );
		$reached  = $admitted || null !== Database::value( 'SELECT day FROM ' . Tables::name( 'refusals' ) . ' LIMIT 1' );
		return array(
			self::step( true, __( 'The part of Rollbook that speaks with identity providers runs.', 'rollbook' ), '' ),
			self::step( $fixed_token || array() !== $valid, __( 'There is a token.', 'rollbook' ), __( 'Create one below, and copy it and the address into the identity provider.', 'rollbook' ) ),
			self::step( $reached, __( 'A request has reached this address.', 'rollbook' ), __( 'Start the connection test in the identity provider. If nothing arrives, run the self-test at the end of this page: it says what stands in the way.', 'rollbook' ) ),
			self::step( $admitted, __( 'A request came with a valid token.', 'rollbook' ), __( 'Copy the token into the identity provider once more, all of it. The Activity tab says why requests were refused.', 'rollbook' ) ),
			self::step( false, __( 'The first person has come.', 'rollbook' ), __( 'Assign a person to this site in the identity provider, and start the provisioning there.', 'rollbook' ) ),
		);
	}

	/**
	 * A step.
	 *
	 * @param bool   $done Whether it is done.
	 * @param string $text What is so then.
	 * @param string $next What to do if it is not.
	 * @return array{done: bool, text: string, next: string}
	 */
	private static function step( bool $done, string $text, string $next ): array {
		return array(
			'done' => $done,
			'text' => $text,
			'next' => $done ? '' : $next,
		);
	}
}
