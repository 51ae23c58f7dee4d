<?php
/**
 * Settings → Rollbook → People.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\FormData $data What to show.
 * @var \Rollbook\WordPress\Admin\Form     $form Prints the parts that depend on problems.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$existing = array(
	'link'  => __( 'Link: an identity provider finds them by e-mail address and takes charge of them; by username alone those that have no address', 'rollbook' ),
	'apart' => __( 'Keep apart: identity providers neither see nor touch them', 'rollbook' ),
);
$ends     = array(
	'self_registered' => __( 'of accounts that anybody could have made: where people register or buy something, and the account has no more rights than that gives', 'rollbook' ),
	'always'          => __( 'of every account that is linked', 'rollbook' ),
	'never'           => __( 'of none', 'rollbook' ),
);
$sources  = array(
	'userName'   => __( 'The username that the identity provider sends', 'rollbook' ),
	'local-part' => __( 'What stands before the @ of that username', 'rollbook' ),
	'email'      => __( 'The e-mail address', 'rollbook' ),
	'pattern'    => __( 'That username, rewritten by the pattern below', 'rollbook' ),
);
$policies = array(
	'deactivate' => __( 'Keep the account, locked', 'rollbook' ),
	'reassign'   => __( 'Delete the account and give its content to somebody else', 'rollbook' ),
	'delete'     => __( 'Delete the account and its content', 'rollbook' ),
);
$username = $data->settings['username'];
?>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><?php esc_html_e( 'Existing accounts', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'existing_accounts', 'rollbook-existing-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'Existing accounts', 'rollbook' ); ?></legend>
				<?php $form->radios( 'existing_accounts', $existing, $data->settings['existing_accounts'] ); ?>
				<p class="description" id="rollbook-existing-help"><?php esc_html_e( 'Accounts that were here before the identity provider. Administrators are never linked.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'existing_accounts' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'With the link ends the password', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'link_credentials', 'rollbook-credentials-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'With the link ends the password', 'rollbook' ); ?></legend>
				<?php $form->radios( 'link_credentials', $ends, $data->settings['link_credentials'] ); ?>
				<p class="description" id="rollbook-credentials-help"><?php esc_html_e( 'Somebody may have registered a colleague’s address before the colleague came. Password, application passwords and sessions end with the first link; the person sets a new password through the address, with “Lost your password?”.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'link_credentials' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Notices', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="notify_existing_accounts" value="1" <?php checked( $data->settings['notify_existing_accounts'] ); ?><?php $form->describe( 'notify_existing_accounts', 'rollbook-notices-help' ); ?>> <?php esc_html_e( 'Tell the person and the administrator when the address or password of an account that was here before is changed', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-notices-help"><?php esc_html_e( 'By mail, to the old address. Accounts that the identity provider has created get none.', 'rollbook' ); ?></p>
			<?php $form->problem( 'notify_existing_accounts' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Username of a new account', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'username.from', 'rollbook-username-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'Username of a new account', 'rollbook' ); ?></legend>
				<?php $form->radios( 'username_from', $sources, $username['from'] ); ?>
				<p class="description" id="rollbook-username-help"><?php esc_html_e( 'What WordPress does not allow in a username is left out, and a number is added where somebody has it already.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'username.from' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-pattern"><?php esc_html_e( 'Pattern', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" id="rollbook-pattern" name="username_pattern" class="regular-text code" value="<?php echo esc_attr( (string) $username['pattern'] ); ?>" autocomplete="off" spellcheck="false"<?php $form->describe( 'username.pattern', 'rollbook-pattern-help' ); ?>>
			<p class="description" id="rollbook-pattern-help">
				<?php
				printf(
					/* translators: 1: a regular expression, 2: a replacement, 3: a name, 4: a shorter name. */
					esc_html__( 'A regular expression; what it matches is replaced. %1$s and the replacement %2$s make %4$s of %3$s.', 'rollbook' ),
					'<code>^(\w)\w*\.(\w+)@.*$</code>',
					'<code>$1$2</code>',
					'<code>jane.doe@example.com</code>',
					'<code>jdoe</code>'
				);
				?>
			</p>
			<?php $form->problem( 'username.pattern' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-replacement"><?php esc_html_e( 'Replacement', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" id="rollbook-replacement" name="username_replacement" class="regular-text code" value="<?php echo esc_attr( (string) $username['replacement'] ); ?>" autocomplete="off" spellcheck="false"<?php $form->describe( 'username.replacement' ); ?>>
			<?php $form->problem( 'username.replacement' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'New names', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="username_rename" value="1" <?php checked( $username['rename'] ); ?><?php $form->describe( 'username.rename', 'rollbook-rename-help' ); ?>> <?php esc_html_e( 'Give an account another username when the person is renamed', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-rename-help"><?php esc_html_e( 'Otherwise the account keeps the username that it was created with. In both cases it stays the same account.', 'rollbook' ); ?></p>
			<?php $form->problem( 'username.rename' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Passwords', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="password_sync" value="1" <?php checked( $data->settings['password_sync'] ); ?><?php $form->describe( 'password_sync', 'rollbook-password-help' ); ?>> <?php esc_html_e( 'Set the passwords that the identity provider sends', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-password-help"><?php esc_html_e( 'People that it manages set no password here then. Otherwise such passwords are dropped.', 'rollbook' ); ?></p>
			<?php $form->problem( 'password_sync' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Own passwords', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="no_local_passwords" value="1" <?php checked( ! $data->settings['local_passwords'] ); ?><?php $form->describe( 'local_passwords', 'rollbook-local-password-help' ); ?>> <?php esc_html_e( 'People that the identity provider manages may set no password here', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-local-password-help"><?php esc_html_e( 'For sites with single sign-on. Passwords that they have already go on working.', 'rollbook' ); ?></p>
			<?php $form->problem( 'local_passwords' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Profile page', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="profile_edits" value="1" <?php checked( $data->settings['profile_edits'] ); ?><?php $form->describe( 'profile_edits', 'rollbook-profile-help' ); ?>> <?php esc_html_e( 'Let people edit what the identity provider has sent', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-profile-help"><?php esc_html_e( 'Otherwise such fields are read-only and say where they come from. An edit is replaced with the identity provider’s next change of the person.', 'rollbook' ); ?></p>
			<?php $form->problem( 'profile_edits' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'Welcome mail', 'rollbook' ); ?></th>
		<td>
			<label><input type="checkbox" name="welcome_mail" value="1" <?php checked( $data->settings['welcome_mail'] ); ?><?php $form->describe( 'welcome_mail', 'rollbook-mail-help' ); ?>> <?php esc_html_e( 'Send new people a link to set their password', 'rollbook' ); ?></label>
			<p class="description" id="rollbook-mail-help"><?php esc_html_e( 'Once, when their account is created.', 'rollbook' ); ?></p>
			<?php $form->problem( 'welcome_mail' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'When a person is deleted', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $form->describe( 'deletion.policy', 'rollbook-deletion-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'When a person is deleted', 'rollbook' ); ?></legend>
				<?php $form->radios( 'deletion_policy', $policies, $data->settings['deletion']['policy'], array( 'delete' => __( 'cannot be undone', 'rollbook' ) ) ); ?>
				<p class="description" id="rollbook-deletion-help"><?php esc_html_e( 'A kept account comes back when the identity provider creates the same person again.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $form->problem( 'deletion.policy' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-reassign"><?php esc_html_e( 'Content goes to', 'rollbook' ); ?></label></th>
		<td>
			<?php PersonPicker::render( 'reassign_to', (string) $data->settings['deletion']['reassign_to'], 'deletion.reassign_to', $data->searched, $form ); ?>
			<p class="description" id="rollbook-reassign-help"><?php esc_html_e( 'Search by name, login, e-mail address or ID. With a kept account the content stays where it is if this is empty.', 'rollbook' ); ?></p>
			<?php $form->problem( 'deletion.reassign_to' ); ?>
		</td>
	</tr>
	<?php RemovalFields::render( $data->settings['mass_removal'], $form ); ?>
</table>
