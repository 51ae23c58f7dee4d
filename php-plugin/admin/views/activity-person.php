<?php
/**
 * Settings → Rollbook → Activity: a person.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\PersonAccess   $person What is known of the person.
 * @var \Rollbook\WordPress\Admin\ActivitySearch $search What is looked for.
 * @var \Rollbook\WordPress\Admin\ActivityTable  $table  The person's entries.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$answer    = $person->answer();
$told      = $person->explanation;
$row       = $person->row;
$user      = $person->user;
$groups    = $told['groups'] ?? array();
$entry_url = null === $person->locked_by ? '' : ActivityLinks::url( array( 'entry' => $person->locked_by['id'] ) );
?>
<p><a href="<?php echo esc_url( ActivityLinks::url() ); ?>"><?php esc_html_e( 'All activity', 'rollbook' ); ?></a></p>
<h2><?php echo esc_html( $person->name ); ?></h2>
<div class="notice notice-<?php echo esc_attr( $answer['kind'] ); ?> inline rollbook-answer">
	<p>
		<strong><?php echo esc_html( $answer['text'] ); ?></strong>
		<?php if ( '' !== $entry_url ) : ?>
			<a href="<?php echo esc_url( $entry_url ); ?>"><?php esc_html_e( 'See that entry', 'rollbook' ); ?></a>
		<?php endif; ?>
	</p>
	<?php if ( '' !== $answer['cure'] ) : ?>
		<p><?php echo esc_html( $answer['cure'] ); ?></p>
	<?php endif; ?>
</div>
<table class="form-table rollbook-facts" role="presentation">
	<?php if ( null !== $user ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'WordPress account', 'rollbook' ); ?></th>
			<td>
				<?php if ( current_user_can( 'edit_user', $user->ID ) ) : ?>
					<a href="<?php echo esc_url( get_edit_user_link( $user->ID ) ); ?>"><?php echo esc_html( $user->user_login ); ?></a>
				<?php else : ?>
					<?php echo esc_html( $user->user_login ); ?>
				<?php endif; ?>
				<?php if ( '' !== $user->user_email ) : ?>
					· <?php echo esc_html( $user->user_email ); ?>
				<?php endif; ?>
			</td>
		</tr>
	<?php endif; ?>
	<?php if ( null !== $row ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Name in the identity provider', 'rollbook' ); ?></th>
			<td><?php echo esc_html( (string) $row['user_name'] ); ?></td>
		</tr>
	<?php endif; ?>
	<tr>
		<th scope="row"><?php esc_html_e( 'Managed', 'rollbook' ); ?></th>
		<td>
			<?php
			if ( null === $row || ( ! $row['managed'] && ! $row['deleted'] ) ) {
				esc_html_e( 'No: no identity provider has changed this account yet.', 'rollbook' );
			} elseif ( $row['deleted'] ) {
				esc_html_e( 'Not any more: the identity provider deleted the person.', 'rollbook' );
			} else {
				/* translators: %s: date and time. */
				$since = $row['linked'] ? __( 'Yes. The account was here before the identity provider; its last change came on %s.', 'rollbook' ) : __( 'Yes. The identity provider created the account; its last change came on %s.', 'rollbook' );
				echo esc_html( sprintf( $since, ActivityWords::moment( (int) $row['modified'] ) ) );
			}
			?>
		</td>
	</tr>
	<?php if ( null !== $user ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Role', 'rollbook' ); ?></th>
			<td>
				<strong><?php echo esc_html( array() === $user->roles ? __( 'None', 'rollbook' ) : implode( ', ', array_map( array( ActivityWords::class, 'role' ), $user->roles ) ) ); ?></strong>
				<?php foreach ( $person->ruling() as $line ) : ?>
					<p><?php echo esc_html( $line ); ?></p>
				<?php endforeach; ?>
				<p><a href="<?php echo esc_url( SettingsPage::url( 'roles' ) ); ?>"><?php esc_html_e( 'See the rules', 'rollbook' ); ?></a></p>
			</td>
		</tr>
	<?php endif; ?>
	<?php if ( null !== $told ) : ?>
		<tr>
			<th scope="row"><?php esc_html_e( 'Groups', 'rollbook' ); ?></th>
			<td>
				<?php
				if ( array() === $groups ) {
					esc_html_e( 'None that the identity provider has sent.', 'rollbook' );
				} else {
					/* translators: %s: name of a group. */
					echo esc_html( implode( ', ', array_map( static fn( array $group ): string => $group['direct'] ? $group['display'] : sprintf( __( '%s (by another group)', 'rollbook' ), $group['display'] ), $groups ) ) );
				}
				?>
			</td>
		</tr>
	<?php endif; ?>
</table>
<h3><?php esc_html_e( 'Latest entries', 'rollbook' ); ?></h3>
<?php $table->display(); ?>
<p class="rollbook-buttons">
	<a class="button" href="<?php echo esc_url( ActivityLinks::url( array( 'person' => (string) $person->user_id ) + ( $search->everything ? array() : array( 'everything' => '1' ) ) ) ); ?>"><?php echo esc_html( $search->everything ? __( 'Changes and problems only', 'rollbook' ) : __( 'Show every request', 'rollbook' ) ); ?></a>
	<a class="button" href="<?php echo esc_url( ActivityLinks::export_url( $search ) ); ?>"><?php esc_html_e( 'Export as CSV', 'rollbook' ); ?></a>
</p>
