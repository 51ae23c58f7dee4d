<?php
/**
 * A finding of the self-test: why it matters, and what to do.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Health\Finding $finding The finding.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Health\Repairs;

defined( 'ABSPATH' ) || exit;
?>
<p><?php echo esc_html( $finding->why ); ?></p>
<?php if ( array() !== $finding->steps ) : ?>
	<ul class="ul-disc">
		<?php foreach ( $finding->steps as $step ) : ?>
			<li><?php echo esc_html( $step ); ?></li>
		<?php endforeach; ?>
	</ul>
<?php endif; ?>
<?php foreach ( $finding->lines as $number => $lines ) : ?>
	<?php $id = "rollbook-lines-{$finding->check}-$number"; ?>
	<p class="rollbook-copy">
		<label for="<?php echo esc_attr( $id ); ?>"><?php echo esc_html( $lines['place'] ); ?></label>
		<textarea id="<?php echo esc_attr( $id ); ?>" class="code" rows="<?php echo esc_attr( (string) ( 1 + substr_count( $lines['text'], "\n" ) ) ); ?>" readonly><?php echo esc_textarea( $lines['text'] ); ?></textarea>
		<button type="button" class="button hide-if-no-js" data-clipboard-target="#<?php echo esc_attr( $id ); ?>" data-rollbook-copied="<?php esc_attr_e( 'The lines were copied.', 'rollbook' ); ?>"><?php esc_html_e( 'Copy lines', 'rollbook' ); ?></button>
	</p>
<?php endforeach; ?>
<?php if ( null !== $finding->repair ) : ?>
	<p><button type="submit" class="button button-primary" name="repair" value="<?php echo esc_attr( $finding->repair ); ?>"><?php echo esc_html( Repairs::labels()[ $finding->repair ] ); ?></button></p>
<?php endif; ?>
