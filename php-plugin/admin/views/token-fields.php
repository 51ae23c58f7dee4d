<?php
/**
 * The fields that the forms for a new token and for an own one have in common.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\ConnectionData $data What to show.
 * @var string                                   $form The form's name. It is part of the ids, so that each is unique.
 * @var array<string, string>                    $typed What was typed, if the form was refused.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

$typed = array_filter( $typed ) + array(
	'name'       => '',
	'scope'      => 'full',
	'expires'    => 'never',
	'expires_on' => '',
);
$ends  = array(
	'never'   => __( 'Never', 'rollbook' ),
	'90-days' => __( 'In 90 days', 'rollbook' ),
	'1-year'  => __( 'In one year', 'rollbook' ),
	'date'    => __( 'At the end of this day:', 'rollbook' ),
);
?>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="<?php echo esc_attr( "$form-name" ); ?>"><?php esc_html_e( 'Name', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" id="<?php echo esc_attr( "$form-name" ); ?>" name="name" class="regular-text" value="<?php echo esc_attr( $typed['name'] ); ?>" required maxlength="<?php echo esc_attr( (string) Tokens::NAME_LENGTH ); ?>" aria-describedby="<?php echo esc_attr( "$form-name-help" ); ?>">
			<p class="description" id="<?php echo esc_attr( "$form-name-help" ); ?>"><?php esc_html_e( 'Who uses it: “Entra ID”, “Okta”.', 'rollbook' ); ?></p>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Access', 'rollbook' ); ?></th>
		<td>
			<fieldset>
				<legend class="screen-reader-text"><?php esc_html_e( 'Access', 'rollbook' ); ?></legend>
				<label><input type="radio" name="scope" value="full" <?php checked( $typed['scope'], 'full' ); ?>> <?php esc_html_e( 'Full: create, change and remove people and groups', 'rollbook' ); ?></label><br>
				<label><input type="radio" name="scope" value="read" <?php checked( $typed['scope'], 'read' ); ?>> <?php esc_html_e( 'Reading only', 'rollbook' ); ?></label>
			</fieldset>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Expires', 'rollbook' ); ?></th>
		<td>
			<fieldset>
				<legend class="screen-reader-text"><?php esc_html_e( 'Expires', 'rollbook' ); ?></legend>
				<?php foreach ( $ends as $end => $text ) : ?>
					<?php echo 'never' === $end ? '' : '<br>'; ?>
					<label><input type="radio" name="expires" value="<?php echo esc_attr( $end ); ?>" <?php checked( $typed['expires'], $end ); ?>> <?php echo esc_html( $text ); ?></label>
				<?php endforeach; ?>
				<input type="date" name="expires_on" value="<?php echo esc_attr( $typed['expires_on'] ); ?>" min="<?php echo esc_attr( $data->earliest_end ); ?>" aria-label="<?php esc_attr_e( 'Last day of the token', 'rollbook' ); ?>">
			</fieldset>
		</td>
	</tr>
</table>
