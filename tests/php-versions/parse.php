<?php
/**
 * Has this PHP compile each file, and runs none: php parse.php <file>…
 *
 * Prints a file's name before it, so that the last name printed is the culprit where PHP ends.
 */

foreach ( array_slice( $argv, 1 ) as $file ) {
	echo "$file\n";
	$code = substr( file_get_contents( $file ), strlen( '<?php' ) );
	// A file returns behind what must come first in it: its namespace, which stands behind declare().
	$returning = preg_replace( '/^namespace [\w\\\\]+;$/m', '$0 return;', $code, 1, $count );
	eval( $count ? $returning : "return;$code" );
}
echo 'All of them, on PHP ', PHP_VERSION, ".\n";
