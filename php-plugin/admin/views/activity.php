<?php
/**
 * Settings → Rollbook → Activity.
 *
 * @package Rollbook
 *
 * @var \Rollbook\WordPress\Admin\ActivitySearch                                        $search   What is looked for.
 * @var \Rollbook\WordPress\Admin\ActivityTable                                         $table    What was found.
 * @var array<string, array{changes: int, problems: int}>     $days     How many changes and problems there were on each day.
 * @var list<array<string, ?string>>                          $refusals Requests without a valid token.
 * @var bool                                                  $asks     Whether to ask about emptying the log.
 * @var int                                                   $kept     How many days entries are kept.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Alerts;

defined( 'ABSPATH' ) || exit;

$everything = $search->arguments();
$fewer      = array_diff_key( $everything, array( 'everything' => true ) );
?>
<h2><?php esc_html_e( 'Activity', 'rollbook' ); ?></h2>

<?php if ( $asks ) : ?>
	<section class="card" aria-labelledby="rollbook-clear-heading">
		<h3 id="rollbook-clear-heading"><?php esc_html_e( 'Clear the activity log?', 'rollbook' ); ?></h3>
		<p><?php esc_html_e( 'All entries are removed, and cannot be brought back. People, groups and settings stay as they are. If you may need the entries, export them first.', 'rollbook' ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php echo SettingsPage::hidden_fields( ActivityActions::CLEAR ); // phpcs:ignore WordPress.Security.EscapeOutput -- Escaped there. ?>
			<p>
				<button class="button button-primary"><?php esc_html_e( 'Clear the log', 'rollbook' ); ?></button>
				<a class="button" href="<?php echo esc_url( ActivityLinks::url() ); ?>"><?php esc_html_e( 'Cancel', 'rollbook' ); ?></a>
			</p>
		</form>
	</section>
<?php endif; ?>

<?php require __DIR__ . '/activity-chart.php'; ?>

<?php if ( array() !== $refusals ) : ?>
	<details class="rollbook-refusals">
		<summary>
			<?php
			$times = array_sum( array_map( 'intval', array_column( $refusals, 'times' ) ) );
			/* translators: %s: a number. */
			echo esc_html( sprintf( _n( '%s request without a valid token in the last 30 days', '%s requests without a valid token in the last 30 days', $times, 'rollbook' ), number_format_i18n( $times ) ) );
			?>
		</summary>
		<table class="widefat striped rollbook-rows">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Why', 'rollbook' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Times', 'rollbook' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Last time', 'rollbook' ); ?></th>
					<th scope="col"><?php esc_html_e( 'What to do', 'rollbook' ); ?></th>
				</tr>
			</thead>
			<tbody>
				<?php foreach ( $refusals as $refusal ) : ?>
					<?php list( $reason, $cure ) = ActivityWords::refusal( (string) $refusal['reason'] ); ?>
					<tr>
						<td data-colname="<?php esc_attr_e( 'Why', 'rollbook' ); ?>"><strong><?php echo esc_html( $reason ); ?></strong></td>
						<td data-colname="<?php esc_attr_e( 'Times', 'rollbook' ); ?>"><?php echo esc_html( number_format_i18n( (int) $refusal['times'] ) ); ?></td>
						<td data-colname="<?php esc_attr_e( 'Last time', 'rollbook' ); ?>"><?php echo esc_html( ActivityWords::moment( (int) $refusal['last_time'] ) ); ?> <span dir="ltr"><?php echo esc_html( (string) $refusal['last_address'] ); ?></span></td>
						<td data-colname="<?php esc_attr_e( 'What to do', 'rollbook' ); ?>"><?php echo esc_html( $cure ); ?></td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
	</details>
<?php endif; ?>

<form method="get" action="<?php echo esc_url( admin_url( 'options-general.php' ) ); ?>" class="rollbook-search" role="search" aria-label="<?php esc_attr_e( 'Search the activity log', 'rollbook' ); ?>">
	<input type="hidden" name="page" value="rollbook">
	<input type="hidden" name="tab" value="<?php echo esc_attr( ActivityLinks::TAB ); ?>">
	<?php if ( $search->everything ) : ?>
		<input type="hidden" name="everything" value="1">
	<?php endif; ?>
	<p>
		<label for="rollbook-search-person"><?php esc_html_e( 'Person or group', 'rollbook' ); ?></label>
		<input type="search" id="rollbook-search-person" name="s" value="<?php echo esc_attr( $search->person ); ?>" placeholder="<?php esc_attr_e( 'Name or e-mail', 'rollbook' ); ?>">
	</p>
	<p>
		<label for="rollbook-search-what"><?php esc_html_e( 'What happened', 'rollbook' ); ?></label>
		<select id="rollbook-search-what" name="what">
			<option value=""><?php esc_html_e( 'Anything', 'rollbook' ); ?></option>
			<?php foreach ( ActivityWords::choices() as $value => $label ) : ?>
				<option value="<?php echo esc_attr( $value ); ?>"<?php selected( $search->action, $value ); ?>><?php echo esc_html( $label ); ?></option>
			<?php endforeach; ?>
		</select>
	</p>
	<p>
		<label for="rollbook-search-outcome"><?php esc_html_e( 'Outcome', 'rollbook' ); ?></label>
		<select id="rollbook-search-outcome" name="outcome">
			<option value=""><?php esc_html_e( 'Any', 'rollbook' ); ?></option>
			<?php foreach ( ActivityWords::outcomes() as $value => $label ) : ?>
				<option value="<?php echo esc_attr( $value ); ?>"<?php selected( $search->outcome, $value ); ?>><?php echo esc_html( $label ); ?></option>
			<?php endforeach; ?>
		</select>
	</p>
	<p>
		<label for="rollbook-search-address"><?php esc_html_e( 'Address it came from', 'rollbook' ); ?></label>
		<input type="text" id="rollbook-search-address" name="address" class="code" value="<?php echo esc_attr( $search->address ); ?>" placeholder="203.0.113.7" spellcheck="false" dir="ltr">
	</p>
	<p>
		<label for="rollbook-search-from"><?php esc_html_e( 'From day', 'rollbook' ); ?></label>
		<input type="date" id="rollbook-search-from" name="from" value="<?php echo esc_attr( $search->from ); ?>">
	</p>
	<p>
		<label for="rollbook-search-to"><?php esc_html_e( 'To day', 'rollbook' ); ?></label>
		<input type="date" id="rollbook-search-to" name="to" value="<?php echo esc_attr( $search->to ); ?>">
	</p>
	<p class="rollbook-buttons">
		<button class="button button-primary"><?php esc_html_e( 'Search', 'rollbook' ); ?></button>
		<?php if ( $search->is_limited() ) : ?>
			<a class="button" href="<?php echo esc_url( ActivityLinks::url( $search->everything ? array( 'everything' => '1' ) : array() ) ); ?>"><?php esc_html_e( 'Show all', 'rollbook' ); ?></a>
		<?php endif; ?>
	</p>
</form>

<ul class="subsubsub">
	<li><a href="<?php echo esc_url( ActivityLinks::url( $fewer ) ); ?>"<?php echo $search->everything ? '' : ' class="current" aria-current="page"'; ?>><?php esc_html_e( 'Changes and problems', 'rollbook' ); ?></a> |</li>
	<li><a href="<?php echo esc_url( ActivityLinks::url( array( 'everything' => '1' ) + $fewer ) ); ?>"<?php echo $search->everything ? ' class="current" aria-current="page"' : ''; ?>><?php esc_html_e( 'Every request', 'rollbook' ); ?></a></li>
</ul>
<div class="clear"></div>
<?php if ( $search->leaves_out_middles() ) : ?>
	<p class="rollbook-reach">
		<?php esc_html_e( 'This site has many accounts, so only usernames, e-mail addresses and names that begin with this were searched.', 'rollbook' ); ?>
		<a href="<?php echo esc_url( ActivityLinks::url( array( 'within' => '1' ) + $search->arguments() ) ); ?>"><?php esc_html_e( 'Also search in the middle of names, which takes longer', 'rollbook' ); ?></a>
	</p>
<?php endif; ?>
<?php if ( $search->leaves_out_accounts() ) : ?>
	<?php /* translators: %s: a number. */ ?>
	<p class="rollbook-reach"><?php echo esc_html( sprintf( __( 'More than %s accounts fit. Type more of the name to see the entries about each of them.', 'rollbook' ), number_format_i18n( ActivitySearch::ACCOUNTS ) ) ); ?></p>
<?php endif; ?>
<?php $table->display(); ?>

<p class="rollbook-buttons">
	<a class="button" href="<?php echo esc_url( ActivityLinks::export_url( $search ) ); ?>"><?php esc_html_e( 'Export as CSV', 'rollbook' ); ?></a>
	<a class="button" href="<?php echo esc_url( ActivityLinks::url( array( 'clear' => '1' ) ) ); ?>"><?php esc_html_e( 'Clear the log…', 'rollbook' ); ?></a>
</p>
<p class="description">
	<?php
	echo esc_html(
		0 === $kept
			? __( 'All entries are removed once a day.', 'rollbook' )
			/* translators: %s: a number. */
			: sprintf( _n( 'Entries are kept for %s day.', 'Entries are kept for %s days.', $kept, 'rollbook' ), number_format_i18n( $kept ) )
	);
	?>
	<a href="<?php echo esc_url( SettingsPage::url( 'advanced' ) ); ?>#rollbook-days"><?php esc_html_e( 'Change how long', 'rollbook' ); ?></a>
</p>
<p class="description">
	<?php echo esc_html( array() !== Alerts::ways() ? __( 'You are told by mail or webhook when requests fail repeatedly or no more come.', 'rollbook' ) : __( 'Nobody is told when requests fail repeatedly or no more come.', 'rollbook' ) ); ?>
	<a href="<?php echo esc_url( SettingsPage::url( 'advanced' ) ); ?>#rollbook-alerts"><?php esc_html_e( 'Set up alerts', 'rollbook' ); ?></a>
</p>
