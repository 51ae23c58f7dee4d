//! The values that people are matched by, which an index answers.

use super::columns::{LOOKUP_LENGTH, folded};
use super::email::waiting_email;
use crate::host::{IndexedAttribute, Lookup, Site, UserRecord};
use crate::scim::path::{AttributeName, AttributePath, PatchPath};
use crate::scim::resource::Resource;
use crate::scim::schema::{AttributeType, ResourceSchemas, ResourceType};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The attributes of a person that have an index, as [`crate::host::Lookup::path`] names them.
pub const LOOKUP_PATHS: [&str; 3] = ["emails.value", "displayName", "employeeNumber"];

/// The [`crate::host::Lookup::path`] of somebody whose `emails` all lack a value: present they are (RFC
/// 7644 Table 3).
pub const WITHOUT_VALUE: &str = "emails";

/// The longest [`crate::host::Lookup::path`], in bytes.
const MAX_KEY: usize = 100;

/// The [`crate::host::Lookup::path`] of an attribute that is indexed because somebody has filtered by it.
pub fn index_key(path: &AttributePath, schemas: &ResourceSchemas) -> String {
    let key = format!("={}", compared_path(path, schemas).to_string().to_lowercase());
    match key.len() <= MAX_KEY {
        true => key,
        false => format!("#{}", HEXLOWER.encode(&Sha256::digest(key.as_bytes()))),
    }
}

/// The path as the schemas write it; of a list of elements that of their values.
pub fn compared_path(path: &AttributePath, schemas: &ResourceSchemas) -> AttributePath {
    let mut canonical = schemas.canonical(path);
    let is_complex =
        schemas.attribute(path).is_some_and(|attribute| attribute.type_ == AttributeType::Complex);
    if canonical.sub.is_none() && is_complex {
        canonical.sub = AttributeName::new("value");
    }
    canonical
}

/// Those of the indexed attributes that are as the condition wants them, as [`index_key`] names them.
pub fn index_keys(site: &Site, wanted: impl Fn(&IndexedAttribute) -> bool) -> Vec<String> {
    let indexed = site.indexed.iter().filter(|indexed| wanted(indexed));
    let paths = indexed.filter_map(|indexed| indexed.path.parse().ok());
    paths.map(|path| index_key(&path, ResourceType::User.schemas())).collect()
}

/// The matchable values of a person.
pub fn lookups(resource: &Resource, site: &Site) -> Vec<Lookup> {
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
    for path in site.indexed.iter().filter_map(|indexed| indexed.path.parse::<AttributePath>().ok()) {
        for text in path.compared_texts(resource.as_map(), schemas) {
            let lookup = Lookup { path: index_key(&path, schemas), value: folded(&text, LOOKUP_LENGTH) };
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

/// The matchable values of a record, also the address that it waits for.
pub fn record_lookups(record: &UserRecord, shown: &Resource, site: &Site) -> Vec<Lookup> {
    let mut lookups = lookups(shown, site);
    lookups.extend(
        waiting_email(record, shown)
            .filter(|wanted| !wanted.is_empty())
            .map(|wanted| waiting_lookup(&wanted)),
    );
    lookups
}

/// The matchable value under which a person is found who waits for an address.
pub fn waiting_lookup(address: &str) -> Lookup {
    Lookup { path: "waiting.email".to_owned(), value: folded(address, LOOKUP_LENGTH) }
}

/// What a deleted person is recognised by on return: the name and the address.
pub fn former_lookups(user_name: &str, email: &str) -> Vec<Lookup> {
    [("former.userName", user_name), ("former.email", email)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(path, value)| Lookup { path: path.to_owned(), value: folded(value, LOOKUP_LENGTH) })
        .collect()
}
