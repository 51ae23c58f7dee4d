<?php
/**
 * What programs and assistants may ask Rollbook.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Commands;

use Rollbook\WordPress\Admin\ActivitySearch;
use Rollbook\WordPress\Admin\PersonAccess;
use Rollbook\WordPress\Admin\SettingsPage;
use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\SelfTest;
use WP_Error;

defined( 'ABSPATH' ) || exit;

/**
 * Registers abilities (WordPress 6.9 and later): find a person, say why somebody has no access, tell what happened lately and how the
 * service stands. They only read, ask for the same right as the screens, and are not offered over REST.
 */
final class Abilities {

	/** Their category. */
	private const CATEGORY = 'rollbook';

	/** The most entries that one question is answered with. */
	private const MOST = 100;

	/**
	 * Registers the category.
	 */
	public static function action_categories_init(): void {
		wp_register_ability_category(
			self::CATEGORY,
			array(
				'label'       => __( 'Rollbook', 'rollbook' ),
				'description' => __( 'What identity providers do on this site: who has access, why, and what happened.', 'rollbook' ),
			)
		);
	}

	/**
	 * Registers the abilities.
	 */
	public static function action_init(): void {
		$who = array(
			'type'        => 'string',
			'minLength'   => 1,
			'description' => __( 'Number, login or e-mail address of an account, or id or userName of a person.', 'rollbook' ),
		);
		self::register( 'find-person', __( 'Find a person', 'rollbook' ), __( 'Finds somebody by a name, login or e-mail address, and says whether an identity provider manages the account and whether the person may log in.', 'rollbook' ), array( 'search' => array( 'type' => 'string', 'minLength' => 1, 'description' => __( 'A part of the name, login or address.', 'rollbook' ) ) ), array( 'search' ), 'array', array( self::class, 'find_person' ) );
		self::register( 'explain-access', __( 'Say why somebody has no access', 'rollbook' ), __( 'Says whether a person may log in, why, what can be done, and which rule decides the role.', 'rollbook' ), array( 'who' => $who ), array( 'who' ), 'object', array( self::class, 'explain_access' ) );
		self::register( 'recent-activity', __( 'Tell what happened lately', 'rollbook' ), __( 'Lists the newest entries of the activity log, of everybody or of one person.', 'rollbook' ), array( 'who' => $who, 'limit' => array( 'type' => 'integer', 'minimum' => 1, 'maximum' => self::MOST, 'default' => 20, 'description' => __( 'How many entries at most.', 'rollbook' ) ) ), array(), 'array', array( self::class, 'recent_activity' ) );
		self::register( 'health', __( 'Test the service', 'rollbook' ), __( 'Runs the self-test: whether requests of identity providers arrive, and what to do where they do not.', 'rollbook' ), array(), array(), 'object', array( self::class, 'health' ) );
	}

	/**
	 * Finds people.
	 *
	 * @param mixed $input What was asked.
	 * @return list<array<string, int|string>>
	 */
	public static function find_person( mixed $input ): array {
		$users = get_users(
			array(
				'search'         => '*' . trim( (string) ( (array) $input )['search'], '*' ) . '*',
				'search_columns' => array( 'user_login', 'user_email', 'display_name' ),
				'number'         => self::MOST,
			)
		);
		return array_map(
			static function ( \WP_User $user ): array {
				$access = PersonAccess::collect( $user->ID );
				return array(
					'user_id' => $user->ID,
					'login'   => $user->user_login,
					'name'    => $user->display_name,
					'managed' => ( $access->row['managed'] ?? false ) ? 'yes' : 'no',
					'access'  => $access->locked ? 'no' : 'yes',
				);
			},
			array_values( $users )
		);
	}

	/**
	 * Says why somebody has the access that they have.
	 *
	 * @param mixed $input What was asked.
	 * @return array<string, mixed>|WP_Error
	 */
	public static function explain_access( mixed $input ): array|WP_Error {
		$user_id = Accounts::find( (string) ( (array) $input )['who'] );
		if ( null === $user_id ) {
			return self::unknown();
		}
		$access = PersonAccess::collect( $user_id );
		$answer = $access->answer();
		return array(
			'user_id' => $user_id,
			'name'    => $access->name,
			'access'  => $access->locked || null === $access->user ? 'no' : 'yes',
			'answer'  => $answer['text'],
			'cure'    => $answer['cure'],
			'roles'   => array_values( $access->user->roles ?? array() ),
			'rule'    => $access->ruling(),
		);
	}

	/**
	 * Tells what happened lately.
	 *
	 * @param mixed $input What was asked.
	 * @return list<array<string, string>>|WP_Error
	 */
	public static function recent_activity( mixed $input ): array|WP_Error {
		$asked   = (array) $input;
		$user_id = isset( $asked['who'] ) ? Accounts::find( (string) $asked['who'] ) : 0;
		if ( null === $user_id ) {
			return self::unknown();
		}
		$limit = min( self::MOST, max( 1, (int) ( $asked['limit'] ?? 20 ) ) );
		return array_map( array( ActivityCommand::class, 'shown' ), ( new ActivitySearch( user_id: $user_id ) )->page( '', $limit )['entries'] );
	}

	/**
	 * Runs the self-test.
	 *
	 * @return array{status: string, findings: list<array<string, mixed>>}
	 */
	public static function health(): array {
		$findings = SelfTest::run();
		return array(
			'status'   => Finding::worst( $findings ),
			'findings' => array_map( 'get_object_vars', $findings ),
		);
	}

	/**
	 * Whether who asks may ask: as on the screens.
	 */
	public static function may_ask(): bool {
		return SettingsPage::is_allowed();
	}

	/**
	 * Registers an ability that only reads.
	 *
	 * @param string               $name        Its name.
	 * @param string               $label       What it is called.
	 * @param string               $description What it does.
	 * @param array<string, mixed> $properties  What it is asked.
	 * @param list<string>         $required    What of that is needed.
	 * @param string               $gives       The type of its answer.
	 * @param callable             $execute     What does it.
	 */
	private static function register( string $name, string $label, string $description, array $properties, array $required, string $gives, callable $execute ): void {
		$input = array(
			'type'                 => 'object',
			'properties'           => $properties,
			'additionalProperties' => false,
			'default'              => array(),
		);
		wp_register_ability(
			self::CATEGORY . "/$name",
			array(
				'label'               => $label,
				'description'         => $description,
				'category'            => self::CATEGORY,
				'execute_callback'    => $execute,
				'permission_callback' => array( self::class, 'may_ask' ),
				'input_schema'        => array() === $required ? $input : array( 'required' => $required ) + $input,
				'output_schema'       => array( 'type' => $gives ),
				'meta'                => array(
					'annotations'  => array(
						'readonly'    => true,
						'destructive' => false,
						'idempotent'  => true,
					),
					'public'       => false,
					'show_in_rest' => false,
				),
			)
		);
	}

	/**
	 * Nobody is called so.
	 */
	private static function unknown(): WP_Error {
		return new WP_Error( 'rollbook_unknown_person', __( 'Nobody on this site is called so.', 'rollbook' ) );
	}
}
