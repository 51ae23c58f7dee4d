--TEST--
A body is bytes: what is too large, too deep, doubled, no UTF-8 or of another type is refused as SCIM
--FILE--
<?php
require __DIR__ . '/exchange.inc';
$try = static function ( string $body, array $headers = array() ): void {
	$request             = request( 'POST', '/Users', $body );
	$request['headers'] += $headers;
	$response            = converse( $request );
	$error               = json_decode( $response['body'], true );
	echo $response['status'], ' ', $error['scimType'] ?? '-', ' ', $error['detail'] ?? '', "\n";
};
$try( '' );
$try( "{\"userName\":\"\xff\"}" );
$try( '{"userName":"a","userName":"b"}' );
$try( '{"userName":"a"' );
$try( '{"a":' . str_repeat( '[', 64 ) . str_repeat( ']', 64 ) . '}' );
$try( str_repeat( ' ', Rollbook\Exchange::MAX_BODY + 1 ) );
$try( '{"userName":"a"}', array( 'content-type' => 'text/xml' ) );
$try( '{"userName":"a"}', array( 'CONTENT-TYPE' => 'application/scim+json; charset=iso-8859-1' ) );
$try( '{"displayName":"a"}' );
echo converse( request( 'POST', '/Users', '{"userName":"Ünï"}', array() ) )['status'], "\n";
?>
--EXPECTF--
400 invalidSyntax The body is empty. Send a JSON object.
400 invalidSyntax The body is not valid UTF-8: byte 14 is wrong. Send JSON encoded in UTF-8.
400 invalidSyntax The body is not valid JSON: the key "userName" stands twice in one object at line 1 column %d.
400 invalidSyntax The body is not valid JSON: EOF while parsing an object at line 1 column 15.
400 invalidSyntax The body is not valid JSON: arrays and objects are nested deeper than 64 at line 1 column %d.
413 - The body is larger than 1048576 bytes. Split the request into smaller ones.
415 - The media type "text/xml" cannot be read. Send the body as application/scim+json.
415 - The charset "iso-8859-1" cannot be read. Send JSON in UTF-8.
400 invalidValue %s
201
