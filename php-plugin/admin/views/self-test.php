<?php
/**
 * Settings → Rollbook → Connection: the self-test.
 *
 * @package Rollbook
 *
 * @var ?list<\Rollbook\WordPress\Health\Finding> $findings What was found; null where nobody has asked yet.
 * @var int                                       $bad      How many of them are not good.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Health\Finding;

defined( 'ABSPATH' ) || exit;
?>
<h2 id="<?php echo esc_attr( SelfTestPanel::PLACE ); ?>"><?php esc_html_e( 'Self-test', 'rollbook' ); ?></h2>
<p><?php esc_html_e( 'The site sends itself what identity providers send, and looks whether it arrives. Nobody’s account is touched.', 'rollbook' ); ?></p>
<form method="post" action="<?php echo esc_url( SettingsPage::url() . '#' . SelfTestPanel::PLACE ); ?>" data-rollbook-busy="<?php esc_attr_e( 'Testing. This takes a few seconds.', 'rollbook' ); ?>">
	<?php echo SettingsPage::hidden_fields( SelfTestPanel::RUN ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
	<p><button type="submit" class="button" id="rollbook-self-test-submit"><?php echo esc_html( null === $findings ? __( 'Run the self-test', 'rollbook' ) : __( 'Run the self-test again', 'rollbook' ) ); ?></button></p>
	<?php if ( null !== $findings ) : ?>
		<p role="status"><strong>
			<?php
			echo esc_html(
				0 === $bad
					? __( 'Everything is as it should be.', 'rollbook' )
					/* translators: %s: a number. */
					: sprintf( _n( '%s thing should be changed.', '%s things should be changed.', $bad, 'rollbook' ), number_format_i18n( $bad ) )
			);
			?>
		</strong></p>
		<ul class="rollbook-findings">
			<?php foreach ( $findings as $finding ) : ?>
				<li class="rollbook-finding rollbook-is-<?php echo esc_attr( $finding->status ); ?>">
					<p><span class="rollbook-word"><?php echo esc_html( SelfTestPanel::word( $finding->status ) ); ?></span> <?php echo esc_html( $finding->what ); ?></p>
					<?php
					if ( Finding::GOOD !== $finding->status ) {
						require __DIR__ . '/finding.php';
					}
					?>
				</li>
			<?php endforeach; ?>
		</ul>
		<p class="description"><?php esc_html_e( 'These requests came from the site itself. A firewall or a cache that stands farther out, as with Cloudflare, may treat an identity provider in another way: its own connection test has the last word.', 'rollbook' ); ?></p>
	<?php endif; ?>
</form>
