//! Commands about what the IdP takes from people: who lost what lately, and what the owner decided about it.
//!
//! A loss is noted before it happens. So none is missing, and one may be there that did not happen: whoever
//! undoes losses looks at the person first.

use super::{AccountDisposal, Lookup, UserRecord, json_text};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Something that is taken from a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// What.
    pub kind: LossKind,
    /// The account.
    pub user_id: u64,
    /// The SCIM id.
    pub id: SmolStr,
    /// `userName`.
    pub user_name: String,
    /// Whether it is a deletion that waits for the owner: the resource goes, the account is kept and locked.
    pub held: bool,
    /// What it takes to undo it. It is stored as text that nobody else reads.
    #[serde(with = "json_text")]
    pub before: Option<BeforeLoss>,
}

/// What is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// The person is deleted.
    Deleted,
    /// The person may not log in any more.
    Deactivated,
    /// The person loses a role that a rule gave, and gets the default one or none.
    Role,
}

/// How a person was before a loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeLoss {
    /// Whether the person could log in.
    pub active: bool,
    /// The SCIM ids of the groups that the person was a member of.
    pub groups: Vec<SmolStr>,
    /// The roles of the account.
    pub roles: Vec<String>,
}

/// How many people lost something since a time. What the owner has decided about does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindLosses {
    /// Since when.
    pub since: i64,
    /// Accounts that do not count.
    pub besides: Vec<u64>,
    /// With so many people, it is wanted how many are managed.
    pub at_least: u64,
}

/// The answer to [`FindLosses`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentLosses {
    /// How many people lost something. They are not counted where the owner was told within that time that
    /// they are too many, and has not decided.
    pub people: Option<u64>,
    /// How many are managed, with those who were deleted since; nothing where fewer than `at_least` people
    /// lost something. Of a large site it may be what it was a minute ago.
    pub managed: Option<u64>,
    /// When the owner last let losses stand.
    pub let_go: Option<i64>,
}

/// Notes losses that are about to happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteLosses {
    /// The losses.
    pub losses: Vec<Loss>,
    /// Now.
    pub now: i64,
}

/// Losses that the owner has decided about and that are not settled, the latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListDecidedLosses {
    /// The most losses to give.
    pub limit: u64,
    /// The targets to read of each person.
    pub targets: Vec<String>,
}

/// A loss that the owner has decided about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecidedLoss {
    /// Its number.
    pub number: u64,
    /// The loss.
    pub loss: Loss,
    /// What the owner wants.
    pub decision: Decision,
    /// The person of the account as it is now, also a deleted one whose account was kept.
    pub record: Option<UserRecord>,
}

/// What the owner decides about losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// They are right: deletions that wait happen.
    LetGo,
    /// They are undone.
    Undo,
}

/// Notes that nothing is left to do about losses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettleLosses {
    /// Their numbers.
    pub numbers: Vec<u64>,
}

/// Takes back the owner's decision about somebody for whom it could not be carried out. What is left to do
/// about this person is undecided again, and the owner is asked anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReopenLosses {
    /// The account.
    pub user_id: u64,
}

/// Brings back a deleted person whose account was kept, as the same resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RestoreUser {
    /// The SCIM id that the person had, and gets again.
    pub id: SmolStr,
    /// The version that this was decided on.
    pub version: u64,
    /// The folded `userName`, unique.
    pub user_name_key: String,
    /// Whether the person may log in.
    pub active: bool,
    /// The groups to be a member of; one that is gone is left out.
    pub groups: Vec<SmolStr>,
    /// All matchable values.
    pub lookups: Vec<Lookup>,
    /// The targets to read back.
    pub targets: Vec<String>,
    /// Now.
    pub now: i64,
}

/// Disposes of the account of a deleted person that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoveKept {
    /// The SCIM id that the person had.
    pub id: SmolStr,
    /// The version that this was decided on.
    pub version: u64,
    /// The account's disposal.
    pub disposal: AccountDisposal,
    /// The login of the account that gets the content.
    pub reassign_to: Option<String>,
}
