<?php
/**
 * Settings → Rollbook → People: how many people may be removed before the owner is asked.
 *
 * @package Rollbook
 *
 * @var array{watch: bool, people: int|string, percent: int|string, hours: int|string} $values The settings.
 * @var \Rollbook\WordPress\Admin\Form                                                 $form   Prints what depends on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$fields = array(
	'people'  => __( 'People', 'rollbook' ),
	'percent' => __( 'Or, if that is more, percent of the managed people', 'rollbook' ),
	'hours'   => __( 'Within so many hours', 'rollbook' ),
);
?>
<tr>
	<th scope="row"><?php esc_html_e( 'When many people are removed', 'rollbook' ); ?></th>
	<td>
		<fieldset<?php $form->describe( 'mass_removal', 'rollbook-removal-help' ); ?>>
			<legend class="screen-reader-text"><?php esc_html_e( 'When many people are removed', 'rollbook' ); ?></legend>
			<label><input type="checkbox" name="removal_watch" value="1" <?php checked( $values['watch'] ); ?>> <?php esc_html_e( 'Ask me when more people are deleted, locked out or lose a role than this:', 'rollbook' ); ?></label><br>
			<?php foreach ( $fields as $key => $label ) : ?>
				<label><input type="text" inputmode="numeric" name="removal_<?php echo esc_attr( $key ); ?>" class="small-text" value="<?php echo esc_attr( (string) $values[ $key ] ); ?>"<?php $form->describe( "mass_removal.$key" ); ?>> <?php echo esc_html( $label ); ?></label><br>
				<?php $form->problem( "mass_removal.$key" ); ?>
			<?php endforeach; ?>
			<p class="description" id="rollbook-removal-help"><?php esc_html_e( 'A wrong filter in the identity provider looks as if everybody had left. Beyond this number deletions wait: the accounts are locked and kept until you decide. You are told by mail and by a notice, and can undo everything together.', 'rollbook' ); ?></p>
		</fieldset>
		<?php $form->problem( 'mass_removal' ); ?>
	</td>
</tr>
