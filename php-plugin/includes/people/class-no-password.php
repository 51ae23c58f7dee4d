<?php
/**
 * Accounts that no password opens.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Has WordPress store, in place of a password's hash, a text that is the hash of no password. People who were provisioned have none until
 * they set one. To hash one that nobody knows takes longer than all statements of a new account.
 *
 * WordPress asks the hasher in `$wp_hasher`, if there is one. This one answers once, for the password that was made up.
 */
final class NoPassword {

	/** What the stored text begins with. No kind of hash does. */
	public const BEGINNING = '!';

	/**
	 * A hasher.
	 *
	 * @param string $made_up The password that WordPress believes it stores.
	 * @param mixed  $before  The hasher that others have set, if any.
	 */
	private function __construct( #[\SensitiveParameter] private readonly string $made_up, private readonly mixed $before ) {}

	/**
	 * A password that nobody knows, because WordPress's functions want one.
	 */
	public static function made_up(): string {
		return bin2hex( random_bytes( 32 ) );
	}

	/**
	 * Runs what has WordPress hash a password that was made up.
	 *
	 * @param string            $made_up The password.
	 * @param callable(): mixed $work    What to do; its result is returned.
	 */
	public static function instead_of( #[\SensitiveParameter] string $made_up, callable $work ): mixed {
		global $wp_hasher;
		$hasher    = new self( $made_up, $wp_hasher );
		$wp_hasher = $hasher; // phpcs:ignore WordPress.WP.GlobalVariablesOverride.Prohibited -- WordPress's way to change the hash.
		try {
			return $work();
		} finally {
			$hasher->end();
		}
	}

	/**
	 * What WordPress calls to hash a password.
	 *
	 * @param string $password The password.
	 */
	public function HashPassword( #[\SensitiveParameter] string $password ): string { // phpcs:ignore WordPress.NamingConventions -- WordPress's name.
		$this->end();
		return $password === $this->made_up ? self::BEGINNING . bin2hex( random_bytes( 32 ) ) : wp_hash_password( $password );
	}

	/**
	 * What WordPress calls to check one.
	 *
	 * @param string $password The password.
	 * @param string $hash     What is stored.
	 */
	public function CheckPassword( #[\SensitiveParameter] string $password, string $hash ): bool { // phpcs:ignore WordPress.NamingConventions
		$this->end();
		return wp_check_password( $password, $hash );
	}

	/**
	 * Leaves hashes to who did them before.
	 */
	private function end(): void {
		global $wp_hasher;
		if ( $wp_hasher === $this ) {
			$wp_hasher = $this->before; // phpcs:ignore WordPress.WP.GlobalVariablesOverride.Prohibited
		}
	}
}
