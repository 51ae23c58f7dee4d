//! A person: the resource that a record shows, and what its row is to hold.

use super::columns::{MAX_KEY_LENGTH, fits, key};
use super::email::set_email;
use super::lookups::lookups;
use super::overlay::{self, is_edited};
use crate::host::{GroupReference, UserRecord, UserRow};
use crate::mapping::Mapping;
use crate::mapping::target::EMAIL_TARGET;
use crate::scim::error::Result;
use crate::scim::meta::{date_time, location};
use crate::scim::resource::Resource;
use crate::scim::schema::{ResourceSchemas, ResourceType};
use crate::settings::Settings;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The mappings of a site: the owner's, and the standard ones whose targets the owner does not map.
pub fn mappings(settings: &Settings) -> impl Iterator<Item = &Mapping> {
    let overridden = |mapping: &Mapping| settings.mappings.iter().any(|own| own.target == mapping.target);
    Mapping::standard().iter().filter(move |mapping| !overridden(mapping)).chain(&settings.mappings)
}

/// Every target whose live value is read with a person.
pub fn targets(settings: &Settings) -> Vec<String> {
    mappings(settings).map(|mapping| mapping.target.to_string()).chain([EMAIL_TARGET.to_owned()]).collect()
}

/// The targets whose live values may change which role rule fits a person.
pub fn targets_of_rules(settings: &Settings) -> Vec<String> {
    let asks_for = |name: &str| settings.role_rules.iter().any(|rule| rule.filter.asks_for(name));
    // Both come of everything that is shown.
    let asks_for_all = asks_for("meta") || asks_for("schemas");
    mappings(settings)
        .filter(|mapping| {
            asks_for_all || mapping.path.attribute().is_none_or(|attribute| asks_for(&attribute.name))
        })
        .map(|mapping| mapping.target.to_string())
        .collect()
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
    show_groups(&mut resource, record, base);
    resource
}

/// Shows the groups of a record in its resource, and the version that comes with them.
pub fn show_groups(resource: &mut Resource, record: &UserRecord, base: &str) {
    put(resource, "groups", groups(&record.groups, base));
    put(
        resource,
        "meta",
        json!({
            "resourceType": "User",
            "created": date_time(record.created),
            "lastModified": date_time(record.modified),
            "location": location(base, ResourceType::User, &record.id),
            "version": version(record),
        }),
    );
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
pub fn user_row(resource: &Resource, settings: &Settings) -> Result<UserRow> {
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
        lookups: lookups(resource, &settings.site),
    })
}

/// Gives what a client sent the groups that the person is in, which only the service knows and role rules ask
/// for.
pub fn with_groups_of(mut resource: Resource, shown: &Resource) -> Resource {
    put(&mut resource, "groups", shown.as_map().get("groups").cloned().unwrap_or_default());
    resource
}

/// Shows what was edited inside WordPress, as far as a transform does not hide it.
fn overlay(resource: &mut Resource, record: &UserRecord, settings: &Settings, schemas: &ResourceSchemas) {
    if !record.account.is_writable() {
        return;
    }
    for mapping in
        mappings(settings).filter(|mapping| mapping.transform.is_none() && is_edited(mapping, record))
    {
        if let Some(live) = record.values.get(&mapping.target.to_string()) {
            overlay::show(resource, mapping, live, schemas);
        }
    }
    let email = &record.account.email;
    let edited = record.applied.get(EMAIL_TARGET).is_some_and(|applied| applied.as_str() != Some(email));
    if edited && !email.is_empty() {
        set_email(resource, email, schemas);
    }
}

/// An account that no IdP has sent anything about. Okta considers a person without names incomplete, so names
/// are made from the display name if the account has none.
fn from_account(record: &UserRecord, settings: &Settings, schemas: &ResourceSchemas) -> Resource {
    let mut resource = Resource::new(schemas);
    for mapping in mappings(settings).filter(|mapping| mapping.transform.is_none()) {
        let live = record.values.get(&mapping.target.to_string());
        if let Some(live) = live.filter(|live| mapping.attribute_value(live).is_some()) {
            overlay::show(&mut resource, mapping, live, schemas);
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

/// Puts a value of the server's own in its place; null and empty lists take it away.
fn put(resource: &mut Resource, name: &str, value: Value) {
    if let Ok(path) = name.parse() {
        drop(resource.set(&path, value, ResourceType::User.schemas()));
    }
}
