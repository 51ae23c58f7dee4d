<?php
/**
 * The settings document, where the extension is missing.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

/**
 * The settings document. The class does what the extension's class of this name does: the engine has the same code. stubs/rollbook.php
 * describes the methods.
 *
 * phpcs:disable Squiz.Commenting.FunctionComment
 */
final class Settings {

	/** @return array<string, mixed> */
	public static function defaults(): array {
		return Engine::call( 'array', 'defaults' );
	}

	/** @throws InvalidSettings When the document is refused. */
	public static function validate( array $settings, array $before, array $site ): array {
		return Engine::call( 'array', 'validate', $settings, $before, $site );
	}

	/** @return list<array{place: string, reason: string}> */
	public static function problems( array $settings, array $site ): array {
		return Engine::call( 'array', 'problems', $settings, $site );
	}

	/** @return list<array{place: string, reason: string}> */
	public static function dangers( array $settings, array $before, array $site ): array {
		return Engine::call( 'array', 'dangers', $settings, $before, $site );
	}

	/** @return list<string> */
	public static function protecting( array $settings, array $site ): array {
		return Engine::call( 'array', 'protecting', $settings, $site );
	}

	/** Open, guarded or odd. */
	public static function verdict( string $key ): string {
		return Engine::call( 'string', 'verdict', $key );
	}

	/** Whether a site that was at one address may be a copy at the address that it has now. */
	public static function moved( string $noted, string $now ): bool {
		return Engine::call( 'bool', 'moved', $noted, $now );
	}

	/** @return array{unlinking: list<int>, allowing_linking: list<int>} */
	public static function links( array $settings, array $links ): array {
		return Engine::call( 'array', 'links', $settings, array_values( $links ) );
	}

	/** @return list<string> */
	public static function owned( array $settings, string $document ): array {
		return Engine::call( 'array', 'owned', $settings, $document );
	}

	/** @return list<int> */
	public static function unreceived( array $settings, array $received ): array {
		return Engine::call( 'array', 'unreceived', $settings, array_values( $received ) );
	}

	/** @return list<array{mapping: int, attribute: string, index: ?string, single: bool}> */
	public static function columns( array $settings, array $site ): array {
		return Engine::call( 'array', 'columns', $settings, $site );
	}

	/** @return array{stored: mixed, problems: list<array{place: string, reason: string}>} */
	public static function tried( array $mapping, string $sample ): array {
		return Engine::call( 'array', 'tried', $mapping, $sample );
	}

	/** A stored document as it may be shown under these settings: indented, without secrets. Empty for what is no JSON. */
	public static function shown( array $settings, string $document ): string {
		return Engine::call( 'string', 'shown', $settings, $document );
	}

	/** @return array<string, string> */
	public static function samples( array $settings, array $samples ): array {
		return Engine::call( 'array', 'samples', $settings, $samples );
	}

	/** @return array{paths: list<string>, targets: list<string>, former: list<array{metas: list<string>, mapping: array<string, mixed>}>} */
	public static function suggestions(): array {
		return Engine::call( 'array', 'suggestions' );
	}
}
