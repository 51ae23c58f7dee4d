<?php
/**
 * Settings → Rollbook → Roles & groups: the groups that were received.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$groups = GroupsPanel::collect();
$group  = $groups->group;
?>
<section id="rollbook-groups" aria-labelledby="rollbook-groups-heading">
	<h2 id="rollbook-groups-heading"><?php esc_html_e( 'Groups received', 'rollbook' ); ?></h2>
	<?php if ( null !== $group ) : ?>
		<p><a href="<?php echo esc_url( GroupsPanel::url() ); ?>"><?php esc_html_e( 'All groups', 'rollbook' ); ?></a></p>
		<h3><?php echo esc_html( $group['display'] ); ?></h3>
		<?php foreach ( GroupsPanel::roles( $group ) ?: array( __( 'No rule asks for this group.', 'rollbook' ) ) as $line ) : ?>
			<p><?php echo esc_html( $line ); ?></p>
		<?php endforeach; ?>
		<?php if ( array() === $groups->members ) : ?>
			<p><?php esc_html_e( 'The group has no members.', 'rollbook' ); ?></p>
		<?php else : ?>
			<table class="widefat striped rollbook-rows">
				<caption class="screen-reader-text"><?php esc_html_e( 'Members of the group', 'rollbook' ); ?></caption>
				<thead>
					<tr>
						<th scope="col"><?php esc_html_e( 'Member', 'rollbook' ); ?></th>
						<th scope="col"><?php esc_html_e( 'Username', 'rollbook' ); ?></th>
					</tr>
				</thead>
				<tbody>
					<?php foreach ( $groups->members as $member ) : ?>
						<tr>
							<td data-colname="<?php esc_attr_e( 'Member', 'rollbook' ); ?>">
								<?php if ( null !== $member['group_id'] ) : ?>
									<a href="<?php echo esc_url( GroupsPanel::url( array( 'group' => $member['group_id'] ) ) ); ?>"><?php echo esc_html( (string) $member['name'] ); ?></a> <?php esc_html_e( '(a group)', 'rollbook' ); ?>
								<?php elseif ( null !== $member['user_id'] ) : ?>
									<a href="<?php echo esc_url( RulesTester::url( array( 'person' => $member['user_id'] ) ) ); ?>"><?php echo esc_html( (string) $member['name'] ); ?></a>
								<?php else : ?>
									<?php echo esc_html( (string) $member['name'] ); ?>
								<?php endif; ?>
							</td>
							<td data-colname="<?php esc_attr_e( 'Username', 'rollbook' ); ?>"><?php echo esc_html( (string) ( $member['login'] ?? '—' ) ); ?></td>
						</tr>
					<?php endforeach; ?>
				</tbody>
			</table>
		<?php endif; ?>
	<?php else : ?>
		<p><?php esc_html_e( 'Members of a group within a group count as members of both.', 'rollbook' ); ?></p>
		<?php if ( 0 === $groups->total && '' === $groups->search ) : ?>
			<p><?php esc_html_e( 'No group has been received yet. Switch on the provisioning of groups in the identity provider: the tab Guides says where.', 'rollbook' ); ?></p>
		<?php else : ?>
			<form method="get" action="<?php echo esc_url( admin_url( 'options-general.php' ) ); ?>#rollbook-groups">
				<input type="hidden" name="page" value="rollbook"><input type="hidden" name="tab" value="roles">
				<label for="rollbook-group-name"><?php esc_html_e( 'Part of the name', 'rollbook' ); ?></label>
				<span class="rollbook-ask">
					<input type="search" id="rollbook-group-name" name="group_name" value="<?php echo esc_attr( $groups->search ); ?>" class="regular-text">
					<button class="button"><?php esc_html_e( 'Search groups', 'rollbook' ); ?></button>
				</span>
			</form>
			<?php /* translators: %s: number of groups. */ ?>
			<p role="status"><?php echo esc_html( sprintf( _n( '%s group', '%s groups', $groups->total, 'rollbook' ), number_format_i18n( $groups->total ) ) ); ?></p>
			<?php if ( array() !== $groups->groups ) : ?>
				<table class="widefat striped rollbook-rows" aria-labelledby="rollbook-groups-heading">
					<thead>
						<tr>
							<th scope="col"><?php esc_html_e( 'Group', 'rollbook' ); ?></th>
							<th scope="col" class="rollbook-narrow"><?php esc_html_e( 'Members', 'rollbook' ); ?></th>
							<th scope="col"><?php esc_html_e( 'Role that comes of it', 'rollbook' ); ?></th>
						</tr>
					</thead>
					<tbody>
						<?php foreach ( $groups->groups as $one ) : ?>
							<tr>
								<td data-colname="<?php esc_attr_e( 'Group', 'rollbook' ); ?>"><a href="<?php echo esc_url( GroupsPanel::url( array( 'group' => (string) $one['id'] ) ) ); ?>"><?php echo esc_html( $one['display'] ); ?></a></td>
								<td data-colname="<?php esc_attr_e( 'Members', 'rollbook' ); ?>" class="rollbook-narrow"><?php echo esc_html( number_format_i18n( $one['members'] ) ); ?></td>
								<td data-colname="<?php esc_attr_e( 'Role that comes of it', 'rollbook' ); ?>"><?php echo wp_kses( implode( '<br>', array_map( 'esc_html', GroupsPanel::roles( $one ) ?: array( '—' ) ) ), array( 'br' => array() ) ); ?></td>
							</tr>
						<?php endforeach; ?>
					</tbody>
				</table>
			<?php endif; ?>
		<?php endif; ?>
	<?php endif; ?>
	<?php if ( $groups->pages > 1 ) : ?>
		<nav class="rollbook-pages" aria-label="<?php echo esc_attr( null === $group ? __( 'Pages of groups', 'rollbook' ) : __( 'Pages of members', 'rollbook' ) ); ?>">
			<?php if ( $groups->page > 1 ) : ?>
				<a class="button" href="<?php echo esc_url( $groups->page_url( $groups->page - 1 ) ); ?>"><?php esc_html_e( 'Previous page', 'rollbook' ); ?></a>
			<?php endif; ?>
			<?php /* translators: 1: number of a page, 2: number of pages. */ ?>
			<span><?php echo esc_html( sprintf( __( 'Page %1$s of %2$s', 'rollbook' ), number_format_i18n( $groups->page ), number_format_i18n( $groups->pages ) ) ); ?></span>
			<?php if ( $groups->page < $groups->pages ) : ?>
				<a class="button" href="<?php echo esc_url( $groups->page_url( $groups->page + 1 ) ); ?>"><?php esc_html_e( 'Next page', 'rollbook' ); ?></a>
			<?php endif; ?>
		</nav>
	<?php endif; ?>
</section>
