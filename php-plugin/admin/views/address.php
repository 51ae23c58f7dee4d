<?php
/**
 * Settings → Rollbook: whether a site whose address has changed has moved or is a copy.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\SiteAddress;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;
?>
<div class="notice notice-error inline rollbook-address" role="alert">
	<h2><?php esc_html_e( 'Has this site moved, or is it a copy?', 'rollbook' ); ?></h2>
	<p>
		<?php
		/* translators: 1: address, 2: address. */
		printf( esc_html__( 'This site is at %1$s. When its tokens were last used it was at %2$s. A copy has the same tokens, and two sites must not both answer an identity provider. So this one tells it to come again later until you choose.', 'rollbook' ), '<code dir="ltr">' . esc_html( SiteAddress::now() ) . '</code>', '<code dir="ltr">' . esc_html( (string) SiteAddress::noted() ) . '</code>' );
		?>
	</p>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( AddressActions::MOVED ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<p>
			<button class="button" aria-describedby="rollbook-moved-help"><?php esc_html_e( 'The site has moved', 'rollbook' ); ?></button>
			<span id="rollbook-moved-help"><?php esc_html_e( 'The other site is gone, or no longer used. The tokens work here.', 'rollbook' ); ?></span>
		</p>
	</form>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( AddressActions::COPY ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<p>
			<button class="button" aria-describedby="rollbook-copy-help"><?php esc_html_e( 'This is a copy', 'rollbook' ); ?></button>
			<span id="rollbook-copy-help"><?php esc_html_e( 'The other site goes on. All tokens are revoked here, and stay valid there.', 'rollbook' ); ?></span>
		</p>
		<?php if ( Tokens::constant_is_used() ) : ?>
			<p><?php echo esc_html( AddressActions::about_constant() ); ?></p>
		<?php endif; ?>
	</form>
</div>
