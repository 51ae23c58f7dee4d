//! Commands about people: first those that read, then those that write.

use super::{Account, AccountChange, GroupVersion, Reached, Ruling, Selection, json_text, map_or_empty_list};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use smol_str::SmolStr;

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
    /// Whether another plugin had the person locked out. It is shown as inactive, and the first write
    /// deactivates it; until then the person may log in.
    #[serde(default)]
    pub locked_before: bool,
    /// Whether an IdP has taken charge of the account.
    pub managed: bool,
    /// Whether the account was there before the IdP, which has only linked it.
    #[serde(default)]
    pub linked: bool,
    /// Whether the resource was deleted and the account kept. Only [`FindConflicts`] shows such a record, and
    /// [`LoadUsersByAccount`] where it is asked to. The person may log in only if the owner has let them in.
    #[serde(default)]
    pub deleted: bool,
    /// The `userName` that the IdP wants for the person while another person has it. The request that
    /// completes the exchange gives it.
    #[serde(default)]
    pub wished_name: Option<String>,
    /// What the login was made of, where a rename waits until the person is active again.
    #[serde(default)]
    pub login_of: Option<String>,
    /// Whether a write broke off after a part of it was stored: a hook ended its transaction, or the tables
    /// have no transactions. The next write then does all of it again.
    #[serde(default)]
    pub unfinished: bool,
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
    /// The values of the targets right after our last write. So a local edit can be told from what WordPress
    /// made of the value.
    #[serde(default, deserialize_with = "map_or_empty_list")]
    pub applied: Map<String, Value>,
    /// What the rules decided last; nothing for an account that no IdP has taken charge of.
    #[serde(default, with = "json_text")]
    pub ruling: Option<Ruling>,
    /// The WordPress account.
    pub account: Account,
    /// The groups that the person is a member of, and those that they are in, up to [`super::MAX_NESTING`]
    /// steps away.
    #[serde(default)]
    pub groups: Vec<GroupReference>,
}

impl UserRecord {
    /// Whether the account gives its address up for a living person: its own was deleted, and nobody uses it.
    pub fn gives_up_address(&self) -> bool {
        self.deleted && !self.active && self.account.is_writable()
    }
}

/// A group as a user's `groups` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupReference {
    /// The group's SCIM id.
    pub id: SmolStr,
    /// Its `displayName`.
    pub display: String,
    /// Whether the person is a member itself, and not only of a group that is one.
    pub direct: bool,
    /// Which version the group has, if the person is a member itself. It was read after the person's.
    #[serde(default)]
    pub version: Option<GroupVersion>,
}

impl GroupReference {
    /// Whether a user's `groups` shows both in the same way.
    pub fn is_shown_as(&self, other: &Self) -> bool {
        (&self.id, &self.display, self.direct) == (&other.id, &other.display, other.direct)
    }
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
    /// The page, or the beginning of it.
    pub users: Vec<UserRecord>,
    /// How far it goes, where it does not go as far as the limit.
    #[serde(default)]
    pub reached: Option<Reached>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadUser {
    /// The SCIM id, compared byte by byte.
    pub id: SmolStr,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// The people of these accounts that have a row. People that memory has no room for are left out, but at
/// least one is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadUsersByAccount {
    /// The accounts.
    pub user_ids: Vec<u64>,
    /// Whether deleted people whose account was kept count.
    #[serde(default)]
    pub kept: bool,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// The people with these ids, in any order. Unknown ids are left out. People that memory has no room for are
/// left out as well, but at least one is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadUsers {
    /// SCIM ids.
    pub ids: Vec<SmolStr>,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// Everybody who conflicts with a person: the rows, also of deleted people, to which any of this applies.
/// Each part is answered by an index of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FindConflicts {
    /// The row holds this folded `userName`…
    pub user_name_key: Option<String>,
    /// …or its account has this address…
    pub email: Option<String>,
    /// …or it is a deleted person's with this `externalId`…
    pub external_id: Option<String>,
    /// …or it has one of these matchable values.
    pub lookups: Vec<Lookup>,
    /// The targets to read.
    pub targets: Vec<String>,
}

/// The answer to [`FindConflicts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflicts {
    /// The people.
    pub people: Vec<UserRecord>,
    /// The account that has the address, also one without a row or on another site of the network.
    pub email_holder: Option<u64>,
    /// Whether WordPress accepts the text as an address and can store it, even if an account has it already.
    pub email_accepted: bool,
}

/// Deletes the rows of unmanaged accounts; the accounts stay. A row that is managed by now is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseRows {
    /// The SCIM ids that are given up.
    pub ids: Vec<SmolStr>,
}

/// A value that people are matched by, answered from an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The attribute's path, `emails.value`.
    pub path: String,
    /// The value, folded and cut to 191 characters.
    pub value: String,
}

/// Creates a person, and an account or, with `account.user_id`, brings a kept one back under a new id. In a
/// network that account may be one that is not on this site: then it is added to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateUser {
    /// What the row is to hold.
    pub row: UserRow,
    /// What the account is to hold.
    pub account: AccountChange,
    /// Deleted people who give up a name or an address for this one, in the same transaction.
    #[serde(default)]
    pub giving_up: Vec<GivingUp>,
    /// The targets to read back.
    pub targets: Vec<String>,
    /// Now.
    pub now: i64,
}

/// What a deleted person, whose account was kept, gives up for a living one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivingUp {
    /// The SCIM id that the person had.
    pub id: SmolStr,
    /// Whether the account loses its address.
    pub email: bool,
    /// What the person is known by on return.
    pub lookups: Vec<Lookup>,
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
    /// People who exchange names or addresses with this one. All are written in the same transaction, so that
    /// a value that one leaves is free for the others.
    #[serde(default)]
    pub others: Vec<Self>,
    /// Deleted people who give up a name or an address.
    #[serde(default)]
    pub giving_up: Vec<GivingUp>,
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
    /// Whether the person may log in. When it becomes false, every session ends, if the account is this
    /// site's ([`AccountChange::managed_here`]).
    pub active: bool,
    /// Whether the account was there before the IdP.
    #[serde(default)]
    pub linked: bool,
    /// What the login was made of, where a rename waits.
    #[serde(default)]
    pub login_of: Option<String>,
    /// The resource as sent.
    #[serde(with = "json_text")]
    pub document: Option<Map<String, Value>>,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
}

/// Writes values to a person's account that could not be written before: the mapping is new, or its field is
/// back. Of the person's row only the version changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillTargets {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the values were decided on.
    pub version: u64,
    /// The values to write, by target.
    #[serde(deserialize_with = "map_or_empty_list")]
    pub values: Map<String, Value>,
    /// The targets that count as written from now on.
    pub targets: Vec<String>,
    /// Now.
    pub now: i64,
}

/// Renews a person's matchable values and, where the local account was edited, its modification time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that this was decided on. It goes up with whatever clients see, and not with what they are
    /// only searched by.
    pub version: u64,
    /// A new `userName` for an account that nobody manages.
    pub user_name: Option<UserName>,
    /// Whether the owner wants an unmanaged person that another plugin had locked out to stay locked out from
    /// now on.
    #[serde(default)]
    pub lock: bool,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
    /// Now, if the resource is to look modified.
    pub modified: Option<i64>,
}

/// Renews the matchable values of many people at once, and nothing else of them. The answer are the ids of
/// those who have another version by now: nothing of them was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexUsers {
    /// The people. Those who are gone by now are left out, and are not in the answer.
    pub people: Vec<IndexedPerson>,
}

/// A person with all matchable values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexedPerson {
    /// The number of the row.
    pub row: u64,
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the values belong to.
    pub version: u64,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
}

/// Notes which `userName` the IdP wants for a person while somebody else has it. The resource stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteWish {
    /// The SCIM id.
    pub id: SmolStr,
    /// The name; `None` when it is wanted no more.
    pub user_name: Option<String>,
}

/// A `userName` in its two forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserName {
    /// As sent.
    pub raw: String,
    /// Folded.
    pub key: String,
}

/// Deletes a person's resource; the policy decides what becomes of the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that the deletion was decided on.
    pub version: u64,
    /// The account's disposal.
    pub disposal: AccountDisposal,
    /// Whether this site owns the account, so that its sessions end.
    pub managed_here: bool,
    /// The login of the account that gets the content, also with [`AccountDisposal::Deactivate`].
    pub reassign_to: Option<String>,
    /// What the person is known by on return. Name and address are free for others at once.
    #[serde(default)]
    pub lookups: Vec<Lookup>,
    /// Now.
    pub now: i64,
}

/// What becomes of the account of a deleted person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountDisposal {
    /// Kept, locked, for the person's return; in a network locked on this site.
    Deactivate,
    /// Taken off this site, but not out of the network.
    RemoveFromSite,
    /// Deleted. Stale if the account was added to another site in the meantime.
    Delete,
}

/// Locks a person out or lets them in, as the owner wants; also a deleted one whose account was kept. When a
/// person is locked out, every session ends, if the account is this site's. What the IdP reads afterwards is
/// as true as after a write of its own: version and modification time go with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAccess {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that this was decided on.
    pub version: u64,
    /// Whether the person may log in.
    pub active: bool,
    /// Whether this site owns the account, so that its sessions end.
    pub managed_here: bool,
    /// Now.
    pub now: i64,
}

/// Ends the management of a person. The row is deleted with its memberships; the account stays as it is and
/// is marked as [`Account::unlinked`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnlinkUser {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version that this was decided on.
    pub version: u64,
}

/// Which accounts hold these names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookUpUserNames {
    /// Folded `userName`s.
    pub keys: Vec<String>,
}

/// A `userName` that somebody has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldUserName {
    /// The folded name.
    pub key: String,
    /// The account; `None` while it is being made.
    pub user_id: Option<u64>,
}
