<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Upkeep\CatchUp;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What an account speaks: a language that is installed, or the site's own, and never a path. */
final class LanguageTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	/** @var string[] Files of languages that these tests have put there. */
	private array $files = array();

	protected function setUp(): void {
		parent::setUp();
		wp_mkdir_p( WP_LANG_DIR );
		foreach ( array( 'de_DE', 'de_DE_formal', 'ja' ) as $language ) {
			$this->files[] = WP_LANG_DIR . "/$language.mo";
			file_put_contents( WP_LANG_DIR . "/$language.mo", pack( 'V7', 0x950412de, 0, 0, 28, 28, 0, 28 ) ); // No texts.
		}
	}

	protected function tearDown(): void {
		array_map( 'unlink', $this->files );
		wp_clear_scheduled_hook( CatchUp::EVENT );
		delete_option( CatchUp::OPTION );
		parent::tearDown();
	}

	private function locale_of( string $id ): string {
		return (string) get_user_meta( $this->account_of( $id )->ID, 'locale', true );
	}

	/** On a site with German, people who prefer any kind of German get it. What was sent comes back and is found. */
	public function test_the_nearest_installed_language(): void {
		$expected = array(
			'de'              => 'de_DE',
			'de-AT'           => 'de_DE',
			'DE-de'           => 'de_DE',
			'de-CH,de;q=0.8'  => 'de_DE',
			'de_DE_formal'    => 'de_DE_formal',
			'fr,ja;q=0.3'     => 'ja',
			'en-GB'           => 'en_US',
			'fr-FR'           => '',
			'../uploads/evil' => '',
			'de_DE/../../x'   => '',
		);
		$number   = 0;
		foreach ( $expected as $sent => $locale ) {
			$person = $this->provision( 'pu-' . ++$number, array( 'preferredLanguage' => $sent ) );
			self::assertSame( array( $sent, $locale ), array( $person->preferredLanguage, $this->locale_of( $person->id ) ) );
			$found = $this->scim( 'GET', '/Users?filter=' . rawurlencode( "preferredLanguage eq \"$sent\"" ) )->json;
			self::assertSame( array( $person->id ), array_column( $found->Resources, 'id' ), $sent );
		}
		$changed = $this->provision( 'pu-changed', array( 'preferredLanguage' => 'de' ) );
		self::assertSame( '../../evil', $this->patch( $changed->id, 'preferredLanguage', '../../evil' )->json->preferredLanguage );
		self::assertSame( '', $this->locale_of( $changed->id ) );
	}

	/** By whichever target the language is reached. */
	public function test_no_path_by_another_way(): void {
		foreach ( array( 'meta:locale', 'meta:Locale', 'field:locale' ) as $number => $target ) {
			$this->settings( array( 'mappings' => array( array( 'path' => 'title', 'target' => $target ) ) ) );
			$person = $this->provision( "pu-by-$number", array( 'title' => '../uploads/evil' ) );
			self::assertSame( '', $this->locale_of( $person->id ) );
			$this->patch( $person->id, 'title', 'de-CH' );
			self::assertSame( 'de_DE', $this->locale_of( $person->id ) );
		}
	}

	/** A profile form that is saved untouched is no difference, whatever was sent; one that is touched is. */
	public function test_an_untouched_profile_is_no_difference(): void {
		$site    = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
		$browser = ( new Browser( $site->url ) )->log_in( $site->admin->user, $site->admin->password );
		foreach ( array( 'de-AT', 'fr', 'en-GB', 'ja' ) as $sent ) {
			$person = $this->provision( "pu-form-$sent", array( 'preferredLanguage' => $sent, 'emails' => array( array( 'value' => "form-$sent@phpunit.test" ) ), 'name' => array( 'givenName' => 'Jo', 'familyName' => 'Form' ), 'displayName' => 'Jo Form', 'nickName' => 'Jo' ) );
			$before = $this->scim( 'GET', "/Users/$person->id" )->json;
			$locale = $this->locale_of( $person->id );
			$this->save_profile( $browser, $this->account_of( $person->id )->ID );
			$after = $this->scim( 'GET', "/Users/$person->id" )->json;
			self::assertSame( array( $sent, $locale ), array( $after->preferredLanguage, $this->locale_of( $person->id ) ) );
			self::assertSame( $before->meta->version, $after->meta->version, $sent );
		}
		$this->settings( array( 'profile_edits' => true ) );
		$this->save_profile( $browser, $this->account_of( $person->id )->ID, array( 'locale' => 'de_DE' ) );
		self::assertSame( 'de-DE', $this->scim( 'GET', "/Users/$person->id" )->json->preferredLanguage );
	}

	/** Who prefers a language that is installed later gets it then; once, and not over what somebody has chosen. */
	public function test_a_language_that_is_installed_later_reaches_people(): void {
		$catch_up = static function (): void {
			wp_cache_flush();
			do_action( CatchUp::EVENT );
			wp_cache_flush();
		};
		foreach ( glob( WP_LANG_DIR . '/de_DE*.mo' ) as $file ) {
			unlink( $file );
		}
		$people = array();
		foreach ( array( 'de-AT', 'fr', null, 'de' ) as $number => $language ) {
			$people[] = $this->provision( "pu-$number", null === $language ? array() : array( 'preferredLanguage' => $language ) );
		}
		list( $german, $french, $silent, $choosing ) = array_column( $people, 'id' );
		update_user_meta( $this->account_of( $choosing )->ID, 'locale', 'ja' );
		$catch_up();
		$locales  = fn(): array => array_map( $this->locale_of( ... ), array( $german, $french, $silent, $choosing ) );
		$versions = fn(): array => array_map( fn( string $id ): int => $this->load( $id )['version'], array( $german, $french, $silent ) );
		self::assertSame( array( '', '', '', 'ja' ), $locales() );
		$before = $versions();

		foreach ( $this->files as $file ) {
			file_put_contents( $file, pack( 'V7', 0x950412de, 0, 0, 28, 28, 0, 28 ) );
		}
		wp_clear_scheduled_hook( CatchUp::EVENT );
		// Where another test has loaded wp-admin, WordPress itself would ask for updates and install further languages.
		foreach ( array( 'wp_version_check', 'wp_update_plugins', 'wp_update_themes' ) as $of_core ) {
			remove_action( 'upgrader_process_complete', $of_core );
		}
		remove_action( 'upgrader_process_complete', array( 'Language_Pack_Upgrader', 'async_upgrade' ), 20 );
		do_action( 'upgrader_process_complete', null, array( 'action' => 'update', 'type' => 'translation', 'translations' => array() ) );
		self::assertNotFalse( wp_next_scheduled( CatchUp::EVENT ) );
		$catch_up();
		self::assertSame( array( 'de_DE', '', '', 'ja' ), $locales() );
		self::assertSame( array( $before[0] + 1, $before[1], $before[2] ), $versions(), 'nobody else is written' );
		self::assertSame( 'de-AT', $this->scim( 'GET', "/Users/$german" )->json->preferredLanguage );
		$after = $versions();
		foreach ( array( 'it_IT', 'ja' ) as $other ) {
			$this->files[] = WP_LANG_DIR . "/$other.mo";
			file_put_contents( WP_LANG_DIR . "/$other.mo", pack( 'V7', 0x950412de, 0, 0, 28, 28, 0, 28 ) );
			$catch_up();
			self::assertSame( $after, $versions() );
		}
		$this->files = array_unique( $this->files );
		$written     = 0;
		$count       = static function ( string $query ) use ( &$written ): string {
			$written += (int) preg_match( '/^(INSERT|UPDATE|START)/', $query );
			return $query;
		};
		$this->with_hook( 'query', $count, $catch_up );
		self::assertSame( 0, $written, 'what is done is done' );
	}

	/** Saves the form of a profile as a browser does. */
	private function save_profile( Browser $browser, int $user_id, array $changes = array() ): void {
		$document = new \DOMDocument();
		@$document->loadHTML( '<?xml encoding="utf-8">' . $browser->fetch( "/wp-admin/user-edit.php?user_id=$user_id" )->body );
		$path   = new \DOMXPath( $document );
		$fields = array();
		foreach ( $path->query( '//form[@id="your-profile"]//*[@name]' ) as $field ) {
			$type = $field->getAttribute( 'type' );
			if ( 'select' === $field->nodeName ) {
				$chosen = $path->query( './/option[@selected]', $field )->item( 0 ) ?? $path->query( './/option', $field )->item( 0 );
				$fields[ $field->getAttribute( 'name' ) ] = $chosen?->hasAttribute( 'value' ) ? $chosen->getAttribute( 'value' ) : trim( (string) $chosen?->textContent );
			} elseif ( 'textarea' === $field->nodeName ) {
				$fields[ $field->getAttribute( 'name' ) ] = $field->textContent;
			} elseif ( ! in_array( $type, array( 'submit', 'button', 'password' ), true ) && ( ! in_array( $type, array( 'checkbox', 'radio' ), true ) || $field->hasAttribute( 'checked' ) ) && ! $field->hasAttribute( 'disabled' ) ) {
				$fields[ $field->getAttribute( 'name' ) ] = $field->getAttribute( 'value' );
			}
		}
		self::assertArrayHasKey( 'locale', $fields );
		self::assertSame( 302, $browser->submit( "/wp-admin/user-edit.php?user_id=$user_id", $changes + $fields )->status );
	}
}
