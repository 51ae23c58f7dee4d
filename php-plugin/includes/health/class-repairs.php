<?php
/**
 * What the self-test can repair.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Repairs what a finding names, when the owner asks for it.
 */
final class Repairs {

	/** What can be repaired. */
	public const HTACCESS = 'htaccess';
	public const TABLES   = 'tables';
	public const CACHE    = 'cache';

	/** The marker around the lines in `.htaccess`. */
	private const MARKER = 'Rollbook';

	/**
	 * What each repair does, for a button.
	 *
	 * @return array<string, string>
	 */
	public static function labels(): array {
		return array(
			self::HTACCESS => __( 'Add the lines to .htaccess', 'rollbook' ),
			self::TABLES   => __( 'Repair the tables', 'rollbook' ),
			self::CACHE    => __( 'Empty the object cache', 'rollbook' ),
		);
	}

	/**
	 * Repairs something.
	 *
	 * @param string $repair What.
	 * @return ?string Why it could not be done; null where it was.
	 */
	public static function make( string $repair ): ?string {
		switch ( $repair ) {
			case self::HTACCESS:
				return self::write_htaccess();
			case self::TABLES:
				return Tables::repair() ? null : __( 'The tables could not be repaired. The log of the database says why.', 'rollbook' );
			case self::CACHE:
				return wp_cache_flush() ? null : __( 'The object cache could not be emptied. Restart its server (Redis or Memcached).', 'rollbook' );
			default:
				/* translators: %s: names of repairs. */
				return sprintf( __( 'There is no such repair. There are: %s.', 'rollbook' ), implode( ', ', array_keys( self::labels() ) ) );
		}
	}

	/**
	 * Whether the file `.htaccess` can be written.
	 */
	public static function can_write_htaccess(): bool {
		$file = ServerLines::htaccess_file();
		return wp_is_writable( file_exists( $file ) ? $file : dirname( $file ) );
	}

	/**
	 * Puts the lines above everything else: below WordPress's own they would never be reached. Should the site not answer afterwards, as where
	 * the server allows less in this file than usual, the file is put back.
	 */
	private static function write_htaccess(): ?string {
		require_once ABSPATH . 'wp-admin/includes/misc.php';
		$file   = ServerLines::htaccess_file();
		$before = is_readable( $file ) ? (string) file_get_contents( $file ) : ''; // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
		$worked = self::answers();
		$marker = self::MARKER;
		// phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_file_put_contents
		if ( ! str_contains( $before, "# BEGIN $marker\n" ) && false === file_put_contents( $file, "# BEGIN $marker\n# END $marker\n\n$before", LOCK_EX ) ) {
			/* translators: %s: name of a file. */
			return sprintf( __( 'The file %s cannot be written. Add the lines by hand.', 'rollbook' ), $file );
		}
		if ( ! insert_with_markers( $file, $marker, ServerLines::HTACCESS ) ) {
			/* translators: %s: name of a file. */
			return sprintf( __( 'The file %s cannot be written. Add the lines by hand.', 'rollbook' ), $file );
		}
		if ( $worked && ! self::answers() ) {
			file_put_contents( $file, $before, LOCK_EX ); // phpcs:ignore WordPress.WP.AlternativeFunctions.file_system_operations_file_put_contents
			return __( 'With these lines the web server does not answer any more. The file .htaccess is as it was before. Ask the host to let the header through.', 'rollbook' );
		}
		return null;
	}

	/**
	 * Whether the site answers.
	 */
	private static function answers(): bool {
		$status = (int) wp_remote_retrieve_response_code( wp_remote_get( home_url( '/wp-login.php' ), array( 'timeout' => 10 ) ) );
		return 0 < $status && 500 > $status;
	}
}
