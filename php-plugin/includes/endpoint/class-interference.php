<?php
/**
 * Other plugins that end requests.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

use Rollbook\WordPress\Requirements;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Removes hooks of plugins that are known to end our requests before we answer, and finds out which other plugin has ended one.
 */
final class Interference {

	/**
	 * Functions that are known to redirect or answer our requests at `init`. WPO365's login does where the whole site needs one
	 * ("intranet"); miniOrange's SCIM plugins do for every address that contains `/scim`.
	 */
	private const ENDS_REQUESTS = '/^(?:Wpo\\\\Services\\\\Authentication_Service::authenticate_request|mo_scim_\w+|(?:\w+::)?mo_scim_user_provisioning_validate)$/i';

	/** The transient that says that the owner was told. */
	private const TOLD = 'rollbook_ended';

	/**
	 * Removes those for this request, before the first of them is called.
	 */
	public static function set_aside(): void {
		global $wp_filter;
		foreach ( ( $wp_filter['init'] ?? null )?->callbacks ?? array() as $priority => $callbacks ) {
			foreach ( $callbacks as $callback ) {
				if ( preg_match( self::ENDS_REQUESTS, self::name( $callback['function'] ) ) ) {
					remove_action( 'init', $callback['function'], $priority );
				}
			}
		}
	}

	/**
	 * Says what was running when the request was ended: the hook, and the functions of plugins and themes that were running.
	 */
	public static function culprit(): string {
		global $wp_current_filter, $wp_filter;
		$hooks = array_values( array_diff( (array) $wp_current_filter, array( 'shutdown' ) ) );
		$hook  = end( $hooks );
		if ( false === $hook ) {
			$files = get_included_files();
			return sprintf( 'no hook was running; the last file that was loaded is %s', self::short( (string) end( $files ) ) );
		}
		$running  = $wp_filter[ $hook ] ?? null;
		$priority = $running instanceof \WP_Hook ? $running->current_priority() : false;
		$callers  = array();
		foreach ( self::running( $hook ) as $callback ) {
			$callers[] = sprintf( '%s (%s)', self::name( $callback ), self::place( $callback ) );
		}
		return sprintf( 'it was the hook "%s" at priority %s: %s', $hook, false === $priority ? 'unknown' : (string) $priority, $callers ? implode( ', or ', $callers ) : 'a function of WordPress' );
	}

	/**
	 * The files of plugins and themes that may have ended the request, each with the line of the function.
	 *
	 * @return list<string>
	 */
	public static function suspects(): array {
		global $wp_current_filter;
		$error = self::fatal_error();
		if ( null !== $error ) {
			return array( self::short( $error['file'] ) . ':' . $error['line'] );
		}
		$hooks = array_values( array_diff( (array) $wp_current_filter, array( 'shutdown' ) ) );
		if ( array() === $hooks ) {
			$files = get_included_files();
			return array( self::short( (string) end( $files ) ) );
		}
		return array_values( array_filter( array_map( array( self::class, 'place' ), self::running( (string) end( $hooks ) ) ) ) );
	}

	/**
	 * The fatal error that ended PHP, if one did.
	 *
	 * @return ?array{message: string, file: string, line: int, ...}
	 */
	public static function fatal_error(): ?array {
		$error = error_get_last();
		$fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
		return null !== $error && 0 !== ( $error['type'] & $fatal ) ? $error : null;
	}

	/**
	 * The functions of plugins and themes that a hook is running: those at its current priority.
	 *
	 * @param string $hook The hook.
	 * @return list<mixed>
	 */
	private static function running( string $hook ): array {
		global $wp_filter;
		$running   = $wp_filter[ $hook ] ?? null;
		$priority  = $running instanceof \WP_Hook ? $running->current_priority() : false;
		$callbacks = false === $priority ? array() : array_column( $running->callbacks[ $priority ] ?? array(), 'function' );
		return array_values( array_filter( $callbacks, static fn( mixed $callback ): bool => null !== self::place( $callback ) ) );
	}

	/**
	 * The functions of plugins and themes that listen to some hooks. A function of PHP itself, and one that only exists by magic, is not
	 * WordPress's either.
	 *
	 * @param string[] $hooks The hooks.
	 * @return list<string> Each with the hook and its place.
	 */
	public static function listeners( array $hooks ): array {
		global $wp_filter;
		$listeners = array();
		foreach ( $hooks as $hook ) {
			foreach ( ( $wp_filter[ $hook ] ?? null )?->callbacks ?? array() as $callbacks ) {
				foreach ( $callbacks as $callback ) {
					$place = self::place( $callback['function'], 'PHP' );
					if ( null !== $place ) {
						$listeners[] = "$hook: " . self::name( $callback['function'] ) . " ($place)";
					}
				}
			}
		}
		return $listeners;
	}

	/**
	 * Removes from a hook, for this request, the functions of plugins and themes, and some of WordPress's own.
	 *
	 * @param string $hook The hook.
	 * @param string $own  Which of WordPress's own, by a regular expression for their names.
	 */
	public static function leave_out( string $hook, string $own ): void {
		global $wp_filter;
		foreach ( ( $wp_filter[ $hook ] ?? null )?->callbacks ?? array() as $priority => $callbacks ) {
			foreach ( $callbacks as $callback ) {
				$name = self::name( $callback['function'] );
				if ( ! str_starts_with( $name, 'Rollbook\\WordPress\\' ) && ( preg_match( $own, $name ) || null !== self::place( $callback['function'], 'PHP' ) ) ) {
					remove_action( $hook, $callback['function'], $priority );
				}
			}
		}
	}

	/**
	 * Tells the owner, at most once an hour, that requests are ended before they are answered. More often would let anybody fill the log:
	 * no token was checked yet.
	 *
	 * @param string $reason What is known about the cause.
	 */
	public static function tell( string $reason ): void {
		if ( Requirements::met() && false === get_transient( self::TOLD ) ) {
			set_transient( self::TOLD, 1, HOUR_IN_SECONDS );
			ActivityLog::tell( ActivityLog::REQUEST, 'ended', array( 'failure' => $reason ) );
		}
	}

	/**
	 * A callback's name.
	 *
	 * @param mixed $callback The callback.
	 */
	private static function name( mixed $callback ): string {
		if ( is_array( $callback ) ) {
			return ( is_object( $callback[0] ) ? get_class( $callback[0] ) : ltrim( (string) $callback[0], '\\' ) ) . '::' . $callback[1];
		}
		return is_object( $callback ) ? get_class( $callback ) : ltrim( (string) $callback, '\\' );
	}

	/**
	 * Where a callback is defined, unless it is WordPress's own or ours. A method that another class inherits from WordPress is that class's.
	 *
	 * @param mixed   $callback The callback.
	 * @param ?string $nowhere  What to say of a function without a file.
	 * @return ?string File and line.
	 */
	private static function place( mixed $callback, ?string $nowhere = null ): ?string {
		$class = is_array( $callback ) ? $callback[0] : ( $callback instanceof \Closure ? null : $callback );
		try {
			$function = match ( true ) {
				$callback instanceof \Closure => new \ReflectionFunction( $callback ),
				is_object( $callback )        => new \ReflectionMethod( $callback, '__invoke' ),
				is_array( $callback )         => new \ReflectionMethod( $callback[0], $callback[1] ),
				str_contains( (string) $callback, '::' ) => new \ReflectionMethod( ...explode( '::', $callback, 2 ) ),
				default                       => new \ReflectionFunction( $callback ),
			};
			$defined = array( $function );
			// The database's drop-in is a class of its own on every site that has one; what it inherits does nothing else.
			if ( $function instanceof \ReflectionMethod && $GLOBALS['wpdb'] !== $class ) {
				$defined[] = new \ReflectionClass( is_string( $class ) ? explode( '::', $class, 2 )[0] : $class );
			}
		} catch ( \ReflectionException ) {
			return $nowhere;
		}
		if ( false === $function->getFileName() ) {
			return $nowhere;
		}
		foreach ( $defined as $place ) {
			$file = (string) $place->getFileName();
			if ( ! self::is_own( $file ) ) {
				return self::short( $file ) . ':' . (int) $place->getStartLine();
			}
		}
		return null;
	}

	/**
	 * Whether a file is WordPress's own or ours. Nearly all are, and are told by their names as they stand.
	 *
	 * @param string $file The file.
	 */
	private static function is_own( string $file ): bool {
		static $folders = null;

		$folders ??= array_map( static fn( string $folder ): string => trailingslashit( wp_normalize_path( $folder ) ), array( ABSPATH . WPINC, ABSPATH . 'wp-admin', dirname( PLUGIN_FILE ) ) );
		foreach ( array( false, true ) as $is_normalized ) {
			$file = $is_normalized ? wp_normalize_path( $file ) : $file;
			foreach ( $folders as $folder ) {
				if ( str_starts_with( $file, $folder ) ) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * A file below the site's folder.
	 *
	 * @param string $file The file.
	 */
	private static function short( string $file ): string {
		return str_replace( array( wp_normalize_path( ABSPATH ), wp_normalize_path( WP_CONTENT_DIR ) ), array( '', 'wp-content' ), wp_normalize_path( $file ) );
	}
}
