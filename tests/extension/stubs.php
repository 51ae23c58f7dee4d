<?php
/**
 * Prints the extension's classes for editors: signatures from the loaded extension, comments from its source.
 *
 * php -n -d extension=… tests/extension/stubs.php > php-plugin/stubs/rollbook.php
 */

declare( strict_types=1 );

$source = file_get_contents( dirname( __DIR__, 2 ) . '/src/extension.rs' );

/**
 * The documentation above the first place that a pattern matches, behind another place.
 */
$documentation = static function ( string $pattern, int $from = 0 ) use ( $source ): array {
	preg_match( $pattern, $source, $found, PREG_OFFSET_CAPTURE, $from ) || throw new RuntimeException( "src/extension.rs has no $pattern" );
	$above = array();
	foreach ( array_reverse( explode( "\n", substr( $source, 0, $found[0][1] ) ) ) as $line ) {
		$line = trim( $line );
		if ( str_starts_with( $line, '///' ) ) {
			array_unshift( $above, trim( substr( $line, 3 ) ) );
		} elseif ( '' !== $line && ! str_starts_with( $line, '#[' ) ) {
			break;
		}
	}
	return $above;
};

$comment = static function ( array $lines, string $indent ): string {
	$lines = array_map( static fn( string $line ): string => rtrim( "$indent * $line" ), $lines );
	return "$indent/**\n" . implode( "\n", $lines ) . "\n$indent */\n";
};

echo "<?php\n";
echo $comment( array( 'The classes of the Rollbook extension, for editors. Written by `make stubs`; never loaded.' ), '' );
echo "\nnamespace Rollbook;\n";

foreach ( ( new ReflectionExtension( 'rollbook' ) )->getClasses() as $class ) {
	$name  = addcslashes( $class->getName(), '\\' );
	$place = strpos( $source, 'name = "' . $name . '"' );
	echo "\n", $comment( $documentation( '/pub struct/', $place ), '' );
	echo $class->isFinal() ? 'final ' : '', 'class ', $class->getShortName();
	echo $class->getParentClass() ? ' extends \\' . $class->getParentClass()->getName() : '', " {\n";
	foreach ( $class->getReflectionConstants() as $constant ) {
		echo $comment( $documentation( '/pub const ' . $constant->getName() . '/', $place ), "\t" );
		echo "\tpublic const ", $constant->getName(), ' = ', var_export( $constant->getValue(), true ), ";\n";
	}
	$type = static fn( ?ReflectionType $type ): string => $type instanceof ReflectionNamedType && ! $type->isBuiltin() ? "\\$type" : (string) $type;
	foreach ( $class->getMethods() as $method ) {
		if ( $method->getDeclaringClass()->getName() !== $class->getName() || $method->isConstructor() ) {
			continue;
		}
		$rust = strtolower( preg_replace( '/[A-Z]/', '_$0', $method->getName() ) );
		echo "\n", $comment( $documentation( "/pub fn $rust\\(/", $place ), "\t" );
		$parameters = array_map(
			static fn( ReflectionParameter $parameter ): string => trim( $type( $parameter->getType() ) . ' $' . $parameter->getName() ),
			$method->getParameters()
		);
		echo "\tpublic ", $method->isStatic() ? 'static ' : '', 'function ', $method->getName();
		echo $parameters ? '( ' . implode( ', ', $parameters ) . ' )' : '()';
		echo $method->hasReturnType() ? ': ' . $type( $method->getReturnType() ) : '', " {}\n";
	}
	echo "}\n";
}
