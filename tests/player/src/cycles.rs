//! Cycles of Entra ID over many people: what it finds as it sent it, it does not send again.
//!
//! Source: MSdev, MSkn (MicrosoftDocs/entra-docs, use-scim-to-provision-users-and-groups.md,
//! how-provisioning-works.md): a cycle reads each person by the matching attribute and compares attribute by
//! attribute.

#![expect(clippy::indexing_slicing, reason = "what JSON does not hold is null; a test fails by panicking")]

use crate::{Site, send};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The targets of the default mapping, each with the attribute of the resource that it is written to.
const MAPPING: [&str; 22] = [
    "userName",
    "active",
    "displayName",
    "title",
    "emails[type eq \"work\"].value",
    "preferredLanguage",
    "name.givenName",
    "name.familyName",
    "name.formatted",
    "addresses[type eq \"work\"].formatted",
    "addresses[type eq \"work\"].streetAddress",
    "addresses[type eq \"work\"].locality",
    "addresses[type eq \"work\"].region",
    "addresses[type eq \"work\"].postalCode",
    "addresses[type eq \"work\"].country",
    "phoneNumbers[type eq \"work\"].value",
    "phoneNumbers[type eq \"mobile\"].value",
    "phoneNumbers[type eq \"fax\"].value",
    "externalId",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
];

/// A cycle creates so many people, the next one writes nothing.
///
/// # Errors
/// What was sent again, or refused.
pub fn second_cycle_is_quiet(site: &mut dyn Site, people: usize) -> Result<(), String> {
    let people: Vec<Person> = (0..people).map(Person::number).collect();
    match (cycle(site, &people)?, cycle(site, &people)?) {
        (created, 0) if created == people.len() => Ok(()),
        (created, again) => Err(format!("{created} of {} created, then {again} written again", people.len())),
    }
}

/// What changed in the IdP is sent once.
///
/// # Errors
/// What was sent again, or refused.
pub fn changes_are_sent_once(site: &mut dyn Site, people: usize) -> Result<(), String> {
    let mut people: Vec<Person> = (0..people).map(Person::number).collect();
    cycle(site, &people)?;
    let mut changes = 0;
    for (index, person) in people.iter_mut().enumerate() {
        let path = index % MAPPING.len();
        let changed = match MAPPING[path] {
            "active" => json!("False"),
            // It is what the person is found by; a change of it needs the id that Entra remembers.
            "userName" => continue,
            _ => json!(
                format!("{} changed", person.values[path].as_str().unwrap_or_default()).replace(' ', "-")
            ),
        };
        person.values[path] = changed;
        changes += 1;
    }
    match (cycle(site, &people)?, cycle(site, &people)?) {
        (sent, 0) if sent == changes => Ok(()),
        (sent, again) => Err(format!("{changes} changes were sent in {sent} requests, then {again} again")),
    }
}

/// Somebody in Entra: a value for each attribute of [`MAPPING`].
struct Person {
    values: Vec<Value>,
}

impl Person {
    fn number(number: usize) -> Self {
        // Where the attribute is empty in Entra, it is not sent at all.
        let value = |path: &str| match path {
            "userName" | "emails[type eq \"work\"].value" => json!(format!("person{number}@contoso.test")),
            "active" => json!(if number % 10 == 9 { "False" } else { "True" }),
            "displayName" | "name.formatted" => json!(format!("Zoë  O’Neil & <Söhne> {number}")),
            "name.givenName" => json!(format!("Zoë {number}")),
            "preferredLanguage" => json!("de-AT"),
            _ if path.contains("phoneNumbers") => json!(format!("+43 1 555 {number:04}")),
            _ if path.ends_with("country") && number.is_multiple_of(3) => Value::Null,
            _ => json!(format!("{number} of {}", path.len())),
        };
        Self { values: MAPPING.iter().map(|path| value(path)).collect() }
    }

    fn attributes(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        MAPPING.into_iter().zip(&self.values).filter(|(_, value)| !value.is_null())
    }

    /// The body of the POST.
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn resource(&self) -> Value {
        let mut resource = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "meta": { "resourceType": "User" },
        });
        for (path, value) in self.attributes() {
            let value = match value.as_str() {
                Some("True") => json!(true),
                Some("False") => json!(false),
                _ => value.clone(),
            };
            match Place::of(path) {
                Place::Top(name) => resource[name] = value,
                Place::Inside(name, sub) => resource[name][sub] = value,
                Place::Element(name, kind, sub) => {
                    if resource[name].is_null() {
                        resource[name] = json!([]);
                    }
                    let list = resource[name].as_array_mut().unwrap();
                    if !list.iter().any(|element| element["type"] == kind) {
                        list.push(json!({ "type": kind }));
                    }
                    list.iter_mut().find(|element| element["type"] == kind).unwrap()[sub] = value;
                }
            }
        }
        resource
    }

    /// The operations of the PATCH: one for each attribute that is not there as it should be.
    fn differences(&self, found: &Value) -> Vec<Value> {
        let differs = |(path, value): &(&str, &Value)| {
            let there = match Place::of(path) {
                Place::Top(name) => &found[name],
                Place::Inside(name, sub) => &found[name][sub],
                Place::Element(name, kind, sub) => {
                    let list = found[name].as_array();
                    let element = list.and_then(|list| list.iter().find(|element| element["type"] == kind));
                    element.map_or(&Value::Null, |element| &element[sub])
                }
            };
            let there = if path.ends_with(":manager") { &there["value"] } else { there };
            let wanted = value.as_str().unwrap_or_default();
            !(there.as_str() == Some(wanted)
                || there.as_bool().is_some_and(|flag| wanted == if flag { "True" } else { "False" }))
        };
        self.attributes()
            .filter(differs)
            .map(|(path, value)| json!({ "op": "Replace", "path": path, "value": value }))
            .collect()
    }
}

/// Where a path leads.
enum Place<'a> {
    Top(&'a str),
    Inside(&'a str, &'a str),
    Element(&'a str, &'a str, &'a str),
}

impl<'a> Place<'a> {
    #[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn of(path: &'a str) -> Self {
        if let Some(name) = path.strip_prefix(ENTERPRISE) {
            return Self::Inside(ENTERPRISE, name.trim_start_matches(':'));
        }
        if let Some((name, rest)) = path.split_once("[type eq \"") {
            let (kind, sub) = rest.split_once("\"].").unwrap();
            return Self::Element(name, kind, sub);
        }
        path.split_once('.').map_or(Self::Top(path), |(name, sub)| Self::Inside(name, sub))
    }
}

/// One cycle: match everybody, create or change who needs it. Gives the number of writes.
fn cycle(site: &mut dyn Site, people: &[Person]) -> Result<usize, String> {
    let mut writes = 0;
    for person in people {
        let name = person.values[0].as_str().unwrap_or_default().replace('@', "%40");
        let found = send(site, "GET", &format!("/Users?filter=userName+eq+%22{name}%22"), None, 200)?;
        if found["totalResults"] == 0 {
            send(site, "POST", "/Users", Some(&person.resource()), 201)?;
            writes += 1;
            continue;
        }
        let found = &found["Resources"][0];
        let operations = person.differences(found);
        if operations.is_empty() {
            continue;
        }
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        let path = format!("/Users/{}", found["id"].as_str().unwrap_or_default());
        send(site, "PATCH", &path, Some(&patch), 200)?;
        writes += 1;
    }
    Ok(writes)
}
