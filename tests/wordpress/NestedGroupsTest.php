<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;

/**
 * Somebody joins a group, while another process changes a group around it. Both have read before either writes; whichever writes first, the
 * role is what the rules say about the groups at the end.
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

		$meanwhile = null;
		$interrupt = function ( string $query ) use ( &$meanwhile, $first ): string {
			if ( null === $meanwhile && str_starts_with( $query, 'START TRANSACTION' ) ) {
				$meanwhile = 0;
				$meanwhile = $this->scim( ...$first )->status;
			}
			return $query;
		};
		$status    = $this->with_hook( 'query', $interrupt, fn(): int => $this->within_this_process( ...$second ) );
		self::assertContains( $meanwhile, array( 200, 201, 204 ) );
		self::assertContains( $status, array( 200, 201, 204 ) );
		$is_within = in_array( $change, array( 'joins', 'renamed back', 'created' ), true );
		self::assertSame( array( $is_within ? 'editor' : 'subscriber' ), $this->load( $person )['account']['roles'] );
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
