<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\ActivityWords;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Store\Alerts;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\Alerting;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** The owner is told of trouble, once, and once when it is over. */
final class AlertsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const MAIL = 'it@contoso.test';

	private int $newest;

	/** @var ?array{resource, string, string} A webhook: its process, the folder with what it got, its address. */
	private ?array $hook = null;

	protected function setUp(): void {
		parent::setUp();
		$this->newest = (int) Database::value( 'SELECT MAX(id) FROM ' . Tables::name( 'activity' ) );
		delete_option( Alerts::SECRET );
		Alerts::forget();
	}

	protected function tearDown(): void {
		if ( null !== $this->hook ) {
			list( $process, $folder ) = $this->hook;
			proc_terminate( $process );
			proc_close( $process );
			array_map( 'unlink', glob( "$folder/*" ) );
			rmdir( $folder );
		}
		remove_all_filters( 'http_request_host_is_external' );
		remove_all_filters( 'http_allowed_safe_ports' );
		Database::run( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest" );
		Alerts::forget();
		delete_option( Alerts::SECRET );
		parent::tearDown();
	}

	/** Starts a webhook on this machine, which WordPress is told to allow. */
	private function webhook(): string {
		$folder = get_temp_dir() . 'rollbook-hook-' . wp_generate_uuid4();
		mkdir( $folder );
		$process = proc_open( array( PHP_BINARY, __DIR__ . '/hook.php', $folder ), array( 1 => array( 'pipe', 'w' ) ), $pipes );
		$port    = (int) fgets( $pipes[1] );
		add_filter( 'http_request_host_is_external', '__return_true' );
		add_filter( 'http_allowed_safe_ports', static fn( array $ports ): array => array( ...$ports, $port ) );
		$this->hook = array( $process, $folder, "http://127.0.0.1:$port" );
		return $this->hook[2];
	}

	/** What the webhook got. */
	private function got(): array {
		return array_map( static fn( string $file ): array => json_decode( file_get_contents( $file ), true ), glob( $this->hook[1] . '/*.json' ) );
	}

	/** Notes a request in the log as it would stand there, some seconds ago. */
	private function request( string $method, int $status, int $seconds_ago = 0 ): void {
		Database::insert_all(
			Tables::name( 'activity' ),
			array( 'time', 'kind', 'token_id', 'method', 'path', 'resource_name', 'status', 'action', 'outcome', 'notable' ),
			array( array( Tokens::now() - $seconds_ago * 1000, ActivityLog::REQUEST, 1, $method, '/Users', 'alex@contoso.test', $status, 'refused', $status < 400 ? 'done' : ( $status < 500 ? 'refused' : 'failed' ), 1 ) )
		);
	}

	/** The entries about alerts, in words. */
	private function entries(): array {
		return array_map(
			static fn( array $entry ): string => ActivityWords::action( $entry ) . ' | ' . ActivityWords::outcome( $entry ) . ' | ' . $entry['detail'],
			Database::rows( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest AND kind = 'alert' ORDER BY id" )
		);
	}

	/** The mails that the work sent: of each the addresses, the subject and the text. */
	private function sent_during( callable $work ): array {
		$mails = array();
		$keep  = static function ( mixed $sent, array $mail ) use ( &$mails ): bool {
			$mails[] = array( $mail['to'], $mail['subject'], $mail['message'] );
			return true;
		};
		$this->with_hook( 'pre_wp_mail', static fn( mixed $sent ): mixed => $sent, static function () use ( $keep, $work ): void {
			add_filter( 'pre_wp_mail', $keep, PHP_INT_MAX, 2 );
			try {
				$work();
			} finally {
				remove_filter( 'pre_wp_mail', $keep, PHP_INT_MAX );
			}
		} );
		return $mails;
	}

	public function test_nobody_is_told_and_nothing_is_done_without_an_address(): void {
		for ( $number = 0; $number < 20; ++$number ) {
			$this->request( 'POST', 500 );
		}
		$this->assertFalse( wp_next_scheduled( Alerts::EVENT ) );
		$this->assertSame( array(), $this->sent_during( static fn() => Alerting::action_event() ) );
		$this->assertSame( 400, $this->scim( 'POST', '/Users', array( 'schemas' => array() ) )->status );
		$this->assertFalse( wp_next_scheduled( Alerts::SOON ) );
		$this->assertFalse( get_option( Alerts::OPTION ) );
		$this->settings( array( 'alerts' => array( 'mail' => array( self::MAIL ) ) ) );
		$this->assertNotFalse( wp_next_scheduled( Alerts::EVENT ) );
		$this->settings( array( 'alerts' => array( 'mail' => array() ) ) );
		$this->assertFalse( wp_next_scheduled( Alerts::EVENT ) );
	}

	public function test_failures_are_told_by_mail_once_and_once_that_they_are_over(): void {
		$this->settings( array( 'alerts' => array( 'mail' => array( self::MAIL, 'boss@contoso.test' ), 'failures' => 3, 'silent' => false ) ) );
		$look = fn(): array => $this->sent_during( static fn() => Alerting::action_event() );
		$this->request( 'PATCH', 200, 50 );
		$this->request( 'POST', 409, 40 );
		$this->request( 'GET', 200, 35 );
		$this->request( 'POST', 500, 30 );
		$this->assertSame( array(), $look(), 'two of three' );
		$this->request( 'POST', 409, 20 );
		$mails = $look();
		$this->assertCount( 1, $mails );
		list( $to, $subject, $text ) = $mails[0];
		$this->assertSame( array( self::MAIL, 'boss@contoso.test' ), $to );
		$this->assertSame( '[' . get_option( 'blogname' ) . '] Requests of the identity provider fail', $subject );
		foreach ( array( '3 requests of the identity provider in a row', 'status 409', 'page=rollbook&tab=activity', 'tab=advanced#rollbook-alerts' ) as $part ) {
			$this->assertStringContainsString( $part, $text );
		}
		$this->request( 'POST', 409, 10 );
		$this->assertSame( array(), $look(), 'told before' );
		$this->request( 'POST', 201 );
		$this->assertSame( '[' . get_option( 'blogname' ) . '] Requests of the identity provider work again', $look()[0][1] );
		$this->assertSame( array(), $look() );
		$to = implode( ', ', $to );
		$this->assertSame( array( "Alert: Requests fail repeatedly | Done | The mail to $to was handed over.", "Alert: Requests work again | Done | The mail to $to was handed over." ), $this->entries() );
	}

	/** Real requests: the event comes soon after one that failed, and after one that works while trouble is open. */
	public function test_a_request_that_fails_has_somebody_look_soon_and_never_while_it_is_answered(): void {
		$this->settings( array( 'alerts' => array( 'mail' => array( self::MAIL ), 'failures' => 2, 'silent' => false ) ) );
		$soon = static function (): bool {
			for ( $patience = 40; $patience > 0 && ! wp_next_scheduled( Alerts::SOON ); --$patience ) {
				usleep( 50_000 );
				wp_cache_flush();
			}
			return false !== wp_next_scheduled( Alerts::SOON );
		};
		$this->provision( 'alerts-works@contoso.test' );
		usleep( 300_000 );
		wp_cache_flush();
		$this->assertFalse( wp_next_scheduled( Alerts::SOON ) );
		$this->assertSame( 400, $this->scim( 'POST', '/Users', array( 'schemas' => array() ) )->status );
		$this->assertTrue( $soon() );
		wp_clear_scheduled_hook( Alerts::SOON );
		$this->assertSame( 400, $this->scim( 'POST', '/Users', array( 'schemas' => array() ) )->status );
		$this->assertTrue( $soon() );
		$this->assertCount( 1, $this->sent_during( static fn() => do_action( Alerts::SOON ) ) );
		wp_clear_scheduled_hook( Alerts::SOON );
		$this->provision( 'alerts-again@contoso.test' );
		$this->assertTrue( $soon() );
		$this->assertStringContainsString( 'work again', $this->sent_during( static fn() => do_action( Alerts::SOON ) )[0][1] );
	}

	public function test_silence_is_told_after_a_day_and_not_while_provisioning_is_paused(): void {
		global $wpdb;
		$this->scim( 'GET', '/Users?count=0' );
		$this->settings( array( 'alerts' => array( 'mail' => array( self::MAIL ) ) ) );
		$look = fn(): array => array_column( $this->sent_during( static fn() => Alerting::action_event() ), 2 );
		$this->assertSame( array(), $look() );
		$day = DAY_IN_SECONDS * 1000;
		$wpdb->query( 'UPDATE ' . Tables::name( 'tokens' ) . " SET last_used = last_used - $day" );
		$wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . " SET time = time - $day WHERE kind = 'request'" );
		try {
			$this->settings( array( 'paused' => true ) );
			$this->assertSame( array(), $look() );
			$this->settings( array( 'paused' => false ) );
			$this->assertSame( array(), $look(), 'paused until now' );
			Alerts::change( static fn( array $kept ): array => array( array(), null ) );
			$texts = $look();
			$this->assertCount( 1, $texts );
			$this->assertStringContainsString( 'more than 24 hours ago', $texts[0] );
			$this->assertStringContainsString( '#rollbook-self-test', $texts[0] );
			$this->assertSame( array(), $look() );
			$this->scim( 'GET', '/Users?count=0' );
			$this->assertStringContainsString( 'come again', $look()[0] );
		} finally {
			$wpdb->query( 'UPDATE ' . Tables::name( 'activity' ) . " SET time = time + $day WHERE kind = 'request' AND id <= $this->newest" );
		}
	}

	/** What arrives is what is documented, and its signature can be checked with nothing but the secret. */
	public function test_a_webhook_gets_a_signed_message_without_anybody_s_name(): void {
		$this->settings( array( 'alerts' => array( 'webhook' => $this->webhook() . '/200/x', 'failures' => 2, 'silent' => false ) ) );
		$old = Alerts::make_secret( wp_generate_uuid4() );
		$this->request( 'POST', 500, 5 );
		$this->request( 'POST', 403 );
		Alerting::action_event();
		$new = Alerts::make_secret( wp_generate_uuid4() );
		Alerting::test();
		list( $told, $test ) = $this->got();
		$this->assertStringStartsWith( 'POST /200/x HTTP/1.1', $told['head'] );
		$claims = json_decode( $told['body'], true );
		$this->assertSame( array( 'iss', 'iat', 'jti', 'events' ), array_keys( $claims ) );
		$this->assertSame( get_option( 'home' ), $claims['iss'] );
		$event = $claims['events']['urn:rollbook:scim:event:alert:failing'];
		$this->assertSame( array( 'times' => 2, 'status' => '403' ), array_diff_key( $event, array( 'since' => true ) ) );
		$this->assertEqualsWithDelta( time() - 5, $event['since'], 5 );
		$this->assertStringNotContainsString( 'contoso', $told['body'] . $test['body'] );
		$signatures = static function ( array $message ) use ( $old, $new ): array {
			preg_match_all( '/^(webhook-\w+|content-type): (.*)\r$/mi', $message['head'], $found );
			$headers = array_combine( array_map( 'strtolower', $found[1] ), $found[2] );
			self::assertSame( 'application/json', $headers['content-type'] );
			self::assertSame( json_decode( $message['body'] )->jti, $headers['webhook-id'] );
			self::assertEqualsWithDelta( time(), (int) $headers['webhook-timestamp'], 10 );
			$expected = static fn( string $secret ): string => 'v1,' . base64_encode( hash_hmac( 'sha256', "{$headers['webhook-id']}.{$headers['webhook-timestamp']}.{$message['body']}", base64_decode( substr( $secret, 6 ) ), true ) );
			return array( $headers['webhook-signature'], $expected( $old ), $expected( $new ) );
		};
		list( $signature, $by_old ) = $signatures( $told );
		$this->assertSame( $by_old, $signature );
		list( $signature, $by_old, $by_new ) = $signatures( $test );
		$this->assertSame( "$by_new $by_old", $signature, 'for a day both sign' );
		update_option( Alerts::SECRET, array( 'made' => time() - DAY_IN_SECONDS ) + get_option( Alerts::SECRET ), false );
		$this->assertSame( array( $new ), Alerts::secrets(), 'and no longer' );
		$log = (string) wp_json_encode( Database::rows( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE id > $this->newest" ) );
		foreach ( array( $old, $new, '/200/x' ) as $secret ) {
			$this->assertStringNotContainsString( trim( wp_json_encode( $secret ), '"' ), $log );
		}
		$this->assertStringNotContainsString( 'whsec_', (string) wp_json_encode( Settings::document() ), 'nor in an export' );
	}

	/** A webhook that answers otherwise is tried again for some time, and what came of it stands in the log. */
	public function test_a_webhook_that_does_not_take_it_is_tried_again_and_given_up(): void {
		$hook = $this->webhook();
		$this->settings( array( 'alerts' => array( 'webhook' => "$hook/500", 'failures' => 2, 'silent' => false ) ) );
		$this->request( 'POST', 500, 5 );
		$this->request( 'POST', 500 );
		$wait = static fn(): int => Alerts::change( static fn( array $kept ): array => array( $kept, ( $kept['queue'][0]['next'] ?? 0 ) - time() ) );
		$skip = static fn() => Alerts::change( static function ( array $kept ): array {
			$kept['queue'][0]['next'] = time();
			return array( $kept, null );
		} );
		$waits = array();
		for ( $try = 1; $try <= 6; ++$try ) {
			wp_clear_scheduled_hook( Alerts::SOON ); // As WordPress does before it calls the event.
			Alerting::action_event();
			$waits[] = (int) round( $wait() / 60 );
			if ( $try < 6 ) {
				$this->assertEqualsWithDelta( time() + 60 * $waits[ $try - 1 ], wp_next_scheduled( Alerts::SOON ), 2, 'the next one is planned' );
				Alerting::action_event();
				$this->assertCount( $try, $this->got(), 'nothing is sent before it is due' );
				$skip();
			}
		}
		$this->assertSame( array( 1, 5, 30, 120, 360 ), array_slice( $waits, 0, 5 ) );
		Alerting::action_event();
		$got = $this->got();
		$this->assertCount( 6, $got );
		$this->assertCount( 1, array_unique( array_column( $got, 'body' ) ), 'the same message with the same id' );
		$entries = $this->entries();
		$this->assertStringContainsString( 'Alert: Requests fail repeatedly | Failed | The webhook at 127.0.0.1 did not take the message and answered with the status 500. It is sent again in 1 minute.', $entries[0] );
		$this->assertStringEndsWith( 'It is not sent again.', $entries[5] );
	}

	public function test_a_redirect_is_not_followed_and_an_address_in_a_private_network_gets_nothing(): void {
		$hook = $this->webhook();
		$this->settings( array( 'alerts' => array( 'webhook' => "$hook/302" ) ) );
		$this->assertStringContainsString( 'status 302: it is somewhere else', Alerting::test()[0]->detail );
		$this->assertCount( 1, $this->got() );
		remove_all_filters( 'http_request_host_is_external' );
		$port = (int) wp_parse_url( $hook, PHP_URL_PORT );
		foreach ( array( "https://10.0.0.1:$port/", "https://192.168.1.1:$port/", "https://127.9.0.1:$port/", "http://127.0.0.2:$port/200", 'https://nowhere.invalid/', 'https://hooks.contoso.test:22/' ) as $address ) {
			$this->settings( array( 'alerts' => array( 'webhook' => $address ) ) );
			$this->assertStringContainsString( 'WordPress sends nothing to', Alerting::test()[0]->detail, $address );
		}
		$this->assertCount( 1, $this->got() );
		foreach ( array( 'http://hooks.contoso.test/', 'https://me:secret@hooks.contoso.test/' ) as $address ) {
			try {
				$this->settings( array( 'alerts' => array( 'webhook' => $address ) ) );
				$this->fail( "$address was saved" );
			} catch ( \Rollbook\InvalidSettings $refusal ) {
				$this->assertSame( 'alerts.webhook', $refusal->problems()[0]['place'] );
			}
		}
	}

	/** A webhook that hangs costs five seconds of background work, and no request of an identity provider a moment. */
	public function test_a_webhook_that_hangs_is_left_after_five_seconds(): void {
		add_filter( 'http_request_args', $shorten = static fn( array $arguments ): array => array( 'timeout' => 1, 'asked' => $arguments['timeout'] ) + $arguments );
		$asked = 0;
		add_filter( 'pre_http_request', $note = static function ( mixed $answer, array $arguments ) use ( &$asked ): mixed {
			$asked = $arguments['asked'] ?? 0;
			return $answer;
		}, 10, 2 );
		try {
			$this->settings( array( 'alerts' => array( 'webhook' => $this->webhook() . '/hang' ) ) );
			$started = microtime( true );
			$this->assertStringContainsString( 'did not answer in time', Alerting::test()[0]->detail );
			$this->assertLessThan( 3, microtime( true ) - $started );
			$this->assertSame( 5, $asked );
		} finally {
			remove_filter( 'http_request_args', $shorten );
			remove_filter( 'pre_http_request', $note );
		}
	}

	/** Several processes look at the same moment: one of them tells. */
	public function test_of_several_processes_one_tells(): void {
		$this->settings( array( 'alerts' => array( 'webhook' => $this->webhook() . '/200', 'failures' => 2, 'silent' => false ) ) );
		Alerts::secrets();
		foreach ( array( 30, 20, 10 ) as $seconds_ago ) {
			$this->request( 'POST', 500, $seconds_ago );
		}
		$port = (string) wp_parse_url( $this->hook[2], PHP_URL_PORT );
		$this->at_once( 'alerts-at-once.php', array_fill( 0, 3, array( $port, (string) ( microtime( true ) + 1.2 ) ) ) );
		wp_cache_flush();
		$this->assertCount( 1, $this->got() );
		$this->assertCount( 1, $this->entries() );
	}
}
