<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\ExtensionFile;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Platform;
use const Rollbook\WordPress\PLUGIN_FILE;
use const Rollbook\WordPress\VERSION;

/** A server whose PHP has no extension, or none that fits. */
final class RequirementsTest extends SiteTestCase {

	private string $configuration;

	protected function setUp(): void {
		parent::setUp();
		$this->configuration = get_temp_dir() . 'rollbook-' . wp_generate_uuid4();
		mkdir( $this->configuration );
	}

	protected function tearDown(): void {
		array_map( 'unlink', glob( "$this->configuration/*" ) );
		delete_option( Requirements::PHP_OPTION );
		rmdir( $this->configuration );
		parent::tearDown();
	}

	/** An identity provider is told to come again, not that nobody is there. */
	public function test_an_identity_provider_is_told_to_wait(): void {
		$answer = json_decode( $this->without_extension( array(), '/wp-json/scim/v2/Users' ) );
		$this->assertSame( array( array( 'urn:ietf:params:scim:api:messages:2.0:Error' ), '503' ), array( $answer->schemas, $answer->status ) );
		$this->assertArrayHasKey( 'Retry-After', Requirements::refusal()['headers'] );
	}

	/** The site itself runs on. */
	public function test_the_site_runs_on(): void {
		$this->assertStringContainsString( '</html>', $this->without_extension( array(), '/' ) );
	}

	/** Here nothing is missing. */
	public function test_nothing_is_missing_here(): void {
		$this->assertSame( array(), Requirements::complaint() );
	}

	/** An administrator is told what is wrong: nothing is configured, … */
	public function test_tells_that_nothing_is_installed(): void {
		$this->assertStringContainsString( 'is not installed', $this->complaint() );
	}

	/** … the file is not there, … */
	public function test_tells_that_the_file_is_missing(): void {
		file_put_contents( "$this->configuration/rollbook.ini", "; extension=rollbook\nextension = \"/nowhere/rollbook.so\"\n" );
		$complaint = $this->complaint();
		$this->assertStringContainsString( "$this->configuration/rollbook.ini", $complaint );
		$this->assertStringContainsString( '/nowhere/rollbook.so is not there', $complaint );
	}

	/** … it was built for another PHP, … */
	public function test_tells_that_the_build_is_another(): void {
		file_put_contents( "$this->configuration/rollbook.so", "\x7fELF…\0API20190902,TS\0…" );
		file_put_contents( "$this->configuration/rollbook.ini", "extension=$this->configuration/rollbook.so\n" );
		$this->assertStringContainsString( 'built for another PHP (API20190902,TS); this one is ' . ExtensionFile::expected_build(), $this->complaint() );
		$this->assertStringContainsString( '</html>', $this->without_extension( array(), '/' ) );
	}

	/** … it is no library, … */
	public function test_tells_that_the_file_is_none(): void {
		$this->put( 'no library at all' );
		$this->assertStringContainsString( 'is no program for Linux', $this->complaint() );
	}

	/** … only its beginning has arrived, which is to be known before PHP is restarted: PHP would end at once, … */
	public function test_tells_that_the_file_is_incomplete(): void {
		$this->put( 'not yet there' );
		file_put_contents( "$this->configuration/part", substr( $this->library(), 0, 100000 ) );
		file_put_contents( "$this->configuration/arrives.php", "<?php copy( '$this->configuration/part', '$this->configuration/rollbook.so' );" );
		$complaint = implode( ' ', json_decode( $this->without_extension( array( PHP_BINARY, '-d', "auto_prepend_file=$this->configuration/arrives.php" ) ) ) );
		$this->assertStringContainsString( 'is incomplete: it has 100,000 bytes', $complaint );
		$this->assertStringContainsString( 'Copy it again from the release', $complaint );
	}

	/** … it is for another processor, … */
	public function test_tells_that_the_processor_is_another(): void {
		$this->put( substr_replace( $this->library(), pack( 'v', 'arm64' === Platform::processor() ? 62 : 183 ), 18, 2 ) );
		$this->assertStringContainsString( 'is made for the processor', $this->complaint() );
	}

	/** … it is for another C library, … */
	public function test_tells_that_the_c_library_is_another(): void {
		$this->put( str_replace( "\0libc.so.6\0", "\0libc.so.0\0", $this->library() ) . "\0libc.musl-x86_64.so.1\0" );
		$complaint = $this->complaint();
		$this->assertStringContainsString( 'was made for the C library musl; this PHP has glibc', $complaint );
		$this->assertStringContainsString( 'Take the release’s file ' . Platform::archive(), $complaint );
	}

	/** … it lies where nothing may be run, … */
	public function test_tells_that_nothing_may_be_run_there(): void {
		$this->put( $this->library() );
		$complaint = implode( ' ', json_decode( $this->without_extension( $this->where_nothing_may_be_run() ) ) );
		$this->assertStringContainsString( "$this->configuration is mounted with the option noexec", $complaint );
		$this->assertStringContainsString( 'Put it into another folder', $complaint );
		$this->assertStringContainsString( '</html>', $this->without_extension( $this->where_nothing_may_be_run(), '/' ) );
	}

	/** … as the engine may, … */
	public function test_tells_that_the_engine_lies_where_nothing_may_be_run(): void {
		$engine = "$this->configuration/rollbook-engine";
		copy( '/bin/true', $engine );
		chmod( $engine, 0755 );
		$complaint = implode( ' ', json_decode( $this->without_extension( $this->where_nothing_may_be_run(), engine: $engine ) ) );
		$this->assertStringContainsString( "$engine lies where nothing may be run: $this->configuration is mounted with the option noexec", $complaint );
	}

	/** … or PHP would not have it, and only PHP's log knows why. */
	public function test_tells_where_the_reason_stands(): void {
		$this->put( file_get_contents( PHP_BINARY ) );
		$this->assertStringContainsString( 'error log', $this->complaint() );
	}

	/** An extension of another version than the plugin's is loaded, refused and named; the older and the newer one. */
	public function test_an_extension_of_another_version_is_refused(): void {
		$this->put( $this->library() );
		$this->assertSame( '', $this->complaint() );
		foreach ( array( '9.1.0' => 'Install the extension of the plugin’s version', '0.0.9' => 'Update the plugin' ) as $other => $remedy ) {
			putenv( 'ROLLBOOK_TEST_PLUGINS=' . $this->plugin_of_version( $other ) );
			try {
				$complaint = $this->complaint();
				$this->assertStringContainsString( 'extension of PHP has version ' . VERSION . ", the plugin has version $other", $complaint );
				$this->assertStringContainsString( $remedy, $complaint );
				$this->assertSame( '503', json_decode( $this->without_extension( array(), '/wp-json/scim/v2/Users' ) )->status );
				$this->assertStringContainsString( '</html>', $this->without_extension( array(), '/' ) );
			} finally {
				putenv( 'ROLLBOOK_TEST_PLUGINS' );
				array_map( 'unlink', glob( "$this->configuration/plugins/rollbook/*" ) );
				rmdir( "$this->configuration/plugins/rollbook" );
				rmdir( "$this->configuration/plugins" );
			}
		}
	}

	/** Where PHP was changed under a running site that is what is told first. */
	public function test_tells_that_php_was_changed(): void {
		update_option( Requirements::PHP_OPTION, '7.9' );
		$this->assertStringStartsWith( 'PHP was changed from version 7.9 to ' . Platform::php(), $this->complaint() );
		Requirements::action_admin_init();
		wp_cache_flush();
		$this->assertStringNotContainsString( 'was changed', $this->complaint() );
	}

	/** An engine is not started where the host has disabled what starts programs. */
	public function test_tells_that_no_program_may_be_started(): void {
		$complaint = implode( ' ', json_decode( $this->without_extension( array( PHP_BINARY, '-d', 'disable_functions=proc_open' ), engine: '/bin/true' ) ) );
		$this->assertStringContainsString( 'disabled PHP’s function proc_open', $complaint );
		$this->assertStringContainsString( 'Ask the host to allow this function', $complaint );
	}

	/** What is no engine is said to be none: another program, and a file that is not there. */
	public function test_tells_what_is_wrong_with_the_engine(): void {
		$this->assertStringContainsString( 'Copy the engine again', implode( ' ', json_decode( $this->without_extension( engine: '/bin/true' ) ) ) );
		$this->assertStringContainsString( '/nowhere/engine is not there', implode( ' ', json_decode( $this->without_extension( engine: '/nowhere/engine' ) ) ) );
		$this->assertStringContainsString( 'Start the service', implode( ' ', json_decode( $this->without_extension( engine: 'unix:/nowhere/engine.sock' ) ) ) );
	}

	/** The words that run a command where the file system of the test's folder lets nothing be run. */
	private function where_nothing_may_be_run(): array {
		$copy = "cp -r {$this->configuration} {$this->configuration}.copy && mount -t tmpfs -o noexec tmpfs {$this->configuration} && mv {$this->configuration}.copy/* {$this->configuration}/ && rmdir {$this->configuration}.copy";
		return array( 'unshare', '--user', '--map-root-user', '--mount', '--', 'sh', '-c', "$copy && exec \"\$@\"", 'sh' );
	}

	/** A folder of plugins with ours in another version. */
	private function plugin_of_version( string $version ): string {
		$plugin = "$this->configuration/plugins/rollbook";
		mkdir( $plugin, 0777, true );
		foreach ( glob( dirname( PLUGIN_FILE ) . '/*' ) as $file ) {
			if ( 'rollbook.php' !== basename( $file ) ) {
				symlink( $file, $plugin . '/' . basename( $file ) );
			}
		}
		$code = str_replace( "const VERSION = '" . VERSION . "';", "const VERSION = '$version';", file_get_contents( PLUGIN_FILE ), $count );
		$this->assertSame( 1, $count );
		file_put_contents( "$plugin/rollbook.php", $code );
		return dirname( $plugin );
	}

	/** The library that this PHP has loaded. */
	private function library(): string {
		return (string) file_get_contents( json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/etc/rollbook.so' );
	}

	/** Configures PHP to load a file with this content. */
	private function put( string $content ): void {
		file_put_contents( "$this->configuration/rollbook.so", $content );
		file_put_contents( "$this->configuration/rollbook.ini", "extension=$this->configuration/rollbook.so\n" );
	}

	/** What an administrator is told. */
	private function complaint(): string {
		return implode( ' ', json_decode( $this->without_extension(), true, 2, JSON_THROW_ON_ERROR ) );
	}

	/** What the script prints under a PHP whose only configuration of ours is the test's; behind other words of the command, where they are given. */
	private function without_extension( array $before = array(), ?string $target = null, ?string $engine = null ): string {
		$php     = PHP_BINARY === ( $before[0] ?? null ) ? $before : array( ...$before, PHP_BINARY );
		$command = array( ...$php, '-d', 'display_startup_errors=0', '-d', 'log_errors=0', __DIR__ . '/without-extension.php', ...( null === $target ? array() : array( $target ) ) );
		$process = proc_open(
			$command,
			array( 1 => array( 'pipe', 'w' ), 2 => array( 'file', '/dev/null', 'w' ) ),
			$pipes,
			null,
			array( 'PHP_INI_SCAN_DIR' => ":$this->configuration" ) + ( null === $engine ? array() : array( 'ROLLBOOK_TEST_ENGINE' => $engine ) ) + getenv()
		);
		$printed = (string) stream_get_contents( $pipes[1] );
		$this->assertSame( 0, proc_close( $process ), $printed );
		return $printed;
	}
}
