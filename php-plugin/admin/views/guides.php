<?php
/**
 * Settings → Rollbook → Guides.
 *
 * @package Rollbook
 *
 * @var array<string, string> $guides   Every guide.
 * @var string                $guide    The one that was asked for.
 * @var string                $language The language of its text.
 * @var ?string               $html     Its text; null where it is none.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<div class="rollbook-guides">
	<?php if ( null === $html ) : ?>
		<h2><?php echo esc_html( GuidesScreen::title() ); ?></h2>
		<p><?php esc_html_e( 'Each guide has every step, with the addresses of this site filled in. Choose yours:', 'rollbook' ); ?></p>
		<ul class="rollbook-guide-list">
			<?php foreach ( $guides as $name => $title ) : ?>
				<li><a href="<?php echo esc_url( GuidesScreen::url( $name ) ); ?>"><?php echo esc_html( $title ); ?></a></li>
			<?php endforeach; ?>
		</ul>
	<?php else : ?>
		<p><a href="<?php echo esc_url( SettingsPage::url( GuidesScreen::TAB ) ); ?>"><?php esc_html_e( 'All guides', 'rollbook' ); ?></a></p>
		<article class="rollbook-guide" lang="<?php echo esc_attr( $language ); ?>" dir="ltr">
			<?php echo $html; // phpcs:ignore WordPress.Security.EscapeOutput -- GuideText escapes. ?>
		</article>
	<?php endif; ?>
</div>
