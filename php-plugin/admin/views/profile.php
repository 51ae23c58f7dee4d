<?php
/**
 * The profile page: what comes from the identity provider.
 *
 * @package Rollbook
 *
 * @var array{managed: bool, active: bool, deleted: bool} $known What is known of the person.
 * @var array<string, string>                              $rows  The attributes by their titles.
 * @var string                                             $url   Where it is said why the person has which access; empty for those who may not see it.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<div class="rollbook-profile">
<h2><?php esc_html_e( 'Directory information', 'rollbook' ); ?></h2>
<p><?php echo esc_html( PersonAttributes::owner( $known ) ); ?></p>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><?php esc_html_e( 'Access', 'rollbook' ); ?></th>
		<td>
			<?php echo esc_html( UsersColumn::state( $known ) ); ?>
			<?php if ( '' !== $url ) : ?>
				· <a href="<?php echo esc_url( $url ); ?>"><?php esc_html_e( 'Access and activity', 'rollbook' ); ?></a>
			<?php endif; ?>
		</td>
	</tr>
	<?php foreach ( $rows as $title => $text ) : ?>
		<tr>
			<th scope="row"><?php echo esc_html( (string) $title ); ?></th>
			<td><?php echo '' === $text ? '<span aria-hidden="true">—</span><span class="screen-reader-text">' . esc_html__( 'Nothing', 'rollbook' ) . '</span>' : esc_html( $text ); ?></td>
		</tr>
	<?php endforeach; ?>
</table>
</div>
