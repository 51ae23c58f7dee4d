//! The whole contract with WordPress: what the core asks, and what it wants to hear.
//!
//! Each command is a plain struct with a name and an answer type. PHP receives it as an array whose key
//! `do` is the name ([`Question::NAME`]) beside the struct's fields, and answers with an array of the
//! answer's fields. All times are milliseconds since 1970 (UTC). An `id` is a SCIM id; `user_id` is the
//! number of the WordPress account. A *target* names a place in WordPress where an attribute lives:
//! `field:first_name`, `meta:scimDepartment` ([`crate::wordpress::mapping`]).
//!
//! A command either happens as a whole or leaves nothing behind; then it is answered by
//! [`crate::exchange::Exchange::fail`]. What WordPress or the state of the tables forbids is no failure but
//! an [`Outcome`].

pub mod memory;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use smol_str::SmolStr;

pub use crate::exchange::Directory;

/// A command and the type of its answer.
pub trait Question: Serialize {
    /// The command's name, as it stands under `do`.
    const NAME: &'static str;
    /// What the answer is read into.
    type Answer: DeserializeOwned;
}

/// A command on its way to WordPress.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The name of the command.
    pub name: &'static str,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl Command {
    pub(crate) fn new<Q: Question>(question: &Q) -> Result<Self, Failure> {
        match serde_json::to_value(question) {
            Ok(Value::Object(fields)) => Ok(Self { name: Q::NAME, fields }),
            Ok(_) | Err(_) => Err(Failure::new(&format!("the command {} cannot be written down", Q::NAME))),
        }
    }
}

/// A command that could not be carried out. The reason is for the activity log, not for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    reason: String,
}

impl Failure {
    pub(crate) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned() }
    }
}

macro_rules! questions {
    ($($question:ty, $name:literal => $answer:ty;)*) => {
        $(impl Question for $question {
            const NAME: &'static str = $name;
            type Answer = $answer;
        })*
    };
}

questions! {
    ListTokens, "list_tokens" => Vec<TokenRecord>;
    TouchToken, "touch_token" => ();
    FindUsers, "find_users" => FoundUsers;
    LoadUser, "load_user" => Option<UserRecord>;
    LoadAccounts, "load_accounts" => Vec<UserRecord>;
    LoadPeople, "load_people" => Vec<UserRecord>;
    FindClaims, "find_claims" => Vec<UserRecord>;
    FindAccounts, "find_accounts" => Vec<Account>;
    FindHeir, "find_heir" => Option<Heir>;
    AdoptAccounts, "adopt_accounts" => ();
    ReleaseRows, "release_rows" => ();
    CreateUser, "create_user" => Outcome<UserRecord>;
    UpdateUser, "update_user" => Outcome<UserRecord>;
    IndexUser, "index_user" => ();
    DeleteUser, "delete_user" => Outcome<()>;
    FindGroups, "find_groups" => FoundGroups;
    LoadGroup, "load_group" => Option<GroupRecord>;
    CreateGroup, "create_group" => Outcome<GroupRecord>;
    UpdateGroup, "update_group" => Outcome<GroupRecord>;
    DeleteGroup, "delete_group" => Outcome<()>;
    ResolveMembers, "resolve_members" => Vec<Member>;
    FindMembers, "find_members" => Vec<SmolStr>;
    BeginBatch, "begin_batch" => ();
    CheckBatch, "check_batch" => BatchState;
    EndBatch, "end_batch" => BatchState;
}

/// How a write ended. In PHP: `array( 'outcome' => 'done', 'record' => … )`, `array( 'outcome' => 'stale' )`, …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome<T> {
    /// Done; this is what stands there now.
    Done {
        /// The record after the write.
        record: T,
    },
    /// The record has another version than the one the write was decided on. Nothing was written.
    Stale,
    /// The record is gone. Nothing was written.
    Gone,
    /// Somebody else holds a value that must be unique. Nothing was written.
    Taken {
        /// Which value.
        value: Unique,
    },
    /// WordPress or a plugin refuses. Nothing was written.
    Refused {
        /// The reason, as WordPress words it.
        message: String,
    },
}

/// The values that belong to one person or group alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unique {
    /// A user's `userName`.
    UserName,
    /// The e-mail address of a WordPress account.
    Email,
    /// The login of a WordPress account: none of the proposed ones is free.
    Login,
    /// A group's `displayName`.
    DisplayName,
}

// ---------------------------------------------------------------------------------------------------
// Tokens

/// Every token of the site, expired and revoked ones too, and the one fixed in wp-config.php.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListTokens {}

/// One token. Its text is stored nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Its number, 0 for the one fixed in wp-config.php.
    pub id: u64,
    /// The name that the owner gave it.
    pub name: String,
    /// SHA-256 of its text, 64 hexadecimal digits.
    pub hash: String,
    /// What it may do.
    pub scope: Scope,
    /// When it ends, if ever.
    pub expires: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
    /// When it was last used.
    pub last_used: Option<i64>,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Only GET, HEAD and searches.
    Read,
    /// Everything.
    Full,
}

/// Notes that a token was used now. Asked at most once a minute for a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TouchToken {
    /// The token's number.
    pub id: u64,
    /// Now.
    pub now: i64,
}

// ---------------------------------------------------------------------------------------------------
// Users: reading

/// A person as the tables and WordPress hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRecord {
    /// The row's number; pages are cut by it.
    pub row: u64,
    /// The SCIM id.
    pub id: SmolStr,
    /// `userName` exactly as the IdP sent it; the login where no IdP did.
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Whether the person may log in.
    pub active: bool,
    /// Whether an IdP has taken charge of the account.
    pub managed: bool,
    /// Whether the resource was deleted and the account kept. Only [`FindClaims`] shows such a record.
    #[serde(default)]
    pub deleted: bool,
    /// Counts the writes.
    pub version: u64,
    /// `meta.created`.
    pub created: i64,
    /// `meta.lastModified`.
    pub modified: i64,
    /// The resource as the IdP last sent it; nothing where no IdP did.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
    /// The live values of the asked targets. A target that is missing on the site is left out.
    #[serde(default, deserialize_with = "map_or_empty_list")]
    pub values: Map<String, Value>,
    /// The values of the targets as they stood right after the last write of ours, so that a local edit
    /// is told from what WordPress made of the value.
    #[serde(default, deserialize_with = "map_or_empty_list")]
    pub applied: Map<String, Value>,
    /// The WordPress account.
    pub account: Account,
    /// The groups that the person is a member of.
    #[serde(default)]
    pub groups: Vec<GroupReference>,
}

/// A WordPress account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub user_id: u64,
    /// `user_login`.
    pub login: String,
    /// `user_email`.
    pub email: String,
    /// `display_name`.
    pub display_name: String,
    /// Its roles on this site.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether it may edit other accounts, by whatever role or as a super administrator.
    #[serde(default)]
    pub can_edit_users: bool,
    /// `user_registered`.
    pub registered: i64,
}

/// A group as a user's `groups` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupReference {
    /// The group's SCIM id.
    pub id: SmolStr,
    /// Its `displayName`.
    pub display: String,
}

/// A page of users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindUsers {
    /// Which rows.
    pub selection: Selection,
    /// Whether accounts that no IdP has taken charge of count.
    pub unmanaged: bool,
    /// The targets to read for each.
    pub targets: Vec<String>,
}

/// The answer to [`FindUsers`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundUsers {
    /// How many rows the condition selects in all; asked for by [`Selection::count`].
    pub total: Option<u64>,
    /// The page.
    pub users: Vec<UserRecord>,
}

/// Which rows of a table, in which order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The filter in its own words, for the trace and for directories without SQL.
    pub filter: Option<String>,
    /// What SQL can decide of it.
    pub condition: Condition,
    /// Whether the condition selects exactly what the filter matches. Otherwise it may select more.
    pub exact: bool,
    /// The column to order by; ties, and `None`, are ordered by row.
    pub order: Option<Order>,
    /// Only rows that lie behind the one with this number.
    pub after_row: Option<u64>,
    /// What that row has, or had, in the column of the order: text or a whole number. Always there with both an order
    /// and `after_row`.
    pub after_value: Option<Value>,
    /// Whether everything is the other way round, ties too: the last row comes first, and behind is before.
    pub backward: bool,
    /// Rows to leave out at the beginning.
    pub offset: u64,
    /// The most rows to give.
    pub limit: u64,
    /// Whether the total is wanted.
    pub count: bool,
}

/// An SQL condition. `{lookups}` and `{members}` stand for the names of those tables, `u` and `g` for the row of
/// the user or group, and each `%s` or `%d` for an argument, as `$wpdb->prepare()` wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition's text; `1=1` for every row.
    pub sql: String,
    /// The arguments, strings and integers.
    pub arguments: Vec<Value>,
}

impl Default for Condition {
    fn default() -> Self {
        Self { sql: "1=1".to_owned(), arguments: Vec::new() }
    }
}

/// A column and its direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The column's name, of the row's own table.
    pub column: String,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadUser {
    /// The SCIM id, compared byte by byte.
    pub id: SmolStr,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// The people of these accounts, as far as they have a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadAccounts {
    /// The accounts.
    pub user_ids: Vec<u64>,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// The people with these ids, in any order; unknown ones are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadPeople {
    /// SCIM ids.
    pub ids: Vec<SmolStr>,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// Everybody who stands in the way of a new person: the rows, deleted ones too, that hold its key or, with
/// `email` given, whose account has that address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindClaims {
    /// The folded `userName`.
    pub user_name_key: String,
    /// The address of the account to be.
    pub email: Option<String>,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// Accounts of the site that have no row in our tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindAccounts {
    /// Only the account with this login…
    pub login: Option<String>,
    /// …or this e-mail address.
    pub email: Option<String>,
    /// The most accounts to give.
    pub limit: u64,
}

/// The account that gets the content of people who leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindHeir {
    /// Its login.
    pub login: String,
}

/// The answer to [`FindHeir`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heir {
    /// The account.
    pub user_id: u64,
    /// Whether its person may log in; somebody who was deleted, and whose account was kept, may not.
    pub active: bool,
}

/// Gives accounts a row, so that they have an id and are found. They stay unmanaged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdoptAccounts {
    /// The accounts. One that has got a row in the meantime is passed over.
    pub accounts: Vec<Adoption>,
    /// Now.
    pub now: i64,
}

/// Takes the rows of accounts away that nobody manages; the accounts stay. A row that is managed by now is passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseRows {
    /// The SCIM ids that are given up.
    pub ids: Vec<SmolStr>,
}

/// An account's new row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adoption {
    /// The account.
    pub user_id: u64,
    /// Its `userName`: the login, or the address if that is what the IdP asked for.
    pub user_name: String,
    /// The folded `userName`.
    pub user_name_key: String,
    /// When the account was registered.
    pub created: i64,
    /// Its matchable values.
    pub lookups: Vec<Lookup>,
}

/// A value that people are matched by, answered from an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The attribute's path, `emails.value`.
    pub path: String,
    /// The value, folded and cut to 191 characters.
    pub value: String,
}

// ---------------------------------------------------------------------------------------------------
// Users: writing

/// Creates a person, and an account or, with `account.user_id`, brings a kept one back under a new id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateUser {
    /// What the row is to hold.
    pub row: UserRow,
    /// What the account is to hold.
    pub account: AccountChange,
    /// The targets to read back.
    pub targets: Vec<String>,
    /// Now.
    pub now: i64,
}

/// Changes a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdateUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the change was decided on.
    pub version: u64,
    /// What the row is to hold.
    pub row: UserRow,
    /// What is to change in the account.
    pub account: AccountChange,
    /// The targets to read back.
    pub targets: Vec<String>,
    /// Now.
    pub now: i64,
}

/// The row of a managed person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRow {
    /// `userName` as sent.
    pub user_name: String,
    /// The folded `userName`, unique.
    pub user_name_key: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Whether the person may log in. When it becomes false, every session ends.
    pub active: bool,
    /// The resource as sent.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
}

/// What is to change in a WordPress account. What is `None` or left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AccountChange {
    /// The account; `None` creates one.
    pub user_id: Option<u64>,
    /// Logins for a new account, the best first; the first free one is taken. For an existing one: a rename.
    pub logins: Vec<String>,
    /// The address; `""` takes it away.
    pub email: Option<String>,
    /// A password that the IdP sent. A new account without one gets a random one.
    pub password: Option<String>,
    /// The one role that the account is to have on this site.
    pub role: Option<String>,
    /// The values to write, by target; null takes the value away.
    #[serde(deserialize_with = "map_or_empty_list")]
    pub values: Map<String, Value>,
}

/// Renews a person's matchable values and, where the local account was edited, its modification time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// A new `userName` for an account that nobody manages.
    pub user_name: Option<UserName>,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
    /// Now, if the resource is to look modified.
    pub modified: Option<i64>,
}

/// A `userName` in its two forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserName {
    /// As sent.
    pub raw: String,
    /// Folded.
    pub key: String,
}

/// Deletes a person's resource; what becomes of the account is said by the policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the deletion was decided on.
    pub version: u64,
    /// The account's fate.
    pub fate: Fate,
    /// Whose the content becomes, a login; with [`Fate::Keep`] as well.
    pub reassign_to: Option<String>,
    /// Now.
    pub now: i64,
}

/// What becomes of the account of a deleted person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Kept, locked, for the person's return.
    Keep,
    /// Deleted.
    Delete,
}

// ---------------------------------------------------------------------------------------------------
// Groups

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The row's number.
    pub row: u64,
    /// The SCIM id.
    pub id: SmolStr,
    /// `displayName`.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Counts the writes.
    pub version: u64,
    /// `meta.created`.
    pub created: i64,
    /// `meta.lastModified`.
    pub modified: i64,
    /// The resource as the IdP last sent it, without its members.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
    /// The members, where they were asked for.
    pub members: Option<Vec<Member>>,
    /// How many members there are.
    pub member_count: u64,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The member's SCIM id.
    pub id: SmolStr,
    /// What it is.
    pub kind: MemberKind,
    /// Its `displayName`. Nobody's is a `userName` that WordPress shows for want of one: clients that named the member
    /// without a `display` take one for a wrong answer.
    #[serde(default)]
    pub display: Option<String>,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MemberKind {
    /// A person.
    User,
    /// A group.
    Group,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindGroups {
    /// Which rows.
    pub selection: Selection,
    /// Whether the members are wanted.
    pub members: bool,
}

/// The answer to [`FindGroups`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundGroups {
    /// How many rows the condition selects in all.
    pub total: Option<u64>,
    /// The page.
    pub groups: Vec<GroupRecord>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// Whether the members are wanted.
    pub members: bool,
}

/// Creates a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateGroup {
    /// What the row is to hold.
    pub row: GroupRow,
    /// The ids of its members, known ones.
    pub members: Vec<MemberId>,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Now.
    pub now: i64,
}

/// Changes a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpdateGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the change was decided on.
    pub version: u64,
    /// What the row is to hold.
    pub row: GroupRow,
    /// Members to add; one that is there already is no error.
    pub add: Vec<MemberId>,
    /// Members to remove, by id; one that is not there is no error.
    pub remove: Vec<SmolStr>,
    /// Whether all members go before `add` is carried out.
    pub remove_all: bool,
    /// Whether the answer is to hold the members.
    pub members: bool,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
    /// Now.
    pub now: i64,
}

/// The row of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// `displayName`.
    pub display_name: String,
    /// The folded `displayName`, unique.
    pub display_name_key: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// The resource as sent, without its members.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
}

/// A member as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberId {
    /// The member's SCIM id.
    pub id: SmolStr,
    /// What it is.
    pub kind: MemberKind,
}

/// Deletes a group and its memberships.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteGroup {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the deletion was decided on.
    pub version: u64,
    /// The roles that change with it.
    pub roles: Vec<RoleChange>,
}

/// The role that an account is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChange {
    /// The account.
    pub user_id: u64,
    /// The one role that it is to have on this site.
    pub role: String,
    /// The roles that it has.
    pub before: Vec<String>,
}

/// Which of these ids exist, and what they are. Unknown ones are left out of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolveMembers {
    /// SCIM ids.
    pub ids: Vec<SmolStr>,
}

/// Which of these are members of the group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindMembers {
    /// The group's SCIM id.
    pub id: SmolStr,
    /// SCIM ids that may be members.
    pub among: Vec<SmolStr>,
}

// ---------------------------------------------------------------------------------------------------
// Batches

/// Says that the operations up to [`EndBatch`] belong together (RFC 7644 §3.7). They may be carried out in one transaction, if
/// each command of them still happens as a whole or leaves nothing behind, for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeginBatch {}

/// Asks, after each operation of a batch, whether what the operations before it have answered still stands. What this
/// last operation itself has answered is true in either case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckBatch {}

/// Ends the batch, and asks whether all that its operations have answered stands. A failure means that nothing does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndBatch {}

/// Whether what was done stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// All of it.
    Kept,
    /// Nothing of it: somebody else, a hook or the database itself, has undone the transaction.
    Lost,
}

// ---------------------------------------------------------------------------------------------------

/// A JSON object that travels, and is stored, as text: PHP cannot tell `{}` from `[]`.
mod json_text {
    use super::{Deserialize, Deserializer, Map, Serializer, Value};
    use serde::de::Error as _;
    use serde::ser::Error as _;

    pub(super) fn serialize<S: Serializer>(
        document: &Option<Map<String, Value>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match document {
            Some(map) => serializer.serialize_some(&serde_json::to_string(map).map_err(S::Error::custom)?),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Map<String, Value>>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| serde_json::from_str(&text).map_err(D::Error::custom))
            .transpose()
    }
}

/// Reads an object, and PHP's empty array as an empty one.
fn map_or_empty_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    use serde::de::Error as _;
    match Value::deserialize(deserializer)? {
        Value::Object(map) => Ok(map),
        Value::Array(list) if list.is_empty() => Ok(Map::new()),
        other => Err(D::Error::custom(format!("expected an object of values, found {other}"))),
    }
}
