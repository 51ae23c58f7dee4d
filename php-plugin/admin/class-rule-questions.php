<?php
/**
 * What the owner asks about rules and groups.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\Exchange;
use Rollbook\WordPress\Endpoint\ExchangeRunner;
use Rollbook\WordPress\Site;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\SettingsProblem;

defined( 'ABSPATH' ) || exit;

/**
 * Asks the extension, for screens and commands alike. Nothing is changed, and nothing is written down.
 */
final class RuleQuestions {

	/**
	 * Asks a question.
	 *
	 * @param array<string, mixed> $task The question, as the extension knows it.
	 * @return array<string, mixed> The answer; `detail` where there is none.
	 */
	public static function ask( array $task ): array {
		$runner = new ExchangeRunner( Exchange::task( $task, Settings::document(), Site::facts(), Tokens::now() ) );
		$runner->run();
		$report = json_decode( $runner->exchange->response()['body'], true );
		return is_array( $report ) ? $report : array();
	}

	/**
	 * What there is to know of somebody's role and access.
	 *
	 * @param int $user_id The account.
	 * @return ?array<string, mixed> Null where no identity provider knows the account.
	 */
	public static function explain( int $user_id ): ?array {
		$report = self::ask(
			array(
				'task'    => 'explaining',
				'user_id' => $user_id,
			)
		);
		return isset( $report['user_name'] ) ? $report : null;
	}

	/**
	 * The first people that a filter matches.
	 *
	 * @param string  $filter The filter.
	 * @param ?string $after  Where the page before ended.
	 * @return array{people: list<array<string, mixed>>, examined: int, next: ?string, problem: ?string}
	 */
	public static function matches( string $filter, ?string $after = null ): array {
		$report   = self::ask(
			array(
				'task'   => 'matching',
				'filter' => $filter,
				'after'  => $after,
			)
		);
		$problems = array_map( SettingsProblem::reason( ... ), $report['problems'] ?? array() );
		return array(
			'people'   => $report['people'] ?? array(),
			'examined' => $report['examined'] ?? 0,
			'next'     => $report['next'] ?? null,
			'problem'  => $problems ? implode( ' ', $problems ) : $report['detail'] ?? null,
		);
	}

	/**
	 * What rules ask for and nobody has, in words.
	 *
	 * @return array<string, list<string>> By the rule's filter.
	 */
	public static function doubts(): array {
		$rules = Settings::document()['role_rules'] ?? array();
		if ( array() === $rules ) {
			return array();
		}
		$report = self::ask( array( 'task' => 'doubting' ) );
		$doubts = array();
		foreach ( $report['doubts'] ?? array() as $doubt ) {
			$filter              = (string) ( $rules[ $doubt['rule'] - 1 ]['filter'] ?? '' );
			$doubts[ $filter ][] = 'group' === $doubt['kind']
				? __( 'No group of this name has been received. See the groups below for how it is written, or whether the identity provider sends it.', 'rollbook' )
				/* translators: 1: number of people, 2: name of an attribute. */
				: sprintf( _n( 'Nobody has a value in %2$s: %1$s person was looked at. See whether it is written as the identity provider writes it, and whether it is sent.', 'Nobody has a value in %2$s: the last %1$s people that were changed were looked at. See whether it is written as the identity provider writes it, and whether it is sent.', $report['examined'], 'rollbook' ), number_format_i18n( $report['examined'] ), $doubt['path'] );
		}
		return $doubts;
	}
}
