//! Puts values that were edited inside WordPress into what the IdP last sent, so that the IdP sees and
//! corrects them.
//!
//! A value that is the same as after the last write is what WordPress made of the IdP's own value. It is
//! shown as the IdP sent it.

use crate::host::UserRecord;
use crate::mapping::value::text_of;
use crate::mapping::{Mapping, Several};
use crate::scim::path::{AttributePath, PatchPath};
use crate::scim::resource::Resource;
use crate::scim::schema::ResourceSchemas;
use serde_json::Value;

/// Whether the value of a mapping was edited inside WordPress since the last write of ours.
pub(super) fn is_edited(mapping: &Mapping, record: &UserRecord) -> bool {
    let target = mapping.target.to_string();
    match (record.values.get(&target), record.applied.get(&target)) {
        (Some(live), Some(applied)) => !mapping.is_same(live, applied),
        // A target that was missing at the last write, or is missing now, says nothing.
        _ => false,
    }
}

/// Whether the site has a target that it did not have at the last write, or that no mapping wrote to then.
pub(super) fn is_due(mapping: &Mapping, record: &UserRecord) -> bool {
    let target = mapping.target.to_string();
    record.values.contains_key(&target) && !record.applied.contains_key(&target)
}

/// Shows the live value of a mapping at its path. What cannot be put back there stays as the IdP sent it.
pub(super) fn show(resource: &mut Resource, mapping: &Mapping, live: &Value, schemas: &ResourceSchemas) {
    let Some(value) = mapping.attribute_value(live) else {
        resource.remove(&mapping.path, schemas);
        return;
    };
    let shown: Vec<Value> = resource.select(&mapping.path, schemas).into_iter().cloned().collect();
    match (value, mapping.several) {
        (Value::Array(list), _) => show_list(resource, mapping, list, schemas),
        (Value::String(text), Several::AsUsual | Several::Joined)
            if shown.len() > 1 && !mapping.separator.is_empty() =>
        {
            let list = text.split(mapping.separator.as_str()).map(str::trim).filter(|part| !part.is_empty());
            show_list(resource, mapping, list.map(Value::from).collect(), schemas);
        }
        (value, Several::First) if shown.len() > 1 => {
            let others = shown.iter().skip(1).filter_map(|other| mapping.shown(other));
            show_list(resource, mapping, std::iter::once(value).chain(others).collect(), schemas);
        }
        (value, _) => show_one(resource, &mapping.path, value, schemas),
    }
}

/// An attribute that holds text is shown a number or a boolean as text.
fn show_one(resource: &mut Resource, path: &PatchPath, value: Value, schemas: &ResourceSchemas) {
    let text = text_of(&value);
    if resource.set(path, value, schemas).is_err()
        && let Some(text) = text
    {
        drop(resource.set(path, Value::String(text), schemas));
    }
}

/// Shows exactly these values at a path that selects several. An element that has one of them stays as it is,
/// a new value takes the place of any other element, and the values that are left are added.
fn show_list(resource: &mut Resource, mapping: &Mapping, mut values: Vec<Value>, schemas: &ResourceSchemas) {
    let Some(attribute) = mapping.path.attribute() else { return };
    let found = schemas.find(attribute).map(|found| found.attribute);
    if found.is_some_and(|attribute| !attribute.multi_valued) {
        let texts: Vec<String> = values.iter().filter_map(text_of).collect();
        show_one(resource, &mapping.path, Value::String(texts.join(&mapping.separator)), schemas);
        return;
    }
    let list = PatchPath::Attribute(AttributePath { sub: None, ..attribute.clone() });
    let meant = match &mapping.path {
        PatchPath::Value(path, _) => PatchPath::Value(path.clone(), None),
        _ => list.clone(),
    };
    // What the filter selects is told by where it stands.
    let selected: Vec<*const Value> =
        resource.select(&meant, schemas).into_iter().map(std::ptr::from_ref).collect();
    let mut elements: Vec<Option<Value>> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    for element in resource.select(&list, schemas) {
        let is_meant = selected.contains(&std::ptr::from_ref(element));
        let value = part(element, &mapping.path).and_then(|part| mapping.shown(part));
        let position = value.and_then(|value| values.iter().position(|wanted| *wanted == value));
        match position {
            Some(position) if is_meant => drop(values.remove(position)),
            None if is_meant => free.push(elements.len()),
            _ => {}
        }
        elements.push(Some(element.clone()));
    }
    let mut values = values.into_iter();
    for index in free {
        if let Some(element) = elements.get_mut(index) {
            *element = element
                .take()
                .zip(values.next())
                .map(|(element, value)| with_part(element, &mapping.path, value));
        }
    }
    let elements: Vec<Value> =
        elements.into_iter().flatten().chain(values.map(|value| new_element(&mapping.path, value))).collect();
    drop(resource.set(&list, Value::Array(elements), schemas));
}

/// What a path means of an element.
fn part<'a>(element: &'a Value, path: &PatchPath) -> Option<&'a Value> {
    match path.sub_attribute() {
        None => Some(element),
        Some(sub) => element.as_object()?.get(sub.as_str()),
    }
}

fn with_part(mut element: Value, path: &PatchPath, value: Value) -> Value {
    let name = path.sub_attribute().map_or("value", |sub| sub.as_str());
    match element.as_object_mut() {
        Some(object) => {
            object.insert(name.to_owned(), value);
            element
        }
        None => value,
    }
}

/// An element that fulfils the path's filter.
fn new_element(path: &PatchPath, value: Value) -> Value {
    let mut element = path.filter().and_then(|filter| filter.element()).unwrap_or_default();
    if path.sub_attribute().is_none() && element.is_empty() {
        return value;
    }
    element.insert(path.sub_attribute().map_or("value", |sub| sub.as_str()).to_owned(), value);
    Value::Object(element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::ResourceType;
    use crate::settings::Settings;
    use serde_json::json;

    #[track_caller]
    fn shows(mapping: Value, before: Value, live: Value, after: Value) {
        let settings = Settings::parse(json!({ "mappings": [mapping] }).as_object().unwrap()).unwrap();
        let schemas = ResourceType::User.schemas();
        let mut resource = Resource::from_document(before.as_object().unwrap().clone(), schemas);
        show(&mut resource, &settings.mappings[0], &live, schemas);
        let mut shown = Value::Object(resource.into_map());
        shown.as_object_mut().unwrap().remove("schemas");
        assert_eq!(shown, after);
    }

    #[test]
    fn a_typed_value_is_shown_as_the_attribute_has_it() {
        let mapping = |path: &str, kind: &str| json!({ "path": path, "target": "acf:a", "type": kind });
        shows(
            mapping("active", "boolean"),
            json!({ "active": true }),
            json!("0"),
            json!({ "active": false }),
        );
        shows(mapping("title", "number"), json!({ "title": "7" }), json!("8"), json!({ "title": "8" }));
        shows(
            mapping("title", "date"),
            json!({}),
            json!("19800501"),
            json!({ "title": "1980-05-01T00:00:00Z" }),
        );
        shows(mapping("title", "number"), json!({ "title": "7" }), json!(null), json!({}));
    }

    #[test]
    fn a_list_keeps_what_stays_and_changes_the_rest() {
        let mapping = |path: &str| json!({ "path": path, "target": "acf:a", "values": "list" });
        let roles = json!({ "roles": [{ "value": "a", "display": "A" }, { "value": "b" }, { "value": "c", "type": "x" }] });
        shows(mapping("roles"), roles.clone(), json!(["c", "a", "b"]), roles.clone());
        shows(
            mapping("roles.value"),
            roles.clone(),
            json!(["c", "d", "a"]),
            json!({ "roles": [{ "value": "a", "display": "A" }, { "value": "d" }, { "value": "c", "type": "x" }] }),
        );
        shows(
            mapping("roles.value"),
            roles.clone(),
            json!(["c"]),
            json!({ "roles": [{ "value": "c", "type": "x" }] }),
        );
        shows(mapping("roles"), roles, json!([]), json!({}));
        shows(mapping("roles"), json!({}), json!(["a"]), json!({ "roles": [{ "value": "a" }] }));
        shows(mapping("title"), json!({ "title": "a" }), json!(["a", "b"]), json!({ "title": "a, b" }));
        shows(
            mapping("urn:acme:2.0:User:badges[floor eq 5 and open eq true].value"),
            json!({}),
            json!(["a"]),
            json!({ "urn:acme:2.0:User": { "badges": [{ "floor": 5, "open": true, "value": "a" }] } }),
        );
    }

    #[test]
    fn what_a_filter_does_not_select_stays() {
        let mapping =
            json!({ "path": "phoneNumbers[type eq \"work\"].value", "target": "meta:a", "values": "list" });
        let numbers =
            json!({ "phoneNumbers": [{ "type": "home", "value": "1" }, { "type": "work", "value": "1" }] });
        shows(
            mapping.clone(),
            numbers.clone(),
            json!(["2", "3"]),
            json!({ "phoneNumbers": [
                { "type": "home", "value": "1" }, { "type": "work", "value": "2" }, { "type": "work", "value": "3" }
            ] }),
        );
        shows(mapping, numbers, json!(null), json!({ "phoneNumbers": [{ "type": "home", "value": "1" }] }));
    }

    #[test]
    fn joined_values_are_taken_apart_and_the_first_one_alone_changes() {
        let roles = json!({ "roles": [{ "value": "a" }, { "value": "b" }] });
        let joined = json!({ "path": "roles.value", "target": "meta:a", "separator": " | " });
        shows(
            joined,
            roles.clone(),
            json!("a | x"),
            json!({ "roles": [{ "value": "a" }, { "value": "x" }] }),
        );
        let first = json!({ "path": "roles.value", "target": "meta:a", "values": "first" });
        shows(first, roles, json!("x"), json!({ "roles": [{ "value": "x" }, { "value": "b" }] }));
    }
}
