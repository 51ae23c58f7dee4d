<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What becomes of the content of people who leave. */
final class LeavingTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private array $posts = array();

	protected function tearDown(): void {
		global $wpdb;
		foreach ( $this->posts as $post ) {
			wp_delete_post( $post, true );
		}
		$wpdb->query( "DELETE FROM $wpdb->links WHERE link_name = 'pu-link'" );
		$wpdb->query( "DELETE FROM $wpdb->comments WHERE comment_author = 'pu-comment'" );
		unregister_post_type( 'pu_report' );
		parent::tearDown();
	}

	/** Content of every kind. Gives the posts, the link and the comment. */
	private function content_of( int $user_id ): array {
		global $wpdb;
		register_post_type( 'pu_report', array( 'supports' => array( 'title' ) ) ); // One that knows no authors.
		$posts = array();
		foreach ( array( array( 'post', 'publish' ), array( 'post', 'draft' ), array( 'page', 'private' ), array( 'pu_report', 'publish' ), array( 'attachment', 'inherit' ), array( 'revision', 'inherit' ) ) as list( $type, $status ) ) {
			$posts[ "$type $status" ] = wp_insert_post(
				array(
					'post_title'  => 'x',
					'post_type'   => $type,
					'post_status' => $status,
					'post_author' => $user_id,
				)
			);
		}
		$this->posts = array( ...$this->posts, ...array_values( $posts ) );
		require_once ABSPATH . 'wp-admin/includes/bookmark.php';
		$wpdb->insert( $wpdb->links, array( 'link_name' => 'pu-link', 'link_url' => 'https://example.test', 'link_owner' => $user_id ) );
		$link    = (int) $wpdb->insert_id;
		$comment = wp_insert_comment( array( 'comment_post_ID' => $posts['post publish'], 'user_id' => $user_id, 'comment_author' => 'pu-comment', 'comment_content' => 'x' ) );
		return array( $posts, $link, $comment );
	}

	/**
	 * Posts of every type, and links, go to the reassign target; what somebody said stays said under the name it was said under.
	 *
	 * @dataProvider policies
	 */
	public function test_content_goes_to_the_reassign_target( string $policy, bool $account_stays ): void {
		$leaving         = $this->provision( 'pu-leaving' );
		$reassign_target = $this->account_of( $this->provision( 'pu-heir' )->id )->ID;
		$this->settings( array( 'deletion' => array( 'policy' => $policy, 'reassign_to' => 'pu-heir' ) ) );
		$user_id = $this->account_of( $leaving->id )->ID;
		list( $posts, $link, $comment ) = $this->content_of( $user_id );

		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$leaving->id" )->status );
		self::assertSame( $account_stays, false !== get_userdata( $user_id ) );
		foreach ( $posts as $kind => $post ) {
			self::assertSame( (string) $reassign_target, get_post( $post )->post_author, $kind );
		}
		self::assertSame( (string) $reassign_target, (string) get_bookmark( $link )->link_owner );
		self::assertSame( 'pu-comment', get_comment( $comment )->comment_author );
		self::assertSame( 404, $this->scim( 'GET', "/Users/$leaving->id" )->status );

		$back = $this->provision( 'pu-leaving' );
		self::assertNotSame( $leaving->id, $back->id );
		self::assertSame( $account_stays, $user_id === $this->account_of( $back->id )->ID );
	}

	public function policies(): array {
		return array(
			'the account is kept'    => array( 'deactivate', true ),
			'the account is deleted' => array( 'reassign', false ),
		);
	}

	/** Without a reassign target a kept account keeps its content; a deleted one takes it along. */
	public function test_content_without_a_reassign_target(): void {
		$leaving = $this->provision( 'pu-leaving' );
		$user_id = $this->account_of( $leaving->id )->ID;
		list( $posts, $link ) = $this->content_of( $user_id );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$leaving->id" )->status );
		self::assertSame( array( (string) $user_id ), array_values( array_unique( array_map( static fn( int $post ): string => get_post( $post )->post_author, $posts ) ) ) );

		$this->settings( array( 'deletion' => array( 'policy' => 'delete' ) ) );
		$back = $this->provision( 'pu-leaving' );
		self::assertSame( 204, $this->scim( 'DELETE', "/Users/$back->id" )->status );
		self::assertFalse( get_userdata( $user_id ) );
		self::assertSame( 'trash', get_post_status( $posts['post publish'] ) );
		self::assertNull( get_bookmark( $link ) );
	}

	/** Nothing happens where the reassign target is not there any more to look after the content. */
	public function test_an_unfit_reassign_target_is_refused_and_nothing_happens(): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		foreach ( array( 'deactivate', 'reassign' ) as $policy ) {
			$reassign_target = wp_insert_user( array( 'user_login' => "pu-heir-$policy", 'user_pass' => 'x', 'role' => 'author' ) );
			$this->settings( array( 'deletion' => array( 'policy' => $policy, 'reassign_to' => "pu-heir-$policy" ) ) );
			wp_delete_user( $reassign_target );
			$leaving = $this->provision( "pu-leaving-$policy" );
			$version = $this->scim( 'GET', "/Users/$leaving->id" )->json->meta->version;
			$refused = function ( string $id, string $reason ): void {
				$answer = $this->scim( 'DELETE', "/Users/$id" );
				self::assertSame( 409, $answer->status );
				self::assertStringContainsString( $reason, $answer->json->detail );
			};
			$refused( $leaving->id, 'does not exist' );
			$reassign_target = $this->provision( "pu-heir-$policy" );
			$refused( $reassign_target->id, 'is the one to be deleted' );
			$this->patch( $reassign_target->id, 'active', false );
			$refused( $leaving->id, 'is deactivated' );
			self::assertSame( $version, $this->scim( 'GET', "/Users/$leaving->id" )->json->meta->version );
			$this->patch( $reassign_target->id, 'active', true );
			self::assertSame( 204, $this->scim( 'DELETE', "/Users/$leaving->id" )->status );
		}
	}

	/** Somebody who is deleted inside WordPress is gone: the next PUT and PATCH get 404. */
	public function test_who_is_deleted_on_the_site_is_gone(): void {
		$person = $this->provision( 'pu-gone' );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $this->account_of( $person->id )->ID );
		self::assertSame( 404, $this->patch( $person->id, 'title', 'x' )->status );
		self::assertSame( 404, $this->scim( 'PUT', "/Users/$person->id", array( 'userName' => 'pu-gone' ) )->status );
	}
}
