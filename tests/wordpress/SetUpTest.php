<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Endpoint\SetUp;

/** What WordPress sets up for pages is left out for the service, unless somebody waits for it. */
final class SetUpTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	private const WATCH  = WPMU_PLUGIN_DIR . '/set-up-watch.php';
	private const PLUGIN = WPMU_PLUGIN_DIR . '/zz-contoso-set-up.php';
	private const LOG    = ROLLBOOK_SITE_DIR . '/set-up.log';

	/** What happens to people, with what WordPress says of it. */
	private const OF_PEOPLE = array( 'wp_pre_insert_user_data', 'insert_user_meta', 'insert_custom_user_meta', 'user_register', 'profile_update', 'wp_update_user', 'set_user_role', 'add_user_role', 'remove_user_role', 'add_user_meta', 'added_user_meta', 'update_user_meta', 'updated_user_meta', 'delete_user_meta', 'deleted_user_meta', 'wp_set_password', 'send_password_change_email', 'send_email_change_email', 'delete_user', 'deleted_user', 'remove_user_from_blog', 'clean_user_cache', 'wp_trash_post', 'trashed_post', 'rollbook/user_created', 'rollbook/user_updated', 'rollbook/user_deactivated', 'rollbook/user_deleted', 'rollbook/group_changed', 'rollbook/role_changed' );

	/** @before */
	protected function watch(): void {
		file_put_contents( self::LOG, '' );
		chmod( self::LOG, 0666 );
	}

	/** @after */
	protected function watch_no_more(): void {
		foreach ( array( self::WATCH, self::PLUGIN, self::LOG ) as $file ) {
			is_file( $file ) && unlink( $file );
		}
	}

	/** Has something written down when WordPress is loaded, before a request is answered. */
	private function note( string $expression ): void {
		file_put_contents( self::WATCH, "<?php add_action( 'wp_loaded', static fn() => file_put_contents( '" . self::LOG . "', json_encode( $expression ) . PHP_EOL, FILE_APPEND ), PHP_INT_MIN );" );
	}

	/** What was written down since it was asked for last. */
	private function noted(): array {
		$lines = file( self::LOG, FILE_IGNORE_NEW_LINES );
		file_put_contents( self::LOG, '' );
		return array_map( static fn( string $line ): mixed => json_decode( $line, true ), $lines );
	}

	private function plugin( string $code ): void {
		file_put_contents( self::PLUGIN, "<?php $code" );
		usleep( 100_000 ); // PHP looks at a file's time in whole requests.
	}

	public function test_what_wordpress_sets_up_for_pages_is_left_out(): void {
		$this->assertStringStartsWith( 'twenty', get_template(), 'WordPress’s own theme listens to init' );
		$this->note( 'array( did_action( "init" ), did_action( "widgets_init" ), count( WP_Block_Type_Registry::get_instance()->get_all_registered() ) )' );
		$person = $this->provision( 'pu-set-up' );
		$this->assertSame( 200, $this->patch( $person->id, 'displayName', 'Left out' )->status );
		$this->assertSame( 'Left out', $this->account_of( $person->id )->display_name );
		$this->assertSame( 200, $this->scim( 'GET', '/Users?count=1' )->status );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$this->assertSame( array_fill( 0, 4, array( 1, 0, 0 ) ), $this->noted() );

		( new Browser( $this->url() ) )->fetch( '/wp-json/' );
		list( list( $init, $widgets, $blocks ) ) = $this->noted();
		$this->assertSame( array( 1, 1 ), array( $init, $widgets ), 'for others it is not' );
		$this->assertGreaterThan( 10, $blocks );
	}

	/** @return array<string, array{string}> */
	public static function plugins_that_wait(): array {
		return array(
			'a function of its own'           => array( 'add_action( "init", static fn() => null );' ),
			'the last of all'                 => array( 'add_action( "after_setup_theme", static fn() => add_action( "init", static fn() => null ), PHP_INT_MAX );' ),
			'within init'                     => array( 'add_action( "widgets_init", static fn() => null );' ),
			'everything'                      => array( 'add_action( "all", static fn() => null );' ),
			'a function of PHP'               => array( 'add_action( "init", "time", 10, 0 );' ),
			'a function that is there by magic' => array( 'class Contoso_Magic { function __call( $name, $arguments ) {} } add_action( "init", array( new Contoso_Magic(), "set_up" ) );' ),
			'an object of its own, with a method of WordPress’s' => array( 'class Contoso_Errors extends WP_Error {} add_action( "init", array( new Contoso_Errors(), "get_error_codes" ) );' ),
			'a class of its own, with a method of WordPress’s' => array( 'class Contoso_Http extends WP_Http {} add_action( "init", "Contoso_Http::is_ip_address" );' ),
			'one named as a theme’s'          => array( 'function twentytwentyfive_contoso() {} add_action( "init", "twentytwentyfive_contoso" );' ),
			'its own word'                    => array( 'add_filter( "rollbook/skip_init", "__return_false" );' ),
		);
	}

	/** @dataProvider plugins_that_wait */
	public function test_who_listens_has_everything_set_up( string $code ): void {
		$this->note( 'array( did_action( "widgets_init" ), count( WP_Block_Type_Registry::get_instance()->get_all_registered() ) > 10 )' );
		$this->plugin( $code );
		$this->provision( 'pu-set-up-waits' );
		$this->assertSame( array( array( 1, true ) ), $this->noted() );
	}

	/** Hooks that a plugin registers at init are there when it matters. */
	public function test_a_hook_of_init_hears_of_a_newcomer(): void {
		$this->plugin( 'add_action( "init", static fn() => add_action( "user_register", static fn( $id ) => update_user_meta( $id, "contoso_heard", "yes" ) ) );' );
		$person = $this->provision( 'pu-set-up-heard' );
		$this->assertSame( 'yes', $this->account_of( $person->id )->contoso_heard );
	}

	public function test_an_owner_may_say_that_a_listener_does_not_matter(): void {
		$this->note( 'array( did_action( "widgets_init" ), did_action( "contoso_init" ), $GLOBALS["contoso_listeners"] )' );
		$this->plugin( 'add_action( "init", static fn() => do_action( "contoso_init" ) ); add_filter( "rollbook/skip_init", static function ( $may, $listeners ) { $GLOBALS["contoso_listeners"] = array( $may, $listeners ); return true; }, 10, 2 );' );
		$this->provision( 'pu-set-up-owner' );
		$this->assertSame( array( array( 0, 0, array( false, array( 'init: Closure (wp-content/mu-plugins/zz-contoso-set-up.php:1)' ) ) ) ), $this->noted() );
	}

	public function test_the_report_names_who_listens(): void {
		$fields = static fn(): string => apply_filters( 'debug_information', array() )['rollbook']['fields']['set_up']['value'];
		$this->assertStringNotContainsString( 'contoso', $fields() );
		add_action( 'init', 'contoso_set_up' );
		try {
			$this->assertStringContainsString( 'init: contoso_set_up (PHP)', $fields() );
		} finally {
			remove_action( 'init', 'contoso_set_up' );
		}
	}

	/** What decisions and deletions look at is the same either way. */
	public function test_nothing_about_people_is_set_up_at_init(): void {
		$this->note( 'array( get_post_types(), get_taxonomies(), wp_roles()->roles, get_locale(), get_current_user_id(), has_action( "shutdown", "_wp_cron" ), has_filter( "title_save_pre", "wp_filter_kses" ), has_filter( "content_save_pre", "wp_filter_post_kses" ) )' );
		$this->provision( 'pu-set-up-left-out' );
		$this->plugin( 'add_action( "init", static fn() => null );' );
		$this->provision( 'pu-set-up-everything' );
		list( $left_out, $everything ) = $this->noted();
		$this->assertContains( 10, $left_out, 'WP-Cron is begun afterwards' );
		$this->assertSame( $everything, $left_out );
	}

	/** Somebody may listen to each action that happens within init. */
	public function test_every_action_of_init_is_listened_for(): void {
		$this->plugin( 'add_action( "init", static function () { $before = $GLOBALS["wp_actions"]; add_action( "wp_loaded", static fn() => file_put_contents( "' . self::LOG . '", json_encode( array_keys( array_diff_assoc( $GLOBALS["wp_actions"], $before ) ) ) . PHP_EOL, FILE_APPEND ), PHP_INT_MIN ); }, PHP_INT_MIN );' );
		( new Browser( $this->url() ) )->fetch( '/wp-json/' );
		list( $happened ) = $this->noted();
		$this->assertContains( 'widgets_init', $happened );
		$known = array( ...( new \ReflectionClassConstant( SetUp::class, 'HOOKS' ) )->getValue(), 'wp_loaded', 'load_textdomain' );
		$left  = array_filter( array_diff( $happened, $known ), static fn( string $action ): bool => ! preg_match( '/^registered_(?:post_type|taxonomy)_/', $action ) );
		$this->assertSame( array(), array_values( $left ) );
	}

	/** Plugins that listen to what happens to people hear the same, in the same order. */
	public function test_hooks_about_people_are_the_same(): void {
		$this->settings( array( 'deletion' => array( 'policy' => 'delete' ), 'mass_removal' => array( 'watch' => false ) ) );
		$listen   = 'foreach ( ' . var_export( self::OF_PEOPLE, true ) . ' as $hook ) { add_filter( $hook, static function ( ...$arguments ) use ( $hook ) { file_put_contents( "' . self::LOG . '", json_encode( array( $hook, $arguments ) ) . PHP_EOL, FILE_APPEND ); return $arguments[0] ?? null; }, 10, 9 ); }';
		$left_out = $this->heard_of_a_life( $listen );
		$this->assertContains( 'user_register', array_column( $left_out, 0 ) );
		$this->assertContains( 'deleted_user', array_column( $left_out, 0 ) );
		$this->assertContains( 'trashed_post', array_column( $left_out, 0 ) );
		$this->assertSame( $this->heard_of_a_life( "$listen add_action( 'init', static fn() => null );" ), $left_out );
	}

	/** What a plugin hears of somebody who comes, changes, has written, leaves and is deleted. */
	private function heard_of_a_life( string $plugin ): array {
		$this->plugin( $plugin );
		$this->noted();
		$name   = array( 'givenName' => 'Ada', 'familyName' => 'Byron' );
		$person = $this->provision( 'pu-set-up-life', array( 'name' => $name, 'emails' => array( array( 'value' => 'pu-set-up-life@contoso.test', 'type' => 'work' ) ) ) );
		$author = $this->account_of( $person->id )->ID;
		$this->assertGreaterThan( 0, $post = wp_insert_post( array( 'post_title' => 'Notes', 'post_content' => 'G', 'post_author' => $author, 'post_status' => 'publish' ) ) );
		$group = $this->scim( 'POST', '/Groups', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:Group' ), 'displayName' => 'pu-set-up-group', 'members' => array( array( 'value' => $person->id ) ) ) );
		$this->assertSame( 201, $group->status, $group->body );
		foreach ( array( 'displayName' => 'Countess', 'active' => false, 'name.familyName' => 'Lovelace' ) as $path => $value ) {
			$this->assertSame( 200, $this->patch( $person->id, $path, $value )->status );
		}
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Groups/{$group->json->id}" )->status );
		$this->assertSame( 'trash', get_post_status( $post ) );
		usleep( 200_000 ); // Some is told when the client has its answer.
		$made_up = array( $person->id => 'PERSON', $group->json->id => 'GROUP' );
		$numbers = array( $author => 'AUTHOR', $post => 'POST' );
		$plain   = static function ( mixed $value, int|string $key = '' ) use ( &$plain, $made_up, $numbers ): mixed {
			if ( is_array( $value ) ) {
				return array_map( $plain, $value, array_keys( $value ) );
			}
			$text = $numbers[ (string) $value ] ?? strtr( (string) $value, $made_up );
			return 'user_pass' === $key ? 'HASH' : preg_replace( '/\d{4}-\d\d-\d\d[ T][\d:.]+Z?|^\d{10,13}$|^[0-9a-f]{64}$/', 'TIME', $text );
		};
		$heard   = array();
		foreach ( $this->noted() as list( $hook, $arguments ) ) {
			if ( preg_match( '/^(?:added|updated?|deleted?)_user_meta$/', $hook ) ) {
				unset( $arguments[0] ); // The number of the row.
			}
			$heard[] = array( $hook, $plain( $arguments ) );
		}
		return $heard;
	}
}
