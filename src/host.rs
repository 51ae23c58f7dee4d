//! The whole contract with WordPress: what the core asks, and what it wants to hear.
//!
//! Each command is a plain struct with a name and an answer type. PHP receives it as an array whose key `do`
//! is the name ([`Question::NAME`]) beside the struct's fields, and answers with an array of the answer's
//! fields. All times are milliseconds since 1970 (UTC). An `id` is a SCIM id; `user_id` is the number of the
//! WordPress account. A *target* names the place in WordPress where an attribute is stored:
//! `field:first_name`, `meta:scimDepartment` ([`crate::mapping`]).
//!
//! PHP's analyser knows the fields of each command and answer from `php-plugin/stubs/contract.php`, which is
//! written from these structs: `make stubs`.
//!
//! A command either happens as a whole or leaves nothing behind; then it is answered by
//! [`crate::exchange::Exchange::fail`]. Where a lost connection or a plugin leaves it open how much was
//! stored, the [`HostError`] says so. What WordPress or the state of the tables forbids is no failure but an
//! [`Outcome`].

mod accounts;
mod batches;
mod groups;
mod handle;
mod losses;
mod roles;
mod selection;
pub mod site;
mod tokens;
mod users;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use smol_str::SmolStr;

pub use accounts::*;
pub use batches::*;
pub use groups::*;
pub use handle::Host;
pub(crate) use handle::Turn;
pub use losses::*;
pub use roles::*;
pub use selection::*;
pub use site::*;
pub use tokens::*;
pub use users::*;

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
    pub(crate) fn new<Q: Question>(question: &Q) -> Result<Self, HostError> {
        match serde_json::to_value(question) {
            Ok(Value::Object(fields)) => Ok(Self { name: Q::NAME, fields }),
            Ok(_) | Err(_) => Err(HostError::new(&format!("the command {} cannot be written down", Q::NAME))),
        }
    }
}

/// A command that could not be carried out. The reason is for the activity log, not for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct HostError {
    reason: String,
    /// Whether the database was in trouble, which passes; otherwise a plugin or the core is at fault.
    pub(crate) passes: bool,
    /// Whether the command may have been stored all the same, as a whole or in part.
    pub(crate) may_be_stored: bool,
}

impl HostError {
    /// A failure that left nothing behind.
    pub fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned(), passes: false, may_be_stored: false }
    }

    /// Others were always faster: each time that something was decided, the people had changed meanwhile.
    pub(crate) fn outrun() -> Self {
        Self::new("others changed the same people again and again").passing(true)
    }

    /// Says whether the same request may succeed in a moment.
    #[must_use]
    pub fn passing(self, passes: bool) -> Self {
        Self { passes, ..self }
    }

    /// Says whether it is unknown how much of the command was stored.
    #[must_use]
    pub fn maybe_stored(self, may_be_stored: bool) -> Self {
        Self { may_be_stored, ..self }
    }
}

/// The table of all commands, for a macro that makes something of each row: the command's struct, its name,
/// what it does and the type of its answer. It `reads`, or `counts` what is no person, group or account, or
/// `changes` something.
macro_rules! questions {
    ($table:ident) => {
        $table! {
            ListTokens, list_tokens, reads => Vec<TokenRecord>;
            TouchToken, touch_token, counts => ();
            CheckToken, check_token, reads => TokenState;
            CountKnock, count_knock, counts => Knocks;
            CountRequests, count_requests, counts => ();
            FindUsers, find_users, reads => FoundUsers;
            LoadUser, load_user, reads => Option<UserRecord>;
            LoadUsersByAccount, load_users_by_account, reads => Vec<UserRecord>;
            LoadUsers, load_users, reads => Vec<UserRecord>;
            FindConflicts, find_conflicts, reads => Conflicts;
            FindUnregisteredAccounts, find_unregistered_accounts, reads => Vec<Account>;
            FindReassignTarget, find_reassign_target, reads => Option<ReassignTarget>;
            RegisterAccounts, register_accounts, changes => ();
            ReleaseRows, release_rows, changes => ();
            CreateUser, create_user, changes => Outcome<UserRecord>;
            UpdateUser, update_user, changes => Outcome<UserRecord>;
            FillTargets, fill_targets, changes => Outcome<()>;
            IndexUser, index_user, changes => Outcome<()>;
            IndexUsers, index_users, changes => Vec<SmolStr>;
            NoteWish, note_wish, changes => ();
            DeleteUser, delete_user, changes => Outcome<()>;
            FindGroups, find_groups, reads => FoundGroups;
            LoadGroup, load_group, reads => Option<GroupRecord>;
            CreateGroup, create_group, changes => Outcome<GroupRecord>;
            UpdateGroup, update_group, changes => Outcome<GroupRecord>;
            DeleteGroup, delete_group, changes => Outcome<()>;
            CountMembers, count_members, reads => Vec<u64>;
            ResolveMembers, resolve_members, reads => Vec<Candidate>;
            FindMembers, find_members, reads => Vec<SmolStr>;
            ListNestings, list_nestings, reads => Vec<Nesting>;
            ListUsersInGroups, list_users_in_groups, reads => Vec<SmolStr>;
            RegroupPeople, regroup_people, changes => Outcome<()>;
            FindRoles, find_roles, reads => Vec<String>;
            SetRoles, set_roles, changes => Vec<RolesSet>;
            ListAccounts, list_accounts, reads => SiteAccounts;
            LookUpUserNames, look_up_user_names, reads => Vec<HeldUserName>;
            SetAccess, set_access, changes => Outcome<()>;
            UnlinkUser, unlink_user, changes => Outcome<()>;
            AllowLinking, allow_linking, changes => ();
            FindLosses, find_losses, reads => RecentLosses;
            NoteLosses, note_losses, changes => ();
            ListDecidedLosses, list_decided_losses, reads => Vec<DecidedLoss>;
            SettleLosses, settle_losses, changes => ();
            ReopenLosses, reopen_losses, changes => ();
            RestoreUser, restore_user, changes => Outcome<UserRecord>;
            RemoveKept, remove_kept, changes => Outcome<()>;
            BeginBatch, begin_batch, changes => BatchBegun;
            CheckBatch, check_batch, reads => BatchReport;
            EndBatch, end_batch, changes => BatchState;
            NotePanic, note_panic, changes => ();
        }
    };
}

macro_rules! implement {
    ($($question:ty, $name:ident, $does:ident => $answer:ty;)*) => {
        $(impl Question for $question {
            const NAME: &'static str = stringify!($name);
            type Answer = $answer;
        })*

        impl Command {
            /// Whether it may change a person, a group or an account.
            pub(crate) fn may_change(&self) -> bool {
                match self.name {
                    $(stringify!($name) => may_change!($does),)*
                    _ => true,
                }
            }
        }
    };
}

macro_rules! may_change {
    (reads) => {
        false
    };
    (counts) => {
        false
    };
    (changes) => {
        true
    };
}

questions!(implement);
#[cfg(feature = "memory")]
pub(crate) use questions;

/// How a write ended. In PHP: `array( 'outcome' => 'done', 'record' => … )`, `array( 'outcome' => 'stale' )`,
/// …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome<T> {
    /// Done.
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
        /// The value that is refused, if it is a single one.
        #[serde(default)]
        value: Option<Unique>,
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

/// A JSON object that travels, and is stored, as text: PHP cannot tell `{}` from `[]`.
mod json_text {
    use super::{Deserialize, DeserializeOwned, Deserializer, Serialize, Serializer};
    use serde::de::Error as _;
    use serde::ser::Error as _;

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        document: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match document {
            Some(map) => serializer.serialize_some(&serde_json::to_string(map).map_err(S::Error::custom)?),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
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
