<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Identifier;
use Rollbook\WordPress\Store\Tables;

final class GroupsTest extends SiteTestCase {

	private function group( string $name, array $members = array(), array $row = array() ): array {
		return $this->run_command(
			'create_group',
			array(
				'row'     => $row + array(
					'display_name'     => $name,
					'display_name_key' => mb_strtolower( $name ),
					'external_id'      => null,
					'document'         => '{"displayName":"x","empty":{}}',
				),
				'members' => array_map( array( $this, 'member' ), $members ),
				'people'  => array(),
				'roles'   => array(),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
				'now'     => self::NOW,
			)
		);
	}

	private function member( array|string $member ): array {
		return is_array( $member ) ? $member : array(
			'id'   => $member,
			'kind' => 'User',
		);
	}

	private function change( array $group, array $change ): array {
		$row = array(
			'display_name'     => $change['name'] ?? $group['display_name'],
			'display_name_key' => mb_strtolower( $change['name'] ?? $group['display_name'] ),
			'external_id'      => $group['external_id'],
			'document'         => $group['document'],
		);
		return $this->run_command(
			'update_group',
			array(
				'id'         => $group['id'],
				'version'    => $group['version'],
				'row'        => $row,
				'add'        => array_map( array( $this, 'member' ), $change['add'] ?? array() ),
				'remove'     => $change['remove'] ?? array(),
				'remove_all' => $change['remove_all'] ?? false,
				'members'    => array_key_exists( 'members', $change ) ? $change['members'] : 10000,
				'people'     => $change['people'] ?? array(),
				'roles'      => $change['roles'] ?? array(),
				'unchanged'  => array(),
				'within'     => $change['within'] ?? array(),
				'around'     => array(),
				'now'        => self::NOW + 1,
			)
		);
	}

	private function delete( array $group ): array {
		return $this->run_command(
			'delete_group',
			array(
				'id'      => $group['id'],
				'version' => $group['version'],
				'people'  => array(),
				'roles'   => array(),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
			)
		);
	}

	private function load_group( string $id, bool $members = true, bool $nested = false, ?int $most = null ): ?array {
		return $this->run_command(
			'load_group',
			array(
				'id'      => $id,
				'members' => $members,
				'most'    => $most,
				'nested'  => $nested,
			)
		);
	}

	/**
	 * How many members a group has.
	 *
	 * @param array<string, mixed> $group The group.
	 */
	private function count_members( array $group ): int {
		return $this->run_command( 'count_members', array( 'groups' => array( array( 'row' => $group['row'], 'version' => $group['version'] ) ) ) )[0];
	}

	public function test_a_group_has_people_and_groups(): void {
		$jane  = $this->create( 'pu-jane', array(), array( 'values' => array( 'field:display_name' => 'Jane Doe' ) ) );
		$inner = $this->group( 'PU-Inner' )['record'];
		$outer = $this->group( "Outer '\\😀", array( $jane['id'], array( 'id' => $inner['id'], 'kind' => 'Group' ), Identifier::create() ) )['record'];
		self::assertSame( array( "Outer '\\😀", 2, 1, self::NOW, '{"displayName":"x","empty":{}}' ), array( $outer['display_name'], $this->count_members( $outer ), $outer['version'], $outer['created'], $outer['document'] ) );
		self::assertEqualsCanonicalizing(
			array(
				array(
					'id'      => $jane['id'],
					'kind'    => 'User',
					'display' => 'Jane Doe',
				),
				array(
					'id'      => $inner['id'],
					'kind'    => 'Group',
					'display' => 'PU-Inner',
				),
			),
			$outer['members'],
			'who does not exist is passed over'
		);
		self::assertSame(
			array(
				array(
					'id'      => $outer['id'],
					'display' => "Outer '\\😀",
					'direct'  => true,
					'version' => array( 'row' => $outer['row'], 'version' => $outer['version'] ),
				),
			),
			$this->load( $jane['id'] )['groups']
		);
		self::assertNull( $this->load_group( $outer['id'], false )['members'] );
		self::assertSame( $outer, $this->load_group( $outer['id'] ) );
		self::assertNull( $this->load_group( strtoupper( $outer['id'] ) ) );
		self::assertSame( $outer['members'], $this->load_group( $outer['id'], most: 2 )['members'] );
		self::assertNull( $this->load_group( $outer['id'], most: 1 )['members'], 'more than are wanted' );
		self::assertSame( array(), $this->load_group( $inner['id'], most: 0 )['members'] );
	}

	public function test_members_are_added_and_removed(): void {
		$ids   = array_map( fn( string $name ): string => $this->create( $name )['id'], array( 'pu-m1', 'pu-m2', 'pu-m3' ) );
		$group = $this->group( 'PU-Team', array( $ids[0], $ids[1] ) )['record'];
		$group = $this->change( $group, array( 'add' => array( $ids[1], $ids[2] ), 'remove' => array( $ids[0], 'unknown' ) ) )['record'];
		self::assertEqualsCanonicalizing( array( $ids[1], $ids[2] ), array_column( $group['members'], 'id' ) );
		self::assertSame( array( 2, self::NOW + 1 ), array( $group['version'], $group['modified'] ) );
		$group = $this->change( $group, array( 'add' => array( $ids[0] ), 'remove_all' => true, 'members' => null ) )['record'];
		self::assertSame( array( null, 1 ), array( $group['members'], $this->count_members( $group ) ) );
	}

	public function test_a_name_belongs_to_one_group(): void {
		$taken = array(
			'outcome' => 'taken',
			'value'   => 'display_name',
		);
		$this->group( 'PU-One' );
		self::assertSame( $taken, $this->group( 'PU-ONE' ) );
		$two = $this->group( 'PU-Two' )['record'];
		self::assertSame( $taken, $this->change( $two, array( 'name' => 'pu-one' ) ) );
		self::assertSame( 'done', $this->change( $two, array( 'name' => 'PU-TWO' ) )['outcome'] );
	}

	public function test_a_write_decided_on_another_version_writes_nothing(): void {
		$group = $this->group( 'PU-Team' )['record'];
		$this->change( $group, array() );
		self::assertSame( array( 'outcome' => 'stale' ), $this->change( $group, array( 'name' => 'Other' ) ) );
		self::assertSame( array( 'outcome' => 'stale' ), $this->delete( $group ) );
		$group = $this->load_group( $group['id'] );
		self::assertSame( 'PU-Team', $group['display_name'] );
		self::assertSame( 'done', $this->delete( $group )['outcome'] );
		self::assertSame( array( 'outcome' => 'gone' ), $this->delete( $group ) );
		self::assertSame( array( 'outcome' => 'gone' ), $this->change( $group, array() ) );
	}

	public function test_a_deleted_group_leaves_every_other(): void {
		$jane  = $this->create( 'pu-jane' );
		$inner = $this->group( 'PU-Inner', array( $jane['id'] ) )['record'];
		$outer = $this->group( 'PU-Outer', array( array( 'id' => $inner['id'], 'kind' => 'Group' ) ) )['record'];
		$this->delete( $inner );
		self::assertSame( array(), $this->load( $jane['id'] )['groups'] );
		self::assertSame( array(), $this->load_group( $outer['id'] )['members'] );
		self::assertSame( 0, $this->count_rows( Tables::name( 'group_members' ), "group_row = {$inner['row']}" ) );
	}

	public function test_groups_are_found(): void {
		$jane = $this->create( 'pu-jane' );
		$this->group( 'Find B', array( $jane['id'] ), array( 'external_id' => 'find-test' ) );
		$this->group( 'find a', array(), array( 'external_id' => 'find-test' ) );
		$find  = fn( string $sql, array $arguments, bool $members = false ): array => $this->run_command(
			'find_groups',
			array(
				'selection' => $this->selection(
					$sql,
					$arguments,
					array(
						'count' => true,
						'order' => array(
							'column'     => 'display_name',
							'descending' => false,
						),
					)
				),
				'members'   => $members,
			)
		);
		$found = $find( 'g.external_id = %s', array( 'find-test' ), true );
		self::assertSame( 2, $found['total'] );
		self::assertSame( array( 'find a', 'Find B' ), array_column( $found['groups'], 'display_name' ) );
		self::assertSame( array( array(), array( $jane['id'] ) ), array_map( static fn( array $group ): array => array_column( $group['members'], 'id' ), $found['groups'] ) );
		$by_member = 'EXISTS (SELECT 1 FROM {members} m WHERE m.group_row = g.row_id AND m.member_id = %s)';
		self::assertSame( array( 'Find B' ), array_column( $find( $by_member, array( $jane['id'] ) )['groups'], 'display_name' ) );
	}

	public function test_ids_are_resolved_to_what_they_are(): void {
		$jane  = $this->create( 'pu-jane', array(), array( 'values' => array( 'field:display_name' => 'Jane Doe' ) ) );
		$group = $this->group( 'PU-Team' )['record'];
		$resolve = array( 'ids' => array( $group['id'], 'unknown', $jane['id'] ), 'group' => null );
		self::assertSame(
			array(
				array(
					'id'        => $group['id'],
					'kind'      => 'Group',
					'is_member' => false,
					'version'   => array(
						'row'     => $group['row'],
						'version' => $group['version'],
					),
				),
				array(
					'id'        => $jane['id'],
					'kind'      => 'User',
					'is_member' => false,
					'version'   => null,
				),
			),
			$this->run_command( 'resolve_members', $resolve )
		);
		$inner = $this->group( 'PU-Inner' )['record'];
		$outer = $this->group( 'PU-Outer', array( $jane['id'], array( 'id' => $inner['id'], 'kind' => 'Group' ) ) )['record'];
		$found = $this->run_command( 'resolve_members', array( 'ids' => array( $jane['id'], $inner['id'], $group['id'] ), 'group' => $outer['id'] ) );
		self::assertSame( array( true, true, false ), array_column( $found, 'is_member' ) );
		self::assertSame( array(), $this->run_command( 'resolve_members', array( 'ids' => array() ) + $resolve ) );
	}

	public function test_a_loaded_group_says_whether_any_is_in_another(): void {
		$this->take_groups_apart();
		$inner = $this->group( 'PU-Inner' )['record'];
		self::assertNull( $this->load_group( $inner['id'] )['nested'] );
		self::assertFalse( $this->load_group( $inner['id'], true, true )['nested'] );
		$this->group( 'PU-Outer', array( array( 'id' => $inner['id'], 'kind' => 'Group' ) ) );
		self::assertTrue( $this->load_group( $inner['id'], true, true )['nested'] );
		self::assertTrue( $this->load_group( $inner['id'], false, true )['nested'] );
	}

	public function test_five_thousand_members_take_few_statements(): void {
		global $wpdb;
		$accounts = implode( ',', array_map( static fn( int $number ): string => "('crowd$number','Crowd $number','2020-01-01 00:00:00')", range( 1, 5000 ) ) );
		$wpdb->query( "INSERT INTO $wpdb->users (user_login, display_name, user_registered) VALUES $accounts" );
		$user_ids      = $wpdb->get_col( "SELECT ID FROM $wpdb->users WHERE user_login LIKE 'crowd%'" );
		$registrations = array_map( static fn( string $user_id ): array => array( 'user_id' => (int) $user_id, 'user_name' => "crowd-$user_id", 'user_name_key' => "crowd-$user_id", 'created' => 1, 'lookups' => array() ), $user_ids );
		$this->run_command( 'register_accounts', array( 'accounts' => $registrations, 'now' => 1 ) );
		$ids = $wpdb->get_col( 'SELECT id FROM ' . Tables::name( 'users' ) . " WHERE user_name LIKE 'crowd-%'" );
		self::assertCount( 5000, $ids );

		$before = $wpdb->num_queries;
		self::assertCount( 5000, $this->run_command( 'resolve_members', array( 'ids' => $ids, 'group' => null ) ) );
		$group = $this->group( 'PU-Crowd', $ids )['record'];
		self::assertSame( 5000, $this->count_members( $group ) );
		self::assertCount( 5000, $group['members'] );
		$group = $this->change( $group, array( 'remove' => array_slice( $ids, 0, 2500 ), 'members' => null ) )['record'];
		self::assertSame( 2500, $this->count_members( $group ), 'what is remembered is of another version' );
		$this->change( $group, array( 'add' => $ids, 'members' => null ) );
		self::assertLessThan( 100, $wpdb->num_queries - $before, 'members are read and written some hundreds at a time' );
	}

	public function test_roles_change_with_the_group_or_not_at_all(): void {
		$jane  = $this->create( 'pu-role-jane', array(), array( 'role' => 'author' ) );
		$roles = array(
			array(
				'user_id'     => $jane['account']['user_id'],
				'version'     => $jane['version'],
				'role'        => 'editor',
				'other_roles' => array(),
				'before'      => array( 'author' ),
			),
		);
		$of    = static fn(): array => array_values( get_userdata( $jane['account']['user_id'] )->roles );
		$group = $this->group( 'pu-roles' )['record'];
		$throw = static fn() => throw new \RuntimeException( 'a plugin that minds' );

		add_action( 'set_user_role', $throw );
		try {
			$this->change(
				$group,
				array(
					'add'   => array( $jane['id'] ),
					'roles' => $roles,
				)
			);
			self::fail( 'the exception of the hook was swallowed' );
		} catch ( \RuntimeException $exception ) {
			self::assertSame( 'a plugin that minds', $exception->getMessage() );
		} finally {
			remove_action( 'set_user_role', $throw );
		}
		self::assertSame( array( 'author' ), $of() );
		self::assertSame( array(), $this->load_group( $group['id'] )['members'] );

		$this->change(
			$group,
			array(
				'add'   => array( $jane['id'] ),
				'roles' => $roles,
			)
		);
		self::assertSame( array( 'editor' ), $of() );
		self::assertCount( 1, $this->load_group( $group['id'] )['members'] );
	}
}
