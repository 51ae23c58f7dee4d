<?php
/**
 * Loads classes with the names of the extension's. They speak to the engine, if the owner has installed one.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook;

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( string $class_name ): void {
		$name = strtolower( (string) preg_replace( '/(?<=[a-z])(?=[A-Z])/', '-', substr( $class_name, strlen( __NAMESPACE__ ) + 1 ) ) );
		if ( __NAMESPACE__ . '\\' === substr( $class_name, 0, strlen( __NAMESPACE__ ) + 1 ) && is_file( __DIR__ . "/class-$name.php" ) ) {
			require __DIR__ . "/class-$name.php";
		}
	}
);
