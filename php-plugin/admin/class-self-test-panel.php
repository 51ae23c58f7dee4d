<?php
/**
 * The self-test on the settings screen.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Health\Finding;
use Rollbook\WordPress\Health\Repairs;
use Rollbook\WordPress\Health\SelfTest;

defined( 'ABSPATH' ) || exit;

/**
 * Runs the self-test, and repairs, when the owner presses the button. The findings are in the answer to the form.
 */
final class SelfTestPanel {

	/** The form's action. */
	public const RUN = 'rollbook_self_test';

	/** The place of the panel on its page. */
	public const PLACE = 'rollbook-self-test';

	/**
	 * What was found in this request; null where nobody asked.
	 *
	 * @var ?list<Finding>
	 */
	private static ?array $findings = null;

	/**
	 * Runs the test where the screen was asked for with its form.
	 */
	public static function action_load(): void {
		if ( self::RUN !== FormInput::line( 'action' ) ) {
			return;
		}
		SettingsPage::require_permission( self::RUN );
		$repair = FormInput::line( 'repair' );
		if ( '' !== $repair ) {
			$failure = Repairs::make( $repair );
			SettingsPage::tell( null === $failure ? new Message( __( 'Done. The test ran again after it.', 'rollbook' ) ) : new Message( $failure, 'error' ) );
		}
		self::$findings = SelfTest::run();
	}

	/**
	 * Prints the panel.
	 */
	public static function render(): void {
		$findings = self::$findings;
		$bad      = count( array_filter( $findings ?? array(), static fn( Finding $finding ): bool => Finding::GOOD !== $finding->status ) );
		require __DIR__ . '/views/self-test.php';
	}

	/**
	 * How a finding stands, in a word.
	 *
	 * @param string $status The status.
	 */
	public static function word( string $status ): string {
		return match ( $status ) {
			Finding::CRITICAL    => __( 'Wrong', 'rollbook' ),
			Finding::RECOMMENDED => __( 'Better changed', 'rollbook' ),
			default              => __( 'Good', 'rollbook' ),
		};
	}
}
