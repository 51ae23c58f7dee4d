<?php
/**
 * The notice in the admin when the server's PHP is too old for the plugin. It uses old syntax, because old PHP reads it.
 *
 * @package Rollbook
 */

namespace Rollbook\WordPress;

defined( 'ABSPATH' ) || exit;

add_action(
	'admin_notices',
	static function () {
		if ( ! current_user_can( 'activate_plugins' ) ) {
			return;
		}
		$text = defined( __NAMESPACE__ . '\DOORS_VERSION' )
			/* translators: %s: version of PHP. */
			? __( 'Rollbook needs PHP 8.1 or newer; this server runs PHP %s. Nothing is provisioned until PHP is updated. People who were deactivated stay locked out.', 'rollbook' )
			/* translators: %s: version of PHP. */
			: __( 'Rollbook needs PHP 8.1 or newer; this server runs PHP %s. Nothing is provisioned, and people who were deactivated are not locked out, until PHP is updated.', 'rollbook' );
		printf( '<div class="notice notice-error" role="alert"><p>%s</p></div>', esc_html( sprintf( $text, PHP_VERSION ) ) );
	}
);
