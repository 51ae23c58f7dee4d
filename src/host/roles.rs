//! Commands about roles.

use super::{Outcome, json_text};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What the role rules decided about a person, and which role the account had afterwards. So a role given by
/// hand since then can be told from one that the rules gave. It is stored as text that nobody else reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// The role that a rule gave; nothing where none fitted.
    pub rule: Option<String>,
    /// The first role that the account had afterwards; nothing where WordPress chose it.
    pub role: Option<String>,
}

/// The roles that an account is to have on this site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChange {
    /// The account.
    pub user_id: u64,
    /// The version of the person that this was decided on. With another one, or other roles than `before`, it
    /// is stale.
    pub version: u64,
    /// The role that it is to have, as its first.
    pub role: String,
    /// The roles that it is to have besides.
    pub other_roles: Vec<String>,
    /// The roles that it has.
    pub before: Vec<String>,
    /// What the rules have decided; to be kept with the row.
    #[serde(default, with = "json_text")]
    pub ruling: Option<Ruling>,
    /// Who it is, for the log: the SCIM id and the `userName`. The host has no need of it.
    #[serde(skip)]
    pub person: (SmolStr, String),
}

/// A person as a decision knew them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedOn {
    /// The SCIM id.
    pub id: SmolStr,
    /// The version.
    pub version: u64,
}

/// Which of these roles the site has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindRoles {
    /// Names of roles (`editor`).
    pub roles: Vec<String>,
}

/// Changes the roles of accounts, each by itself: if one fails, the others are changed all the same. Each
/// person gets the next version: a request that has decided that the roles of before may stay decides anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRoles {
    /// The changes.
    pub roles: Vec<RoleChange>,
}

/// How the change of one account's roles ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolesSet {
    /// The account.
    pub user_id: u64,
    /// How; [`Outcome::Refused`] also where a plugin failed.
    pub outcome: Outcome<()>,
}
