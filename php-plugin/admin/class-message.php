<?php
/**
 * What a form's handler has to tell on the page after it.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * A message from one request to the next of the same person in the same session.
 *
 * It travels through the database and not through the address, because it may hold what was typed, and addresses end up
 * in histories and logs. It is gone once it has been read, or after a few minutes. A new token does not travel: it is shown in the response
 * to the request that made it.
 */
final class Message {

	/** How long an unread message is kept, in seconds. */
	private const LIFETIME = 5 * MINUTE_IN_SECONDS;

	/**
	 * A message.
	 *
	 * @param string                                     $text      What to say.
	 * @param string                                     $kind      `success` or `error`.
	 * @param string|null                                $token     A new token's text, to be shown this once.
	 * @param list<array{place: string, reason: string}> $problems  What is wrong with a refused document, and where.
	 * @param array<string, mixed>                       $attempted The refused part of the document, so that it need not be typed again.
	 */
	public function __construct(
		public readonly string $text,
		public readonly string $kind = 'success',
		#[\SensitiveParameter] public readonly ?string $token = null,
		public readonly array $problems = array(),
		public readonly array $attempted = array(),
	) {
	}

	/**
	 * Leaves the message for the next page, without a token.
	 */
	public function leave(): void {
		set_transient( self::key(), array( 'token' => null ) + get_object_vars( $this ), self::LIFETIME );
	}

	/**
	 * Takes the message that was left, if one was.
	 */
	public static function take(): ?self {
		$left = get_transient( self::key() );
		delete_transient( self::key() );
		return is_array( $left ) ? new self( ...$left ) : null;
	}

	/**
	 * Where the message lies: for this person, in this session.
	 */
	private static function key(): string {
		return 'rollbook_message_' . get_current_user_id() . '_' . substr( wp_hash( wp_get_session_token() ), 0, 12 );
	}
}
