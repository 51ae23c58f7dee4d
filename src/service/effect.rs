//! What a request changed in WordPress, account by account, for the activity log: what was before, and what
//! is now.

use super::Service;
use crate::host::{Account, RoleChange, UserRecord};
use crate::mapping::target::EMAIL_TARGET;
use crate::secrecy;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;

/// How much of a value is told, in characters.
const MAX_TEXT: usize = 200;

/// How many changes of one account are told.
const MAX_CHANGES: usize = 100;

/// What became of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The account.
    pub user_id: u64,
    /// The SCIM id of its person, where the request told of it.
    pub id: Option<String>,
    /// The person's `userName`, where the request told of it.
    pub name: Option<String>,
    /// What happened, in one word: `created`, `linked`, `updated`, `deactivated`, `reactivated`,
    /// `role_changed`, `unlinked`, `deleted`.
    pub action: &'static str,
    /// What is different.
    pub changes: Vec<Change>,
    /// The number of the event that it goes with: it is forgotten with it.
    #[serde(skip)]
    event: usize,
}

/// A thing that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which: `role`, `state`, `login`, `email`, `account`, or a target as the mappings name it.
    pub what: String,
    /// What it was; nothing where there was nothing.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

impl Change {
    pub(super) fn new(what: &str, before: Option<String>, after: Option<String>) -> Self {
        let cut = |text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| cut(&text));
        Self { what: what.to_owned(), before: cut(before), after: cut(after) }
    }
}

impl Service {
    /// Notes what became of an account. To be called right before the event is told that it goes with.
    pub(super) fn note_effect(
        &self,
        action: &'static str,
        user_id: u64,
        person: Option<(&str, &str)>,
        changes: Vec<Change>,
    ) {
        let event = self.events_so_far();
        let (id, name) = person.map(|(id, name)| (id.to_owned(), name.to_owned())).unzip();
        self.note.borrow_mut().effects.push(Effect { user_id, id, name, action, changes, event });
    }

    /// Notes what is different about a person; `before` is `None` for somebody new.
    pub(super) fn note_difference(
        &self,
        action: &'static str,
        before: Option<&UserRecord>,
        after: &UserRecord,
    ) {
        let person = Some((after.id.as_str(), after.user_name.as_str()));
        self.note_effect(action, after.account.user_id, person, differences(before, after));
    }

    /// Notes that an account that was there has got another role.
    pub(super) fn note_role(&self, change: &RoleChange) {
        let person = Some((change.person.0.as_str(), change.person.1.as_str()));
        let after = std::iter::once(&change.role).chain(&change.other_roles);
        let changes = vec![Change::new("role", joined(&change.before), joined(after))];
        self.note_effect("role_changed", change.user_id, person, changes);
    }

    /// Forgets what goes with events that turned out not to stand.
    pub(super) fn forget_effects(&self, events: &Range<usize>) {
        let gone = events.end.saturating_sub(events.start);
        let mut note = self.note.borrow_mut();
        note.effects.retain(|effect| !events.contains(&effect.event));
        for effect in note.effects.iter_mut().filter(|effect| effect.event >= events.end) {
            effect.event -= gone;
        }
    }
}

/// What is different about a person.
fn differences(before: Option<&UserRecord>, after: &UserRecord) -> Vec<Change> {
    let was = before.map(|before| &before.account);
    let mut changes = Vec::new();
    let mut compare = |what: &str, before: Option<String>, after: Option<String>| {
        let change = Change::new(what, before, after);
        if change.before != change.after {
            changes.push(change);
        }
    };
    let state = |record: &UserRecord| if record.active { "active" } else { "deactivated" }.to_owned();
    compare("state", before.map(state), Some(state(after)));
    compare("role", was.and_then(|was| joined(&was.roles)), joined(&after.account.roles));
    let text = |get: fn(&Account) -> &String| (was.map(get).cloned(), Some(get(&after.account).clone()));
    let (login, email) = (text(|account| &account.login), text(|account| &account.email));
    compare("login", login.0, login.1);
    compare("email", email.0, email.1);
    let of = |record: Option<&UserRecord>, target: &str| {
        record.and_then(|record| record.values.get(target)).and_then(told)
    };
    let targets: BTreeSet<&String> =
        before.iter().flat_map(|before| before.values.keys()).chain(after.values.keys()).collect();
    for target in targets.into_iter().filter(|target| *target != EMAIL_TARGET) {
        let (old, new) = (of(before, target), of(Some(after), target));
        match secrecy::is_secret(target) {
            true if old != new => {
                let hidden = |value: Option<String>| value.map(|_| secrecy::MASK.to_owned());
                changes.push(Change::new(target, hidden(old), hidden(new)));
            }
            true => {}
            false if old != new => changes.push(Change::new(target, old, new)),
            false => {}
        }
    }
    changes.truncate(MAX_CHANGES);
    changes
}

/// A value as it is told; nothing for an empty one.
fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Array(list) if list.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        other => Some(other.to_string()),
    }
}

fn joined<'a>(roles: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let roles: Vec<&str> = roles.into_iter().map(String::as_str).collect();
    Some(roles.join(", ")).filter(|roles| !roles.is_empty())
}

/// The beginning of a text.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
