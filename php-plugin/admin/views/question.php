<?php
/**
 * Settings → Rollbook → People: asks before something is done to people.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\PersonQuestion $question What is asked.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<section class="card rollbook-question" id="rollbook-question" aria-labelledby="rollbook-question-heading">
	<?php if ( array() === $question->people ) : ?>
		<h2 id="rollbook-question-heading"><?php esc_html_e( 'Nothing can be done here', 'rollbook' ); ?></h2>
	<?php else : ?>
		<h2 id="rollbook-question-heading"><?php echo esc_html( $question->title() ); ?></h2>
		<ul class="rollbook-people">
			<?php foreach ( $question->people as $person ) : ?>
				<li><strong><?php echo esc_html( $person['user']->user_login ); ?></strong> <?php echo esc_html( "{$person['user']->display_name} · {$person['state']}" ); ?></li>
			<?php endforeach; ?>
		</ul>
		<?php foreach ( $question->consequences() as $text ) : ?>
			<p><?php echo esc_html( $text ); ?></p>
		<?php endforeach; ?>
	<?php endif; ?>
	<?php if ( array() !== $question->left_out ) : ?>
		<h3><?php esc_html_e( 'Left out', 'rollbook' ); ?></h3>
		<ul class="rollbook-people">
			<?php foreach ( $question->left_out as $person ) : ?>
				<li><strong><?php echo esc_html( $person['user']->user_login ); ?></strong> <?php echo esc_html( $person['reason'] ); ?></li>
			<?php endforeach; ?>
		</ul>
	<?php endif; ?>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( "rollbook_{$question->what}", $question->list() ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<p class="rollbook-buttons">
			<?php if ( array() !== $question->people ) : ?>
				<button class="button button-primary"><?php echo esc_html( PersonLinks::label( $question->what ) ); ?></button>
			<?php endif; ?>
			<a class="button" href="<?php echo esc_url( admin_url( 'users.php' ) ); ?>"><?php echo esc_html( array() === $question->people ? __( 'Back to the list of users', 'rollbook' ) : __( 'Cancel', 'rollbook' ) ); ?></a>
		</p>
	</form>
</section>
