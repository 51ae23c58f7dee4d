<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\ExtensionFile;
use Rollbook\WordPress\Requirements;

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
		rmdir( $this->configuration );
		parent::tearDown();
	}

	/** An identity provider is told to come again, not that nobody is there. */
	public function test_an_identity_provider_is_told_to_wait(): void {
		$answer = json_decode( $this->without_extension( '/wp-json/scim/v2/Users' ) );
		$this->assertSame( array( array( 'urn:ietf:params:scim:api:messages:2.0:Error' ), '503' ), array( $answer->schemas, $answer->status ) );
		$this->assertArrayHasKey( 'Retry-After', Requirements::refusal()['headers'] );
	}

	/** The site itself runs on. */
	public function test_the_site_runs_on(): void {
		$this->assertStringContainsString( '</html>', $this->without_extension( '/' ) );
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
	}

	/** … or PHP would not have it, and only PHP's log knows why. */
	public function test_tells_where_the_reason_stands(): void {
		file_put_contents( "$this->configuration/rollbook.so", 'no library at all' );
		file_put_contents( "$this->configuration/rollbook.ini", "extension=$this->configuration/rollbook.so\n" );
		$this->assertStringContainsString( 'error log', $this->complaint() );
	}

	/** What an administrator is told. */
	private function complaint(): string {
		return implode( ' ', json_decode( $this->without_extension(), true, 2, JSON_THROW_ON_ERROR ) );
	}

	/** What the script prints under a PHP whose only configuration of ours is the test's. */
	private function without_extension( string ...$arguments ): string {
		$process = proc_open(
			array( PHP_BINARY, '-d', 'display_startup_errors=0', '-d', 'log_errors=0', __DIR__ . '/without-extension.php', ...$arguments ),
			array( 1 => array( 'pipe', 'w' ), 2 => array( 'file', '/dev/null', 'w' ) ),
			$pipes,
			null,
			array( 'PHP_INI_SCAN_DIR' => ":$this->configuration" ) + getenv()
		);
		$printed = (string) stream_get_contents( $pipes[1] );
		$this->assertSame( 0, proc_close( $process ), $printed );
		return $printed;
	}
}
