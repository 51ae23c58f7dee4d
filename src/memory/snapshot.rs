//! The site as a whole, to be compared and checked by tests.

use super::MemoryHost;
use super::users::Person;
use crate::host::{Lookup, MemberKind};
use crate::settings::Settings;
use crate::wordpress::{lookups, user};
use serde_json::{Map, Value, json};
use smol_str::SmolStr;
use std::rc::Rc;

impl MemoryHost {
    /// Prepares for exchanges that a test carries out by itself, command by command.
    pub fn attend(&mut self, settings: &Rc<Settings>, now: i64) {
        self.settings = Rc::clone(settings);
        self.clock = now;
    }

    /// The version of a person or group.
    pub fn version_of(&self, id: &str) -> Option<u64> {
        let person = self.people.values().find(|person| person.id == id).map(Person::version);
        person.or_else(|| self.groups.values().find(|group| group.id == id).map(|group| group.version))
    }

    /// The version of the person of an account.
    pub fn version_of_account(&self, user_id: u64) -> Option<u64> {
        self.people.values().find(|person| person.user_id == user_id).map(Person::version)
    }

    /// What there is, without numbers and times. People and groups are told by their names, so that two sites
    /// are the same to which the same happened in another order.
    pub fn snapshot(&self) -> Value {
        let mut people: Vec<Value> = self
            .people
            .values()
            .filter(|person| person.managed)
            .map(|person| self.told_person(person))
            .collect();
        people.sort_by_key(Value::to_string);
        let mut groups: Vec<Value> = self
            .groups
            .values()
            .map(|group| {
                let mut members: Vec<String> =
                    group.members.iter().map(|member| self.name_of(&member.id, member.kind)).collect();
                members.sort_unstable();
                json!({ "name": group.display_name, "members": members })
            })
            .collect();
        groups.sort_by_key(Value::to_string);
        let living = || self.people.values().filter(|person| !person.is_deleted());
        let half: Vec<&str> = living()
            .filter(|person| !self.accounts.contains_key(&person.user_id))
            .map(|person| person.id.as_str())
            .chain(
                self.groups
                    .values()
                    .flat_map(|group| &group.members)
                    .map(|member| member.id.as_str())
                    .filter(|id| {
                        !living().any(|person| person.id == *id)
                            && !self.groups.values().any(|group| group.id == *id)
                    }),
            )
            .collect();
        let may_log_in =
            |user_id: u64| self.people.values().all(|person| person.user_id != user_id || person.is_active());
        let accounts = || self.accounts.values().map(|stored| &stored.account);
        let versions = |rows: &mut dyn Iterator<Item = (&SmolStr, u64)>| -> Map<String, Value> {
            rows.map(|(id, version)| (id.to_string(), json!(version))).collect()
        };
        let group_names: Vec<String> =
            self.groups.values().map(|group| group.display_name.to_lowercase()).collect();
        json!({
            "people": people,
            "groups": groups,
            "half": half,
            "wrongly_indexed": self.wrongly_indexed(),
            "names": living().map(|person| person.told_name()).collect::<Vec<_>>(),
            "group_names": group_names,
            "addresses": accounts().map(|account| account.email.to_lowercase()).collect::<Vec<_>>(),
            "logins": accounts().map(|account| account.login.to_lowercase()).collect::<Vec<_>>(),
            "administrators": accounts()
                .filter(|account| account.roles.iter().any(|role| role == "administrator"))
                .filter(|account| may_log_in(account.user_id))
                .count(),
            "versions": {
                "people": versions(&mut living().map(|person| (&person.id, person.version()))),
                "groups": versions(&mut self.groups.values().map(|group| (&group.id, group.version))),
            },
        })
    }

    /// The ids of the living people who are searched by something else than what they show.
    fn wrongly_indexed(&self) -> Vec<&str> {
        let sorted = |lookups: &[Lookup]| {
            let mut all: Vec<(String, String)> =
                lookups.iter().map(|lookup| (lookup.path.clone(), lookup.value.clone())).collect();
            all.sort_unstable();
            all
        };
        let targets = user::targets(&self.settings);
        let is_right = |row: u64, person: &Person| {
            let Ok(record) = self.record(row, person, &targets) else { return true };
            let shown = user::resource(&record, &self.settings, "");
            let shows = lookups::record_lookups(&record, &shown, &self.settings.site);
            sorted(&shows) == sorted(person.lookups())
        };
        let living = self.people.iter().filter(|(_, person)| !person.is_deleted());
        living
            .filter(|(row, person)| !is_right(**row, person))
            .map(|(_, person)| person.id.as_str())
            .collect()
    }

    fn told_person(&self, person: &Person) -> Value {
        let account = self.accounts.get(&person.user_id).map(|stored| &stored.account);
        json!({
            "row": person.told(),
            "account": account.map(|account| json!([account.login, account.email])),
            // Who comes back gets a newcomer's role, whatever the kept account has.
            "roles": account.filter(|_| !person.is_deleted()).map(|account| &account.roles),
        })
    }

    fn name_of(&self, id: &SmolStr, kind: MemberKind) -> String {
        match kind {
            MemberKind::User => self.people.values().find(|person| person.id == *id).map(Person::told_name),
            MemberKind::Group => {
                self.groups.values().find(|group| group.id == *id).map(|group| group.display_name.clone())
            }
        }
        .unwrap_or_else(|| "nobody".to_owned())
    }
}
