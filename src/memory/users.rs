//! The rows of people.

mod leaving;

use super::MemoryHost;
use super::accounts::{StoredAccount, equal};
use super::selection::{Column, named, page, people_matching};
use crate::host::{
    AccountChange, AccountRow, Conflicts, CreateUser, FillTargets, FindConflicts, FindUsers, FoundUsers,
    GivingUp, HeldUserName, IndexUser, IndexUsers, LoadUser, LoadUsers, LoadUsersByAccount, LookUpUserNames,
    Lookup, NoteWish, Outcome, Registration, ReleaseRows, Ruling, SetAccess, Unique, UnlinkUser, UpdateUser,
    UserRecord, UserRow,
};
use crate::wordpress::columns::folded;
use crate::wordpress::email::is_address;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

/// A row of the table of users.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) user_id: u64,
    pub(super) user_name_key: String,
    pub(super) id: SmolStr,
    user_name: String,
    external_id: Option<String>,
    active: bool,
    locked_before: bool,
    pub(super) managed: bool,
    linked: bool,
    deleted: bool,
    wished_name: Option<String>,
    login_of: Option<String>,
    version: u64,
    created: i64,
    modified: i64,
    document: Option<Map<String, Value>>,
    applied: Map<String, Value>,
    pub(super) ruling: Option<Ruling>,
    lookups: Vec<Lookup>,
}

impl Person {
    fn set(&mut self, row: UserRow, now: i64) {
        self.user_name = row.user_name;
        self.user_name_key = row.user_name_key;
        self.external_id = row.external_id;
        self.active = row.active;
        self.locked_before = false;
        self.managed = true;
        self.linked = row.linked;
        self.wished_name = None;
        self.login_of = row.login_of;
        self.document = row.document;
        self.lookups = row.lookups;
        self.modified = now;
        self.version += 1;
    }

    /// The person's `display` in the `members` of a group.
    pub(super) fn display(&self) -> Option<String> {
        let display = self.document.as_ref()?.get("displayName")?.as_str()?;
        (display != self.user_name).then(|| display.to_owned())
    }

    /// What it is called, in lower case.
    pub(super) fn told_name(&self) -> String {
        self.user_name.to_lowercase()
    }

    /// What is told of the row to tests, without numbers and times.
    pub(super) fn told(&self) -> Value {
        json!({
            "user_name": self.user_name,
            "external_id": self.external_id,
            "active": self.active,
            "linked": self.linked,
            "deleted": self.deleted,
            "document": self.document,
        })
    }

    /// What is told of the row beside its account.
    pub(super) fn row(&self) -> AccountRow {
        let (id, user_name) = (self.id.clone(), self.user_name.clone());
        AccountRow {
            id,
            version: self.version,
            user_name,
            locked_before: self.locked_before,
            managed: self.managed,
            deleted: self.deleted,
        }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn lookups(&self) -> &[Lookup] {
        &self.lookups
    }

    pub(super) fn count_up(&mut self) {
        self.version += 1;
    }

    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.deleted
    }
}

impl MemoryHost {
    /// Whether the person of an account may log in, and the values that it is matched by.
    pub fn state_of(&self, user_id: u64) -> Option<(bool, &[Lookup])> {
        let person = self.people.values().find(|person| person.user_id == user_id)?;
        Some((person.active, &person.lookups))
    }

    pub(super) fn find_users(&mut self, find: FindUsers) -> Result<FoundUsers, String> {
        let named = named(&find.selection);
        let mut found = Vec::new();
        for (row, person) in &self.people {
            let is_named = named.as_ref().is_none_or(|key| *key == person.user_name_key);
            if is_named && !person.deleted && (find.unmanaged || person.managed) {
                found.push(self.record(*row, person, &find.targets)?);
            }
        }
        let found = people_matching(found, &find.selection, &self.settings)?;
        let (total, users) = page(found, &find.selection, |user| user.row, column)?;
        Ok(FoundUsers { total, users, reached: None })
    }

    pub(super) fn load_user(&mut self, load: LoadUser) -> Result<Option<UserRecord>, String> {
        let found = self.people.iter().find(|(_, person)| person.id == load.id && !person.deleted);
        found.map(|(row, person)| self.record(*row, person, &load.targets)).transpose()
    }

    pub(super) fn load_users_by_account(
        &mut self,
        load: LoadUsersByAccount,
    ) -> Result<Vec<UserRecord>, String> {
        self.records(&load.targets, |person| {
            (load.kept || !person.deleted) && load.user_ids.contains(&person.user_id)
        })
    }

    pub(super) fn load_users(&mut self, load: LoadUsers) -> Result<Vec<UserRecord>, String> {
        self.records(&load.targets, |person| !person.deleted && load.ids.contains(&person.id))
    }

    pub(super) fn find_conflicts(&mut self, find: FindConflicts) -> Result<Conflicts, String> {
        let email = find.email.as_deref().unwrap_or_default();
        let has_email = |stored: &&StoredAccount| !email.is_empty() && equal(&stored.account.email, email);
        let holder = self.accounts.values().find(has_email).map(|stored| stored.account.user_id);
        let people = self.records(&find.targets, |person| {
            let has_name = find.user_name_key.as_ref() == Some(&person.user_name_key);
            let was_known =
                person.deleted && find.external_id.is_some() && find.external_id == person.external_id;
            has_name
                || was_known
                || holder == Some(person.user_id)
                || find.lookups.iter().any(|lookup| person.lookups.contains(lookup))
        })?;
        Ok(Conflicts { people, email_holder: holder, email_accepted: email.is_empty() || is_address(email) })
    }

    pub(super) fn create_user(&mut self, create: CreateUser) -> Result<Outcome<UserRecord>, String> {
        let revived = create.account.user_id;
        if let Some(user_id) = revived
            && !self.accounts.contains_key(&user_id)
        {
            return Ok(Outcome::Gone);
        }
        self.give_up(&create.giving_up);
        let is_in_the_way = |person: &Person| {
            let is_revived = person.deleted && Some(person.user_id) == revived;
            !is_revived
                && (person.user_name_key == create.row.user_name_key || Some(person.user_id) == revived)
        };
        if self.people.values().any(is_in_the_way) {
            return Ok(Outcome::Taken { value: Unique::UserName });
        }
        let login = match self.check_account(&create.account) {
            Ok(login) => login,
            Err(value) => return Ok(Outcome::Taken { value }),
        };
        let ruling = create.account.ruling.clone();
        let user_id = self.change_account(create.account, login, create.now)?;
        let kept = self.people.iter().find(|(_, person)| person.user_id == user_id).map(|(row, _)| *row);
        let row = kept.unwrap_or_else(|| self.number());
        let mut person = Person::new(user_id, self.id(), create.now);
        person.set(create.row, create.now);
        person.ruling = ruling;
        self.written(row, person, &create.targets)
    }

    pub(super) fn update_user(&mut self, mut update: UpdateUser) -> Result<Outcome<UserRecord>, String> {
        let others = std::mem::take(&mut update.others);
        if others.is_empty() && update.giving_up.is_empty() {
            return self.update_one(update);
        }
        let before = (self.people.clone(), self.accounts.clone());
        self.give_up(&update.giving_up);
        for leaving in std::iter::once(&update).filter(|_| !others.is_empty()).chain(&others) {
            let Some(person) = self.people.values_mut().find(|person| person.id == leaving.id) else {
                continue;
            };
            person.user_name_key = format!("leaving {}", person.id);
            if let Some(stored) =
                self.accounts.get_mut(&person.user_id).filter(|_| leaving.account.email.is_some())
            {
                stored.account.email.clear();
            }
        }
        let mut outcome = self.update_one(update)?;
        for other in others {
            if matches!(outcome, Outcome::Done { .. })
                && !matches!(self.update_one(other)?, Outcome::Done { .. })
            {
                outcome = Outcome::Stale;
            }
        }
        if !matches!(outcome, Outcome::Done { .. }) {
            (self.people, self.accounts) = before;
        }
        Ok(outcome)
    }

    fn give_up(&mut self, giving_up: &[GivingUp]) {
        for giving in giving_up {
            let gone = self.people.values_mut().find(|person| person.deleted && person.id == giving.id);
            let Some(person) = gone else { continue };
            person.user_name_key = format!("deleted {}", person.id);
            person.lookups.extend(giving.lookups.iter().cloned());
            if let Some(stored) = self.accounts.get_mut(&person.user_id).filter(|_| giving.email) {
                stored.account.email.clear();
            }
        }
    }

    pub(super) fn note_wish(&mut self, wish: NoteWish) -> Result<(), String> {
        if let Some(person) = self.people.values_mut().find(|person| person.id == wish.id) {
            person.wished_name = wish.user_name;
        }
        Ok(())
    }

    fn update_one(&mut self, update: UpdateUser) -> Result<Outcome<UserRecord>, String> {
        let Some((row, mut person)) = self.take_living(&update.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(update.version, &mut person.version) {
            self.people.insert(row, person);
            return Ok(Outcome::Stale);
        }
        let mut account = update.account;
        account.user_id = Some(person.user_id);
        let is_demoted = account.role.as_deref().is_some_and(|role| role != "administrator");
        if person.active && (is_demoted || !update.row.active) && self.is_last_administrator(person.user_id) {
            self.people.insert(row, person);
            return Ok(Outcome::Refused {
                message: "This is the last administrator.".to_owned(),
                value: None,
            });
        }
        let is_taken = self.people.values().any(|other| other.user_name_key == update.row.user_name_key);
        let checked = if is_taken { Err(Unique::UserName) } else { self.check_account(&account) };
        let login = match checked {
            Ok(login) => login,
            Err(value) => {
                self.people.insert(row, person);
                return Ok(Outcome::Taken { value });
            }
        };
        person.ruling = account.ruling.clone().or(person.ruling);
        self.change_account(account, login, update.now)?;
        person.set(update.row, update.now);
        self.written(row, person, &update.targets)
    }

    pub(super) fn fill_targets(&mut self, fill: FillTargets) -> Result<Outcome<()>, String> {
        let Some((row, mut person)) = self.take_living(&fill.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(fill.version, &mut person.version) {
            self.people.insert(row, person);
            return Ok(Outcome::Stale);
        }
        let change =
            AccountChange { user_id: Some(person.user_id), values: fill.values, ..AccountChange::default() };
        self.change_account(change, None, fill.now)?;
        person.version += 1;
        person.modified = fill.now;
        let written = self.record(row, &person, &fill.targets)?.values;
        person.applied.extend(written);
        self.people.insert(row, person);
        Ok(Outcome::Done { record: () })
    }

    pub(super) fn index_user(&mut self, index: IndexUser) -> Result<Outcome<()>, String> {
        let Some((row, mut person)) = self.take_living(&index.id) else { return Ok(Outcome::Gone) };
        if self.comes_too_late(index.version, &mut person.version) {
            self.people.insert(row, person);
            return Ok(Outcome::Stale);
        }
        person.lookups = index.lookups;
        if let Some(name) = index.user_name
            && !person.managed
            && !self.people.values().any(|other| other.user_name_key == name.key)
        {
            if person.user_name != name.raw {
                person.version += 1;
            }
            person.user_name = name.raw;
            person.user_name_key = name.key;
        }
        if index.lock && !person.managed && person.locked_before {
            (person.active, person.locked_before) = (false, false);
            person.version += 1;
        }
        if let Some(modified) = index.modified {
            person.modified = modified;
            person.version += 1;
        }
        self.people.insert(row, person);
        Ok(Outcome::Done { record: () })
    }

    pub(super) fn index_users(&mut self, index: IndexUsers) -> Result<Vec<SmolStr>, String> {
        let mut stale = Vec::new();
        for indexed in index.people {
            let Some((row, mut person)) = self.take_living(&indexed.id) else { continue };
            match self.comes_too_late(indexed.version, &mut person.version) {
                true => stale.push(indexed.id),
                false => person.lookups = indexed.lookups,
            }
            self.people.insert(row, person);
        }
        Ok(stale)
    }

    pub(super) fn release_rows(&mut self, release: ReleaseRows) -> Result<(), String> {
        self.forget_people(|person| !person.managed && release.ids.contains(&person.id));
        Ok(())
    }

    pub(super) fn look_up_user_names(&mut self, find: LookUpUserNames) -> Result<Vec<HeldUserName>, String> {
        let held = self.people.values().filter(|person| find.keys.contains(&person.user_name_key));
        let held = held
            .map(|person| HeldUserName { key: person.user_name_key.clone(), user_id: Some(person.user_id) });
        Ok(held.collect())
    }

    pub(super) fn set_access(&mut self, set: SetAccess) -> Result<Outcome<()>, String> {
        let Some((row, mut person)) = self.take(&set.id) else { return Ok(Outcome::Gone) };
        let is_stale = self.comes_too_late(set.version, &mut person.version);
        let is_last = person.active && !set.active && self.is_last_administrator(person.user_id);
        if !is_stale && !is_last {
            person.active = set.active;
            person.locked_before = false;
            person.modified = set.now;
            person.version += 1;
        }
        self.people.insert(row, person);
        Ok(match (is_stale, is_last) {
            (true, _) => Outcome::Stale,
            (_, true) => {
                Outcome::Refused { message: "This is the last administrator.".to_owned(), value: None }
            }
            _ => Outcome::Done { record: () },
        })
    }

    pub(super) fn unlink_user(&mut self, unlink: UnlinkUser) -> Result<Outcome<()>, String> {
        let Some((row, mut person)) = self.take(&unlink.id) else { return Ok(Outcome::Gone) };
        let is_stale = self.comes_too_late(unlink.version, &mut person.version);
        self.people.insert(row, person);
        if is_stale {
            return Ok(Outcome::Stale);
        }
        let user_id = self.people.values().find(|person| person.id == unlink.id).map(|person| person.user_id);
        if let Some(stored) = user_id.and_then(|user_id| self.accounts.get_mut(&user_id)) {
            stored.account.unlinked = true;
        }
        self.forget_people(|person| person.id == unlink.id);
        Ok(Outcome::Done { record: () })
    }

    pub(super) fn add_unmanaged(&mut self, registration: Registration, now: i64) {
        let row = self.number();
        let id = registration.id.unwrap_or_else(|| self.id());
        let mut person = Person::new(registration.user_id, id, registration.created);
        person.external_id = registration.external_id;
        person.active = registration.active;
        person.locked_before = registration.locked_before;
        person.user_name = registration.user_name;
        person.user_name_key = registration.user_name_key;
        person.lookups = registration.lookups;
        person.modified = now;
        person.version = 1;
        self.people.insert(row, person);
    }

    pub(super) fn forget_people(&mut self, gone: impl Fn(&Person) -> bool) {
        let ids: Vec<SmolStr> =
            self.people.values().filter(|one| gone(one)).map(|one| one.id.clone()).collect();
        self.people.retain(|_, person| !ids.contains(&person.id));
        let now = self.clock;
        ids.iter().for_each(|id| self.forget_member(id, now));
    }

    /// Puts a row that was written into its place, with what WordPress has made of the values.
    fn written(
        &mut self,
        row: u64,
        mut person: Person,
        targets: &[String],
    ) -> Result<Outcome<UserRecord>, String> {
        let mut record = self.record(row, &person, targets)?;
        record.applied.clone_from(&record.values);
        person.applied.clone_from(&record.values);
        self.people.insert(row, person);
        Ok(Outcome::Done { record })
    }

    fn take_living(&mut self, id: &str) -> Option<(u64, Person)> {
        self.people.values().any(|person| person.id == id && !person.deleted).then(|| self.take(id))?
    }

    fn take(&mut self, id: &str) -> Option<(u64, Person)> {
        let (row, _) = self.people.iter().find(|(_, person)| person.id == id)?;
        let row = *row;
        Some((row, self.people.remove(&row)?))
    }

    fn records(
        &self,
        targets: &[String],
        wanted: impl Fn(&Person) -> bool,
    ) -> Result<Vec<UserRecord>, String> {
        let chosen = self.people.iter().filter(|(_, person)| wanted(person));
        chosen.map(|(row, person)| self.record(*row, person, targets)).collect()
    }

    pub(super) fn record(&self, row: u64, person: &Person, targets: &[String]) -> Result<UserRecord, String> {
        let stored = self.accounts.get(&person.user_id).ok_or("the account of a row is gone")?;
        let values =
            targets.iter().filter_map(|target| Some((target.clone(), self.value(stored, target)?))).collect();
        Ok(UserRecord {
            row,
            id: person.id.clone(),
            user_name: person.user_name.clone(),
            external_id: person.external_id.clone(),
            active: person.active,
            locked_before: person.locked_before,
            managed: person.managed,
            linked: person.linked,
            deleted: person.deleted,
            wished_name: person.wished_name.clone(),
            login_of: person.login_of.clone(),
            unfinished: false,
            version: person.version,
            created: person.created,
            modified: person.modified,
            document: person.document.clone(),
            values,
            applied: person.applied.clone(),
            ruling: person.ruling.clone(),
            account: self.told(stored),
            groups: self.groups_of(&person.id),
        })
    }
}

impl Person {
    fn new(user_id: u64, id: SmolStr, created: i64) -> Self {
        Self {
            user_id,
            user_name_key: String::new(),
            id,
            user_name: String::new(),
            external_id: None,
            active: true,
            locked_before: false,
            managed: false,
            linked: false,
            deleted: false,
            wished_name: None,
            login_of: None,
            version: 0,
            created,
            modified: created,
            document: None,
            applied: Map::new(),
            ruling: None,
            lookups: Vec::new(),
        }
    }
}

fn column(name: &str) -> Option<Column<UserRecord>> {
    Some(match name {
        "id" => |user| json!(user.id),
        "user_name" | "user_name_key" => |user| json!(folded(&user.user_name, usize::MAX)),
        "external_id" => |user| json!(user.external_id),
        "active" => |user| json!(u8::from(user.active)),
        "created" => |user| json!(user.created),
        "modified" => |user| json!(user.modified),
        _ => return None,
    })
}
