//! A person: the resource that a record shows, and what a changed resource means for the account.

use super::columns::{MAX_KEY_LENGTH, fits, is_key, key};
use super::language;
use super::overlay::{self, is_due, is_edited};
use super::predecessor::Predecessor;
use super::sql::{LOOKUP_LENGTH, LOOKUP_PATHS, WITHOUT_VALUE, folded};
use crate::directory::{Account, AccountChange, Adoption, GroupReference, Lookup, UserRecord, UserRow};
use crate::mapping::Row;
use crate::mapping::target::{EMAIL_TARGET, MAX_DISPLAY_NAME_LENGTH, Target};
use crate::mapping::value::same;
use crate::scim::error::Result;
use crate::scim::filter::fold_case;
use crate::scim::meta::{date_time, location};
use crate::scim::path::{AttributePath, PatchPath};
use crate::scim::resource::Resource;
use crate::scim::schema::{ResourceSchemas, ResourceType};
use crate::settings::Settings;
use crate::wordpress::login;
use crate::wordpress::roles::{self, Decision, Roles};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use std::sync::LazyLock;

/// The most characters of the account's e-mail address (`user_email`).
pub const MAX_EMAIL_LENGTH: usize = 100;

/// The rows that hold for a site: the standard ones, but for targets that the owner maps otherwise, and the
/// owner's.
pub fn rows(settings: &Settings) -> impl Iterator<Item = &Row> {
    let overridden = |row: &Row| settings.mappings.iter().any(|own| own.target == row.target);
    Row::standard().iter().filter(move |row| !overridden(row)).chain(&settings.mappings)
}

/// Every target whose live value is read with a person.
pub fn targets(settings: &Settings) -> Vec<String> {
    rows(settings).map(|row| row.target.to_string()).chain([EMAIL_TARGET.to_owned()]).collect()
}

/// The resource that a record shows: what the IdP last sent, with what was edited locally since.
pub fn resource(record: &UserRecord, settings: &Settings, base: &str) -> Resource {
    let schemas = ResourceType::User.schemas();
    let mut resource = match &record.document {
        Some(document) => {
            let mut resource = Resource::from_document(document.clone(), schemas);
            overlay(&mut resource, record, settings, schemas);
            resource
        }
        None => from_account(record, settings, schemas),
    };
    put(&mut resource, "id", json!(record.id));
    put(&mut resource, "externalId", json!(record.external_id));
    put(&mut resource, "userName", json!(record.user_name));
    put(&mut resource, "active", json!(record.active && !record.locked_before));
    put(&mut resource, "groups", groups(&record.groups, base));
    put(
        &mut resource,
        "meta",
        json!({
            "resourceType": "User",
            "created": date_time(record.created),
            "lastModified": date_time(record.modified),
            "location": location(base, ResourceType::User, &record.id),
            "version": version(record),
        }),
    );
    resource
}

/// The version of what the record shows (`meta.version`, `ETag`): it changes with every write, with a local
/// edit and with the person's groups.
pub fn version(record: &UserRecord) -> String {
    let mut digest = Sha256::new();
    digest.update(record.version.to_be_bytes());
    digest.update([u8::from(record.active && !record.locked_before)]);
    for (target, value) in shown_values(record) {
        digest.update(target.as_bytes());
        digest.update(value.to_string().as_bytes());
    }
    for group in &record.groups {
        digest.update(group.id.as_bytes());
        digest.update(group.display.as_bytes());
        digest.update([u8::from(group.direct)]);
    }
    let hash: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{}-{hash}\"", record.version)
}

/// The live values that the resource shows.
fn shown_values(record: &UserRecord) -> impl Iterator<Item = (&String, &Value)> {
    record.values.iter().filter(|_| !record.managed || record.account.is_writable())
}

/// What the row of a person is to hold.
///
/// # Errors
/// 400 `invalidValue` for a value that is too long for its column.
pub fn row(resource: &Resource) -> Result<UserRow> {
    let user_name = resource.user_name().unwrap_or_default();
    let user_name_key = key(user_name)?;
    let external_id = resource.external_id();
    fits("externalId", external_id.unwrap_or_default(), MAX_KEY_LENGTH)?;
    let mut document = resource.clone().into_map();
    for server_side in ["id", "meta", "groups"] {
        document.shift_remove(server_side);
    }
    Ok(UserRow {
        user_name: user_name.to_owned(),
        user_name_key,
        external_id: external_id.map(str::to_owned),
        active: resource.active().unwrap_or(true),
        linked: false,
        login_of: None,
        document: Some(document),
        lookups: lookups(resource),
    })
}

/// Gives what a client sent the groups that the person is in, which only the service knows and role rules ask
/// for.
pub fn with_groups_of(mut resource: Resource, shown: &Resource) -> Resource {
    put(&mut resource, "groups", shown.as_map().get("groups").cloned().unwrap_or_default());
    resource
}

/// The matchable values of a person.
pub fn lookups(resource: &Resource) -> Vec<Lookup> {
    let schemas = ResourceType::User.schemas();
    let resource = resource.matchable();
    let mut lookups: Vec<Lookup> = Vec::new();
    for path in LOOKUP_PATHS {
        let Ok(parsed) = path.parse::<AttributePath>() else { continue };
        for value in resource.select(&PatchPath::Attribute(schemas.canonical(&parsed)), schemas) {
            let Some(text) = value.as_str() else { continue };
            let lookup = Lookup { path: path.to_owned(), value: folded(text, LOOKUP_LENGTH) };
            if !lookups.contains(&lookup) {
                lookups.push(lookup);
            }
        }
    }
    // Addresses are there, though none of them says where.
    if resource.as_map().contains_key("emails") && !lookups.iter().any(|lookup| lookup.path == "emails.value")
    {
        lookups.push(Lookup { path: WITHOUT_VALUE.to_owned(), value: String::new() });
    }
    lookups
}

/// What is to change in the account of a person who is now to be as `after` says. `before` is what the record
/// showed; `None` for somebody new.
pub fn account_change(
    before: Option<(&UserRecord, &Resource)>,
    after: &Resource,
    settings: &Settings,
) -> AccountChange {
    let email = email(after);
    let is_writable = before.is_none_or(|(record, _)| record.account.is_writable());
    let ours = before.is_none_or(|(record, _)| record.account.is_ours());
    let mut change = AccountChange { ours, ..AccountChange::default() };
    for row in rows(settings).filter(|_| is_writable) {
        let wanted = value(row, after, settings);
        let stays = match before {
            None => wanted.is_none(),
            Some((record, _)) if record.unfinished => says(row, record, wanted.as_ref()),
            // A target that was missing at the last write and is back gets its value.
            Some((record, _)) if is_due(row, record) => wanted.is_none(),
            // What was edited stays only if it says what is wanted; a transform, or a value of another type,
            // does not show that.
            Some((record, _)) if is_edited(row, record) => says(row, record, wanted.as_ref()),
            Some((_, shown)) => same(wanted.as_ref(), value(row, shown, settings).as_ref()),
        };
        if !stays {
            change.values.insert(row.target.to_string(), wanted.unwrap_or_default());
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
            // Of an account out of reach it waits.
            change.logins = renamed(record, shown, after, settings);
            if is_writable {
                // What the IdP is shown is what the account has: none, where it has taken the address away.
                change.email = Some(email.unwrap_or_default()).filter(|email| *email != record.account.email);
            }
            let ruled = |person| roles::ruled(person, settings);
            let Decision { roles, ruling } = if record.deleted {
                // Who is back is given what a newcomer is, whatever the account had.
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
    change.ours = account.is_ours();
    change.logins.clear();
    if !change.ours {
        change.email = None;
        change.values.clear();
    }
    change
}

/// The targets to read back after a write: none where nothing is applied to the account. As nothing counts as
/// applied then, everything is written once that may be.
pub fn written_targets(account: Option<&Account>, settings: &Settings) -> Vec<String> {
    if account.is_none_or(Account::is_writable) { targets(settings) } else { Vec::new() }
}

/// The logins for a person who is called otherwise now: none where the owner wants accounts to keep their
/// login, or where the new name comes to the same one. An account that is only being linked, or is back,
/// keeps the login that its person knows.
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

/// The address that a managed person's account is to have and does not: it waits. `""` where it is to have
/// none.
pub fn waiting_email(record: &UserRecord, shown: &Resource) -> Option<String> {
    let is_applied = record.managed && !record.deleted && record.account.is_writable();
    let wanted = email(shown).unwrap_or_default();
    (is_applied && wanted != record.account.email).then_some(wanted)
}

/// The matchable value under which a person is found who waits for an address.
pub fn waiting_lookup(address: &str) -> Lookup {
    Lookup { path: "waiting.email".to_owned(), value: folded(address, LOOKUP_LENGTH) }
}

/// The matchable values of a record, also the address that it waits for.
pub fn record_lookups(record: &UserRecord, shown: &Resource) -> Vec<Lookup> {
    let mut lookups = lookups(shown);
    lookups.extend(
        waiting_email(record, shown)
            .filter(|wanted| !wanted.is_empty())
            .map(|wanted| waiting_lookup(&wanted)),
    );
    lookups
}

/// What somebody who is deleted is known by on return: the name and the address.
pub fn former_lookups(user_name: &str, email: &str) -> Vec<Lookup> {
    [("former.userName", user_name), ("former.email", email)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(path, value)| Lookup { path: path.to_owned(), value: folded(value, LOOKUP_LENGTH) })
        .collect()
}

/// # Errors
/// 400 `invalidValue` for an address that no account can hold.
pub fn check_email_length(email: &str) -> Result<()> {
    fits("emails", email, MAX_EMAIL_LENGTH)
}

/// The address for the account: the primary one, or the one for work, or the first; where there is none, a
/// `userName` that is an address.
pub fn email(resource: &Resource) -> Option<String> {
    let chosen = chosen_email(resource).and_then(|(_, email)| email.get("value")?.as_str()).map(str::trim);
    let chosen = chosen.filter(|address| !address.is_empty()).map(str::to_owned);
    chosen.or_else(|| resource.user_name().filter(|name| is_address(name)).map(str::to_owned))
}

/// The row of an account that no IdP has taken charge of. An account that another plugin locked out is shown
/// so, unless it is protected: the last administrator must not be among them.
pub fn adoption(account: &Account, user_name: &str) -> Adoption {
    let predecessor = Predecessor::of(account);
    let lookups = [("emails.value", &account.email), ("displayName", &account.display_name)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(path, value)| Lookup { path: path.to_owned(), value: folded(value, LOOKUP_LENGTH) })
        .collect();
    Adoption {
        user_id: account.user_id,
        id: predecessor.id().map(SmolStr::from),
        user_name: user_name.to_owned(),
        user_name_key: folded(user_name, usize::MAX),
        external_id: predecessor.external_id().filter(|id| is_key(id)).map(str::to_owned),
        active: true,
        locked_before: !predecessor.active() && !account.protected,
        created: account.registered,
        lookups,
    }
}

/// The `userName` of an account that no IdP has asked for by name: what another plugin knew it by, or its
/// address. Beside an address its login says nothing, because anybody may register one.
pub fn own_name(account: &Account) -> &str {
    let address = Some(account.email.as_str()).filter(|address| !address.is_empty());
    let known = Predecessor::of(account).user_name().filter(|name| is_key(name));
    known.or(address).unwrap_or(&account.login)
}

/// Whether everything in WordPress is as the IdP wants it, as far as the resource does not show otherwise:
/// every target that is there now was there at the last write, too, and none was edited that a transform
/// hides.
pub fn is_complete(record: &UserRecord, settings: &Settings) -> bool {
    !record.account.is_writable()
        || rows(settings).all(|row| !is_due(row, record) && !is_hidden_edit(row, record))
}

/// The targets that the site has and that nothing was written to at the last write: they were missing then,
/// or their row is new.
pub fn due_targets(record: &UserRecord, settings: &Settings) -> Vec<String> {
    rows(settings).filter(|row| is_due(row, record)).map(|row| row.target.to_string()).collect()
}

/// Whether something was edited inside WordPress since the last write.
pub fn is_locally_edited(record: &UserRecord, settings: &Settings) -> bool {
    let email = record.applied.get(EMAIL_TARGET);
    let email_is_edited = email.is_some_and(|applied| applied.as_str() != Some(&record.account.email));
    record.account.is_writable() && (email_is_edited || rows(settings).any(|row| is_edited(row, record)))
}

/// Whether the live value of a row is the wanted one.
fn says(row: &Row, record: &UserRecord, wanted: Option<&Value>) -> bool {
    let live = record.values.get(&row.target.to_string()).and_then(|live| row.attribute_value(live));
    same(live.as_ref(), wanted.and_then(|wanted| row.attribute_value(wanted)).as_ref())
}

fn is_hidden_edit(row: &Row, record: &UserRecord) -> bool {
    row.transform.is_some() && record.managed && is_edited(row, record)
}

/// What of a change did not arrive, a sentence for each target: the owner is told in the log.
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
    let reason = |row: &Row| {
        let target = row.target.to_string();
        if row.is_misfit(after) {
            return Some("the value, or one of several, is not of the row's type or does not fit");
        }
        let wanted = change.values.get(&target)?;
        match written.values.get(&target) {
            _ if row.target.is_locale() && wanted.is_null() && row.value(after).is_some() => {
                Some("no such language is installed, so the account has the site's own")
            }
            None if !wanted.is_null() => {
                Some("the site has no such field at the moment; it is written when the field is there")
            }
            // What stands there may be written otherwise, but not be what stood there before. WordPress
            // itself refuses nothing.
            Some(live) if row.target.is_of_plugin() && !wanted.is_null() && !row.is_same(live, wanted) => {
                let old = before.and_then(|before| before.values.get(&target)).unwrap_or(&Value::Null);
                row.is_same(live, old)
                    .then_some("the plugin that the field belongs to did not accept the value")
            }
            _ => None,
        }
    };
    rows(settings)
        .filter_map(|row| Some(format!("{} ({}) was not written: {}.", row.target, row.path, reason(row)?)))
        .collect()
}

/// Shows what was edited inside WordPress, as far as a transform does not hide it.
fn overlay(resource: &mut Resource, record: &UserRecord, settings: &Settings, schemas: &ResourceSchemas) {
    if !record.account.is_writable() {
        return;
    }
    for row in rows(settings).filter(|row| row.transform.is_none() && is_edited(row, record)) {
        if let Some(live) = record.values.get(&row.target.to_string()) {
            overlay::show(resource, row, live, schemas);
        }
    }
    let email = &record.account.email;
    let edited = record.applied.get(EMAIL_TARGET).is_some_and(|applied| applied.as_str() != Some(email));
    if edited && !email.is_empty() {
        set_email(resource, email, schemas);
    }
}

fn set_email(resource: &mut Resource, address: &str, schemas: &ResourceSchemas) {
    let mut emails = match resource.as_map().get("emails") {
        Some(Value::Array(emails)) => emails.clone(),
        _ => Vec::new(),
    };
    let index = chosen_email(resource).map(|(index, _)| index);
    match index.and_then(|index| emails.get_mut(index)).and_then(Value::as_object_mut) {
        Some(email) => drop(email.insert("value".to_owned(), Value::from(address))),
        None => emails.push(json!({ "value": address, "type": "work", "primary": true })),
    }
    if let Ok(path) = "emails".parse() {
        drop(resource.set(&path, Value::Array(emails), schemas));
    }
}

/// An account that no IdP has sent anything about. Okta takes somebody without names for incomplete, so names
/// are made from the display name where the account has none.
fn from_account(record: &UserRecord, settings: &Settings, schemas: &ResourceSchemas) -> Resource {
    let mut resource = Resource::new(schemas);
    for row in rows(settings).filter(|row| row.transform.is_none()) {
        let live = record.values.get(&row.target.to_string());
        if let Some(live) = live.filter(|live| row.attribute_value(live).is_some()) {
            overlay::show(&mut resource, row, live, schemas);
        }
    }
    let display_name = match record.account.display_name.trim() {
        "" => record.account.login.as_str(),
        display_name => display_name,
    };
    put(&mut resource, "displayName", Value::from(display_name));
    let (given, family) = display_name.rsplit_once(' ').unwrap_or((display_name, display_name));
    let name = resource.as_map().get("name").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut complete = Map::new();
    complete.insert("givenName".into(), name.get("givenName").cloned().unwrap_or_else(|| Value::from(given)));
    complete
        .insert("familyName".into(), name.get("familyName").cloned().unwrap_or_else(|| Value::from(family)));
    put(&mut resource, "name", Value::Object(complete));
    if !record.account.email.is_empty() {
        set_email(&mut resource, &record.account.email, schemas);
    }
    resource
}

fn groups(groups: &[GroupReference], base: &str) -> Value {
    groups
        .iter()
        .map(|group| {
            json!({
                "value": group.id,
                "$ref": location(base, ResourceType::Group, &group.id),
                "display": group.display,
                "type": if group.direct { "direct" } else { "indirect" },
            })
        })
        .collect()
}

/// The value that a row writes. WordPress always shows a display name, so one is made where none is sent; and
/// a language is one that the site has.
fn value(row: &Row, resource: &Resource, settings: &Settings) -> Option<Value> {
    static DISPLAY_NAME: LazyLock<Option<Target>> = LazyLock::new(|| "field:display_name".parse().ok());
    let value = row.value(resource);
    if row.target.is_locale() {
        let preferred = value.as_ref().and_then(Value::as_str)?;
        return language::nearest(preferred, &settings.site.languages).map(Value::from);
    }
    if value.is_some() || Some(&row.target) != DISPLAY_NAME.as_ref() {
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

fn chosen_email(resource: &Resource) -> Option<(usize, &Value)> {
    let emails = resource.as_map().get("emails")?.as_array()?;
    let is = |email: &Value, key: &str, expected: &Value| match (email.get(key), expected) {
        (Some(Value::String(found)), Value::String(expected)) => found.eq_ignore_ascii_case(expected),
        (found, expected) => found == Some(expected),
    };
    let find =
        |key: &str, expected: Value| emails.iter().enumerate().find(|(_, email)| is(email, key, &expected));
    find("primary", Value::Bool(true))
        .or_else(|| find("type", Value::from("work")))
        .or_else(|| emails.iter().enumerate().next())
}

/// Whether a `userName` is an address that WordPress stores as it is. Nobody is refused for a name that was
/// never sent as an address: whoever has another one has no address.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |letter: char| letter.is_ascii_alphanumeric() || "!#$%'*+/=?^_`{|}~.-".contains(letter);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    text.len() <= MAX_EMAIL_LENGTH
        && !local.is_empty()
        && local.chars().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Puts a value of the server's own in its place; null and empty lists take it away.
fn put(resource: &mut Resource, name: &str, value: Value) {
    if let Ok(path) = name.parse() {
        drop(resource.set(&path, value, ResourceType::User.schemas()));
    }
}
