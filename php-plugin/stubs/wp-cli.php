<?php
/**
 * The signatures of what Rollbook calls of WP-CLI, as its handbook describes them. For analysers and editors; never loaded.
 */

namespace {

	/** WP-CLI. */
	class WP_CLI {

		/**
		 * Registers a command.
		 *
		 * @param string               $name      Its name.
		 * @param class-string         $callable  What does it.
		 * @param array<string, mixed> $arguments More about it.
		 * @return bool
		 */
		public static function add_command( $name, $callable, $arguments = array() ) {}

		/**
		 * Prints a line.
		 *
		 * @param string $message The line.
		 * @return void
		 */
		public static function line( $message = '' ) {}

		/**
		 * Prints a line, but where the user wants none.
		 *
		 * @param string $message The line.
		 * @return void
		 */
		public static function log( $message ) {}

		/**
		 * Says that it was done.
		 *
		 * @param string $message The line.
		 * @return void
		 */
		public static function success( $message ) {}

		/**
		 * Warns.
		 *
		 * @param string $message The line.
		 * @return void
		 */
		public static function warning( $message ) {}

		/**
		 * Ends the command with an error.
		 *
		 * @param string $message The line.
		 * @return never
		 */
		public static function error( $message ) {}

		/**
		 * Asks, and ends the command unless the answer is yes.
		 *
		 * @param string               $question  The question.
		 * @param array<string, mixed> $arguments The command's options.
		 * @return void
		 */
		public static function confirm( $question, $arguments = array() ) {}
	}
}

namespace WP_CLI\Utils {

	/**
	 * Prints rows.
	 *
	 * @param string                     $format The form.
	 * @param list<array<string, mixed>> $items  The rows.
	 * @param list<string>               $fields The columns.
	 * @return void
	 */
	function format_items( $format, $items, $fields ) {}

	/**
	 * A progress bar.
	 *
	 * @param string $message What it says.
	 * @param int    $count   How far it goes.
	 * @return \cli\progress\Bar|\WP_CLI\NoOp
	 */
	function make_progress_bar( $message, $count, $interval = 100 ) {}
}

namespace cli\progress {

	/** A progress bar. */
	class Bar {

		/**
		 * Goes on.
		 *
		 * @param int $increment How far.
		 * @return void
		 */
		public function tick( $increment = 1 ) {}

		/**
		 * Ends.
		 *
		 * @return void
		 */
		public function finish() {}
	}
}

namespace WP_CLI {

	/** Stands for a progress bar where none is shown. */
	class NoOp {

		/**
		 * Goes on.
		 *
		 * @param int $increment How far.
		 * @return void
		 */
		public function tick( $increment = 1 ) {}

		/**
		 * Ends.
		 *
		 * @return void
		 */
		public function finish() {}
	}
}
