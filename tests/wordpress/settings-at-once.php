<?php
/**
 * Changes settings again and again, as several owners do at the same time, and prints how often somebody else was faster:
 * php settings-at-once.php networks <number> adds networks of its own to the list, as a form does; php settings-at-once.php days 0
 * saves another setting, as a command line does. Several of these run at once; each waits for the next full second.
 */

declare( strict_types=1 );

use Rollbook\WordPress\Upkeep\ChangedMeanwhile;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Upkeep\SettingsWriter;

require __DIR__ . '/wordpress.php';

list( , $what, $number ) = $argv;
usleep( (int) ( ( ceil( microtime( true ) + 0.5 ) - microtime( true ) ) * 1e6 ) );

$late = 0;
for ( $round = 1; $round <= 10; ) {
	wp_cache_flush(); // Each round is a request of its own.
	$opened_on = SettingsWriter::stamp();
	$networks  = Settings::document()['allowed_networks'];
	try {
		if ( 'networks' === $what ) {
			SettingsWriter::merge( array( 'allowed_networks' => array( ...$networks, "10.$number.$round.0/24" ) ), $opened_on );
		} else {
			SettingsWriter::merge( array( 'activity_days' => $round ) );
		}
		++$round;
	} catch ( ChangedMeanwhile ) {
		++$late;
	} catch ( DatabaseFailure ) {
		++$late; // SQLite turns some away.
	}
}
echo json_encode( $late );
