<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;

/**
 * Somebody joins a group, while another process changes a group around it or around the person. Whichever writes first, and whatever the
 * other one has read by then, the role is what the rules say about the groups at the end.
 */
final class NestedGroupsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** @return iterable<string, array{string, bool}> */
	public static function races(): iterable {
		foreach ( array( 'joins', 'leaves', 'renamed', 'renamed back', 'deleted', 'created' ) as $change ) {
			yield "$change, after the other one" => array( $change, true );
			yield "$change, before the other one" => array( $change, false );
		}
	}

	/** @dataProvider races */
	public function test_who_joins_a_group_has_the_role_of_the_groups_around_it( string $change, bool $joins_first ): void {
		$this->take_groups_apart();
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-outer"', 'role' => 'editor' ) ) ) );
		$person = $this->provision( 'pu-nested' )->id;
		$inner  = $this->made( 'pu-inner' );
		$member = array( array( 'value' => $inner ) );
		$outer  = match ( $change ) {
			'created'      => '',
			'joins'        => $this->made( 'pu-outer' ),
			'renamed back' => $this->made( 'pu-other', $member ),
			default        => $this->made( 'pu-outer', $member ),
		};
		$join   = array( 'PATCH', "/Groups/$inner", $this->members( 'add', $person ) );
		$around = match ( $change ) {
			'joins'        => array( 'PATCH', "/Groups/$outer", $this->members( 'add', $inner ) ),
			'leaves'       => array( 'PATCH', "/Groups/$outer", $this->members( 'remove', $inner ) ),
			'renamed'      => array( 'PUT', "/Groups/$outer", array( 'displayName' => 'pu-other' ) ),
			'renamed back' => array( 'PUT', "/Groups/$outer", array( 'displayName' => 'pu-outer' ) ),
			'deleted'      => array( 'DELETE', "/Groups/$outer", null ),
			'created'      => array( 'POST', '/Groups', array( 'displayName' => 'pu-outer', 'members' => $member ) ),
		};
		list( $first, $second ) = $joins_first ? array( $join, $around ) : array( $around, $join );

		$this->interrupt( 'START TRANSACTION', $first, $second );
		$is_within = in_array( $change, array( 'joins', 'renamed back', 'created' ), true );
		self::assertSame( array( $is_within ? 'editor' : 'subscriber' ), $this->load( $person )['account']['roles'] );
	}

	/** @return iterable<string, array{string, bool, string}> */
	public static function ways(): iterable {
		foreach ( array( 'emptied', 'both taken', 'one taken, one given' ) as $change ) {
			foreach ( array( false, true ) as $reversed ) {
				$moments = array( 'SELECT p.part AS rollbook_part', 'START TRANSACTION' );
				if ( 'emptied' !== $change ) {
					$moments[] = 'SELECT m.member_id, g.row_id, g.version'; // Between the person and the groups around those that the person is in.
				}
				foreach ( $moments as $moment ) {
					yield $change . ( $reversed ? ', reversed' : '' ) . ", before $moment" => array( $change, $reversed, $moment );
				}
			}
		}
	}

	/** @dataProvider ways */
	public function test_the_role_of_somebody_in_several_groups_is_that_of_the_groups_at_the_end( string $change, bool $reversed, string $moment ): void {
		$this->take_groups_apart();
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-outer"', 'role' => 'editor' ) ) ) );
		$person   = $this->provision( 'pu-ways' )->id;
		$members  = array( array( 'value' => $person ) );
		$inner    = $this->made( 'pu-inner', 'emptied' === $change ? array() : $members );
		$other    = $this->made( 'pu-other', 'both taken' === $change ? $members : array() );
		$outer    = $this->made( 'pu-outer', array( array( 'value' => $inner ), array( 'value' => $other ), ...( 'emptied' === $change ? $members : array() ) ) );
		$requests = match ( $change ) {
			'emptied'              => array(
				array( 'POST', '/Groups', array( 'displayName' => 'pu-new', 'members' => $members ) ),
				array( 'PUT', "/Groups/$outer", array( 'displayName' => 'pu-outer', 'members' => array() ) ),
			),
			'both taken'           => array(
				array( 'PATCH', "/Groups/$inner", $this->members( 'remove', $person ) ),
				array( 'PATCH', "/Groups/$outer", $this->members( 'remove', $other ) ),
			),
			'one taken, one given' => array(
				array( 'PATCH', "/Groups/$outer", $this->members( 'remove', $inner ) ),
				array( 'PATCH', "/Groups/$other", $this->members( 'add', $person ) ),
			),
		};
		self::assertSame( array( 'editor' ), $this->load( $person )['account']['roles'] );
		$this->interrupt( $moment, ...( $reversed ? array_reverse( $requests ) : $requests ) );
		self::assertSame( array( 'one taken, one given' === $change ? 'editor' : 'subscriber' ), $this->load( $person )['account']['roles'] );
	}

	/** Sends the second request within this process, and the first one by another when the second one comes to a statement. */
	private function interrupt( string $moment, array $first, array $second ): void {
		$meanwhile = null;
		$interrupt = function ( string $query ) use ( &$meanwhile, $moment, $first ): string {
			if ( null === $meanwhile && str_starts_with( $query, $moment ) ) {
				$meanwhile = 0;
				$meanwhile = $this->scim( ...$first )->status;
			}
			return $query;
		};
		$status    = $this->with_hook( 'query', $interrupt, fn(): int => $this->within_this_process( ...$second ) );
		self::assertContains( $meanwhile, array( 200, 201, 204 ) );
		self::assertContains( $status, array( 200, 201, 204 ) );
	}

	private function made( string $name, array $members = array() ): string {
		$made = $this->scim( 'POST', '/Groups', array( 'displayName' => $name, 'members' => $members ) );
		self::assertSame( 201, $made->status, $made->body );
		return $made->json->id;
	}

	private function members( string $op, string $who ): array {
		return array( 'Operations' => array( array( 'op' => $op, 'path' => 'members', 'value' => array( array( 'value' => $who ) ) ) ) );
	}

	private function within_this_process( string $method, string $path, ?array $body ): int {
		$request = array( 'method' => $method, 'base' => 'https://site.test/scim/v2', 'path' => $path, 'query' => '', 'headers' => array( 'Authorization' => 'Bearer ' . $this->service()->token ), 'body' => null === $body ? '' : (string) wp_json_encode( $body ), 'remote' => '127.0.0.1', 'now' => Tokens::now() );
		$runner  = new ExchangeRunner( Exchange::open( $request, Settings::document(), Site::facts() ) );
		$runner->run();
		return (int) $runner->exchange->response()['status'];
	}
}
