<?php
/**
 * Settings → Rollbook → Advanced.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints the parts that depend on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\ValueIndexes;
use Rollbook\WordPress\Upkeep\ValueIndexing;

defined( 'ABSPATH' ) || exit;

$rollbook_bodies = array(
	'problems' => __( 'Of requests that did not go well', 'rollbook' ),
	'all'      => __( 'Of all requests', 'rollbook' ),
	'none'     => __( 'Of no request', 'rollbook' ),
);
?>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="rollbook-networks"><?php esc_html_e( 'Allowed networks', 'rollbook' ); ?></label></th>
		<td>
			<textarea id="rollbook-networks" name="allowed_networks" rows="4" class="regular-text code" autocomplete="off" spellcheck="false"<?php $form->describe( 'allowed_networks', 'rollbook-networks-help' ); ?>><?php echo esc_textarea( implode( "\n", $data->settings['allowed_networks'] ) ); ?></textarea>
			<p class="description" id="rollbook-networks-help">
				<?php
				/* translators: 1 and 2: networks. */
				printf( esc_html__( 'One a line, such as %1$s or %2$s. Requests from elsewhere are refused. With none, requests from everywhere are admitted if they bring a token.', 'rollbook' ), '<code>203.0.113.0/24</code>', '<code>2001:db8::/32</code>' );
				?>
			</p>
			<?php $form->problem( 'allowed_networks' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-proxies"><?php esc_html_e( 'Trusted proxies', 'rollbook' ); ?></label></th>
		<td>
			<textarea id="rollbook-proxies" name="trusted_proxies" rows="2" class="regular-text code" autocomplete="off" spellcheck="false"<?php $form->describe( 'trusted_proxies', 'rollbook-proxies-help' ); ?>><?php echo esc_textarea( implode( "\n", $data->settings['trusted_proxies'] ) ); ?></textarea>
			<p class="description" id="rollbook-proxies-help"><?php esc_html_e( 'Addresses of proxies before this site, one a line. Only they may say which address a request comes from (X-Forwarded-For) and whether it came with TLS (X-Forwarded-Proto).', 'rollbook' ); ?></p>
			<?php $form->problem( 'trusted_proxies' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Requests without TLS', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="plain_http" value="1" <?php checked( $data->settings['plain_http'] ); ?><?php $form->describe( 'plain_http', 'rollbook-plain-help' ); ?>> <?php esc_html_e( 'Answer requests that come with http from other machines', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-plain-help"><?php esc_html_e( 'Others can read the token on the way then. Choose this only where a proxy before the site ends TLS and cannot be named above.', 'rollbook' ); ?></p>
			<?php $form->problem( 'plain_http' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-requests"><?php esc_html_e( 'Requests per minute', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" inputmode="numeric" id="rollbook-requests" name="requests_per_minute" class="small-text" value="<?php echo esc_attr( (string) $data->settings['requests_per_minute'] ); ?>"<?php $form->describe( 'requests_per_minute', 'rollbook-requests-help' ); ?>> <?php esc_html_e( 'for each token', 'rollbook' ); ?>
			<p class="description" id="rollbook-requests-help"><?php esc_html_e( 'An identity provider that sends more is asked to wait for a minute. With 0 there is no such limit. Microsoft Entra ID sends up to 1,500 in a minute, so a smaller number slows it down.', 'rollbook' ); ?></p>
			<?php $form->problem( 'requests_per_minute' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-days"><?php esc_html_e( 'Keep the activity log for', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" inputmode="numeric" id="rollbook-days" name="activity_days" class="small-text" value="<?php echo esc_attr( (string) $data->settings['activity_days'] ); ?>"<?php $form->describe( 'activity_days', 'rollbook-days-help' ); ?>> <?php esc_html_e( 'days', 'rollbook' ); ?>
			<p class="description" id="rollbook-days-help"><?php esc_html_e( 'Older entries are removed once a day. With 0, everything is removed once a day, so that no entry is kept for more than two days.', 'rollbook' ); ?></p>
			<?php $form->problem( 'activity_days' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-bodies"><?php esc_html_e( 'Keep what was sent and answered', 'rollbook' ); ?></label></th>
		<td>
			<select id="rollbook-bodies" name="activity_bodies"<?php $form->describe( 'activity_bodies', 'rollbook-bodies-help' ); ?>>
				<?php foreach ( $rollbook_bodies as $rollbook_value => $rollbook_label ) : ?>
					<option value="<?php echo esc_attr( $rollbook_value ); ?>"<?php selected( $data->settings['activity_bodies'], $rollbook_value ); ?>><?php echo esc_html( $rollbook_label ); ?></option>
				<?php endforeach; ?>
			</select>
			<p class="description" id="rollbook-bodies-help"><?php esc_html_e( 'Shown with an entry of the activity log, as long as the entry is kept. Passwords and tokens are never stored. To find the cause of a problem, the first choice is enough. With all requests, the log holds a copy of the data of all people; choose that for as long as you set something up.', 'rollbook' ); ?></p>
			<?php $form->problem( 'activity_bodies' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Fast lane', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="fast_lane" value="1" <?php checked( $data->settings['fast_lane'] ); ?><?php $form->describe( 'fast_lane', 'rollbook-lane-help' ); ?>> <?php esc_html_e( 'Answer before plugins and the theme are loaded', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-lane-help"><?php esc_html_e( 'Requests that only read, or are refused, then take a fraction of the time. Rollbook puts a file into the folder of the must-use plugins. If a plugin changes what identity providers read, Rollbook notices that and waits for all plugins, as without the fast lane.', 'rollbook' ); ?></p>
			<?php if ( $data->settings['fast_lane'] && null === $data->changers ) : ?>
				<p class="description"><strong>
				<?php
				/* translators: %s: a folder. */
				printf( esc_html__( 'The file could not be written, so the fast lane is not used. Let the web server write to the folder %s, then save again.', 'rollbook' ), '<code>' . esc_html( WPMU_PLUGIN_DIR ) . '</code>' );
				?>
				</strong></p>
			<?php elseif ( $data->settings['fast_lane'] && array() !== $data->changers ) : ?>
				<p class="description"><strong><?php esc_html_e( 'The fast lane is not used at the moment, because answers may depend on these plugins. You need to do nothing.', 'rollbook' ); ?></strong></p>
				<ul class="ul-disc">
					<?php foreach ( $data->changers as $rollbook_changer ) : ?>
						<li><code><?php echo esc_html( $rollbook_changer ); ?></code></li>
					<?php endforeach; ?>
				</ul>
			<?php endif; ?>
			<?php $form->problem( 'fast_lane' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'WPO365', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="wpo365_route" value="1" <?php checked( $data->settings['compatibility']['wpo365_route'] ); ?><?php $form->describe( 'compatibility.wpo365_route', 'rollbook-wpo365-help' ); ?>> <?php esc_html_e( 'Also answer at the address of WPO365', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-wpo365-help">
				<?php
				/* translators: %s: an address. */
				printf( esc_html__( 'For moving here from WPO365 without changing anything in Entra ID: %s', 'rollbook' ), '<code>' . esc_html( $data->wpo365 ) . '</code>' );
				?>
			</p>
			<?php $form->problem( 'compatibility.wpo365_route' ); ?>
			<?php $form->problem( 'compatibility' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Indexed attributes', 'rollbook' ); ?></th>
		<td>
			<?php foreach ( ValueIndexes::all() as $path => $complete ) : ?>
				<p><code><?php echo esc_html( (string) $path ); ?></code>
				<?php
				if ( ! $complete ) {
					/* translators: %d: a number of percent. */
					printf( esc_html__( 'being made, %d %%', 'rollbook' ), (int) ValueIndexing::progress() );
				}
				?>
				</p>
			<?php endforeach; ?>
			<p class="description"><?php esc_html_e( 'Names, logins, e-mail addresses and employee numbers are always found at once. When your identity provider searches more than a thousand people by another attribute, an index of it is made here by itself, in the background.', 'rollbook' ); ?></p>
		</td>
	</tr>
</table>

<?php require __DIR__ . '/alert-fields.php'; ?>
