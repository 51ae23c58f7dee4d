//! Where the value of an attribute stands in a resource.

use super::merge::check_immutable;
use crate::scim::error::Result;
use crate::scim::path::AttributePath;
use crate::scim::schema::{Attribute, ResourceSchemas};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt::Display;

/// Where the value of an attribute stands.
pub(super) struct Place<'a> {
    urn: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) attribute: Option<&'a Attribute>,
}

impl<'a> Place<'a> {
    /// `None` for an attribute that no schema defines and no URN precedes.
    pub(super) fn of(path: &'a AttributePath, schemas: &'a ResourceSchemas) -> Option<Self> {
        match schemas.find(path) {
            Some(found) => Some(Self {
                urn: found.extension.map(|schema| schema.id.as_str()),
                name: &found.attribute.name,
                attribute: Some(found.attribute),
            }),
            None => path.urn.as_deref().map(|urn| Self { urn: Some(urn), name: &path.name, attribute: None }),
        }
    }

    pub(super) fn get<'m>(&self, map: &'m Map<String, Value>) -> Option<&'m Value> {
        let container = match self.urn {
            None => map,
            Some(urn) => value_of(map, urn)?.as_object()?,
        };
        value_of(container, self.name)
    }

    pub(super) fn get_mut<'m>(&self, map: &'m mut Map<String, Value>) -> Option<&'m mut Value> {
        let container = match self.urn {
            None => map,
            Some(urn) => value_mut(map, urn)?.as_object_mut()?,
        };
        value_mut(container, self.name)
    }

    /// Takes the list out, to be put back by [`Self::set`]; empty where there is none.
    pub(super) fn take_list(&self, map: &mut Map<String, Value>) -> Vec<Value> {
        match self.get_mut(map) {
            Some(Value::Array(elements)) => std::mem::take(elements),
            _ => Vec::new(),
        }
    }

    /// The object that stands there, to be put back by [`Self::set`]; empty where there is none. One that no
    /// schema bounds is taken out, as copying it for each operation would cost too much.
    pub(super) fn object(&self, map: &mut Map<String, Value>) -> Map<String, Value> {
        match self.get_mut(map) {
            Some(Value::Object(object)) if self.attribute.is_none() => std::mem::take(object),
            Some(Value::Object(object)) => object.clone(),
            _ => Map::new(),
        }
    }

    /// Puts a value there; the empty list means that there is none.
    pub(super) fn set(&self, map: &mut Map<String, Value>, value: Value) {
        if value.as_array().is_some_and(Vec::is_empty) {
            return self.remove(map);
        }
        let container = match self.urn {
            None => map,
            Some(urn) => {
                let key = key_of(map, urn).unwrap_or(urn).to_owned();
                let extension = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
                if !extension.is_object() {
                    *extension = Value::Object(Map::new());
                }
                let Some(extension) = extension.as_object_mut() else { return };
                extension
            }
        };
        match value_mut(container, self.name) {
            Some(present) => *present = value,
            None => {
                container.insert(self.name.to_owned(), value);
            }
        }
    }

    pub(super) fn remove(&self, map: &mut Map<String, Value>) {
        let Some(urn) = self.urn else { return remove_key(map, self.name) };
        let Some(Value::Object(extension)) = value_mut(map, urn) else { return };
        remove_key(extension, self.name);
        if extension.is_empty() {
            remove_key(map, urn);
        }
    }

    pub(super) fn is_list(&self, map: &Map<String, Value>, value: Option<&Value>) -> bool {
        match self.attribute {
            Some(attribute) => attribute.multi_valued,
            None => value.is_some_and(Value::is_array) || self.get(map).is_some_and(Value::is_array),
        }
    }

    /// Whether a list of simple values stands there, in which an object with a `value` means that value.
    pub(super) fn holds_simple_values(&self, map: &Map<String, Value>) -> bool {
        let elements = self.get(map).and_then(Value::as_array);
        elements.is_some_and(|elements| !elements.is_empty() && !elements.iter().any(Value::is_object))
    }

    /// What is about to be written to a list, in the form of what stands in it.
    pub(super) fn as_its_elements<'v>(&self, map: &Map<String, Value>, value: &'v Value) -> Cow<'v, Value> {
        let has_object = match value {
            Value::Array(elements) => elements.iter().any(Value::is_object),
            single => single.is_object(),
        };
        if !has_object || !self.holds_simple_values(map) {
            return Cow::Borrowed(value);
        }
        Cow::Owned(match value {
            Value::Array(elements) => Value::Array(elements.iter().cloned().map(as_simple).collect()),
            single => as_simple(single.clone()),
        })
    }

    pub(super) fn check_immutable(
        &self,
        map: &Map<String, Value>,
        new: Option<&Value>,
        path: &dyn Display,
    ) -> Result<()> {
        let Some(attribute) = self.attribute else { return Ok(()) };
        check_immutable(attribute, self.get(map), new, path)
    }
}

/// The `value` of an object, where that is a simple one; anything else as it is.
pub(super) fn as_simple(element: Value) -> Value {
    match element.get("value") {
        Some(simple @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => simple.clone(),
        _ => element,
    }
}

pub(super) fn value_of<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get(name).or_else(|| map.get(key_of(map, name)?))
}

pub(super) fn value_mut<'m>(map: &'m mut Map<String, Value>, name: &str) -> Option<&'m mut Value> {
    let key = key_of(map, name)?.to_owned();
    map.get_mut(&key)
}

/// Removes a member without changing the order of the others.
pub(super) fn remove_key(map: &mut Map<String, Value>, name: &str) {
    if let Some(key) = key_of(map, name).map(str::to_owned) {
        map.shift_remove(&key);
    }
}

/// A name as the map writes it.
fn key_of<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    if let Some((key, _)) = map.get_key_value(name) {
        return Some(key);
    }
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).map(String::as_str)
}
