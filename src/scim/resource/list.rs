//! Lists of values: no two elements of the same type and value, at most one primary (RFC 7643 §2.4).

use crate::dialect::{Dialect, Dialects};
use crate::scim::filter::fold_case;
use crate::scim::schema::Attribute;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::collections::hash_map;

/// The list as it is to stand: of elements with the same type and value the first one, filled up with what
/// only a later one has; of several primary ones the first.
pub(crate) fn normalized(
    elements: Vec<Value>,
    attribute: Option<&Attribute>,
    dialects: &mut Dialects,
) -> Vec<Value> {
    let mut list = Vec::with_capacity(elements.len());
    let mut places = HashMap::with_capacity(elements.len());
    let mut primary = None;
    for mut element in elements {
        if is_primary(&element) {
            if primary.is_some() {
                dialects.note(Dialect::SeveralPrimary);
                demote(&mut element);
            } else {
                primary = Some(());
            }
        }
        match places.entry(key(&element, attribute)) {
            hash_map::Entry::Vacant(vacant) => {
                vacant.insert(list.len());
                list.push(element);
            }
            hash_map::Entry::Occupied(occupied) => {
                dialects.note(Dialect::DuplicateElement);
                let first = list.get_mut(*occupied.get()).and_then(Value::as_object_mut);
                if let (Some(first), Value::Object(later)) = (first, element) {
                    for (name, value) in later {
                        if name == "primary" && value == true {
                            first.insert(name, value);
                        } else {
                            first.entry(name).or_insert(value);
                        }
                    }
                }
            }
        }
    }
    list
}

/// Adds elements to a list. One whose type and value are there already takes over what the new one says; a
/// new primary one makes the others none (RFC 7644 §3.5.2).
pub(crate) fn append(list: &mut Vec<Value>, added: &[Value], attribute: Option<&Attribute>) {
    let mut places: HashMap<String, usize> =
        list.iter().enumerate().map(|(index, element)| (key(element, attribute), index)).collect();
    for element in added {
        let index = match places.entry(key(element, attribute)) {
            hash_map::Entry::Vacant(vacant) => {
                list.push(element.clone());
                *vacant.insert(list.len() - 1)
            }
            hash_map::Entry::Occupied(occupied) => {
                let index = *occupied.get();
                let present = list.get_mut(index).and_then(Value::as_object_mut);
                if let (Some(present), Value::Object(element)) = (present, element) {
                    present.extend(element.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                index
            }
        };
        if is_primary(element) {
            demote_others(list, index);
        }
    }
}

/// Makes every element but one no primary one.
pub(crate) fn demote_others(list: &mut [Value], primary: usize) {
    for (index, element) in list.iter_mut().enumerate() {
        if index != primary && is_primary(element) {
            demote(element);
        }
    }
}

/// Whether an element is the primary one.
pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// The primary element, or else the first.
pub(crate) fn preferred(list: &[Value]) -> Option<usize> {
    let primary = list.iter().position(is_primary);
    primary.or_else(|| (!list.is_empty()).then_some(0))
}

/// Whether an element says nothing but what kind of element it would be.
pub(crate) fn is_label(element: &Map<String, Value>) -> bool {
    element.keys().all(|name| name == "type" || name == "primary")
}

/// Whether an element is one of those that a `remove` with a value means: it has the same `value` and, where
/// both say it, the same type; without `value`, everything that the given one says.
pub(crate) fn is_meant(given: &Value, element: &Value, attribute: Option<&Attribute>) -> bool {
    let (Value::Object(given), Value::Object(element)) = (given, element) else {
        return is_same_simple(given, element);
    };
    let same = |name: &str| {
        let sub = attribute.and_then(|attribute| attribute.sub_attribute(name));
        match (given.get(name), element.get(name)) {
            (Some(Value::String(given)), Some(Value::String(found))) => {
                if sub.is_some_and(|sub| !sub.case_exact) {
                    fold_case(given) == fold_case(found)
                } else {
                    given == found
                }
            }
            (given, found) => given == found,
        }
    };
    if given.contains_key("value") {
        let has_type = given.contains_key("type") && element.contains_key("type");
        return same("value") && (!has_type || same("type"));
    }
    given.keys().all(|name| same(name))
}

/// Whether two elements, one of which is no object, say the same value: clients send `{"value": "b"}` for
/// `"b"`, and numbers in quotes.
fn is_same_simple(one: &Value, other: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let simple = |value: &Value| text(value.get("value").unwrap_or(value));
    one == other || simple(one).is_some_and(|one| simple(other) == Some(one))
}

/// What makes an element the same as another: its type and value or, without a value, all of it.
fn key(element: &Value, attribute: Option<&Attribute>) -> String {
    let case_exact = attribute.is_none_or(|attribute| attribute.compared().case_exact);
    let folded = |value: &Value| match value {
        Value::String(text) if !case_exact => fold_case(text).into_owned(),
        other => other.to_string(),
    };
    match element {
        Value::Object(map) => match map.get("value") {
            Some(value) => {
                let type_ = map.get("type").and_then(Value::as_str).map(fold_case).unwrap_or_default();
                format!("{type_}\0{}", folded(value))
            }
            None => {
                let members = map.iter().filter(|(name, _)| *name != "primary");
                let mut members: Vec<_> = members.map(|(name, value)| format!("{name}\0{value}")).collect();
                members.sort_unstable();
                members.join("\0")
            }
        },
        simple => folded(simple),
    }
}

fn demote(element: &mut Value) {
    if let Some(primary) = element.get_mut("primary") {
        *primary = Value::Bool(false);
    }
}
