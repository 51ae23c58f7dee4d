<?php
/**
 * What a report about a problem says of Rollbook.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\Address;
use Rollbook\WordPress\Endpoint\SetUp;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Adds to Tools → Site Health → Info how Rollbook is set up and how much it holds. What names people, networks or addresses is private: it is
 * shown to the owner, and left out of what is copied.
 */
final class DebugData {

	/**
	 * Adds the facts.
	 *
	 * @param array<string, array<string, mixed>> $sections The sections of the report.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_debug_information( array $sections ): array {
		try {
			$facts = Requirements::met() ? self::facts() : array();
		} catch ( DatabaseFailure $failure ) {
			$facts = array( 'database' => array( __( 'Database', 'rollbook' ), $failure->getMessage(), false ) );
		}
		foreach ( $facts as $name => list( $label, $value, $private ) ) {
			$sections['rollbook']['fields'][ $name ] = array(
				'label'   => $label,
				'value'   => $value,
				'private' => $private,
			);
		}
		return $sections;
	}

	/**
	 * The facts: of each a label, the value, and whether it is private.
	 *
	 * @return array<string, array{string, int|string, bool}>
	 * @throws DatabaseFailure When the database does not tell.
	 */
	private static function facts(): array {
		$tokens = array_filter( Tokens::all(), Tokens::is_valid( ... ) );
		$used   = array_filter( array_column( $tokens, 'last_used' ) );
		$facts  = array(
			'address'       => array( __( 'Address', 'rollbook' ), Address::to_show( (string) get_option( 'home' ) ), true ),
			'tokens'        => array( __( 'Tokens that count', 'rollbook' ), count( $tokens ), false ),
			'fixed_token'   => array( __( 'Token in wp-config.php', 'rollbook' ), Tokens::constant_is_used() ? __( 'yes', 'rollbook' ) : __( 'no', 'rollbook' ), false ),
			'last_used'     => array( __( 'Last request with a token', 'rollbook' ), array() === $used ? __( 'never', 'rollbook' ) : (string) wp_date( 'c', intdiv( (int) max( $used ), 1000 ) ), false ),
			'object_cache'  => array( __( 'Persistent object cache', 'rollbook' ), wp_using_ext_object_cache() ? __( 'yes', 'rollbook' ) : __( 'no', 'rollbook' ), false ),
			'set_up'        => array( __( 'What requests wait for at init', 'rollbook' ), implode( ', ', SetUp::listeners() ) ?: __( 'nothing', 'rollbook' ), false ),
			'settings'      => array( __( 'Settings', 'rollbook' ), (string) wp_json_encode( Settings::document(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ), true ),
		);
		foreach ( array(
			'users'    => __( 'People', 'rollbook' ),
			'groups'   => __( 'Groups', 'rollbook' ),
			'activity' => __( 'Entries of the activity log', 'rollbook' ),
		) as $table => $label ) {
			$facts[ $table ] = array( $label, (int) Database::value( 'SELECT COUNT(*) FROM ' . Tables::name( $table ) ), false );
		}
		return $facts;
	}
}
