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

    /// Whether it may change a person, a group or an account: it neither only reads nor counts.
    pub(crate) fn may_change(&self) -> bool {
        let harmless = ["check_", "count_", "find_", "list_", "load_", "look_up_", "resolve_", "touch_"];
        !harmless.iter().any(|beginning| self.name.starts_with(beginning))
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

/// The table of all commands, for a macro that makes something of each row: the command's struct, its name
/// and the type of its answer.
macro_rules! questions {
    ($table:ident) => {
        $table! {
            ListTokens, list_tokens => Vec<TokenRecord>;
            TouchToken, touch_token => ();
            CheckToken, check_token => TokenState;
            CountKnock, count_knock => Knocks;
            CountRequests, count_requests => ();
            FindUsers, find_users => FoundUsers;
            LoadUser, load_user => Option<UserRecord>;
            LoadUsersByAccount, load_users_by_account => Vec<UserRecord>;
            LoadUsers, load_users => Vec<UserRecord>;
            FindConflicts, find_conflicts => Conflicts;
            FindUnregisteredAccounts, find_unregistered_accounts => Vec<Account>;
            FindReassignTarget, find_reassign_target => Option<ReassignTarget>;
            RegisterAccounts, register_accounts => ();
            ReleaseRows, release_rows => ();
            CreateUser, create_user => Outcome<UserRecord>;
            UpdateUser, update_user => Outcome<UserRecord>;
            FillTargets, fill_targets => Outcome<()>;
            IndexUser, index_user => ();
            IndexUsers, index_users => ();
            NoteWish, note_wish => ();
            DeleteUser, delete_user => Outcome<()>;
            FindGroups, find_groups => FoundGroups;
            LoadGroup, load_group => Option<GroupRecord>;
            CreateGroup, create_group => Outcome<GroupRecord>;
            UpdateGroup, update_group => Outcome<GroupRecord>;
            DeleteGroup, delete_group => Outcome<()>;
            ResolveMembers, resolve_members => Vec<Candidate>;
            FindMembers, find_members => Vec<SmolStr>;
            ListNestings, list_nestings => Vec<Nesting>;
            ListUsersInGroups, list_users_in_groups => Vec<SmolStr>;
            RegroupPeople, regroup_people => Outcome<()>;
            FindRoles, find_roles => Vec<String>;
            SetRoles, set_roles => Vec<RolesSet>;
            ListAccounts, list_accounts => SiteAccounts;
            LookUpUserNames, look_up_user_names => Vec<HeldUserName>;
            SetAccess, set_access => Outcome<()>;
            UnlinkUser, unlink_user => Outcome<()>;
            AllowLinking, allow_linking => ();
            FindLosses, find_losses => RecentLosses;
            NoteLosses, note_losses => ();
            ListDecidedLosses, list_decided_losses => Vec<DecidedLoss>;
            SettleLosses, settle_losses => ();
            RestoreUser, restore_user => Outcome<UserRecord>;
            RemoveKept, remove_kept => Outcome<()>;
            BeginBatch, begin_batch => BatchBegun;
            CheckBatch, check_batch => BatchReport;
            EndBatch, end_batch => BatchState;
            NotePanic, note_panic => ();
        }
    };
}

macro_rules! implement {
    ($($question:ty, $name:ident => $answer:ty;)*) => {
        $(impl Question for $question {
            const NAME: &'static str = stringify!($name);
            type Answer = $answer;
        })*
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
