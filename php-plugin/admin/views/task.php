<?php
/**
 * Settings → Rollbook: a task below the form of a tab.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\TaskPanel $panel What to show.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

$run     = $panel->run;
$is_open = null !== $run && ! $run->is_finished() && $run->is_up_to_date();
$columns = $panel->columns();
$chosen  = $run?->choices()['user_name'] ?? 'email';
$again   = 'link_again' === ( $run?->choices()['unlinked'] ?? '' );

list( $examined, $total ) = $run?->progress() ?? array( 0, 0 );
?>
<section class="rollbook-task" id="rollbook-task" aria-labelledby="rollbook-task-heading">
	<h2 id="rollbook-task-heading"><?php echo esc_html( $panel->heading() ); ?></h2>
	<?php foreach ( $panel->explanation() as $paragraph ) : ?>
		<p><?php echo esc_html( $paragraph ); ?></p>
	<?php endforeach; ?>

	<?php if ( null !== $run ) : ?>
		<h3><?php echo esc_html( $run->applies() ? __( 'What was done', 'rollbook' ) : __( 'Preview', 'rollbook' ) ); ?></h3>
		<?php if ( ! $run->is_up_to_date() ) : ?>
			<p class="rollbook-problem"><?php esc_html_e( 'The settings have changed since then. Begin with a new preview.', 'rollbook' ); ?></p>
		<?php endif; ?>
		<?php if ( null !== $run->failure() ) : ?>
			<p class="rollbook-problem" role="alert">
				<?php
				/* translators: %s: the cause. */
				echo esc_html( sprintf( __( 'It stopped: %s Continue when the cause is mended; what was done stays.', 'rollbook' ), rtrim( $run->failure(), '.' ) . '.' ) );
				?>
			</p>
		<?php endif; ?>
		<p>
			<progress max="<?php echo esc_attr( (string) max( 1, $total ) ); ?>" value="<?php echo esc_attr( (string) ( $run->is_finished() ? max( 1, $total ) : $examined ) ); ?>" aria-label="<?php esc_attr_e( 'Progress', 'rollbook' ); ?>"></progress>
			<span class="rollbook-progress" role="status"><?php echo esc_html( TaskPanel::progress_text( $examined, $total, $run->is_finished() ) ); ?></span>
		</p>
		<ul class="ul-disc">
			<?php foreach ( $panel->numbers() as $line ) : ?>
				<li><?php echo esc_html( $line ); ?></li>
			<?php endforeach; ?>
		</ul>
	<?php endif; ?>

	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>"<?php echo $is_open && null === $run->failure() ? ' data-rollbook-running' : ''; ?>>
		<?php echo SettingsPage::hidden_fields( TaskActions::STEP ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<input type="hidden" name="kind" value="<?php echo esc_attr( $panel->kind ); ?>">
		<?php if ( TaskRun::LINKING === $panel->kind && ! $is_open ) : ?>
			<fieldset>
				<legend><?php esc_html_e( 'The identity provider searches for people by', 'rollbook' ); ?></legend>
				<label><input type="radio" name="user_name" value="email" <?php checked( $chosen, 'email' ); ?>> <?php esc_html_e( 'the e-mail address of the account', 'rollbook' ); ?></label><br>
				<label><input type="radio" name="user_name" value="login" <?php checked( $chosen, 'login' ); ?>> <?php esc_html_e( 'the username of the account', 'rollbook' ); ?></label>
				<p class="description"><?php esc_html_e( 'In both cases an account that has an e-mail address is linked only to a person with that address.', 'rollbook' ); ?></p>
			</fieldset>
			<p><label><input type="checkbox" name="link_again" value="1" <?php checked( $again ); ?>> <?php esc_html_e( 'Also accounts that were unlinked', 'rollbook' ); ?></label></p>
		<?php endif; ?>
		<p>
			<?php if ( $is_open ) : ?>
				<button name="step" value="continue" class="button button-primary"><?php esc_html_e( 'Continue', 'rollbook' ); ?></button>
				<button name="step" value="stop" class="button"><?php esc_html_e( 'Stop', 'rollbook' ); ?></button>
			<?php else : ?>
				<button name="step" value="preview" class="button"><?php echo esc_html( null === $run ? __( 'Preview', 'rollbook' ) : __( 'New preview', 'rollbook' ) ); ?></button>
				<?php if ( $panel->can_apply() ) : ?>
					<button name="step" value="apply" class="button button-primary"><?php echo esc_html( $panel->apply_label() ); ?></button>
				<?php endif; ?>
			<?php endif; ?>
		</p>
	</form>

	<?php if ( null !== $run && array() !== $run->entries() ) : ?>
		<?php if ( $panel->listable() > count( $run->entries() ) ) : ?>
			<?php /* translators: %s: number of accounts. */ ?>
			<p><?php echo esc_html( sprintf( __( 'The first %s of them:', 'rollbook' ), number_format_i18n( count( $run->entries() ) ) ) ); ?></p>
		<?php endif; ?>
		<table class="widefat striped rollbook-rows" aria-labelledby="rollbook-task-heading">
			<thead>
				<tr>
					<?php foreach ( $columns as $column ) : ?>
						<th scope="col"><?php echo esc_html( $column ); ?></th>
					<?php endforeach; ?>
				</tr>
			</thead>
			<tbody>
				<?php foreach ( $run->entries() as $entry ) : ?>
					<tr>
						<td data-colname="<?php echo esc_attr( $columns[0] ); ?>"><strong><?php echo esc_html( $entry['login'] ); ?></strong><br><?php echo esc_html( $entry['display_name'] ); ?></td>
						<?php foreach ( $panel->cells( $entry ) as $index => $text ) : ?>
							<td data-colname="<?php echo esc_attr( $columns[ $index + 1 ] ); ?>"><?php echo esc_html( $text ); ?></td>
						<?php endforeach; ?>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
	<?php endif; ?>
</section>
