//! Roles, and the last administrator's.

use super::MemoryHost;
use super::users::Person;
use crate::host::{
    Account, DecidedOn, FindRoles, GroupVersion, Outcome, RegroupPeople, RoleChange, RolesSet, SetRoles,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The role that somebody must keep.
const ADMINISTRATOR: &str = "administrator";

/// The roles that every WordPress has.
pub(super) fn of_wordpress() -> BTreeSet<String> {
    [ADMINISTRATOR, "editor", "author", "contributor", "subscriber"].map(str::to_owned).into()
}

impl MemoryHost {
    pub(super) fn find_roles(&mut self, mut find: FindRoles) -> Result<Vec<String>, String> {
        find.roles.retain(|role| self.roles.contains(role));
        Ok(find.roles)
    }

    pub(super) fn set_roles(&mut self, set: SetRoles) -> Result<Vec<RolesSet>, String> {
        let set_one = |change: RoleChange| {
            let user_id = change.user_id;
            let outcome = self.change_roles(vec![change]).err().unwrap_or(Outcome::Done { record: () });
            if matches!(outcome, Outcome::Done { .. }) {
                let person = self.people.values_mut().find(|person| person.user_id == user_id);
                person.into_iter().for_each(Person::count_up);
            }
            RolesSet { user_id, outcome }
        };
        Ok(set.roles.into_iter().map(set_one).collect())
    }

    pub(super) fn regroup_people(&mut self, regroup: RegroupPeople) -> Result<Outcome<()>, String> {
        let done = self.regroup(&regroup.people, &regroup.around, regroup.roles);
        Ok(done.err().unwrap_or(Outcome::Done { record: () }))
    }

    /// Changes all roles that change with a group, or says why none was.
    pub(super) fn regroup<T>(
        &mut self,
        people: &[DecidedOn],
        around: &[GroupVersion],
        changes: Vec<RoleChange>,
    ) -> Result<(), Outcome<T>> {
        if !self.are_people_as_decided(people) || !self.are_as_decided(around) {
            return Err(Outcome::Stale);
        }
        self.change_roles(changes)?;
        let decided: BTreeSet<&SmolStr> = people.iter().map(|person| &person.id).collect();
        let concerned = self.people.values_mut().filter(|person| decided.contains(&person.id));
        concerned.for_each(Person::count_up);
        Ok(())
    }

    /// Whether people have the versions that a decision relied on.
    pub(super) fn are_people_as_decided(&self, people: &[DecidedOn]) -> bool {
        let decided: BTreeMap<&SmolStr, u64> =
            people.iter().map(|person| (&person.id, person.version)).collect();
        let is_as_decided =
            |person: &&Person| !person.is_deleted() && decided.get(&person.id) == Some(&person.version());
        self.people.values().filter(is_as_decided).count() == decided.len()
    }

    /// Changes all of these roles, or says why none was.
    pub(super) fn change_roles<T>(&mut self, changes: Vec<RoleChange>) -> Result<(), Outcome<T>> {
        for change in &changes {
            let person = self.people.values().find(|person| person.user_id == change.user_id);
            let Some(stored) = self.accounts.get(&change.user_id) else { return Err(Outcome::Gone) };
            if person.is_none_or(|person| person.version() != change.version)
                || stored.account.roles != change.before
            {
                return Err(Outcome::Stale);
            }
            let stays =
                change.role == ADMINISTRATOR || change.other_roles.iter().any(|role| role == ADMINISTRATOR);
            if !stays && self.is_last_administrator(change.user_id) {
                return Err(Outcome::Refused {
                    message: "This is the last administrator.".to_owned(),
                    value: None,
                });
            }
        }
        for change in changes {
            if let Some(ruling) = change.ruling {
                let mut people = self.people.values_mut();
                let person = people.find(|person| person.user_id == change.user_id);
                person.into_iter().for_each(|person| person.ruling = Some(ruling.clone()));
            }
            if let Some(stored) = self.accounts.get_mut(&change.user_id) {
                give_roles(&mut stored.account, change.role, change.other_roles);
            }
        }
        Ok(())
    }

    /// Whether nobody else who may log in has the role.
    pub(super) fn is_last_administrator(&self, user_id: u64) -> bool {
        let may_log_in =
            |user_id: u64| self.people.values().all(|person| person.user_id != user_id || person.is_active());
        let mut administrators = self
            .accounts
            .values()
            .filter(|stored| stored.account.roles.iter().any(|role| role == ADMINISTRATOR))
            .map(|stored| stored.account.user_id)
            .filter(|user_id| may_log_in(*user_id));
        administrators.next() == Some(user_id) && administrators.next().is_none()
    }
}

/// Gives an account roles, and takes all others away.
pub(super) fn give_roles(account: &mut Account, role: String, others: Vec<String>) {
    account.roles = std::iter::once(role).chain(others).filter(|role| !role.is_empty()).collect();
}
