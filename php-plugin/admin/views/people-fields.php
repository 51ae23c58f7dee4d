<?php
/**
 * The fields of the settings about people.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\SettingsData $data What to show.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$existing = array(
	'link'  => __( 'Link: an identity provider finds them by username or e-mail address and takes charge of them', 'rollbook' ),
	'apart' => __( 'Keep apart: identity providers neither see nor touch them', 'rollbook' ),
);
$policies = array(
	'deactivate' => __( 'Keep the account, locked', 'rollbook' ),
	'reassign'   => __( 'Delete the account and give its content to somebody else', 'rollbook' ),
	'delete'     => __( 'Delete the account and its content', 'rollbook' ),
);

$problem = static function ( string $place ) use ( $data ): void {
	if ( isset( $data->problems[ $place ] ) ) {
		printf( '<p class="rollbook-problem" id="rollbook-problem-%s">%s</p>', esc_attr( sanitize_html_class( $place ) ), esc_html( $data->problems[ $place ] ) );
	}
};
$invalid = static function ( string $place, string $help = '' ) use ( $data ): void {
	$wrong = isset( $data->problems[ $place ] );
	$ids   = trim( $help . ( $wrong ? ' rollbook-problem-' . sanitize_html_class( $place ) : '' ) );
	if ( '' !== $ids ) {
		printf( ' aria-describedby="%s"', esc_attr( $ids ) );
	}
	if ( $wrong ) {
		echo ' aria-invalid="true"';
	}
};
?>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><?php esc_html_e( 'Existing accounts', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $invalid( 'existing_accounts', 'rollbook-existing-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'Existing accounts', 'rollbook' ); ?></legend>
				<?php foreach ( $existing as $value => $text ) : ?>
					<label><input type="radio" name="existing_accounts" value="<?php echo esc_attr( $value ); ?>" <?php checked( $data->settings['existing_accounts'], $value ); ?>> <?php echo esc_html( $text ); ?></label><br>
				<?php endforeach; ?>
				<p class="description" id="rollbook-existing-help"><?php esc_html_e( 'Accounts that were here before the identity provider. Administrators are never linked.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $problem( 'existing_accounts' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-default-role"><?php esc_html_e( 'Role of new people', 'rollbook' ); ?></label></th>
		<td>
			<select id="rollbook-default-role" name="default_role"<?php $invalid( 'default_role' ); ?>>
				<option value="" <?php selected( $data->settings['default_role'], null ); ?>><?php esc_html_e( 'The site’s default role', 'rollbook' ); ?></option>
				<?php foreach ( $data->roles as $value => $name ) : ?>
					<option value="<?php echo esc_attr( $value ); ?>" <?php selected( $data->settings['default_role'], $value ); ?>><?php echo esc_html( $name ); ?></option>
				<?php endforeach; ?>
			</select>
			<?php $problem( 'default_role' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><?php esc_html_e( 'When a person is deleted', 'rollbook' ); ?></th>
		<td>
			<fieldset<?php $invalid( 'deletion.policy', 'rollbook-deletion-help' ); ?>>
				<legend class="screen-reader-text"><?php esc_html_e( 'When a person is deleted', 'rollbook' ); ?></legend>
				<?php foreach ( $policies as $value => $text ) : ?>
					<label><input type="radio" name="deletion_policy" value="<?php echo esc_attr( $value ); ?>" <?php checked( $data->settings['deletion']['policy'], $value ); ?>> <?php echo esc_html( $text ); ?></label><br>
				<?php endforeach; ?>
				<p class="description" id="rollbook-deletion-help"><?php esc_html_e( 'A kept account comes back when the identity provider creates the same person again.', 'rollbook' ); ?></p>
			</fieldset>
			<?php $problem( 'deletion.policy' ); ?>
		</td>
	</tr>
	<tr>
		<th scope="row"><label for="rollbook-reassign"><?php esc_html_e( 'Content goes to', 'rollbook' ); ?></label></th>
		<td>
			<input type="text" id="rollbook-reassign" name="reassign_to" class="regular-text" value="<?php echo esc_attr( (string) $data->settings['deletion']['reassign_to'] ); ?>" autocomplete="off" spellcheck="false"<?php $invalid( 'deletion.reassign_to', 'rollbook-reassign-help' ); ?>>
			<p class="description" id="rollbook-reassign-help"><?php esc_html_e( 'A username. With a kept account the content stays where it is if this is empty.', 'rollbook' ); ?></p>
			<?php $problem( 'deletion.reassign_to' ); ?>
		</td>
	</tr>
</table>
