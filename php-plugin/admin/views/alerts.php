<?php
/**
 * Settings → Rollbook → Advanced: a test of alerts, and the secret of the webhook.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Alerts;

defined( 'ABSPATH' ) || exit;

$rollbook_ways = Alerts::ways();
if ( array() === $rollbook_ways ) {
	return;
}
$rollbook_shown = Alerts::secret_shown();
?>
<h2><?php esc_html_e( 'Test of alerts', 'rollbook' ); ?></h2>
<p id="rollbook-test-alert-help"><?php esc_html_e( 'Sends a test message to the saved addresses now, and says what came of it.', 'rollbook' ); ?></p>
<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
	<?php echo SettingsPage::hidden_fields( AlertActions::TEST ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
	<p><button class="button" aria-describedby="rollbook-test-alert-help"><?php esc_html_e( 'Send a test message', 'rollbook' ); ?></button></p>
</form>

<?php if ( in_array( Alerts::WEBHOOK, $rollbook_ways, true ) ) : ?>
	<h2><?php esc_html_e( 'Signature of the webhook', 'rollbook' ); ?></h2>
	<p>
		<?php
		esc_html_e( 'Each message is signed, so that the receiver can tell that it comes from this site. The receiver needs the secret to check that.', 'rollbook' );
		echo ' ';
		echo null === $rollbook_shown
			? esc_html__( 'You have not made one to copy yet.', 'rollbook' )
			/* translators: %s: a point in time. */
			: esc_html( sprintf( __( 'You made the present one on %s.', 'rollbook' ), ActivityWords::moment( $rollbook_shown * 1000 ) ) );
		?>
	</p>
	<form method="post" action="<?php echo esc_url( SettingsPage::url( 'advanced' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( AlertActions::SECRET ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<input type="hidden" name="form" value="<?php echo esc_attr( wp_generate_uuid4() ); ?>">
		<p><button class="button"><?php echo esc_html( null === $rollbook_shown ? __( 'Make a secret', 'rollbook' ) : __( 'Make a new secret', 'rollbook' ) ); ?></button></p>
	</form>
<?php endif; ?>
