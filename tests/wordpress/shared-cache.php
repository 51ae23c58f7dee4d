<?php
/**
 * An object cache that all requests share as far as the self-test looks: that part lies in files. A test puts it among the must-use plugins,
 * and uses it itself.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

if ( ! class_exists( 'Rollbook_Shared_Cache', false ) ) {
	/** WordPress's own cache, with one group in files. */
	final class Rollbook_Shared_Cache extends WP_Object_Cache {

		public function get( $key, $group = 'default', $force = false, &$found = null ) {
			$file = self::file( $key, $group );
			return null === $file ? parent::get( $key, $group, $force, $found ) : ( is_file( $file ) ? unserialize( (string) file_get_contents( $file ) ) : false );
		}

		public function set( $key, $data, $group = 'default', $expire = 0 ) {
			$file = self::file( $key, $group );
			return null === $file ? parent::set( $key, $data, $group, $expire ) : false !== file_put_contents( $file, serialize( $data ), LOCK_EX );
		}

		private static function file( int|string $key, string $group ): ?string {
			return 'rollbook-probe' === $group ? sys_get_temp_dir() . '/rollbook-shared-cache-' . md5( ABSPATH . $key ) : null;
		}
	}
}

return $GLOBALS['wp_object_cache'] = new Rollbook_Shared_Cache();
