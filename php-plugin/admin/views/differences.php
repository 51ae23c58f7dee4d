<?php
/**
 * Settings → Rollbook: what somebody else has saved meanwhile, beside what was typed.
 *
 * @package Rollbook
 *
 * @var list<array{label: string, theirs: string, yours: string, name: string, fields: int}> $rows The fields; the first one of a setting names the choice.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$columns = array( __( 'Setting', 'rollbook' ), __( 'Theirs, saved now', 'rollbook' ), __( 'Yours, as you typed it', 'rollbook' ), __( 'Save', 'rollbook' ) );
$empty   = '—';
?>
<table class="widefat striped rollbook-differences">
	<thead>
		<tr>
			<?php foreach ( $columns as $column ) : ?>
				<th scope="col"><?php echo esc_html( $column ); ?></th>
			<?php endforeach; ?>
		</tr>
	</thead>
	<tbody>
		<?php foreach ( $rows as $row ) : ?>
			<tr>
				<th scope="row"><?php echo esc_html( $row['label'] ); ?></th>
				<td><span class="rollbook-label" aria-hidden="true"><?php echo esc_html( $columns[1] ); ?></span> <?php echo nl2br( esc_html( '' === $row['theirs'] ? $empty : $row['theirs'] ), false ); ?></td>
				<td><span class="rollbook-label" aria-hidden="true"><?php echo esc_html( $columns[2] ); ?></span> <?php echo nl2br( esc_html( '' === $row['yours'] ? $empty : $row['yours'] ), false ); ?></td>
				<?php if ( '' !== $row['name'] ) : ?>
					<td rowspan="<?php echo esc_attr( (string) $row['fields'] ); ?>">
						<fieldset>
							<?php /* translators: %s: name of a setting. */ ?>
							<legend class="screen-reader-text"><?php echo esc_html( sprintf( __( 'Which value of “%s” is saved', 'rollbook' ), $row['label'] ) ); ?></legend>
							<label><input type="radio" form="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>" name="<?php echo esc_attr( $row['name'] ); ?>" value="theirs"> <?php esc_html_e( 'Theirs', 'rollbook' ); ?></label><br>
							<label><input type="radio" form="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>" name="<?php echo esc_attr( $row['name'] ); ?>" value="yours" checked> <?php esc_html_e( 'What stands below', 'rollbook' ); ?></label>
						</fieldset>
					</td>
				<?php endif; ?>
			</tr>
		<?php endforeach; ?>
	</tbody>
</table>
<p class="rollbook-buttons"><button form="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>" class="button button-primary"><?php esc_html_e( 'Save what is chosen', 'rollbook' ); ?></button></p>
