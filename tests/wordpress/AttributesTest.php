<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\FormData;
use Rollbook\WordPress\Admin\AttributesData;
use Rollbook\WordPress\Admin\Privacy;
use Rollbook\WordPress\Store\ReceivedAttributes;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Upkeep\CatchUp;
use Rollbook\WordPress\Upkeep\FormerPlugin;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What the Attributes tab knows: what was received, what can be chosen, and what a former plugin needs. */
final class AttributesTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const URN = 'urn:contoso:params:scim:schemas:extension:tab:2.0:User';

	protected function setUp(): void {
		parent::setUp();
		update_option( ReceivedAttributes::OPTION, '' );
		delete_option( ReceivedAttributes::SAMPLES );
		delete_option( FormerPlugin::OPTION );
	}

	/** What is remembered once a path is among it: it is written down when the client is gone. */
	private function received( string $path ): array {
		for ( $patience = 100; $patience > 0 && ! isset( ReceivedAttributes::all()[ $path ] ); --$patience ) {
			usleep( 50_000 );
			wp_cache_flush();
		}
		return ReceivedAttributes::all();
	}

	public function test_what_was_received_is_remembered_with_a_masked_sample(): void {
		$person = $this->provision( 'attributes-one@contoso.test', array( 'title' => 'Boss', 'phoneNumbers' => array( array( 'type' => 'work', 'value' => '555' ) ), self::URN => array( 'desk' => 7, 'doorToken' => 'very-secret' ) ) );
		$known  = $this->received( self::URN . ':doorToken' );
		$this->assertSame( array( 'Boss', '555', '7', '…' ), array( $known['title'], $known['phoneNumbers[type eq "work"].value'], $known[ self::URN . ':desk' ], $known[ self::URN . ':doorToken' ] ) );
		$this->provision( 'attributes-two@contoso.test', array( 'title' => 'Clerk' ) );
		$this->patch( $person->id, self::URN . ':floor', '3' );
		$known = $this->received( self::URN . ':floor' );
		$this->assertSame( array( 'Boss', '3' ), array( $known['title'], $known[ self::URN . ':floor' ] ), 'the first sample stays' );
		$this->assertSame( count( $known ) * 9, strlen( (string) get_option( ReceivedAttributes::OPTION ) ) );
	}

	/** A mapping to a place with the name of a secret may be made after the sample was kept. */
	public function test_a_sample_is_masked_once_its_attribute_goes_to_a_secret_place(): void {
		ReceivedAttributes::note( array( 'userType' => array( 'text' => 'k9-door', 'id' => 'y' ), 'title' => array( 'text' => 'Boss', 'id' => 'y' ) ) );
		$shown = static fn(): array => AttributesData::collect( FormData::collect( null ) )->received;
		$this->assertSame( array( 'userType' => 'k9-door', 'title' => 'Boss' ), $shown() );
		$this->settings( array( 'mappings' => array( array( 'path' => 'userType', 'target' => 'xprofile:Door token' ) ) ) );
		$this->assertSame( array( 'userType' => '…', 'title' => 'Boss' ), $shown() );
	}

	public function test_only_so_many_paths_are_remembered(): void {
		$some = array();
		foreach ( range( 1, 400 ) as $number ) {
			$some[ "urn:contoso:User:n$number" ] = array( 'text' => 'x', 'id' => 'y' );
		}
		ReceivedAttributes::note( $some );
		ReceivedAttributes::note( array( 'urn:contoso:User:more' => array( 'text' => 'x', 'id' => 'y' ) ) );
		$this->assertCount( ReceivedAttributes::MOST, ReceivedAttributes::all() );
	}

	public function test_samples_of_a_person_are_erased(): void {
		$person = $this->provision( 'attributes-leaver@contoso.test', array( 'title' => 'Keeper' ) );
		$this->received( 'title' );
		$this->scim( 'DELETE', "/Users/$person->id" );
		$page = 0;
		do {
			$step = Privacy::erase( 'attributes-leaver@contoso.test', ++$page );
		} while ( ! $step['done'] );
		$this->assertSame( '', ReceivedAttributes::all()['title'] );
	}

	public function test_who_comes_from_wpo365_gets_the_row_of_its_sign_on_once(): void {
		$user  = $this->an_account();
		$added = static fn(): array => array_values( array_filter( Settings::document()['mappings'] ?? array(), static fn( array $mapping ): bool => 'meta:aadObjectId' === $mapping['target'] ) );
		FormerPlugin::action_admin_init();
		$this->assertSame( array(), $added(), 'nobody has its metas' );
		FormerPlugin::action_admin_init();
		add_user_meta( $user, 'aadObjectId', '0001' );
		FormerPlugin::action_admin_init();
		$this->assertSame( array(), $added(), 'it looks once a day' );
		update_option( FormerPlugin::OPTION, time() - DAY_IN_SECONDS );
		FormerPlugin::action_admin_init();
		$this->assertCount( 1, $added() );
		$this->assertStringEndsWith( ':wpo365:2.0:User:objectId', $added()[0]['path'] );
		$this->settings( array( 'mappings' => array() ) );
		FormerPlugin::action_admin_init();
		$this->assertSame( array(), $added(), 'the owner may remove it' );
		delete_user_meta( $user, 'aadObjectId' );
	}

	public function test_targets_that_the_site_has_are_offered(): void {
		$user = $this->an_account();
		add_user_meta( $user, 'contoso_room', '4' );
		$offered = Targets::offered();
		$this->assertContains( 'meta:contoso_room', $offered );
		foreach ( array( 'meta:wp_capabilities', 'meta:session_tokens', 'meta:first_name' ) as $never ) {
			$this->assertNotContains( $never, $offered );
		}
		delete_user_meta( $user, 'contoso_room' );
	}

	public function test_the_progress_of_filling_is_told(): void {
		$this->provision( 'attributes-filled@contoso.test', array( 'title' => 'Boss' ) );
		CatchUp::action_event();
		$this->assertNull( CatchUp::progress() );
		$this->settings( array( 'mappings' => array( array( 'path' => 'title', 'target' => 'meta:contoso_title' ) ) ) );
		$this->assertSame( 0, CatchUp::progress() );
		CatchUp::action_event();
		$this->assertNull( CatchUp::progress() );
	}

	private function an_account(): int {
		$made = wp_insert_user( array( 'user_login' => 'attributes-' . wp_generate_password( 8, false ), 'user_pass' => wp_generate_password() ) );
		$this->assertIsInt( $made );
		return $made;
	}
}
