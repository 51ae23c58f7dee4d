<?php
/**
 * Bearer tokens, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/** Bearer tokens. The class does what the extension's class of this name does: the engine has the same code. */
final class Token {

	/**
	 * Makes a token: its text, to be shown once, and its hash, to be stored.
	 *
	 * @return array{token: string, hash: string}
	 */
	public static function generate(): array {
		return Engine::call( 'array', 'generate' );
	}

	/**
	 * The stored form of a token that the owner chose.
	 *
	 * @param string $token The token.
	 * @throws InvalidToken When it is too short, too long, mistyped or easy to guess.
	 */
	public static function hash( string $token ): string {
		return Engine::call( 'string', 'hash', $token );
	}

	/**
	 * Why a token cannot be used; null where it can.
	 *
	 * @param string $token Its text.
	 * @return ?array{reason: string, text: string, values: list<mixed>}
	 */
	public static function problem( string $token ): ?array {
		return Engine::call( '?array', 'token_problem', $token );
	}
}
