<?php
/**
 * Settings → Rollbook → Advanced: the settings as a file.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<h2><?php esc_html_e( 'Settings as a file', 'rollbook' ); ?></h2>
<p><?php esc_html_e( 'To keep them, or to bring them to another site. The file holds no token of an identity provider. It holds the address of the webhook for alerts, if there is one; keep the file to yourself if that address is secret. An imported file is checked as this form is: all of it is taken or nothing.', 'rollbook' ); ?></p>
<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
	<?php echo SettingsPage::hidden_fields( SettingsTransfer::EXPORT ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
	<p><button class="button"><?php esc_html_e( 'Download the settings', 'rollbook' ); ?></button></p>
</form>
<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" enctype="multipart/form-data">
	<?php echo SettingsPage::hidden_fields( SettingsTransfer::IMPORT ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
	<p class="rollbook-buttons">
		<input type="file" name="file" accept="application/json,.json" required aria-label="<?php esc_attr_e( 'File with settings', 'rollbook' ); ?>">
		<button class="button"><?php esc_html_e( 'Import the file', 'rollbook' ); ?></button>
	</p>
</form>
