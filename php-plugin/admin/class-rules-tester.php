<?php
/**
 * Rules, tried.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

defined( 'ABSPATH' ) || exit;

/**
 * What the tester below the rules shows: the people that a filter matches, or which rule decides for a person, and why.
 */
final class RulesTester {

	/**
	 * What is shown.
	 *
	 * @param string                                                                                                    $who     Who was asked for.
	 * @param list<\WP_User>                                                                                            $found   The accounts that may be meant.
	 * @param ?PersonAccess                                                                                             $person  The only one.
	 * @param string                                                                                                    $filter  The filter that is tried.
	 * @param ?array{people: list<array<string, mixed>>, examined: int, next: ?string, problem: ?string} $matches The people that it matches.
	 */
	private function __construct(
		public readonly string $who,
		public readonly array $found,
		public readonly ?PersonAccess $person,
		public readonly string $filter,
		public readonly ?array $matches,
	) {
	}

	/**
	 * Collects it, as the address of the page asks. A person goes before a filter.
	 */
	public static function collect(): self {
		// phpcs:disable WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput -- It only chooses what is shown; the extension checks the filter.
		$text   = static fn( string $name ): string => is_string( $_GET[ $name ] ?? null ) ? trim( wp_check_invalid_utf8( wp_unslash( $_GET[ $name ] ) ) ) : '';
		// phpcs:enable
		$filter = $text( 'filter' );
		$chosen = AccountSearch::only( (int) $text( 'person' ) );
		$found  = $chosen ?: AccountSearch::find( $text( 'who' ) );
		$who    = $chosen ? $chosen[0]->user_login : $text( 'who' );
		return new self(
			$who,
			$found,
			1 === count( $found ) ? PersonAccess::collect( $found[0]->ID ) : null,
			$filter,
			'' === $filter || '' !== $who ? null : RuleQuestions::matches( $filter, $text( 'after' ) ?: null )
		);
	}

	/**
	 * Whether there is a result.
	 */
	public function has_result(): bool {
		return '' !== $this->who || null !== $this->matches;
	}

	/**
	 * An address that asks something.
	 *
	 * @param array<string, string> $question What it asks.
	 */
	public static function url( array $question ): string {
		return add_query_arg( array_map( 'rawurlencode', $question ), admin_url( 'options-general.php?page=rollbook&tab=roles' ) ) . '#rollbook-tester';
	}

	/**
	 * What became of the search, in a sentence.
	 */
	public function summary(): string {
		if ( null === $this->matches ) {
			return '';
		}
		$shown = count( $this->matches['people'] );
		if ( null !== $this->matches['next'] && 0 === $shown ) {
			/* translators: %s: number of people. */
			return sprintf( __( 'Nobody among the %s people that were looked at. There are more.', 'rollbook' ), number_format_i18n( $this->matches['examined'] ) );
		}
		if ( null !== $this->matches['next'] ) {
			/* translators: %s: number of people. */
			return sprintf( _n( '%s person, and there may be more.', '%s people, and there may be more.', $shown, 'rollbook' ), number_format_i18n( $shown ) );
		}
		/* translators: %s: number of people. */
		return 0 === $shown ? __( 'This filter matches nobody that an identity provider manages.', 'rollbook' ) : sprintf( _n( '%s person.', '%s people.', $shown, 'rollbook' ), number_format_i18n( $shown ) );
	}

	/**
	 * Roles by their names.
	 *
	 * @param list<string> $roles The roles.
	 */
	public static function roles( array $roles ): string {
		return array() === $roles ? __( 'None', 'rollbook' ) : implode( ', ', array_map( array( ActivityWords::class, 'role' ), $roles ) );
	}

	/**
	 * Which rule decides, in words.
	 *
	 * @param ?int $number Its number.
	 */
	public static function rule( ?int $number ): string {
		/* translators: %d: number of a rule. */
		return null === $number ? __( 'No rule fits', 'rollbook' ) : sprintf( __( 'Rule %d', 'rollbook' ), $number );
	}
}
