//! What other plugins of the site are told: which people were created, changed and deleted.

use super::Service;
use crate::host::{Account, AccountChange, GroupRecord, RoleChange, UserRecord};
use serde::Serialize;
use std::ops::Range;

/// Something that happened and stands. The plugin tells it, once the client has its answer, as the action
/// `rollbook/` and the event's name, with the fields as one array with names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A person was created, and an account for it.
    UserCreated {
        /// The account.
        user_id: u64,
        /// The SCIM id.
        id: String,
    },
    /// An account that was there before was taken charge of.
    UserLinked {
        /// The account.
        user_id: u64,
        /// The SCIM id.
        id: String,
    },
    /// A person changed.
    UserUpdated {
        /// The account.
        user_id: u64,
        /// The SCIM id.
        id: String,
        /// The paths of the attributes that differ.
        paths: Vec<String>,
    },
    /// A person may not log in any more.
    UserDeactivated {
        /// The account.
        user_id: u64,
        /// The SCIM id.
        id: String,
    },
    /// A person may log in again, or a deleted one whose account was kept is back.
    UserReactivated {
        /// The account.
        user_id: u64,
        /// The SCIM id; a new one if the person had been deleted.
        id: String,
    },
    /// A person was deleted.
    UserDeleted {
        /// The account.
        user_id: u64,
        /// The SCIM id.
        id: String,
        /// Whether the account is still there, locked, or in a network off this site.
        account_kept: bool,
    },
    /// The owner has taken an account out of what is managed.
    UserUnlinked {
        /// The account.
        user_id: u64,
        /// The SCIM id that the person had.
        id: String,
    },
    /// A group was created, changed or deleted.
    GroupChanged {
        /// The SCIM id.
        id: String,
        /// `displayName`.
        name: String,
        /// `created`, `updated` or `deleted`.
        change: &'static str,
        /// The paths of the attributes that differ.
        paths: Vec<String>,
    },
    /// An account that was there has got another role.
    RoleChanged {
        /// The account.
        user_id: u64,
        /// Its role.
        role: String,
        /// Its roles before.
        before: Vec<String>,
    },
}

/// Somebody is to be told by mail of a change to an account that was there before the IdP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The account.
    pub user_id: u64,
    /// What was changed.
    pub about: About,
    /// The address that the account had before, to which the mail goes.
    pub address: String,
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The address. The owner is told as well.
    Address,
    /// The password, to one that the IdP sent. The owner is told as well.
    Password,
    /// The credentials that the account had before it was linked were ended.
    Credentials,
}

impl Service {
    /// Notes an event. Call it only when the event has happened for good, or when [`Self::forget_events`] is
    /// called otherwise.
    pub(super) fn tell(&self, event: Event) {
        self.note.borrow_mut().events.push(event);
    }

    /// Notes what became of a person whose record was changed: `changes` are the paths that differ.
    pub(super) fn tell_change(&self, before: &UserRecord, after: &UserRecord, changes: Vec<String>) {
        let user_id = after.account.user_id;
        let id = || after.id.to_string();
        let action = match (before.managed, before.active, after.active) {
            (false, ..) => "linked",
            (true, true, false) => "deactivated",
            (true, false, true) => "reactivated",
            (true, ..) => "updated",
        };
        self.note.borrow_mut().action = Some(action);
        self.note_difference(action, Some(before), after);
        self.tell(match before.managed {
            true => Event::UserUpdated { user_id, id: id(), paths: changes },
            false => Event::UserLinked { user_id, id: id() },
        });
        match (before.active, after.active) {
            (true, false) => self.tell(Event::UserDeactivated { user_id, id: id() }),
            (false, true) => self.tell(Event::UserReactivated { user_id, id: id() }),
            _ => {}
        }
        self.tell_role(&before.account, &after.account);
    }

    /// Notes that a person gets a mail about a changed address or password, because the account was there
    /// before the IdP.
    pub(super) fn notify(&self, before: &UserRecord, after: &UserRecord, change: &AccountChange) {
        if !(self.settings.notify_existing_accounts && after.linked && change.managed_here) {
            return;
        }
        let (user_id, old) = (after.account.user_id, &before.account.email);
        let mut note = self.note.borrow_mut();
        if *old != after.account.email {
            note.notices.push(Notice { user_id, about: About::Address, address: old.clone() });
        }
        let about = match (&change.password, change.end_credentials) {
            (Some(_), _) => About::Password,
            (None, true) => About::Credentials,
            (None, false) => return,
        };
        note.notices.push(Notice { user_id, about, address: old.clone() });
    }

    /// Notes that an account of the network was added to the site.
    pub(super) fn tell_joining(&self, before: &Account, after: &UserRecord) {
        self.note_difference("linked", None, after);
        self.tell(Event::UserLinked { user_id: after.account.user_id, id: after.id.to_string() });
        self.tell_role(before, &after.account);
    }

    /// Notes that a person arrived: with a new account, or with a kept one that is back.
    pub(super) fn tell_arrival(&self, kept: Option<&UserRecord>, after: &UserRecord) {
        let (user_id, id) = (after.account.user_id, after.id.to_string());
        self.note_difference(if kept.is_some() { "reactivated" } else { "created" }, kept, after);
        let Some(before) = kept else {
            self.tell(Event::UserCreated { user_id, id });
            // The mail holds a link to set a password. It is of no use without an address, or to a person who
            // may not log in or may not set a password.
            let can_use =
                after.active && !after.account.email.is_empty() && self.settings.allows_own_passwords();
            if self.settings.welcome_mail && can_use {
                self.note.borrow_mut().welcome.push(user_id);
            }
            return;
        };
        self.tell(Event::UserReactivated { user_id, id });
        self.tell_role(&before.account, &after.account);
    }

    /// Notes what became of a group, and of the roles that changed with it.
    pub(super) fn tell_group(
        &self,
        record: &GroupRecord,
        change: &'static str,
        changes: Vec<String>,
        roles: Vec<RoleChange>,
    ) {
        let (id, name) = (record.id.to_string(), record.display_name.clone());
        self.tell(Event::GroupChanged { id, name, change, paths: changes });
        for change in roles {
            self.note_role(&change);
            let RoleChange { user_id, role, before, .. } = change;
            self.tell(Event::RoleChanged { user_id, role, before });
        }
    }

    fn tell_role(&self, before: &Account, after: &Account) {
        if before.roles != after.roles {
            let role = after.roles.first().cloned().unwrap_or_default();
            self.tell(Event::RoleChanged { user_id: after.user_id, role, before: before.roles.clone() });
        }
    }

    /// How many events there were so far.
    pub(super) fn events_so_far(&self) -> usize {
        self.note.borrow().events.len()
    }

    /// Forgets events of what turned out not to stand.
    pub(super) fn forget_events(&self, which: Range<usize>) {
        self.forget_effects(&which);
        let mut note = self.note.borrow_mut();
        let end = which.end.min(note.events.len());
        if which.start < end {
            note.events.drain(which.start..end);
        }
        let events = std::mem::take(&mut note.events);
        note.welcome.retain(|user_id| {
            events.iter().any(
                |event| matches!(event, Event::UserCreated { user_id: created, .. } if created == user_id),
            )
        });
        note.notices.retain(|notice| {
            events.iter().any(|event| match event {
                Event::UserUpdated { user_id, .. } | Event::UserLinked { user_id, .. } => {
                    *user_id == notice.user_id
                }
                _ => false,
            })
        });
        note.events = events;
    }
}
