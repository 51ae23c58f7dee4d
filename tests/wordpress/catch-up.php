<?php
/**
 * Does the background work of the mappings in a WordPress of its own, and prints what Site Health says of them.
 */

declare( strict_types=1 );

use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Admin\SiteHealth;

require __DIR__ . '/wordpress.php';

do_action( CatchUp::EVENT );
$health = SiteHealth::test_targets();
echo json_encode( array( $health['status'], $health['description'] ) );
