<?php
/**
 * Settings → Rollbook → Connection.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\ConnectionData $data What to show.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;
?>
<h2><?php esc_html_e( 'Connection', 'rollbook' ); ?></h2>
<p><?php esc_html_e( 'Give this address and a token to your identity provider.', 'rollbook' ); ?></p>
<table class="form-table" role="presentation">
	<tr>
		<th scope="row"><label for="rollbook-address"><?php esc_html_e( 'Address', 'rollbook' ); ?></label></th>
		<td class="rollbook-copy">
			<input type="text" id="rollbook-address" class="regular-text code" value="<?php echo esc_attr( $data->address ); ?>" readonly>
			<button type="button" class="button" data-clipboard-target="#rollbook-address" data-rollbook-copied="<?php esc_attr_e( 'The address was copied.', 'rollbook' ); ?>"><?php esc_html_e( 'Copy address', 'rollbook' ); ?></button>
		</td>
	</tr>
</table>

<p>
	<?php
	$guides = array();
	foreach ( GuidesScreen::of_tokens( $data->tokens ) as $guide => $title ) {
		/* translators: %s: name of an identity provider. */
		$guides[] = sprintf( '<a href="%s">%s</a>', esc_url( GuidesScreen::url( $guide ) ), esc_html( sprintf( __( 'The guide for %s', 'rollbook' ), $title ) ) );
	}
	$guides[] = sprintf( '<a href="%s">%s</a>', esc_url( SettingsPage::url( GuidesScreen::TAB ) ), esc_html( array() === $guides ? __( 'The guide for your identity provider', 'rollbook' ) : __( 'All guides', 'rollbook' ) ) );
	echo implode( ' · ', $guides ); // phpcs:ignore WordPress.Security.EscapeOutput -- Each is escaped.
	?>
</p>

<?php if ( array() !== $data->steps ) : ?>
	<h2><?php esc_html_e( 'Until the first person comes', 'rollbook' ); ?></h2>
	<ol class="rollbook-steps">
		<?php foreach ( $data->steps as $step ) : ?>
			<li class="<?php echo $step['done'] ? 'rollbook-done' : 'rollbook-open'; ?>">
				<span class="dashicons dashicons-<?php echo $step['done'] ? 'yes-alt' : 'marker'; ?>" aria-hidden="true"></span>
				<div>
					<strong><?php echo esc_html( $step['text'] ); ?></strong>
					<span class="screen-reader-text"><?php echo esc_html( $step['done'] ? __( 'Done.', 'rollbook' ) : __( 'Not yet.', 'rollbook' ) ); ?></span>
					<?php if ( '' !== $step['next'] ) : ?>
						<p><?php echo esc_html( $step['next'] ); ?></p>
					<?php endif; ?>
				</div>
			</li>
		<?php endforeach; ?>
	</ol>
<?php endif; ?>

<h2><?php esc_html_e( 'The last 24 hours', 'rollbook' ); ?></h2>
<ul class="rollbook-day">
	<?php
	foreach ( array(
		/* translators: %s: a number. */
		array( $data->last_day['people'], _n( '%s person changed', '%s people changed', $data->last_day['people'], 'rollbook' ) ),
		/* translators: %s: a number. */
		array( $data->last_day['groups'], _n( '%s group changed', '%s groups changed', $data->last_day['groups'], 'rollbook' ) ),
		/* translators: %s: a number. */
		array( $data->last_day['problems'], _n( '%s problem', '%s problems', $data->last_day['problems'], 'rollbook' ) ),
	) as list( $count, $sentence ) ) {
		printf( '<li>%s</li>', sprintf( esc_html( $sentence ), '<b>' . esc_html( number_format_i18n( $count ) . ( $data->last_day['more'] ? '+' : '' ) ) . '</b>' ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Both are escaped.
	}
	?>
</ul>
<p><a href="<?php echo esc_url( ActivityLinks::url() ); ?>"><?php esc_html_e( 'See what happened', 'rollbook' ); ?></a></p>

<h2 id="rollbook-tokens"><?php esc_html_e( 'Tokens', 'rollbook' ); ?></h2>
<?php if ( $data->fixed_token ) : ?>
	<div class="notice notice-info inline">
		<p>
			<?php
			printf(
				/* translators: 1: name of a constant, 2: name of a file. */
				esc_html__( 'One more token is fixed by the constant %1$s in %2$s. It has full access and is revoked by removing the constant.', 'rollbook' ),
				'<code>ROLLBOOK_TOKEN_HASH</code>',
				'<code>wp-config.php</code>'
			);
			?>
		</p>
	</div>
<?php endif; ?>
<?php
$revoked = array_values( array_filter( $data->tokens, static fn( array $token ): bool => null !== $token['revoked'] ) );
( new TokensTable( array_values( array_filter( $data->tokens, static fn( array $token ): bool => null === $token['revoked'] ) ) ) )->display();
?>
<p class="description"><?php esc_html_e( 'To change a token without a gap, create a second one, enter it in the identity provider, and revoke the first once the second is in use.', 'rollbook' ); ?></p>
<?php if ( array() !== $revoked ) : ?>
	<details class="rollbook-revoked">
		<summary>
			<?php
			/* translators: %s: number of tokens. */
			echo esc_html( sprintf( _n( '%s revoked token', '%s revoked tokens', count( $revoked ), 'rollbook' ), number_format_i18n( count( $revoked ) ) ) );
			?>
		</summary>
		<?php ( new TokensTable( $revoked, false ) )->display(); ?>
	</details>
<?php endif; ?>

<h3><?php esc_html_e( 'Create a token', 'rollbook' ); ?></h3>
<form method="post" action="<?php echo esc_url( SettingsPage::url() ); ?>">
	<?php
	echo SettingsPage::hidden_fields( TokenActions::CREATE ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there.
	printf( '<input type="hidden" name="form" value="%s">', esc_attr( wp_generate_uuid4() ) );
	$form  = 'rollbook-create';
	$typed = $message?->attempted[ TokenActions::CREATE ] ?? array();
	require __DIR__ . '/token-fields.php';
	submit_button( __( 'Create token', 'rollbook' ), 'primary', 'submit', true, array( 'id' => 'rollbook-create-submit' ) );
	?>
</form>

<details class="rollbook-own"<?php echo isset( $message?->attempted[ TokenActions::ADD ] ) ? ' open' : ''; ?>>
	<summary><?php esc_html_e( 'Use a token of your own', 'rollbook' ); ?></summary>
	<p><?php esc_html_e( 'If your identity provider already has a token that you do not want to change there, let this site accept it.', 'rollbook' ); ?></p>
	<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
		<?php echo SettingsPage::hidden_fields( TokenActions::ADD ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
		<table class="form-table" role="presentation">
			<tr>
				<th scope="row"><label for="rollbook-own-token"><?php esc_html_e( 'Token', 'rollbook' ); ?></label></th>
				<td>
					<input type="password" id="rollbook-own-token" name="token" class="regular-text code" required autocomplete="off" spellcheck="false" aria-describedby="rollbook-own-token-help">
					<p class="description" id="rollbook-own-token-help"><?php esc_html_e( 'At least 32 characters, made at random. It is not stored, only a hash of it.', 'rollbook' ); ?></p>
				</td>
			</tr>
		</table>
		<?php
		$form  = 'rollbook-own';
		$typed = $message?->attempted[ TokenActions::ADD ] ?? array();
		require __DIR__ . '/token-fields.php';
		submit_button( __( 'Add token', 'rollbook' ), 'secondary', 'submit', true, array( 'id' => 'rollbook-own-submit' ) );
		?>
	</form>
</details>

<?php
SelfTestPanel::render();
PauseActions::form();
?>
