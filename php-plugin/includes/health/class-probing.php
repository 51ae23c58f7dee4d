<?php
/**
 * A request that the site sends to its own address.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Endpoint\Probe;
use WP_Error;

defined( 'ABSPATH' ) || exit;

/**
 * What came back of a probe, as far as it goes.
 */
final class Probing {

	/** How long an answer may take, in seconds. */
	private const TIMEOUT = 10;

	/**
	 * What came back.
	 *
	 * @param string               $mark    The mark that the request carried.
	 * @param string               $method  The method that it was sent with.
	 * @param int                  $wished  The status that it asked for.
	 * @param string               $body    The body that it carried.
	 * @param int                  $status  The status that came; 0 for none.
	 * @param string               $failure Why nothing came.
	 * @param array<string, mixed> $answer  What the probe tells; nothing where another has answered.
	 * @param string               $text    What another has answered, in plain text.
	 * @param string               $server  What the answer's sender calls itself.
	 * @param string               $goes_to The address that the answer sends to.
	 */
	private function __construct(
		private readonly string $mark,
		private readonly string $method,
		private readonly int $wished,
		private readonly string $body,
		public readonly int $status,
		public readonly string $failure,
		public readonly array $answer,
		public readonly string $text,
		public readonly string $server,
		public readonly string $goes_to,
	) {
	}

	/**
	 * Sends a request and waits for what comes.
	 *
	 * @param string $url        The address.
	 * @param string $method     The method.
	 * @param int    $status     The status that is wished for.
	 * @param string $body       The body.
	 * @param string $user_agent What the request calls itself.
	 */
	public static function send( string $url, string $method = 'GET', int $status = 200, string $body = '', string $user_agent = 'Rollbook self-test' ): self {
		$headers  = Probe::headers( $status ) + array( 'Accept' => 'application/scim+json' ) + ( '' === $body ? array() : array( 'Content-Type' => 'application/scim+json' ) );
		$response = wp_remote_request(
			$url,
			array(
				'method'      => $method,
				'headers'     => $headers,
				'body'        => $body,
				'user-agent'  => $user_agent,
				'timeout'     => self::TIMEOUT,
				'redirection' => 0,
				'cookies'     => array(),
			)
		);
		$mark     = $headers[ Probe::HEADER ];
		if ( $response instanceof WP_Error ) {
			return new self( $mark, $method, $status, $body, 0, $response->get_error_message(), array(), '', '', '' );
		}
		$text   = wp_remote_retrieve_body( $response );
		$answer = json_decode( $text, true );
		$is_one = is_array( $answer ) && isset( $answer['probe'] );
		return new self(
			$mark,
			$method,
			$status,
			$body,
			(int) wp_remote_retrieve_response_code( $response ),
			'',
			$is_one ? $answer : array(),
			$is_one ? '' : trim( (string) preg_replace( '/\s+/', ' ', wp_strip_all_tags( mb_scrub( substr( $text, 0, 4000 ) ) ) ) ),
			self::header( $response, 'server' ),
			self::header( $response, 'location' )
		);
	}

	/**
	 * Whether it was Rollbook that answered this very request, and nobody has ended it before.
	 */
	public function arrived(): bool {
		return $this->was_answered() && null === ( $this->answer['ended'] ?? null );
	}

	/**
	 * Whether it was Rollbook that answered, be it that the request was ended before.
	 */
	public function was_answered(): bool {
		return array() !== $this->answer && ! $this->is_old();
	}

	/**
	 * Whether it is the answer to an earlier request, which somebody has kept.
	 */
	public function is_old(): bool {
		return array() !== $this->answer && $this->answer['probe'] !== $this->mark;
	}

	/**
	 * What became of the request: `whole`, `changed` on its way, its answer `replaced` by a page of somebody else, or `refused`.
	 */
	public function fate(): string {
		if ( ! $this->arrived() ) {
			return 400 <= $this->wished && $this->status === $this->wished ? 'replaced' : 'refused';
		}
		$is_whole = $this->answer['method'] === $this->method && md5( $this->body ) === $this->answer['body']
			&& ( '' === $this->body || 'application/scim+json' === $this->answer['content_type'] );
		return $is_whole ? 'whole' : 'changed';
	}

	/**
	 * What came, for the owner to read: `403: Forbidden`.
	 */
	public function summary(): string {
		if ( 0 === $this->status ) {
			return $this->failure;
		}
		$said = '' === $this->text ? get_status_header_desc( $this->status ) : wp_html_excerpt( $this->text, 160, '…' );
		return rtrim( "$this->status: $said", ': ' );
	}

	/**
	 * Whether this request's mark is the one that was noted.
	 *
	 * @param mixed $noted What was noted.
	 */
	public function is_noted_as( mixed $noted ): bool {
		return $noted === $this->mark;
	}

	/**
	 * A header of an answer.
	 *
	 * @param array<string, mixed> $response The answer.
	 * @param string               $name     The header.
	 */
	private static function header( array $response, string $name ): string {
		$value = wp_remote_retrieve_header( $response, $name );
		return sanitize_text_field( is_array( $value ) ? (string) reset( $value ) : $value );
	}
}
