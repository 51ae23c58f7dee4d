<?php
/**
 * Settings → Rollbook: the field for a person.
 *
 * @package Rollbook
 *
 * @var string                                                   $name   The field's name.
 * @var string                                                   $login  The login that it holds.
 * @var string                                                   $place  The setting.
 * @var bool                                                     $asked  Whether the search button was pressed.
 * @var \Rollbook\WordPress\Admin\Form                           $form   Prints what depends on problems.
 * @var list<array{login: string, label: string, unfit: string}> $found  The people that the search found.
 * @var \WP_User|false                                           $chosen The person that the setting names.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<div class="rollbook-picker">
	<input type="text" id="rollbook-reassign" name="<?php echo esc_attr( $name ); ?>" class="regular-text" value="<?php echo esc_attr( $login ); ?>" autocomplete="off" spellcheck="false" data-rollbook-people="<?php echo esc_attr( wp_create_nonce( PersonPicker::FIND ) ); ?>"<?php $form->describe( $place, 'rollbook-reassign-person rollbook-reassign-help' ); ?>>
	<button name="<?php echo esc_attr( PersonPicker::SEARCH ); ?>" value="1" class="button"><?php esc_html_e( 'Search', 'rollbook' ); ?></button>
</div>
<p id="rollbook-reassign-person"><?php echo false === $chosen ? '' : esc_html( PersonPicker::label( $chosen->display_name, $chosen->user_login, $chosen->ID ) ); ?></p>
<?php if ( $asked && array() === $found ) : ?>
	<p class="rollbook-problem" role="status"><?php esc_html_e( 'Nobody was found.', 'rollbook' ); ?></p>
<?php elseif ( $asked ) : ?>
	<fieldset class="rollbook-found">
		<legend><?php esc_html_e( 'Choose one, then save:', 'rollbook' ); ?></legend>
		<?php foreach ( $found as $index => $person ) : ?>
			<label><input type="radio" name="<?php echo esc_attr( "{$name}_found" ); ?>" value="<?php echo esc_attr( $person['login'] ); ?>" <?php disabled( '' !== $person['unfit'] ); ?><?php echo 0 === $index ? ' autofocus' : ''; ?>> <?php echo esc_html( $person['label'] ); ?></label>
			<?php if ( '' !== $person['unfit'] ) : ?>
				<span class="description"><?php echo esc_html( $person['unfit'] ); ?></span>
			<?php endif; ?>
			<br>
		<?php endforeach; ?>
	</fieldset>
<?php endif; ?>
