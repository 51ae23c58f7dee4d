//! What a changed resource changes in the account, and which of it did not arrive there.

use super::email::email;
use super::overlay::{is_due, is_edited};
use super::roles::{self, Decision, Roles};
use super::user::{mappings, targets};
use super::{language, login};
use crate::host::{Account, AccountChange, UserRecord};
use crate::mapping::Mapping;
use crate::mapping::target::{EMAIL_TARGET, MAX_DISPLAY_NAME_LENGTH, Target};
use crate::mapping::value::same;
use crate::scim::filter::fold_case;
use crate::scim::resource::Resource;
use crate::settings::Settings;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// What has to change in the account of a person who is to become `after`. `before` is what the record
/// showed; `None` for a new person.
pub fn account_change(
    before: Option<(&UserRecord, &Resource)>,
    after: &Resource,
    settings: &Settings,
) -> AccountChange {
    let email = email(after);
    let is_writable = before.is_none_or(|(record, _)| record.account.is_writable());
    let managed_here = before.is_none_or(|(record, _)| record.account.is_managed_here());
    let mut change = AccountChange { managed_here, ..AccountChange::default() };
    for mapping in mappings(settings).filter(|_| is_writable) {
        let wanted = value(mapping, after, settings);
        let stays = match before {
            None => wanted.is_none(),
            Some((record, _)) if record.unfinished => says(mapping, record, wanted.as_ref()),
            // A target that was missing at the last write and is back gets its value.
            Some((record, _)) if is_due(mapping, record) => wanted.is_none(),
            // An edited value stays only if it is the wanted one; a transform, or a value of another type,
            // hides whether it is.
            Some((record, _)) if is_edited(mapping, record) => says(mapping, record, wanted.as_ref()),
            Some((record, _)) if has_no_language(mapping, record) => wanted.is_none(),
            Some((_, shown)) => same(wanted.as_ref(), value(mapping, shown, settings).as_ref()),
        };
        if !stays {
            change.values.insert(mapping.target.to_string(), wanted.unwrap_or_default());
        }
    }
    match before {
        None => {
            change.logins =
                login::proposals(&settings.username, after.user_name().unwrap_or_default(), email.as_deref());
            change.email = email;
            let ruling = roles::of_newcomer(after, settings);
            change.role.clone_from(&ruling.role);
            change.ruling = Some(ruling);
        }
        Some((record, shown)) => {
            change.user_id = Some(record.account.user_id);
            // The address of an account out of reach waits.
            change.logins = renamed(record, shown, after, settings);
            if is_writable {
                // The IdP is shown what the account has: no address, if it took the address away.
                change.email = Some(email.unwrap_or_default()).filter(|email| *email != record.account.email);
            }
            let ruled = |person| roles::ruled(person, settings);
            let Decision { roles, ruling } = if record.deleted {
                // A person who comes back gets a new person's role, whatever the account had.
                let ruling = roles::of_newcomer(after, settings);
                let roles = ruling.role.clone().map(|role| Roles { role, others: Vec::new() });
                Decision { roles, ruling: Some(ruling) }
            } else {
                roles::changed(record, ruled(shown), ruled(after), settings)
            };
            change.ruling = ruling;
            if let Some(Roles { role, others }) = roles {
                change.role = Some(role);
                change.other_roles = others;
            }
        }
    }
    change
}

/// What is to change in an account of the network that is added to this site for a new person.
pub fn joining(account: &Account, after: &Resource, settings: &Settings) -> AccountChange {
    let mut change = account_change(None, after, settings);
    change.user_id = Some(account.user_id);
    change.managed_here = account.is_managed_here();
    change.logins.clear();
    if !change.managed_here {
        change.email = None;
        change.values.clear();
    }
    change
}

/// The logins for a person with a new name. None if accounts keep their login, or if the new name gives the
/// same one. An account that is only being linked, or is back, keeps the login that its person knows.
fn renamed(record: &UserRecord, shown: &Resource, after: &Resource, settings: &Settings) -> Vec<String> {
    if !settings.username.rename || !record.managed {
        return Vec::new();
    }
    let logins = |resource: &Resource| {
        login::proposals(
            &settings.username,
            resource.user_name().unwrap_or_default(),
            email(resource).as_deref(),
        )
    };
    let (old, new) = (logins(shown), logins(after));
    if record.unfinished && !new.iter().any(|login| fold_case(login) == fold_case(&record.account.login)) {
        return new;
    }
    if record.login_of.as_ref().or(old.first()) == new.first() { Vec::new() } else { new }
}

/// What the login of a person was made of, before a rename that waits.
pub fn login_of(record: &UserRecord, shown: &Resource, settings: &Settings) -> Option<String> {
    record.login_of.clone().or_else(|| {
        let name = shown.user_name().unwrap_or_default();
        login::proposals(&settings.username, name, email(shown).as_deref()).into_iter().next()
    })
}

/// The value that a mapping writes. WordPress always shows a display name, so one is made where none is sent.
/// A language is one that the site has.
fn value(mapping: &Mapping, resource: &Resource, settings: &Settings) -> Option<Value> {
    static DISPLAY_NAME: LazyLock<Option<Target>> = LazyLock::new(|| "field:display_name".parse().ok());
    let value = mapping.value(resource);
    if mapping.target.is_locale() {
        let preferred = value.as_ref().and_then(Value::as_str)?;
        return language::nearest(preferred, &settings.site.languages).map(Value::from);
    }
    if value.is_some() || Some(&mapping.target) != DISPLAY_NAME.as_ref() {
        return value;
    }
    let name = resource.as_map().get("name").and_then(Value::as_object);
    let part = |key: &str| name.and_then(|name| name.get(key)?.as_str()).unwrap_or_default().trim();
    let full = format!("{} {}", part("givenName"), part("familyName"));
    [part("formatted"), full.trim(), resource.user_name().unwrap_or_default()]
        .into_iter()
        .find(|text| !text.is_empty())
        .map(|text| Value::from(text.chars().take(MAX_DISPLAY_NAME_LENGTH).collect::<String>()))
}

/// The targets to read back after a write: none where nothing is applied to the account. As nothing counts as
/// applied then, everything is written once that may be.
pub fn written_targets(account: Option<&Account>, settings: &Settings) -> Vec<String> {
    if account.is_none_or(Account::is_writable) { targets(settings) } else { Vec::new() }
}

/// Whether everything in WordPress that the resource does not show is as the IdP wants it: every target that
/// exists now existed at the last write, and no target behind a transform was edited.
pub fn is_complete(record: &UserRecord, settings: &Settings) -> bool {
    !record.account.is_writable()
        || mappings(settings).all(|mapping| !is_due(mapping, record) && !is_hidden_edit(mapping, record))
}

/// The targets of the site that the last write did not write to: they were missing then, or their mapping is
/// new, or the language was not installed.
pub fn due_targets(record: &UserRecord, shown: &Resource, settings: &Settings) -> Vec<String> {
    let speaks_now =
        |mapping: &Mapping| has_no_language(mapping, record) && value(mapping, shown, settings).is_some();
    let due = |mapping: &&Mapping| is_due(mapping, record) || speaks_now(mapping);
    mappings(settings).filter(due).map(|mapping| mapping.target.to_string()).collect()
}

/// Whether a mapping is the language of an account that has none, and had none at the last write. The one
/// that was wanted may be installed by now.
fn has_no_language(mapping: &Mapping, record: &UserRecord) -> bool {
    let target = mapping.target.to_string();
    let is_empty = |values: &Map<String, Value>| values.get(&target).and_then(Value::as_str) == Some("");
    mapping.target.is_locale() && is_empty(&record.values) && is_empty(&record.applied)
}

/// Whether something was edited inside WordPress since the last write.
pub fn is_locally_edited(record: &UserRecord, settings: &Settings) -> bool {
    let email = record.applied.get(EMAIL_TARGET);
    let email_is_edited = email.is_some_and(|applied| applied.as_str() != Some(&record.account.email));
    record.account.is_writable()
        && (email_is_edited || mappings(settings).any(|mapping| is_edited(mapping, record)))
}

/// Whether the live value of a mapping is the wanted one.
fn says(mapping: &Mapping, record: &UserRecord, wanted: Option<&Value>) -> bool {
    let live = record.values.get(&mapping.target.to_string()).and_then(|live| mapping.attribute_value(live));
    same(live.as_ref(), wanted.and_then(|wanted| mapping.attribute_value(wanted)).as_ref())
}

fn is_hidden_edit(mapping: &Mapping, record: &UserRecord) -> bool {
    mapping.transform.is_some() && record.managed && is_edited(mapping, record)
}

/// What of a change did not arrive, a sentence for each target. It goes into the log for the owner.
pub fn unwritten(
    before: Option<&UserRecord>,
    written: &UserRecord,
    change: &AccountChange,
    after: &Resource,
    settings: &Settings,
) -> Vec<String> {
    if written.account.protected {
        return Vec::new();
    }
    let reason = |mapping: &Mapping| {
        let target = mapping.target.to_string();
        if mapping.is_misfit(after) {
            return Some("the value, or one of several, is not of the mapping's type or does not fit");
        }
        let wanted = change.values.get(&target)?;
        match written.values.get(&target) {
            _ if mapping.target.is_locale() && wanted.is_null() && mapping.value(after).is_some() => {
                Some("no such language is installed, so the account has the site's own")
            }
            None if !wanted.is_null() => {
                Some("the site has no such field at the moment; it is written when the field is there")
            }
            // The value may be there in another spelling, but must not be the old one. WordPress itself
            // refuses nothing.
            Some(live)
                if mapping.target.is_of_plugin() && !wanted.is_null() && !mapping.is_same(live, wanted) =>
            {
                let old = before.and_then(|before| before.values.get(&target)).unwrap_or(&Value::Null);
                mapping
                    .is_same(live, old)
                    .then_some("the plugin that the field belongs to did not accept the value")
            }
            _ => None,
        }
    };
    mappings(settings)
        .filter_map(|mapping| {
            Some(format!("{} ({}) was not written: {}.", mapping.target, mapping.path, reason(mapping)?))
        })
        .collect()
}
