<?php
/**
 * Settings → Rollbook while neither the extension nor an engine runs. The notice above it says what is wrong.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Platform;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;
?>
<div class="wrap rollbook-installation">
	<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>

	<p>
		<?php
		/* translators: %s: version. */
		printf( esc_html__( 'Rollbook needs one more file on the server. Choose one of three ways; the files stand in the release %s.', 'rollbook' ), esc_html( VERSION ) );
		?>
	</p>
	<?php if ( ! Platform::is_supported() ) : ?>
		<div class="notice notice-warning inline">
			<p>
				<?php
				/* translators: %s: version of a C library. */
				printf( esc_html__( 'This server is too old or of another kind: the files need Linux of 64 bits, with glibc %s or newer where it has glibc.', 'rollbook' ), esc_html( Platform::OLDEST_GLIBC ) );
				?>
			</p>
		</div>
	<?php endif; ?>

	<h2><?php esc_html_e( 'This server', 'rollbook' ); ?></h2>
	<table class="widefat striped rollbook-facts">
		<caption class="screen-reader-text"><?php esc_html_e( 'What is known of the server', 'rollbook' ); ?></caption>
		<tbody>
			<?php foreach ( Installation::facts() as $fact ) : ?>
				<tr>
					<th scope="row"><?php echo esc_html( $fact['label'] ); ?></th>
					<td><bdi><?php echo esc_html( $fact['value'] ); ?></bdi></td>
				</tr>
			<?php endforeach; ?>
		</tbody>
	</table>

	<h2><?php esc_html_e( '1. You can log in to the server', 'rollbook' ); ?></h2>
	<ol>
		<li>
			<?php
			/* translators: %s: name of a file. */
			printf( esc_html__( 'Put the release’s file %s onto the server.', 'rollbook' ), '<code>' . esc_html( Installation::file() ) . '</code>' );
			?>
		</li>
		<li>
			<label for="rollbook-commands"><?php esc_html_e( 'In its folder type these commands:', 'rollbook' ); ?></label>
			<div class="rollbook-copy">
				<textarea id="rollbook-commands" class="large-text code" rows="<?php echo count( Installation::commands() ) + 1; ?>" readonly dir="ltr" spellcheck="false"><?php echo esc_textarea( implode( "\n", Installation::commands() ) ); ?></textarea>
				<button type="button" class="button hide-if-no-js" data-clipboard-target="#rollbook-commands" data-rollbook-copied="<?php esc_attr_e( 'The commands were copied.', 'rollbook' ); ?>"><?php esc_html_e( 'Copy commands', 'rollbook' ); ?></button>
			</div>
			<?php echo esc_html( Installation::restart() ); ?>
		</li>
		<li><?php esc_html_e( 'Load this page again. It worked when the settings stand here.', 'rollbook' ); ?></li>
	</ol>
	<p>
		<?php
		/* translators: %s: a command. */
		printf( esc_html__( 'If the release has no such file, build the extension from the sources, with PHP’s headers and Rust: %s', 'rollbook' ), '<code dir="ltr">cd packaging/phpize &amp;&amp; phpize &amp;&amp; ./configure &amp;&amp; make &amp;&amp; sudo make install</code>' );
		?>
	</p>

	<h2><?php esc_html_e( '2. Somebody else looks after the server', 'rollbook' ); ?></h2>
	<p><label for="rollbook-message"><?php esc_html_e( 'Send this message to your host:', 'rollbook' ); ?></label></p>
	<div class="rollbook-copy">
		<textarea id="rollbook-message" class="large-text" rows="12" readonly spellcheck="false"><?php echo esc_textarea( Installation::message() ); ?></textarea>
		<button type="button" class="button hide-if-no-js" data-clipboard-target="#rollbook-message" data-rollbook-copied="<?php esc_attr_e( 'The message was copied.', 'rollbook' ); ?>"><?php esc_html_e( 'Copy message', 'rollbook' ); ?></button>
	</div>
	<p><?php esc_html_e( 'When the host has answered, load this page again. It worked when the settings stand here.', 'rollbook' ); ?></p>

	<h2><?php esc_html_e( '3. No extension can be loaded: the engine', 'rollbook' ); ?></h2>
	<p><?php esc_html_e( 'The engine is the same core as a program. The plugin starts it for each request that needs it. You only need to be able to upload files.', 'rollbook' ); ?></p>
	<?php foreach ( Installation::obstacles() as $obstacle ) : ?>
		<div class="notice notice-warning inline"><p><?php echo esc_html( $obstacle ); ?></p></div>
	<?php endforeach; ?>
	<ol>
		<li>
			<?php
			/* translators: 1: name of a file, 2: name of a file. */
			printf( esc_html__( 'Unpack the release’s file %1$s. It holds the program %2$s.', 'rollbook' ), '<code>' . esc_html( Platform::engine_archive() ) . '</code>', '<code>rollbook-engine</code>' );
			?>
		</li>
		<li>
			<?php
			/* translators: %s: a file. */
			printf( esc_html__( 'Upload the program as %s', 'rollbook' ), '<code dir="ltr">' . esc_html( Installation::engine() ) . '</code>' );
			?>
		</li>
		<li>
			<?php
			/* translators: 1: permissions as a number, 2: a command. */
			printf( esc_html__( 'Let it be executed: set its permissions to %1$s where you upload files, or type %2$s', 'rollbook' ), '<code>700</code>', '<code dir="ltr">chmod 700 ' . esc_html( Installation::engine() ) . '</code>' );
			?>
		</li>
		<li><?php esc_html_e( 'Load this page again. It worked when the settings stand here.', 'rollbook' ); ?></li>
	</ol>
</div>
