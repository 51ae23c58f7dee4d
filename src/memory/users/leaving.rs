//! People who leave, who gets their content, and who comes back.

use super::Person;
use crate::host::{
    AccountDisposal, DeleteUser, FindReassignTarget, Outcome, ReassignTarget, RemoveKept, RestoreUser,
    Unique, UserRecord,
};
use crate::memory::MemoryHost;
use crate::memory::accounts::equal;

impl MemoryHost {
    pub(in crate::memory) fn delete_user(&mut self, delete: DeleteUser) -> Result<Outcome<()>, String> {
        let target = delete.reassign_to.as_deref();
        if let Some(login) = target.filter(|login| self.account(login).is_none()) {
            return Ok(Outcome::Refused {
                message: format!("There is no account {login} to take over the content."),
                value: None,
            });
        }
        let Some((row, mut person)) = self.take_living(&delete.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(delete.version, &mut person.version) {
            self.people.insert(row, person);
            return Ok(Outcome::Stale);
        }
        if person.active && self.is_last_administrator(person.user_id) {
            self.people.insert(row, person);
            return Ok(Outcome::Refused {
                message: "This is the last administrator.".to_owned(),
                value: None,
            });
        }
        self.forget_member(&delete.id, delete.now);
        if let Some(target) = target {
            self.reassign(person.user_id, target);
        }
        self.dispose(person.user_id, delete.disposal);
        match delete.disposal {
            AccountDisposal::Delete | AccountDisposal::RemoveFromSite => {}
            AccountDisposal::Deactivate => {
                person.deleted = true;
                person.active = false;
                person.modified = delete.now;
                person.version += 1;
                person.lookups = delete.lookups;
                person.user_name_key = format!("deleted {}", person.id);
                self.people.insert(row, person);
            }
        }
        Ok(Outcome::Done { record: () })
    }

    fn dispose(&mut self, user_id: u64, disposal: AccountDisposal) {
        match disposal {
            AccountDisposal::Delete => drop(self.accounts.remove(&user_id)),
            AccountDisposal::RemoveFromSite => self.take_off(user_id),
            AccountDisposal::Deactivate => {}
        }
    }

    /// Disposes of what is left of a deleted person.
    pub(in crate::memory) fn remove_kept(&mut self, remove: RemoveKept) -> Result<Outcome<()>, String> {
        let is_meant = |person: &Person| person.deleted && person.id == remove.id;
        let Some(person) = self.people.values().find(|person| is_meant(person)).cloned() else {
            return Ok(Outcome::Gone);
        };
        if person.version != remove.version {
            return Ok(Outcome::Stale);
        }
        if let Some(target) = remove.reassign_to.as_deref() {
            self.reassign(person.user_id, target);
        }
        self.dispose(person.user_id, remove.disposal);
        if remove.disposal != AccountDisposal::Deactivate {
            self.people.retain(|_, person| !is_meant(person));
        }
        Ok(Outcome::Done { record: () })
    }

    /// Brings a deleted person back as the same one.
    pub(in crate::memory) fn restore_user(
        &mut self,
        restore: RestoreUser,
    ) -> Result<Outcome<UserRecord>, String> {
        let is_meant = |person: &Person| person.deleted && person.id == restore.id;
        let Some(row) = self.people.iter().find(|(_, person)| is_meant(person)).map(|(row, _)| *row) else {
            return Ok(Outcome::Gone);
        };
        if self.people.values().any(|person| person.user_name_key == restore.user_name_key) {
            return Ok(Outcome::Taken { value: Unique::UserName });
        }
        let Some(mut person) = self.people.remove(&row) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(restore.version, &mut person.version) {
            self.people.insert(row, person);
            return Ok(Outcome::Stale);
        }
        person.deleted = false;
        person.active = restore.active;
        person.user_name_key = restore.user_name_key;
        person.lookups = restore.lookups;
        person.modified = restore.now;
        person.version += 1;
        self.join_groups(&person.id, &restore.groups, restore.now);
        self.written(row, person, &restore.targets)
    }

    pub(in crate::memory) fn find_reassign_target(
        &mut self,
        find: FindReassignTarget,
    ) -> Result<Option<ReassignTarget>, String> {
        let target = self.accounts.values().find(|stored| equal(&stored.account.login, &find.login));
        Ok(target.map(|target| {
            let user_id = target.account.user_id;
            let row = self.people.values().find(|person| person.user_id == user_id);
            let on_site = target.account.is_on_site();
            ReassignTarget { user_id, active: row.is_none_or(|person| person.active), on_site }
        }))
    }
}
