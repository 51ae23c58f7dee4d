<?php
/**
 * What the server must offer before requests can be answered.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress;

use Rollbook\Engine;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Says whether the extension is there, and if not, what is wrong and how to mend it.
 *
 * Texts are translated only when they are shown: the plugin file loads before WordPress allows translations.
 */
final class Requirements {

	/** The option that remembers the PHP that Rollbook ran on last. */
	public const PHP_OPTION = 'rollbook_php';

	/**
	 * Whether the extension, or the engine in its place, runs in the plugin's own version. Plugin and core belong together, so another
	 * version does not count.
	 */
	public static function met(): bool {
		return VERSION === ( extension_loaded( 'rollbook' ) ? phpversion( 'rollbook' ) : Engine::version() ) && ! Tables::are_newer();
	}

	/**
	 * The sentences for the administrator: first what is wrong, then what to do. Empty when all is well.
	 *
	 * @return list<string>
	 */
	public static function complaint(): array {
		return self::met() ? array() : Diagnosis::sentences( (string) get_option( self::PHP_OPTION ) );
	}

	/**
	 * Notes on which PHP Rollbook runs, so that it can be told that PHP was changed when it runs no longer.
	 */
	public static function action_admin_init(): void {
		if ( self::met() && Platform::php() !== get_option( self::PHP_OPTION ) ) {
			update_option( self::PHP_OPTION, Platform::php(), true );
		}
	}

	/**
	 * The answer while the extension is missing.
	 *
	 * PHP writes this answer, and the must-use file's while the plugin is off: no Rust is there. All others are Rust's. It says "later" (503). After 404 or 401 an identity provider would
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
				. '"detail":"Nobody is provisioned at the moment: this site\'s Rollbook extension does not run. Its administrator is told the reason in the WordPress admin."}',
		);
	}
}
