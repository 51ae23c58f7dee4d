<?php
/**
 * The self-test in Tools → Site Health.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\SelfTest;
use Rollbook\WordPress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Shows in Site Health what the self-test finds. It runs when the page asks for it, because it sends requests and looks through the tables.
 * WordPress runs it by itself every week.
 */
final class SelfTestHealth {

	/** The tests. */
	public const REQUESTS = 'rollbook-requests';
	public const SITE     = 'rollbook-site';

	/**
	 * Adds the tests.
	 *
	 * @param array<string, array<string, mixed>> $tests The tests.
	 * @return array<string, array<string, mixed>>
	 */
	public static function filter_tests( array $tests ): array {
		if ( Requirements::met() ) {
			$tests['async'][ self::SITE ]     = array(
				'label'             => __( 'Rollbook’s surroundings', 'rollbook' ),
				'test'              => self::SITE,
				'has_rest'          => false,
				'async_direct_test' => array( self::class, 'test_site' ),
			);
			$tests['async'][ self::REQUESTS ] = array(
				'label'             => __( 'Requests of identity providers', 'rollbook' ),
				'test'              => self::REQUESTS,
				'has_rest'          => false,
				'async_direct_test' => array( self::class, 'test_requests' ),
			);
		}
		return $tests;
	}

	/**
	 * What needs no request.
	 *
	 * @return array<string, mixed>
	 */
	public static function test_site(): array {
		return self::result( self::SITE, SelfTest::without_requests(), __( 'The site has what Rollbook needs', 'rollbook' ), __( 'The site lacks something that Rollbook needs', 'rollbook' ) );
	}

	/**
	 * What becomes of requests.
	 *
	 * @return array<string, mixed>
	 */
	public static function test_requests(): array {
		return self::result( self::REQUESTS, SelfTest::by_requests(), __( 'Requests of identity providers arrive', 'rollbook' ), __( 'Requests of identity providers do not arrive as they are sent', 'rollbook' ) );
	}

	/**
	 * Answers the page of Site Health about requests.
	 */
	public static function action_requests(): void {
		self::require_permission();
		wp_send_json_success( self::test_requests() );
	}

	/**
	 * Answers the page of Site Health about the site.
	 */
	public static function action_site(): void {
		self::require_permission();
		wp_send_json_success( self::test_site() );
	}

	/**
	 * Ends the request unless it comes from the page and from somebody who may see it.
	 */
	private static function require_permission(): void {
		check_ajax_referer( 'health-check-site-status' );
		if ( ! current_user_can( 'view_site_health_checks' ) ) {
			wp_send_json_error();
		}
	}

	/**
	 * Findings as one result.
	 *
	 * @param string        $test     The test.
	 * @param list<Finding> $findings The findings.
	 * @param string        $good     The headline where all is well.
	 * @param string        $bad      The headline where it is not.
	 * @return array<string, mixed>
	 */
	private static function result( string $test, array $findings, string $good, string $bad ): array {
		$worst = Finding::worst( $findings );
		$html  = '';
		foreach ( $findings as $finding ) {
			if ( Finding::GOOD === $finding->status ) {
				continue;
			}
			$html .= sprintf( '<p><strong>%s</strong> %s</p>', esc_html( $finding->what ), esc_html( $finding->why ) );
			$html .= '<ul>' . implode( '', array_map( static fn( string $step ): string => '<li>' . esc_html( $step ) . '</li>', $finding->steps ) ) . '</ul>';
			foreach ( $finding->lines as $lines ) {
				$html .= sprintf( '<p>%s</p><pre><code>%s</code></pre>', esc_html( $lines['place'] ), esc_html( $lines['text'] ) );
			}
		}
		return array(
			'label'       => Finding::GOOD === $worst ? $good : $bad,
			'status'      => $worst,
			'badge'       => array(
				'label' => __( 'Provisioning', 'rollbook' ),
				'color' => 'blue',
			),
			'description' => '' === $html ? '<p>' . esc_html( implode( ' ', array_column( $findings, 'what' ) ) ) . '</p>' : $html,
			'actions'     => sprintf( '<a href="%s">%s</a>', esc_url( SettingsPage::url() . '#' . SelfTestPanel::PLACE ), esc_html__( 'Open the self-test of Rollbook', 'rollbook' ) ),
			'test'        => $test,
		);
	}
}
