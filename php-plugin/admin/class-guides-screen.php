<?php
/**
 * Settings → Rollbook → Guides.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Endpoint\Address;
use Rollbook\WordPress\Translations;
use const Rollbook\WordPress\PLUGIN_FILE;

defined( 'ABSPATH' ) || exit;

/**
 * Shows the guides of the folder `guides`, which docs/guides lists too, with the site's own address in the place of the example's.
 */
final class GuidesScreen {

	/** The tab. */
	public const TAB = 'guides';

	/** The address of the example in the guides, which gives way to the site's own. */
	private const EXAMPLE = 'https://example.com';

	/** The guides for identity providers, in the order of the list. */
	private const PROVIDERS = array(
		'entra-id'         => 'Microsoft Entra ID',
		'okta'             => 'Okta',
		'onelogin'         => 'OneLogin',
		'jumpcloud'        => 'JumpCloud',
		'pingone'          => 'PingOne',
		'google-workspace' => 'Google Workspace',
		'keycloak'         => 'Keycloak',
		'authentik'        => 'authentik',
		'cyberark'         => 'CyberArk Identity',
		'miniorange'       => 'miniOrange',
	);

	/**
	 * What the tab is called.
	 */
	public static function title(): string {
		return __( 'Guides', 'rollbook' );
	}

	/**
	 * Every guide: what it is called, by the name of its file.
	 *
	 * @return array<string, string>
	 */
	public static function guides(): array {
		return self::PROVIDERS + array(
			'other'  => __( 'Any other identity provider', 'rollbook' ),
			'roles'  => __( 'Roles and attributes', 'rollbook' ),
			'errors' => __( 'What errors mean', 'rollbook' ),
			'moving' => __( 'Moving in from WPO365 or miniOrange', 'rollbook' ),
		);
	}

	/**
	 * The address of a guide.
	 *
	 * @param string $guide The guide.
	 */
	public static function url( string $guide ): string {
		return add_query_arg(
			array(
				'page'  => 'rollbook',
				'tab'   => self::TAB,
				'guide' => $guide,
			),
			admin_url( 'options-general.php' )
		);
	}

	/**
	 * The guides for identity providers that tokens are named after: those in use first.
	 *
	 * @param list<array<string, mixed>> $tokens The tokens.
	 * @return array<string, string> What they are called, by name of the file.
	 */
	public static function of_tokens( array $tokens ): array {
		usort( $tokens, static fn( array $one, array $other ): int => (int) $other['last_used'] <=> (int) $one['last_used'] );
		$seen = array();
		foreach ( $tokens as $token ) {
			foreach ( null === $token['revoked'] ? self::PROVIDERS : array() as $guide => $title ) {
				$words = 'entra-id' === $guide ? array( 'entra', 'azure' ) : array( str_replace( '-', ' ', (string) $guide ), (string) $guide );
				foreach ( $words as $word ) {
					if ( false !== stripos( (string) $token['name'], $word ) ) {
						$seen[ $guide ] = $title;
					}
				}
			}
		}
		return $seen;
	}

	/**
	 * Prints the tab: the list, or the guide that was asked for.
	 */
	public static function render(): void {
		$guides   = self::guides();
		$asked    = wp_unslash( $_GET['guide'] ?? '' ); // phpcs:ignore WordPress.Security -- It only chooses what is shown, from a list.
		$guide    = is_string( $asked ) ? $asked : '';
		$language = Translations::language();
		$html     = isset( $guides[ $guide ] ) ? ( new GuideText( array( self::class, 'link' ) ) )->html( self::text( $guide, $language ) ) : null;
		require __DIR__ . '/views/guides.php';
	}

	/**
	 * A guide as it was written, with the site's own addresses.
	 *
	 * @param string $guide    The guide.
	 * @param string $language One of the plugin's languages.
	 */
	public static function text( string $guide, string $language = Translations::ENGLISH ): string {
		$file = dirname( PLUGIN_FILE ) . match ( true ) {
			Translations::ENGLISH !== $language => "/guides/$language/$guide.md",
			'moving' === $guide                 => '/MOVING.md',
			default                             => "/guides/$guide.md",
		};
		$home = untrailingslashit( (string) get_option( 'home' ) );
		return strtr(
			(string) file_get_contents( $file ), // phpcs:ignore WordPress.WP.AlternativeFunctions.file_get_contents_file_get_contents
			array(
				self::EXAMPLE . '/wp-json/scim/v2' => Address::to_show( $home ),
				self::EXAMPLE                      => $home,
			)
		);
	}

	/**
	 * Where a link of a guide leads: to another guide, or out of the site.
	 *
	 * @param string $address The address, as the guide has it.
	 */
	public static function link( string $address ): ?string {
		$guide = 'MOVING.md' === basename( $address ) ? 'moving' : basename( $address, '.md' );
		return match ( true ) {
			str_starts_with( $address, 'https://' )   => $address,
			isset( self::guides()[ $guide ] ) => self::url( $guide ),
			default                                   => null,
		};
	}
}
