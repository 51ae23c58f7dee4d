<?php
/**
 * Plugins → Deactivate: what happens, and the choice about people who are locked out.
 *
 * @package Rollbook
 *
 * @var ?int $count    How many people are locked out; null where that is not known.
 * @var bool $is_there Whether the must-use file is there.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$file = str_replace( wp_normalize_path( ABSPATH ), '', wp_normalize_path( WPMU_PLUGIN_DIR ) ) . '/rollbook-doors.php';
?>
<div class="wrap rollbook-installation">
	<h1><?php esc_html_e( 'Deactivate Rollbook', 'rollbook' ); ?></h1>
	<form method="post" action="<?php echo esc_url( self_admin_url( 'plugins.php?' . Deactivation::FIELD . '=' . Deactivation::ASK ) ); ?>">
		<?php wp_nonce_field( Deactivation::NONCE ); ?>
		<h2><?php esc_html_e( 'People who are locked out', 'rollbook' ); ?></h2>
		<p>
			<?php
			echo esc_html(
				null === $count
					? __( 'People may be locked out of sites of this network. Without Rollbook they could log in again.', 'rollbook' )
					/* translators: %s: number of people. */
					: sprintf( _n( '%s person is locked out. Without Rollbook this person could log in again.', '%s people are locked out. Without Rollbook they could log in again.', $count, 'rollbook' ), number_format_i18n( $count ) )
			);
			?>
		</p>
		<?php if ( $is_there ) : ?>
			<fieldset>
				<legend class="screen-reader-text"><?php esc_html_e( 'People who are locked out', 'rollbook' ); ?></legend>
				<p>
					<?php /* translators: %s: name of a file. */ ?>
					<label><input type="radio" name="doors" value="shut" checked> <?php printf( esc_html__( 'Keep them out. The file %s does it; it needs nothing else of Rollbook.', 'rollbook' ), '<code>' . esc_html( $file ) . '</code>' ); ?></label>
				</p>
				<p>
					<label><input type="radio" name="doors" value="open"> <?php esc_html_e( 'Let them log in, with their roles and passwords as before', 'rollbook' ); ?></label>
				</p>
			</fieldset>
		<?php else : ?>
			<input type="hidden" name="doors" value="shut">
			<p class="rollbook-danger">
				<span class="dashicons dashicons-warning" aria-hidden="true"></span>
				<?php
				/* translators: %s: name of a file. */
				printf( esc_html__( 'The file %s, which would keep them out, could not be written. Let the web server write to that folder, then open this page again; or change their passwords.', 'rollbook' ), '<code>' . esc_html( $file ) . '</code>' );
				?>
			</p>
		<?php endif; ?>
		<h2><?php esc_html_e( 'Identity providers', 'rollbook' ); ?></h2>
		<p><?php echo esc_html( $is_there ? __( 'They are asked to come again (503) and keep their changes until then. None takes the site for an empty one. Nobody is created, changed or locked out meanwhile.', 'rollbook' ) : __( 'They are told that the address does not exist (404). Stop them first, or they may give up.', 'rollbook' ) ); ?></p>
		<p><?php esc_html_e( 'People, settings and tokens stay. Everything goes on when Rollbook is activated again.', 'rollbook' ); ?></p>
		<p class="rollbook-buttons">
			<button class="button button-primary"><?php esc_html_e( 'Deactivate Rollbook', 'rollbook' ); ?></button>
			<a class="button" href="<?php echo esc_url( self_admin_url( 'plugins.php' ) ); ?>"><?php esc_html_e( 'Cancel', 'rollbook' ); ?></a>
		</p>
	</form>
</div>
