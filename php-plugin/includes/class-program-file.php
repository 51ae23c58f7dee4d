<?php
/**
 * A file that Linux is to run or to load.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

/**
 * Finds out why the extension's file is not loaded, or the engine not started: Linux itself says little.
 */
final class ProgramFile {

	/** What a file begins with, in 64 bits and with the lowest byte first. */
	private const MAGIC = "\x7fELF\x02\x01";

	/** How long the header is. */
	private const HEADER = 64;

	/** Numbers of processors in the header → their names. */
	private const PROCESSORS = array(
		62  => 'x86_64',
		183 => 'arm64',
	);

	/**
	 * What is wrong with a file, in a sentence, and what to do, in another. Null where nothing is seen to be wrong.
	 *
	 * @param string $path The file.
	 * @return ?array{string, string}
	 */
	public static function fault( string $path ): ?array {
		// phpcs:disable WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions -- What open_basedir hides tells nothing.
		clearstatcache( true, $path );
		$header = (string) @file_get_contents( $path, false, null, 0, self::HEADER );
		$size   = (int) @filesize( $path );
		// phpcs:enable
		if ( ! str_starts_with( $header, self::MAGIC ) || strlen( $header ) < self::HEADER ) {
			return array(
				/* translators: %s: a file. */
				sprintf( __( '%s is no program for Linux, or only the beginning of one.', 'rollbook' ), $path ),
				__( 'Copy it again from the release, as a file and not as text.', 'rollbook' ),
			);
		}
		/** @var array{machine: int, sections: int, size: int, count: int} $facts */
		$facts = unpack( 'vmachine/x20/Psections/x10/vsize/vcount', $header, 18 );
		$needs = $facts['sections'] + $facts['size'] * $facts['count'];
		if ( $size < $needs ) {
			return array(
				/* translators: 1: a file, 2: a number of bytes, 3: a number of bytes. */
				sprintf( __( '%1$s is incomplete: it has %2$s bytes, and at least %3$s are needed.', 'rollbook' ), $path, number_format_i18n( $size ), number_format_i18n( $needs ) ),
				__( 'Copy it again from the release, and compare its size.', 'rollbook' ),
			);
		}
		$processor = self::PROCESSORS[ $facts['machine'] ] ?? (string) $facts['machine'];
		if ( Platform::processor() !== $processor ) {
			return array(
				/* translators: 1: a file, 2: name of a processor, 3: name of a processor. */
				sprintf( __( '%1$s is made for the processor %2$s; this server has %3$s.', 'rollbook' ), $path, $processor, Platform::processor() ),
				__( 'Take the release’s file for this processor.', 'rollbook' ),
			);
		}
		$mount = self::mount_without_programs( $path );
		return null === $mount ? null : array(
			/* translators: 1: a file, 2: a folder, 3: option of a mount. */
			sprintf( __( '%1$s lies where nothing may be run: %2$s is mounted with the option %3$s.', 'rollbook' ), $path, $mount, 'noexec' ),
			__( 'Put it into another folder, or have the option taken away.', 'rollbook' ),
		);
	}

	/**
	 * The place where a file system begins from which nothing may be run, if the file lies on one.
	 *
	 * @param string $path The file.
	 */
	public static function mount_without_programs( string $path ): ?string {
		// phpcs:disable WordPress.PHP.NoSilencedErrors.Discouraged, WordPress.WP.AlternativeFunctions -- What open_basedir hides tells nothing.
		$real   = (string) @realpath( $path );
		$mounts = (string) @file_get_contents( '/proc/self/mounts' );
		// phpcs:enable
		$found = array( '', '' );
		foreach ( explode( "\n", $mounts ) as $line ) {
			list( , $place, , $options ) = array_pad( explode( ' ', $line ), 4, '' );
			$place                       = stripcslashes( $place );
			$lies_there                  = '' !== $place && str_starts_with( "$real/", rtrim( $place, '/' ) . '/' );
			if ( $lies_there && strlen( $place ) >= strlen( $found[0] ) ) {
				$found = array( $place, $options );
			}
		}
		return in_array( 'noexec', explode( ',', $found[1] ), true ) ? $found[0] : null;
	}
}
