<?php
/**
 * WP-CLI as its handbook describes it, as far as Rollbook calls it: commands are read from their documentation, arguments are checked
 * against it, and what is printed is kept.
 */

declare( strict_types=1 );

// phpcs:disable

namespace {

	final class WP_CLI_Ended extends \RuntimeException {}

	final class WP_CLI {

		/** @var array<string, array{class-string, array<string, mixed>}> */
		public static array $commands = array();

		/** @var list<array{string, string}> What was printed, and how. */
		public static array $printed = array();

		public static ?string $answer = null;

		public static function add_command( string $name, string $class, array $arguments = array() ): bool {
			if ( ! class_exists( $class ) ) {
				throw new \RuntimeException( "Callable \"$class\" does not exist." );
			}
			self::$commands[ $name ] = array( $class, $arguments );
			return true;
		}

		public static function line( string $message = '' ): void {
			self::$printed[] = array( 'line', $message );
		}

		public static function log( string $message ): void {
			self::$printed[] = array( 'log', $message );
		}

		public static function success( string $message ): void {
			self::$printed[] = array( 'success', $message );
		}

		public static function warning( string $message ): void {
			self::$printed[] = array( 'warning', $message );
		}

		public static function error( string $message ): void {
			self::$printed[] = array( 'error', $message );
			throw new \WP_CLI_Ended( $message );
		}

		public static function confirm( string $question, array $options = array() ): void {
			if ( empty( $options['yes'] ) ) {
				self::$printed[] = array( 'confirm', $question );
				if ( 'y' !== self::$answer ) {
					throw new \WP_CLI_Ended( '' );
				}
			}
		}

		/** Runs a command line, without `wp`; gives whether it ended well. */
		public static function run_line( string ...$words ): bool {
			self::$printed = array();
			try {
				self::dispatch( $words );
			} catch ( \WP_CLI_Ended ) {
				return false;
			} catch ( \Throwable $uncaught ) {
				// PHP calls the handler, and ends.
				$handler = set_exception_handler( null );
				try {
					null === $handler ? throw $uncaught : $handler( $uncaught );
				} catch ( \WP_CLI_Ended ) {
					return false;
				}
			} finally {
				set_exception_handler( null );
			}
			return true;
		}

		private static function dispatch( array $words ): void {
			$name  = implode( ' ', array_slice( $words, 0, 2 ) );
			$words = array_slice( $words, 2 );
			if ( ! isset( self::$commands[ $name ] ) ) {
				self::error( "'$name' is not a registered wp command." );
			}
			list( $class, $arguments ) = self::$commands[ $name ];
			$method = null;
			if ( method_exists( $class, '__invoke' ) ) {
				$method = new \ReflectionMethod( $class, '__invoke' );
			} else {
				$wanted = array_shift( $words );
				foreach ( ( new \ReflectionClass( $class ) )->getMethods( \ReflectionMethod::IS_PUBLIC ) as $one ) {
					$told = preg_match( '/@subcommand (\S+)/', (string) $one->getDocComment(), $found ) ? $found[1] : $one->getName();
					if ( ! $one->isStatic() && $told === $wanted ) {
						$method = $one;
					}
				}
			}
			if ( null === $method ) {
				self::error( "'" . ( $wanted ?? '' ) . "' is not a registered subcommand of '$name'." );
			}
			list( $positional, $options ) = self::read( $words, (string) $method->getDocComment() );
			if ( isset( $arguments['before_invoke'] ) ) {
				$arguments['before_invoke']();
			}
			$method->invoke( new $class(), $positional, $options );
		}

		/** Takes words apart, and refuses what the documentation does not have. */
		private static function read( array $words, string $documentation ): array {
			preg_match_all( '/^\s*\* (\[)?(--)?(<)?([a-z-]+)(?:=<[a-z-]+>)?>?(\.\.\.)?\]?\s*$(?:\n\s*\* : .*)?(?:\n\s*\* ---\n\s*\* default: (.*)\n\s*\* ---)?/m', $documentation, $found, PREG_SET_ORDER );
			$options = $positional = $required = $known = array();
			$repeats = false;
			$places  = 0;
			foreach ( $found as $one ) {
				if ( '--' === $one[2] ) {
					$known[ $one[4] ] = str_contains( $one[0], '=<' );
					if ( isset( $one[6] ) ) {
						$options[ $one[4] ] = $one[6];
					}
				} elseif ( '<' === $one[3] || '[' === $one[1] ) {
					++$places;
					$repeats    = $repeats || '...' === ( $one[5] ?? '' );
					$required[] = '[' !== $one[1];
				}
			}
			foreach ( $words as $word ) {
				if ( ! str_starts_with( $word, '--' ) ) {
					$positional[] = $word;
					continue;
				}
				list( $name, $value ) = array_pad( explode( '=', substr( $word, 2 ), 2 ), 2, null );
				if ( ! isset( $known[ $name ] ) ) {
					self::error( "Parameter errors: unknown --$name parameter" );
				}
				if ( $known[ $name ] !== ( null !== $value ) ) {
					self::error( "Parameter errors: --$name parameter needs " . ( $known[ $name ] ? 'a value' : 'no value' ) );
				}
				$options[ $name ] = $value ?? true;
			}
			if ( count( $positional ) < count( array_filter( $required ) ) ) {
				self::error( 'usage: arguments are missing' );
			}
			if ( count( $positional ) > $places && ! $repeats ) {
				self::error( 'Too many positional arguments: ' . implode( ' ', array_slice( $positional, $places ) ) );
			}
			return array( $positional, $options );
		}
	}
}

namespace WP_CLI {

	final class Bar {

		public static array $bars = array();

		public int $done = 0;

		public bool $finished = false;

		public function __construct( public string $message, public int $count ) {
			self::$bars[] = $this;
		}

		public function tick( int $increment = 1 ): void {
			$this->done += $increment;
		}

		public function finish(): void {
			$this->finished = true;
		}
	}
}

namespace WP_CLI\Utils {

	function format_items( string $format, array $items, array|string $fields ): void {
		$fields = is_array( $fields ) ? $fields : explode( ',', $fields );
		foreach ( $items as $item ) {
			foreach ( $fields as $field ) {
				if ( ! array_key_exists( $field, (array) $item ) ) {
					\WP_CLI::error( "Invalid field: $field." );
				}
			}
		}
		$rows = array_map( static fn( array $item ): array => array_merge( array_flip( $fields ), array_intersect_key( $item, array_flip( $fields ) ) ), $items );
		switch ( $format ) {
			case 'json':
				\WP_CLI::line( (string) json_encode( $rows, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES ) );
				return;
			case 'count':
				\WP_CLI::line( (string) count( $rows ) );
				return;
			case 'table':
			case 'csv':
			case 'yaml':
				foreach ( $rows as $row ) {
					\WP_CLI::line( implode( "\t", array_map( static fn( mixed $value ): string => is_scalar( $value ) ? (string) $value : (string) json_encode( $value ), $row ) ) );
				}
				return;
			default:
				\WP_CLI::error( "Invalid format: $format" );
		}
	}

	function make_progress_bar( string $message, int $count, int $interval = 100 ): \WP_CLI\Bar {
		return new \WP_CLI\Bar( $message, $count );
	}
}
