<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\CommandTable;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\RunningExchange;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/**
 * Something is decided here, on what was read, while another process writes to the same person: a task, or a request. What the other one
 * has written stays.
 */
final class SameMomentTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** @return iterable<string, array{string}> */
	public static function tasks(): iterable {
		yield 'new index' => array( 'indexing' );
		yield 'fields that are new' => array( 'refresh' );
		yield 'an edit inside WordPress' => array( 'edited' );
	}

	/** @dataProvider tasks */
	public function test_people_are_searched_by_what_a_request_wrote_while_a_task_was_under_way( string $task ): void {
		$address = static fn( string $name ): array => array( array( 'value' => "$name@phpunit.test", 'primary' => true ) );
		$person  = $this->provision( 'pu-turn', array( 'emails' => $address( 'pu-before' ), 'displayName' => 'Pu Before' ) );
		$other   = $this->provision( 'pu-stays', array( 'emails' => $address( 'pu-stays' ) ) );
		$users   = array( $this->account_of( $person->id )->ID, $this->account_of( $other->id )->ID );
		$this->interrupted(
			match ( $task ) {
				'indexing' => Exchange::task( array( 'task' => 'indexing', 'user_ids' => $users ), Settings::document(), Site::facts(), Tokens::now() ),
				'refresh'  => Exchange::refresh( $users, false, Settings::document(), Site::facts(), Tokens::now() ),
				'edited'   => Exchange::refresh( $users, true, Settings::document(), Site::facts(), Tokens::now() ),
			},
			'index',
			fn(): int => $this->answer_of(
				$this->send(
					'PATCH',
					"/Users/$person->id",
					array(
						'Operations' => array(
							array( 'op' => 'replace', 'path' => 'emails', 'value' => $address( 'pu-after' ) ),
							array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Pu After' ),
						),
					)
				)
			)
		);
		self::assertSame( array( 'displayName pu after', 'emails.value pu-after@phpunit.test' ), $this->searched_by( $person->id ) );
		self::assertSame( array( 'emails.value pu-stays@phpunit.test' ), $this->searched_by( $other->id ) );
		$found = fn( string $name ): int => $this->scim( 'GET', '/Users?filter=' . rawurlencode( "emails.value eq \"$name@phpunit.test\"" ) )->json->totalResults;
		self::assertSame( array( 0, 1, 1 ), array( $found( 'pu-before' ), $found( 'pu-after' ), $found( 'pu-stays' ) ) );
	}

	public function test_an_account_that_is_linked_while_all_are_made_ready_keeps_what_the_identity_provider_says(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-kim', 'user_email' => 'pu-kim@phpunit.test', 'user_pass' => 'x', 'role' => 'subscriber', 'display_name' => 'Pu Before' ) );
		$id      = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-kim@phpunit.test"' ) )->json->Resources[0]->id;
		$task    = array( 'task' => 'linking', 'part' => array( 'after' => $user_id - 1, 'limit' => 1, 'apply' => true ), 'user_name' => 'login' );
		$report  = $this->interrupted(
			Exchange::task( $task, Settings::document(), Site::facts(), Tokens::now() ),
			'index_user',
			fn(): int => $this->answer_of( $this->send( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'displayName', 'value' => 'Pu After' ) ) ) ) )
		);
		self::assertSame( array( 'managed' => 1 ), $report['counts'], 'it was linked by the request, and not by the task' );
		self::assertSame( array( 'pu-kim@phpunit.test', true, 'Pu After' ), array( $this->load( $id )['user_name'], $this->load( $id )['managed'], get_userdata( $user_id )->display_name ) );
		self::assertSame( array( 'displayName pu after', 'emails.value pu-kim@phpunit.test' ), $this->searched_by( $id ) );
	}

	/** The request has decided that the role may stay, and the task gives another one by what the person was before. */
	public function test_a_role_that_a_task_gives_while_a_request_is_under_way_is_decided_anew(): void {
		$this->settings( array( 'default_role' => 'subscriber' ) );
		$id = $this->provision( 'pu-clerk', array( 'title' => 'Clerk' ) )->id;
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Clerk"', 'role' => 'author' ) ) ) );
		$before = $this->load( $id );
		$change = array( 'user_id' => $before['account']['user_id'], 'version' => $before['version'], 'role' => 'author', 'other_roles' => array(), 'before' => array( 'subscriber' ), 'ruling' => '{"rule":"author","role":"author"}' );
		$this->interrupted(
			$this->request( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Boss' ) ) ) ),
			'update_user',
			function () use ( $change ): int {
				$done = $this->at_once( 'command-at-once.php', array( array( (string) wp_json_encode( array( 'do' => 'set_roles', 'roles' => array( $change ) ) ) ) ) )[0];
				self::assertSame( 'done', $done[0]['outcome']['outcome'] );
				return 200;
			}
		);
		self::assertSame( array( array( 'subscriber' ), 'Boss' ), array( $this->load( $id )['account']['roles'], json_decode( $this->load( $id )['document'] )->title ) );
	}

	/** What nobody manages loses its row where accounts are kept apart. It is not lost to a request that links it at this moment. */
	public function test_a_row_is_released_or_linked_and_not_both(): void {
		$user_id = wp_insert_user( array( 'user_login' => 'pu-kim', 'user_email' => 'pu-kim@phpunit.test', 'user_pass' => 'x', 'role' => 'subscriber' ) );
		$id      = $this->scim( 'GET', '/Users?filter=' . rawurlencode( 'userName eq "pu-kim@phpunit.test"' ) )->json->Resources[0]->id;
		$sent    = null;
		$link    = function ( string $query ) use ( &$sent, $id ): string {
			if ( null === $sent && str_starts_with( $query, 'DELETE FROM ' . Tables::name( 'group_members' ) ) ) {
				$sent = $this->send( 'PATCH', "/Users/$id", array( 'Operations' => array( array( 'op' => 'replace', 'path' => 'title', 'value' => 'Clerk' ) ) ) );
				sleep( 2 ); // Where nothing is locked it is done by then.
			}
			return $query;
		};
		$this->with_hook( 'query', $link, fn(): mixed => $this->run_command( 'release_rows', array( 'ids' => array( $id ) ) ) );
		$status = $this->answer_of( $sent );
		wp_cache_flush();
		self::assertContains( $status, array( 200, 404 ) );
		self::assertSame( 200 === $status, null !== $this->load( $id ), "the request was answered with $status" );
		self::assertNotFalse( get_userdata( $user_id ) );
	}

	/** A client that has read a group learns that a member is gone, even one who had joined it a moment before. */
	public function test_every_group_of_a_deleted_person_gets_the_next_version(): void {
		$person = $this->provision( 'pu-goes' )->id;
		$groups = array();
		foreach ( array( 'pu-known' => array( array( 'value' => $person ) ), 'pu-joined' => array(), 'pu-other' => array() ) as $name => $members ) {
			$groups[ $name ] = $this->scim( 'POST', '/Groups', array( 'displayName' => $name, 'members' => $members ) )->json->id;
		}
		$version = fn( string $name ): string => $this->scim( 'GET', "/Groups/{$groups[ $name ]}" )->json->meta->version;
		$before  = array_map( $version, array( 'pu-known' => 'pu-known', 'pu-other' => 'pu-other' ) );
		$this->interrupted(
			$this->request( 'DELETE', "/Users/$person" ),
			'delete_user',
			function () use ( $groups, $person, $version, &$before ): int {
				$status              = $this->answer_of( $this->send( 'PATCH', "/Groups/{$groups['pu-joined']}", array( 'Operations' => array( array( 'op' => 'add', 'path' => 'members', 'value' => array( array( 'value' => $person ) ) ) ) ) ) );
				$before['pu-joined'] = $version( 'pu-joined' );
				return $status;
			}
		);
		self::assertSame( 404, $this->scim( 'GET', "/Users/$person" )->status );
		self::assertNotSame( $before['pu-known'], $version( 'pu-known' ) );
		self::assertNotSame( $before['pu-joined'], $version( 'pu-joined' ) );
		self::assertSame( $before['pu-other'], $version( 'pu-other' ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'group_members' ), "member_id = '$person'" ) );
	}

	/** A request that is carried out by this process. */
	private function request( string $method, string $path, ?array $body = null ): Exchange {
		$request = array( 'method' => $method, 'base' => 'https://site.test/scim/v2', 'path' => $path, 'query' => '', 'headers' => array( 'Authorization' => 'Bearer ' . $this->service()->token ), 'body' => null === $body ? '' : (string) wp_json_encode( $body ), 'remote' => '127.0.0.1', 'now' => Tokens::now() );
		return Exchange::open( $request, Settings::document(), Site::facts() );
	}

	/** @return list<string> The values that a person is found by. */
	private function searched_by( string $id ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT CONCAT(path, ' ', value) FROM " . Tables::name( 'lookups' ) . ' WHERE row_id = %d ORDER BY path, value', $this->load( $id )['row'] ) );
	}

	/** Carries an exchange out, and lets another process write when it comes to a command. Gives what the answer says. */
	private function interrupted( Exchange $exchange, string $at, callable $meanwhile ): ?array {
		$commands = new CommandTable();
		$status   = null;
		RunningExchange::begin();
		try {
			while ( null !== ( $command = $exchange->command() ) ) {
				if ( null === $status && str_starts_with( $command['do'], $at ) ) {
					$status = $meanwhile();
				}
				$exchange->answer( $commands->run( $command ) );
			}
		} finally {
			RunningExchange::end();
		}
		self::assertSame( 200, $status );
		self::assertContains( $exchange->response()['status'], array( 200, 204 ), $exchange->response()['body'] );
		$report = json_decode( $exchange->response()['body'], true );
		wp_cache_flush();
		return $report;
	}

	/** Sends a request to the site and does not wait for the answer. What this process has in its caches stays there. */
	private function send( string $method, string $path, array $body ): mixed {
		$site   = $this->service();
		$url    = parse_url( $site->scim . $path );
		$text   = (string) wp_json_encode( $body );
		$socket = stream_socket_client( "tcp://{$url['host']}:{$url['port']}" );
		fwrite( $socket, "$method {$url['path']} HTTP/1.0\r\nHost: {$url['host']}:{$url['port']}\r\nAuthorization: Bearer $site->token\r\nContent-Type: application/scim+json\r\nContent-Length: " . strlen( $text ) . "\r\n\r\n$text" );
		return $socket;
	}

	/** The status that a request is answered with. */
	private function answer_of( mixed $socket ): int {
		$answer = (string) stream_get_contents( $socket );
		fclose( $socket );
		return (int) ( explode( ' ', $answer )[1] ?? 0 );
	}
}
