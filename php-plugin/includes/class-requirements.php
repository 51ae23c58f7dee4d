<?php
/**
 * What the server must offer before requests can be answered.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\Engine;

defined( 'ABSPATH' ) || exit;

/**
 * Says whether the extension is there, and if not, what is wrong and how to mend it.
 *
 * Texts are translated only when they are shown: the plugin file loads before WordPress allows translations.
 */
final class Requirements {

	/**
	 * Whether the extension, or the engine in its place, runs in the plugin's own version. Plugin and core belong together, so another
	 * version does not count.
	 */
	public static function met(): bool {
		return VERSION === ( extension_loaded( 'rollbook' ) ? phpversion( 'rollbook' ) : Engine::version() );
	}

	/**
	 * The sentences for the administrator: first what is wrong, then what to do. Empty when all is well.
	 *
	 * @return list<string>
	 */
	public static function complaint(): array {
		if ( self::met() ) {
			return array();
		}
		$loaded = phpversion( 'rollbook' );
		if ( false === $loaded && null !== Engine::place() ) {
			return self::complaint_of_engine( Engine::version( true ) );
		}
		if ( false !== $loaded ) {
			return array(
				/* translators: 1: version of the extension, 2: version of the plugin. */
				sprintf( __( 'The Rollbook extension of PHP has version %1$s, the plugin has version %2$s.', 'rollbook' ), $loaded, VERSION ),
				version_compare( $loaded, VERSION, '<' )
					? __( 'Install the extension of the plugin’s version and restart PHP. After a recent update, a restart of PHP may be all that is missing.', 'rollbook' )
					: __( 'Update the plugin to the extension’s version.', 'rollbook' ),
			);
		}
		return self::complaint_of_absence( ExtensionFile::configured() );
	}

	/**
	 * The answer while the extension is missing.
	 *
	 * This is the only answer that PHP writes, because no Rust is there. It says "later" (503). After 404 or 401 an identity provider would
	 * conclude that people are gone or that its token is wrong; it must wait instead.
	 *
	 * @return array{status: int, headers: array<string, string>, body: string}
	 */
	public static function refusal(): array {
		return array(
			'status'  => 503,
			'headers' => array(
				'Content-Type'  => 'application/scim+json',
				'Cache-Control' => 'private, no-store',
				'Vary'          => 'Authorization',
				'Retry-After'   => '300',
			),
			'body'    => '{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503",'
				. '"detail":"Provisioning is paused: this site\'s Rollbook extension does not run. Its administrator is told the reason in the WordPress admin."}',
		);
	}

	/**
	 * The sentences when there is an engine that cannot be used.
	 *
	 * @param ?string $version The version that it says it has.
	 * @return list<string>
	 */
	private static function complaint_of_engine( ?string $version ): array {
		if ( null !== $version ) {
			return array(
				/* translators: 1: version of the engine, 2: version of the plugin. */
				sprintf( __( 'The Rollbook engine has version %1$s, the plugin has version %2$s.', 'rollbook' ), $version, VERSION ),
				__( 'Put the engine of the plugin’s version in its place.', 'rollbook' ),
			);
		}
		return array(
			(string) Engine::trouble(),
			sprintf(
				/* translators: 1: file, 2: exit status, 3: exit status. */
				__( 'Look whether %1$s is the whole file, made for this processor, may be executed, and lies in a folder from which programs may be started. Exit status %2$s says that it may not be started, %3$s that it is not there.', 'rollbook' ),
				(string) Engine::place(),
				'126',
				'127'
			),
		);
	}

	/**
	 * The sentences when no extension of that name is loaded.
	 *
	 * @param ExtensionFile|null $file The file that the configuration of PHP names, if it names one.
	 * @return list<string>
	 */
	private static function complaint_of_absence( ?ExtensionFile $file ): array {
		if ( null === $file ) {
			return array(
				__( 'The Rollbook extension of PHP is not installed.', 'rollbook' ),
				sprintf(
					/* translators: 1: line of configuration, 2: a file or folder, 3: version of PHP, 4: how PHP was built. */
					__( 'Install the extension for PHP %3$s (%4$s), add the line %1$s to %2$s and restart PHP.', 'rollbook' ),
					'extension=rollbook',
					php_ini_loaded_file() ?: 'php.ini',
					PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION,
					ExtensionFile::expected_build()
				),
			);
		}
		if ( ! $file->exists() ) {
			return array(
				/* translators: 1: file of PHP's configuration, 2: file of the extension. */
				sprintf( __( 'The configuration of PHP (%1$s) names the Rollbook extension, but its file %2$s is not there or cannot be read.', 'rollbook' ), $file->named_in, $file->path ),
				__( 'Put the extension there, or correct the line, and restart PHP.', 'rollbook' ),
			);
		}
		$build = $file->build();
		if ( null !== $build && ExtensionFile::expected_build() !== $build ) {
			return array(
				/* translators: 1: file of the extension, 2: build of the extension, 3: build of PHP. */
				sprintf( __( 'The Rollbook extension %1$s was built for another PHP (%2$s); this one is %3$s.', 'rollbook' ), $file->path, $build, ExtensionFile::expected_build() ),
				/* translators: %s: version of PHP. */
				sprintf( __( 'Install the extension for PHP %s and restart PHP.', 'rollbook' ), PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION ),
			);
		}
		return array(
			/* translators: 1: file of the extension, 2: file of PHP's configuration. */
			sprintf( __( 'The Rollbook extension %1$s is configured in %2$s, but this PHP has not loaded it.', 'rollbook' ), $file->path, $file->named_in ),
			__( 'Restart PHP. If that does not help, PHP’s error log says on its start why the extension was refused.', 'rollbook' ),
		);
	}
}
