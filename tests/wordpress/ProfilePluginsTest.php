<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Upkeep\CatchUp;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** Attributes in fields of BuddyPress and ACF, which stand-ins with their functions take the place of. */
final class ProfilePluginsTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const PLUGIN = WPMU_PLUGIN_DIR . '/profile-plugins.php';

	private const SCHEMA = 'urn:example:hr:2.0:User';

	private const SENT = array(
		'text'   => "O'Brien \"x\" \\ a\\b & 😀",
		'dept'   => 'R&D',
		'region' => "Int'l",
		'year'   => '1999',
		'skills' => array( 'c', 'a' ),
		'since'  => '1980-05-01T00:00:00Z',
		'floor'  => 0,
		'terms'  => false,
		'moment' => '2026-01-31T08:30:00+02:00',
	);

	protected function setUp(): void {
		parent::setUp();
		delete_option( CatchUp::OPTION );
		$this->plug_in();
		$this->map(
			array( 'text', 'xprofile:Text' ),
			array( 'text', "xprofile:Driver's licence & co" ),
			array( 'year', 'xprofile:2024' ),
			array( 'dept', 'xprofile:Department' ),
			array( 'skills', 'xprofile:Skills', array( 'values' => 'list' ) ),
			array( 'since', 'xprofile:Since', array( 'type' => 'date' ) ),
			array( 'floor', 'xprofile:Floor', array( 'type' => 'number' ) ),
			array( 'terms', 'xprofile:Terms', array( 'type' => 'boolean' ) ),
			array( 'text', 'acf:a_text' ),
			array( 'terms', 'acf:a_tf', array( 'type' => 'boolean' ) ),
			array( 'floor', 'acf:field_num', array( 'type' => 'number' ) ),
			array( 'since', 'acf:a_date', array( 'type' => 'date' ) ),
			array( 'moment', 'acf:a_dt', array( 'type' => 'date_time' ) ),
			array( 'skills', 'acf:a_cb', array( 'values' => 'list' ) ),
			array( 'skills', 'meta:pu_skills', array( 'values' => 'list' ) ),
			array( 'skills', 'meta:pu_joined', array( 'separator' => ' | ' ) ),
			array( 'terms', 'meta:pu_terms', array( 'type' => 'boolean' ) )
		);
	}

	protected function tearDown(): void {
		$this->unplug();
		delete_option( CatchUp::OPTION );
		delete_option( 'stand_in_acf_flushed' );
		parent::tearDown();
	}

	private function plug_in(): void {
		copy( __DIR__ . '/profile-plugins.php', self::PLUGIN );
	}

	private function unplug(): void {
		is_file( self::PLUGIN ) && unlink( self::PLUGIN );
	}

	private function map( array ...$rows ): void {
		$mapping = static fn( array $row ): array => array( 'path' => self::SCHEMA . ":$row[0]", 'target' => $row[1] ) + ( $row[2] ?? array() );
		$this->settings( array( 'mappings' => array_map( $mapping, $rows ) ) );
	}

	/** The owner is offered the fields that the plugins have for people, however many user metas there are; none that decides who gets in. */
	public function test_fields_of_the_plugins_are_offered_as_targets(): void {
		$offered = function (): array {
			$site = $this->service();
			$page = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password )->fetch( '/wp-admin/options-general.php?page=rollbook&tab=attributes' )->body;
			self::assertSame( 1, preg_match( '~<datalist id="rollbook-targets">(.*?)</datalist>~s', $page, $list ) );
			preg_match_all( '/value="([^"]+)"/', $list[1], $targets );
			return array_map( static fn( string $target ): string => html_entity_decode( $target, ENT_QUOTES ), $targets[1] );
		};
		$of_plugins = static fn( string $target ): bool => str_starts_with( $target, 'xprofile:' ) || str_starts_with( $target, 'acf:' );
		$this->unplug();
		self::assertNotContains( 'xprofile:Department', $offered() );
		$this->plug_in();
		for ( $number = 0; $number < 320; ++$number ) {
			add_user_meta( 1, "pu_many_$number", 'x' );
		}
		try {
			$fields = array( 'xprofile:Text', "xprofile:Driver's licence & co", 'xprofile:2024', 'xprofile:Department', 'xprofile:Skills', 'xprofile:Since', 'xprofile:Floor', 'xprofile:Terms', 'acf:a_text', 'acf:a_tf', 'acf:a_num', 'acf:a_date', 'acf:a_dt', 'acf:a_cb' );
			$found  = array_values( array_filter( $offered(), $of_plugins ) );
			self::assertSame( array(), array_diff( $fields, $found ) );
			self::assertNotContains( 'acf:of_a_page', $found );
			self::assertSame( array(), preg_grep( '/capa/', $found ) );
		} finally {
			$GLOBALS['wpdb']->query( "DELETE FROM {$GLOBALS['wpdb']->usermeta} WHERE meta_key LIKE 'pu\\_many\\_%'" );
			wp_cache_flush();
		}
	}

	/** What the places hold, as they hold it. */
	private function stored( int $user_id ): array {
		wp_cache_flush();
		$meta = static fn( string $key ): mixed => maybe_unserialize( get_user_meta( $user_id, $key )[0] ?? null );
		return array_map(
			$meta,
			array(
				'text'    => 'stand_in_xprofile_2',
				'licence' => 'stand_in_xprofile_3',
				'year'    => 'stand_in_xprofile_4',
				'dept'    => 'stand_in_xprofile_5',
				'skills'  => 'stand_in_xprofile_9',
				'since'   => 'stand_in_xprofile_17',
				'floor'   => 'stand_in_xprofile_18',
				'terms'   => 'stand_in_xprofile_20',
				'a_text'  => 'a_text',
				'a_tf'    => 'a_tf',
				'a_num'   => 'a_num',
				'a_date'  => 'a_date',
				'a_dt'    => 'a_dt',
				'a_cb'    => 'a_cb',
				'list'    => 'pu_skills',
				'joined'  => 'pu_joined',
				'bool'    => 'pu_terms',
			)
		);
	}

	private function put( object $person, array $sent ): object {
		$answer = $this->scim( 'PUT', "/Users/$person->id", array( 'userName' => $person->userName, 'active' => true, self::SCHEMA => $sent ) );
		self::assertSame( 200, $answer->status, $answer->body );
		return $answer->json;
	}

	private function sent( object $resource ): array {
		return json_decode( json_encode( $resource->{self::SCHEMA} ?? array() ), true );
	}

	private function last_detail(): string {
		global $wpdb;
		return (string) $wpdb->get_var( 'SELECT detail FROM ' . Tables::name( 'activity' ) . ' ORDER BY id DESC LIMIT 1' );
	}

	/** Each place gets its own form of a value, and what was sent comes back; nothing is written twice. */
	public function test_values_arrive_and_come_back(): void {
		$person  = $this->provision( 'pu-fields', array( self::SCHEMA => self::SENT ) );
		$user_id = $this->account_of( $person->id )->ID;
		self::assertSame( self::SENT, $this->sent( $person ) );
		$text = wp_slash( wp_kses( self::SENT['text'], 'data' ) );
		self::assertSame(
			array(
				'text'    => $text,
				'licence' => $text,
				'year'    => '1999',
				'dept'    => 'R&amp;D',
				'skills'  => array( 'c', 'a' ),
				'since'   => '1980-05-01 00:00:00',
				'floor'   => '0',
				'terms'   => '0',
				'a_text'  => self::SENT['text'],
				'a_tf'    => '0',
				'a_num'   => '0',
				'a_date'  => '19800501',
				'a_dt'    => '2026-01-31 06:30:00',
				'a_cb'    => array( 'c', 'a' ),
				'list'    => array( 'c', 'a' ),
				'joined'  => 'c | a',
				'bool'    => '0',
			),
			$this->stored( $user_id )
		);
		self::assertSame( '', $this->last_detail() );

		self::assertEquals( $person, $this->scim( 'GET', "/Users/$person->id" )->json );
		self::assertEquals( $person, $this->put( $person, self::SENT ) );
		self::assertEquals( $person, $this->patch( $person->id, self::SCHEMA . ':skills', self::SENT['skills'] )->json );

		$changed = array( 'dept' => "Int'l", 'terms' => true ) + self::SENT;
		self::assertSame( $changed, array_replace( $changed, $this->sent( $this->put( $person, $changed ) ) ) );
		$stored = $this->stored( $user_id );
		self::assertSame( array( "Int\\'l", '1', '1', '1' ), array( $stored['dept'], $stored['terms'], $stored['a_tf'], $stored['bool'] ) );

		$this->put( $person, array( 'year' => '2000' ) );
		self::assertSame( array( 'year' => '2000' ), array_filter( $this->stored( $user_id ), static fn( mixed $value ): bool => null !== $value && '' !== $value ) );
		self::assertSame( array( 'year' => '2000' ), $this->sent( $this->scim( 'GET', "/Users/$person->id" )->json ), 'defaults of a field are nobody’s values' );
	}

	/** A local edit is seen in the form of the attribute, and corrected. */
	public function test_local_edits_are_seen_and_corrected(): void {
		$person  = $this->provision( 'pu-edited', array( self::SCHEMA => self::SENT ) );
		$user_id = $this->account_of( $person->id )->ID;
		$before  = $this->stored( $user_id );
		$this->map( array( 'since', 'acf:a_date', array( 'type' => 'date' ) ), array( 'terms', 'acf:a_tf', array( 'type' => 'boolean' ) ), array( 'skills', 'xprofile:Skills', array( 'values' => 'list' ) ), array( 'floor', 'xprofile:Floor', array( 'type' => 'number' ) ), array( 'dept', 'xprofile:Department' ) );
		update_user_meta( $user_id, 'stand_in_xprofile_9', serialize( array( 'a', 'c' ) ) );
		update_user_meta( $user_id, 'stand_in_xprofile_18', ' 0.0' );
		self::assertEquals( self::SENT, $this->sent( $this->scim( 'GET', "/Users/$person->id" )->json ), 'another order or spelling is no edit' );

		update_user_meta( $user_id, 'a_date', '19990102' );
		update_user_meta( $user_id, 'a_tf', '1' );
		update_user_meta( $user_id, 'stand_in_xprofile_9', serialize( array( 'b', 'a' ) ) );
		update_user_meta( $user_id, 'stand_in_xprofile_18', '7' );
		update_user_meta( $user_id, 'stand_in_xprofile_5', 'Sales' );
		$seen = $this->sent( $this->scim( 'GET', "/Users/$person->id" )->json );
		self::assertEquals( array( 'since' => '1999-01-02T00:00:00Z', 'terms' => true, 'skills' => array( 'b', 'a' ), 'floor' => 7, 'dept' => 'Sales' ) + self::SENT, $seen );
		self::assertEquals( self::SENT, $this->sent( $this->put( $person, self::SENT ) ) );
		self::assertSame( $before, $this->stored( $user_id ) );
	}

	/** What a plugin does not accept is kept for the identity provider and told to the owner. */
	public function test_a_refused_value(): void {
		$person = $this->provision( 'pu-refused', array( self::SCHEMA => array( 'dept' => 'Sales', 'floor' => 'many' ) ) );
		self::assertStringContainsString( 'xprofile:Floor (' . self::SCHEMA . ':floor) was not written', $this->last_detail() );
		$after = $this->put( $person, array( 'dept' => 'Unknown' ) );
		self::assertSame( array( 'dept' => 'Unknown' ), $this->sent( $after ) );
		self::assertSame( 'Sales', $this->stored( $this->account_of( $person->id )->ID )['dept'] );
		self::assertStringContainsString( 'xprofile:Department (' . self::SCHEMA . ':dept) was not written: the plugin', $this->last_detail() );
		self::assertEquals( $after, $this->put( $person, array( 'dept' => 'Unknown' ) ), 'and not tried for ever' );
	}

	/** While the plugins are away nothing is lost; when they are back their fields are filled, also of people who came meanwhile. */
	public function test_plugins_that_go_and_come_back(): void {
		$person  = $this->provision( 'pu-away', array( self::SCHEMA => self::SENT ) );
		$user_id = $this->account_of( $person->id )->ID;
		self::assertSame( 'good', $this->catch_up()[0] );

		$this->unplug();
		list( $status, $description ) = $this->catch_up();
		self::assertSame( 'recommended', $status );
		self::assertStringContainsString( '<code>xprofile:Department</code>', $description );
		self::assertStringContainsString( '<code>acf:a_cb</code>', $description );
		$new = array( 'dept' => 'Sales', 'skills' => array( 'b' ), 'terms' => true ) + self::SENT;
		$put = $this->put( $person, $new );
		self::assertEquals( $new, $this->sent( $put ) );
		self::assertStringContainsString( 'acf:a_cb (' . self::SCHEMA . ':skills) was not written: the site has no such field at the moment', $this->last_detail() );
		self::assertEquals( $put, $this->put( $person, $new ), 'nothing is written while there is nothing to write to' );
		$late = $this->provision( 'pu-late', array( self::SCHEMA => self::SENT ) );
		self::assertSame( array( 'b' ), $this->stored( $user_id )['list'] );
		self::assertSame( array( 'c', 'a' ), $this->stored( $user_id )['a_cb'] );

		$this->plug_in();
		self::assertEquals( $new, $this->sent( $this->scim( 'GET', "/Users/$person->id" )->json ), 'an old value is no edit' );
		self::assertSame( 'good', $this->catch_up()[0] );
		$stored = $this->stored( $user_id );
		self::assertSame( array( 'Sales', array( 'b' ), array( 'b' ), '1' ), array( $stored['dept'], $stored['skills'], $stored['a_cb'], $stored['a_tf'] ) );
		self::assertSame( array( 'c', 'a' ), $this->stored( $this->account_of( $late->id )->ID )['skills'] );
		$now = $this->scim( 'GET', "/Users/$person->id" )->json;
		self::assertEquals( $now, $this->put( $person, $new ) );
	}

	/** The identity provider itself fills a field that is back, should it come first. */
	public function test_the_next_request_fills_as_well(): void {
		$this->unplug();
		$person = $this->provision( 'pu-next', array( self::SCHEMA => self::SENT ) );
		$this->plug_in();
		$this->put( $person, self::SENT );
		self::assertSame( 'R&amp;D', $this->stored( $this->account_of( $person->id )->ID )['dept'] );
	}

	/** A new row and a changed one are caught up on for people who are there already; an edit of another field stays one. */
	public function test_rows_that_change(): void {
		$this->map( array( 'text', 'meta:pu_text' ), array( 'dept', 'meta:pu_dept' ) );
		$person  = $this->provision( 'pu-rows', array( self::SCHEMA => self::SENT ) );
		$user_id = $this->account_of( $person->id )->ID;
		$this->catch_up();
		update_user_meta( $user_id, 'pu_dept', 'edited' );
		$this->map( array( 'text', 'meta:pu_text', array( 'transform' => array( 'pattern' => '.*', 'replacement' => 'all' ) ) ), array( 'dept', 'meta:pu_dept' ), array( 'year', 'acf:a_text' ) );
		$this->catch_up();
		wp_cache_flush();
		self::assertSame( array( 'all', 'edited', '1999' ), array( get_user_meta( $user_id, 'pu_text', true ), get_user_meta( $user_id, 'pu_dept', true ), get_user_meta( $user_id, 'a_text', true ) ) );
		self::assertSame( 'edited', $this->sent( $this->scim( 'GET', "/Users/$person->id" )->json )['dept'] );
	}

	/** Who could not be written is written by the next pass, and nobody has to send anything for it. */
	public function test_somebody_whom_the_work_has_missed(): void {
		$this->map( array( 'dept', 'meta:pu_dept' ) );
		$user_id = $this->account_of( $this->provision( 'pu-missed', array( self::SCHEMA => self::SENT ) )->id )->ID;
		$this->map( array( 'text', 'meta:pu_text' ), array( 'dept', 'meta:pu_dept' ) );
		$log  = ini_set( 'error_log', '/dev/null' );
		$fail = static fn( string $query ): string => str_contains( $query, 'INSERT INTO' ) && str_contains( $query, "'pu_text'" ) ? 'SELECT nothing FROM nowhere' : $query;
		$this->with_hook( 'query', $fail, static fn() => do_action( CatchUp::EVENT ) );
		ini_set( 'error_log', (string) $log );
		wp_cache_flush();
		self::assertSame( '', get_user_meta( $user_id, 'pu_text', true ) );
		$this->catch_up();
		wp_cache_flush();
		self::assertSame( self::SENT['text'], get_user_meta( $user_id, 'pu_text', true ) );
	}

	/** A field whose value would lie where rights do, or core's own, is none: it is the name that counts, not the key. */
	public function test_a_field_of_rights(): void {
		foreach ( array( 'rogue', 'sly', 'own' ) as $field ) {
			$this->map( array( 'text', "acf:field_$field" ) );
			$person = $this->provision( "pu-$field", array( self::SCHEMA => array( 'text' => 'administrator' ) ) );
			$user   = $this->account_of( $person->id );
			self::assertSame( array( array( 'subscriber' ), '' ), array( $user->roles, $user->description ) );
			self::assertStringContainsString( "acf:field_$field", $this->last_detail() );
		}
		$this->map( array( 'text', 'acf:field_size' ) );
		$person = $this->provision( 'pu-size', array( self::SCHEMA => array( 'text' => '42' ) ) );
		self::assertSame( '42', $this->account_of( $person->id )->{'größe'}, 'a name with an accent is only a name' );
	}

	/** Where a hook undoes a write, other plugins' caches do not keep it. */
	public function test_caches_forget_what_was_undone(): void {
		$person = $this->provision( 'pu-rude', array( self::SCHEMA => self::SENT ) );
		$answer = $this->scim( 'PUT', "/Users/$person->id", array( 'userName' => 'pu-rude', 'active' => true, self::SCHEMA => array( 'text' => 'undone', 'floor' => 666 ) ) );
		self::assertSame( 500, $answer->status, $answer->body );
		self::assertSame( self::SENT['text'], $this->stored( $this->account_of( $person->id )->ID )['a_text'] );
		self::assertSame( $this->account_of( $person->id )->ID, get_option( 'stand_in_acf_flushed' )[0] );
	}

	/** Does the background work; gives what Site Health says then. */
	private function catch_up(): array {
		return $this->at_once( 'catch-up.php', array( array() ) )[0];
	}
}
