<?php
/**
 * What the owner does to one person.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Upkeep;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\Endpoint\Announcements;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;

defined( 'ABSPATH' ) || exit;

/**
 * Has the extension carry out a task for one account, for screens and commands alike, and records it.
 */
final class PersonTask {

	/**
	 * Carries out a task.
	 *
	 * @param array<string, mixed> $fields  What to do: `task`, and what else it needs.
	 * @param int                  $user_id The account.
	 * @return array{login?: string, reason?: string} The account's login, or why it was not done.
	 */
	public static function run( array $fields, int $user_id ): array {
		$started = microtime( true );
		$runner  = new ExchangeRunner( Exchange::task( $fields + array( 'user_id' => $user_id ), Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$report  = json_decode( $runner->exchange->response()['body'], true );
		$summary = $runner->exchange->summary();
		ActivityLog::record( $summary, ( microtime( true ) - $started ) * 1000 );
		Announcements::prepare( $summary );
		register_shutdown_function( array( Announcements::class, 'make' ) );
		return isset( $report['login'] ) ? array( 'login' => (string) $report['login'] ) : array( 'reason' => translate( (string) ( $report['detail'] ?? $summary['failure'] ), 'rollbook' ) ); // phpcs:ignore WordPress.WP.I18n -- stubs/texts.php names the texts of the extension.
	}
}
