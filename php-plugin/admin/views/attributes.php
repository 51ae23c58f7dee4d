<?php
/**
 * Settings → Rollbook → Attributes.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints what depends on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$rows   = $data->settings['mappings'];
$rows[] = array( // An empty row, to add one.
	'path'       => '',
	'target'     => '',
	'title'      => '',
	'transform'  => null,
	'profile'    => false,
	'users_list' => false,
);
?>
<p><?php esc_html_e( 'Names, display name, nickname, web address, language and e-mail address need no row. Every other attribute is kept and given back to the identity provider as it was sent; a row also puts it into WordPress.', 'rollbook' ); ?></p>
<?php foreach ( $data->suggestions as $field => $suggestions ) : ?>
	<datalist id="<?php echo esc_attr( "rollbook-$field" ); ?>">
		<?php foreach ( $suggestions as $suggestion ) : ?>
			<option value="<?php echo esc_attr( $suggestion ); ?>"></option>
		<?php endforeach; ?>
	</datalist>
<?php endforeach; ?>
<?php $form->problem( 'mappings' ); ?>
<?php foreach ( $rows as $index => $row ) : ?>
	<?php
	$number = $index + 1;
	$is_new = count( $rows ) === $number;
	$place  = "mappings[$index]";
	$id     = "rollbook-mapping-$number";
	?>
	<fieldset class="rollbook-mapping card">
		<legend>
			<?php
			if ( $is_new ) {
				esc_html_e( 'New attribute', 'rollbook' );
			} else {
				echo esc_html( '' === $row['title'] ? $row['path'] : $row['title'] );
			}
			?>
		</legend>
		<div class="rollbook-columns">
			<div class="rollbook-wide">
				<label for="<?php echo esc_attr( "$id-path" ); ?>"><?php esc_html_e( 'Attribute', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-path" ); ?>" name="<?php echo esc_attr( "{$place}[path]" ); ?>" value="<?php echo esc_attr( $row['path'] ); ?>" list="rollbook-paths" class="code" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.path" ); ?>>
				<?php $form->problem( "$place.path" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-target" ); ?>"><?php esc_html_e( 'Goes to', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-target" ); ?>" name="<?php echo esc_attr( "{$place}[target]" ); ?>" value="<?php echo esc_attr( $row['target'] ); ?>" list="rollbook-targets" class="code" placeholder="meta:department" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.target" ); ?>>
				<?php $form->problem( "$place.target" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-title" ); ?>"><?php esc_html_e( 'Title', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-title" ); ?>" name="<?php echo esc_attr( "{$place}[title]" ); ?>" value="<?php echo esc_attr( $row['title'] ); ?>" autocomplete="off"<?php $form->describe( "$place.title" ); ?>>
				<?php $form->problem( "$place.title" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-pattern" ); ?>"><?php esc_html_e( 'Replace (pattern)', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-pattern" ); ?>" name="<?php echo esc_attr( "{$place}[pattern]" ); ?>" value="<?php echo esc_attr( $row['transform']['pattern'] ?? '' ); ?>" class="code" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.transform.pattern" ); ?>>
				<?php $form->problem( "$place.transform.pattern" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-replacement" ); ?>"><?php esc_html_e( 'By', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-replacement" ); ?>" name="<?php echo esc_attr( "{$place}[replacement]" ); ?>" value="<?php echo esc_attr( $row['transform']['replacement'] ?? '' ); ?>" class="code" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.transform.replacement" ); ?>>
				<?php $form->problem( "$place.transform.replacement" ); ?>
			</div>
		</div>
		<p>
			<label><input type="checkbox" name="<?php echo esc_attr( "{$place}[profile]" ); ?>" value="1" <?php checked( $row['profile'] ); ?>> <?php esc_html_e( 'Show in the profile', 'rollbook' ); ?></label>
			<label><input type="checkbox" name="<?php echo esc_attr( "{$place}[users_list]" ); ?>" value="1" <?php checked( $row['users_list'] ); ?>> <?php esc_html_e( 'Show in the users list', 'rollbook' ); ?></label>
			<?php if ( ! $is_new ) : ?>
				<label class="rollbook-remove"><input type="checkbox" name="<?php echo esc_attr( "{$place}[remove]" ); ?>" value="1"> <?php esc_html_e( 'Remove', 'rollbook' ); ?></label>
			<?php endif; ?>
		</p>
		<?php $form->problem( $place ); ?>
	</fieldset>
<?php endforeach; ?>
<p class="description"><?php esc_html_e( 'Fill in the last one to add an attribute; save for another empty one.', 'rollbook' ); ?></p>
