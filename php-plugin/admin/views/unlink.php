<?php
/**
 * Settings → Rollbook → People: asks whether to unlink somebody.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$user = UnlinkActions::asked_about();
if ( null === $user ) {
	return;
}
?>
<section class="card" id="rollbook-unlink" aria-labelledby="rollbook-unlink-heading">
	<?php /* translators: %s: username. */ ?>
	<h2 id="rollbook-unlink-heading"><?php echo esc_html( sprintf( __( 'Unlink %s?', 'rollbook' ), $user->user_login ) ); ?></h2>
	<p><?php esc_html_e( 'The account stays as it is, with its role and content. The identity provider can no longer change it and is told that the person does not exist. No identity provider finds the account until you choose “Allow linking” in the list of users.', 'rollbook' ); ?></p>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( UnlinkActions::UNLINK, $user->ID ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<p>
			<button class="button button-primary"><?php esc_html_e( 'Unlink', 'rollbook' ); ?></button>
			<a class="button" href="<?php echo esc_url( admin_url( 'users.php' ) ); ?>"><?php esc_html_e( 'Cancel', 'rollbook' ); ?></a>
		</p>
	</form>
</section>
