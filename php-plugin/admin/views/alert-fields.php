<?php
/**
 * Settings → Rollbook → Advanced: who is told of trouble.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints the parts that depend on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$rollbook_alerts = $data->settings['alerts'];
?>
<h3 id="rollbook-alerts"><?php esc_html_e( 'Alerts', 'rollbook' ); ?></h3>
<p><?php esc_html_e( 'Rollbook tells you when the provisioning is in trouble, and once more when that is over. Without an address nobody is told.', 'rollbook' ); ?></p>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="rollbook-alert-mail"><?php esc_html_e( 'Alerts by mail', 'rollbook' ); ?></label></th>
		<td>
			<textarea id="rollbook-alert-mail" name="alert_mail" rows="2" class="regular-text" autocomplete="off" spellcheck="false"<?php $form->describe( 'alerts.mail', 'rollbook-alert-mail-help' ); ?>><?php echo esc_textarea( implode( "\n", array_map( 'strval', $rollbook_alerts['mail'] ) ) ); ?></textarea>
			<p class="description" id="rollbook-alert-mail-help"><?php esc_html_e( 'E-mail addresses, one a line.', 'rollbook' ); ?></p>
			<?php $form->problem( 'alerts.mail' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-alert-webhook"><?php esc_html_e( 'Alerts by webhook', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" inputmode="url" id="rollbook-alert-webhook" name="alert_webhook" class="regular-text code" autocomplete="off" spellcheck="false" dir="ltr" value="<?php echo esc_attr( (string) $rollbook_alerts['webhook'] ); ?>"<?php $form->describe( 'alerts.webhook', 'rollbook-alert-webhook-help' ); ?>>
			<p class="description" id="rollbook-alert-webhook-help"><?php esc_html_e( 'An address with https:// of a monitoring or chat system. It gets a signed message in JSON, without anybody’s name. Once it is saved, you can send a test message below.', 'rollbook' ); ?></p>
			<?php $form->problem( 'alerts.webhook' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Told of', 'rollbook' ); ?></th>
		<td>
			<p>
				<label><input type="checkbox" name="alert_failing" value="1" <?php checked( $rollbook_alerts['failing'] ); ?>> <?php esc_html_e( 'Requests fail repeatedly', 'rollbook' ); ?>:</label>
				<label><input type="text" inputmode="numeric" name="alert_failures" class="small-text" value="<?php echo esc_attr( (string) $rollbook_alerts['failures'] ); ?>"<?php $form->describe( 'alerts.failures' ); ?>> <?php esc_html_e( 'in a row', 'rollbook' ); ?></label>
			</p>
			<?php $form->problem( 'alerts.failures' ); ?>
			<p>
				<label><input type="checkbox" name="alert_silent" value="1" <?php checked( $rollbook_alerts['silent'] ); ?>> <?php esc_html_e( 'No more requests come', 'rollbook' ); ?>:</label>
				<label><input type="text" inputmode="numeric" name="alert_hours" class="small-text" value="<?php echo esc_attr( (string) $rollbook_alerts['hours'] ); ?>"<?php $form->describe( 'alerts.hours', 'rollbook-alert-hours-help' ); ?>> <?php esc_html_e( 'hours', 'rollbook' ); ?></label>
			</p>
			<p class="description" id="rollbook-alert-hours-help"><?php esc_html_e( 'Counted once a first request came, and not while provisioning is paused. Choose more hours if your identity provider sends something only when a person changes.', 'rollbook' ); ?></p>
			<?php $form->problem( 'alerts.hours' ); ?>
		</td>
	</tr>
</table>
