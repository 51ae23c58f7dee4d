<?php
/**
 * Settings → Rollbook: what follows from something dangerous, and the button that confirms it.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\Question $question What is asked.
 * @var string                             $tab      The open tab.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\SettingsProblem;

defined( 'ABSPATH' ) || exit;

$button = sprintf( 'name="%s" value="%s" class="button rollbook-dangerous"', esc_attr( Question::FIELD ), esc_attr( $question->key ) );
?>
<ul class="ul-disc">
	<?php foreach ( $question->consequences as $consequence ) : ?>
		<li>
			<?php if ( isset( $consequence['place'] ) ) : ?>
				<a href="<?php echo esc_attr( '#' . Form::id( $consequence['place'] ) ); ?>"><?php echo esc_html( SettingsProblem::place( $consequence['place'] ) ); ?></a> –
			<?php endif; ?>
			<?php echo esc_html( SettingsProblem::reason( $consequence ) ); ?>
		</li>
	<?php endforeach; ?>
</ul>
<?php if ( '' === $question->action ) : ?>
	<p class="rollbook-buttons">
		<button form="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>" <?php echo $button; // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped above. ?>><?php echo esc_html( $question->button ); ?></button>
		<a class="button" href="<?php echo esc_url( SettingsPage::url( $tab ) ); ?>"><?php esc_html_e( 'Keep what is saved', 'rollbook' ); ?></a>
	</p>
<?php else : ?>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( $question->action, $question->id ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<?php foreach ( $question->fields as $name => $value ) : ?>
			<input type="hidden" name="<?php echo esc_attr( $name ); ?>" value="<?php echo esc_attr( $value ); ?>">
		<?php endforeach; ?>
		<p class="rollbook-buttons">
			<button <?php echo $button; // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped above. ?>><?php echo esc_html( $question->button ); ?></button>
			<a class="button" href="<?php echo esc_url( SettingsPage::url( $tab ) ); ?>"><?php esc_html_e( 'Cancel', 'rollbook' ); ?></a>
		</p>
	</form>
<?php endif; ?>
