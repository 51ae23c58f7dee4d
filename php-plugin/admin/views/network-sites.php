<?php
/**
 * Network Admin → Settings → Rollbook: the sites.
 *
 * @package Rollbook
 *
 * @var list<array{name: string, url: string, state: ?array{people: int, last: ?int, problems: string, paused: bool, tokens: string}}> $sites The sites of the page.
 * @var int $page  The page.
 * @var int $pages How many there are.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$columns = array( __( 'People', 'rollbook' ), __( 'Last request', 'rollbook' ), __( 'Failures of the last day', 'rollbook' ), __( 'Provisioning', 'rollbook' ), __( 'Tokens', 'rollbook' ) );
?>
<h2 id="rollbook-sites"><?php esc_html_e( 'Sites', 'rollbook' ); ?></h2>
<table class="widefat striped rollbook-sites" aria-labelledby="rollbook-sites">
	<thead>
		<tr>
			<th scope="col"><?php esc_html_e( 'Site', 'rollbook' ); ?></th>
			<?php foreach ( $columns as $column ) : ?>
				<th scope="col"><?php echo esc_html( $column ); ?></th>
			<?php endforeach; ?>
		</tr>
	</thead>
	<tbody>
		<?php
		foreach ( $sites as $site ) :
			$state = $site['state'];
			$cells = null === $state ? array( __( 'Nobody is provisioned here.', 'rollbook' ) ) : array(
				number_format_i18n( $state['people'] ),
				/* translators: %s: a span of time, "5 minutes". */
				null === $state['last'] ? __( 'Never', 'rollbook' ) : sprintf( __( '%s ago', 'rollbook' ), human_time_diff( intdiv( $state['last'], 1000 ) ) ),
				$state['problems'],
				$state['paused'] ? __( 'Paused', 'rollbook' ) : __( 'Runs', 'rollbook' ),
				$state['tokens'],
			);
			?>
			<tr>
				<th scope="row"><a href="<?php echo esc_url( $site['url'] ); ?>"><?php echo esc_html( $site['name'] ); ?></a></th>
				<?php foreach ( $cells as $number => $cell ) : ?>
					<td<?php echo null === $state ? ' colspan="5"' : ''; ?>><span class="rollbook-label" aria-hidden="true"><?php echo null === $state ? '' : esc_html( $columns[ $number ] ); ?></span> <?php echo esc_html( $cell ); ?></td>
				<?php endforeach; ?>
			</tr>
		<?php endforeach; ?>
	</tbody>
</table>
<?php if ( $pages > 1 ) : ?>
	<nav class="tablenav rollbook-pages" aria-label="<?php esc_attr_e( 'Pages', 'rollbook' ); ?>">
		<?php
		$links = paginate_links(
			array(
				'base'    => add_query_arg( 'paged', '%#%' ),
				'format'  => '',
				'total'   => $pages,
				'current' => $page,
			)
		);
		echo is_string( $links ) ? wp_kses_post( $links ) : '';
		?>
	</nav>
<?php endif; ?>
