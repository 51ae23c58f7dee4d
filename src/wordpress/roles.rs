//! Which role a person is due, and what that changes in the roles of the account.
//!
//! WordPress lets an account have several roles. The first is the one that rules give. Others beside it,
//! which plugins or administrators have added, stay or go with [`HandGivenRoles`].

use crate::host::{Account, RoleChange, Ruling, UserRecord};
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use crate::settings::{HandGivenRoles, NO_ROLE, RoleRule, Settings};

/// The roles that an account is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The first, the one that is due.
    pub role: String,
    /// Those beside it that stay.
    pub others: Vec<String>,
}

/// What is decided about the roles of a person who has an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The roles to set; `None` where they stay.
    pub roles: Option<Roles>,
    /// What is to be remembered; `None` where nothing was decided.
    pub ruling: Option<Ruling>,
}

/// The role for a new person: that of the first rule that matches, or the default one.
pub fn of_newcomer(person: &Resource, settings: &Settings) -> Ruling {
    let rule = ruled(person, settings);
    let role = rule.or(default(settings)).map(str::to_owned);
    Ruling { rule: rule.map(str::to_owned), role }
}

/// The default role; [`NO_ROLE`] where people are to have none. It is never a protected one.
pub fn default(settings: &Settings) -> Option<&str> {
    settings.default_role.as_deref().filter(|role| !settings.is_protected(role))
}

/// Decides about a person who has an account. The rules gave the role `before`, and give `now` after a change
/// of the person or of a group. Where hand-given roles are kept, such a role stays until the change makes the
/// rules decide otherwise than before. A role that the rules gave goes with them, also when the rules were
/// changed. An account that is being linked or brought back keeps its role where no rule names it; a person
/// who comes back loses a role that the rules gave for something that no longer holds. A protected account
/// keeps what it has.
pub fn changed(
    record: &UserRecord,
    before: Option<&str>,
    now: Option<&str>,
    settings: &Settings,
) -> Decision {
    if record.account.protected {
        return Decision::default();
    }
    let first = record.account.roles.first();
    let is_ruled = |role: &String| settings.role_rules.iter().any(|rule| rule.role == *role);
    let due = now.or(default(settings));
    let due = match settings.hand_given_roles {
        HandGivenRoles::Overrule => due,
        HandGivenRoles::Keep if record.deleted => {
            due.filter(|_| now.is_some() || first.is_some_and(is_ruled))
        }
        HandGivenRoles::Keep if record.managed => {
            due.filter(|_| now != before || is_outdated(record, now) || is_unfinished(record, now))
        }
        HandGivenRoles::Keep => now,
    };
    let is_decided = due.is_some() || !record.managed || record.deleted;
    let role = || due.map(str::to_owned).or_else(|| first.cloned());
    Decision {
        roles: due.and_then(|role| given(&record.account, role, settings)),
        ruling: is_decided.then(|| Ruling { rule: now.map(str::to_owned), role: role() }),
    }
}

/// Whether an account has the role that the rules left it with, and they say something else now: they were
/// changed since.
fn is_outdated(record: &UserRecord, now: Option<&str>) -> bool {
    record.ruling.as_ref().is_some_and(|ruling| {
        let first = record.account.roles.first().map_or(NO_ROLE, String::as_str);
        let is_as_left = ruling.role.as_deref().is_none_or(|role| role == first);
        is_as_left && ruling.rule.as_deref() != now
    })
}

/// Whether the last write broke off before it was noted that the rules say this now.
fn is_unfinished(record: &UserRecord, now: Option<&str>) -> bool {
    record.unfinished && record.ruling.as_ref().and_then(|ruling| ruling.rule.as_deref()) != now
}

/// The change for a person who was not changed, but whose groups were: one was joined, left or renamed.
pub fn changed_around(
    record: &UserRecord,
    before: Option<&str>,
    now: Option<&str>,
    settings: &Settings,
) -> Option<RoleChange> {
    let Decision { roles, ruling } = record.managed.then(|| changed(record, before, now, settings))?;
    Some(change(record, roles?, ruling))
}

/// The change that gives a person the role that is due now, whatever it was before.
pub fn due(record: &UserRecord, person: &Resource, settings: &Settings) -> Option<RoleChange> {
    let ruling = of_newcomer(person, settings);
    let roles = given(&record.account, ruling.role.as_deref()?, settings)?;
    Some(change(record, roles, Some(ruling)))
}

fn change(record: &UserRecord, Roles { role, others }: Roles, ruling: Option<Ruling>) -> RoleChange {
    RoleChange {
        user_id: record.account.user_id,
        version: record.version,
        role,
        other_roles: others,
        before: record.account.roles.clone(),
        ruling,
        person: (record.id.clone(), record.user_name.clone()),
    }
}

/// What giving a role to an account comes to; `None` where it changes nothing. A person who is to have no
/// role loses those beside the first as well: the next of them would become the first.
fn given(account: &Account, role: &str, settings: &Settings) -> Option<Roles> {
    if role == NO_ROLE {
        return (!account.roles.is_empty()).then(|| Roles { role: role.to_owned(), others: Vec::new() });
    }
    let others = account.roles.iter().skip(1).filter(|other| *other != role);
    let others: Vec<String> = match settings.hand_given_roles {
        HandGivenRoles::Keep => others.cloned().collect(),
        HandGivenRoles::Overrule => Vec::new(),
    };
    let is_first = account.roles.first().is_some_and(|first| first == role);
    let changes = !is_first || account.roles.get(1..).is_some_and(|rest| rest != others);
    changes.then(|| Roles { role: role.to_owned(), others })
}

/// The role that a rule gives. No rule gives a protected one.
pub fn ruled<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    named(person, settings).filter(|role| !settings.is_protected(role))
}

/// The role that the first rule that matches names.
fn named<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    deciding_rule(person, settings).map(|(_, rule)| rule.role.as_str())
}

/// The first rule that matches, and which it is, counted from 1.
pub fn deciding_rule<'a>(person: &Resource, settings: &'a Settings) -> Option<(usize, &'a RoleRule)> {
    let person = person.matchable();
    (1..).zip(&settings.role_rules).find(|(_, rule)| fits(rule, &person))
}

/// Of each rule, in their order, whether it matches.
pub fn matching(person: &Resource, settings: &Settings) -> Vec<bool> {
    let person = person.matchable();
    settings.role_rules.iter().map(|rule| fits(rule, &person)).collect()
}

fn fits(rule: &RoleRule, person: &Resource) -> bool {
    rule.filter.matches(person.as_map(), ResourceType::User.schemas())
}

/// The protected role that the settings name for a person. The person does not get it.
pub fn withheld<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    named(person, settings)
        .or(settings.default_role.as_deref())
        .or(Some(settings.site.default_role.as_str()))
        .filter(|role| settings.is_protected(role))
}
