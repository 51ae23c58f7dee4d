<?php
/**
 * What a form's handler tells on the next page.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * A message from one request to the next of the same person in the same session.
 *
 * The database keeps it. An address would not do: the message may hold what was typed, and addresses end up in histories and logs. It is
 * deleted once it is read, or after a few minutes. A new token is never part of it: the response to the request that made the token shows
 * it.
 */
final class Message {

	/** How long an unread message is kept, in seconds. */
	private const LIFETIME = 5 * MINUTE_IN_SECONDS;

	/**
	 * A message.
	 *
	 * @param string                                     $text      What to say.
	 * @param string                                     $kind      `success`, `info`, `warning` or `error`.
	 * @param string|null                                $token     A new token's text, to be shown this once.
	 * @param list<array{place: string, reason: string}> $problems  What is wrong with a refused document, and where.
	 * @param array<string, mixed>                       $attempted The refused part of the document, so that it need not be typed again.
	 * @param ?array{title: string, consequences: list<array{reason: string, place?: string, ...}>, button: string, key: string, action: string, id: int|string|null, fields: array<string, string>} $question What the message asks: a Question.
	 * @param bool                                       $searched  Whether somebody searched for a person.
	 * @param array<string, mixed>                       $tried     What was tried without saving, and what came of it.
	 * @param list<string>                               $changed   The settings that somebody else has changed meanwhile.
	 * @param bool                                       $is_webhook_secret Whether what is shown once is no token, but the secret of the webhook.
	 */
	public function __construct(
		public readonly string $text,
		public readonly string $kind = 'success',
		#[\SensitiveParameter] public readonly ?string $token = null,
		public readonly array $problems = array(),
		public readonly array $attempted = array(),
		public readonly ?array $question = null,
		public readonly bool $searched = false,
		public readonly array $tried = array(),
		public readonly array $changed = array(),
		public readonly bool $is_webhook_secret = false,
	) {
	}

	/**
	 * Leaves the message for the next page, without a token.
	 */
	public function leave(): void {
		set_transient( self::key(), array( 'token' => null ) + get_object_vars( $this ), self::LIFETIME );
	}

	/**
	 * Returns and deletes the message that was left, if there is one.
	 */
	public static function take(): ?self {
		$left = get_transient( self::key() );
		delete_transient( self::key() );
		return is_array( $left ) ? new self( ...$left ) : null;
	}

	/**
	 * The name of the transient: one for each person and session.
	 */
	private static function key(): string {
		return 'rollbook_message_' . get_current_user_id() . '_' . substr( wp_hash( wp_get_session_token() ), 0, 12 );
	}
}
