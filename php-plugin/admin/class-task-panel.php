<?php
/**
 * What a tab shows of a task.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\TaskRun;

defined( 'ABSPATH' ) || exit;

/**
 * The texts about a task and about what the extension found.
 */
final class TaskPanel {

	/** Verdicts that are counted but need no row. */
	private const QUIET = array( 'same', 'managed' );

	/**
	 * A panel.
	 *
	 * @param string   $kind The task.
	 * @param ?TaskRun $run  Its run, if one was begun.
	 */
	private function __construct( public readonly string $kind, public readonly ?TaskRun $run ) {
	}

	/**
	 * Makes the panel of a task.
	 *
	 * @param string $kind The task.
	 */
	public static function collect( string $kind ): self {
		return new self( $kind, TaskRun::current( $kind ) );
	}

	/**
	 * The heading.
	 */
	public function heading(): string {
		return TaskRun::ROLES === $this->kind ? __( 'Apply the rules to everybody', 'rollbook' ) : __( 'Link the accounts of this site', 'rollbook' );
	}

	/**
	 * What the task does.
	 *
	 * @return list<string>
	 */
	public function explanation(): array {
		if ( TaskRun::ROLES === $this->kind ) {
			return array(
				__( 'A rule acts when the identity provider changes a person or a group. After you have changed rules, this gives everybody that an identity provider manages the role that is due now: that of the first rule that fits, or the role of new people. Roles given by hand are replaced as well; protected accounts are not touched.', 'rollbook' ),
				__( 'The preview changes nothing. It uses the settings as they are saved.', 'rollbook' ),
			);
		}
		return array(
			__( 'Gives every account that was here before the identity provider, and is not protected, the name under which the identity provider’s first search finds it. The identity provider takes charge of the account when it first sends a change; the list says whose password, application passwords and sessions end then. People that another plugin had locked out are locked out here at once. Nothing else changes now.', 'rollbook' ),
			__( 'Without this, accounts are linked one by one as they are searched for. Do it before the first synchronisation, to see beforehand which accounts will be found and which stay apart.', 'rollbook' ),
		);
	}

	/**
	 * The label of the button that starts the real run.
	 */
	public function apply_label(): string {
		return TaskRun::ROLES === $this->kind ? __( 'Apply to everybody', 'rollbook' ) : __( 'Make ready to link', 'rollbook' );
	}

	/**
	 * The question before the real run.
	 */
	public function question(): string {
		return TaskRun::ROLES === $this->kind ? __( 'Change the roles of these people now?', 'rollbook' ) : __( 'Make these accounts ready to be linked now?', 'rollbook' );
	}

	/**
	 * What the real run does, as the preview has found.
	 *
	 * @return list<string>
	 */
	public function consequences(): array {
		$changes = (int) ( $this->run?->counts()['changes'] ?? 0 );
		$number  = number_format_i18n( $changes );
		if ( TaskRun::ROLES === $this->kind ) {
			return array(
				/* translators: %s: number of people. */
				sprintf( _n( '%s person gets another role at once.', '%s people get another role at once.', $changes, 'rollbook' ), $number ),
				__( 'It cannot be undone in one step. The Activity tab says which role each person had before.', 'rollbook' ),
			);
		}
		$remarks = array_merge( ...array_column( $this->run?->entries() ?? array(), 'remarks' ) );
		return array(
			/* translators: %s: number of accounts. */
			sprintf( _n( 'The identity provider finds %s account from now on, and may take charge of it.', 'The identity provider finds %s accounts from now on, and may take charge of them.', $changes, 'rollbook' ), $number ),
			...( in_array( 'credentials_end', $remarks, true ) ? array( __( 'Some passwords, application passwords and sessions end when that happens: the list below says whose.', 'rollbook' ) ) : array() ),
			...( in_array( 'locks_out', $remarks, true ) ? array( __( 'People that another plugin had locked out are locked out here at once.', 'rollbook' ) ) : array() ),
		);
	}

	/**
	 * Whether the preview found something to do.
	 */
	public function can_apply(): bool {
		return null !== $this->run && $this->run->is_finished() && ! $this->run->applies() && $this->run->is_up_to_date() && ! empty( $this->run->counts()['changes'] );
	}

	/**
	 * The headings of the list's columns.
	 *
	 * @return list<string>
	 */
	public function columns(): array {
		$words = TaskRun::ROLES === $this->kind
			? array( __( 'Role now', 'rollbook' ), $this->run?->applies() ? __( 'Role due', 'rollbook' ) : __( 'Role then', 'rollbook' ) )
			: array( __( 'Name now', 'rollbook' ), __( 'Name for the identity provider', 'rollbook' ) );
		$decides = TaskRun::ROLES === $this->kind ? array( __( 'Decides', 'rollbook' ) ) : array();
		return array( __( 'Account', 'rollbook' ), ...$words, ...$decides, __( 'Result', 'rollbook' ) );
	}

	/**
	 * The texts of an account's cells behind its name.
	 *
	 * @param array<string, mixed> $entry What was found about the account.
	 * @return list<string>
	 */
	public function cells( array $entry ): array {
		$decides = TaskRun::ROLES === $this->kind ? array( RulesTester::rule( $entry['rule'] ?? null ) ) : array();
		return array( $this->values( $entry['now'] ), $this->values( $entry['then'] ), ...$decides, $this->result( $entry ) );
	}

	/**
	 * The text of a cell: the names of roles, or of an account.
	 *
	 * @param string[] $values The values.
	 */
	public function values( array $values ): string {
		if ( TaskRun::ROLES === $this->kind ) {
			$names  = wp_roles()->get_names();
			$values = array_map( static fn( string $role ): string => isset( $names[ $role ] ) ? translate_user_role( $names[ $role ] ) : $role, $values );
		}
		return $values ? implode( ', ', $values ) : '—';
	}

	/**
	 * What was found, in numbers.
	 *
	 * @return list<string>
	 */
	public function numbers(): array {
		$lines = array();
		foreach ( $this->run?->counts() ?? array() as $verdict => $count ) {
			/* translators: 1: what was found about accounts, 2: their number. */
			$lines[] = sprintf( __( '%1$s: %2$s', 'rollbook' ), $this->verdict( (string) $verdict ), number_format_i18n( $count ) );
		}
		return $lines;
	}

	/**
	 * How many accounts would be in the list if it were not cut.
	 */
	public function listable(): int {
		$counts = $this->run?->counts() ?? array();
		$quiet  = TaskRun::ROLES === $this->kind ? array( ...self::QUIET, 'protected' ) : self::QUIET;
		return array_sum( array_diff_key( $counts, array_flip( $quiet ) ) );
	}

	/**
	 * What was found about an account.
	 *
	 * @param string $verdict The extension's word for it.
	 */
	public function verdict( string $verdict ): string {
		$roles = TaskRun::ROLES === $this->kind;
		return match ( $verdict ) {
			'same'         => $roles ? __( 'Has the role that is due', 'rollbook' ) : __( 'Ready to link already', 'rollbook' ),
			'changes'      => $roles ? __( 'Would get another role', 'rollbook' ) : __( 'Would be ready to link', 'rollbook' ),
			'changed'      => $roles ? __( 'Has got another role', 'rollbook' ) : __( 'Ready to link now', 'rollbook' ),
			'protected'    => __( 'Protected, not touched', 'rollbook' ),
			'failed'       => __( 'Could not be changed', 'rollbook' ),
			'no_such_role' => __( 'The site has no such role', 'rollbook' ),
			'managed'      => __( 'Managed already', 'rollbook' ),
			'deleted'      => __( 'Was deleted by the identity provider; comes back with the person', 'rollbook' ),
			'no_address'   => __( 'Stays apart: has no e-mail address', 'rollbook' ),
			'unlinked'     => __( 'Stays apart: was unlinked', 'rollbook' ),
			'name_taken'   => __( 'Stays apart: somebody else has this name', 'rollbook' ),
			default        => $verdict,
		};
	}

	/**
	 * The text in an account's last column: the verdict, the reason, and further effects.
	 *
	 * @param array<string, mixed> $entry What was found about the account.
	 */
	public function result( array $entry ): string {
		$remarks = array_map(
			static fn( string $remark ): string => match ( $remark ) {
				'credentials_end' => __( 'Its password, application passwords and sessions end when it is linked.', 'rollbook' ),
				'locks_out'       => __( 'Another plugin had locked the person out. The person stays locked out.', 'rollbook' ),
				'was_unlinked'    => __( 'It was unlinked.', 'rollbook' ),
				default           => $remark,
			},
			$entry['remarks'] ?? array()
		);
		$result  = $this->verdict( $entry['verdict'] ) . ( null === $entry['reason'] ? '' : ': ' . $entry['reason'] );
		return $remarks ? "$result. " . implode( ' ', $remarks ) : $result;
	}

	/**
	 * How far a run has come, in words.
	 *
	 * @param int  $examined How many accounts were looked at.
	 * @param int  $total    How many there are.
	 * @param bool $is_over  Whether it has ended.
	 */
	public static function progress_text( int $examined, int $total, bool $is_over = false ): string {
		if ( $is_over ) {
			/* translators: %s: number of accounts. */
			return sprintf( _n( 'Finished: %s account was looked at.', 'Finished: %s accounts were looked at.', $examined, 'rollbook' ), number_format_i18n( $examined ) );
		}
		/* translators: 1: number of accounts done, 2: number of all accounts. */
		return sprintf( __( '%1$s of %2$s accounts', 'rollbook' ), number_format_i18n( $examined ), number_format_i18n( $total ) );
	}
}
