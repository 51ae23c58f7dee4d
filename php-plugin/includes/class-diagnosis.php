<?php
/**
 * Why neither the extension nor an engine runs.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\Engine;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Says what is wrong with the extension, or with the engine in its place, and how to mend it. Each time it is two sentences or more: what is
 * wrong, then what to do.
 */
final class Diagnosis {

	/**
	 * The sentences.
	 *
	 * @param string $last_php The version of PHP on which Rollbook ran last; empty where it never ran.
	 * @return list<string>
	 */
	public static function sentences( string $last_php ): array {
		$loaded = phpversion( 'rollbook' );
		if ( Tables::are_newer() ) {
			return array(
				/* translators: %s: version of the plugin. */
				sprintf( __( 'A newer version of Rollbook has been on this site; the plugin is version %s again. It does not touch what the newer one has stored.', 'rollbook' ), VERSION ),
				__( 'Install the newer version of the plugin again, and the extension of that version.', 'rollbook' ),
			);
		}
		if ( false !== $loaded ) {
			return self::of_another_version( $loaded );
		}
		if ( null !== Engine::place() ) {
			return self::of_engine( (string) Engine::place(), Engine::version( true ) );
		}
		$sentences = self::of_extension( ExtensionFile::configured() );
		if ( '' !== $last_php && Platform::php() !== $last_php ) {
			/* translators: 1: version of PHP, 2: version of PHP. */
			array_unshift( $sentences, sprintf( __( 'PHP was changed from version %1$s to %2$s. The Rollbook extension is made for one version of PHP and has to be installed again.', 'rollbook' ), $last_php, Platform::php() ) );
		}
		return $sentences;
	}

	/**
	 * The sentences when the extension is loaded in another version than the plugin's.
	 *
	 * @param string $loaded Its version.
	 * @return list<string>
	 */
	private static function of_another_version( string $loaded ): array {
		return array(
			/* translators: 1: version of the extension, 2: version of the plugin. */
			sprintf( __( 'The Rollbook extension of PHP has version %1$s, the plugin has version %2$s.', 'rollbook' ), $loaded, VERSION ),
			version_compare( $loaded, VERSION, '<' )
				? __( 'Install the extension of the plugin’s version and restart PHP. After a recent update, a restart of PHP may be all that is missing.', 'rollbook' )
				: __( 'Update the plugin to the extension’s version.', 'rollbook' ),
		);
	}

	/**
	 * The sentences when there is an engine, and it is of no use.
	 *
	 * @param string  $place   Where it is.
	 * @param ?string $version The version that it says it has.
	 * @return list<string>
	 */
	private static function of_engine( string $place, ?string $version ): array {
		if ( null !== $version ) {
			return array(
				/* translators: 1: version of the engine, 2: version of the plugin. */
				sprintf( __( 'The Rollbook engine has version %1$s, the plugin has version %2$s.', 'rollbook' ), $version, VERSION ),
				/* translators: %s: name of a file. */
				sprintf( __( 'Put the engine of the plugin’s version in its place: the release has it as %s.', 'rollbook' ), Platform::engine_archive() ),
			);
		}
		$trouble = (string) Engine::trouble();
		if ( str_starts_with( $place, 'unix:' ) ) {
			return array( $trouble, __( 'Start the service that runs the engine, and let the user of the web server connect to its socket.', 'rollbook' ) );
		}
		if ( ! function_exists( 'proc_open' ) ) {
			return array( $trouble, __( 'Ask the host to allow this function, or to run the engine as a service.', 'rollbook' ) );
		}
		if ( ! file_exists( $place ) ) {
			return array(
				/* translators: %s: a file. */
				sprintf( __( 'The Rollbook engine %s is not there, or PHP may not see it.', 'rollbook' ), $place ),
				__( 'Put the file there, or correct the constant ROLLBOOK_ENGINE in wp-config.php.', 'rollbook' ),
			);
		}
		$fault = ProgramFile::fault( $place );
		if ( null !== $fault ) {
			return $fault;
		}
		if ( ! is_executable( $place ) ) {
			return array(
				/* translators: %s: a file. */
				sprintf( __( 'The Rollbook engine %s may not be executed.', 'rollbook' ), $place ),
				/* translators: 1: a command, 2: permissions as a number. */
				sprintf( __( 'Allow it: %1$s, or set its permissions to %2$s where you upload files.', 'rollbook' ), "chmod 700 $place", '700' ),
			);
		}
		return array( $trouble, __( 'Copy the engine again from the release. If that does not help, the server is overloaded, or it lets no program be started.', 'rollbook' ) );
	}

	/**
	 * The sentences when no extension of that name is loaded.
	 *
	 * @param ExtensionFile|null $file The file that the configuration of PHP names, if it names one.
	 * @return list<string>
	 */
	private static function of_extension( ?ExtensionFile $file ): array {
		if ( null === $file ) {
			return array(
				__( 'The Rollbook extension of PHP is not installed.', 'rollbook' ),
				/* translators: %s: version of PHP. */
				sprintf( __( 'Install the extension for PHP %s.', 'rollbook' ), Platform::php() ),
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
		$fits  = '' === ExtensionFile::expected_build() || null === $build || ExtensionFile::expected_build() === $build;
		if ( ! $fits ) {
			return array(
				/* translators: 1: file of the extension, 2: build of the extension, 3: build of PHP. */
				sprintf( __( 'The Rollbook extension %1$s was built for another PHP (%2$s); this one is %3$s.', 'rollbook' ), $file->path, $build, ExtensionFile::expected_build() ),
				/* translators: 1: version of PHP, 2: name of a file. */
				sprintf( __( 'Install the extension for PHP %1$s, the release’s file %2$s, and restart PHP.', 'rollbook' ), Platform::php(), Platform::archive() ),
			);
		}
		$fault = ProgramFile::fault( $file->path );
		if ( null !== $fault ) {
			return array( ...$fault, __( 'Then restart PHP.', 'rollbook' ) );
		}
		if ( null !== $file->libc() && null !== Platform::libc() && $file->libc() !== Platform::libc() ) {
			return array(
				/* translators: 1: file of the extension, 2: name of a C library, 3: name of a C library. */
				sprintf( __( 'The Rollbook extension %1$s was made for the C library %2$s; this PHP has %3$s.', 'rollbook' ), $file->path, $file->libc(), Platform::libc() ),
				/* translators: %s: name of a file. */
				sprintf( __( 'Take the release’s file %s and restart PHP.', 'rollbook' ), Platform::archive() ),
			);
		}
		return array(
			/* translators: 1: file of the extension, 2: file of PHP's configuration. */
			sprintf( __( 'The Rollbook extension %1$s is configured in %2$s, but this PHP has not loaded it.', 'rollbook' ), $file->path, $file->named_in ),
			__( 'Restart PHP. If that does not help, PHP’s error log says on its start why the extension was refused.', 'rollbook' ),
		);
	}
}
