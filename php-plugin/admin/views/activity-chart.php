<?php
/**
 * The last 30 days as a table whose cells are bars.
 *
 * @package Rollbook
 *
 * @var array<string, array{changes: int, problems: int}> $days How many changes and problems there were on each day.
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

$totals = array(
	'changes'  => array_sum( array_column( $days, 'changes' ) ),
	'problems' => array_sum( array_column( $days, 'problems' ) ),
);
$most   = max( 1, ...array_values( array_column( $days, 'changes' ) ), ...array_values( array_column( $days, 'problems' ) ) );
$names  = array_map( static fn( string $day ): string => (string) wp_date( (string) get_option( 'date_format' ), ( new \DateTimeImmutable( "$day 12:00", wp_timezone() ) )->getTimestamp() ), array_keys( $days ) );
$labels = array(
	'changes'  => __( 'Changes', 'rollbook' ),
	'problems' => __( 'Problems', 'rollbook' ),
);
?>
<table class="rollbook-chart">
	<caption><?php esc_html_e( 'The last 30 days', 'rollbook' ); ?></caption>
	<colgroup><col class="rollbook-labels"><col span="<?php echo count( $days ); ?>"></colgroup>
	<thead class="screen-reader-text">
		<tr>
			<th scope="col"><?php esc_html_e( 'Day', 'rollbook' ); ?></th>
			<?php foreach ( $names as $name ) : ?>
				<th scope="col"><?php echo esc_html( $name ); ?></th>
			<?php endforeach; ?>
		</tr>
	</thead>
	<tbody>
		<?php foreach ( $labels as $which => $label ) : ?>
			<tr class="rollbook-<?php echo esc_attr( $which ); ?>">
				<th scope="row"><?php echo esc_html( $label ); ?> <span class="rollbook-total"><?php echo esc_html( number_format_i18n( $totals[ $which ] ) ); ?></span></th>
				<?php foreach ( array_values( $days ) as $index => $day ) : ?>
					<?php /* translators: 1: a day, 2: a number. */ ?>
					<td title="<?php echo esc_attr( sprintf( __( '%1$s: %2$s', 'rollbook' ), $names[ $index ], number_format_i18n( $day[ $which ] ) ) ); ?>"><span class="rollbook-bar" style="block-size:<?php echo esc_attr( (string) ( $day[ $which ] > 0 ? max( 4, (int) round( 100 * $day[ $which ] / $most ) ) : 0 ) ); ?>%"></span><span class="screen-reader-text"><?php echo esc_html( number_format_i18n( $day[ $which ] ) ); ?></span></td>
				<?php endforeach; ?>
			</tr>
		<?php endforeach; ?>
	</tbody>
</table>
<p class="rollbook-span" aria-hidden="true"><span><?php echo esc_html( $names[0] ?? '' ); ?></span> <span><?php echo esc_html( $names[ count( $names ) - 1 ] ?? '' ); ?></span></p>
