<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\InvalidSettings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use Rollbook\WordPress\Upkeep\TaskRun;

/**
 * Plays attempts to get rights by a token, and checks after each that nobody has more rights and that no protected account has changed.
 *
 * The attempts stand in the folder `privileges`, each under the name of the hole that it would be. An attempt is a list of steps:
 *
 *     array( 'POST', '/Users', array( … ), 201 )       a request and its status, or those of databases that differ; headers come fifth
 *     array( 'settings', array( … ) )                  settings that the owner makes
 *     array( 'refused', array( … ), 'mappings[0].target' )     settings that cannot be made, and the place that is told
 *     array( 'promote', 'person' )                     somebody inside WordPress makes an account an administrator
 *     array( 'roles', 'editor', … )                    roles that the owner has opened: people may have them
 *     array( 'task', 'roles' )                         the owner lets rules or linking reach everybody
 *     array( 'site', 'default_role', 'editor' )        somebody inside WordPress sets an option
 *     array( 'super', 'mallory' )                      somebody inside WordPress puts a login into the list of super administrators
 *     array( 'grow', 'priv_helper', 'administrator' )  somebody inside WordPress gives a role the rights of another
 *
 * `{boss}` is the id of an account in the API, `{boss.number}`, `{boss.login}` and `{boss.email}` are the account's. There are `boss`, an
 * administrator; `keeper`, who may edit users; `writer`, an author who was there before; and `person`, who is managed. `{last}` is the
 * id of the last created resource. A path that begins with `!` is one of the site; `{first}` is the service of a network's first site.
 */
trait Privileges {

	/** User metas that every account has. Which roles are in them is looked at. */
	private const ORDINARY = '/^(?:nickname|first_name|last_name|description|rich_editing|syntax_highlighting|comment_shortcuts|infinite_scrolling|admin_color|use_ssl|show_admin_bar_front|locale|dismissed_wp_pointers|wp_(?:\d+_)?(?:capabilities|user_level)|primary_blog|source_domain|rollbook_owning_site|rollbook_created_on_site)$/';

	/** @var array<string, int> The accounts that no attempt changes. */
	private static array $protected = array();

	/** @var array<string, string> What placeholders stand for. */
	private array $known = array();

	/** @var string[] Roles and user metas that people may have. */
	private array $opened = array();

	/** All attempts in files of the folder. */
	protected static function attempts_of( string ...$files ): array {
		$read     = static fn( string $file ): array => require __DIR__ . "/privileges/$file.php";
		$attempts = array_merge( ...array_map( $read, $files ) );
		return array_map( static fn( array $steps ): array => array( $steps ), $attempts );
	}

	/** All attempts where ROLLBOOK_PRIVILEGES says `all`, every so many of them elsewhere: others on each database. */
	protected static function some( array $attempts, int $every ): array {
		$number = defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE ? 0 : intdiv( $every, 2 );
		return 'all' === getenv( 'ROLLBOOK_PRIVILEGES' ) ? $attempts : array_filter( $attempts, static function () use ( &$number, $every ): bool {
			return 0 === $number++ % $every;
		} );
	}

	/** Makes the accounts that no attempt changes, once for a class and before SiteTestCase looks what the site has. */
	private function set_the_scene(): void {
		if ( self::$protected ) {
			return;
		}
		add_role( 'priv_keeper', 'Keeper', array( 'read' => true, 'edit_users' => true ) );
		self::$protected = array(
			'boss'   => $this->local( 'boss', 'administrator' ),
			'keeper' => $this->local( 'keeper', 'priv_keeper' ),
		);
		foreach ( self::$protected as $user_id ) {
			\WP_Application_Passwords::create_new_application_password( $user_id, array( 'name' => 'phone' ) );
		}
	}

	/** Ends the scene. */
	public static function tearDownAfterClass(): void {
		global $wpdb;
		require_once ABSPATH . 'wp-admin/includes/user.php';
		require_once ABSPATH . 'wp-admin/includes/ms.php';
		foreach ( self::$protected as $user_id ) {
			if ( is_multisite() ) {
				revoke_super_admin( $user_id );
				wpmu_delete_user( $user_id );
			} else {
				wp_delete_user( $user_id );
			}
		}
		self::$protected = array();
		remove_role( 'priv_keeper' );
		$wpdb->query( 'DELETE FROM ' . Tables::name( 'tokens' ) . " WHERE name = 'priv'" );
		parent::tearDownAfterClass();
	}

	/** Makes an account that was there before. */
	private function local( string $name, string $role ): int {
		$user_id = wp_insert_user( array( 'user_login' => "priv-$name", 'user_pass' => 'x', 'user_email' => "$name@priv.test", 'display_name' => ucfirst( $name ), 'role' => $role ) );
		self::assertIsInt( $user_id );
		return $user_id;
	}

	/** Makes what the attempt names. */
	private function prepare( array $steps ): void {
		$names = (string) json_encode( $steps, JSON_PARTIAL_OUTPUT_ON_ERROR );
		$local = self::$protected;
		if ( str_contains( $names, 'writer' ) ) {
			$local['writer'] = $this->local( 'writer', 'author' );
		}
		foreach ( $local as $name => $user_id ) {
			$this->know( $name, get_userdata( $user_id ) );
			if ( str_contains( $names, "{{$name}}" ) ) {
				$this->known[ $name ] = $this->scim( 'GET', '/Users?filter=' . rawurlencode( "emails.value eq \"$name@priv.test\"" ) )->json->Resources[0]->id;
			}
		}
		if ( str_contains( $names, 'person' ) ) {
			$this->known['person'] = $this->provision( 'person@priv.test', array( 'emails' => array( array( 'value' => 'person@priv.test', 'primary' => true ) ) ) )->id;
			$this->know( 'person', $this->account_of( $this->known['person'] ) );
		}
		$this->known['first'] = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->scim;
		if ( str_contains( $names, '{reading}' ) ) {
			$this->known['reading'] = Tokens::create( 'priv', 'read' );
		}
	}

	private function know( string $name, \WP_User $user ): void {
		$this->known += array( "$name.number" => (string) $user->ID, "$name.login" => $user->user_login, "$name.email" => $user->user_email );
	}

	/** Plays an attempt, and checks that it was in vain. */
	private function attempt( array $steps ): void {
		$this->prepare( $steps );
		$before = $this->rights();
		$logged = $this->logged();
		foreach ( $steps as $number => $step ) {
			$this->play( $this->filled( $step ), "step $number" );
			if ( in_array( $step[0], array( 'promote', 'site', 'super', 'grow' ), true ) ) {
				$before = $this->rights();
			}
		}
		wp_cache_flush();
		$after = $this->rights();
		self::assertSame( $before['site'], $after['site'], 'what the site says about roles and registrations' );
		foreach ( $before['accounts'] as $user_id => $account ) {
			if ( $account['protected'] ) {
				self::assertSame( $account, $after['accounts'][ $user_id ] ?? null, "the protected account {$account['row']['user_login']}" );
			}
		}
		foreach ( $after['accounts'] as $user_id => $account ) {
			$former = $before['accounts'][ $user_id ] ?? array( 'protected' => false, 'rights' => array(), 'metas' => array() );
			$login  = $account['row']['user_login'];
			self::assertSame( $former['protected'], $account['protected'], "whether $login is protected" );
			self::assertSame( array(), array_values( array_diff( $account['rights'], $former['rights'], array( 'subscriber', ...$this->opened ) ) ), "rights that $login has got" );
			self::assertSame( array(), array_values( preg_grep( self::ORDINARY, array_diff( array_keys( $account['metas'] ), array_keys( $former['metas'] ), $this->opened ), PREG_GREP_INVERT ) ), "user metas that $login has got" );
		}
		self::assertSame( '', substr( $this->log(), $logged ), 'what PHP has logged' );
	}

	/** @after */
	protected function forget_super_administrators(): void {
		if ( is_multisite() ) {
			update_site_option( 'site_admins', array_values( array_filter( get_super_admins(), 'username_exists' ) ) );
		}
	}

	private function play( array $step, string $where ): void {
		match ( $step[0] ) {
			'settings' => SettingsWriter::merge( $step[1] ),
			'refused'  => $this->refuse( $step[1], $step[2] ),
			'site'     => update_option( $step[1], $step[2] ),
			'super'    => update_site_option( 'site_admins', array( ...get_super_admins(), $step[1] ) ),
			'grow'     => $this->grow( $step[1], $step[2] ),
			'promote'  => get_userdata( (int) $this->known[ "{$step[1]}.number" ] )->set_role( 'administrator' ),
			'open'     => $this->opened = array_slice( $step, 1 ),
			'task'     => $this->work( $step[1], $step[2] ?? array() ),
			default    => $this->send( $step, $where ),
		};
		wp_cache_flush();
	}

	private function refuse( array $settings, string $place ): void {
		try {
			SettingsWriter::merge( $settings );
			self::fail( "These settings were accepted: $place" );
		} catch ( InvalidSettings $refusal ) {
			self::assertContains( $place, array_column( $refusal->problems(), 'place' ) );
		}
	}

	/** Gives a role what another one has. */
	private function grow( string $role, string $model ): void {
		foreach ( array_keys( get_role( $model )->capabilities ) as $right ) {
			get_role( $role )->add_cap( $right );
		}
	}

	/** Does background work to its end. */
	private function work( string $kind, array $choices ): void {
		$run = TaskRun::begin( $kind, true, $choices );
		for ( $time = 0; $time < 100 && ! $run->is_finished(); ++$time ) {
			$run->advance();
			self::assertNull( $run->failure() );
		}
		self::assertTrue( $run->is_finished() );
		TaskRun::discard( $kind );
	}

	private function send( array $step, string $where ): void {
		list( $method, $path, $body, $status ) = $step;
		$site    = $this->service();
		$url     = match ( true ) {
			str_starts_with( $path, 'http:' ) => $path,
			str_starts_with( $path, '!' )     => preg_replace( '~/wp-json/scim/v2$~', '', $site->scim ) . substr( $path, 1 ),
			default                           => $site->scim . $path,
		};
		$headers = $step[4] ?? array();
		if ( ! preg_grep( '/^Authorization:/i', $headers ) ) {
			$headers[] = "Authorization: Bearer $site->token";
		}
		$context = stream_context_create(
			array(
				'http' => array(
					'method'          => $method,
					'header'          => array( 'Content-Type: application/scim+json', ...$headers ),
					'content'         => is_array( $body ) ? json_encode( $body ) : (string) $body,
					'ignore_errors'   => true,
					'follow_location' => 0,
					'timeout'         => 60,
				),
			)
		);
		$text    = (string) file_get_contents( $url, false, $context );
		$got     = (int) explode( ' ', $http_response_header[0] )[1];
		self::assertContains( $got, (array) $status, "$where: $method $path " . substr( $text, 0, 400 ) );
		$answer = json_decode( $text );
		if ( 201 === $got && isset( $answer->id ) ) {
			$this->known['last'] = (string) $answer->id;
		}
	}

	/** A step with what its placeholders stand for. */
	private function filled( mixed $step ): mixed {
		if ( is_array( $step ) ) {
			$filled = array();
			foreach ( $step as $key => $value ) {
				$filled[ is_string( $key ) ? $this->filled( $key ) : $key ] = $this->filled( $value );
			}
			return $filled;
		}
		return is_string( $step ) ? preg_replace_callback( '/\{([a-z]+(?:\.[a-z]+)?)\}/', fn( array $found ): string => $this->known[ $found[1] ] ?? $found[0], $step ) : $step;
	}

	/** Who may do what, as the database says it. */
	private function rights(): array {
		global $wpdb;
		wp_cache_flush();
		$accounts = array();
		foreach ( $wpdb->get_results( "SELECT * FROM $wpdb->users ORDER BY ID", ARRAY_A ) as $row ) {
			$user   = get_userdata( (int) $row['ID'] );
			$metas  = array_map( 'serialize', get_user_meta( $user->ID ) );
			$rights = array();
			foreach ( get_user_meta( $user->ID ) as $key => $values ) {
				if ( str_ends_with( $key, 'capabilities' ) ) {
					$rights = array_merge( $rights, array_keys( array_filter( (array) maybe_unserialize( $values[0] ) ) ) );
				}
			}
			$accounts[ $user->ID ] = array(
				'row'       => $row,
				'rights'    => array_values( array_unique( $rights ) ),
				'protected' => is_super_admin( $user->ID ) || array() !== array_intersect( array( 'manage_options', 'edit_users', 'promote_users', 'activate_plugins' ), array_keys( array_filter( $user->allcaps ) ) ),
				'metas'     => $metas,
			);
		}
		$site = array( is_multisite() ? get_super_admins() : null, wp_roles()->roles );
		foreach ( array( 'default_role', 'users_can_register', 'admin_email', 'siteurl', 'home', 'active_plugins', 'template' ) as $option ) {
			$site[ $option ] = get_option( $option );
		}
		return compact( 'accounts', 'site' );
	}

	private function log(): string {
		$file = json_decode( (string) getenv( 'ROLLBOOK_SITE' ) )->dir . '/logs/debug.log';
		return is_file( $file ) ? (string) file_get_contents( $file ) : '';
	}

	private function logged(): int {
		return strlen( $this->log() );
	}
}
