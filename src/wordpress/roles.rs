//! Which role somebody is due, and what that means for the roles of an account.
//!
//! WordPress lets an account have several roles. The first is the one that rules give. Others beside it, which plugins or
//! administrators have added, stay or go with [`HandGivenRoles`].

use crate::directory::{Account, RoleChange, UserRecord};
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;
use crate::settings::{HandGivenRoles, Settings};

/// The roles that an account is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    /// The first, the one that is due.
    pub role: String,
    /// Those beside it that stay.
    pub others: Vec<String>,
}

/// The role for somebody who is new: that of the first rule that matches, or the default one.
pub fn of_newcomer<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    ruled(person, settings).or(default(settings))
}

/// The default role. It is never a protected one.
pub fn default(settings: &Settings) -> Option<&str> {
    settings.default_role.as_deref().filter(|role| !settings.is_protected(role))
}

/// The roles to set for somebody who has an account and who is now as `after` says. Where hand-given roles are kept, one stays
/// until the rules decide otherwise than before, and an account that is being linked or brought back keeps its role where no
/// rule names it; but who is back keeps none that the rules gave for what no longer holds. A protected account keeps what it has.
pub fn changed(
    record: &UserRecord,
    before: &Resource,
    after: &Resource,
    settings: &Settings,
) -> Option<Roles> {
    if record.account.protected {
        return None;
    }
    let ruled_now = ruled(after, settings);
    let is_ruled = |role: &String| settings.role_rules.iter().any(|rule| rule.role == *role);
    let due = ruled_now.or(default(settings));
    let due = match settings.hand_given_roles {
        HandGivenRoles::Overrule => due,
        HandGivenRoles::Keep if record.deleted => {
            due.filter(|_| ruled_now.is_some() || record.account.roles.first().is_some_and(is_ruled))
        }
        HandGivenRoles::Keep if record.managed => due.filter(|_| ruled_now != ruled(before, settings)),
        HandGivenRoles::Keep => ruled_now,
    };
    given(&record.account, due?, settings)
}

/// The change for somebody whom only something around has changed: a group was joined, left or renamed.
pub fn changed_around(
    record: &UserRecord,
    before: &Resource,
    after: &Resource,
    settings: &Settings,
) -> Option<RoleChange> {
    let roles = record.managed.then(|| changed(record, before, after, settings)).flatten()?;
    Some(change(record, roles))
}

/// The change that gives somebody the role that is due now, whatever it was before.
pub fn due(record: &UserRecord, person: &Resource, settings: &Settings) -> Option<RoleChange> {
    let role = of_newcomer(person, settings)?;
    Some(change(record, given(&record.account, role, settings)?))
}

fn change(record: &UserRecord, Roles { role, others }: Roles) -> RoleChange {
    RoleChange {
        user_id: record.account.user_id,
        version: record.version,
        role,
        other_roles: others,
        before: record.account.roles.clone(),
    }
}

/// What giving a role to an account comes to; `None` where it changes nothing.
fn given(account: &Account, role: &str, settings: &Settings) -> Option<Roles> {
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
fn ruled<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    named(person, settings).filter(|role| !settings.is_protected(role))
}

/// The role that the first rule that matches names.
fn named<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    let schemas = ResourceType::User.schemas();
    let person = person.matchable();
    let rule = settings.role_rules.iter().find(|rule| rule.filter.matches(person.as_map(), schemas))?;
    Some(rule.role.as_str())
}

/// The protected role that the settings name for somebody, who does not get it.
pub fn withheld<'a>(person: &Resource, settings: &'a Settings) -> Option<&'a str> {
    named(person, settings)
        .or(settings.default_role.as_deref())
        .or(Some(settings.site.default_role.as_str()))
        .filter(|role| settings.is_protected(role))
}
