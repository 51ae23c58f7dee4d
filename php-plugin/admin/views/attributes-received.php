<?php
/**
 * Settings → Rollbook → Attributes: what was received.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData       $data  What the form shows.
 * @var \Rollbook\WordPress\Admin\AttributesData $about What stands beside the form's rows.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$goes = array_column( $data->settings['mappings'], 'target', 'path' );
?>
<h3><?php esc_html_e( 'What was received', 'rollbook' ); ?></h3>
<?php if ( array() === $about->received ) : ?>
	<p><?php esc_html_e( 'Nothing yet. As soon as an identity provider writes a person, each attribute stands here with a sample.', 'rollbook' ); ?></p>
<?php else : ?>
	<details class="rollbook-received">
		<summary>
			<?php
			/* translators: %s: a number. */
			echo esc_html( sprintf( _n( '%s attribute', '%s attributes', count( $about->received ), 'rollbook' ), number_format_i18n( count( $about->received ) ) ) );
			?>
		</summary>
		<table class="widefat striped rollbook-rows">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Attribute', 'rollbook' ); ?></th>
					<th scope="col"><?php esc_html_e( 'A sample', 'rollbook' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Goes to', 'rollbook' ); ?></th>
				</tr>
			</thead>
			<tbody>
				<?php foreach ( $about->received as $path => $sample ) : ?>
					<tr>
						<td data-colname="<?php esc_attr_e( 'Attribute', 'rollbook' ); ?>"><code dir="ltr"><?php echo esc_html( $path ); ?></code></td>
						<td data-colname="<?php esc_attr_e( 'A sample', 'rollbook' ); ?>"><?php echo esc_html( '' === $sample ? '–' : $sample ); ?></td>
						<td data-colname="<?php esc_attr_e( 'Goes to', 'rollbook' ); ?>">
							<?php if ( isset( $goes[ $path ] ) ) : ?>
								<code dir="ltr"><?php echo esc_html( $goes[ $path ] ); ?></code>
							<?php else : ?>
								<?php /* translators: %s: an attribute. */ ?>
								<a href="<?php echo esc_url( add_query_arg( 'add', rawurlencode( $path ), SettingsPage::url( 'attributes' ) ) ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Add a row for %s', 'rollbook' ), $path ) ); ?>"><?php esc_html_e( 'Add a row', 'rollbook' ); ?></a>
							<?php endif; ?>
						</td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
	</details>
<?php endif; ?>
<?php foreach ( $about->last as $title => list( $text, $time ) ) : ?>
	<details class="rollbook-body">
		<summary><?php echo esc_html( "$title, " . ActivityWords::moment( $time ) ); ?></summary>
		<pre tabindex="0" dir="ltr"><?php echo esc_html( $text ); ?></pre>
		<p class="description"><?php esc_html_e( 'As it is kept for the identity provider; secrets are replaced by “…”.', 'rollbook' ); ?></p>
	</details>
<?php endforeach; ?>
