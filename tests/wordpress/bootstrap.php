<?php
/**
 * What the tests stand on: the site's WordPress, and the classes that they share.
 */

declare( strict_types=1 );

require __DIR__ . '/wordpress.php';
require __DIR__ . '/SiteTestCase.php';
require __DIR__ . '/Browser.php';
require __DIR__ . '/network/NetworkTestCase.php';
