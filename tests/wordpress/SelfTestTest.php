<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

require_once __DIR__ . '/Nginx.php';

use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\Repairs;
use Rollbook\WordPress\Health\SelfTest;
use Rollbook\WordPress\Health\ServerLines;
use Rollbook\WordPress\Server;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\SettingsWriter;

/** The self-test, with faults as servers and plugins have them. */
final class SelfTestTest extends SiteTestCase {

	use KeepsSettings;

	/** A healthy site is told to be one, and nothing of the test is left behind. */
	public function test_a_healthy_site_is_told_to_be_one(): void {
		$rows = fn(): array => array( $this->count_rows( Tables::name( 'activity' ), '1=1' ), $this->count_rows( Tables::name( 'users' ), '1=1' ), $this->count_rows( Tables::name( 'tokens' ), '1=1' ), $this->count_rows( Tables::name( 'refusals' ), '1=1' ) );
		$before   = $rows();
		$findings = $this->with_hook( 'pre_option_cron', static fn(): array => array( time() + 60 => array() ), static fn(): array => SelfTest::run() );
		$bad      = array_filter( $findings, static fn( Finding $finding ): bool => Finding::GOOD !== $finding->status && 'https' !== $finding->check );
		$this->assertSame( array(), array_map( static fn( Finding $finding ): string => "$finding->check: $finding->what", array_values( $bad ) ) );
		$this->assertSame( $before, $rows() );
		$this->assertSame( array( 'https' ), array_column( array_slice( $findings, 0, 1 ), 'check' ), 'the worst comes first: this site has http://' );
	}

	/** @return array<string, array{string, string, string, string}> */
	public function faults_of_servers(): array {
		return array(
			'the header is kept'       => array( 'proxy_set_header Authorization "";', 'authorization', 'keeps the header', 'HTTP_AUTHORIZATION' ),
			'the header is another'    => array( 'proxy_set_header Authorization "Basic eDp5";', 'authorization', 'another value', 'HTTP_AUTHORIZATION' ),
			'methods are refused'      => array( 'limit_except GET POST { deny all; }', 'methods', 'PATCH (“403: 403 Forbidden', '@beginsWith /wp-json/scim/v2' ),
			'methods are changed'      => array( 'proxy_method POST;', 'methods', 'PUT (“its method', 'tx.allowed_methods' ),
			'the type is changed'      => array( 'proxy_set_header Content-Type application/json;', 'methods', 'PATCH (“its method, type', 'application/scim+json' ),
			'pages in place of errors' => array( 'proxy_intercept_errors on; error_page 404 409 /page.html;', 'errors', 'The host’s own page', '' ),
			'no name, no entry'        => array( 'if ($http_user_agent = "") { return 403; }', 'user_agent', '403', '' ),
			'answers are kept'         => array( 'proxy_cache kept; proxy_ignore_headers Cache-Control Vary; proxy_cache_valid any 1m; proxy_cache_key $request_uri;', 'caching', 'got the answer of the first', '/wp-json/scim/v2' ),
			'the address is another'   => array( 'return 301 https://www.contoso.test$request_uri;', 'address', '301', '' ),
			'a firewall'               => array( 'deny all;', 'address', '“403: 403 Forbidden', '' ),
		);
	}

	/**
	 * What a server does to requests is found, by itself, and the lines that help are named.
	 *
	 * @dataProvider faults_of_servers
	 */
	public function test_what_a_server_does_to_requests_is_found( string $directives, string $check, string $what, string $line ): void {
		$nginx = Nginx::before( $this->url(), $directives );
		try {
			$findings = SelfTest::by_requests( "$nginx->url/wp-json/scim/v2" );
		} finally {
			$nginx->stop();
		}
		$bad = array_values( array_filter( $findings, static fn( Finding $finding ): bool => Finding::CRITICAL === $finding->status ) );
		$this->assertSame( array( $check ), array_column( $bad, 'check' ), (string) wp_json_encode( $bad, JSON_UNESCAPED_UNICODE ) );
		$this->assertStringContainsString( $what, $bad[0]->what );
		$this->assertStringContainsString( $line, implode( "\n", array_column( $bad[0]->lines, 'text' ) ) . implode( ' ', $bad[0]->steps ) );
		$this->assertNotSame( '', $bad[0]->why );
		$this->assertNotSame( array(), $bad[0]->steps );
	}

	/** An address that works is named where the other does not. */
	public function test_an_address_that_works_is_named(): void {
		$finding = $this->found( SelfTest::by_requests( $this->url() . '/wp-content/scim/v2' ), 'address' );
		$this->assertSame( Finding::CRITICAL, $finding->status );
		$this->assertStringContainsString( 'This address works: ' . $this->url() . '/wp-json/scim/v2', $finding->steps[0] );
	}

	/** @return array<string, array{string, string}> */
	public function plugins_that_end_requests(): array {
		$only = 'if ( ! str_contains( (string) ( $_SERVER["REQUEST_URI"] ?? "" ), "/scim/v2/" ) ) { return; }';
		return array(
			'by exit'         => array( "add_action( 'init', function () { $only exit; } );", 'hook "init"' ),
			'by an error page' => array( "add_action( 'plugins_loaded', function () { $only wp_die( 'The REST API is closed.' ); } );", 'The REST API is closed.' ),
			'by a redirect'   => array( "add_action( 'wp_loaded', function () { $only wp_redirect( '/login' ); exit; }, PHP_INT_MIN );", 'hook "wp_loaded"' ),
			'by a fault'      => array( "add_action( 'init', function () { $only contoso_is_not_there(); } );", 'contoso_is_not_there' ),
		);
	}

	/**
	 * A plugin that ends requests is told by its name and file.
	 *
	 * @dataProvider plugins_that_end_requests
	 */
	public function test_a_plugin_that_ends_requests_is_told_by_name_and_file( string $code, string $technical ): void {
		$file = WPMU_PLUGIN_DIR . '/contoso-wall.php';
		$logs = $this->count_rows( Tables::name( 'activity' ), '1=1' );
		file_put_contents( $file, "<?php\n/* Plugin Name: Contoso Wall */\n$code\n" );
		try {
			$finding = $this->found( SelfTest::by_requests(), 'address' );
		} finally {
			unlink( $file );
		}
		$this->assertSame( Finding::CRITICAL, $finding->status );
		$this->assertStringContainsString( '“Contoso Wall” (wp-content/mu-plugins/contoso-wall.php:3)', $finding->what );
		$this->assertStringContainsString( $technical, implode( ' ', $finding->steps ) );
		$this->assertSame( $logs, $this->count_rows( Tables::name( 'activity' ), '1=1' ), 'a test is nothing for the log' );
	}

	/** Plugins that close WordPress's REST server do not reach the service, and are not told of. */
	public function test_a_closed_rest_server_does_not_matter(): void {
		$file = WPMU_PLUGIN_DIR . '/contoso-closed.php';
		file_put_contents( $file, "<?php\nadd_filter( 'rest_authentication_errors', fn() => new WP_Error( 'closed', 'closed', array( 'status' => 401 ) ) );\nadd_filter( 'rest_pre_dispatch', fn() => new WP_Error( 'closed', 'closed' ), 99 );\n" );
		try {
			$this->assertSame( Finding::GOOD, $this->found( SelfTest::by_requests(), 'address' )->status );
		} finally {
			unlink( $file );
		}
	}

	/** A mark that the site did not make, or an old one, gets no more than everybody gets. */
	public function test_a_probe_is_answered_to_the_site_alone(): void {
		$ask  = fn( string $mark ): string => (string) wp_remote_retrieve_body( wp_remote_get( $this->url() . '/wp-json/scim/v2/Users', array( 'headers' => array( 'X-Rollbook-Probe' => $mark ) ) ) );
		$mark = \Rollbook\WordPress\Endpoint\Probe::headers()['x-rollbook-probe'];
		$this->assertStringContainsString( '"server"', $ask( $mark ) );
		$parts = explode( '.', $mark );
		foreach ( array( 'x', '', '1.200.x.y', ( $parts[0] - 1 ) . ".$parts[1].$parts[2].$parts[3]", "$parts[0].201.$parts[2].$parts[3]", "$parts[0].$parts[1].$parts[2]." ) as $forged ) {
			$this->assertStringContainsString( 'urn:ietf:params:scim:api:messages:2.0:Error', $ask( $forged ), $forged );
		}
	}

	/** Tables that are gone, changed or stored without transactions are told, and made whole. */
	public function test_tables_are_looked_at_and_repaired(): void {
		global $wpdb;
		$table   = Tables::name( 'refusals' );
		$spoils  = array( "DROP TABLE $table" => 'missing', "ALTER TABLE $table DROP COLUMN last_address" => 'last_address' );
		$spoils += $wpdb->dbh instanceof \mysqli ? array( "ALTER TABLE $table ENGINE = MyISAM" => 'MyISAM' ) : array();
		foreach ( $spoils as $spoil => $said ) {
			$wpdb->query( $spoil );
			$finding = $this->found( SelfTest::without_requests(), 'tables' );
			$this->assertSame( array( Finding::CRITICAL, Repairs::TABLES ), array( $finding->status, $finding->repair ), $spoil );
			$this->assertStringContainsString( $said, $finding->what );
			$this->assertNull( Repairs::make( Repairs::TABLES ) );
			$this->assertSame( Finding::GOOD, $this->found( SelfTest::without_requests(), 'tables' )->status, $spoil );
		}
	}

	/** A cache that holds other settings than the database is told of, and emptied. */
	public function test_a_stale_cache_is_found_and_emptied(): void {
		SettingsWriter::merge( array( 'activity_days' => 30 ) );
		wp_load_alloptions();
		$all = wp_cache_get( 'alloptions', 'options' );
		wp_cache_set( 'alloptions', array( Settings::OPTION => serialize( array( 'activity_days' => 7 ) ) ) + (array) $all, 'options' );
		$finding = $this->found( SelfTest::without_requests(), 'settings' );
		$this->assertSame( array( Finding::CRITICAL, Repairs::CACHE ), array( $finding->status, $finding->repair ) );
		$this->assertNull( Repairs::make( Repairs::CACHE ) );
		$this->assertSame( Finding::GOOD, $this->found( SelfTest::without_requests(), 'settings' )->status );
	}

	/** Plain permalinks, an http:// address, a late WP-Cron and a clock that is wrong are told. */
	public function test_what_the_site_itself_has_wrong_is_told(): void {
		$late = static fn(): array => array( time() - 7200 => array( 'contoso' => array() ) );
		$this->assertStringContainsString( 'crontab', $this->with_hook( 'pre_option_cron', $late, fn(): string => $this->found( SelfTest::without_requests(), 'cron' )->lines[0]['place'] ) );
		$this->assertSame( Finding::RECOMMENDED, $this->with_hook( 'pre_option_permalink_structure', static fn(): string => '', fn(): string => $this->found( SelfTest::without_requests(), 'permalinks' )->status ) );
		$this->assertSame( Finding::RECOMMENDED, $this->found( SelfTest::without_requests(), 'https' )->status, 'this site calls itself a local one' );
		$this->assertSame( Finding::GOOD, $this->with_hook( 'pre_option_home', static fn(): string => 'https://contoso.test', fn(): string => $this->found( SelfTest::without_requests(), 'https' )->status ) );
		$wrong = static fn( string $query ): string => str_replace( 'SELECT UTC_TIMESTAMP()', "SELECT '2001-01-01 00:00:00'", $query );
		$this->assertStringContainsString( 'years apart', $this->with_hook( 'query', $wrong, fn(): string => $this->found( SelfTest::without_requests(), 'clock' )->what ) );
	}

	/** The lines come above WordPress's own in .htaccess, once, and go again where the site does not answer with them. */
	public function test_the_lines_come_into_htaccess_and_go_where_the_site_dies_of_them(): void {
		$file   = ServerLines::htaccess_file();
		$before = is_file( $file ) ? (string) file_get_contents( $file ) : null;
		try {
			file_put_contents( $file, "# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n" );
			$this->assertNull( Repairs::make( Repairs::HTACCESS ) );
			$this->assertNull( Repairs::make( Repairs::HTACCESS ) );
			$written = (string) file_get_contents( $file );
			$this->assertSame( 1, substr_count( $written, 'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1' ) );
			$this->assertLessThan( strpos( $written, '# BEGIN WordPress' ), strpos( $written, 'SetEnvIf' ) );
			$this->assertStringContainsString( "# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n", $written );

			file_put_contents( $file, "# theirs\n" );
			$answers = array( 200, 500 );
			$dying   = static function () use ( &$answers ): array {
				return array( 'headers' => array(), 'body' => '', 'response' => array( 'code' => array_shift( $answers ), 'message' => '' ), 'cookies' => array(), 'filename' => null );
			};
			$this->assertStringContainsString( 'as it was before', (string) $this->with_hook( 'pre_http_request', $dying, static fn(): ?string => Repairs::make( Repairs::HTACCESS ) ) );
			$this->assertSame( "# theirs\n", file_get_contents( $file ) );
		} finally {
			null === $before ? unlink( $file ) : file_put_contents( $file, $before );
		}
	}

	/** @return array<string, array{array<string, string>, string, string}> */
	public function servers(): array {
		return array(
			'Apache with PHP inside'  => array( array( 'software' => 'Apache/2.4.66 (Debian)', 'sapi' => 'apache2handler' ), '.htaccess', 'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1' ),
			'Apache with FPM'         => array( array( 'software' => 'Apache/2.4.66', 'sapi' => 'fpm-fcgi' ), 'Apache 2.4.13', 'CGIPassAuth On' ),
			'nginx'                   => array( array( 'software' => 'nginx/1.28.0', 'sapi' => 'fpm-fcgi' ), 'fastcgi_pass', 'fastcgi_param HTTP_AUTHORIZATION $http_authorization;' ),
			'LiteSpeed'               => array( array( 'software' => 'LiteSpeed', 'sapi' => 'litespeed' ), '.htaccess', 'RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]' ),
			'WP Engine'               => array( array( 'software' => 'Apache', 'sapi' => 'apache2handler', 'host' => 'wpengine' ), '.htaccess', 'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1' ),
			'Bitnami'                 => array( array( 'software' => 'Apache', 'sapi' => 'fpm-fcgi', 'host' => 'bitnami' ), '/opt/bitnami/apache/conf/vhosts/wordpress-vhost.conf', 'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1' ),
			'one that does not say'   => array( array(), 'proxy_pass', 'proxy_set_header Authorization $http_authorization;' ),
		);
	}

	/**
	 * Each server has its own lines, in its own place; the file is written only where it is read.
	 *
	 * @dataProvider servers
	 */
	public function test_each_server_has_its_lines( array $facts, string $place, string $line ): void {
		$server = Server::of( $facts );
		$lines  = ServerLines::authorization( $server );
		$this->assertNotSame( array(), array_filter( $lines, static fn( array $one ): bool => str_contains( $one['place'], $place ) ), (string) wp_json_encode( $lines ) );
		$this->assertStringContainsString( $line, implode( "\n", array_column( $lines, 'text' ) ) );
		$this->assertSame( in_array( $server->kind(), array( 'apache', 'litespeed' ), true ) && 'bitnami' !== $server->host, $server->reads_htaccess() );
		$address = 'https://contoso.test/blog/wp-json/scim/v2';
		foreach ( array( ServerLines::methods( $server, $address ), ServerLines::caching( $server, $address ) ) as $others ) {
			$this->assertStringContainsString( '/blog/wp-json/scim/v2', implode( "\n", array_column( $others, 'text' ) ) );
		}
		$this->assertStringContainsString( 'Cache Rules', ServerLines::caching( Server::of( array( 'front' => 'cloudflare' ) + $facts ), $address )[0]['place'] . ( 'wpengine' === $server->host ? 'Cache Rules' : '' ) );
	}

	/** A proxy that ends TLS is told with its address, unless the owner has named proxies. */
	public function test_a_proxy_that_ends_tls_is_found(): void {
		$file = WPMU_PLUGIN_DIR . '/contoso-proxy.php';
		$http = $this->url() . '/wp-json/scim/v2';
		$test = fn(): Finding => $this->with_hook( 'pre_option_home', static fn(): string => 'https://contoso.test', fn(): Finding => $this->found( SelfTest::by_requests( $http ), 'encryption' ) );
		$this->assertSame( Finding::GOOD, $test()->status, 'requests of the machine itself are no others' );
		file_put_contents( $file, "<?php\n\$_SERVER['REMOTE_ADDR'] = '203.0.113.9';\n" );
		try {
			$finding = $test();
			$this->assertSame( Finding::CRITICAL, $finding->status );
			$this->assertStringContainsString( '203.0.113.9', $finding->what . $finding->steps[0] );
			SettingsWriter::merge( array( 'trusted_proxies' => array( '203.0.113.0/24' ) ) );
			$this->assertSame( Finding::GOOD, $test()->status );
		} finally {
			unlink( $file );
		}
	}

	/** An object cache that all requests share is told from one that each has of its own. */
	public function test_a_cache_that_requests_do_not_share_is_found(): void {
		global $wp_object_cache;
		$before = $wp_object_cache;
		$plugin = WPMU_PLUGIN_DIR . '/shared-cache.php';
		try {
			wp_using_ext_object_cache( true );
			$finding = $this->found( SelfTest::by_requests(), 'object_cache' );
			$this->assertSame( array( Finding::CRITICAL, Repairs::CACHE ), array( $finding->status, $finding->repair ) );

			copy( __DIR__ . '/shared-cache.php', $plugin );
			$wp_object_cache = require __DIR__ . '/shared-cache.php';
			$finding         = $this->found( SelfTest::by_requests(), 'object_cache' );
			$this->assertSame( array( Finding::GOOD, 'All requests share one object cache.' ), array( $finding->status, $finding->what ) );
		} finally {
			wp_using_ext_object_cache( false );
			$wp_object_cache = $before;
			unlink( $plugin );
		}
	}

	/** The finding of a check. */
	private function found( array $findings, string $check ): Finding {
		$found = array_values( array_filter( $findings, static fn( Finding $finding ): bool => $check === $finding->check ) );
		$this->assertCount( 1, $found, $check );
		return $found[0];
	}
}
