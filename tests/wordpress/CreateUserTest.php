<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Lookups;
use Rollbook\WordPress\Store\Tables;
use RuntimeException;

final class CreateUserTest extends SiteTestCase {

	public function test_a_person_gets_a_row_and_an_account(): void {
		$record = $this->create(
			'Jane.Doe@Phpunit.test',
			array(
				'external_id' => 'A-1',
				'document'    => '{"userName":"Jane.Doe@Phpunit.test","empty":{},"list":[]}',
				'lookups'     => array(
					array(
						'path'  => 'emails.value',
						'value' => 'jane.doe@phpunit.test',
					),
				),
			),
			array(
				'logins' => array( 'pu-jane.doe' ),
				'email'  => 'Jane.Doe@Phpunit.test',
				'role'   => 'editor',
				'values' => array( 'field:first_name' => 'PU-Jane' ),
			),
			array( 'field:first_name', 'field:last_name', 'meta:none', 'xprofile:None', 'acf:none', 'field:none' )
		);

		self::assertMatchesRegularExpression( '/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $record['id'] );
		self::assertSame( 'Jane.Doe@Phpunit.test', $record['user_name'] );
		self::assertSame( 'A-1', $record['external_id'] );
		self::assertSame( array( true, true, false, 1, self::NOW, self::NOW ), array( $record['active'], $record['managed'], $record['deleted'], $record['version'], $record['created'], $record['modified'] ) );
		self::assertSame( '{"userName":"Jane.Doe@Phpunit.test","empty":{},"list":[]}', $record['document'] );
		self::assertSame(
			array(
				'field:first_name' => 'PU-Jane',
				'field:last_name'  => '',
				'meta:none'        => null,
			),
			$record['values'],
			'targets that the site does not have are left out'
		);
		self::assertSame( $record['values'], $record['applied'], 'what was not written counts as well: a later edit of it is one' );
		self::assertSame( array( 'pu-jane.doe', 'Jane.Doe@Phpunit.test', array( 'editor' ) ), array( $record['account']['login'], $record['account']['email'], $record['account']['roles'] ) );
		self::assertSame( $record, $this->load( $record['id'], array( 'field:first_name', 'field:last_name', 'meta:none' ) ) );
		self::assertSame( 1, $this->count_rows( Tables::name( 'lookups' ), "row_id = {$record['row']}" ) );
	}

	public function test_a_refusal_shows_an_address_as_it_was_sent(): void {
		foreach ( array( '<ann@phpunit.test>', 'Ann <ann@phpunit.test>', 'ann&lt;@phpunit.test', 'a"b\'c@phpunit.test>' ) as $email ) {
			$answer = $this->run_command( 'create_user', $this->person( "pu-$email", array(), array( 'logins' => array( 'pu-angle' ), 'email' => $email ) ) );
			self::assertSame( 'refused', $answer['outcome'] );
			self::assertStringContainsString( "“{$email}”", $answer['message'] );
		}
	}

	public function test_a_field_that_says_zero_says_so_in_wordpress(): void {
		$fields = array( 'field:first_name', 'field:last_name', 'field:nickname', 'field:description', 'field:display_name', 'meta:pu_zero' );
		$zeros  = array_fill_keys( $fields, '0' );
		$record = $this->create( 'pu-zero@phpunit.test', array( 'external_id' => '0' ), array( 'logins' => array( 'pu-zero' ), 'values' => $zeros ), $fields );
		self::assertSame( array( '0', $zeros ), array( $record['external_id'], $record['values'] ) );
		$text = array_fill_keys( $fields, 'text' );
		self::assertSame( $text, $this->update( $record, array(), array( 'values' => $text ), $fields )['record']['values'] );
		$record = $this->load( $record['id'], $fields );
		self::assertSame( $zeros, $this->update( $record, array(), array( 'values' => $zeros ), $fields )['record']['values'] );
	}

	public function test_awkward_text_comes_back_as_it_was(): void {
		$values = array(
			'field:description'  => self::AWKWARD,
			'field:first_name'   => self::AWKWARD,
			'field:display_name' => self::AWKWARD,
			'meta:text'          => self::AWKWARD . ' <b>',
			'meta:list'          => array( self::AWKWARD, array( 'deep' => 'a\\b' ) ),
			'meta:Key of a.b:c'  => 'x',
		);
		$record = $this->create( 'pu-awkward', array( 'document' => '{"a":"' . addcslashes( self::AWKWARD, '"\\' ) . '"}' ), array( 'values' => $values ), array_keys( $values ) );
		self::assertSame( $values, $record['values'] );
		self::assertSame( $values, $record['applied'] );
		self::assertSame( self::AWKWARD, json_decode( $record['document'] )->a );
		self::assertSame( $record['values'], $this->update( $record, array(), array( 'values' => $values ), array_keys( $values ) )['record']['values'] );
	}

	public function test_what_wordpress_makes_of_a_value_is_told(): void {
		$record = $this->create( 'pu-filtered', array(), array( 'values' => array( 'field:display_name' => ' A &  <b>B</b> ' ) ), array( 'field:display_name' ) );
		self::assertSame( $record['account']['display_name'], $record['values']['field:display_name'] );
		self::assertSame( $record['values'], $record['applied'] );
		self::assertStringNotContainsString( '<b>', $record['account']['display_name'] );
	}

	/** No password opens it, and a plugin that sets one at that moment sets a real one. */
	public function test_a_new_account_has_no_password(): void {
		$sent = '';
		$see  = static function ( array $data ) use ( &$sent ): array {
			$sent = $data['user_pass'];
			return $data;
		};
		$record = $this->with_hook( 'rollbook/new_account_data', $see, fn(): array => $this->create( 'pu-random' ) );
		$stored = get_userdata( $record['account']['user_id'] )->user_pass;
		self::assertMatchesRegularExpression( '/^![0-9a-f]{64}$/', $stored );
		self::assertSame( array( false, false, false ), array( wp_check_password( $sent, $stored ), wp_check_password( $stored, $stored ), wp_check_password( substr( $stored, 1 ), $stored ) ) );
		self::assertFalse( ( new Browser( $this->url() ) )->log_in( 'pu-random', $stored )->has_login_cookie() );
		self::assertEmpty( $GLOBALS['wp_hasher'] );

		$record = $this->with_hook( 'user_register', static fn( int $user_id ): mixed => wp_set_password( 'set by a plugin', $user_id ), fn(): array => $this->create( 'pu-set-by-a-plugin' ) );
		self::assertTrue( wp_check_password( 'set by a plugin', get_userdata( $record['account']['user_id'] )->user_pass ) );
	}

	public function test_a_password_that_was_sent_is_hashed_as_the_site_hashes(): void {
		$record  = $this->create( 'pu-chosen', array(), array( 'password' => "it's \\ se\"cret" ) );
		$another = get_userdata( wp_insert_user( array( 'user_login' => 'pu-made-locally', 'user_pass' => 'x' ) ) );
		$this->assert_cost( $record, substr( strrchr( substr( $another->user_pass, 0, 10 ), '$' ), 1 ) ?: substr( $another->user_pass, 7, 2 ) );
		self::assertTrue( ( new Browser( $this->url() ) )->log_in( 'pu-chosen', "it's \\ se\"cret" )->has_login_cookie() );
	}

	private function assert_cost( array $record, string $cost ): void {
		$hash = get_userdata( $record['account']['user_id'] )->user_pass;
		if ( version_compare( get_bloginfo( 'version' ), '6.8', '<' ) ) {
			self::assertStringStartsWith( '$P$', $hash );
			return;
		}
		self::assertStringStartsWith( "\$wp\$2y\$$cost\$", $hash );
	}

	public function test_no_mail_leaves(): void {
		$mails = $this->mails_during(
			function (): void {
				$record = $this->create( 'pu-quiet', array(), array( 'email' => 'quiet@phpunit.test' ) );
				$this->update(
					$record,
					array(),
					array(
						'email'    => 'quiet.now@phpunit.test',
						'password' => 'another one',
					)
				);
			}
		);
		self::assertSame( array(), $mails );
	}

	public function test_mail_of_the_site_itself_leaves_as_before(): void {
		$record = $this->create( 'pu-loud', array(), array( 'email' => 'loud@phpunit.test' ) );
		$mails  = $this->mails_during(
			static fn() => wp_update_user(
				array(
					'ID'         => $record['account']['user_id'],
					'user_email' => 'loud.now@phpunit.test',
					'user_pass'  => 'x',
				)
			)
		);
		self::assertCount( 2, $mails );
	}

	/** @dataProvider taken */
	public function test_a_value_that_somebody_holds_is_named( string $value, array $person ): void {
		$this->create( 'First@phpunit.test', array(), array( 'logins' => array( 'pu-first' ), 'email' => 'first@phpunit.test' ) );
		wp_insert_user(
			array(
				'user_login' => 'pu-local',
				'user_pass'  => 'x',
				'user_email' => 'local@phpunit.test',
			)
		);
		$before = $this->count_rows( $GLOBALS['wpdb']->users, '1=1' );
		$answer = $this->run_command( 'create_user', $this->person( ...$person ) );
		self::assertSame(
			array(
				'outcome' => 'taken',
				'value'   => $value,
			),
			$answer
		);
		self::assertSame( $before, $this->count_rows( $GLOBALS['wpdb']->users, '1=1' ) );
	}

	public function taken(): array {
		return array(
			'userName in another case'     => array( 'user_name', array( 'FIRST@phpunit.test', array(), array( 'logins' => array( 'pu-second' ) ) ) ),
			'address of a person'          => array( 'email', array( 'pu-second', array(), array( 'email' => 'First@Phpunit.test' ) ) ),
			'address of a local account'   => array( 'email', array( 'pu-second', array(), array( 'email' => 'local@phpunit.test' ) ) ),
			'every login'                  => array( 'login', array( 'pu-second', array(), array( 'logins' => array( 'pu-first', 'PU-LOCAL' ) ) ) ),
			'no login that WordPress takes' => array( 'login', array( 'pu-second', array(), array( 'logins' => array( 'a+b', str_repeat( 'a', 61 ), '' ) ) ) ),
			'no login at all'              => array( 'login', array( 'pu-second', array(), array( 'logins' => array() ) ) ),
		);
	}

	public function test_the_first_fitting_login_is_taken(): void {
		$illegal = static fn(): array => array( 'Root' );
		$record  = $this->with_hook( 'illegal_user_logins', $illegal, fn(): array => $this->create( 'pu-picky', array(), array( 'logins' => array( 'pi+cky', 'root', 'admin', 'picky2', 'picky3' ) ) ) );
		self::assertSame( 'picky2', $record['account']['login'] );
	}

	/** @dataProvider unfit_addresses */
	public function test_an_address_is_validated_and_never_rewritten( string $email ): void {
		$answer = $this->run_command( 'create_user', $this->person( 'pu-unfit', array(), array( 'email' => $email ) ) );
		self::assertSame( 'refused', $answer['outcome'] );
		self::assertStringContainsString( $email, $answer['message'] );
		self::assertFalse( username_exists( 'pu-unfit' ) );
	}

	public function unfit_addresses(): array {
		return array(
			array( 'üser@phpunit.test' ),
			array( 'user@localhost' ),
			array( 'a b@phpunit.test' ),
			array( 'r&d@phpunit.test' ), // WordPress takes it for valid and stores r&amp;d.
			array( str_repeat( 'a', 90 ) . '@phpunit.test' ),
		);
	}

	public function test_an_address_with_an_apostrophe_stays(): void {
		self::assertSame( "o'neil+x@phpunit.test", $this->create( 'pu-oneil', array(), array( 'email' => "o'neil+x@phpunit.test" ) )['account']['email'] );
	}

	public function test_people_without_an_address_do_not_clash(): void {
		$this->create( 'pu-nobody1', array(), array( 'email' => '' ) );
		self::assertSame( '', $this->create( 'pu-nobody2' )['account']['email'] );
	}

	public function test_what_a_plugin_refuses_is_told_in_its_words(): void {
		// The length of a web address is WordPress's own rule.
		$answer = $this->run_command( 'create_user', $this->person( 'refused', array(), array( 'values' => array( 'field:user_url' => 'https://example.test/' . str_repeat( 'a', 100 ) ) ) ) );
		self::assertSame( 'refused', $answer['outcome'] );
		self::assertStringContainsString( '100', $answer['message'] );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name_key = 'refused'" ) );
	}

	public function test_a_role_that_the_site_does_not_have_is_refused(): void {
		self::assertSame( 'refused', $this->run_command( 'create_user', $this->person( 'role', array(), array( 'role' => 'no-such-role' ) ) )['outcome'] );
		self::assertFalse( username_exists( 'role' ) );
	}

	public function test_nothing_remains_when_a_hook_throws(): void {
		$thrown = null;
		try {
			$this->with_hook( 'user_register', static fn() => throw new RuntimeException( 'no' ), fn() => $this->create( 'pu-thrown', array(), array( 'email' => 'thrown@phpunit.test' ) ) );
		} catch ( RuntimeException $error ) {
			$thrown = $error->getMessage();
		}
		self::assertSame( 'no', $thrown );
		self::assertFalse( username_exists( 'pu-thrown' ) );
		self::assertFalse( email_exists( 'thrown@phpunit.test' ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name_key = 'pu-thrown'" ) );
		self::assertSame( 'pu-thrown', $this->create( 'pu-thrown', array(), array( 'email' => 'thrown@phpunit.test' ) )['account']['login'], 'and the next attempt succeeds' );
	}

	public function test_answer_and_database_agree_when_a_hook_ends_the_transaction(): void {
		global $wpdb;
		$spoilers = array(
			'a failing statement' => static fn() => $wpdb->query( 'SELECT nothing FROM nowhere' ),
			'another transaction' => static fn() => array( $wpdb->query( 'START TRANSACTION' ), $wpdb->query( 'ROLLBACK' ) ),
			'a commit'            => static fn() => $wpdb->query( 'COMMIT' ),
			'a rollback'          => static fn() => $wpdb->query( 'ROLLBACK' ),
			'a new table'         => static fn() => array( $wpdb->query( 'CREATE TABLE rollbook_spoiler (a int)' ), $wpdb->query( 'DROP TABLE rollbook_spoiler' ) ),
		);
		$logging  = ini_set( 'error_log', '/dev/null' ); // The failing statement is one of those that WordPress logs.
		foreach ( array_keys( $spoilers ) as $number => $name ) {
			try {
				$this->with_hook( 'user_register', $spoilers[ $name ], fn(): array => $this->create( "spoilt$number", array(), array( 'values' => array( 'meta:x' => 'y' ) ) ) );
				$result = true;
			} catch ( RuntimeException ) {
				$result = false;
			}
			wp_cache_flush();
			self::assertSame( $result, false !== username_exists( "spoilt$number" ), $name );
			self::assertSame( (int) $result, $this->count_rows( Tables::name( 'users' ), "user_name_key = 'spoilt$number' AND user_id IS NOT NULL" ), $name );
			self::assertSame( (int) $result, $this->count_rows( Tables::name( 'users' ), "user_name_key = 'spoilt$number'" ), $name );
		}
		ini_set( 'error_log', (string) $logging );
	}

	public function test_nothing_remains_where_tables_know_no_transactions(): void {
		$deaf   = static fn( string $query ): string => 'ROLLBACK' === $query ? 'COMMIT' : $query;
		$thrown = false;
		try {
			$this->with_hook( 'query', $deaf, fn() => $this->with_hook( 'set_user_role', static fn() => throw new RuntimeException( 'no' ), fn() => $this->create( 'pu-thrown', array(), array( 'email' => 'thrown@phpunit.test' ) ) ) );
		} catch ( RuntimeException ) {
			$thrown = true;
		}
		self::assertTrue( $thrown );
		self::assertFalse( username_exists( 'pu-thrown' ) );
		self::assertSame( 0, $this->count_rows( Tables::name( 'users' ), "user_name_key = 'pu-thrown'" ) );
		self::assertSame( 0, $this->count_rows( $GLOBALS['wpdb']->usermeta, "meta_value = 'pu-thrown'" ) );
	}

	public function test_plugins_hear_of_every_meta_as_usual(): void {
		$heard  = array();
		$listen = static function ( int $number, int $user_id, string $key, mixed $value ) use ( &$heard ): void {
			$heard[ $key ] = get_metadata_by_mid( 'user', $number )->meta_value == $value && get_user_meta( $user_id, $key, true ) == $value; // A number comes back as text.
		};
		$keep_out = static fn( mixed $check, int $user_id, string $key ): mixed => 'kept-out' === $key ? false : $check;
		add_action( 'added_user_meta', $listen, 10, 4 );
		add_filter( 'add_user_metadata', $keep_out, 10, 3 );
		$record = $this->create( 'pu-heard', array(), array( 'values' => array( 'meta:list' => array( 'a' ), 'meta:kept-out' => 'x', 'field:first_name' => self::AWKWARD ) ), array( 'meta:kept-out' ) );
		remove_action( 'added_user_meta', $listen );
		remove_filter( 'add_user_metadata', $keep_out );
		self::assertSame( array( 'meta:kept-out' => null ), $record['values'] );
		self::assertSame( array( true ), array_values( array_unique( $heard ) ) );
		$local = wp_insert_user( array( 'user_login' => 'pu-as-usual', 'user_pass' => 'x' ) );
		self::assertEqualsCanonicalizing( array( ...array_keys( get_user_meta( $local ) ), 'list' ), array_keys( get_user_meta( $record['account']['user_id'] ) ) );
		self::assertArrayHasKey( 'wp_capabilities', $heard );
	}

	/** The metas of a role are there before WordPress comes to write them; hooks, and what they change, are as if it had. */
	public function test_a_role_is_given_as_wordpress_gives_it(): void {
		global $wpdb;
		$told   = array();
		$listen = static function ( int $user_id, string $role ) use ( &$told ): void {
			$told[ current_action() ] = array( $role, get_userdata( $user_id )->roles );
		};
		add_action( 'set_user_role', $listen, 10, 2 );
		add_action( 'add_user_role', $listen, 10, 2 );
		$metas = static fn( int $user_id ): array => $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->usermeta WHERE user_id = %d AND meta_key IN (%s, %s) ORDER BY meta_key", $user_id, "{$wpdb->prefix}capabilities", "{$wpdb->prefix}user_level" ), ARRAY_N );
		foreach ( array( 'administrator', 'editor', 'subscriber', '', null ) as $number => $role ) {
			list( $ours, $told ) = array( $this->create( "pu-role-$number", array(), array( 'role' => $role ) )['account'], array() + $told );
			list( $ours_told, $told ) = array( $told, array() );
			$usual = wp_insert_user( array( 'user_login' => "pu-usual-$number", 'user_pass' => 'x' ) + ( null === $role ? array() : array( 'role' => $role ) ) );
			self::assertSame( $metas( $usual ), $metas( $ours['user_id'] ) );
			self::assertEquals( array( $told, get_userdata( $usual )->roles ), array( $ours_told, $ours['roles'] ) );
			$told = array();
		}
		remove_action( 'set_user_role', $listen );
		remove_action( 'add_user_role', $listen );

		$there_and_back = static function ( int $user_id ): void {
			get_userdata( $user_id )->add_role( 'author' );
			get_userdata( $user_id )->remove_role( 'author' );
		};
		foreach ( array( 'set_user_role', 'user_register' ) as $hook ) {
			self::assertSame( array( 'editor' ), $this->with_hook( $hook, $there_and_back, fn(): array => $this->create( "pu-$hook", array(), array( 'role' => 'editor' ) ) )['account']['roles'] );
		}
		$other = static fn( mixed $check, int $user_id, string $key, mixed $value ): mixed => $key === "{$wpdb->prefix}capabilities" && array( 'editor' => true ) === $value ? update_user_meta( $user_id, $key, array( 'author' => true ) ) : $check;
		add_filter( 'update_user_metadata', $other, 10, 4 );
		self::assertSame( array( 'author' ), $this->create( 'pu-other-role', array(), array( 'role' => 'editor' ) )['account']['roles'] );
		remove_filter( 'update_user_metadata', $other );
	}

	/** A new account does not get a role that was left under its number. */
	public function test_what_is_left_under_the_number_of_an_account_gives_no_role(): void {
		global $wpdb;
		$next = $this->create( 'pu-first' )['account']['user_id'];
		foreach ( range( $next + 1, $next + 50 ) as $user_id ) {
			$wpdb->insert( $wpdb->usermeta, array( 'user_id' => $user_id, 'meta_key' => "{$wpdb->prefix}capabilities", 'meta_value' => serialize( array( 'administrator' => true ) ) ) );
		}
		$account = $this->create( 'pu-heir', array(), array( 'role' => 'subscriber' ) )['account'];
		self::assertContains( $account['user_id'], range( $next + 1, $next + 50 ) );
		self::assertSame( array( 'subscriber' ), $account['roles'] );
		self::assertSame( 1, $this->count_rows( $wpdb->usermeta, "user_id = {$account['user_id']} AND meta_key = '{$wpdb->prefix}capabilities'" ) );
	}

	/** To count all accounts for each one takes long and holds up others; it is done once, when everything is answered. */
	public function test_accounts_are_counted_at_the_end_of_the_request(): void {
		wp_update_user_counts();
		$before  = get_user_count();
		$counted = 0;
		$listen  = static function ( string $query ) use ( &$counted ): string {
			$counted += (int) str_contains( $query, 'COUNT(ID)' );
			return $query;
		};
		$user_id = $this->with_hook( 'query', $listen, fn(): int => $this->create( 'pu-one', array(), array( 'email' => 'one@phpunit.test' ) )['account']['user_id'] + 0 * $this->create( 'pu-two' )['row'] );
		self::assertSame( array( 0, 10, 20 ), array( $counted, has_action( 'user_register', 'wp_maybe_update_user_counts' ), has_action( 'shutdown', 'wp_maybe_update_user_counts' ) ) );
		wp_maybe_update_user_counts();
		self::assertSame( $before + 2, get_user_count() );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $user_id );
		self::assertSame( $before + 1, get_user_count(), 'and others who come and go are counted as ever' );
	}

	/** What a new person costs: 4 for the transaction, 6 for the row and its matchable values, 9 for the account. */
	public function test_a_new_person_costs_so_many_statements(): void {
		$person     = $this->person( 'pu-cost', array( 'lookups' => array( array( 'path' => 'userName', 'value' => 'pu-cost' ) ) ), array( 'email' => 'cost@phpunit.test', 'role' => 'author', 'values' => array( 'meta:dept' => 'one', 'field:last_name' => 'One' ) ), array( 'meta:dept' ) );
		$statements = array();
		wp_load_alloptions(); // As at the beginning of any request.
		remove_action( 'user_register', array( 'WP_Internal_Pointers', 'dismiss_pointers_for_new_users' ) ); // Of wp-admin, should a test have loaded it.
		$listen = static function ( string $query ) use ( &$statements ): string {
			$statements[] = substr( $query, 0, 90 );
			return $query;
		};
		self::assertSame( 'done', $this->with_hook( 'query', $listen, fn(): array => $this->run_command( 'create_user', $person ) )['outcome'] );
		$statements = array_filter( $statements, static fn( string $query ): bool => ! str_starts_with( $query, 'SHOW ' ) ); // Once in a request.
		self::assertLessThanOrEqual( 19, count( $statements ), implode( "\n", $statements ) );
	}

	public function test_an_account_that_a_hook_makes_meanwhile_is_whole(): void {
		$record = $this->with_hook(
			'insert_user_meta',
			static function ( array $metas ): array {
				username_exists( 'pu-companion' ) || wp_insert_user( array( 'user_login' => 'pu-companion', 'user_pass' => 'x', 'first_name' => 'Com' ) );
				return $metas;
			},
			fn(): array => $this->create( 'pu-main', array(), array( 'values' => array( 'field:first_name' => 'Main' ) ) )
		);
		self::assertSame( 'Main', get_user_meta( $record['account']['user_id'], 'first_name', true ) );
		self::assertSame( 'Com', get_user_meta( username_exists( 'pu-companion' ), 'first_name', true ) );
	}

	public function test_metas_that_let_people_in_are_no_targets(): void {
		$values = array_fill_keys( array( 'meta:wp_capabilities', 'meta:WP_Cápabilities', 'meta:wp_2_user_level', 'meta:session_tokens', 'meta:_application_passwords' ), array( 'administrator' => true ) );
		$record = $this->create( 'pu-sly', array(), array( 'role' => 'subscriber', 'values' => $values ), array_keys( $values ) );
		$record = $this->update( $record, array(), array( 'values' => $values ), array_keys( $values ) )['record'];
		self::assertSame( array( array(), array( 'subscriber' ) ), array( $record['values'], $record['account']['roles'] ) );
	}

	public function test_an_abandoned_write_leaves_nothing(): void {
		$abandon = static function (): void {
			( new \Rollbook\WordPress\Endpoint\CommandTable() )->abandon(); // What the endpoint does when a hook has called exit.
			throw new RuntimeException( 'the request is over' );
		};
		try {
			$this->with_hook( 'user_register', $abandon, fn() => $this->create( 'pu-abandoned' ) );
		} catch ( RuntimeException ) {
			wp_cache_flush();
		}
		self::assertFalse( username_exists( 'pu-abandoned' ) );
		self::assertFalse( has_filter( 'send_email_change_email', array( \Rollbook\WordPress\People\AccountWriter::class, 'filter_send_email' ) ) );
	}

	public function test_the_same_person_created_at_once_is_one(): void {
		$outcomes = array_count_values( array_column( $this->at_once( 'create-at-once.php', array_fill( 0, 4, array( 'Race@phpunit.test', 'race', 'race@phpunit.test' ) ) ), 'outcome' ) );
		self::assertSame(
			array(
				'done'  => 1,
				'taken' => 3,
			),
			array_merge( array( 'done' => 0, 'taken' => 0 ), $outcomes )
		);
		self::assertSame( 1, $this->count_rows( $GLOBALS['wpdb']->users, "user_email = 'race@phpunit.test'" ) );
	}

	public function test_one_address_for_two_people_at_once_is_given_once(): void {
		$answers = $this->at_once( 'create-at-once.php', array( array( 'pu-one', 'pu-one', 'race@phpunit.test' ), array( 'pu-two', 'pu-two', 'race@phpunit.test' ), array( 'pu-three', 'pu-three', 'race@phpunit.test' ) ) );
		self::assertCount( 1, array_keys( array_column( $answers, 'outcome' ), 'done', true ) );
		self::assertSame( array( 'email' ), array_values( array_unique( array_column( $answers, 'value' ) ) ) );
	}

	public function test_people_whose_names_make_one_login_at_once_get_one_each(): void {
		$answers = $this->at_once( 'create-at-once.php', array( array( 'ra+ce', 'race,race-2,race-3', '' ), array( 'race', 'race,race-2,race-3', '' ), array( 'ra=ce', 'race,race-2,race-3', '' ) ) );
		$logins  = array_map( static fn( array $answer ): string => $answer['record']['account']['login'], $answers );
		sort( $logins );
		self::assertSame( array( 'race', 'race-2', 'race-3' ), $logins );
	}

	public function test_a_claim_that_nobody_stands_behind_is_lifted(): void {
		global $wpdb;
		$gone = $this->create( 'pu-ghost', array(), array( 'email' => 'ghost@phpunit.test' ) );
		$wpdb->delete( $wpdb->users, array( 'ID' => $gone['account']['user_id'] ) ); // Past every hook.
		$wpdb->insert( Tables::name( 'group_members' ), array( 'group_row' => 0, 'member_id' => $gone['id'], 'member_kind' => 'User' ) );
		$moved = $this->create( 'pu-moved', array(), array( 'email' => 'moved@phpunit.test' ) );
		$wpdb->update( $wpdb->users, array( 'user_email' => 'elsewhere@phpunit.test' ), array( 'ID' => $moved['account']['user_id'] ) );
		wp_cache_flush();

		self::assertNotSame( $gone['id'], $this->create( 'pu-ghost', array(), array( 'email' => 'ghost@phpunit.test' ) )['id'] );
		self::assertSame( 0, $this->count_rows( Tables::name( 'group_members' ), "member_id = '{$gone['id']}'" ) );
		self::assertSame( 'moved@phpunit.test', $this->create( 'pu-moved-2', array(), array( 'email' => 'moved@phpunit.test' ) )['account']['email'] );
	}

	/** SQLite gives the number of a row again that was never stored, and older databases that of the last row. */
	public function test_what_is_left_under_the_number_of_a_row_is_not_inherited(): void {
		$next = $this->create( 'pu-first' )['row'];
		foreach ( range( $next + 1, $next + 50 ) as $row_id ) {
			Lookups::add( $row_id, array( array( 'path' => 'emails.value', 'value' => 'boss@phpunit.test' ) ) );
		}
		$record = $this->create( 'pu-heir', array( 'lookups' => array( array( 'path' => 'emails.value', 'value' => 'heir@phpunit.test' ) ) ) );
		self::assertContains( $record['row'], range( $next + 1, $next + 50 ) );
		self::assertSame( array( 'heir@phpunit.test' ), array_column( Database::rows( 'SELECT value FROM ' . Tables::name( 'lookups' ) . ' WHERE row_id = %d', array( $record['row'] ) ), 'value' ) );
	}
}
