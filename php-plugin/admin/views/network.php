<?php
/**
 * Network Admin → Settings → Rollbook.
 *
 * @package Rollbook
 *
 * @var array<string, array{string, string}> $choices What can be allowed: its label and what it means.
 * @var list<array{name: string, url: string, state: ?array{people: int, last: ?int, problems: string, paused: bool, tokens: string}}> $sites The sites of the page.
 * @var int $page  The page.
 * @var int $pages How many there are.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\NetworkSettings;

defined( 'ABSPATH' ) || exit;
?>
<div class="wrap">
	<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
	<?php if ( isset( $_GET['updated'] ) ) : // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only shows that the form was saved. ?>
		<div class="notice notice-success is-dismissible" role="status"><p><?php esc_html_e( 'Settings saved.', 'rollbook' ); ?></p></div>
	<?php endif; ?>
	<p><?php esc_html_e( 'Accounts are common to all sites of this network. Here you decide what the administrators of sites and their identity providers may do with them through Rollbook. Until you allow it, only tokens that you and the other administrators of the network make let identity providers in.', 'rollbook' ); ?></p>
	<form method="post" action="<?php echo esc_url( network_admin_url( 'edit.php?action=' . NetworkPage::SAVE ) ); ?>">
		<?php wp_nonce_field( NetworkPage::SAVE ); ?>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><?php esc_html_e( 'Allowed', 'rollbook' ); ?></th>
				<td>
					<fieldset>
						<legend class="screen-reader-text"><?php esc_html_e( 'Allowed', 'rollbook' ); ?></legend>
						<?php foreach ( $choices as $what => list( $label, $help ) ) : ?>
							<label><input type="checkbox" name="allowed[]" value="<?php echo esc_attr( $what ); ?>" <?php checked( NetworkSettings::allows( $what ) ); ?> aria-describedby="rollbook-<?php echo esc_attr( $what ); ?>"> <?php echo esc_html( $label ); ?></label>
							<p class="description" id="rollbook-<?php echo esc_attr( $what ); ?>"><?php echo esc_html( $help ); ?></p>
						<?php endforeach; ?>
					</fieldset>
				</td>
			</tr>
		</table>
		<?php submit_button(); ?>
	</form>
	<?php require __DIR__ . '/network-sites.php'; ?>
</div>
