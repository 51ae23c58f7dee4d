<?php
/**
 * A mailbox that is read with POP3: php mailbox.php <sender's address> <subject>
 *
 * It prints its port and serves one visitor, who finds one mail.
 */

declare( strict_types=1 );

$server = stream_socket_server( 'tcp://127.0.0.1:0' );
echo substr( strrchr( stream_socket_get_name( $server, false ), ':' ), 1 ), "\n";
$visitor = stream_socket_accept( $server, 60 );
$mail    = "From: $argv[1]\r\nSubject: $argv[2]\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\nContent-Type: text/plain\r\n\r\nHello by mail.\r\n.\r\n";
fwrite( $visitor, "+OK ready\r\n" );
while ( false !== ( $line = fgets( $visitor ) ) ) {
	$verb = strtoupper( strtok( trim( $line ), ' ' ) ?: '' );
	fwrite( $visitor, array( 'STAT' => "+OK 1 200\r\n", 'RETR' => "+OK\r\n$mail" )[ $verb ] ?? "+OK\r\n" );
	if ( 'QUIT' === $verb ) {
		break;
	}
}
