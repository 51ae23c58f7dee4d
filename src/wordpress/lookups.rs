//! The values that people are matched by, which an index answers.

use super::columns::{LOOKUP_LENGTH, folded};
use super::email::waiting_email;
use crate::host::{Lookup, UserRecord};
use crate::scim::path::{AttributePath, PatchPath};
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceType;

/// The attributes of a person that have an index, as [`crate::host::Lookup::path`] names them.
pub const LOOKUP_PATHS: [&str; 3] = ["emails.value", "displayName", "employeeNumber"];

/// The [`crate::host::Lookup::path`] of somebody whose `emails` all lack a value: present they are (RFC
/// 7644 Table 3).
pub const WITHOUT_VALUE: &str = "emails";

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
