<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;

final class DeleteUserTest extends SiteTestCase {

	private function delete( array $record, string $disposal = 'deactivate', ?string $reassign_target = null ): array {
		return $this->run_command(
			'delete_user',
			array(
				'id'           => $record['id'],
				'version'      => $record['version'],
				'disposal'     => $disposal,
				'managed_here' => true,
				'reassign_to'  => $reassign_target,
				'lookups'      => array( array( 'path' => 'former.userName', 'value' => mb_strtolower( $record['user_name'] ) ) ),
				'now'          => self::NOW + 1,
			)
		);
	}

	private function claims( string $key ): array {
		return $this->conflicts( array( 'user_name_key' => $key ) )['people'];
	}

	public function test_a_kept_account_is_locked_and_waits_for_its_return(): void {
		$lookup = array(
			array(
				'path'  => 'p',
				'value' => 'v',
			),
		);
		$record = $this->create( 'pu-jane', array( 'lookups' => $lookup ), array( 'email' => 'jane@phpunit.test', 'role' => 'author' ) );
		$group  = $this->run_command(
			'create_group',
			array(
				'row'     => array(
					'display_name'     => 'G',
					'display_name_key' => 'g-' . uniqid(),
					'external_id'      => null,
					'document'         => null,
				),
				'members' => array(
					array(
						'id'   => $record['id'],
						'kind' => 'User',
					),
				),
				'people'  => array(),
				'roles'   => array(),
				'unchanged' => array(),
				'within'  => array(),
				'around'  => array(),
				'now'     => 1,
			)
		)['record'];
		self::assertCount( 1, $group['members'] );

		self::assertSame( array( 'outcome' => 'done', 'record' => null ), $this->delete( $record ) );
		self::assertNull( $this->load( $record['id'] ) );
		self::assertSame( array(), $this->find( 'u.id = %s', array( $record['id'] ) )['users'] );
		self::assertSame( array( 'outcome' => 'gone' ), $this->update( $record ) );
		self::assertSame( array( 'outcome' => 'gone' ), $this->delete( $record ) );
		self::assertSame( 1, $this->count_rows( Tables::name( 'lookups' ), "row_id = {$record['row']}" ), 'the former name, by which the person is known on return' );
		$left = $this->run_command( 'load_group', array( 'id' => $group['id'], 'members' => true, 'most' => null, 'nested' => false ) );
		self::assertSame( array( array(), $group['version'] + 1 ), array( $left['members'], $left['version'] ) );
		self::assertGreaterThan( $group['modified'], $left['modified'], 'a group without one of its members is a changed one' );
		self::assertInstanceOf( \WP_Error::class, wp_authenticate( 'pu-jane', 'x' ) );

		self::assertSame( array(), $this->claims( 'pu-jane' ), 'the name is free for others' );
		$claim = $this->conflicts( array( 'lookups' => array( array( 'path' => 'former.userName', 'value' => 'pu-jane' ) ) ) )['people'][0];
		self::assertSame( array( true, false ), array( $claim['deleted'], $claim['active'] ) );
		$back = $this->create( 'PU-Jane', array(), array( 'user_id' => $claim['account']['user_id'], 'logins' => array(), 'values' => array( 'meta:dept' => 'Sales' ) ) );
		self::assertNotSame( $record['id'], $back['id'], 'an id is never given again' );
		self::assertSame( $record['account']['user_id'], $back['account']['user_id'] );
		self::assertSame( array( 'author' ), $back['account']['roles'] );
		self::assertSame( array( true, false, 1, array( 'meta:dept' => 'Sales' ) ), array( $back['active'], $back['deleted'], $back['version'], $back['applied'] ) );
		self::assertNull( $this->load( $record['id'] ) );
	}

	public function test_who_lives_is_not_brought_back(): void {
		$record = $this->create( 'pu-jane' );
		self::assertSame( 'user_name', $this->run_command( 'create_user', $this->person( 'pu-other', array(), array( 'user_id' => $record['account']['user_id'] ) ) )['value'] );
		self::assertSame( 'gone', $this->run_command( 'create_user', $this->person( 'pu-other', array(), array( 'user_id' => 999999999 ) ) )['outcome'] );
	}

	public function test_the_address_of_a_kept_account_stays_taken(): void {
		$this->delete( $this->create( 'pu-jane', array(), array( 'email' => 'jane@phpunit.test' ) ) );
		self::assertSame( 'email', $this->run_command( 'create_user', $this->person( 'pu-heir', array(), array( 'email' => 'jane@phpunit.test' ) ) )['value'] );
	}

	public function test_a_deletion_decided_on_another_version_deletes_nothing(): void {
		$record = $this->create( 'pu-jane' );
		$this->update( $record );
		self::assertSame( array( 'outcome' => 'stale' ), $this->delete( $record ) );
		self::assertSame( array( 'outcome' => 'stale' ), $this->delete( $record, 'delete' ) );
		self::assertNotNull( $this->load( $record['id'] ) );
	}

	/** @dataProvider disposals */
	public function test_content_goes_to_the_reassign_target( string $disposal, bool $account_stays ): void {
		$record          = $this->create( 'pu-jane', array(), array( 'role' => 'author' ) );
		$reassign_target = $this->create( 'pu-heir' );
		$post            = wp_insert_post(
			array(
				'post_title'  => 'x',
				'post_status' => 'publish',
				'post_author' => $record['account']['user_id'],
			)
		);
		self::assertSame( 'done', $this->delete( $record, $disposal, 'pu-heir' )['outcome'] );
		self::assertSame( (string) $reassign_target['account']['user_id'], get_post( $post )->post_author );
		self::assertSame( $account_stays, false !== get_userdata( $record['account']['user_id'] ) );
		wp_delete_post( $post, true );
	}

	public function disposals(): array {
		return array(
			'kept'   => array( 'deactivate', true ),
			'delete' => array( 'delete', false ),
		);
	}

	public function test_without_an_heir_content_is_deleted_with_the_account(): void {
		$record = $this->create( 'pu-jane', array(), array( 'role' => 'author' ) );
		$post   = wp_insert_post(
			array(
				'post_title'  => 'x',
				'post_status' => 'publish',
				'post_author' => $record['account']['user_id'],
			)
		);
		self::assertSame( 'done', $this->delete( $record, 'delete' )['outcome'] );
		self::assertSame( 'trash', get_post_status( $post ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "row_id = {$record['row']}" ) );
		self::assertSame( array(), $this->claims( 'pu-jane' ) );
		wp_delete_post( $post, true );
		$this->create( 'pu-jane' );
	}

	public function test_a_reassign_target_who_does_not_exist_is_refused(): void {
		$record = $this->create( 'pu-jane' );
		foreach ( array( 'pu-nobody', 'pu-jane' ) as $reassign_target ) {
			foreach ( array( 'deactivate', 'delete' ) as $disposal ) {
				$answer = $this->delete( $record, $disposal, $reassign_target );
				self::assertSame( 'refused', $answer['outcome'] );
				self::assertStringContainsString( $reassign_target, $answer['message'] );
			}
		}
		self::assertTrue( $this->load( $record['id'] )['active'] );
	}

	public function test_nothing_is_deleted_when_a_hook_throws(): void {
		$record = $this->create( 'pu-jane' );
		$thrown = false;
		try {
			$this->with_hook( 'delete_user', static fn() => throw new \RuntimeException( 'no' ), fn() => $this->delete( $record, 'delete' ) );
		} catch ( \RuntimeException ) {
			$thrown = true;
		}
		self::assertTrue( $thrown );
		self::assertSame( $record, $this->load( $record['id'] ) );
	}

	public function test_a_person_deleted_on_the_site_is_gone(): void {
		$record = $this->create( 'pu-jane' );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $record['account']['user_id'] );
		self::assertNull( $this->load( $record['id'] ) );
		self::assertSame( array(), $this->claims( 'pu-jane' ) );
	}
}
