<?php
/**
 * How the extension, or the engine, comes onto this server.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\ProgramFile;
use Rollbook\WordPress\Platform;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * What the screen shows while neither runs: which of the release's files fits this server, where it goes, which commands do it, and the same
 * as a message to the host.
 */
final class Installation {

	/**
	 * Prints the screen.
	 */
	public static function render(): void {
		require __DIR__ . '/views/installation.php';
	}

	/**
	 * What is known of the server.
	 *
	 * @return array<string, array{label: string, value: string}>
	 */
	public static function facts(): array {
		$libc = Platform::libc();
		return array(
			'php'           => array(
				'label' => __( 'PHP', 'rollbook' ),
				'value' => PHP_VERSION,
			),
			'threads'       => array(
				'label' => __( 'Thread safety', 'rollbook' ),
				'value' => PHP_ZTS ? __( 'yes (zts)', 'rollbook' ) : __( 'no (nts)', 'rollbook' ),
			),
			'processor'     => array(
				'label' => __( 'System and processor', 'rollbook' ),
				'value' => php_uname( 's' ) . ', ' . Platform::processor(),
			),
			'libc'          => array(
				'label' => __( 'C library', 'rollbook' ),
				'value' => null === $libc ? __( 'The server does not tell; most have glibc.', 'rollbook' ) : trim( $libc . ' ' . (string) Platform::glibc() ),
			),
			'runs_in'       => array(
				'label' => __( 'PHP is run by', 'rollbook' ),
				'value' => Platform::runs_in(),
			),
			'extensions'    => array(
				'label' => __( 'Folder of extensions', 'rollbook' ),
				'value' => Platform::extension_folder(),
			),
			'configuration' => array(
				'label' => __( 'Configuration of PHP', 'rollbook' ),
				'value' => Platform::ini_folder() ?? Platform::ini_file(),
			),
		);
	}

	/**
	 * The release's file for this server.
	 */
	public static function file(): string {
		return Platform::debian_package() ?? Platform::archive();
	}

	/**
	 * The commands that install it.
	 *
	 * @return list<string>
	 */
	public static function commands(): array {
		$package = Platform::debian_package();
		if ( null !== $package ) {
			return array( "sudo apt install ./$package" );
		}
		$folder   = Platform::ini_folder();
		$commands = array(
			'tar xf ' . Platform::archive(),
			self::check(),
			'sudo cp rollbook.so ' . Platform::extension_folder() . '/',
			null === $folder ? 'echo extension=rollbook | sudo tee -a ' . Platform::ini_file() : "sudo cp rollbook.ini $folder/",
		);
		if ( null !== Platform::restart() ) {
			$commands[] = 'sudo ' . (string) Platform::restart();
		}
		return $commands;
	}

	/**
	 * Who restarts PHP, and how.
	 */
	public static function restart(): string {
		if ( null !== Platform::debian_package() ) {
			return __( 'The package enables the extension and restarts PHP.', 'rollbook' );
		}
		if ( Platform::is_container() ) {
			return __( 'This is a container: put these steps into what builds its image, build it, and start the container anew.', 'rollbook' );
		}
		if ( null !== Platform::restart() ) {
			return __( 'The last command restarts PHP. Without it the extension is not loaded.', 'rollbook' );
		}
		return match ( PHP_SAPI ) {
			'cli-server' => __( 'Then end “php -S” and start it again.', 'rollbook' ),
			'frankenphp' => __( 'Then restart FrankenPHP.', 'rollbook' ),
			default      => __( 'Then restart the web server.', 'rollbook' ),
		};
	}

	/**
	 * The message to the host.
	 */
	public static function message(): string {
		$folder = Platform::ini_folder();
		return implode(
			"\n",
			array(
				/* translators: %s: address of a site. */
				sprintf( __( 'Please install an extension of PHP for our site %s:', 'rollbook' ), home_url( '/' ) ),
				'',
				/* translators: 1: version, 2: name of a file. */
				'1. ' . sprintf( __( 'From the release %1$s of Rollbook take the file %2$s.', 'rollbook' ), VERSION, Platform::archive() ),
				/* translators: 1: a command, 2: version. */
				'2. ' . sprintf( __( 'Check that rollbook.so from it is whole and fits: %1$s must name the version %2$s.', 'rollbook' ), self::check(), VERSION ),
				/* translators: %s: a folder. */
				'3. ' . sprintf( __( 'Put rollbook.so into %s', 'rollbook' ), Platform::extension_folder() . '/' ),
				'4. ' . ( null === $folder
					/* translators: %s: a file. */
					? sprintf( __( 'Add the line “extension=rollbook” to %s', 'rollbook' ), Platform::ini_file() )
					/* translators: %s: a folder. */
					: sprintf( __( 'Put rollbook.ini from it (one line, “extension=rollbook”) into %s', 'rollbook' ), "$folder/" ) ),
				/* translators: %s: what runs PHP. */
				'5. ' . sprintf( __( 'Restart %s.', 'rollbook' ), Platform::runs_in() ),
				'',
				/* translators: 1: version of PHP, 2: thread safety, 3: processor, 4: C library. */
				sprintf( __( 'PHP is %1$s (%2$s), on %3$s with %4$s. The extension opens no file and no connection of its own.', 'rollbook' ), PHP_VERSION, Platform::mode(), Platform::processor(), Platform::libc() ?? 'glibc' ),
				null === Platform::debian_package()
					? __( 'If you cannot load extensions: please allow the function proc_open for our site.', 'rollbook' )
					/* translators: %s: name of a file. */
					: sprintf( __( 'As PHP is Debian’s, the package %s does all of this.', 'rollbook' ), Platform::debian_package() ),
			)
		);
	}

	/**
	 * The command that loads the file into a PHP of its own. A broken file would end the PHP of the site when that is restarted.
	 */
	private static function check(): string {
		return PHP_BINDIR . '/php -n -d extension="$PWD/rollbook.so" --ri rollbook';
	}

	/**
	 * Where the engine goes.
	 */
	public static function engine(): string {
		return WP_CONTENT_DIR . '/rollbook-engine';
	}

	/**
	 * What stands in the way of the engine.
	 *
	 * @return list<string>
	 */
	public static function obstacles(): array {
		$obstacles = array();
		if ( ! function_exists( 'proc_open' ) ) {
			$obstacles[] = __( 'PHP’s function proc_open is disabled here. Ask the host to allow it, or to run the engine as a service.', 'rollbook' );
		}
		$mount = ProgramFile::mount_without_programs( WP_CONTENT_DIR );
		if ( null !== $mount ) {
			/* translators: 1: a folder, 2: a line of PHP. */
			$obstacles[] = sprintf( __( 'No program may be started below %1$s. Put the engine into another folder, and name it in wp-config.php: %2$s', 'rollbook' ), $mount, "define( 'ROLLBOOK_ENGINE', '/home/site/rollbook-engine' );" );
		}
		return $obstacles;
	}
}
