<?php
/**
 * Which plugin a file belongs to.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

defined( 'ABSPATH' ) || exit;

/**
 * Names the plugin or theme that a place in the code belongs to, as the owner knows it.
 */
final class Culprit {

	/**
	 * The plugin's name, and the file and line.
	 *
	 * @param string $place The place: `wp-content/plugins/contoso/wall.php:7`.
	 */
	public static function described( string $place ): string {
		$name = self::name( (string) strtok( $place, ':' ) );
		/* translators: 1: name of a plugin or theme, 2: file and line. */
		return null === $name ? $place : sprintf( __( '“%1$s” (%2$s)', 'rollbook' ), $name, $place );
	}

	/**
	 * What the plugin or theme of a file is called.
	 *
	 * @param string $file The file, below the site's folder.
	 */
	private static function name( string $file ): ?string {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		$path    = wp_normalize_path( str_starts_with( $file, 'wp-content/' ) ? WP_CONTENT_DIR . substr( $file, strlen( 'wp-content' ) ) : ABSPATH . $file );
		$plugins = array(
			WP_PLUGIN_DIR    => get_plugins(),
			WPMU_PLUGIN_DIR  => get_mu_plugins(),
			get_theme_root() => array_map( static fn( \WP_Theme $theme ): array => array( 'Name' => (string) $theme->get( 'Name' ) ), wp_get_themes() ),
		);
		foreach ( $plugins as $folder => $in_folder ) {
			$folder = trailingslashit( wp_normalize_path( $folder ) );
			$inside = str_starts_with( $path, $folder ) ? substr( $path, strlen( $folder ) ) : '';
			foreach ( '' === $inside ? array() : $in_folder as $key => $data ) {
				// A plugin in a folder of its own owns whatever lies there.
				if ( $inside === $key || ( str_contains( $inside, '/' ) && strtok( $inside, '/' ) === strtok( (string) $key, '/' ) ) ) {
					return (string) $data['Name'];
				}
			}
		}
		return null;
	}
}
