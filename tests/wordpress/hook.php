<?php
/**
 * A webhook: php hook.php <folder>
 *
 * It prints its port, writes what it gets to files of the folder, and answers as the path says: /200, /500, /302, /hang.
 */

declare( strict_types=1 );

$server = stream_socket_server( 'tcp://127.0.0.1:0' );
echo substr( strrchr( stream_socket_get_name( $server, false ), ':' ), 1 ), "\n";
$held = array();
for ( $number = 1; false !== ( $visitor = stream_socket_accept( $server, 120 ) ); ++$number ) {
	$head = '';
	while ( ! str_ends_with( $head, "\r\n\r\n" ) && false !== ( $line = fgets( $visitor ) ) ) {
		$head .= $line;
	}
	$length = preg_match( '/^content-length: (\d+)/mi', $head, $found ) ? (int) $found[1] : 0;
	$body   = 0 === $length ? '' : stream_get_contents( $visitor, $length );
	file_put_contents( "$argv[1]/part", json_encode( array( 'head' => $head, 'body' => $body ) ) );
	rename( "$argv[1]/part", sprintf( '%s/%03d.json', $argv[1], $number ) );
	$answer = explode( '/', explode( ' ', $head )[1] )[1];
	if ( 'hang' === $answer ) {
		$held[] = $visitor;
		continue;
	}
	$location = '302' === $answer ? 'Location: http://' . trim( preg_match( '/^host: (.*)$/mi', $head, $found ) ? $found[1] : '' ) . "/200/elsewhere\r\n" : '';
	fwrite( $visitor, "HTTP/1.1 $answer Answer\r\n{$location}Content-Length: 2\r\nConnection: close\r\n\r\nok" );
	fclose( $visitor );
}
