--TEST--
A task tells what it found and did; one that does not exist is refused
--FILE--
<?php
require __DIR__ . '/exchange.inc';
$settings = array( 'role_rules' => array( array( 'filter' => 'userName eq "jane"', 'role' => 'editor' ) ) );
$part     = array( 'after' => 0, 'limit' => 10, 'apply' => true );
foreach ( array( array( 'task' => 'roles', 'part' => $part ), array( 'task' => 'linking', 'part' => $part, 'user_name' => 'login' ), array( 'task' => 'unlinking', 'user_id' => 7 ) ) as $task ) {
	$exchange = Rollbook\Exchange::task( $task, $settings, array(), 1_700_000_000_000 );
	while ( $command = $exchange->command() ) {
		echo $command['do'], ' ';
		$exchange->answer( answer( $command ) );
	}
	$report = json_decode( $exchange->response()['body'], true );
	echo $exchange->response()['status'], ' ', json_encode( $report['counts'] ?? $report ), "\n";
	echo json_encode( array_column( $exchange->summary()['events'], 'event' ) ), ' ', $exchange->summary()['method'], ' ', $exchange->summary()['path'], "\n";
}
foreach ( array( array( 'task' => 'everything' ), array( 'task' => 'roles' ), array( 'task' => 'unlinking', 'user_id' => -1 ) ) as $wrong ) {
	try {
		Rollbook\Exchange::task( $wrong, array(), array(), 0 );
	} catch ( Rollbook\Exception $refused ) {
		echo get_class( $refused ), ': ', strtok( $refused->getMessage(), '`' ), "\n";
	}
}
try {
	Rollbook\Exchange::task( array( 'task' => 'unlinking', 'user_id' => 7 ), array( 'password_sync' => 'perhaps' ), array(), 0 );
} catch ( Rollbook\InvalidSettings $refused ) {
	echo $refused->problems()[0]['place'], "\n";
}
?>
--EXPECT--
find_users find_roles set_roles 200 {"changed":1}
["role_changed"] TASK /roles
list_accounts look_up_user_names register_accounts look_up_user_names 200 {"name_taken":1}
[] TASK /linking
load_users_by_account unlink_user 200 {"login":"jane"}
["user_unlinked"] TASK /unlinking
Rollbook\Exception: No such task: unknown variant 
Rollbook\Exception: No such task: missing field 
Rollbook\Exception: No such task: invalid value: integer 
password_sync
