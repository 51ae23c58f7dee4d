<?php
/**
 * Rollbook's part of Tools → Site Health.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\Engine;
use Rollbook\WordPress\Access\DropIns;
use Rollbook\WordPress\ExtensionFile;
use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Targets;
use Rollbook\WordPress\Upkeep\NetworkSites;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use Rollbook\WordPress\Upkeep\SettingsWriter;
use const Rollbook\WordPress\VERSION;

defined( 'ABSPATH' ) || exit;

/**
 * Tells in Site Health whether the extension runs, and whether the site still has the targets, roles and accounts that the settings name.
 */
final class SiteHealth {

	/**
	 * Adds the test.
	 *
	 * @param array<string, array<string, mixed>> $tests The tests.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_tests( array $tests ): array {
		$tests['direct']['rollbook_extension'] = array(
			'label' => __( 'Rollbook extension', 'rollbook' ),
			'test'  => array( self::class, 'test_extension' ),
		);
		if ( Requirements::met() ) {
			$tests['direct']['rollbook_targets'] = array(
				'label' => __( 'Rollbook attributes', 'rollbook' ),
				'test'  => array( self::class, 'test_targets' ),
			);

			$tests['direct']['rollbook_settings'] = array(
				'label' => __( 'Rollbook settings', 'rollbook' ),
				'test'  => array( self::class, 'test_settings' ),
			);
		}
		return $tests;
	}

	/**
	 * Tests whether the site has the target of every mapping.
	 *
	 * @return array<string, mixed>
	 */
	public static function test_targets(): array {
		$missing = Targets::missing( Settings::targets() );
		$lines   = array();
		foreach ( $missing as $target => $reason ) {
			$lines[] = '<li><code>' . esc_html( $target ) . '</code> – ' . esc_html( $reason ) . '</li>';
		}
		return array(
			'label'       => $missing ? __( 'Some mapped attributes have no place to go', 'rollbook' ) : __( 'Every mapped attribute has its place', 'rollbook' ),
			'status'      => $missing ? 'recommended' : 'good',
			'badge'       => array(
				'label' => __( 'Provisioning', 'rollbook' ),
				'color' => 'blue',
			),
			'description' => $missing
				? '<p>' . esc_html__( 'Nothing is lost: what identity providers send is kept, and written when the field is there.', 'rollbook' ) . '</p><ul>' . implode( '', $lines ) . '</ul>'
				: '<p>' . esc_html__( 'What identity providers send arrives in the profiles.', 'rollbook' ) . '</p>',
			'actions'     => $missing ? sprintf( '<a href="%s">%s</a>', esc_url( admin_url( 'options-general.php?page=rollbook&tab=attributes' ) ), esc_html__( 'Mend the mappings', 'rollbook' ) ) : '',
			'test'        => 'rollbook_targets',
		);
	}

	/**
	 * Tests whether the roles and accounts that the settings name still exist, and whether the settings may still use them.
	 *
	 * @return array<string, mixed>
	 */
	public static function test_settings(): array {
		$problems = SettingsWriter::problems();
		$lines    = array();
		foreach ( $problems as $problem ) {
			$tab     = SettingsPage::tab_of( $problem['place'] );
			$lines[] = sprintf( '<li><a href="%s">%s</a> – %s</li>', esc_url( SettingsPage::url( $tab ) ), esc_html( SettingsProblem::place( $problem['place'] ) ), esc_html( SettingsProblem::reason( $problem ) ) );
		}
		return array(
			'label'       => $problems ? __( 'Some settings of Rollbook no longer fit the site', 'rollbook' ) : __( 'The settings of Rollbook fit the site', 'rollbook' ),
			'status'      => $problems ? 'recommended' : 'good',
			'badge'       => array(
				'label' => __( 'Provisioning', 'rollbook' ),
				'color' => 'blue',
			),
			'description' => $problems
				? '<p>' . esc_html__( 'They were right when they were saved, and the site has changed since. They are kept until you replace them.', 'rollbook' ) . '</p><ul>' . implode( '', $lines ) . '</ul>'
				: '<p>' . esc_html__( 'The roles and accounts that they name are there.', 'rollbook' ) . '</p>',
			'actions'     => '',
			'test'        => 'rollbook_settings',
		);
	}

	/**
	 * Tests the extension.
	 *
	 * @return array<string, mixed>
	 */
	public static function test_extension(): array {
		$complaint = Requirements::complaint();
		$sound     = array() === $complaint;
		$sentences = $sound ? array( __( 'Identity providers can reach the service.', 'rollbook' ) ) : array( ...$complaint, self::consequence() );
		return array(
			'label'       => match ( true ) {
				! $sound                       => __( 'The Rollbook extension does not run', 'rollbook' ),
				extension_loaded( 'rollbook' ) => __( 'The Rollbook extension runs', 'rollbook' ),
				default                        => __( 'The Rollbook engine runs', 'rollbook' ),
			},
			'status'      => $sound ? 'good' : 'critical',
			'badge'       => array(
				'label' => __( 'Provisioning', 'rollbook' ),
				'color' => 'blue',
			),
			'description' => '<p>' . implode( '</p><p>', array_map( 'esc_html', $sentences ) ) . '</p>',
			'actions'     => self::link(),
			'test'        => 'rollbook_extension',
		);
	}

	/**
	 * Adds to Site Health's info what a report about a problem should contain.
	 *
	 * @param array<string, array<string, mixed>> $sections The sections of the report.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_debug_information( array $sections ): array {
		$sections['rollbook'] = array(
			'label'  => 'Rollbook',
			'fields' => array(
				'plugin'    => array(
					'label' => __( 'Plugin', 'rollbook' ),
					'value' => VERSION,
				),
				'extension' => array(
					'label' => __( 'Extension', 'rollbook' ),
					'value' => phpversion( 'rollbook' ) ?: __( 'not loaded', 'rollbook' ),
				),
				'scope'     => array(
					'label' => __( 'Active for', 'rollbook' ),
					'value' => NetworkSites::plugin_is_active() ? __( 'every site of the network', 'rollbook' ) : __( 'this site', 'rollbook' ),
				),
				'closed'    => array(
					'label' => __( 'During an update, and without the database', 'rollbook' ),
					'value' => DropIns::missing()
						/* translators: %s: names of files. */
						? sprintf( __( 'identity providers get a page, because these files in wp-content are not Rollbook’s: %s', 'rollbook' ), implode( ', ', DropIns::missing() ) )
						: __( 'identity providers are told to wait', 'rollbook' ),
				),
				'engine'    => array(
					'label' => __( 'Engine', 'rollbook' ),
					'value' => self::engine(),
				),
				'build'     => array(
					'label' => __( 'Build of PHP', 'rollbook' ),
					'value' => ExtensionFile::expected_build(),
				),
			) + self::facts_of_server(),
		);
		return $sections;
	}

	/**
	 * Which engine runs in the place of the extension, if one does.
	 */
	private static function engine(): string {
		$place = extension_loaded( 'rollbook' ) ? null : Engine::place();
		if ( null === $place ) {
			return __( 'none', 'rollbook' );
		}
		/* translators: 1: version, 2: a file. */
		return sprintf( __( '%1$s (%2$s)', 'rollbook' ), Engine::version() ?? __( 'does not run', 'rollbook' ), $place );
	}

	/**
	 * What decides which of the release's files fits.
	 *
	 * @return array<string, array{label: string, value: string}>
	 */
	private static function facts_of_server(): array {
		return array(
			'file' => array(
				'label' => __( 'The release’s file for this server', 'rollbook' ),
				'value' => Installation::file(),
			),
		) + Installation::facts();
	}

	/**
	 * The way to the screen that says how to install what is missing.
	 */
	public static function link(): string {
		return Requirements::met() || ! current_user_can( SettingsPage::capability() ) ? '' : sprintf( '<a href="%s">%s</a>', esc_url( SettingsPage::url() ), esc_html__( 'How to install it on this server', 'rollbook' ) );
	}

	/**
	 * What it means that the extension does not run.
	 */
	public static function consequence(): string {
		return __( 'Until then nobody is provisioned, and identity providers are told to try again later. The site itself runs on, and deactivated people stay locked out.', 'rollbook' );
	}
}
