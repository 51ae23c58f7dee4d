<?php
/**
 * What WordPress sets up for pages.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Endpoint;

defined( 'ABSPATH' ) || exit;

/**
 * Leaves out, for a request to the service, what WordPress sets up for pages at `init`: blocks, patterns, widgets, sitemaps. On a
 * site with few plugins that is most of WordPress's start, and none of it concerns people. The rest of `init` happens: WP-Cron is begun,
 * post types are registered.
 *
 * At the beginning of `init` all plugins and the theme are loaded, and their hooks are registered. Only who listens to `init` itself, or to
 * what happens within it, may have more to say. Where anybody but WordPress does, everything is set up as for a page.
 */
final class SetUp {

	/** Actions that happen within `init`, and `all`. Those that tell of one post type or taxonomy each come after the general one. */
	private const HOOKS = array(
		'all',
		'init',
		'widgets_init',
		'wp_register_sidebar_widget',
		'register_sidebar',
		'wp_default_styles',
		'wp_default_scripts',
		'wp_sitemaps_init',
		'wp_connectors_init',
		'registered_post_type',
		'registered_taxonomy',
	);

	/** WordPress's own functions at `init` that are left out, by their names: `register_core_block_types_from_metadata`, `wp_widgets_init`. */
	private const FOR_PAGES = '/block|pattern|widget|icon|font|sitemap|connector/i';

	/** A function of a theme of WordPress's own, which bears the theme's name. They register block styles, patterns, menus and sidebars. */
	private const OF_OWN_THEME = '~^\w+: (twenty[a-z_]+) \((?:\S*/)?themes/(twenty[a-z]+)/~';

	/**
	 * Leaves it out, unless somebody waits for it. The first to be called at `init`.
	 */
	public static function action_init(): void {
		$listeners = self::listeners();
		/** Documented in HOOKS.md. */
		if ( true === apply_filters( 'rollbook/skip_init', array() === $listeners, $listeners ) ) {
			Interference::leave_out( 'init', self::FOR_PAGES );
		}
	}

	/**
	 * Who waits for it: functions of plugins and of the theme.
	 *
	 * @return list<string> Each with its hook and its place.
	 */
	public static function listeners(): array {
		return array_values( array_filter( Interference::listeners( self::HOOKS ), static fn( string $listener ): bool => ! self::is_of_own_theme( $listener ) ) );
	}

	/**
	 * Whether a listener belongs to a theme that comes with WordPress.
	 *
	 * @param string $listener Its hook, name and place.
	 */
	private static function is_of_own_theme( string $listener ): bool {
		return 1 === preg_match( self::OF_OWN_THEME, $listener, $found ) && str_starts_with( str_replace( '_', '', $found[1] ), $found[2] );
	}
}
