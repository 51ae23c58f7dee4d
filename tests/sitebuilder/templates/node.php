<?php
// The node of the cluster that this web server speaks to, or the next one that serves: what a load balancer would choose.
list( $nodes, $user, $password ) = json_decode( '@cluster@', true );
$first = (int) getenv( 'ROLLBOOK_NODE' );
mysqli_report( MYSQLI_REPORT_OFF );
foreach ( array( ...array_slice( $nodes, $first ), ...array_slice( $nodes, 0, $first ) ) as $socket ) {
	$node  = mysqli_init();
	$ready = @$node->real_connect( 'localhost', $user, $password, '', 0, $socket ) ? $node->query( "SHOW STATUS LIKE 'wsrep_ready'" ) : false;
	if ( $ready && 'ON' === ( $ready->fetch_row()[1] ?? '' ) ) {
		$node->close();
		return "localhost:$socket";
	}
}
return "localhost:$nodes[0]";
