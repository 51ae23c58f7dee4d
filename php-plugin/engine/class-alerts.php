<?php
/**
 * Alerts, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/**
 * Alerts. The class does what the extension's class of this name does: the engine has the same code. stubs/rollbook.php describes the
 * methods.
 *
 * phpcs:disable Squiz.Commenting.FunctionComment
 */
final class Alerts {

	/** @return array{state: array<string, mixed>, alerts: list<array{event: string, ...}>} */
	public static function decide( array $settings, array $facts, array $state ): array {
		return Engine::call( 'array', 'decide_alerts', $settings, $facts, $state );
	}

	/** @return array{headers: array<string, string>, body: string} */
	public static function message( array $alert, string $id, string $issuer, int $raised, int $now, array $secrets ): array {
		return Engine::call( 'array', 'alert_message', $alert, $id, $issuer, $raised, $now, array_values( $secrets ) );
	}

	/** A secret that messages are signed with. */
	public static function secret(): string {
		return Engine::call( 'string', 'alert_secret' );
	}
}
