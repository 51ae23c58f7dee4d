<?php
/**
 * Settings → Rollbook → Attributes.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints the parts that depend on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$types  = array(
	'text'      => __( 'Text', 'rollbook' ),
	'boolean'   => __( 'Yes or no', 'rollbook' ),
	'number'    => __( 'Number', 'rollbook' ),
	'date'      => __( 'Date', 'rollbook' ),
	'date_time' => __( 'Date and time', 'rollbook' ),
);
$values = array(
	''       => __( 'As usual: joined, or the first unless it is text', 'rollbook' ),
	'joined' => __( 'Joined', 'rollbook' ),
	'first'  => __( 'The first', 'rollbook' ),
	'list'   => __( 'A list', 'rollbook' ),
);
$places = array(
	'profile'    => __( 'Show on the profile page', 'rollbook' ),
	'users_list' => __( 'Show in the list of users', 'rollbook' ),
);
$about  = AttributesData::collect( $data );
$rows   = $data->settings['mappings'];
$rows[] = array( // An empty row, to add one.
	'path'       => $about->asked,
	'target'     => '',
	'title'      => '',
	'transform'  => null,
	'type'       => 'text',
	'values'     => null,
	'profile'    => false,
	'users_list' => false,
	'confirmed'  => false,
);
?>
<?php // Enter in a field presses a form's first button. ?>
<button class="screen-reader-text" tabindex="-1" aria-hidden="true"><?php esc_html_e( 'Save settings', 'rollbook' ); ?></button>
<p><?php esc_html_e( 'Names, display name, nickname, web address, language and e-mail address need no row. Every other attribute is kept and given back to the identity provider as it was sent; a row also puts it into WordPress.', 'rollbook' ); ?></p>
<?php if ( null !== $about->progress ) : ?>
	<div class="notice notice-info inline">
		<p>
			<?php
			/* translators: %d: a number of percent. */
			echo esc_html( sprintf( __( 'In the background the people who are there already get what the rows say now: %d %% are done.', 'rollbook' ), $about->progress ) );
			?>
		</p>
	</div>
<?php endif; ?>
<datalist id="rollbook-paths">
	<?php foreach ( $about->received as $path => $sample ) : ?>
		<option value="<?php echo esc_attr( $path ); ?>" label="<?php echo esc_attr( '' === $sample ? $path : "$path: $sample" ); ?>"></option>
	<?php endforeach; ?>
	<?php foreach ( array_diff( $data->suggestions['paths'], array_keys( $about->received ) ) as $suggestion ) : ?>
		<option value="<?php echo esc_attr( $suggestion ); ?>"></option>
	<?php endforeach; ?>
</datalist>
<datalist id="rollbook-targets">
	<?php foreach ( $about->targets as $suggestion ) : ?>
		<option value="<?php echo esc_attr( $suggestion ); ?>"></option>
	<?php endforeach; ?>
</datalist>
<?php $form->problem( 'mappings' ); ?>
<?php foreach ( $rows as $index => $row ) : ?>
	<?php
	$number = $index + 1;
	$is_new = count( $rows ) === $number;
	$place  = "mappings[$index]";
	$id     = "rollbook-mapping-$number";
	?>
	<?php
	$tried       = $number - 1 === ( $data->tried['number'] ?? null ) ? $data->tried : null;
	$is_received = ! in_array( $index, $about->unreceived, true );
	$is_wrong    = array() !== preg_grep( '/^' . preg_quote( $place, '/' ) . '(?:\.|$)/', array_keys( $data->problems ) );
	$is_open     = $is_wrong || null !== $tried || $is_new && ( '' !== $row['path'] || 0 === $index );
	?>
	<details class="rollbook-mapping card"<?php echo $is_open ? ' open' : ''; ?>>
		<summary>
			<?php if ( $is_new ) : ?>
				<strong><?php esc_html_e( 'Add an attribute', 'rollbook' ); ?></strong>
			<?php else : ?>
				<strong><?php echo esc_html( '' === $row['title'] ? $row['path'] : $row['title'] ); ?></strong>
				<span class="rollbook-way"><?php if ( '' !== $row['title'] ) : ?><code dir="ltr"><?php echo esc_html( $row['path'] ); ?></code> <?php endif; ?><span aria-hidden="true">→</span> <code dir="ltr"><?php echo esc_html( $row['target'] ); ?></code></span>
				<?php if ( isset( $data->missing[ $row['target'] ] ) ) : ?>
					<span class="rollbook-hint"><?php esc_html_e( 'The site has no such field', 'rollbook' ); ?></span>
				<?php elseif ( ! $is_received ) : ?>
					<span class="rollbook-hint"><?php esc_html_e( 'Never received', 'rollbook' ); ?></span>
				<?php endif; ?>
			<?php endif; ?>
		</summary>
	<fieldset>
		<legend class="screen-reader-text">
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
				<?php if ( ! $is_new && ! $is_received ) : ?>
					<p class="rollbook-missing"><?php esc_html_e( 'No identity provider has sent this attribute so far. Look whether it is mapped there, and spelt like this.', 'rollbook' ); ?></p>
				<?php endif; ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-target" ); ?>"><?php esc_html_e( 'Goes to', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-target" ); ?>" name="<?php echo esc_attr( "{$place}[target]" ); ?>" value="<?php echo esc_attr( $row['target'] ); ?>" list="rollbook-targets" class="code" placeholder="meta:department" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.target" ); ?>>
				<?php $form->problem( "$place.target" ); ?>
				<?php if ( isset( $data->missing[ $row['target'] ] ) ) : ?>
					<p class="rollbook-missing"><?php echo esc_html( $data->missing[ $row['target'] ] . ' ' . __( 'Values are kept, and written when the field is there.', 'rollbook' ) ); ?></p>
				<?php endif; ?>
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
			<div>
				<label for="<?php echo esc_attr( "$id-type" ); ?>"><?php esc_html_e( 'Written as', 'rollbook' ); ?></label>
				<select id="<?php echo esc_attr( "$id-type" ); ?>" name="<?php echo esc_attr( "{$place}[type]" ); ?>"<?php $form->describe( "$place.type" ); ?>>
					<?php foreach ( $types as $value => $text ) : ?>
						<option value="<?php echo esc_attr( $value ); ?>"<?php selected( $row['type'] ?? 'text', $value ); ?>><?php echo esc_html( $text ); ?></option>
					<?php endforeach; ?>
				</select>
				<?php $form->problem( "$place.type" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-values" ); ?>"><?php esc_html_e( 'Several values', 'rollbook' ); ?></label>
				<select id="<?php echo esc_attr( "$id-values" ); ?>" name="<?php echo esc_attr( "{$place}[values]" ); ?>"<?php $form->describe( "$place.values" ); ?>>
					<?php foreach ( $values as $value => $text ) : ?>
						<option value="<?php echo esc_attr( $value ); ?>"<?php selected( $row['values'] ?? '', $value ); ?>><?php echo esc_html( $text ); ?></option>
					<?php endforeach; ?>
				</select>
				<?php $form->problem( "$place.values" ); ?>
			</div>
			<div>
				<label for="<?php echo esc_attr( "$id-separator" ); ?>"><?php esc_html_e( 'Separator', 'rollbook' ); ?></label>
				<input type="text" id="<?php echo esc_attr( "$id-separator" ); ?>" name="<?php echo esc_attr( "{$place}[separator]" ); ?>" value="<?php echo esc_attr( $row['separator'] ?? ', ' ); ?>" class="code" autocomplete="off" spellcheck="false"<?php $form->describe( "$place.separator" ); ?>>
				<?php $form->problem( "$place.separator" ); ?>
			</div>
		</div>
		<div class="rollbook-try">
			<label for="<?php echo esc_attr( "$id-sample" ); ?>"><?php esc_html_e( 'Try a value', 'rollbook' ); ?></label>
			<input type="text" id="<?php echo esc_attr( "$id-sample" ); ?>" name="<?php echo esc_attr( "{$place}[sample]" ); ?>" value="<?php echo esc_attr( $tried['sample'] ?? $about->received[ $row['path'] ] ?? '' ); ?>" autocomplete="off" spellcheck="false">
			<button class="button" name="<?php echo esc_attr( "{$place}[try]" ); ?>" value="1"><?php esc_html_e( 'What would be stored?', 'rollbook' ); ?></button>
			<?php if ( null !== $tried ) : ?>
				<p class="rollbook-tried" tabindex="-1" autofocus>
					<?php
					if ( array() !== $tried['reasons'] ) {
						echo esc_html( implode( ' ', $tried['reasons'] ) );
					} elseif ( null === $tried['stored'] ) {
						esc_html_e( 'Nothing would be stored: the value does not fit.', 'rollbook' );
					} else {
						/* translators: %s: a value. */
						printf( esc_html__( 'Stored would be: %s', 'rollbook' ), '<code>' . esc_html( is_string( $tried['stored'] ) ? $tried['stored'] : (string) wp_json_encode( $tried['stored'], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ) ) . '</code>' );
					}
					?>
				</p>
			<?php endif; ?>
		</div>
		<p class="rollbook-places">
			<?php foreach ( $places as $field => $text ) : ?>
				<label class="rollbook-shown"><input type="checkbox" name="<?php echo esc_attr( "{$place}[$field]" ); ?>" value="1" <?php checked( ! empty( $row[ $field ] ) ); ?>> <?php echo esc_html( $text ); ?></label>
			<?php endforeach; ?>
			<?php if ( ! $is_new ) : ?>
				<label class="rollbook-remove"><input type="checkbox" name="<?php echo esc_attr( "{$place}[remove]" ); ?>" value="1"> <?php esc_html_e( 'Remove', 'rollbook' ); ?></label>
			<?php endif; ?>
		</p>
		<?php if ( $row['confirmed'] ?? false ) : ?>
			<input type="hidden" name="<?php echo esc_attr( "{$place}[confirmed]" ); ?>" value="1">
		<?php elseif ( isset( $data->problems[ "$place.confirmed" ] ) ) : ?>
			<?php $form->problem( "$place.confirmed" ); ?>
			<p><label><input type="checkbox" name="<?php echo esc_attr( "{$place}[confirmed]" ); ?>" value="1"<?php $form->describe( "$place.confirmed" ); ?>> <?php esc_html_e( 'Overwrite what accounts have there', 'rollbook' ); ?></label></p>
		<?php endif; ?>
		<input type="hidden" name="<?php echo esc_attr( "{$place}[confirmed_for]" ); ?>" value="<?php echo esc_attr( $row['target'] ); ?>">
		<?php $form->problem( $place ); ?>
	</fieldset>
	</details>
<?php endforeach; ?>
<p class="description"><?php esc_html_e( 'Fill in the last one to add an attribute; save for another empty one.', 'rollbook' ); ?></p>
<?php require __DIR__ . '/attributes-received.php'; ?>
