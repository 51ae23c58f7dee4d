<?php
/**
 * A SCIM request, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/**
 * One SCIM request. The class does what the extension's class of this name does: the engine has the same code. stubs/rollbook.php describes
 * the methods.
 *
 * phpcs:disable Squiz.Commenting.FunctionComment
 */
final class Exchange {

	/** The same limits as the extension's; a test compares them. */
	public const MAX_BODY    = 1048576;
	public const MAX_NESTING = 20;
	public const MAX_PART    = 500;

	private function __construct( private readonly int $number ) {
	}

	public function __destruct() {
		Engine::close( $this->number );
	}

	public static function open( array $request, ?array $settings, array $site ): self {
		$request['body']    = base64_encode( (string) ( $request['body'] ?? '' ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- It may hold any bytes, and a line of JSON may not.
		$request['headers'] = (object) ( $request['headers'] ?? array() );
		return new self( Engine::call( 'int', 'open', $request, $settings, $site ) );
	}

	public static function refresh( array $user_ids, bool $edited, array $settings, array $site, int $now ): self {
		return new self( Engine::call( 'int', 'refresh', array_values( $user_ids ), $edited, $settings, $site, $now ) );
	}

	public static function task( array $task, array $settings, array $site, int $now ): self {
		return new self( Engine::call( 'int', 'task', $task, $settings, $site, $now ) );
	}

	/** @return array{status: int, headers: array<string, string>, body: string} */
	public static function closed( bool $is_maintenance, string $method ): array {
		return Engine::call( 'array', 'closed', $is_maintenance, $method );
	}

	/** @return ?array<string, mixed> */
	public function command(): ?array {
		return Engine::call_of( '?array', $this->number, 'command' );
	}

	public function answer( mixed $answer ): void {
		Engine::call_of( 'mixed', $this->number, 'answer', $answer );
	}

	public function fail( string $reason, ?bool $passes = null, ?bool $may_be_stored = null ): void {
		Engine::call_of( 'mixed', $this->number, 'fail', $reason, (bool) $passes, (bool) $may_be_stored );
	}

	/** @return array{status: int, headers: array<string, string>, body: string} */
	public function response(): array {
		return Engine::call_of( 'array', $this->number, 'response' );
	}

	/** @return array<string, mixed> */
	public function summary(): array {
		return Engine::call_of( 'array', $this->number, 'summary' );
	}
}
