<?php
/**
 * Settings → Rollbook → Roles & groups.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints the parts that depend on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\People\Administrators;

defined( 'ABSPATH' ) || exit;

$rules   = $data->settings['role_rules'];
$rules[] = array( // An empty row, to add one.
	'filter' => '',
	'role'   => '',
);
$doubts  = RuleQuestions::doubts();
$named   = array_map( static fn( string $role ): string => ltrim( $role, '-' ), (array) $data->settings['protected_roles'] );
$roles   = $data->roles + array_combine( $named, $named );
$by_hand = array(
	'keep'     => __( 'Keep: a role given by hand stays until the identity provider changes the person so that the rules decide otherwise', 'rollbook' ),
	'overrule' => __( 'Overrule: everybody has exactly the role that is due, and every synchronisation puts it back', 'rollbook' ),
);
?>
<h3 id="rollbook-rules"><?php esc_html_e( 'Role rules', 'rollbook' ); ?></h3>
<p>
	<?php
	printf(
		/* translators: 1 and 2: filters. */
		esc_html__( 'The first rule whose filter fits decides: %1$s, or %2$s.', 'rollbook' ),
		'<code>department eq "Sales"</code>',
		'<code>groups.display eq "Editors"</code>'
	);
	?>
</p>
<?php $form->problem( 'role_rules' ); ?>
<table class="widefat striped rollbook-rows rollbook-rules" aria-labelledby="rollbook-rules">
	<thead>
		<tr>
			<th scope="col" class="rollbook-narrow"><?php esc_html_e( 'Position', 'rollbook' ); ?></th>
			<th scope="col"><?php esc_html_e( 'Filter', 'rollbook' ); ?></th>
			<th scope="col"><?php esc_html_e( 'Role', 'rollbook' ); ?></th>
			<th scope="col" class="rollbook-narrow"><?php esc_html_e( 'Remove', 'rollbook' ); ?></th>
		</tr>
	</thead>
	<tbody>
		<?php foreach ( $rules as $index => $rule ) : ?>
			<?php
			$number = $index + 1;
			$is_new = count( $rules ) === $number;
			$place  = "role_rules[$index]";
			/* translators: %d: number of a rule. */
			$label = $is_new ? __( 'new rule', 'rollbook' ) : sprintf( __( 'rule %d', 'rollbook' ), $number );
			?>
			<tr<?php echo $is_new ? ' class="rollbook-new"' : ''; ?> data-rollbook-rule>
				<td data-colname="<?php esc_attr_e( 'Position', 'rollbook' ); ?>" class="rollbook-narrow">
					<?php /* translators: %s: which rule. */ ?>
					<input type="number" min="1" name="<?php echo esc_attr( "{$place}[position]" ); ?>" value="<?php echo esc_attr( (string) $number ); ?>" class="small-text" data-rollbook-label="<?php esc_attr_e( 'Position of %s', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Position of %s', 'rollbook' ), $label ) ); ?>">
					<span class="rollbook-move" hidden>
						<?php /* translators: %s: which rule. */ ?>
						<button type="button" class="button button-small" value="-1" data-rollbook-label="<?php esc_attr_e( 'Move %s up', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Move %s up', 'rollbook' ), $label ) ); ?>"><span class="dashicons dashicons-arrow-up-alt2" aria-hidden="true"></span></button>
						<?php /* translators: %s: which rule. */ ?>
						<button type="button" class="button button-small" value="1" data-rollbook-label="<?php esc_attr_e( 'Move %s down', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Move %s down', 'rollbook' ), $label ) ); ?>"><span class="dashicons dashicons-arrow-down-alt2" aria-hidden="true"></span></button>
					</span>
				</td>
				<td data-colname="<?php esc_attr_e( 'Filter', 'rollbook' ); ?>">
					<?php /* translators: %s: which rule. */ ?>
					<input type="text" name="<?php echo esc_attr( "{$place}[filter]" ); ?>" value="<?php echo esc_attr( $rule['filter'] ); ?>" class="large-text code" autocomplete="off" spellcheck="false" data-rollbook-label="<?php esc_attr_e( 'Filter of %s', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Filter of %s', 'rollbook' ), $label ) ); ?>"<?php $form->describe( "$place.filter", isset( $doubts[ $rule['filter'] ] ) ? "rollbook-doubt-$index" : '' ); ?>>
					<?php $form->problem( "$place.filter" ); ?>
					<?php if ( isset( $doubts[ $rule['filter'] ] ) ) : ?>
						<div class="rollbook-missing" id="<?php echo esc_attr( "rollbook-doubt-$index" ); ?>">
							<?php foreach ( array_unique( $doubts[ $rule['filter'] ] ) as $doubt ) : ?>
								<p><?php echo esc_html( $doubt ); ?></p>
							<?php endforeach; ?>
						</div>
					<?php endif; ?>
					<?php if ( '' !== $rule['filter'] ) : ?>
						<?php /* translators: %s: which rule. */ ?>
						<a href="<?php echo esc_url( RulesTester::url( array( 'filter' => $rule['filter'] ) ) ); ?>" data-rollbook-tester="filter" data-rollbook-label="<?php esc_attr_e( 'Who matches? (%s)', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Who matches? (%s)', 'rollbook' ), $label ) ); ?>"><?php esc_html_e( 'Who matches?', 'rollbook' ); ?></a>
					<?php endif; ?>
				</td>
				<td data-colname="<?php esc_attr_e( 'Role', 'rollbook' ); ?>">
					<?php /* translators: %s: which rule. */ ?>
					<select name="<?php echo esc_attr( "{$place}[role]" ); ?>" data-rollbook-label="<?php esc_attr_e( 'Role of %s', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Role of %s', 'rollbook' ), $label ) ); ?>"<?php $form->describe( "$place.role" ); ?>>
						<?php $form->roles( $rule['role'], __( '— Choose —', 'rollbook' ) ); ?>
					</select>
					<?php $form->problem( "$place.role" ); ?>
				</td>
				<td<?php echo $is_new ? '' : ' data-colname="' . esc_attr__( 'Remove', 'rollbook' ) . '"'; ?> class="rollbook-narrow">
					<?php if ( ! $is_new ) : ?>
						<?php /* translators: %s: which rule. */ ?>
						<input type="checkbox" name="<?php echo esc_attr( "{$place}[remove]" ); ?>" value="1" data-rollbook-label="<?php esc_attr_e( 'Remove %s', 'rollbook' ); ?>" aria-label="<?php echo esc_attr( sprintf( __( 'Remove %s', 'rollbook' ), $label ) ); ?>">
					<?php endif; ?>
				</td>
			</tr>
		<?php endforeach; ?>
	</tbody>
</table>
<p class="rollbook-add" hidden><button type="button" class="button"><?php esc_html_e( 'Add another rule', 'rollbook' ); ?></button></p>
<p class="description"><?php esc_html_e( 'Fill in the last row to add a rule. Rows count from the top; a rule that is to be removed goes when you save.', 'rollbook' ); ?></p>
<p class="description"><?php esc_html_e( 'Saving the rules changes nobody at once. An added, changed or removed rule decides for a person when the identity provider next writes something about them or their groups, with “Keep” too; only a role that was given by hand stays with “Keep”. For everybody at once, preview and apply the rules below.', 'rollbook' ); ?></p>

<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="rollbook-default-role"><?php esc_html_e( 'Role of new people', 'rollbook' ); ?></label></th>
		<td>
			<select id="rollbook-default-role" name="default_role"<?php $form->describe( 'default_role', 'rollbook-default-role-help' ); ?>>
				<?php $form->roles( '' === $data->settings['default_role'] ? RolesScreen::NO_ROLE : (string) $data->settings['default_role'], __( 'The site’s default role', 'rollbook' ), array( RolesScreen::NO_ROLE => __( '— No role —', 'rollbook' ) ) ); ?>
			</select>
			<p class="description" id="rollbook-default-role-help"><?php esc_html_e( 'For people that no rule above fits, or no longer fits. With “No role” they lose all their roles on this site, further ones too. They may still log in, but WordPress lets them do next to nothing, and its list of users shows them under “None”.', 'rollbook' ); ?></p>
			<?php $form->problem( 'default_role' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Roles given by hand', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'hand_given_roles', 'rollbook-by-hand-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'Roles given by hand', 'rollbook' ); ?></legend>
				<?php $form->radios( 'hand_given_roles', $by_hand, $data->settings['hand_given_roles'] ); ?>
				<p class="description" id="rollbook-by-hand-help"><?php esc_html_e( 'To people that an identity provider manages. Where an account has several roles, rules give the first; the others stay with “Keep” and go with “Overrule”.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'hand_given_roles' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Protected roles', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'protected_roles', 'rollbook-protected-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'Protected roles', 'rollbook' ); ?></legend>
				<?php foreach ( $roles as $role => $name ) : ?>
					<label><input type="checkbox" name="protected_roles[]" value="<?php echo esc_attr( (string) $role ); ?>" <?php checked( in_array( (string) $role, $data->protected, true ) ); ?> <?php disabled( Administrators::ROLE === (string) $role ); ?>> <?php echo esc_html( $name ); ?></label>
					<?php if ( Administrators::ROLE !== (string) $role && isset( $data->rights[ $role ] ) ) : ?>
						<span class="description">
							<?php
							/* translators: %s: names of capabilities. */
							echo esc_html( sprintf( __( 'has rights over others or over the site: %s', 'rollbook' ), implode( ', ', $data->rights[ $role ] ) ) );
							?>
						</span>
					<?php endif; ?>
					<br>
				<?php endforeach; ?>
				<p class="description" id="rollbook-protected-help"><?php esc_html_e( 'No rule gives a protected role, and no identity provider changes an account that has one. If an identity provider manages the person, it can still deactivate the account, and let the person in again. A role with rights over others or over the site is protected by itself.', 'rollbook' ); ?></p>
				<p class="rollbook-missing"><?php esc_html_e( 'Warning: if you take such a role out, anybody who controls the identity provider, or has a token, can take over each account with this role, and with it do all that the role may do: they move the email address and ask for a new password.', 'rollbook' ); ?></p>
				<p class="description"><?php esc_html_e( 'Editors are people of the directory, so they are not protected unless you tick the role. On a single site an editor may publish any HTML (the capability unfiltered_html), scripts included, and could in the end do as much as an administrator who visits the page.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'protected_roles' ); ?>
		</td>
	</tr>
</table>
