<?php
/**
 * Settings → Rollbook → Activity: an entry.
 *
 * @package Rollbook
 *
 * @var array<string, ?string>                                             $entry  The entry.
 * @var array<string, array{text: ?string, size: int, is_cut: bool}> $bodies What was sent and answered, where it is kept.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$status     = (int) $entry['status'];
$changes    = ActivityWords::changes( $entry );
$attributes = ActivityWords::attributes( $entry );
$dialects   = ActivityWords::dialects( $entry );
?>
<p><a href="<?php echo esc_url( ActivityLinks::url() ); ?>"><?php esc_html_e( 'All activity', 'rollbook' ); ?></a></p>
<h2><?php echo esc_html( ActivityWords::action( $entry ) ); ?>: <?php echo esc_html( ActivityWords::outcome( $entry ) ); ?></h2>
<?php if ( null !== $entry['detail'] && in_array( $entry['outcome'], array( 'refused', 'partly' ), true ) ) : ?>
	<div class="notice notice-warning inline">
		<?php if ( ActivityWords::was_answered( $entry ) ) : ?>
			<p><?php esc_html_e( 'The identity provider was told:', 'rollbook' ); ?></p>
		<?php endif; ?>
		<p><?php echo ActivityTable::reason( $entry, (string) $entry['detail'] ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?></p>
	</div>
<?php endif; ?>
<?php if ( null !== $entry['failure'] ) : ?>
	<div class="notice notice-error inline">
		<p><strong><?php echo nl2br( esc_html( $entry['failure'] ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Only line breaks are added. ?></strong></p>
		<?php if ( 'failed' === $entry['outcome'] ) : ?>
			<p><?php esc_html_e( 'This went wrong on the site, not in the identity provider, which sends it again by itself. If a plugin is named, update it or tell its makers; the PHP error log of the site has more.', 'rollbook' ); ?></p>
		<?php endif; ?>
	</div>
<?php endif; ?>
<table class="form-table rollbook-facts" role="presentation">
	<tr>
		<th scope="row"><?php esc_html_e( 'Time', 'rollbook' ); ?></th>
		<td><?php echo esc_html( ActivityWords::moment( (int) $entry['time'] ) ); ?></td>
	</tr>
	<?php if ( null !== $entry['resource_name'] || null !== $entry['user_id'] ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Person or group', 'rollbook' ); ?></th>
			<td>
				<?php echo esc_html( (string) $entry['resource_name'] ); ?>
				<?php if ( null !== $entry['user_id'] ) : ?>
					<a href="<?php echo esc_url( ActivityLinks::url( array( 'person' => $entry['user_id'] ) ) ); ?>"><?php esc_html_e( 'Access and activity', 'rollbook' ); ?></a>
				<?php endif; ?>
			</td>
		</tr>
	<?php endif; ?>
	<tr>
		<th scope="row"><?php esc_html_e( 'By', 'rollbook' ); ?></th>
		<td><?php echo esc_html( ActivityWords::actor( $entry ) ); ?><?php echo null === $entry['address'] ? '' : ' · <span dir="ltr">' . esc_html( $entry['address'] ) . '</span>'; ?></td>
	</tr>
	<?php if ( array() !== $changes ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Changed in WordPress', 'rollbook' ); ?></th>
			<td>
				<ul class="rollbook-changes">
					<?php foreach ( $changes as $change ) : ?>
						<li><?php echo ActivityTable::change( $change ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?></li>
					<?php endforeach; ?>
				</ul>
			</td>
		</tr>
	<?php endif; ?>
	<?php if ( array() !== $attributes ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Changed by the identity provider', 'rollbook' ); ?></th>
			<td><code><?php echo implode( '</code> <code>', array_map( 'esc_html', $attributes ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Each is escaped. ?></code></td>
		</tr>
	<?php endif; ?>
	<?php if ( null !== $entry['detail'] && in_array( $entry['outcome'], array( 'done', 'failed' ), true ) ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Message', 'rollbook' ); ?></th>
			<td><?php echo ActivityTable::reason( $entry, (string) $entry['detail'] ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?></td>
		</tr>
	<?php endif; ?>
	<?php if ( null !== $entry['path'] && 'TASK' !== $entry['method'] ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Request', 'rollbook' ); ?></th>
			<td><code dir="ltr"><?php echo esc_html( "{$entry['method']} {$entry['path']}" ); ?></code></td>
		</tr>
		<tr>
			<th scope="row"><?php esc_html_e( 'Answer', 'rollbook' ); ?></th>
			<td>
				<?php
				/* translators: 1: number and name of a status, 2: a number. */
				echo esc_html( sprintf( __( '%1$s, after %2$s milliseconds', 'rollbook' ), trim( $status . ' ' . get_status_header_desc( $status ) ), number_format_i18n( (int) $entry['duration_ms'] ) ) );
				?>
			</td>
		</tr>
	<?php endif; ?>
	<?php if ( array() !== $dialects ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Departures from the standard', 'rollbook' ); ?></th>
			<td>
				<code><?php echo implode( '</code> <code>', array_map( 'esc_html', $dialects ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Each is escaped. ?></code>
				<p class="description"><?php esc_html_e( 'The identity provider writes these in its own way. Rollbook understands them; there is nothing to do.', 'rollbook' ); ?></p>
			</td>
		</tr>
	<?php endif; ?>
</table>
<?php foreach ( $bodies as $part => $body ) : ?>
	<details class="rollbook-body">
		<summary><?php echo esc_html( 'request' === $part ? __( 'What was sent', 'rollbook' ) : __( 'What was answered', 'rollbook' ) ); ?></summary>
		<?php if ( null === $body['text'] ) : ?>
			<p>
				<?php
				/* translators: %s: a size, such as “2 KB”. */
				echo esc_html( sprintf( __( '%s that cannot be read as JSON. They are not kept, because nobody can tell what of them is secret.', 'rollbook' ), (string) size_format( $body['size'] ) ) );
				?>
			</p>
		<?php else : ?>
			<pre tabindex="0" dir="ltr"><?php echo esc_html( $body['text'] ); ?></pre>
			<?php if ( $body['is_cut'] ) : ?>
				<p class="description">
					<?php
					/* translators: 1 and 2: sizes, such as “2 KB”. */
					echo esc_html( sprintf( __( 'Cut after %1$s; %2$s were sent.', 'rollbook' ), (string) size_format( strlen( $body['text'] ) ), (string) size_format( $body['size'] ) ) );
					?>
				</p>
			<?php endif; ?>
		<?php endif; ?>
	</details>
<?php endforeach; ?>
<?php if ( array() !== $bodies ) : ?>
	<p class="description"><?php esc_html_e( 'Passwords, tokens and the like are replaced by “…” before anything is stored.', 'rollbook' ); ?></p>
<?php elseif ( null !== $entry['path'] && null !== $entry['token_id'] ) : ?>
	<p class="description">
		<?php esc_html_e( 'What was sent and answered is not kept for this request.', 'rollbook' ); ?>
		<a href="<?php echo esc_url( SettingsPage::url( 'advanced' ) ); ?>#rollbook-bodies"><?php esc_html_e( 'Change what is kept', 'rollbook' ); ?></a>
	</p>
<?php endif; ?>
