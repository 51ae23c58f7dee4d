<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress\Network;

/** What WordPress sets up for pages is left out on each site of a network. */
final class SetUpTest extends NetworkTestCase {

	private const WATCH = WPMU_PLUGIN_DIR . '/set-up-watch.php';
	private const LOG   = ROLLBOOK_SITE_DIR . '/set-up.log';

	protected function tearDown(): void {
		array_map( 'unlink', array_filter( array( self::WATCH, self::LOG ), 'is_file' ) );
		parent::tearDown();
	}

	public function test_it_is_left_out_on_each_site(): void {
		file_put_contents( self::LOG, '' );
		chmod( self::LOG, 0666 );
		file_put_contents( self::WATCH, '<?php add_action( "wp_loaded", static fn() => file_put_contents( "' . self::LOG . '", get_current_blog_id() . ": " . did_action( "widgets_init" ) . "\n", FILE_APPEND ), PHP_INT_MIN );' );
		foreach ( array( self::FIRST, self::SECOND ) as $site ) {
			$person = $this->person_on( $site, "pn-set-up-$site@contoso.test" );
			$this->change( $site, $person->id, 'displayName', 'Left out' );
			$this->assertSame( 204, $this->ask( $site, 'DELETE', "/Users/$person->id" )->status );
		}
		$this->assertSame( str_repeat( "1: 0\n", 3 ) . str_repeat( "2: 0\n", 3 ), file_get_contents( self::LOG ) );
	}
}
