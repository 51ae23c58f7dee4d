<?php
/**
 * The commands of WP-CLI.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\DatabaseFailure;
use WP_CLI;

defined( 'ABSPATH' ) || exit;

/**
 * Registers `wp rollbook …`. The commands call what the screens call: what is refused there is refused here.
 */
final class CommandLine {

	/** The commands, and what does each. */
	public const COMMANDS = array(
		'token'    => TokenCommand::class,
		'settings' => SettingsCommand::class,
		'people'   => PeopleCommand::class,
		'groups'   => GroupsCommand::class,
		'rules'    => RulesCommand::class,
		'activity' => ActivityCommand::class,
		'test'     => TestCommand::class,
		'repair'   => RepairCommand::class,
	);

	/** Those that help where the extension is missing. */
	private const ALWAYS = array( 'test', 'repair' );

	/**
	 * Registers the commands.
	 */
	public static function add(): void {
		foreach ( self::COMMANDS as $name => $class ) {
			$before = in_array( $name, self::ALWAYS, true ) ? 'tell_failures' : 'require_extension';
			WP_CLI::add_command( "rollbook $name", $class, array( 'before_invoke' => array( self::class, $before ) ) );
		}
	}

	/**
	 * Lets a failure of the database end the command with a sentence. PHP's own message would be a trace of calls. Other failures go where
	 * they went before, perhaps to a plugin that reports them.
	 */
	public static function tell_failures(): void {
		$before = set_exception_handler( null );
		set_exception_handler(
			static function ( \Throwable $failure ) use ( $before ): void {
				if ( ! $failure instanceof DatabaseFailure ) {
					null === $before ? throw $failure : $before( $failure );
					return;
				}
				WP_CLI::error( __( 'The database failed, and the command ended. Try again. If it fails again, the log of the database says why.', 'rollbook' ) );
			}
		);
	}

	/**
	 * Ends the command where the extension is missing, and says what to do.
	 */
	public static function require_extension(): void {
		self::tell_failures();
		if ( ! Requirements::met() ) {
			WP_CLI::error( implode( ' ', Requirements::complaint() ) );
		}
	}
}
