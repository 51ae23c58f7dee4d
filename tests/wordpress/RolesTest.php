<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\People\Administrators;
use Rollbook\WordPress\Store\Tables;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Roles and groups within groups, as WordPress has them. */
final class RolesTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** @var int[] Administrators of the site who are none during a test. */
	private array $administrators = array();

	protected function tearDown(): void {
		global $wpdb;
		foreach ( $this->administrators as $user_id ) {
			get_userdata( $user_id )->set_role( 'administrator' );
		}
		$this->administrators = array();
		remove_role( 'pu_lost' );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'activity' ) . " WHERE resource_name LIKE 'pu-%'" );
		parent::tearDown();
	}

	private function group( string $name, array $members ): string {
		$answer = $this->scim( 'POST', '/Groups', array( 'displayName' => $name, 'members' => array_map( static fn( string $id ): array => array( 'value' => $id ), $members ) ) );
		self::assertSame( 201, $answer->status, $answer->body );
		return $answer->json->id;
	}

	/** @return string[] */
	private function roles_of( string $id ): array {
		return array_values( $this->account_of( $id )->roles );
	}

	private function role_change( array $record, string $role, array $others = array() ): array {
		return array(
			'user_id'     => $record['account']['user_id'],
			'version'     => $record['version'],
			'role'        => $role,
			'other_roles' => $others,
			'before'      => $record['account']['roles'],
		);
	}

	private function set_roles( array ...$changes ): array {
		return array_map( static fn( array $result ): string => $result['outcome']['outcome'], $this->run_command( 'set_roles', array( 'roles' => $changes ) ) );
	}

	/** Two administrators that identity providers manage, and no other. */
	private function two_administrators(): array {
		foreach ( get_users( array( 'role' => 'administrator' ) ) as $user ) {
			$this->administrators[] = $user->ID;
			$user->set_role( 'subscriber' );
		}
		$this->create( 'pu-first', array(), array( 'role' => 'administrator' ) );
		$this->create( 'pu-second', array(), array( 'role' => 'administrator' ) );
		return array_map( fn( string $name ): array => $this->find( 'u.user_name = %s', array( $name ) )['users'][0], array( 'pu-first', 'pu-second' ) );
	}

	/** A command update_user that deactivates, demotes or leaves somebody as is. */
	private function change_of( array $record, bool $active, ?string $role ): array {
		return array(
			'do'      => 'update_user',
			'id'      => $record['id'],
			'version' => $record['version'],
		) + $this->person( $record['user_name'], array( 'active' => $active ), array( 'logins' => array(), 'role' => $role ) );
	}

	public function test_groups_in_groups_cost_a_statement_for_each_step_and_others_none(): void {
		global $wpdb;
		$ids  = array_map( fn( int $number ): string => $this->create( "pu-nested-$number" )['id'], range( 1, 30 ) );
		$load = function ( int $people ) use ( $ids, $wpdb ): array {
			wp_cache_flush();
			$before = $wpdb->num_queries;
			$found  = $this->run_command( 'load_users', array( 'ids' => array_slice( $ids, 0, $people ), 'targets' => array() ) );
			return array( $wpdb->num_queries - $before, array_map( static fn( array $group ): string => $group['display'] . ( $group['direct'] ? '' : '+' ), $found[0]['groups'] ) );
		};
		$team = $this->group( 'pu-team', $ids );
		$plain = array();
		foreach ( array( 1, 30 ) as $people ) {
			list( $plain[ $people ], $groups ) = $load( $people );
			self::assertSame( array( 'pu-team' ), $groups );
		}
		$this->group( 'pu-company', array( $this->group( 'pu-department', array( $team ) ) ) );
		foreach ( array( 1, 30 ) as $people ) {
			list( $nested, $groups ) = $load( $people );
			self::assertSame( array( 'pu-team', 'pu-department+', 'pu-company+' ), $groups );
			self::assertSame( $plain[ $people ] + 2, $nested, "for $people people" );
		}
	}

	public function test_nesting_ends_somewhere(): void {
		$inner = $this->provision( 'pu-deep' )->id;
		foreach ( range( 0, \Rollbook\Exchange::MAX_NESTING + 2 ) as $number ) {
			$inner = $this->group( "pu-level-$number", array( $inner ) );
		}
		$groups = $this->find( 'u.user_name = %s', array( 'pu-deep' ) )['users'][0]['groups'];
		self::assertCount( \Rollbook\Exchange::MAX_NESTING + 1, $groups );
		self::assertSame( array( true, false ), array( $groups[0]['direct'], $groups[1]['direct'] ) );
	}

	public function test_a_role_that_is_lost_is_logged_and_harms_nobody(): void {
		global $wpdb;
		add_role( 'pu_lost', 'Soon lost' );
		$this->settings(
			array(
				'default_role' => 'contributor',
				'role_rules'   => array(
					array( 'filter' => 'title eq "Lost" or groups.display eq "pu-lost"', 'role' => 'pu_lost' ),
				),
			)
		);
		remove_role( 'pu_lost' );
		$jane = $this->provision( 'pu-jane', array( 'title' => 'Lost' ) )->id;
		$joan = $this->provision( 'pu-joan' )->id;
		self::assertSame( array( 'contributor' ), $this->roles_of( $jane ) );
		$this->account_of( $joan )->set_role( 'author' );
		self::assertSame( 200, $this->patch( $joan, 'title', 'Lost' )->status );
		self::assertSame( array( 'author' ), $this->roles_of( $joan ), 'the role that she has is no worse than none' );
		$this->group( 'pu-lost', array( $this->provision( 'pu-jill' )->id ) );
		$failures = $wpdb->get_col( 'SELECT failure FROM ' . Tables::name( 'activity' ) . " WHERE status < 300 AND failure LIKE '%pu_lost%' AND resource_name IN ( 'pu-jane', 'pu-joan', 'pu-lost' )" );
		self::assertCount( 3, $failures );
		self::assertStringContainsString( 'no role "pu_lost"', $failures[0] );

		add_role( 'pu_lost', 'Found again' );
		self::assertSame( 200, $this->patch( $joan, 'title', 'Other' )->status );
		self::assertSame( 200, $this->patch( $joan, 'title', 'Lost' )->status );
		self::assertSame( array( 'pu_lost' ), $this->roles_of( $joan ) );
	}

	public function test_roles_by_hand_are_kept_or_overruled(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Boss"', 'role' => 'author' ) ) ) );
		$jane = $this->provision( 'pu-jane', array( 'title' => 'Boss' ) )->id;
		$user = $this->account_of( $jane );
		$user->set_role( 'editor' );
		$user->add_role( 'contributor' );
		self::assertSame( 200, $this->patch( $jane, 'title', 'Boss' )->status );
		self::assertSame( array( 'editor', 'contributor' ), $this->roles_of( $jane ) );
		$this->patch( $jane, 'title', 'Clerk' );
		self::assertSame( array( 'subscriber', 'contributor' ), $this->roles_of( $jane ), 'the first is replaced, the other stays' );

		$this->settings( array( 'hand_given_roles' => 'overrule' ) );
		$this->patch( $jane, 'title', 'Clerk' );
		self::assertSame( array( 'subscriber' ), $this->roles_of( $jane ), 'even where nothing else changes' );
		$version = $this->load( $jane )['version'];
		$this->patch( $jane, 'title', 'Clerk' );
		self::assertSame( $version, $this->load( $jane )['version'], 'and once it is right nothing is written' );
	}

	public function test_whom_no_rule_fits_has_no_role_where_the_owner_says_so(): void {
		global $wpdb;
		$this->settings(
			array(
				'default_role' => '',
				'role_rules'   => array( array( 'filter' => 'title eq "Boss" or groups.display eq "pu-bosses"', 'role' => 'author' ) ),
			)
		);
		$jane = $this->provision( 'pu-jane', array( 'title' => 'Boss' ) )->id;
		$joan = $this->provision( 'pu-joan' )->id;
		self::assertSame( array( array( 'author' ), array() ), array( $this->roles_of( $jane ), $this->roles_of( $joan ) ) );
		$this->account_of( $jane )->add_role( 'contributor' );
		self::assertSame( 200, $this->patch( $jane, 'title', 'Clerk' )->status );
		self::assertSame( array(), $this->roles_of( $jane ) );
		self::assertContains( (int) $this->account_of( $jane )->ID, array_map( 'intval', wp_get_users_with_no_role() ), 'the list of users shows her under None' );
		$group = $this->group( 'pu-bosses', array( $joan ) );
		self::assertSame( array( 'author' ), $this->roles_of( $joan ) );
		self::assertSame( 204, $this->scim( 'DELETE', "/Groups/$group" )->status );
		self::assertSame( array(), $this->roles_of( $joan ) );
		$this->account_of( $joan )->set_role( 'editor' );
		$record = $this->load( $joan );
		self::assertSame( array( 'done' ), $this->set_roles( $this->role_change( $record, '' ) ) );
		self::assertSame( array(), $this->roles_of( $joan ) );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$joan" )->status );
		self::assertSame( array(), $this->roles_of( $this->provision( 'pu-joan' )->id ), 'who comes back is one whom no rule fits' );
		self::assertSame( array(), $wpdb->get_col( 'SELECT failure FROM ' . Tables::name( 'activity' ) . " WHERE failure IS NOT NULL AND resource_name LIKE 'pu-%'" ) );
	}

	/** The sentence below the rules: the next request about a person, with "Keep" too, but not against a role given by hand. */
	public function test_an_added_or_changed_rule_decides_with_the_next_request_about_a_person(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Boss"', 'role' => 'author' ) ) ) );
		$jane = $this->provision( 'pu-jane', array( 'title' => 'Boss' ) )->id;
		$joan = $this->provision( 'pu-joan', array( 'title' => 'Boss' ) )->id;
		$jill = $this->provision( 'pu-jill', array( 'title' => 'Clerk' ) )->id;
		$this->account_of( $joan )->set_role( 'contributor' );
		$rules = array(
			'changed' => array( array( array( 'filter' => 'title eq "Boss"', 'role' => 'editor' ) ), 'editor', 'subscriber' ),
			'added'   => array( array( array( 'filter' => 'title eq "Clerk"', 'role' => 'author' ), array( 'filter' => 'title eq "Boss"', 'role' => 'editor' ) ), 'editor', 'author' ),
			'removed' => array( array( array( 'filter' => 'title eq "Clerk"', 'role' => 'author' ) ), 'subscriber', 'author' ),
		);
		foreach ( $rules as $what => list( $now, $of_jane, $of_jill ) ) {
			$before = $this->roles_of( $jane );
			$this->settings( array( 'role_rules' => $now ) );
			self::assertSame( $before, $this->roles_of( $jane ), "$what: saving changes nobody" );
			foreach ( array( $jane => 'Boss', $joan => 'Boss', $jill => 'Clerk' ) as $id => $title ) {
				self::assertSame( 200, $this->patch( (string) $id, 'title', $title )->status );
			}
			self::assertSame( array( array( $of_jane ), array( 'contributor' ), array( $of_jill ) ), array_map( $this->roles_of( ... ), array( $jane, $joan, $jill ) ), $what );
		}
	}

	/** What plugins hear while the roles of accounts change, account by account; the numbers of metas and accounts are left out. */
	private function heard( array $user_ids, callable $work ): array {
		$heard  = array_fill_keys( $user_ids, array() );
		$metas  = array( 'update_user_meta', 'updated_user_meta' );
		$hooks  = array( ...$metas, 'remove_user_role', 'add_user_role', 'set_user_role' );
		$listen = static function ( mixed ...$arguments ) use ( &$heard, $metas ): void {
			$is_meta = in_array( current_action(), $metas, true );
			$user_id = $arguments[ $is_meta ? 1 : 0 ];
			if ( $is_meta ) {
				self::assertMatchesRegularExpression( '/^[1-9]\d*$/', $arguments[0] ); // A text, as the database gives it.
			}
			$heard[ $user_id ][] = array( current_action(), array_slice( $arguments, $is_meta ? 2 : 1 ), get_userdata( $user_id )->roles );
		};
		foreach ( $hooks as $hook ) {
			add_action( $hook, $listen, 10, 4 );
		}
		try {
			$work();
		} finally {
			foreach ( $hooks as $hook ) {
				remove_action( $hook, $listen );
			}
		}
		return $heard;
	}

	public function test_roles_that_many_get_at_once_are_told_as_wordpress_tells_them(): void {
		global $wpdb;
		$people = array_map( fn( string $name ): array => $this->create( $name ), array( 'pu-a', 'pu-b', 'pu-c' ) );
		list( $alone, $first, $second ) = array_map( static fn( array $record ): int => $record['account']['user_id'], $people );

		// WordPress writes one meta after the other, Rollbook all of them at once: what comes before them is told first.
		$order = static function ( array $heard ): array {
			usort( $heard, static fn( array $one, array $other ): int => ( 'update_user_meta' !== $one[0] ) <=> ( 'update_user_meta' !== $other[0] ) );
			return array_map( static fn( array $event ): array => array( $event[0], $event[1] ), $heard );
		};
		$wanted = $this->heard( array( $alone ), static fn() => get_userdata( $alone )->set_role( 'editor' ) )[ $alone ];
		self::assertSame( array( 'update_user_meta', 'updated_user_meta', 'update_user_meta', 'updated_user_meta', 'remove_user_role', 'add_user_role', 'set_user_role' ), array_column( $wanted, 0 ) );

		$written = array();
		$count   = static function ( string $query ) use ( &$written, $wpdb ): string {
			$written[] = preg_match( "/^UPDATE `?$wpdb->usermeta`?/", $query );
			return $query;
		};
		$heard = $this->with_hook(
			'query',
			$count,
			fn(): array => $this->heard(
				array( $first, $second ),
				fn(): mixed => $this->run_command(
					'regroup_people',
					array(
						'people' => array_map( static fn( array $record ): array => array( 'id' => $record['id'], 'version' => $record['version'] ), array_slice( $people, 1 ) ),
						'roles'  => array_map( fn( array $record ): array => $this->role_change( $record, 'editor' ), array_slice( $people, 1 ) ),
					)
				)
			)
		);
		self::assertSame( 1, array_sum( $written ) );
		foreach ( array( $first, $second ) as $user_id ) {
			self::assertSame( $order( $wanted ), $order( $heard[ $user_id ] ) );
			self::assertSame( array( 'editor' ), end( $heard[ $user_id ] )[2] );
			$stored = static fn( int $one ): array => $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_key LIKE %s ORDER BY meta_key", $one, '%user\_level' ), ARRAY_A );
			self::assertSame( $stored( $alone ), $stored( $user_id ) );
			clean_user_cache( $user_id );
			self::assertEquals( get_userdata( $alone )->caps, get_userdata( $user_id )->caps );
		}

		// A plugin that decides about single metas is asked about each.
		$asked   = array();
		$refuses = static function ( mixed $check ) use ( &$asked ): mixed {
			$asked[] = $check;
			return $check;
		};
		$record  = $this->load( $people[1]['id'] );
		self::assertSame( array( 'done' ), $this->with_hook( 'update_user_metadata', $refuses, fn(): array => $this->set_roles( $this->role_change( $record, 'author' ) ) ) );
		self::assertSame( array( null, null ), $asked );
		self::assertSame( array( 'author' ), $this->roles_of( $people[1]['id'] ) );
	}

	/** Plugins that hear of a role may write roles themselves, read metas, and decide about metas from now on. */
	public function test_listeners_to_a_role_that_many_get_may_read_and_write_others(): void {
		global $wpdb;
		$people   = array_map( fn( string $name ): array => $this->create( $name, array(), array( 'role' => 'author', 'values' => array( 'field:nickname' => "Nick $name" ) ) ), array( 'pu-a', 'pu-b', 'pu-c', 'pu-d', 'pu-e' ) );
		$user_ids = array_map( static fn( array $record ): int => $record['account']['user_id'], $people );
		$level    = $wpdb->get_blog_prefix() . 'user_level';
		$asked    = array();
		$decides  = static function ( mixed $check, int $user_id, string $key, mixed $value ) use ( &$asked ): mixed {
			$asked[] = array( $user_id, $key, $value );
			return $check;
		};
		$seen     = array();
		$listen   = static function ( mixed ...$arguments ) use ( $user_ids, $level, $decides, &$seen ): void {
			$user_id = (int) $arguments[ 'set_user_role' === current_action() ? 0 : 1 ];
			$hook    = array( current_action(), $user_id );
			$seen[]  = array( ...$hook, get_user_meta( $user_id, 'nickname', true ), array_values( get_userdata( $user_id )->roles ) );
			if ( array( 'updated_user_meta', $user_ids[0] ) === $hook && $level !== $arguments[2] ) {
				update_user_meta( $user_id, $level, 3 ); // Of the same account, before its turn.
				get_userdata( $user_ids[1] )->set_role( 'contributor' ); // Of another one.
			} elseif ( array( 'set_user_role', $user_ids[2] ) === $hook ) {
				add_filter( 'update_user_metadata', $decides, 10, 4 );
			}
		};
		$hooks    = array( 'update_user_meta', 'updated_user_meta', 'set_user_role' );
		foreach ( $hooks as $hook ) {
			add_action( $hook, $listen, 10, 3 );
		}
		get_userdata( $user_ids[4] ); // What the cache holds of it may be old.
		$wpdb->update( $wpdb->usermeta, array( 'meta_value' => 'Nick pu-e by another request' ), array( 'user_id' => $user_ids[4], 'meta_key' => 'nickname' ) );
		$before = $wpdb->num_queries;
		try {
			$answer = $this->run_command(
				'regroup_people',
				array(
					'people' => array_map( static fn( array $record ): array => array( 'id' => $record['id'], 'version' => $record['version'] ), $people ),
					'roles'  => array_map( fn( array $record ): array => $this->role_change( $record, 'editor' ), $people ),
				)
			);
		} finally {
			foreach ( $hooks as $hook ) {
				remove_action( $hook, $listen );
			}
			remove_filter( 'update_user_metadata', $decides );
		}
		self::assertSame( 'done', $answer['outcome'] );
		foreach ( $people as $number => $record ) {
			$user_id = $user_ids[ $number ];
			$stored  = array( array( serialize( array( 'editor' => true ) ) ), array( '7' ) );
			$of      = static fn( string $key ): array => $wpdb->get_col( $wpdb->prepare( "SELECT meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_key = %s", $user_id, $key ) );
			self::assertSame( $stored, array( $of( $wpdb->get_blog_prefix() . 'capabilities' ), $of( $level ) ), $record['user_name'] );
			self::assertSame( array( 'editor' ), array_values( get_userdata( $user_id )->roles ), 'the cache holds what is stored' );
			self::assertSame( '7', (string) get_user_meta( $user_id, $level, true ) );
			$told = array_values( array_filter( $seen, static fn( array $one ): bool => $user_id === $one[1] ) );
			$nick = "Nick {$record['user_name']}" . ( 4 === $number ? ' by another request' : '' );
			self::assertSame( array( $nick ), array_values( array_unique( array_column( $told, 2 ) ) ) );
			self::assertSame( array( 'update_user_meta', $user_id, $nick, array( 'author' ) ), $told[0], 'nothing is written yet' );
			self::assertSame( array( 'set_user_role', $user_id, $nick, array( 'editor' ) ), end( $told ) );
		}
		self::assertSame( array_slice( $user_ids, 3 ), array_values( array_unique( array_column( $asked, 0 ) ) ), 'who begins to decide is asked from then on' );
		self::assertLessThan( 60, $wpdb->num_queries - $before, 'metas are read for all at once' );

		// The cache holds nothing older than the locked rows, even if nobody asks meanwhile.
		$wpdb->update( $wpdb->usermeta, array( 'meta_value' => 'Nick by another request' ), array( 'user_id' => $user_ids[0], 'meta_key' => 'nickname' ) );
		$change = $this->role_change( $this->load( $people[0]['id'] ), 'author' );
		self::assertSame( 'Nick by another request', get_user_meta( $user_ids[0], 'nickname', true ) );
		$wpdb->update( $wpdb->usermeta, array( 'meta_value' => 'Nick by a later one' ), array( 'user_id' => $user_ids[0], 'meta_key' => 'nickname' ) );
		self::assertSame( 'done', $this->run_command( 'regroup_people', array( 'people' => array( array( 'id' => $people[0]['id'], 'version' => $change['version'] ) ), 'roles' => array( $change ) ) )['outcome'] );
		self::assertSame( array( 'Nick by a later one', array( 'author' ) ), array( get_user_meta( $user_ids[0], 'nickname', true ), array_values( get_userdata( $user_ids[0] )->roles ) ) );
	}

	/** An account that another plugin made may have no metas of roles: then WordPress alone writes them. */
	public function test_an_account_without_metas_of_roles_gets_them(): void {
		global $wpdb;
		$cap_key = $wpdb->get_blog_prefix() . 'capabilities';
		$level   = $wpdb->get_blog_prefix() . 'user_level';
		foreach ( array( array( $level ), array( $cap_key ), array( $cap_key, $level ) ) as $number => $absent ) {
			$record  = $this->create( "pu-absent-$number", array(), array( 'role' => 'author' ) );
			$user_id = $record['account']['user_id'];
			foreach ( $absent as $key ) {
				delete_user_meta( $user_id, $key );
			}
			$record = $this->load( $record['id'] );
			$answer = $this->run_command(
				'regroup_people',
				array(
					'people' => array( array( 'id' => $record['id'], 'version' => $record['version'] ) ),
					'roles'  => array( $this->role_change( $record, 'editor' ) ),
					'around' => array(),
				)
			);
			self::assertSame( 'done', $answer['outcome'] );
			clean_user_cache( $user_id );
			self::assertSame( array( array( 'editor' ), array( '7' ) ), array( array_values( get_userdata( $user_id )->roles ), get_user_meta( $user_id, $level ) ) );
			self::assertCount( 1, get_user_meta( $user_id, $cap_key ) );
		}
	}

	public function test_each_role_is_set_for_itself(): void {
		$people = array_map( fn( string $name ): array => $this->create( $name, array(), array( 'role' => 'subscriber' ) ), array( 'pu-a', 'pu-b', 'pu-c', 'pu-d' ) );
		$minds  = static function ( int $user_id ) use ( $people ): void {
			if ( $people[1]['account']['user_id'] === $user_id ) {
				throw new \RuntimeException( 'a plugin that minds' );
			}
		};
		$changes = array_map( fn( array $person ): array => $this->role_change( $person, 'editor', array( 'author' ) ), $people );

		$changes[2]['version'] += 1;
		$changes[3]['before']   = array( 'author' );
		$results                = $this->with_hook( 'set_user_role', $minds, fn(): array => $this->run_command( 'set_roles', array( 'roles' => $changes ) ) );
		self::assertSame( array( 'done', 'refused', 'stale', 'stale' ), array_map( static fn( array $result ): string => $result['outcome']['outcome'], $results ) );
		self::assertSame( 'a plugin that minds', $results[1]['outcome']['message'] );
		self::assertSame( array( 'editor', 'author' ), array_values( get_userdata( $people[0]['account']['user_id'] )->roles ) );
		foreach ( array( 1, 2, 3 ) as $index ) {
			self::assertSame( array( 'subscriber' ), array_values( get_userdata( $people[ $index ]['account']['user_id'] )->roles ) );
		}
		self::assertSame( array( 'refused' ), $this->set_roles( $this->role_change( $people[1], 'pu_lost' ) ) );
	}

	public function test_a_group_is_decided_anew_when_somebody_else_gave_a_role_meanwhile(): void {
		$jane = $this->create( 'pu-jane', array(), array( 'role' => 'subscriber' ) );
		get_userdata( $jane['account']['user_id'] )->set_role( 'author' );
		$answer = $this->run_command(
			'create_group',
			array(
				'row'     => array( 'display_name' => 'pu-stale', 'display_name_key' => 'pu-stale', 'external_id' => null, 'document' => '{}' ),
				'members' => array(),
				'people'  => array(),
				'roles'   => array( $this->role_change( $jane, 'editor' ) ),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
				'now'     => self::NOW,
			)
		);
		self::assertSame( array( 'outcome' => 'stale' ), $answer );
		self::assertSame( 0, $this->count_rows( Tables::name( 'groups' ), "display_name = 'pu-stale'" ) );
	}

	/** Of two groups that somebody joins at once, the second is decided on with the first, even where no role has changed yet. */
	public function test_a_group_is_decided_anew_when_somebody_joined_another_meanwhile(): void {
		$jane = $this->create( 'pu-jane' );
		$join = fn( string $name ): array => $this->run_command(
			'create_group',
			array(
				'row'     => array( 'display_name' => $name, 'display_name_key' => $name, 'external_id' => null, 'document' => '{}' ),
				'members' => array( array( 'id' => $jane['id'], 'kind' => 'User' ) ),
				'people'  => array( array( 'id' => $jane['id'], 'version' => $jane['version'] ) ),
				'roles'   => array(),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
				'now'     => self::NOW,
			)
		);
		self::assertSame( 'done', $join( 'pu-first' )['outcome'] );
		self::assertSame( array( 'outcome' => 'stale' ), $join( 'pu-second' ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'groups' ), "display_name = 'pu-second'" ) );
		$now = $this->load( $jane['id'] );
		self::assertSame( array( $jane['version'] + 1, array( 'pu-first' ) ), array( $now['version'], array_column( $now['groups'], 'display' ) ) );
	}

	public function test_the_last_administrator_stays_at_every_door(): void {
		list( $first, $second ) = $this->two_administrators();
		$run                    = fn( array $command ): array => $this->run_command( $command['do'], $command );
		self::assertSame( 'done', $run( $this->change_of( $second, false, null ) )['outcome'], 'one of two may go' );
		foreach ( array( array( false, null ), array( true, 'editor' ), array( true, '' ) ) as list( $active, $role ) ) {
			$refused = $run( $this->change_of( $first, $active, $role ) );
			self::assertSame( 'refused', $refused['outcome'] );
			self::assertStringContainsString( 'last administrator', $refused['message'] );
		}
		foreach ( array( 'deactivate', 'delete' ) as $disposal ) {
			$refused = $this->run_command( 'delete_user', array( 'id' => $first['id'], 'version' => $first['version'], 'disposal' => $disposal, 'reassign_to' => null, 'now' => self::NOW ) );
			self::assertSame( 'refused', $refused['outcome'], $disposal );
		}
		self::assertSame( array( 'refused' ), $this->set_roles( $this->role_change( $first, 'editor' ) ) );
		self::assertSame( array( 'stale' ), $this->set_roles( $this->role_change( $first, 'editor', array( 'administrator' ) ) ), 'nobody protected is given a role' );
		$now = $this->load( $first['id'] );
		self::assertSame( array( array( 'administrator' ), true ), array( $now['account']['roles'], $now['active'] ) );
		$refused = $this->run_command(
			'create_group',
			array(
				'row'     => array( 'display_name' => 'pu-last', 'display_name_key' => 'pu-last', 'external_id' => null, 'document' => '{}' ),
				'members' => array(),
				'people'  => array(),
				'roles'   => array( $this->role_change( $now, 'editor' ) ),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
				'now'     => self::NOW,
			)
		);
		self::assertSame( 'refused', $refused['outcome'] );
		self::assertSame( 0, $this->count_rows( Tables::name( 'groups' ), "display_name = 'pu-last'" ) );
	}

	/** @dataProvider ways_to_go */
	public function test_of_two_last_administrators_one_stays_when_both_are_to_go_at_once( bool $deleted ): void {
		list( $first, $second ) = $this->two_administrators();
		$delete                 = fn( array $record ): array => array( 'do' => 'delete_user', 'id' => $record['id'], 'version' => $record['version'], 'disposal' => 'deactivate', 'managed_here' => true, 'reassign_to' => null, 'now' => self::NOW );
		$commands               = array_map( fn( array $record ): array => $deleted ? $delete( $record ) : $this->change_of( $record, false, null ), array( $first, $second ) );
		$answers                = $this->at_once( 'command-at-once.php', array_map( static fn( array $command ): array => array( (string) json_encode( $command ) ), $commands ) );
		$outcomes               = array_map( static fn( array $answer ): string => $answer['outcome'] ?? $answer[0]['outcome']['outcome'], $answers );
		sort( $outcomes );
		wp_cache_flush();
		self::assertSame( 'done', $outcomes[0], (string) json_encode( $answers ) );
		// SQLite may turn the second away before it can be refused.
		self::assertContains( $outcomes[1], array( 'refused', 'failed' ), (string) json_encode( $answers ) );
		self::assertCount( 1, Administrators::lock() );
	}

	public static function ways_to_go(): array {
		return array(
			'deactivated' => array( false ),
			'deleted'     => array( true ),
		);
	}
}
