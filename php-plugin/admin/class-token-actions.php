<?php
/**
 * The forms that create and revoke tokens.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use DateTimeImmutable;
use InvalidArgumentException;
use Rollbook\InvalidToken;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Tokens;
use Rollbook\WordPress\Upkeep\SettingsProblem;
use RuntimeException;

defined( 'ABSPATH' ) || exit;

/**
 * Handles the token forms of the settings screen.
 */
final class TokenActions {

	/** The forms' actions. */
	public const CREATE = 'rollbook_create_token';
	public const ADD    = 'rollbook_add_token';
	public const REVOKE = 'rollbook_revoke_token';
	public const DELETE = 'rollbook_delete_token';

	/**
	 * Makes a token if this request for the screen sent the form for a new one.
	 */
	public static function action_load(): void {
		if ( self::CREATE === FormInput::line( 'action' ) ) {
			SettingsPage::tell( self::create() );
		}
	}

	/**
	 * Makes a token. The same response shows it: a redirect would have to keep it in the database until the next page. A reloaded page
	 * sends the form again, but makes no second token.
	 *
	 * @return Message What to tell.
	 */
	private static function create(): Message {
		SettingsPage::require_permission( self::CREATE );
		$form = FormInput::line( 'form' );
		if ( ! wp_is_uuid( $form, 4 ) ) {
			return self::not_made( __( 'Nothing was created: the form was incomplete. Please try again.', 'rollbook' ), self::CREATE );
		}
		try {
			$token = Tokens::create( FormInput::line( 'name' ), FormInput::line( 'scope' ), self::end(), $form );
		} catch ( InvalidArgumentException | RuntimeException $error ) {
			return self::not_made( $error->getMessage(), self::CREATE );
		}
		return new Message( __( 'Token created. Copy it now: it will not be shown again.', 'rollbook' ), token: $token );
	}

	/**
	 * Adds a token that the owner chose.
	 */
	public static function action_add(): void {
		SettingsPage::require_permission( self::ADD );
		// phpcs:ignore WordPress.Security -- The nonce is verified above; a secret is taken as it is, or refused.
		$plaintext = is_string( $_POST['token'] ?? null ) ? trim( wp_check_invalid_utf8( wp_unslash( $_POST['token'] ) ) ) : '';
		try {
			Tokens::add_own( $plaintext, FormInput::line( 'name' ), FormInput::line( 'scope' ), self::end() );
		} catch ( InvalidToken $error ) {
			$problem = \Rollbook\Token::problem( $plaintext ) ?? array( 'reason' => $error->getMessage() );
			SettingsPage::go_back( self::not_made( SettingsProblem::reason( $problem ), self::ADD ) );
		} catch ( InvalidArgumentException | RuntimeException $error ) {
			SettingsPage::go_back( self::not_made( $error->getMessage(), self::ADD ) );
		}
		SettingsPage::go_back( new Message( __( 'Your token was added.', 'rollbook' ) ) );
	}

	/**
	 * Revokes a token.
	 */
	public static function action_revoke(): void {
		$id = (int) FormInput::line( 'id' );
		SettingsPage::require_permission( self::REVOKE, $id );
		try {
			$token   = Tokens::find( $id );
			$message = match ( true ) {
				null !== $token && null === $token['revoked'] && ! Question::is_confirmed( self::REVOKE ) => self::revoking( $token )->message(),
				Tokens::revoke( $id ) => new Message( __( 'Token revoked. Requests with it are refused from now on.', 'rollbook' ) ),
				default => self::refused( __( 'There is no such token, or it was revoked before.', 'rollbook' ) ),
			};
		} catch ( DatabaseFailure ) {
			$message = self::refused( __( 'The database did not revoke the token. It may still work. Try again.', 'rollbook' ) );
		}
		SettingsPage::go_back( $message );
	}

	/**
	 * What is asked before a token is revoked.
	 *
	 * @param array{id: int, name: string, last_used: ?int, ...} $token The token.
	 */
	private static function revoking( array $token ): Question {
		/* translators: %s: name of a token. */
		$title        = sprintf( __( 'Revoke the token “%s”?', 'rollbook' ), $token['name'] );
		$consequences = array( array( 'reason' => __( 'Its next request is refused. This cannot be undone.', 'rollbook' ) ) );
		if ( Tokens::is_in_use( $token ) ) {
			array_unshift( $consequences, array( 'reason' => self::use( $token ) ) );
		}
		return new Question( $title, $consequences, __( 'Revoke the token', 'rollbook' ), self::REVOKE, self::REVOKE, $token['id'] );
	}

	/**
	 * That a token is in use.
	 *
	 * @param array{last_used: ?int, ...} $token The token.
	 */
	private static function use( array $token ): string {
		/* translators: %s: a span of time, "5 minutes". */
		return sprintf( __( 'Attention: this token is in use. It came %s ago. Until the identity provider has another token, nobody is created, changed or locked out.', 'rollbook' ), human_time_diff( intdiv( (int) $token['last_used'], 1000 ) ) );
	}

	/**
	 * Deletes a token that was revoked.
	 */
	public static function action_delete(): void {
		$id = (int) FormInput::line( 'id' );
		SettingsPage::require_permission( self::DELETE, $id );
		try {
			$message = Tokens::delete( $id )
				? new Message( __( 'The revoked token was deleted.', 'rollbook' ) )
				: self::refused( __( 'Only a token that was revoked can be deleted.', 'rollbook' ) );
		} catch ( DatabaseFailure ) {
			$message = self::refused( __( 'The database did not delete the token. Try again.', 'rollbook' ) );
		}
		SettingsPage::go_back( $message );
	}

	/**
	 * When the token ends: at the end of the chosen day, in the site's time zone.
	 *
	 * @throws InvalidArgumentException When the text is not a day, or the day is over.
	 */
	private static function end(): ?int {
		$choice = FormInput::line( 'expires' );
		// A chosen day counts, even if the radio button beside it was not selected.
		switch ( 'never' === $choice && '' !== FormInput::line( 'expires_on' ) ? 'date' : $choice ) {
			case '90-days':
				return Tokens::now() + 90 * (int) DAY_IN_SECONDS * 1000;
			case '1-year':
				return Tokens::now() + (int) YEAR_IN_SECONDS * 1000;
			case 'date':
				$day = DateTimeImmutable::createFromFormat( '!Y-m-d', FormInput::line( 'expires_on' ), wp_timezone() );
				$end = false === $day ? 0 : ( $day->modify( '+1 day' )->getTimestamp() * 1000 ) - 1;
				if ( $end < Tokens::now() ) {
					throw new InvalidArgumentException( esc_html__( 'Choose a day on which the token ends: today or later.', 'rollbook' ) );
				}
				return $end;
			default:
				return null;
		}
	}

	/**
	 * A message that nothing was changed.
	 *
	 * @param string $reason Why.
	 */
	private static function refused( string $reason ): Message {
		return new Message( $reason, 'error' );
	}

	/**
	 * A message that no token was made. It holds what was typed, except the token.
	 *
	 * @param string $reason Why.
	 * @param string $action Which form it was.
	 */
	private static function not_made( string $reason, string $action ): Message {
		$fields = array( 'name', 'scope', 'expires', 'expires_on' );
		return new Message( $reason, 'error', attempted: array( $action => array_combine( $fields, array_map( array( FormInput::class, 'line' ), $fields ) ) ) );
	}
}
