<?php
/**
 * `wp rollbook token`
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use DateTimeImmutable;
use InvalidArgumentException;
use Rollbook\InvalidToken;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use RuntimeException;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Makes, lists and revokes the tokens that identity providers log in with.
 */
final class TokenCommand {

	/**
	 * Lists the tokens.
	 *
	 * ## OPTIONS
	 *
	 * [--fields=<fields>]
	 * : The columns: id, name, scope, created, expires, last_used, last_address, status.
	 *
	 * [--format=<format>]
	 * : table, csv, json, yaml, ids or count.
	 * ---
	 * default: table
	 * ---
	 *
	 * @subcommand list
	 *
	 * @param list<string>          $arguments None.
	 * @param array<string, string> $options   The options.
	 */
	public function all( array $arguments, array $options ): void {
		$rows = array_map(
			static fn( array $token ): array => array(
				'id'           => $token['id'],
				'name'         => $token['name'],
				'scope'        => $token['scope'],
				'created'      => Listing::moment( $token['created'] ),
				'expires'      => Listing::moment( $token['expires'] ),
				'last_used'    => Listing::moment( $token['last_used'] ),
				'last_address' => (string) $token['last_address'],
				'status'       => match ( true ) {
					null !== $token['revoked'] => 'revoked',
					null !== $token['expires'] && $token['expires'] < Tokens::now() => 'expired',
					default => 'active',
				},
			),
			Tokens::all()
		);
		Listing::print_rows( $rows, array( 'id', 'name', 'scope', 'created', 'expires', 'last_used', 'last_address', 'status' ), $options );
	}

	/**
	 * Makes a token and prints it, this once.
	 *
	 * ## OPTIONS
	 *
	 * <name>
	 * : What it is called: the identity provider’s name.
	 *
	 * [--scope=<scope>]
	 * : full, or read for reading only.
	 * ---
	 * default: full
	 * ---
	 *
	 * [--expires=<day>]
	 * : The last day on which it counts, 2027-01-31. Without it the token does not end.
	 *
	 * [--porcelain]
	 * : Print the token alone.
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook token create "Entra ID" --expires=2027-01-31
	 *
	 * @param list<string>          $arguments The name.
	 * @param array<string, string> $options   The options.
	 */
	public function create( array $arguments, array $options ): void {
		try {
			$token = Tokens::create( $arguments[0], $options['scope'] ?? 'full', self::end( $options ) );
		} catch ( InvalidArgumentException | RuntimeException $refusal ) {
			WP_CLI::error( $refusal->getMessage() );
		}
		if ( isset( $options['porcelain'] ) ) {
			WP_CLI::line( $token );
			return;
		}
		WP_CLI::success( __( 'Token created. Copy it now: it will not be shown again.', 'rollbook' ) );
		WP_CLI::line( $token );
	}

	/**
	 * Adds a token of your own. It is read from the standard input, so that it stands in no history.
	 *
	 * ## OPTIONS
	 *
	 * <name>
	 * : What it is called.
	 *
	 * [--scope=<scope>]
	 * : full, or read for reading only.
	 * ---
	 * default: full
	 * ---
	 *
	 * [--expires=<day>]
	 * : The last day on which it counts.
	 *
	 * ## EXAMPLES
	 *
	 *     wp rollbook token add "Entra ID" < token.txt
	 *
	 * @param list<string>          $arguments The name.
	 * @param array<string, string> $options   The options.
	 */
	public function add( array $arguments, array $options ): void {
		$plaintext = trim( StandardInput::read() );
		try {
			Tokens::add_own( $plaintext, $arguments[0], $options['scope'] ?? 'full', self::end( $options ) );
		} catch ( InvalidToken $refusal ) {
			WP_CLI::error( SettingsProblem::reason( \Rollbook\Token::problem( $plaintext ) ?? array( 'reason' => $refusal->getMessage() ) ) );
		} catch ( InvalidArgumentException | RuntimeException $refusal ) {
			WP_CLI::error( $refusal->getMessage() );
		}
		WP_CLI::success( __( 'Your token was added.', 'rollbook' ) );
	}

	/**
	 * Revokes a token.
	 *
	 * ## OPTIONS
	 *
	 * <id>
	 * : Its number, as `wp rollbook token list` shows it.
	 *
	 * [--yes]
	 * : Do not ask.
	 *
	 * @param list<string>          $arguments Its number.
	 * @param array<string, string> $options   The options.
	 */
	public function revoke( array $arguments, array $options ): void {
		try {
			$token = Tokens::find( (int) $arguments[0] );
			if ( null !== $token ) {
				/* translators: %s: name of a token. */
				WP_CLI::confirm( sprintf( __( 'Revoke the token “%s”? Its next request is refused.', 'rollbook' ), $token['name'] ), $options );
			}
			if ( ! Tokens::revoke( (int) $arguments[0] ) ) {
				WP_CLI::error( __( 'There is no such token, or it was revoked before.', 'rollbook' ) );
			}
		} catch ( DatabaseFailure ) {
			WP_CLI::error( __( 'The database did not revoke the token. It may still work. Try again.', 'rollbook' ) );
		}
		WP_CLI::success( __( 'Token revoked. Requests with it are refused from now on.', 'rollbook' ) );
	}

	/**
	 * When a token is to end: at the end of the day.
	 *
	 * @param array<string, string> $options The options.
	 * @throws InvalidArgumentException When the day is none, or over.
	 */
	private static function end( array $options ): ?int {
		if ( ! isset( $options['expires'] ) ) {
			return null;
		}
		$day = DateTimeImmutable::createFromFormat( '!Y-m-d', $options['expires'], wp_timezone() );
		$end = false === $day ? 0 : ( $day->modify( '+1 day' )->getTimestamp() * 1000 ) - 1;
		if ( $end < Tokens::now() ) {
			throw new InvalidArgumentException( esc_html__( 'Choose a day on which the token ends: today or later.', 'rollbook' ) );
		}
		return $end;
	}
}
