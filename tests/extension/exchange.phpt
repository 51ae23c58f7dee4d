--TEST--
An exchange asks its commands in order and ends in a response
--FILE--
<?php
require __DIR__ . '/exchange.inc';
$response = converse( request( 'POST', '/Users', array( 'userName' => 'jane', 'externalId' => 'e-1' ) ), true );
echo $response['status'], ' ', $response['headers']['Content-Type'], "\n";
echo json_decode( $response['body'], true )['externalId'], "\n";
?>
--EXPECT--
list_tokens
find_conflicts
find_unregistered_accounts
find_roles
create_user
201 application/scim+json
e-1
