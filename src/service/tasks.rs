//! What the owner of the site changes for everybody at once, with the same decisions as in a request.
//!
//! A task goes through people or accounts by number, a part at a time, and decides about each when it comes
//! to it. So it can stop anywhere and begin again, and an outdated preview does no harm.

mod access;
mod explaining;
mod grouping;
mod indexing;
mod linking;
mod roles;
mod settling;
mod testing;
mod unlinking;

use super::{Answer, RequestError, Service, Summary};
use crate::host::{Account, Host};
use crate::http::{Request, Response};
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most people or accounts in one part of a task.
pub const MAX_PART: u64 = 500;

/// Something to do to everybody, or to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// Gives everybody who is managed the role that is due, or tells what that would change.
    Roles {
        /// Which people.
        part: Part,
    },
    /// Gives every account that may be linked a row, so that the IdP's first search finds it, or tells what
    /// that would change.
    Linking {
        /// Which accounts.
        part: Part,
        /// What the IdP is going to search them by.
        user_name: NameSource,
        /// What becomes of accounts that the owner has unlinked.
        #[serde(default)]
        unlinked: Unlinked,
    },
    /// Locks one person out.
    Locking(Access),
    /// Lets one person in again.
    Unlocking(Access),
    /// Unlinks one person.
    Unlinking {
        /// The account.
        user_id: u64,
    },
    /// Tells why somebody has the role and the access that they have.
    Explaining {
        /// The account.
        user_id: u64,
    },
    /// Tells of groups which rules ask for them.
    Grouping {
        /// A part of their names; all groups where it is empty.
        #[serde(default)]
        search: String,
        /// Which page, counted from 1.
        #[serde(default)]
        page: u64,
        /// The SCIM id of the only one that is meant.
        #[serde(default)]
        id: Option<String>,
    },
    /// Tells what rules ask for and nobody has.
    Doubting {},
    /// Tells which people the filter of a rule matches, the first of them.
    Matching {
        /// The filter, as it was typed.
        filter: String,
        /// What the page before gave as its end.
        #[serde(default)]
        after: Option<String>,
    },
    /// Lets an account be found and linked again that was unlinked.
    AllowingLinking {
        /// The account.
        user_id: u64,
    },
    /// Does what the owner has decided about what an IdP took from people.
    Settling {
        /// To how many losses; at most [`MAX_PART`].
        limit: u64,
    },
    /// Puts the values of people into the indexes of the attributes that are searched by.
    Indexing {
        /// The accounts.
        user_ids: Vec<u64>,
    },
}

/// Whose access the owner changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The account.
    pub user_id: u64,
    /// The account of the one who does it; 0 where somebody at the command line does.
    pub actor: u64,
    /// Whether the person is one of several that are chosen at once. Protected accounts are left out then.
    #[serde(default)]
    pub several: bool,
}

/// A part of what a task goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Where it begins: behind this number; 0 at first.
    pub after: u64,
    /// How many; at most [`MAX_PART`].
    pub limit: u64,
    /// Whether to do it, or only to tell.
    pub apply: bool,
}

impl Part {
    fn limit(self) -> u64 {
        self.limit.clamp(1, MAX_PART)
    }
}

/// What `userName` an account without one gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// Its login.
    Login,
    /// Its e-mail address.
    Email,
}

/// What becomes of accounts that the owner has unlinked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlinked {
    /// They are named, and stay apart.
    #[default]
    LeaveOut,
    /// They are linked again like the others.
    LinkAgain,
}

/// What came of a part: the body of the response.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Behind which number the next part begins; nothing after the last.
    next: Option<u64>,
    /// How many there are in all, told with the first part.
    total: Option<u64>,
    /// How many this part went through.
    examined: u64,
    /// How many there are of each verdict.
    counts: BTreeMap<Verdict, u64>,
    /// The accounts that the report lists.
    entries: Vec<Entry>,
}

/// What a task found or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// Nothing is to do.
    Same,
    /// Something would change.
    Changes,
    /// Something has changed.
    Changed,
    /// Nothing may change: the account is protected.
    Protected,
    /// It could not be done; the reason says why.
    Failed,
    /// The role that is due does not exist.
    NoSuchRole,
    /// An IdP is in charge already.
    Managed,
    /// The account was kept when its person was deleted, and comes back with the person.
    Deleted,
    /// The account has no address that could be its name.
    NoAddress,
    /// Another person has that name.
    NameTaken,
    /// The owner has unlinked the account.
    Unlinked,
}

/// What else is to be told of an account that may be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Remark {
    /// Its credentials end when it is linked.
    CredentialsEnd,
    /// Another plugin had the person locked out; the task locks the person out here.
    LocksOut,
    /// The owner had unlinked it.
    WasUnlinked,
}

/// An account, and what is to be told of it.
#[derive(Debug, Serialize)]
struct Entry {
    user_id: u64,
    login: String,
    display_name: String,
    verdict: Verdict,
    /// Its roles, or its `userName`, as they are.
    now: Vec<String>,
    /// As they will be, or have become.
    then: Vec<String>,
    reason: Option<String>,
    remarks: Vec<Remark>,
    /// The number of the rule that decides about the roles, counted from 1; nothing where none matches.
    rule: Option<usize>,
}

impl Report {
    fn count(&mut self, verdict: Verdict) {
        self.examined += 1;
        *self.counts.entry(verdict).or_default() += 1;
    }

    fn tell(&mut self, entry: Entry) {
        self.count(entry.verdict);
        self.entries.push(entry);
    }
}

impl Entry {
    fn of(account: &Account, verdict: Verdict, now: Vec<String>, then: Vec<String>) -> Self {
        Self {
            user_id: account.user_id,
            login: account.login.clone(),
            display_name: account.display_name.clone(),
            verdict,
            now,
            then,
            reason: None,
            remarks: Vec::new(),
            rule: None,
        }
    }
}

/// Carries out a task. The response is 200 with the report as JSON, or an error as SCIM words it, whose
/// `detail` is for the owner.
pub(crate) async fn perform(
    host: Host,
    task: Task,
    settings: Rc<Settings>,
    now: i64,
    note: Rc<RefCell<Summary>>,
) -> (Response, Summary) {
    let request = request(&task, now);
    *note.borrow_mut() = Summary::of(&request);
    let service = Service::new(host, &request, settings, note);
    let done: Answer = match task {
        Task::Roles { part } => service.review_roles(part).await,
        Task::Linking { part, user_name, unlinked } => service.link_accounts(part, user_name, unlinked).await,
        Task::Locking(access) => service.set_access(access, false).await,
        Task::Unlocking(access) => service.set_access(access, true).await,
        Task::Unlinking { user_id } => service.unlink(user_id).await,
        Task::Explaining { user_id } => service.explain(user_id).await,
        Task::Grouping { id: Some(id), .. } => service.tell_group_rules(&id).await,
        Task::Grouping { search, page, id: None } => service.list_groups(&search, page).await,
        Task::Doubting {} => service.doubt_rules().await,
        Task::Matching { filter, after } => service.match_people(&filter, after).await,
        Task::AllowingLinking { user_id } => service.allow_linking(user_id).await,
        Task::Settling { limit } => service.settle_losses(limit).await,
        Task::Indexing { user_ids } => service.index_people(user_ids).await,
    };
    let reply = match done {
        Ok(reply) => reply,
        Err(RequestError::Client(error)) => service.refuse(&error),
        Err(RequestError::Host(failure)) => service.break_down(failure),
    };
    service.conclude(&request, reply)
}

/// What the log calls a task.
fn request(task: &Task, now: i64) -> Request {
    let path = match task {
        Task::Roles { .. } => "/roles",
        Task::Linking { .. } => "/linking",
        Task::Locking(_) => "/locking",
        Task::Unlocking(_) => "/unlocking",
        Task::Unlinking { .. } => "/unlinking",
        Task::Explaining { .. } => "/explaining",
        Task::Grouping { .. } => "/grouping",
        Task::Doubting {} => "/doubting",
        Task::Matching { .. } => "/matching",
        Task::AllowingLinking { .. } => "/allowing_linking",
        Task::Settling { .. } => "/settling",
        Task::Indexing { .. } => "/indexing",
    };
    Request { method: "TASK".to_owned(), path: path.to_owned(), now, ..Request::default() }
}
