<?php
/**
 * Why somebody has the access that they have.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Access\AccessControl;
use Rollbook\WordPress\Endpoint\ActivityLog;
use Rollbook\WordPress\People\UnlinkedAccounts;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Everything that the page of a person shows. It is collected before the view runs. The extension says which rule decides.
 */
final class PersonAccess {

	/** The actions that block somebody's login. */
	private const LOCKING = array( 'deactivated', 'deleted' );

	/**
	 * The page's data.
	 *
	 * @param int                         $user_id     The account.
	 * @param ?\WP_User                   $user        The account, if it is there.
	 * @param string                      $name        What to call it.
	 * @param ?array<string, ?string>     $row         Rollbook's row about the person, if there is one.
	 * @param ?array<string, mixed>       $explanation What the extension says.
	 * @param bool                        $locked      Whether the person may not log in.
	 * @param ?array<string, ?string>     $locked_by   The entry that tells who blocked the login.
	 */
	private function __construct(
		public readonly int $user_id,
		public readonly ?\WP_User $user,
		public readonly string $name,
		public readonly ?array $row,
		public readonly ?array $explanation,
		public readonly bool $locked,
		public readonly ?array $locked_by,
	) {
	}

	/**
	 * Collects the data.
	 *
	 * @param int $user_id The account.
	 */
	public static function collect( int $user_id ): self {
		$user      = get_userdata( $user_id );
		$user      = false === $user ? null : $user;
		$row       = Database::row( 'SELECT id, user_name, active, managed, deleted, linked, created, modified FROM ' . Tables::name( 'users' ) . ' WHERE user_id = %d', array( $user_id ) );
		$locked    = null !== $user && AccessControl::is_locked_out( $user_id );
		$locked_by = null;
		if ( $locked || null === $user ) {
			$locked_by = Database::row(
				'SELECT * FROM ' . Tables::name( 'activity' ) . ' WHERE user_id = %d AND notable = 1 AND action IN (' . Database::marks( self::LOCKING, '%s' ) . ') ORDER BY time DESC, id DESC LIMIT 1',
				array( $user_id, ...self::LOCKING )
			) ?? Database::row( 'SELECT * FROM ' . Tables::name( 'activity' ) . " WHERE user_id = %d AND notable = 1 AND action IN ('created', 'linked') ORDER BY time DESC, id DESC LIMIT 1", array( $user_id ) );
		}
		return new self(
			$user_id,
			$user,
			/* translators: %d: number of an account. */
			$user->display_name ?? $row['user_name'] ?? $locked_by['resource_name'] ?? sprintf( __( 'Account %d', 'rollbook' ), $user_id ),
			$row,
			null === $row || $row['deleted'] ? null : RuleQuestions::explain( $user_id ),
			$locked,
			$locked_by
		);
	}

	/**
	 * Whether the person has access, why, and what can be done.
	 *
	 * @return array{kind: string, text: string, cure: string}
	 */
	public function answer(): array {
		$by = null === $this->locked_by ? '' : sprintf(
			/* translators: 1: date and time, 2: name of a token or person. */
			__( 'It happened on %1$s, by %2$s.', 'rollbook' ),
			ActivityWords::moment( (int) $this->locked_by['time'] ),
			ActivityWords::actor( $this->locked_by )
		);
		/* translators: %s: name of a person. */
		$said = fn( string $text ): string => trim( sprintf( $text, $this->name ) . " $by" );
		if ( null === $this->user ) {
			/* translators: %s: name of a person. */
			return self::told( 'warning', $said( __( 'The account of %s is not there any more.', 'rollbook' ) ), __( 'Assign the person to this site in the identity provider, and it creates the account anew.', 'rollbook' ) );
		}
		$by_hand = null !== $this->locked_by && ActivityLog::TASK === $this->locked_by['kind'];
		if ( $this->locked && $by_hand ) {
			/* translators: %s: name of a person. */
			return self::told( 'warning', $said( __( '%s may not log in: somebody of this site locked the person out.', 'rollbook' ) ), __( 'Choose “Let in again” in the list of users. The identity provider may let the person in as well, with its next change.', 'rollbook' ) );
		}
		if ( $this->locked && ( $this->row['deleted'] ?? false ) ) {
			/* translators: %s: name of a person. */
			return self::told( 'warning', $said( __( '%s may not log in: the identity provider deleted the person. The account was kept, locked.', 'rollbook' ) ), __( 'Assign the person to this site in the identity provider again. The same account comes back then. Or choose “Let in again” in the list of users.', 'rollbook' ) );
		}
		if ( $this->locked ) {
			/* translators: %s: name of a person. */
			return self::told( 'warning', $said( __( '%s may not log in: the identity provider deactivated the person.', 'rollbook' ) ), __( 'See in the identity provider whether the account is blocked there, or not assigned to this site any more. With its next change the person may log in again. Or choose “Let in again” in the list of users; the identity provider may change that.', 'rollbook' ) );
		}
		if ( array() === $this->user->roles ) {
			/* translators: %s: name of a person. */
			return self::told( 'warning', sprintf( __( '%s may log in, but has no role on this site, so that WordPress shows next to nothing.', 'rollbook' ), $this->name ), __( 'Give a role by a rule on the Roles & groups tab, or choose one there for people that no rule fits.', 'rollbook' ) );
		}
		if ( $this->row['deleted'] ?? false ) {
			/* translators: %s: name of a person. */
			return self::told( 'info', sprintf( __( '%s may log in: the identity provider deleted the person, and somebody of this site let the person in again.', 'rollbook' ), $this->name ), __( 'When the identity provider creates the same person again, it manages this account again.', 'rollbook' ) );
		}
		if ( null === $this->row || ! $this->row['managed'] ) {
			$cure = UnlinkedAccounts::contains( $this->user_id )
				? __( 'You have unlinked the account. Choose “Allow linking” in the list of users to let identity providers find it again.', 'rollbook' )
				: __( 'If the identity provider is to manage it, assign the person there. See “Existing accounts” on the People tab.', 'rollbook' );
			/* translators: %s: name of a person. */
			return self::told( 'info', sprintf( __( '%s may log in. No identity provider manages the account.', 'rollbook' ), $this->name ), $cure );
		}
		/* translators: %s: name of a person. */
		return self::told( 'success', sprintf( __( '%s may log in, and the identity provider manages the account.', 'rollbook' ), $this->name ), '' );
	}

	/**
	 * Which rule decides about the role, in words.
	 *
	 * @return list<string>
	 */
	public function ruling(): array {
		$told = $this->explanation;
		if ( null === $told || ! $told['managed'] ) {
			return array();
		}
		$lines = array();
		$rule  = $told['rule'];
		$due   = null === $told['due'] ? '' : ActivityWords::role( $told['due'] );
		if ( is_array( $rule ) ) {
			/* translators: 1: number of a rule, 2: its filter, 3: name of a role. */
			$lines[] = sprintf( __( 'Rule %1$d decides: %2$s gives the role %3$s.', 'rollbook' ), $rule['number'], $rule['filter'], ActivityWords::role( $rule['role'] ) );
		} elseif ( '' === $told['due'] ) {
			$lines[] = __( 'No rule fits, and people that no rule fits have no role.', 'rollbook' );
		} elseif ( '' !== $due ) {
			/* translators: %s: name of a role. */
			$lines[] = sprintf( __( 'No rule fits, so the role of new people is due: %s.', 'rollbook' ), $due );
		} else {
			$lines[] = array() !== $told['rules'] ? __( 'No rule fits, and no role is set for new people: the role stays as it is.', 'rollbook' ) : __( 'There are no rules: the role stays as it is.', 'rollbook' );
		}
		if ( null !== $told['withheld'] && is_array( $rule ) && $told['withheld'] === $rule['role'] ) {
			/* translators: %s: name of a role. */
			$lines[] = sprintf( __( 'The role %s is protected, and no rule gives such a role. Choose another one on the Roles & groups tab.', 'rollbook' ), ActivityWords::role( $told['withheld'] ) );
		}
		if ( $told['protected'] ) {
			$lines[] = __( 'The account is protected: it has rights over others or over the site, and no rule changes its role.', 'rollbook' );
		} elseif ( $told['keeps'] ) {
			$lines[] = '' === $due
				? __( 'The account has a role all the same. It was given by hand and stays until something changes what the rules decide.', 'rollbook' )
				/* translators: %s: name of a role. */
				: sprintf( __( 'The account has another role than %s. It was given by hand and stays until something changes what the rules decide.', 'rollbook' ), $due );
		} elseif ( $told['changes'] ) {
			$lines[] = '' === $due
				? __( 'When the identity provider next writes something about this person, the account loses its roles.', 'rollbook' )
				/* translators: %s: name of a role. */
				: sprintf( __( 'When the identity provider next writes something about this person, the account gets the role %s.', 'rollbook' ), $due );
		}
		return $lines;
	}

	/**
	 * An answer.
	 *
	 * @param string $kind The kind of notice.
	 * @param string $text What is so.
	 * @param string $cure What can be done.
	 * @return array{kind: string, text: string, cure: string}
	 */
	private static function told( string $kind, string $text, string $cure ): array {
		return array(
			'kind' => $kind,
			'text' => $text,
			'cure' => $cure,
		);
	}
}
