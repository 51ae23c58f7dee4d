<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

require_once __DIR__ . '/wp-cli-double.php';

use Rollbook\WordPress\Commands\CommandLine;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use WP_CLI;

/** `wp rollbook …`, held against WP-CLI's documented contract by a double of it. */
final class WpCliTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	protected function setUp(): void {
		parent::setUp();
		CommandLine::add();
		WP_CLI::$answer = null;
	}

	/** Every command is documented as WP-CLI reads it: a sentence, and each argument with what it is. */
	public function test_every_command_is_documented(): void {
		$this->assertSame( array_map( static fn( string $name ): string => "rollbook $name", array_keys( CommandLine::COMMANDS ) ), array_keys( WP_CLI::$commands ) );
		foreach ( CommandLine::COMMANDS as $class ) {
			foreach ( ( new \ReflectionClass( $class ) )->getMethods( \ReflectionMethod::IS_PUBLIC ) as $method ) {
				if ( $method->isStatic() ) {
					continue;
				}
				$text = (string) $method->getDocComment();
				$name = "$class::{$method->getName()}";
				$this->assertMatchesRegularExpression( '~^/\*\*\n\t \* [A-Z].*\.~', $text, $name );
				$this->assertSame( preg_match_all( '/^\t \* \[?(?:--[a-z]|<).*$/m', $text ), preg_match_all( '/^\t \* : .+\.$/m', $text ), "$name: each argument has its sentence" );
			}
		}
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'list', '--nonsense' ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'create' ), 'a name is missing' );
	}

	/** What is dangerous is asked, and not done before it is answered. */
	public function test_a_dangerous_setting_is_asked_about(): void {
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'deletion.policy', 'delete' ) );
		$this->assertStringContainsString( 'cannot be undone', implode( ' ', array_column( WP_CLI::$printed, 1 ) ) );
		$this->assertSame( 'deactivate', Settings::document()['deletion']['policy'] );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'deletion.policy', 'delete', '--yes' ) );
		$this->assertSame( 'delete', Settings::document()['deletion']['policy'] );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'deletion.policy', 'deactivate' ), 'what is safe is not asked about' );
	}

	public function test_tokens_are_made_listed_and_revoked(): void {
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'token', 'create', 'cli', '--scope=read', '--expires=2099-01-31', '--porcelain' ) );
		$token = WP_CLI::$printed[0][1];
		$this->assertMatchesRegularExpression( '/^rb_[a-z0-9]{40,}$/', $token );
		$made = Tokens::all()[0];
		$this->assertSame( array( 'cli', 'read' ), array( $made['name'], $made['scope'] ) );
		$this->assertSame( '2099-01-31', wp_date( 'Y-m-d', intdiv( $made['expires'], 1000 ) ) );

		WP_CLI::run_line( 'rollbook', 'token', 'list', '--format=json' );
		$listed = json_decode( WP_CLI::$printed[0][1] )[0];
		$this->assertSame( array( $made['id'], 'active' ), array( $listed->id, $listed->status ) );
		$this->assertStringNotContainsString( $token, WP_CLI::$printed[0][1] );
		$this->assertStringNotContainsString( $made['hash'], WP_CLI::$printed[0][1] );

		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'revoke', (string) $made['id'] ), 'it asks first' );
		$this->assertNull( Tokens::find( $made['id'] )['revoked'] );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'token', 'revoke', (string) $made['id'], '--yes' ) );
		$this->assertNotNull( Tokens::find( $made['id'] )['revoked'] );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'revoke', (string) $made['id'], '--yes' ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'create', 'late', '--expires=2001-01-31' ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'token', 'create', 'odd', '--scope=everything' ) );
		global $wpdb;
		$wpdb->delete( Tables::name( 'tokens' ), array( 'id' => $made['id'] ) );
	}

	/** A token that the database keeps is not told to be revoked, nor to have been so before. */
	public function test_a_token_that_the_database_does_not_revoke_is_told_to_work_perhaps(): void {
		Tokens::create( 'cli' );
		$id = Tokens::all()[0]['id'];
		foreach ( array( 'SELECT', 'UPDATE' ) as $statement ) {
			$fails = static fn( string $sql ): string => str_starts_with( $sql, $statement ) && str_contains( $sql, Tables::name( 'tokens' ) ) ? 'SELECT nothing FROM nowhere' : $sql;
			$this->assertFalse( $this->with_hook( 'query', $fails, static fn(): bool => WP_CLI::run_line( 'rollbook', 'token', 'revoke', (string) $id, '--yes' ) ) );
			$this->assertStringContainsString( 'may still work', implode( ' ', array_column( WP_CLI::$printed, 1 ) ), $statement );
			$this->assertNull( Tokens::find( $id )['revoked'] );
		}
		global $wpdb;
		$wpdb->delete( Tables::name( 'tokens' ), array( 'id' => $id ) );
	}

	/** A database that fails ends a command with a sentence, whichever it is. */
	public function test_a_database_that_fails_ends_a_command_with_a_sentence(): void {
		$lines = array(
			array( 'tokens', 'token', 'list' ),
			array( 'users', 'people', 'get', 'pu-nobody' ),
			array( 'groups', 'groups', 'list' ),
			array( 'activity', 'activity', 'list' ),
		);
		foreach ( $lines as $line ) {
			$table = Tables::name( array_shift( $line ) );
			$fails = static fn( string $sql ): string => str_contains( $sql, $table ) ? 'SELECT nothing FROM nowhere' : $sql;
			$this->assertFalse( $this->with_hook( 'query', $fails, static fn(): bool => WP_CLI::run_line( 'rollbook', ...$line ) ), implode( ' ', $line ) );
			$this->assertStringStartsWith( 'The database failed, and the command ended.', end( WP_CLI::$printed )[1] ?? '', implode( ' ', $line ) );
		}
	}

	/** A plugin that reports failures gets those that are none of the database's. */
	public function test_other_failures_go_where_they_went_before(): void {
		$reported = array();
		set_exception_handler( static function ( \Throwable $failure ) use ( &$reported ): void {
			$reported[] = $failure->getMessage();
		} );
		try {
			CommandLine::tell_failures();
			set_exception_handler( null )( new \RuntimeException( 'of something else' ) );
			$this->assertSame( array( 'of something else' ), $reported );
		} finally {
			set_exception_handler( null );
		}
	}

	/** What the screen refuses the command line refuses: unknown people, roles, rules, settings. */
	public function test_settings_are_checked_as_on_the_screen(): void {
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'activity_days', '30' ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'default_role', 'author' ) );
		WP_CLI::run_line( 'rollbook', 'settings', 'get', 'activity_days' );
		$this->assertSame( '30', WP_CLI::$printed[0][1] );
		WP_CLI::run_line( 'rollbook', 'settings', 'export' );
		$exported = json_decode( WP_CLI::$printed[0][1], true );
		$this->assertSame( 'author', $exported['default_role'] );

		$file  = get_temp_dir() . 'rollbook-' . wp_generate_uuid4() . '.json';
		$wrong = array(
			'deletion.reassign_to'   => array( 'deletion' => array( 'policy' => 'reassign', 'reassign_to' => 'nobody-of-this-name' ) ),
			'default_role'           => array( 'default_role' => 'no-such-role' ),
			'role_rules[0].filter'   => array( 'role_rules' => array( array( 'filter' => 'department = "x"', 'role' => 'editor' ) ) ),
			'role_rules[0].role'     => array( 'role_rules' => array( array( 'filter' => 'title pr', 'role' => 'administrator' ) ) ),
			'no_such_setting'        => array( 'no_such_setting' => 1 ),
			'mappings[0].target'     => array( 'mappings' => array( array( 'path' => 'title', 'target' => 'meta:wp_capabilities' ) ) ),
		);
		foreach ( $wrong as $place => $partial ) {
			file_put_contents( $file, json_encode( array( 'activity_days' => 7 ) + $partial + $exported ) );
			foreach ( array( array(), array( '--dry-run' ) ) as $options ) {
				$this->assertFalse( WP_CLI::run_line( 'rollbook', 'settings', 'import', $file, ...$options ), $place );
				$this->assertStringStartsWith( "$place: ", implode( "\n", array_column( array_filter( WP_CLI::$printed, static fn( array $line ): bool => 'warning' === $line[0] ), 1 ) ), $place );
				$this->assertSame( 30, Settings::document()['activity_days'], 'nothing is stored where one is wrong' );
			}
		}
		file_put_contents( $file, json_encode( array( 'activity_days' => 7 ) + $exported ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'import', $file, '--dry-run' ) );
		$this->assertSame( 30, Settings::document()['activity_days'] );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'import', $file ) );
		$this->assertSame( 7, Settings::document()['activity_days'] );
		file_put_contents( $file, '[1]' );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'settings', 'import', $file ) );
		unlink( $file );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'settings', 'import', $file ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'settings', 'get', 'nothing' ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'problems' ) );
	}

	public function test_people_are_listed_explained_and_unlinked(): void {
		$person = $this->provision( 'cli-alex@contoso.test' );
		WP_CLI::run_line( 'rollbook', 'people', 'list', '--search=cli-alex', '--format=json' );
		$listed = json_decode( WP_CLI::$printed[0][1] );
		$this->assertCount( 1, $listed );
		$this->assertSame( array( $person->id, 'active', 'yes' ), array( $listed[0]->id, $listed[0]->status, $listed[0]->managed ) );
		foreach ( array( $person->id, 'cli-alex@contoso.test', $listed[0]->user_id, $listed[0]->login ) as $who ) {
			$this->assertTrue( WP_CLI::run_line( 'rollbook', 'people', 'get', $who, '--format=json' ), $who );
			$this->assertSame( 'yes', json_decode( WP_CLI::$printed[0][1] )[0]->access );
		}
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'people', 'get', 'nobody-of-this-name' ) );

		$this->patch( $person->id, 'active', false );
		\Rollbook\WordPress\Access\AccessControl::forget_everybody();
		WP_CLI::run_line( 'rollbook', 'people', 'get', $person->id, '--format=json' );
		$this->assertSame( 'no', json_decode( WP_CLI::$printed[0][1] )[0]->access );
		WP_CLI::run_line( 'rollbook', 'people', 'list', '--status=deactivated', '--search=cli-alex', '--format=ids' );
		$this->assertSame( $listed[0]->user_id, WP_CLI::$printed[0][1] );
		$this->patch( $person->id, 'active', true );
		\Rollbook\WordPress\Access\AccessControl::forget_everybody();
		foreach ( array( 'lock' => 'no', 'unlock' => 'yes' ) as $what => $access ) {
			$this->assertTrue( WP_CLI::run_line( 'rollbook', 'people', $what, $person->id ), $what );
			\Rollbook\WordPress\Access\AccessControl::forget_everybody();
			WP_CLI::run_line( 'rollbook', 'people', 'get', $person->id, '--format=json' );
			$this->assertSame( $access, json_decode( WP_CLI::$printed[0][1] )[0]->access );
		}
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'people', 'unlink', $person->id ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'people', 'unlink', $listed[0]->login ), 'who is unlinked cannot be unlinked' );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'people', 'allow-linking', $listed[0]->login ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'people', 'list', '--status=odd' ) );
	}

	public function test_rules_are_previewed_and_applied_with_a_bar(): void {
		$person = $this->provision( 'cli-rule@contoso.test', array( 'title' => 'Cli Chief' ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'settings', 'set', 'role_rules', '[{"filter":"title eq \"Cli Chief\"","role":"author"}]' ) );
		WP_CLI::run_line( 'rollbook', 'rules', 'list', '--format=json' );
		$this->assertSame( array( 'author', '' ), array( json_decode( WP_CLI::$printed[0][1] )[0]->role, json_decode( WP_CLI::$printed[0][1] )[0]->warning ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'rules', 'match', 'title eq "Cli Chief" and userName sw "cli-rule"', '--format=json' ) );
		$this->assertSame( array( array( 'cli-rule@contoso.test', '1' ) ), array_map( static fn( object $row ): array => array( $row->user_name, $row->rule ), json_decode( WP_CLI::$printed[0][1] ) ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'rules', 'match', 'title is' ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'rules', 'preview', '--format=json' ) );
		$this->assertContains( 'cli-rule', array_map( static fn( object $row ): string => strtok( $row->account, '@' ), json_decode( WP_CLI::$printed[0][1] ) ) );
		$this->assertSame( '1', json_decode( WP_CLI::$printed[0][1] )[0]->rule );
		$this->assertNotContains( 'author', $this->account_of( $person->id )->roles, 'a preview changes nothing' );
		$bar = end( \WP_CLI\Bar::$bars );
		$this->assertTrue( $bar->finished );
		$this->assertSame( $bar->count, $bar->done );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'rules', 'apply' ), 'it asks first' );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'rules', 'apply', '--yes' ) );
		wp_cache_flush();
		$this->assertContains( 'author', $this->account_of( $person->id )->roles );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'rules', 'apply', '--yes' ), 'there is nothing left' );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'people', 'link', '--format=count' ) );
	}

	public function test_groups_and_activity_are_shown(): void {
		$person = $this->provision( 'cli-log@contoso.test' );
		$this->assertSame( 201, $this->scim( 'POST', '/Groups', array( 'displayName' => 'Cli Editors', 'members' => array( array( 'value' => $person->id ) ) ) )->status );
		WP_CLI::run_line( 'rollbook', 'groups', 'list', '--format=json' );
		$groups = array_column( json_decode( WP_CLI::$printed[0][1], true ), 'members', 'name' );
		$this->assertEquals( 1, $groups['Cli Editors'] );
		WP_CLI::run_line( 'rollbook', 'groups', 'get', 'cli editors', '--format=json' );
		$this->assertSame( 'cli-log@contoso.test', json_decode( WP_CLI::$printed[0][1] )[0]->name );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'groups', 'get', 'nothing' ) );

		WP_CLI::run_line( 'rollbook', 'activity', 'list', '--person=cli-log@contoso.test', '--action=created', '--format=json' );
		$entries = json_decode( WP_CLI::$printed[0][1] );
		$this->assertSame( array( 'Created', 'cli-log@contoso.test' ), array( $entries[0]->what, $entries[0]->who ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'activity', 'list', '--from=yesterday' ) );
		$file = get_temp_dir() . 'rollbook-' . wp_generate_uuid4() . '.csv';
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'activity', 'export', $file, '--name=cli-log' ) );
		$this->assertStringContainsString( 'cli-log@contoso.test', (string) file_get_contents( $file ) );
		unlink( $file );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'activity', 'clear' ), 'it asks first' );
		$this->assertGreaterThan( 1, $this->count_rows( Tables::name( 'activity' ), '1=1' ) );
	}

	public function test_the_self_test_and_its_repairs(): void {
		global $wpdb;
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'test', '--format=json' ) );
		$this->assertContains( 'authorization', array_column( json_decode( WP_CLI::$printed[0][1], true ), 'check' ) );
		$wpdb->query( 'DROP TABLE ' . Tables::name( 'refusals' ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'test' ), 'a script hears of it' );
		$this->assertStringContainsString( 'wp rollbook repair tables', implode( "\n", array_column( WP_CLI::$printed, 1 ) ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'repair', 'tables' ) );
		$this->assertTrue( WP_CLI::run_line( 'rollbook', 'test' ) );
		$this->assertFalse( WP_CLI::run_line( 'rollbook', 'repair', 'everything' ) );
	}
}
