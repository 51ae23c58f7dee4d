//! The paths of a resource: each single value with the path that an owner would map it by.

use super::Resource;
use serde_json::{Map, Value};

/// The most paths that are told of one resource.
pub const MAX_PATHS: usize = 300;

/// What the server says of a resource, and no client.
const OF_SERVER: [&str; 4] = ["schemas", "id", "meta", "groups"];

/// What says which element of a list it is, and is no value of its own.
const LABELS: [&str; 3] = ["type", "primary", "$ref"];

impl Resource {
    /// Every path under which the resource has a value, with the first value there.
    pub fn paths(&self) -> Vec<(String, &Value)> {
        let mut paths = Paths { found: Vec::new() };
        for (name, value) in self.as_map() {
            match value {
                _ if OF_SERVER.contains(&name.as_str()) => {}
                Value::Object(extension) if name.contains(':') => {
                    extension
                        .iter()
                        .for_each(|(sub, value)| paths.attribute(&format!("{name}:{sub}"), value));
                }
                value => paths.attribute(name, value),
            }
        }
        paths.found
    }
}

struct Paths<'a> {
    found: Vec<(String, &'a Value)>,
}

impl<'a> Paths<'a> {
    fn attribute(&mut self, path: &str, value: &'a Value) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| match element {
                Value::Object(map) => self.members(&selector(path, map), map, &LABELS),
                simple => self.value(path.to_owned(), simple),
            }),
            Value::Object(map) => self.members(path, map, &["$ref"]),
            single => self.value(path.to_owned(), single),
        }
    }

    fn members(&mut self, path: &str, map: &'a Map<String, Value>, without: &[&str]) {
        for (name, value) in map.iter().filter(|(name, _)| !without.contains(&name.as_str())) {
            self.value(format!("{path}.{name}"), value);
        }
    }

    fn value(&mut self, path: String, value: &'a Value) {
        let is_single = !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
        if is_single && self.found.len() < MAX_PATHS && self.found.iter().all(|(known, _)| *known != path) {
            self.found.push((path, value));
        }
    }
}

/// How the elements of a list are told apart that are of one type.
fn selector(path: &str, element: &Map<String, Value>) -> String {
    match element.get("type").and_then(Value::as_str) {
        Some(kind) => format!("{path}[type eq {}]", Value::from(kind)),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::path::PatchPath;
    use crate::scim::schema::ResourceType;
    use serde_json::json;

    #[test]
    fn every_value_is_found_again_at_its_path() {
        let document = json!({
            "id": "1", "userName": "ann", "active": true, "name": { "givenName": "Ann" },
            "phoneNumbers": [
                { "type": "work", "value": "1", "primary": true }, { "type": "work", "value": "2" }, { "value": "3" }
            ],
            "groups": [{ "value": "g" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "m", "$ref": "x" } },
            "urn:contoso:User": { "skills": ["a", "b"], "level": 3 },
        });
        let schemas = ResourceType::User.schemas();
        let resource = Resource::from_document(document.as_object().unwrap().clone(), schemas);
        let paths = resource.paths();
        let names: Vec<&str> = paths.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            names,
            [
                "userName",
                "active",
                "name.givenName",
                "phoneNumbers[type eq \"work\"].value",
                "phoneNumbers.value",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                "urn:contoso:User:skills",
                "urn:contoso:User:level",
            ]
        );
        for (path, value) in &paths {
            let parsed: PatchPath = path.parse().unwrap();
            assert!(resource.select(&parsed, schemas).contains(value), "{path}");
        }
    }
}
