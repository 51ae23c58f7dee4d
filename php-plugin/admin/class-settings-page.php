<?php
/**
 * Settings → Rollbook.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\NetworkSettings;
use Rollbook\WordPress\Requirements;
use const Rollbook\WordPress\PLUGIN_FILE;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * The screen: its menu entry, its files, its help, and what its forms have in common.
 */
final class SettingsPage {

	/** The screen's id. */
	public const SCREEN = 'settings_page_rollbook';

	/** The capability that the screen and its forms need. Where a network does not let its sites provision, only the network's administrators have access. */
	private const CAPABILITY            = 'manage_options';
	private const CAPABILITY_OF_NETWORK = 'manage_network_options';

	/** The tab that opens first. */
	private const FIRST_TAB = 'connection';

	/** The other tabs, each a form. */
	private const FORMS = array(
		'people'     => PeopleScreen::class,
		'roles'      => RolesScreen::class,
		'attributes' => AttributesScreen::class,
		'advanced'   => AdvancedScreen::class,
	);

	/**
	 * The capability that somebody needs for the screen.
	 */
	public static function capability(): string {
		return NetworkSettings::allows( NetworkSettings::SITES_PROVISION ) ? self::CAPABILITY : self::CAPABILITY_OF_NETWORK;
	}

	/**
	 * Puts the screen into the menu.
	 */
	public static function action_admin_menu(): void {
		add_options_page( __( 'Rollbook', 'rollbook' ), __( 'Rollbook', 'rollbook' ), self::capability(), 'rollbook', array( self::class, 'render' ) );
	}

	/**
	 * The message of a form that this request handled.
	 *
	 * @var ?Message
	 */
	private static ?Message $message = null;

	/**
	 * Sets the message of a form that this request handled.
	 *
	 * @param Message $message The message.
	 */
	public static function tell( Message $message ): void {
		self::$message = $message;
	}

	/**
	 * Prepares the screen.
	 */
	public static function action_load(): void {
		wp_enqueue_style( 'rollbook-settings', plugins_url( 'admin/settings.css', PLUGIN_FILE ), array(), VERSION );
		wp_enqueue_style( 'rollbook-self-test', plugins_url( 'admin/self-test.css', PLUGIN_FILE ), array(), VERSION );
		wp_enqueue_style( 'rollbook-guides', plugins_url( 'admin/guides.css', PLUGIN_FILE ), array(), VERSION );
		wp_enqueue_script( 'rollbook-settings', plugins_url( 'admin/settings.js', PLUGIN_FILE ), array( 'clipboard', 'wp-a11y' ), VERSION, true );
		wp_enqueue_script( 'rollbook-person-picker', plugins_url( 'admin/person-picker.js', PLUGIN_FILE ), array( 'rollbook-settings' ), VERSION, true );
		wp_enqueue_style( 'rollbook-roles', plugins_url( 'admin/roles.css', PLUGIN_FILE ), array( 'rollbook-settings' ), VERSION );
		wp_enqueue_script( 'rollbook-roles', plugins_url( 'admin/roles.js', PLUGIN_FILE ), array( 'rollbook-settings' ), VERSION, true );
		// Not by WordPress's files for scripts: those would have to be built of the .po files, one for each variant of a language.
		wp_localize_script(
			'rollbook-settings',
			'rollbookTexts',
			array(
				'copied'        => __( 'Copied!', 'rollbook' ),
				'copyingFailed' => __( 'Copying failed. The text is selected: press Ctrl+C or ⌘C.', 'rollbook' ),
				/* translators: %d: number of people. */
				'peopleFound'   => __( '%d people found. Choose with the arrow keys.', 'rollbook' ),
				'people'        => __( 'People found', 'rollbook' ),
				'nobodyFound'   => __( 'Nobody was found.', 'rollbook' ),
				'newRule'       => __( 'new rule', 'rollbook' ),
				/* translators: %d: number of a rule. */
				'rule'          => __( 'rule %d', 'rollbook' ),
				/* translators: 1: position of a rule, 2: number of rules. */
				'ruleMoved'     => __( 'Moved to position %1$s of %2$s.', 'rollbook' ),
				'stopped'       => __( 'It stopped. Press Continue.', 'rollbook' ),
			)
		);

		$screen = get_current_screen();
		$screen->add_help_tab(
			array(
				'id'      => 'rollbook-connect',
				'title'   => __( 'Connecting', 'rollbook' ),
				'content' => self::paragraphs(
					__( 'Copy the address into your identity provider: Entra ID calls it “Tenant URL”, Okta “SCIM connector base URL”.', 'rollbook' ),
					__( 'Create a token and copy it there as well: Entra ID calls it “Secret Token”, Okta “HTTP Header, Authorization, Bearer”. Then start the connection test there.', 'rollbook' )
				),
			)
		);
		$screen->add_help_tab(
			array(
				'id'      => 'rollbook-tokens',
				'title'   => __( 'Tokens', 'rollbook' ),
				'content' => self::paragraphs(
					__( 'A token is enough to create, change and deactivate accounts of this site, except protected ones. Give every identity provider a token of its own, so that one can be revoked without stopping the others.', 'rollbook' ),
					__( 'The site keeps no token, only a hash of it. A lost token cannot be shown again: create another one and revoke the lost one.', 'rollbook' ),
					/* translators: %s: name of a constant in wp-config.php. */
					sprintf( __( 'A token can also be fixed in wp-config.php: define the constant %s as the SHA-256 of a text of at least 32 random characters, in hexadecimal digits. It does not appear in the list and is revoked by removing the constant.', 'rollbook' ), '<code>ROLLBOOK_TOKEN_HASH</code>' )
				),
			)
		);
		$screen->add_help_tab( self::help_with_failure() );
		$screen->add_help_tab( self::help_with_rules() );
	}

	/**
	 * The help with role rules and attributes.
	 *
	 * @return array{id: string, title: string, content: string}
	 */
	private static function help_with_rules(): array {
		return array(
			'id'      => 'rollbook-rules',
			'title'   => __( 'Rules and attributes', 'rollbook' ),
			'content' => self::paragraphs(
				__( 'A role rule is a filter as identity providers write it: an attribute, an operator such as eq, co, sw or pr, and a value in quotes; joined by and, or, not. The first rule that fits decides. Groups count: what a group is called is an attribute of its members, and of the members of groups within it.', 'rollbook' ),
				sprintf(
					/* translators: 1 and 2: filters. */
					__( '%1$s fits members of the group itself alone. What an identity provider sends as roles is asked for with %2$s.', 'rollbook' ),
					'<code>groups[type eq "direct" and display eq "Editors"]</code>',
					'<code>roles.value eq "Author"</code>'
				),
				sprintf(
					/* translators: 1-4: beginnings of targets. */
					__( 'An attribute goes to a field of the account (%1$s), to user meta (%2$s), to a BuddyPress profile field (%3$s) or to an ACF field (%4$s). With several values they are joined by commas.', 'rollbook' ),
					'<code>field:</code>',
					'<code>meta:</code>',
					'<code>xprofile:</code>',
					'<code>acf:</code>'
				),
				__( 'A pattern is a regular expression; every match in the value is replaced, and $1 stands for what the first group found.', 'rollbook' )
			),
		);
	}

	/**
	 * The help when a connection test fails.
	 *
	 * @return array{id: string, title: string, content: string}
	 */
	private static function help_with_failure(): array {
		return array(
			'id'      => 'rollbook-failure',
			'title'   => __( 'When the test fails', 'rollbook' ),
			'content' => self::paragraphs(
				sprintf(
					/* translators: 1: name of an HTTP header, 2: line of configuration, 3: name of a file, 4: line of configuration. */
					__( '“No %1$s header arrived”: the web server keeps the header to itself. With Apache, put the line %2$s into the file %3$s; with nginx before Apache, pass it on with %4$s.', 'rollbook' ),
					'<code>Authorization</code>',
					'<code>CGIPassAuth On</code>',
					'<code>.htaccess</code>',
					'<code>proxy_set_header Authorization $http_authorization;</code>'
				),
				__( 'An answer in HTML, 403 or 405: a firewall before WordPress does not let PUT, PATCH or DELETE, or the type application/scim+json, through. Allow them for this address.', 'rollbook' ),
				sprintf(
					/* translators: 1 and 2: addresses. */
					__( 'If the host blocks the REST API, give one of these addresses to the identity provider: %1$s or %2$s.', 'rollbook' ),
					'<code>' . esc_url( home_url( '/scim/v2' ) ) . '</code>',
					'<code>' . esc_url( home_url( '/index.php/scim/v2' ) ) . '</code>'
				)
			),
		);
	}

	/**
	 * Prints the screen.
	 */
	public static function render(): void {
		if ( ! Requirements::met() ) {
			Installation::render();
			return;
		}
		$tabs    = array( self::FIRST_TAB => __( 'Connection', 'rollbook' ) ) + array_map( static fn( string $screen ): string => $screen::title(), self::FORMS );
		$tabs    = array_slice( $tabs, 0, -1, true ) + array( ActivityScreen::TAB => ActivityScreen::title(), GuidesScreen::TAB => GuidesScreen::title() ) + $tabs; // They come before the last tab.
		$tab     = sanitize_key( $_GET['tab'] ?? '' ); // phpcs:ignore WordPress.Security.NonceVerification.Recommended -- It only chooses what is shown.
		$tab     = isset( $tabs[ $tab ] ) ? $tab : self::FIRST_TAB;
		$message = self::$message ?? Message::take();
		$screen  = self::FORMS[ $tab ] ?? null;
		$data    = match ( true ) {
			null !== $screen => FormData::collect( $message ),
			ActivityScreen::TAB === $tab, GuidesScreen::TAB === $tab => null,
			default => ConnectionData::collect(),
		};
		require __DIR__ . '/views/page.php';
	}

	/**
	 * The tabs that are a form.
	 *
	 * @return array<string, class-string<FormScreen>>
	 */
	public static function forms(): array {
		return self::FORMS;
	}

	/**
	 * The tab on which a place of the settings document stands.
	 *
	 * @param string $place The place: `deletion.reassign_to`.
	 */
	public static function tab_of( string $place ): string {
		return match ( strtok( $place, '.[' ) ) {
			'default_role', 'hand_given_roles', 'role_rules', 'protected_roles' => 'roles',
			'mappings'                                                          => 'attributes',
			'allowed_networks', 'trusted_proxies', 'plain_http', 'requests_per_minute', 'activity_days', 'activity_bodies', 'alerts', 'compatibility' => 'advanced',
			default                                                             => 'people',
		};
	}

	/**
	 * Adds a link to the screen to the plugin's row in the list of plugins.
	 *
	 * @param array<string, string> $links The row's links.
	 * @return array<string, string>
	 */
	public static function filter_plugin_action_links( array $links ): array {
		return ! current_user_can( self::capability() ) ? $links : array( 'settings' => sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Settings', 'rollbook' ) ) ) + $links;
	}

	/**
	 * The hidden fields of a form that is sent to admin-post.php.
	 *
	 * Not wp_nonce_field(): its field has an id, and there are many forms on the screen.
	 *
	 * @param string          $action The form's action.
	 * @param int|string|null $id     What it acts on.
	 */
	public static function hidden_fields( string $action, int|string|null $id = null ): string {
		$fields = array(
			'action'   => $action,
			'id'       => $id,
			'_wpnonce' => wp_create_nonce( $action . (string) $id ),
		);
		$html   = '';
		foreach ( array_filter( $fields, 'is_scalar' ) as $name => $value ) {
			$html .= sprintf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( (string) $value ) );
		}
		return $html;
	}

	/**
	 * A form with one button.
	 *
	 * @param string $action   The form's action.
	 * @param int    $id       What it acts on.
	 * @param string $text     What the button says.
	 * @param string $label    What it says to those who hear it without its row.
	 * @param string $class    Classes of the button, with a space before each.
	 */
	public static function form_with_button( string $action, int $id, string $text, string $label, string $class = '' ): string {
		return sprintf(
			'<form method="post" action="%1$s">%3$s<button type="submit" class="button button-small%2$s" aria-label="%4$s">%5$s</button></form>',
			esc_url( admin_url( 'admin-post.php' ) ),
			esc_attr( $class ),
			self::hidden_fields( $action, $id ),
			esc_attr( $label ),
			esc_html( $text )
		);
	}

	/**
	 * Whether the current user can use the forms.
	 */
	public static function is_allowed(): bool {
		return current_user_can( self::capability() ) && Requirements::met();
	}

	/**
	 * Ends the request unless it comes from the form and the current user may use that form.
	 *
	 * @param string          $action The form's action.
	 * @param int|string|null $id     What it acts on.
	 */
	public static function require_permission( string $action, int|string|null $id = null ): void {
		if ( ! self::is_allowed() ) {
			wp_die( esc_html__( 'You are not allowed to do this.', 'rollbook' ), '', array( 'response' => 403 ) );
		}
		check_admin_referer( $action . (string) $id );
	}

	/**
	 * Ends a form's handler and goes back to the screen.
	 *
	 * @param Message $message What to tell there.
	 * @param string  $tab     The tab to go to.
	 * @return never
	 */
	public static function go_back( Message $message, string $tab = self::FIRST_TAB ): void {
		$message->leave();
		wp_safe_redirect( self::url( $tab ) );
		exit;
	}

	/**
	 * The screen's address.
	 *
	 * @param string $tab The tab.
	 */
	public static function url( string $tab = self::FIRST_TAB ): string {
		$url = admin_url( 'options-general.php?page=rollbook' );
		return self::FIRST_TAB === $tab ? $url : add_query_arg( 'tab', $tab, $url );
	}

	/**
	 * Sentences as paragraphs.
	 *
	 * @param string ...$texts The texts; they may hold inline HTML.
	 */
	private static function paragraphs( string ...$texts ): string {
		return '<p>' . implode( '</p><p>', array_map( 'wp_kses_post', $texts ) ) . '</p>';
	}
}
