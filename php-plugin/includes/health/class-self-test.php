<?php
/**
 * The self-test.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Endpoint\Address;
use Rollbook\WordPress\Requirements;

defined( 'ABSPATH' ) || exit;

/**
 * Finds out whether identity providers can do their work here. The settings screen, Site Health and the command line show what it finds.
 */
final class SelfTest {

	/**
	 * All checks.
	 *
	 * @param ?string $address Another address of the service than the one that is shown.
	 * @return list<Finding> What is worst comes first.
	 */
	public static function run( ?string $address = null ): array {
		$findings = array( ...self::without_requests(), ...self::by_requests( $address ) );
		$order    = array_flip( array( Finding::CRITICAL, Finding::RECOMMENDED, Finding::GOOD ) );
		usort( $findings, static fn( Finding $one, Finding $other ): int => $order[ $one->status ] <=> $order[ $other->status ] );
		return $findings;
	}

	/**
	 * The checks that send no request.
	 *
	 * @return list<Finding>
	 */
	public static function without_requests(): array {
		return array(
			SiteChecks::extension(),
			SiteChecks::tables(),
			SiteChecks::https(),
			SiteChecks::permalinks(),
			SiteChecks::clock(),
			SiteChecks::cron(),
			SiteChecks::settings(),
			...( Requirements::met() ? array( SiteChecks::pause() ) : array() ),
		);
	}

	/**
	 * The checks that send requests to the site's own address.
	 *
	 * @param ?string $address Another address of the service than the one that is shown.
	 * @return list<Finding> None where nothing could answer.
	 */
	public static function by_requests( ?string $address = null ): array {
		if ( ! Requirements::met() ) {
			return array();
		}
		$home    = (string) get_option( 'home' );
		$shown   = Address::to_show( $home );
		$address = untrailingslashit( $address ?? $shown );
		$others  = array( $shown, untrailingslashit( $home ) . '/scim/v2', untrailingslashit( $home ) . '/index.php/scim/v2' );
		return ( new RequestChecks( $address, array_values( array_diff( $others, array( $address ) ) ) ) )->run();
	}
}
