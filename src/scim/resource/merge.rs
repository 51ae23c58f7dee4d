//! Merging into an object, and what may not be changed by it.

use super::place::{remove_key, value_mut, value_of};
use super::read::{MAX_ELEMENTS, check_length};
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::schema::{Attribute, Mutability};
use serde_json::{Map, Value};
use std::fmt::Display;

/// Puts members into an object; null takes one away.
///
/// Where a reference (RFC 7643 §2.3.7) gets another `value`, what described the old one goes: `$ref` and
/// what is read-only.
pub(super) fn merge(
    object: &mut Map<String, Value>,
    members: &Map<String, Value>,
    attribute: Option<&Attribute>,
    path: &dyn Display,
) -> Result<()> {
    let sub_attribute = |name: &str| attribute.and_then(|attribute| attribute.sub_attribute(name));
    for (name, value) in members {
        let new = Some(value).filter(|value| !value.is_null());
        if let Some(sub) = sub_attribute(name) {
            check_immutable(sub, object.get(sub.name.as_str()), new, path)?;
        }
    }
    let refers_elsewhere = sub_attribute("$ref").is_some()
        && members
            .get("value")
            .is_some_and(|value| value_of(object, "value").is_some_and(|old| old != value));
    if refers_elsewhere {
        object.retain(|name, _| {
            name != "$ref" && sub_attribute(name).is_none_or(|sub| sub.mutability != Mutability::ReadOnly)
        });
    }
    for (name, value) in members {
        if value.is_null() {
            remove_key(object, name);
        } else if let Some(present) = value_mut(object, name) {
            *present = value.clone();
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    check_length(object.len(), MAX_ELEMENTS, path)
}

/// Merges into an element; one that is no object is its own `value`.
pub(super) fn change_element(
    element: &mut Value,
    change: &Map<String, Value>,
    attribute: Option<&Attribute>,
    path: &dyn Display,
) -> Result<()> {
    match element {
        Value::Object(map) => merge(map, change, attribute, path),
        simple => {
            if let Some(value) = change.get("value") {
                *simple = value.clone();
            }
            Ok(())
        }
    }
}

/// Whether an attribute may take a new value.
///
/// # Errors
/// 400 `mutability`: it is immutable and has another one already (RFC 7644 §3.5.2).
pub(super) fn check_immutable(
    attribute: &Attribute,
    present: Option<&Value>,
    new: Option<&Value>,
    path: &dyn Display,
) -> Result<()> {
    if attribute.mutability != Mutability::Immutable || present.is_none() || present == new {
        return Ok(());
    }
    Err(Error::bad_request(
        ScimType::Mutability,
        format!("{path} cannot be changed once it has a value. Leave it as it is."),
    ))
}

pub(super) fn check_immutable_members(
    element: &Value,
    new: &Map<String, Value>,
    attribute: Option<&Attribute>,
    path: &dyn Display,
) -> Result<()> {
    let Some(attribute) = attribute else { return Ok(()) };
    attribute.sub_attributes.iter().try_for_each(|sub| {
        let name = sub.name.as_str();
        match new.get(name) {
            Some(value) => check_immutable(sub, element.get(name), Some(value), path),
            None => Ok(()),
        }
    })
}
