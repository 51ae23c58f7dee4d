<?php
/* Copies the rows of one person and one group that the API has made, with other numbers, until there are so many. Run by `tests/site populate`. */

use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Tables;

$plan = json_decode( $args[0], true, 512, JSON_THROW_ON_ERROR );

// Straight to the database, past wpdb and the SQLite drop-in, which read each statement.
if ( defined( 'FQDB' ) ) {
	$pdo = new PDO( 'sqlite:' . FQDB );
	$pdo->setAttribute( PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION );
	$pdo->exec( 'PRAGMA busy_timeout = 60000' );
	$send  = static fn( string $sql ): int|false => $pdo->exec( $sql );
	$quote = static fn( string $text ): string => $pdo->quote( $text );
} else {
	$mysql = new mysqli( 'localhost', DB_USER, DB_PASSWORD, DB_NAME, 0, substr( DB_HOST, strlen( 'localhost:' ) ) );
	$mysql->set_charset( 'utf8mb4' );
	mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT ); // WordPress has switched it off.
	$mysql->query( 'SET unique_checks = 0, foreign_key_checks = 0' );
	$send  = static fn( string $sql ): mixed => $mysql->query( $sql );
	$quote = static fn( string $text ): string => "'" . $mysql->real_escape_string( $text ) . "'";
}
$rows = static function ( string $sql, mixed ...$arguments ): array {
	global $wpdb;
	return $wpdb->get_results( $wpdb->prepare( $sql, ...$arguments ), ARRAY_A );
};
$next = static function ( string $table, string $column ): int {
	global $wpdb;
	return 1 + (int) $wpdb->get_var( "SELECT MAX($column) FROM $table" );
};

// A resource is told of in the log after it was answered.
$logged = static function ( string $id ) use ( $rows, $plan ): array {
	$until = microtime( true ) + $plan['wait'];
	do {
		$found = $rows( 'SELECT * FROM ' . Tables::name( 'activity' ) . ' WHERE resource_id = %s', $id );
		$found || usleep( 20_000 );
	} while ( ! $found && microtime( true ) < $until );
	return $found ? $found : throw new RuntimeException( 'The activity log does not tell of what was made.' );
};

// The rows of a table as the tuples of an INSERT, with marks where they are to differ.
$tuples = static function ( array $rows, array $marks, array $texts ) use ( $quote ): string {
	$tuples = array();
	foreach ( $rows as $row ) {
		$values = array();
		foreach ( $row as $column => $value ) {
			$values[] = $marks[ $column ] ?? ( null === $value ? 'NULL' : $quote( strtr( $value, $texts ) ) );
		}
		$tuples[] = '(' . implode( ',', $values ) . ')';
	}
	return implode( ',', $tuples );
};
$columns = static fn( array $rows ): string => '(' . implode( ',', array_keys( $rows[0] ) ) . ')';

// Fills templates with what differs from one copy to the next, and sends them many at a time.
$copy = static function ( string $what, int $first, int $last, array $templates, callable $differing ) use ( $send ): void {
	$bundles = array_fill_keys( array_keys( $templates ), array() );
	$sizes   = array_fill_keys( array_keys( $templates ), 0 );
	$flush   = static function ( string $table ) use ( &$bundles, &$sizes, $templates, $send ): void {
		$bundles[ $table ] && $send( "INSERT INTO $table {$templates[$table]['columns']} VALUES " . implode( ',', $bundles[ $table ] ) );
		$bundles[ $table ] = array();
		$sizes[ $table ]   = 0;
	};
	$told = microtime( true );
	$send( 'BEGIN' );
	for ( $number = $first; $number <= $last; ++$number ) {
		$differs = $differing( $number );
		foreach ( $templates as $table => $template ) {
			$text                = strtr( $template['tuples'], $differs );
			$bundles[ $table ][] = $text;
			$sizes[ $table ]    += strlen( $text );
			if ( $sizes[ $table ] > 500_000 ) {
				$flush( $table );
			}
		}
		if ( 0 === $number % 10_000 ) {
			array_map( $flush, array_keys( $templates ) );
			$send( 'COMMIT' );
			$send( 'BEGIN' );
		}
		if ( microtime( true ) - $told > 5 ) {
			$told = microtime( true );
			fwrite( STDERR, "$number of $last $what …\n" );
		}
	}
	array_map( $flush, array_keys( $templates ) );
	$send( 'COMMIT' );
};

$users    = Tables::name( 'users' );
$lookups  = Tables::name( 'lookups' );
$groups   = Tables::name( 'groups' );
$members  = Tables::name( 'group_members' );
$activity = Tables::name( 'activity' );
$tokens   = $plan['tokens'];
$digits   = static fn( int $number ): string => sprintf( '%07d', $number );
// Each row is a millisecond younger than the one before. None is later than now: a list counts anew what seems to have changed just now.
$now      = (int) floor( microtime( true ) * 1000 );

// The first of each, as they stand in every table.
$person  = $rows( "SELECT * FROM $users WHERE id = %s", $plan['person'] );
$user_id = (int) $person[0]['user_id'];
$row_id  = (int) $person[0]['row_id'];
$account = $rows( "SELECT * FROM $wpdb->users WHERE ID = %d", $user_id );
$metas   = array_map( static fn( array $row ): array => array_diff_key( $row, array( 'umeta_id' => 0 ) ), $rows( "SELECT * FROM $wpdb->usermeta WHERE user_id = %d ORDER BY umeta_id", $user_id ) );
$values  = $rows( "SELECT * FROM $lookups WHERE row_id = %d", $row_id );
$event   = array_map( static fn( array $row ): array => array_diff_key( $row, array( 'id' => 0 ) ), $logged( $plan['person'] ) );

$texts   = array( $plan['person'] => '@person@' );
$of_user = array( 'user_id' => '@user@', 'row_id' => '@row@', 'created' => '@time@', 'modified' => '@time@', 'time' => '@time@', 'written_by' => "'@mark@'" );
$people  = array(
	$wpdb->users    => array( $account, array( 'ID' => '@user@' ) ),
	$wpdb->usermeta => array( $metas, $of_user ),
	$users          => array( $person, $of_user ),
	$lookups        => array( $values, $of_user ),
	$activity       => array( $event, $of_user ),
);
$as_templates = static fn( array $all, array $texts ): array => array_map(
	static fn( array $one ): array => array( 'columns' => $columns( $one[0] ), 'tuples' => $tuples( $one[0], $one[1], $texts ) ),
	array_filter( $all, static fn( array $one ): bool => array() !== $one[0] )
);
$people = $as_templates( $people, $texts );

$group_templates = array();
if ( $plan['group'] ) {
	$group           = $rows( "SELECT * FROM $groups WHERE id = %s", $plan['group'] );
	$group_row       = (int) $group[0]['row_id'];
	$event           = array_map( static fn( array $row ): array => array_diff_key( $row, array( 'id' => 0 ) ), $logged( $plan['group'] ) );
	$group_templates = $as_templates( array( $groups => array( $group, $of_user ), $activity => array( $event, array( 'user_id' => 'NULL' ) + $of_user ) ), array( $plan['group'] => '@group@' ) );
	$member          = $rows( "SELECT * FROM $members WHERE group_row = %d", $group_row );
}

// They have served.
$wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->users WHERE ID = %d", $user_id ) );
$wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->usermeta WHERE user_id = %d", $user_id ) );
$wpdb->query( $wpdb->prepare( "DELETE FROM $users WHERE row_id = %d", $row_id ) );
$wpdb->query( $wpdb->prepare( "DELETE FROM $lookups WHERE row_id = %d", $row_id ) );
$wpdb->query( $wpdb->prepare( "DELETE FROM $activity WHERE resource_id IN (%s, %s)", $plan['person'], $plan['group'] ) );
if ( $plan['group'] ) {
	$wpdb->query( $wpdb->prepare( "DELETE FROM $groups WHERE row_id = %d", $group_row ) );
	$wpdb->query( $wpdb->prepare( "DELETE FROM $members WHERE group_row = %d", $group_row ) );
}

$last_of     = static fn( string $table, string $column, string $like ): int => (int) substr( (string) $wpdb->get_var( $wpdb->prepare( "SELECT MAX($column) FROM $table WHERE $column LIKE %s", $like ) ), -strlen( strstr( $like, '_' ) ), 7 );
$from        = 1 + $last_of( $users, 'user_name_key', 'person_______@people.test' );
$user_offset = $next( $wpdb->users, 'ID' ) - $from;
$row_offset  = $next( $users, 'row_id' ) - $from;
$copy(
	'people',
	$from,
	$plan['people'],
	$people,
	static fn( int $number ): array => array(
		'@user@'          => (string) ( $user_offset + $number ),
		'@row@'           => (string) ( $row_offset + $number ),
		'@person@'        => Identifier::create(),
		'@mark@'          => Identifier::create(),
		'@time@'          => (string) ( $now - $plan['people'] - $from + $number ),
		$tokens['number'] => $digits( $number ),
		$tokens['team']   => $digits( intdiv( $number, $plan['team_size'] ) ),
		$tokens['family'] => strrev( $digits( $number ) ),
	)
);

if ( $plan['group'] ) {
	$from_group = 1 + $last_of( $groups, 'display_name_key', 'group _______' );
	$offset     = $next( $groups, 'row_id' ) - $from_group;
	$copy(
		'groups',
		$from_group,
		$plan['groups'],
		$group_templates,
		static fn( int $number ): array => array(
			'@row@'          => (string) ( $offset + $number ),
			'@group@'        => Identifier::create(),
			'@mark@'         => Identifier::create(),
			'@time@'         => (string) ( $now - $plan['groups'] - $from_group + $number ),
			$tokens['group'] => $digits( $number ),
		)
	);
	// Each group has its share of the people.
	$share = max( 1, intdiv( $plan['people'], $plan['groups'] ) );
	$kind  = $quote( $member[0]['member_kind'] );
	$send( 'BEGIN' );
	for ( $number = $from_group; $number <= $plan['groups']; ++$number ) {
		$range = sprintf( 'BETWEEN %s AND %s', $quote( 'person' . $digits( ( $number - 1 ) * $share + 1 ) . '@people.test' ), $quote( 'person' . $digits( $number * $share ) . '@people.test' ) );
		$send( "INSERT INTO $members (group_row, member_id, member_kind) SELECT " . ( $offset + $number ) . ", id, $kind FROM $users WHERE user_name_key $range" );
	}
	$send( 'COMMIT' );
}
if ( ! defined( 'FQDB' ) ) {
	// What the server would find out by itself, some time later.
	foreach ( array( $wpdb->users, $wpdb->usermeta, $users, $lookups, $groups, $members, $activity ) as $table ) {
		$send( "ANALYZE TABLE $table" );
	}
}
wp_cache_flush();
wp_update_user_counts();
