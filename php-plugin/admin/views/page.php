<?php
/**
 * Settings → Rollbook: what all tabs have in common.
 *
 * @package Rollbook
 *
 * @var ?\Rollbook\WordPress\Admin\Message                 $message The message of the form that was sent before.
 * @var array<string, string>                              $tabs    The tabs and what they are called.
 * @var string                                             $tab     The open one.
 * @var ?class-string<\Rollbook\WordPress\Admin\FormScreen> $screen  Its screen, if it is a form.
 * @var \Rollbook\WordPress\Admin\ConnectionData|\Rollbook\WordPress\Admin\FormData|null $data What to show; null if the screen collects it itself.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\SettingsProblem;

defined( 'ABSPATH' ) || exit;

$question = PeopleScreen::class === $screen ? PersonQuestion::asked() : null;
?>
<div class="wrap">
	<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>

	<?php if ( null !== $screen ) : ?>
		<?php /* Enter in a field presses the first button of its form: it must save, and neither search nor confirm. */ ?>
		<button form="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>" hidden></button>
	<?php endif; ?>
	<?php if ( null !== $message ) : ?>
		<div class="notice notice-<?php echo esc_attr( $message->kind ); ?> inline" role="<?php echo in_array( $message->kind, array( 'success', 'info' ), true ) ? 'status' : 'alert'; ?>"<?php echo array() !== $message->problems || array() !== $message->changed || null !== $message->question ? ' tabindex="-1" autofocus' : ''; ?>>
			<p><strong><?php echo esc_html( $message->text ); ?></strong></p>
			<?php if ( null !== $message->token ) : ?>
				<p class="rollbook-copy">
					<label for="rollbook-new-token"><?php echo esc_html( $message->is_webhook_secret ? __( 'New secret', 'rollbook' ) : __( 'New token', 'rollbook' ) ); ?></label>
					<input type="text" id="rollbook-new-token" class="regular-text code" value="<?php echo esc_attr( $message->token ); ?>" readonly autocomplete="off" spellcheck="false">
					<button type="button" class="button" data-clipboard-target="#rollbook-new-token" data-rollbook-copied="<?php echo esc_attr( $message->is_webhook_secret ? __( 'The secret was copied.', 'rollbook' ) : __( 'The token was copied.', 'rollbook' ) ); ?>"><?php echo esc_html( $message->is_webhook_secret ? __( 'Copy secret', 'rollbook' ) : __( 'Copy token', 'rollbook' ) ); ?></button>
				</p>
			<?php endif; ?>
			<?php if ( array() !== $message->problems ) : ?>
				<ul class="ul-disc">
					<?php foreach ( $message->problems as $problem ) : ?>
						<li><a href="<?php echo esc_attr( '#' . Form::id( $problem['place'] ) ); ?>"><?php echo esc_html( SettingsProblem::place( $problem['place'] ) ); ?></a> – <?php echo esc_html( SettingsProblem::reason( $problem ) ); ?></li>
					<?php endforeach; ?>
				</ul>
			<?php endif; ?>
			<?php
			Question::of( $message )?->render( $tab );
			if ( array() !== $message->changed ) {
				Differences::render( $message->changed, $message->attempted );
			}
			?>
		</div>
	<?php endif; ?>

	<?php AddressActions::render(); ?>
	<?php PauseActions::notice(); ?>

	<nav class="nav-tab-wrapper" aria-label="<?php esc_attr_e( 'Settings of Rollbook', 'rollbook' ); ?>">
		<?php foreach ( $tabs as $name => $label ) : ?>
			<a href="<?php echo esc_url( SettingsPage::url( $name ) ); ?>" class="nav-tab<?php echo $tab === $name ? ' nav-tab-active' : ''; ?>"<?php echo $tab === $name ? ' aria-current="page"' : ''; ?>><?php echo esc_html( $label ); ?></a>
		<?php endforeach; ?>
	</nav>

	<?php if ( null !== $question ) : ?>
		<?php require __DIR__ . '/question.php'; ?>
	<?php elseif ( ActivityScreen::TAB === $tab ) : ?>
		<?php ActivityScreen::render(); ?>
	<?php elseif ( GuidesScreen::TAB === $tab ) : ?>
		<?php GuidesScreen::render(); ?>
	<?php elseif ( null === $screen || ! $data instanceof FormData ) : ?>
		<?php require __DIR__ . '/connection.php'; ?>
	<?php else : ?>
		<h2><?php echo esc_html( $tabs[ $tab ] ); ?></h2>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" class="rollbook-form" id="<?php echo esc_attr( Question::SETTINGS_FORM ); ?>">
			<?php
			echo SettingsPage::hidden_fields( SettingsActions::SAVE ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there.
			printf( '<input type="hidden" name="tab" value="%s"><input type="hidden" name="opened_on" value="%s">', esc_attr( $tab ), esc_attr( \Rollbook\WordPress\Upkeep\SettingsWriter::stamp() ) );
			$form = new Form( $data );
			require __DIR__ . '/' . $screen::view() . '.php';
			submit_button( __( 'Save settings', 'rollbook' ), 'primary', 'submit', true, array( 'id' => 'rollbook-settings-submit' ) );
			?>
		</form>
		<?php
		$more = $screen::more();
		if ( null !== $more ) {
			require __DIR__ . "/$more.php";
		}
		if ( null !== $screen::task() ) {
			$panel = TaskPanel::collect( $screen::task() );
			require __DIR__ . '/task.php';
		}
		$last = $screen::last();
		if ( null !== $last ) {
			require __DIR__ . "/$last.php";
		}
		?>
	<?php endif; ?>
</div>
