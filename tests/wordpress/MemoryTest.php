<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\{Identifier, Tables};

require_once __DIR__ . '/SendsScim.php';

final class MemoryTest extends SiteTestCase {

	use SendsScim;

	/** What WordPress itself asks for at least, and a little more. */
	private const LITTLE = '64M';

	private const FULL = 500;
	private const SOME = 300;
	private const MANY = 3000;

	public function test_people_as_large_as_they_may_be_are_still_answered_with_little_memory(): void {
		$this->add_people( self::FULL, str_repeat( 'x', 30000 ), 20000 );

		foreach (
			array(
				'a page'                          => array( 'query' => 'count=100' ),
				'a search that SQL decides'       => array( 'query' => 'count=100&filter=' . rawurlencode( 'userName sw "pu-many"' ) ),
				'a search that is decided here'   => array( 'query' => 'count=20&filter=' . rawurlencode( 'nickName eq "nobody" or title co "x"' ) ),
				'an order that no column has'     => array( 'query' => 'count=20&sortBy=nickName' ),
			) as $what => $request
		) {
			$answer = $this->within( self::LITTLE, $request );
			self::assertSame( 200, $answer['status'], "$what: {$answer['detail']} {$answer['why']}" );
			self::assertGreaterThanOrEqual( self::FULL, $answer['total'], $what );
			self::assertGreaterThanOrEqual( 20, $answer['items'], $what );
		}
		foreach ( array( 'roles' => array(), 'linking' => array( 'user_name' => 'login' ) ) as $task => $choices ) {
			$examined = 0;
			$after    = 0;
			do {
				$answer = $this->within( self::LITTLE, array( 'task' => $task, 'part' => array( 'after' => $after, 'limit' => 500, 'apply' => false ) ) + $choices );
				self::assertSame( 200, $answer['status'], "$task: {$answer['detail']} {$answer['why']}" );
				$examined += $answer['total'];
				$after     = $answer['next'];
			} while ( null !== $after );
			self::assertGreaterThanOrEqual( self::FULL, $examined, "$task goes through everybody, however few at a time" );
		}
	}

	public function test_what_is_too_large_is_refused_by_every_verb_and_says_what_and_how_to_mend_it(): void {
		$user    = 'urn:ietf:params:scim:schemas:core:2.0:User';
		$large   = str_repeat( 't', 32769 );
		$person  = $this->provision( 'pu-large@phpunit.test', array( 'title' => substr( $large, 1 ) ) );
		$patches = static fn( string $path, mixed $value ): array => array( 'Operations' => array( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) ) );
		$photo   = static fn( int $size ): array => array( array( 'value' => 'data:image/png;base64,' . str_repeat( 'A', $size ) ) );
		$new     = array( 'schemas' => array( $user ), 'userName' => 'pu-larger@phpunit.test', 'title' => $large );

		$refused = array(
			'POST'             => array( $this->scim( 'POST', '/Users', $new ), 'title would hold 32769 bytes, but at most 32768 are kept' ),
			'PUT'              => array( $this->scim( 'PUT', "/Users/$person->id", array( 'userName' => 'pu-large@phpunit.test' ) + $new ), 'title would hold 32769 bytes' ),
			'PATCH'            => array( $this->scim( 'PATCH', "/Users/$person->id", $patches( 'title', $large ) ), 'title would hold 32769 bytes' ),
			'PATCH to a whole' => array( $this->scim( 'PATCH', "/Users/$person->id", $patches( 'nickName', substr( $large, 1 ) ) ), 'at most 65536 are kept, photos not counted' ),
			'photos'           => array( $this->scim( 'PATCH', "/Users/$person->id", $patches( 'photos', $photo( 140000 ) ) ), 'Send the addresses of pictures' ),
			'a group'          => array( $this->scim( 'POST', '/Groups', array( 'displayName' => 'PU large', 'urn:example:2.0:Group' => array( 'more' => $large ) ) ), 'urn:example:2.0:Group:more would hold' ),
		);
		foreach ( $refused as $what => list( $answer, $detail ) ) {
			self::assertSame( array( 400, 'invalidValue' ), array( $answer->status, $answer->json->scimType ), $what );
			self::assertStringContainsString( $detail, $answer->json->detail, $what );
		}
		$operations = array(
			array( 'method' => 'POST', 'path' => '/Users', 'bulkId' => '1', 'data' => $new ),
			array( 'method' => 'PATCH', 'path' => "/Users/$person->id", 'data' => $patches( 'photos', $photo( 100000 ) ) ),
		);
		$bulk       = $this->scim( 'POST', '/Bulk', array( 'Operations' => $operations ) )->json->Operations;
		self::assertSame( array( '400', '200' ), array_column( $bulk, 'status' ) );
		self::assertStringContainsString( 'title would hold', $bulk[0]->response->detail );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name LIKE 'pu-larger%'" ) );
	}

	public function test_a_search_takes_no_more_memory_the_more_people_there_are(): void {
		$search = array( 'query' => 'count=10&filter=' . rawurlencode( 'nickName eq "nobody"' ) );
		$this->add_people( self::SOME, 'some', 3000 );
		$this->within( self::LITTLE, $search ); // Gives accounts their rows.
		$some = $this->within( self::LITTLE, $search );
		$this->add_people( self::MANY, 'many', 3000 );
		$many = $this->within( self::LITTLE, $search );
		self::assertSame( array( 200, 200, 0 ), array( $some['status'], $many['status'], $many['total'] ) );
		self::assertLessThan( $some['peak'] + 4 * MB_IN_BYTES, $many['peak'], 'eleven times as many people' );

		$total = $this->within( self::LITTLE, array( 'query' => 'count=1&filter=' . rawurlencode( 'title co "any" and not (title co "some")' ) ) );
		self::assertSame( self::MANY, $total['total'], 'nobody is missed where memory cuts' );
	}

	public function test_who_is_passed_by_leaves_the_cache_as_it_was(): void {
		$user_ids = $this->add_people( 60, 'cached', 10 );
		foreach ( array( false, true ) as $persistent ) {
			wp_cache_flush();
			$known = get_userdata( $user_ids[0] );
			self::assertSame( 'pu-bulk', get_user_meta( $known->ID, 'nickname', true ) );
			$was = wp_using_ext_object_cache( $persistent );
			try {
				$found = $this->find( 'u.user_name LIKE %s', array( 'pu-many-cached%' ) );
			} finally {
				wp_using_ext_object_cache( $was );
			}
			self::assertCount( 60, $found['users'] );
			self::assertSame( array( 60, false ), array( $found['reached']['rows'], $found['reached']['more'] ) );
			foreach ( $found['users'] as $record ) {
				$user_id = $record['account']['user_id'];
				$login   = $record['account']['login'];
				$kept    = ! $persistent && $user_id === $known->ID;
				self::assertSame( $kept, false !== wp_cache_get( $user_id, 'users' ) );
				self::assertSame( $kept, false !== wp_cache_get( $user_id, 'user_meta' ) );
				self::assertSame( $kept, false !== wp_cache_get( $login, 'userlogins' ) );
				self::assertSame( $kept, false !== wp_cache_get( $record['account']['email'], 'useremail' ) );
			}
			self::assertSame( array( 'subscriber' ), get_userdata( $user_ids[1] )->roles, 'and is there when it is asked for' );
		}
	}

	public function test_a_page_goes_on_where_memory_ended_it(): void {
		$this->add_people( 40, 'paged', 10 );
		global $wpdb;
		$wpdb->query( $wpdb->prepare( 'UPDATE ' . Tables::name( 'users' ) . " SET document = CONCAT(document, %s) WHERE user_name LIKE 'pu-many-paged%%'", str_repeat( ' ', 1000000 ) ) );
		$limit = ini_set( 'memory_limit', (string) ( memory_get_usage() + 128 * MB_IN_BYTES ) );
		try {
			$first = $this->find( 'u.user_name LIKE %s', array( 'pu-many-paged%' ) );
		} finally {
			ini_set( 'memory_limit', (string) $limit );
		}
		self::assertTrue( $first['reached']['more'], (string) json_encode( $first['reached'] ) );
		self::assertLessThan( 40, $first['reached']['rows'] );
		self::assertGreaterThanOrEqual( 1, $first['reached']['rows'] );
		self::assertSame( end( $first['users'] )['row'], $first['reached']['last'] );
		$rest = $this->find( 'u.user_name LIKE %s', array( 'pu-many-paged%' ), array( 'after_row' => $first['reached']['last'] ) );
		self::assertCount( 40, array_merge( $first['users'], $rest['users'] ) );
	}

	/** What a request or task comes to in a PHP of its own that has so much memory. */
	private function within( string $limit, array $asked ): array {
		return $this->at_once( 'within-memory.php', array( array( $limit, (string) json_encode( $asked ) ) ) )[0];
	}

	/** Adds managed people past everything that would take time, and gives their accounts. */
	private function add_people( int $count, string $title, int $bytes_of_plugins ): array {
		global $wpdb;
		$word = substr( $title, 0, 6 );
		$ids  = array();
		foreach ( array_chunk( range( 1, $count ), 100 ) as $numbers ) {
			$accounts = array_map( static fn( int $n ): string => "('pu-many-$word-$n','pu-many-$word-$n','pu-many-$word-$n@phpunit.test','2026-01-01 00:00:00','PU $n')", $numbers );
			$wpdb->query( "INSERT INTO $wpdb->users (user_login,user_nicename,user_email,user_registered,display_name) VALUES " . implode( ',', $accounts ) );
			$logins = implode( ',', array_map( static fn( int $n ): string => "'pu-many-$word-$n'", $numbers ) );
			$some   = array_map( 'intval', $wpdb->get_col( "SELECT ID FROM $wpdb->users WHERE user_login IN ($logins) ORDER BY ID" ) );
			$metas  = array();
			$rows   = array();
			foreach ( $some as $index => $user_id ) {
				$name    = "pu-many-$word-{$numbers[ $index ]}";
				$metas[] = "($user_id,'{$wpdb->prefix}capabilities','" . serialize( array( 'subscriber' => true ) ) . "')";
				$metas[] = "($user_id,'nickname','pu-bulk')";
				$metas[] = "($user_id,'pu_plugin','" . str_repeat( 'p', $bytes_of_plugins ) . "')";
				$text    = (string) json_encode( array( 'userName' => $name, 'title' => $title, 'urn:example:2.0:User' => array( 'more' => $title ) ) );
				$rows[]  = "('" . Identifier::create() . "',$user_id,'$name','$name',1,1,1,1,'$text','{}')";
			}
			$wpdb->query( "INSERT INTO $wpdb->usermeta (user_id,meta_key,meta_value) VALUES " . implode( ',', $metas ) );
			$wpdb->query( 'INSERT INTO ' . Tables::name( 'users' ) . ' (id,user_id,user_name,user_name_key,active,managed,created,modified,document,applied) VALUES ' . implode( ',', $rows ) );
			$ids = array_merge( $ids, $some );
		}
		return $ids;
	}
}
