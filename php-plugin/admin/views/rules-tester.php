<?php
/**
 * Settings → Rollbook → Roles & groups: rules, tried.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Store\Settings;

defined( 'ABSPATH' ) || exit;

$tester  = RulesTester::collect();
$person  = $tester->person;
$problem = $tester->matches['problem'] ?? null;
?>
<section id="rollbook-tester" class="rollbook-tester" aria-labelledby="rollbook-tester-heading">
	<h2 id="rollbook-tester-heading"><?php esc_html_e( 'Try the rules', 'rollbook' ); ?></h2>
	<p><?php esc_html_e( 'Nothing is changed here. A filter is tried as you type it; which rule decides is said by the rules as they are saved.', 'rollbook' ); ?></p>
	<div class="rollbook-questions">
		<form method="get" action="<?php echo esc_url( admin_url( 'options-general.php' ) ); ?>#rollbook-tester" data-rollbook-tester>
			<input type="hidden" name="page" value="rollbook"><input type="hidden" name="tab" value="roles">
			<label for="rollbook-who"><?php esc_html_e( 'Which rule decides for this person?', 'rollbook' ); ?></label>
			<span class="rollbook-ask">
				<input type="search" id="rollbook-who" name="who" value="<?php echo esc_attr( $tester->who ); ?>" class="regular-text" autocomplete="off" aria-describedby="rollbook-who-help" required>
				<button class="button"><?php esc_html_e( 'Explain', 'rollbook' ); ?></button>
			</span>
			<p class="description" id="rollbook-who-help"><?php esc_html_e( 'Name, username, email address or number of the account, or the name in the identity provider.', 'rollbook' ); ?></p>
		</form>
		<form method="get" action="<?php echo esc_url( admin_url( 'options-general.php' ) ); ?>#rollbook-tester" data-rollbook-tester>
			<input type="hidden" name="page" value="rollbook"><input type="hidden" name="tab" value="roles">
			<label for="rollbook-filter"><?php esc_html_e( 'Who matches this filter?', 'rollbook' ); ?></label>
			<span class="rollbook-ask">
				<input type="text" id="rollbook-filter" name="filter" value="<?php echo esc_attr( $tester->filter ); ?>" class="regular-text code" autocomplete="off" spellcheck="false" required<?php echo null === $problem ? '' : ' aria-invalid="true" aria-describedby="rollbook-filter-problem"'; ?>>
				<button class="button"><?php esc_html_e( 'Show people', 'rollbook' ); ?></button>
			</span>
		</form>
	</div>

	<?php if ( $tester->has_result() ) : ?>
		<div class="rollbook-result" tabindex="-1">
			<?php if ( null !== $person ) : ?>
				<h3><?php echo esc_html( $person->name ); ?></h3>
				<p>
					<?php
					/* translators: %s: names of roles. */
					echo esc_html( sprintf( __( 'Role now: %s.', 'rollbook' ), RulesTester::roles( array_values( $person->user->roles ?? array() ) ) ) );
					?>
				</p>
				<?php foreach ( $person->ruling() ?: array( __( 'No identity provider manages this account, so no rule acts on it.', 'rollbook' ) ) as $line ) : ?>
					<p><?php echo esc_html( $line ); ?></p>
				<?php endforeach; ?>
				<?php if ( array() !== ( $person->explanation['rules'] ?? array() ) ) : ?>
					<table class="widefat striped rollbook-rows rollbook-verdicts">
						<caption class="screen-reader-text"><?php esc_html_e( 'What each rule says about this person', 'rollbook' ); ?></caption>
						<thead>
							<tr>
								<th scope="col" class="rollbook-narrow"><?php esc_html_e( 'Rule', 'rollbook' ); ?></th>
								<th scope="col"><?php esc_html_e( 'Filter', 'rollbook' ); ?></th>
								<th scope="col"><?php esc_html_e( 'Role', 'rollbook' ); ?></th>
								<th scope="col"><?php esc_html_e( 'Result', 'rollbook' ); ?></th>
							</tr>
						</thead>
						<tbody>
							<?php foreach ( Settings::document()['role_rules'] ?? array() as $index => $rule ) : ?>
								<?php $decides = ( $person->explanation['rule']['number'] ?? null ) === $index + 1; ?>
								<tr<?php echo $decides ? ' class="rollbook-decides"' : ''; ?>>
									<td data-colname="<?php esc_attr_e( 'Rule', 'rollbook' ); ?>"><?php echo esc_html( number_format_i18n( $index + 1 ) ); ?></td>
									<td data-colname="<?php esc_attr_e( 'Filter', 'rollbook' ); ?>"><code><?php echo esc_html( $rule['filter'] ); ?></code></td>
									<td data-colname="<?php esc_attr_e( 'Role', 'rollbook' ); ?>"><?php echo esc_html( ActivityWords::role( $rule['role'] ) ); ?></td>
									<td data-colname="<?php esc_attr_e( 'Result', 'rollbook' ); ?>">
										<?php
										if ( $decides ) {
											printf( '<strong>%s</strong>', esc_html__( 'Decides', 'rollbook' ) );
										} else {
											echo esc_html( $person->explanation['rules'][ $index ] ?? false ? __( 'Fits, but an earlier rule decides', 'rollbook' ) : __( 'Does not fit', 'rollbook' ) );
										}
										?>
									</td>
								</tr>
							<?php endforeach; ?>
						</tbody>
					</table>
				<?php endif; ?>
				<p><a href="<?php echo esc_url( ActivityLinks::url( array( 'person' => (string) $person->user_id ) ) ); ?>"><?php esc_html_e( 'Access, groups and latest activity of this person', 'rollbook' ); ?></a></p>
			<?php elseif ( array() !== $tester->found ) : ?>
				<h3><?php esc_html_e( 'Who is meant?', 'rollbook' ); ?></h3>
				<ul class="ul-disc rollbook-people">
					<?php foreach ( $tester->found as $user ) : ?>
						<li><a href="<?php echo esc_url( RulesTester::url( array( 'person' => (string) $user->ID ) ) ); ?>" data-rollbook-tester><?php echo esc_html( $user->display_name ); ?></a> · <?php echo esc_html( $user->user_login ); ?> · <?php echo esc_html( $user->user_email ); ?></li>
					<?php endforeach; ?>
				</ul>
				<?php if ( count( $tester->found ) === AccountSearch::SHOWN ) : ?>
					<?php /* translators: %s: number of accounts. */ ?>
					<p><?php echo esc_html( sprintf( __( 'At most %s are named. If the person is missing, type more of the name.', 'rollbook' ), number_format_i18n( AccountSearch::SHOWN ) ) ); ?></p>
				<?php endif; ?>
			<?php elseif ( '' !== $tester->who ) : ?>
				<?php /* translators: %s: what was typed. */ ?>
				<h3><?php echo esc_html( sprintf( __( 'Nobody on this site is called “%s”.', 'rollbook' ), $tester->who ) ); ?></h3>
			<?php elseif ( null !== $problem ) : ?>
				<h3><?php esc_html_e( 'This filter cannot be read.', 'rollbook' ); ?></h3>
				<p class="rollbook-problem" id="rollbook-filter-problem"><?php echo esc_html( $problem ); ?></p>
			<?php elseif ( null !== $tester->matches ) : ?>
				<h3><code><?php echo esc_html( $tester->filter ); ?></code></h3>
				<p><?php echo esc_html( $tester->summary() ); ?></p>
				<?php if ( array() !== $tester->matches['people'] ) : ?>
					<table class="widefat striped rollbook-rows">
						<caption class="screen-reader-text"><?php esc_html_e( 'People that the filter matches', 'rollbook' ); ?></caption>
						<thead>
							<tr>
								<th scope="col"><?php esc_html_e( 'Person', 'rollbook' ); ?></th>
								<th scope="col"><?php esc_html_e( 'Role now', 'rollbook' ); ?></th>
								<th scope="col"><?php esc_html_e( 'Decides now', 'rollbook' ); ?></th>
							</tr>
						</thead>
						<tbody>
							<?php foreach ( $tester->matches['people'] as $match ) : ?>
								<tr>
									<td data-colname="<?php esc_attr_e( 'Person', 'rollbook' ); ?>"><a href="<?php echo esc_url( RulesTester::url( array( 'person' => (string) $match['user_id'] ) ) ); ?>" data-rollbook-tester><?php echo esc_html( (string) ( $match['display_name'] ?: $match['user_name'] ) ); ?></a><br><?php echo esc_html( (string) $match['login'] ); ?></td>
									<td data-colname="<?php esc_attr_e( 'Role now', 'rollbook' ); ?>"><?php echo esc_html( RulesTester::roles( $match['roles'] ) ); ?></td>
									<td data-colname="<?php esc_attr_e( 'Decides now', 'rollbook' ); ?>"><?php echo esc_html( RulesTester::rule( $match['rule'] ) ); ?></td>
								</tr>
							<?php endforeach; ?>
						</tbody>
					</table>
				<?php endif; ?>
				<?php if ( null !== $tester->matches['next'] ) : ?>
					<p>
						<a class="button" data-rollbook-tester href="<?php echo esc_url( RulesTester::url( array( 'filter' => $tester->filter, 'after' => $tester->matches['next'] ) ) ); ?>"><?php esc_html_e( 'Look further', 'rollbook' ); ?></a>
					</p>
				<?php endif; ?>
			<?php endif; ?>
		</div>
	<?php endif; ?>
</section>
