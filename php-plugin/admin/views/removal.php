<?php
/**
 * The notice that an identity provider takes something from many people.
 *
 * @package Rollbook
 *
 * @var list<string> $open  What is to be decided about.
 * @var int          $going How much of what was decided is still to be done.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\RemovalDecision;

defined( 'ABSPATH' ) || exit;
?>
<div class="notice notice-error" id="rollbook-removal">
	<?php if ( $open ) : ?>
		<p><strong><?php esc_html_e( 'The identity provider removes more people than you allow.', 'rollbook' ); ?></strong></p>
		<ul class="ul-disc">
			<?php foreach ( $open as $line ) : ?>
				<li><?php echo esc_html( $line ); ?></li>
			<?php endforeach; ?>
		</ul>
		<p><?php esc_html_e( 'If it is a mistake, correct the filter or the assignment in the identity provider first, then undo it here. Accounts that were deleted with their content do not come back.', 'rollbook' ); ?></p>
	<?php else : ?>
		<p>
			<?php
			/* translators: %s: number of people. */
			echo esc_html( sprintf( _n( 'What you decided is still to be done for %s person.', 'What you decided is still to be done for %s people.', $going, 'rollbook' ), number_format_i18n( $going ) ) );
			?>
		</p>
	<?php endif; ?>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( RemovalNotice::DECIDE ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<p>
			<?php if ( $open ) : ?>
				<button class="button button-primary" name="decision" value="<?php echo esc_attr( RemovalDecision::UNDO ); ?>"><?php esc_html_e( 'Undo all of it', 'rollbook' ); ?></button>
				<button class="button" name="decision" value="<?php echo esc_attr( RemovalDecision::LET_GO ); ?>"><?php esc_html_e( 'It is right: let it happen', 'rollbook' ); ?></button>
			<?php else : ?>
				<button class="button" name="decision" value="continue"><?php esc_html_e( 'Continue', 'rollbook' ); ?></button>
			<?php endif; ?>
		</p>
	</form>
</div>
