<?php
/**
 * What the commands hold and what their answers have to hold, for analysers and editors. Written by `make stubs`; never loaded.
 */

namespace Rollbook;

/**
 * The contract between the extension and the plugin.
 *
 * @phpstan-type ListTokens array{do: 'list_tokens'}
 * @phpstan-type Scope 'read'|'full'
 * @phpstan-type TokenRecord array{id: int, name: string, hash: string, scope: Scope, expires?: ?int, revoked?: ?int, last_used?: ?int, minute?: int, requests?: int, of_network?: bool}
 * @phpstan-type ListTokensAnswer list<TokenRecord>
 * @phpstan-type TouchToken array{do: 'touch_token', id: int, now: int, address: string}
 * @phpstan-type TouchTokenAnswer null
 * @phpstan-type CheckToken array{do: 'check_token', id: int}
 * @phpstan-type TokenState array{token?: ?TokenRecord, now: int}
 * @phpstan-type CheckTokenAnswer TokenState
 * @phpstan-type CountKnock array{do: 'count_knock', address: string, minute: int, most_here: int, most: int}
 * @phpstan-type Knocks array{here: int, all: int}
 * @phpstan-type CountKnockAnswer Knocks
 * @phpstan-type CountRequests array{do: 'count_requests', id: int, minute: int, requests: int}
 * @phpstan-type CountRequestsAnswer null
 * @phpstan-type Condition array{sql: string, arguments: list<mixed>}
 * @phpstan-type Order array{column: string, descending: bool}
 * @phpstan-type Selection array{filter: ?string, condition: Condition, exact: bool, order: ?Order, after_row: ?int, after_value: mixed|null, backward: bool, offset: int, limit: int, count: bool}
 * @phpstan-type FindUsers array{do: 'find_users', selection: Selection, unmanaged: bool, targets: list<string>}
 * @phpstan-type OwningSite 'nobody'|'here'|'elsewhere'
 * @phpstan-type InNetwork array{on_site: bool, on_others: bool, owning_site: OwningSite, created_here: bool, touchable: bool, protected_elsewhere: bool}
 * @phpstan-type Account array{user_id: int, login: string, email: string, display_name: string, roles?: list<string>, protected?: bool, self_registered?: bool, unlinked?: bool, registered: int, metas?: array<string, mixed>, network?: ?InNetwork}
 * @phpstan-type GroupVersion array{row: int, version: int}
 * @phpstan-type GroupReference array{id: string, display: string, direct: bool, version?: ?GroupVersion}
 * @phpstan-type UserRecord array{row: int, id: string, user_name: string, external_id?: ?string, active: bool, locked_before?: bool, managed: bool, linked?: bool, deleted?: bool, wished_name?: ?string, login_of?: ?string, unfinished?: bool, version: int, created: int, modified: int, document: ?string, values?: array<string, mixed>, applied?: array<string, mixed>, ruling?: ?string, account: Account, groups?: list<GroupReference>}
 * @phpstan-type Reached array{rows: int, last?: ?int, more: bool}
 * @phpstan-type FoundUsers array{total?: ?int, users: list<UserRecord>, reached?: ?Reached}
 * @phpstan-type FindUsersAnswer FoundUsers
 * @phpstan-type LoadUser array{do: 'load_user', id: string, targets: list<string>}
 * @phpstan-type LoadUserAnswer ?UserRecord
 * @phpstan-type LoadUsersByAccount array{do: 'load_users_by_account', user_ids: list<int>, kept: bool, targets: list<string>}
 * @phpstan-type LoadUsersByAccountAnswer list<UserRecord>
 * @phpstan-type LoadUsers array{do: 'load_users', ids: list<string>, targets: list<string>}
 * @phpstan-type LoadUsersAnswer list<UserRecord>
 * @phpstan-type Lookup array{path: string, value: string}
 * @phpstan-type FindConflicts array{do: 'find_conflicts', user_name_key: ?string, email: ?string, external_id: ?string, lookups: list<Lookup>, targets: list<string>}
 * @phpstan-type Conflicts array{people: list<UserRecord>, email_holder?: ?int, email_accepted: bool}
 * @phpstan-type FindConflictsAnswer Conflicts
 * @phpstan-type MetaValue array{key: string, value: string}
 * @phpstan-type FindUnregisteredAccounts array{do: 'find_unregistered_accounts', login: ?string, emails: list<string>, user_id: ?int, metas: list<MetaValue>, read: list<string>, limit: int}
 * @phpstan-type FindUnregisteredAccountsAnswer list<Account>
 * @phpstan-type FindReassignTarget array{do: 'find_reassign_target', login: string}
 * @phpstan-type ReassignTarget array{user_id: int, active: bool, on_site: bool}
 * @phpstan-type FindReassignTargetAnswer ?ReassignTarget
 * @phpstan-type Registration array{user_id: int, id: ?string, user_name: string, user_name_key: string, external_id: ?string, active: bool, locked_before: bool, created: int, lookups: list<Lookup>}
 * @phpstan-type RegisterAccounts array{do: 'register_accounts', accounts: list<Registration>, now: int}
 * @phpstan-type RegisterAccountsAnswer null
 * @phpstan-type ReleaseRows array{do: 'release_rows', ids: list<string>}
 * @phpstan-type ReleaseRowsAnswer null
 * @phpstan-type UserRow array{user_name: string, user_name_key: string, external_id: ?string, active: bool, linked: bool, login_of: ?string, document: ?string, lookups: list<Lookup>}
 * @phpstan-type AccountChange array{user_id: ?int, managed_here: bool, logins: list<string>, email: ?string, password: ?string, end_credentials: bool, credential_metas: list<string>, role: ?string, other_roles: list<string>, ruling: ?string, values: array<string, mixed>}
 * @phpstan-type GivingUp array{id: string, email: bool, lookups: list<Lookup>}
 * @phpstan-type CreateUser array{do: 'create_user', row: UserRow, account: AccountChange, giving_up: list<GivingUp>, targets: list<string>, now: int}
 * @phpstan-type Unique 'user_name'|'email'|'login'|'display_name'
 * @phpstan-type CreateUserAnswer array{outcome: 'done', record: UserRecord}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type UpdateUser array{do: 'update_user', id: string, version: int, row: UserRow, account: AccountChange, others: list<array{id: string, version: int, row: UserRow, account: AccountChange, others: list<array<string, mixed>>, giving_up: list<GivingUp>, targets: list<string>, now: int}>, giving_up: list<GivingUp>, targets: list<string>, now: int}
 * @phpstan-type UpdateUserAnswer array{outcome: 'done', record: UserRecord}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type FillTargets array{do: 'fill_targets', id: string, version: int, values: array<string, mixed>, targets: list<string>, now: int}
 * @phpstan-type FillTargetsAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type UserName array{raw: string, key: string}
 * @phpstan-type IndexUser array{do: 'index_user', id: string, version: int, user_name: ?UserName, lock: bool, lookups: list<Lookup>, modified: ?int}
 * @phpstan-type IndexUserAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type IndexedPerson array{row: int, id: string, version: int, lookups: list<Lookup>}
 * @phpstan-type IndexUsers array{do: 'index_users', people: list<IndexedPerson>}
 * @phpstan-type IndexUsersAnswer list<string>
 * @phpstan-type NoteWish array{do: 'note_wish', id: string, user_name: ?string}
 * @phpstan-type NoteWishAnswer null
 * @phpstan-type AccountDisposal 'deactivate'|'remove_from_site'|'delete'
 * @phpstan-type DeleteUser array{do: 'delete_user', id: string, version: int, disposal: AccountDisposal, managed_here: bool, reassign_to: ?string, lookups: list<Lookup>, now: int}
 * @phpstan-type DeleteUserAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type FindGroups array{do: 'find_groups', selection: Selection, members: bool}
 * @phpstan-type MemberKind 'User'|'Group'
 * @phpstan-type Member array{id: string, kind: MemberKind, display?: ?string}
 * @phpstan-type GroupRecord array{row: int, id: string, display_name: string, external_id?: ?string, version: int, created: int, modified: int, document: ?string, members?: ?list<Member>, nested?: ?bool}
 * @phpstan-type FoundGroups array{total?: ?int, groups: list<GroupRecord>, reached?: ?Reached}
 * @phpstan-type FindGroupsAnswer FoundGroups
 * @phpstan-type LoadGroup array{do: 'load_group', id: string, members: bool, most: ?int, nested: bool}
 * @phpstan-type LoadGroupAnswer ?GroupRecord
 * @phpstan-type GroupRow array{display_name: string, display_name_key: string, external_id: ?string, document: ?string}
 * @phpstan-type MemberId array{id: string, kind: MemberKind}
 * @phpstan-type DecidedOn array{id: string, version: int}
 * @phpstan-type RoleChange array{user_id: int, version: int, role: string, other_roles: list<string>, before: list<string>, ruling: ?string}
 * @phpstan-type CreateGroup array{do: 'create_group', row: GroupRow, members: list<MemberId>, people: list<DecidedOn>, unchanged: list<DecidedOn>, roles: list<RoleChange>, within: list<GroupVersion>, around: list<GroupVersion>, now: int}
 * @phpstan-type CreateGroupAnswer array{outcome: 'done', record: GroupRecord}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type UpdateGroup array{do: 'update_group', id: string, version: int, row: GroupRow, add: list<MemberId>, remove: list<string>, remove_all: bool, members: ?int, people: list<DecidedOn>, unchanged: list<DecidedOn>, roles: list<RoleChange>, within: list<GroupVersion>, around: list<GroupVersion>, now: int}
 * @phpstan-type UpdateGroupAnswer array{outcome: 'done', record: GroupRecord}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type DeleteGroup array{do: 'delete_group', id: string, version: int, people: list<DecidedOn>, unchanged: list<DecidedOn>, roles: list<RoleChange>, within: list<GroupVersion>, around: list<GroupVersion>}
 * @phpstan-type DeleteGroupAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type CountMembers array{do: 'count_members', groups: list<GroupVersion>}
 * @phpstan-type CountMembersAnswer list<int>
 * @phpstan-type ResolveMembers array{do: 'resolve_members', ids: list<string>, group: ?string}
 * @phpstan-type Candidate array{id: string, kind: MemberKind, is_member: bool, version?: ?GroupVersion}
 * @phpstan-type ResolveMembersAnswer list<Candidate>
 * @phpstan-type FindMembers array{do: 'find_members', id: string, among: list<string>}
 * @phpstan-type FindMembersAnswer list<string>
 * @phpstan-type ListNestings array{do: 'list_nestings'}
 * @phpstan-type Nesting array{member: string, version: GroupVersion, group: string, display: string}
 * @phpstan-type ListNestingsAnswer list<Nesting>
 * @phpstan-type ListUsersInGroups array{do: 'list_users_in_groups', groups: list<string>}
 * @phpstan-type ListUsersInGroupsAnswer list<string>
 * @phpstan-type RegroupPeople array{do: 'regroup_people', people: list<DecidedOn>, roles: list<RoleChange>, around: list<GroupVersion>}
 * @phpstan-type RegroupPeopleAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type FindRoles array{do: 'find_roles', roles: list<string>}
 * @phpstan-type FindRolesAnswer list<string>
 * @phpstan-type SetRoles array{do: 'set_roles', roles: list<RoleChange>}
 * @phpstan-type RolesSet array{user_id: int, outcome: array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}}
 * @phpstan-type SetRolesAnswer list<RolesSet>
 * @phpstan-type ListAccounts array{do: 'list_accounts', after: int, read: list<string>, limit: int, count: bool}
 * @phpstan-type AccountRow array{id: string, version: int, user_name: string, locked_before?: bool, managed: bool, deleted: bool}
 * @phpstan-type SiteAccount array{account: Account, row?: ?AccountRow}
 * @phpstan-type SiteAccounts array{total?: ?int, accounts: list<SiteAccount>}
 * @phpstan-type ListAccountsAnswer SiteAccounts
 * @phpstan-type LookUpUserNames array{do: 'look_up_user_names', keys: list<string>}
 * @phpstan-type HeldUserName array{key: string, user_id?: ?int}
 * @phpstan-type LookUpUserNamesAnswer list<HeldUserName>
 * @phpstan-type SetAccess array{do: 'set_access', id: string, version: int, active: bool, managed_here: bool, now: int}
 * @phpstan-type SetAccessAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type UnlinkUser array{do: 'unlink_user', id: string, version: int}
 * @phpstan-type UnlinkUserAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type AllowLinking array{do: 'allow_linking', user_ids: list<int>}
 * @phpstan-type AllowLinkingAnswer null
 * @phpstan-type FindLosses array{do: 'find_losses', since: int, besides: list<int>, at_least: int}
 * @phpstan-type RecentLosses array{people?: ?int, managed?: ?int, let_go?: ?int}
 * @phpstan-type FindLossesAnswer RecentLosses
 * @phpstan-type LossKind 'deleted'|'deactivated'|'role'
 * @phpstan-type Loss array{kind: LossKind, user_id: int, id: string, user_name: string, held: bool, before: ?string}
 * @phpstan-type NoteLosses array{do: 'note_losses', losses: list<Loss>, now: int}
 * @phpstan-type NoteLossesAnswer null
 * @phpstan-type ListDecidedLosses array{do: 'list_decided_losses', limit: int, targets: list<string>}
 * @phpstan-type Decision 'let_go'|'undo'
 * @phpstan-type DecidedLoss array{number: int, loss: Loss, decision: Decision, record?: ?UserRecord}
 * @phpstan-type ListDecidedLossesAnswer list<DecidedLoss>
 * @phpstan-type SettleLosses array{do: 'settle_losses', numbers: list<int>}
 * @phpstan-type SettleLossesAnswer null
 * @phpstan-type ReopenLosses array{do: 'reopen_losses', user_id: int}
 * @phpstan-type ReopenLossesAnswer null
 * @phpstan-type RestoreUser array{do: 'restore_user', id: string, version: int, user_name_key: string, active: bool, groups: list<string>, lookups: list<Lookup>, targets: list<string>, now: int}
 * @phpstan-type RestoreUserAnswer array{outcome: 'done', record: UserRecord}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type RemoveKept array{do: 'remove_kept', id: string, version: int, disposal: AccountDisposal, reassign_to: ?string}
 * @phpstan-type RemoveKeptAnswer array{outcome: 'done', record: null}|array{outcome: 'stale'}|array{outcome: 'gone'}|array{outcome: 'taken', value: Unique}|array{outcome: 'refused', message: string, value?: ?Unique}
 * @phpstan-type BeginBatch array{do: 'begin_batch'}
 * @phpstan-type BatchBegun array{shared: bool, now: int}
 * @phpstan-type BeginBatchAnswer BatchBegun
 * @phpstan-type CheckBatch array{do: 'check_batch'}
 * @phpstan-type BatchState 'kept'|'lost'
 * @phpstan-type BatchReport array{state: BatchState, now: int}
 * @phpstan-type CheckBatchAnswer BatchReport
 * @phpstan-type EndBatch array{do: 'end_batch', keep: bool}
 * @phpstan-type EndBatchAnswer BatchState
 * @phpstan-type NotePanic array{do: 'note_panic', reason: string}
 * @phpstan-type NotePanicAnswer null
 */
final class Contract {
}
