<?php
/**
 * A write that must not happen.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\People;

defined( 'ABSPATH' ) || exit;

/**
 * Is thrown to roll back a write's transaction. It is an answer, not a failure.
 */
final class Refusal extends \Exception {

	/**
	 * The answer to the command.
	 *
	 * @var array{outcome: string, value?: string, message?: string}
	 */
	private array $outcome;

	/**
	 * The record has another version than the one that the decision relied on.
	 */
	public static function stale(): self {
		return self::because( array( 'outcome' => 'stale' ) );
	}

	/**
	 * The record is gone.
	 */
	public static function gone(): self {
		return self::because( array( 'outcome' => 'gone' ) );
	}

	/**
	 * Somebody else holds a value that must be unique.
	 *
	 * @param string $value One of user_name, email, login, display_name.
	 */
	public static function taken( string $value ): self {
		return self::because(
			array(
				'outcome' => 'taken',
				'value'   => $value,
			)
		);
	}

	/**
	 * The refusal of an address.
	 *
	 * @param string $email The address.
	 */
	public static function unfit_email( string $email ): self {
		/* translators: %s: an email address. */
		$message = sprintf( __( 'WordPress does not accept “%s” as an email address.', 'rollbook' ), $email );
		// A refusal's message is read as markup, and esc_html() keeps what looks like an entity.
		return self::refused( htmlspecialchars( $message, ENT_QUOTES | ENT_HTML5, 'UTF-8' ), 'email' );
	}

	/**
	 * WordPress or a plugin refuses.
	 *
	 * @param string  $message Why, as WordPress words it, with or without markup.
	 * @param ?string $value   The refused value, if it is a single one, as in taken().
	 */
	public static function refused( string $message, ?string $value = null ): self {
		return self::because(
			array(
				'outcome' => 'refused',
				'value'   => $value,
				'message' => html_entity_decode( wp_strip_all_tags( $message, true ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ),
			)
		);
	}

	/**
	 * Whether the reason is that somebody else has a value.
	 *
	 * @param string $value As in taken().
	 */
	public function is_taken( string $value ): bool {
		return 'taken' === $this->outcome['outcome'] && $value === ( $this->outcome['value'] ?? null );
	}

	/**
	 * The answer to the command.
	 *
	 * @return array{outcome: string, value?: string, message?: string}
	 */
	public function outcome(): array {
		return $this->outcome;
	}

	/**
	 * Wraps an outcome.
	 *
	 * @param array{outcome: string, value?: string, message?: string} $outcome The answer.
	 */
	private static function because( array $outcome ): self {
		$refusal          = new self( $outcome['message'] ?? $outcome['outcome'] );
		$refusal->outcome = $outcome;
		return $refusal;
	}
}
