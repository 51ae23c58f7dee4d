//! Reading the value that a client sends for an attribute, by the attribute's type.
//!
//! What comes out is canonical: of the attribute's type, names as the schema writes them, no null, no empty
//! string, no empty list or object (RFC 7643 §2.5 makes null and the empty list "unassigned"; Entra ID and
//! Okta clear with `""`).

use super::{has_app_roles, list};
use crate::dialect::{Dialect, Dialects};
use crate::scim::error::{Error, Result};
use crate::scim::json;
use crate::scim::schema::{Attribute, AttributeType, Mutability, ResourceSchemas, Returned};
use serde_json::{Map, Number, Value};
use std::collections::HashSet;
use std::fmt::Display;

/// How many elements a list may have, but for the members of a group, and how many members an object.
pub const MAX_ELEMENTS: usize = 1_000;

/// How many members a single request may name.
pub const MAX_MEMBERS: usize = 100_000;

/// Reads what clients send; notes the dialects that it met.
pub(crate) struct Reader<'a> {
    pub(super) schemas: &'a ResourceSchemas,
    pub(super) dialects: &'a mut Dialects,
    /// What the body's `schemas` names.
    pub(super) listed: &'a [String],
    /// Whether the members of a schema's object are being read, in which no other schema's stands.
    pub(super) within_schema: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(schemas: &'a ResourceSchemas, dialects: &'a mut Dialects) -> Self {
        Self { schemas, dialects, listed: &[], within_schema: false }
    }

    pub(crate) fn note(&mut self, dialect: Dialect) {
        self.dialects.note(dialect);
    }

    /// The value of an attribute or sub-attribute; `None` for what is no value.
    pub(crate) fn value(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
    ) -> Result<Option<Value>> {
        if !attribute.multi_valued {
            return self.single(attribute, value, path, Nulls::Drop);
        }
        let elements = self.list(attribute, value, path)?;
        Ok((!elements.is_empty()).then_some(Value::Array(elements)))
    }

    /// As [`Self::value`], but what takes a sub-attribute away stands in the object as null, so that a PATCH
    /// can merge it.
    pub(crate) fn change(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
    ) -> Result<Option<Value>> {
        if attribute.multi_valued {
            self.value(attribute, value, path)
        } else {
            self.single(attribute, value, path, Nulls::Keep)
        }
    }

    /// One element of a list; with `partial` as in [`Self::change`].
    pub(crate) fn element(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
        partial: bool,
    ) -> Result<Option<Value>> {
        self.single(attribute, value, path, if partial { Nulls::Keep } else { Nulls::Drop })
    }

    /// The elements of a list. `None` among what was sent, and what has nothing left but its type, is no
    /// element.
    pub(crate) fn list(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
    ) -> Result<Vec<Value>> {
        let sent = self.sent_elements(value);
        check_length(sent.len(), limit(&attribute.name), path)?;
        let mut elements = Vec::with_capacity(sent.len());
        for (index, value) in sent.into_iter().enumerate() {
            let must_name_somebody = value.is_object() && attribute.name == "members";
            match self.single(attribute, value, path, Nulls::Drop)? {
                Some(element) => elements.push(element),
                // Passed over, it would let a replacement empty the group.
                None if must_name_somebody => {
                    return Err(Error::invalid_value(format!(
                        "Element {} of {path} names nobody. Send the id of a user or group as its \"value\".",
                        index + 1
                    )));
                }
                None => {}
            }
        }
        Ok(list::normalized(elements, Some(attribute), self.dialects))
    }

    /// What stands in a list, or in its place.
    pub(crate) fn sent_elements(&mut self, value: Value) -> Vec<Value> {
        match value {
            Value::Null => Vec::new(),
            Value::Array(elements) => elements,
            Value::String(text) if text.is_empty() => {
                self.note(Dialect::EmptyText);
                Vec::new()
            }
            Value::String(text) => match json_in_text(&text) {
                Some(Value::Array(elements)) => {
                    self.note(Dialect::JsonInText);
                    elements
                }
                _ => {
                    self.note(Dialect::SingleForList);
                    vec![Value::String(text)]
                }
            },
            other => {
                self.note(Dialect::SingleForList);
                vec![other]
            }
        }
    }

    fn single(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
        nulls: Nulls,
    ) -> Result<Option<Value>> {
        let value = match value {
            Value::Null => return Ok(None),
            Value::Array(mut elements) => {
                let Some(only) = elements.pop() else { return Ok(None) };
                if !elements.is_empty() || only.is_array() {
                    elements.push(only);
                    return Err(misfit(attribute, &Value::Array(elements), path));
                }
                self.note(Dialect::OneElementArray);
                only
            }
            other => other,
        };
        match (attribute.type_, value) {
            (_, Value::Null) => Ok(None),
            (_, Value::String(text)) if text.is_empty() => {
                self.note(Dialect::EmptyText);
                Ok(None)
            }
            (AttributeType::Complex, Value::Object(map)) => self.object(attribute, map, path, nulls),
            (AttributeType::Complex, other) => self.object_in_disguise(attribute, other, path, nulls),
            (_, Value::Object(mut map)) => match map.remove("value") {
                Some(inner) if !inner.is_object() && !inner.is_array() => {
                    self.note(Dialect::ObjectForText);
                    self.single(attribute, inner, path, nulls)
                }
                Some(Value::Object(mut role)) if role.get("value").is_some_and(Value::is_string) => {
                    self.note(Dialect::ObjectForText);
                    self.single(attribute, role.remove("value").unwrap_or_default(), path, nulls)
                }
                _ => Err(misfit(attribute, &Value::Object(map), path)),
            },
            (_, simple) => self.simple(attribute, simple, path).map(Some),
        }
    }

    fn object(
        &mut self,
        attribute: &Attribute,
        map: Map<String, Value>,
        path: &dyn Display,
        nulls: Nulls,
    ) -> Result<Option<Value>> {
        let mut object = Map::new();
        let mut emptied = false;
        for (name, value) in map {
            let Some(sub) = self.sub_attribute(attribute, &name) else {
                self.note(Dialect::UnknownAttribute);
                continue;
            };
            if sub.mutability == Mutability::ReadOnly {
                continue;
            }
            if object.contains_key(sub.name.as_str()) {
                return Err(Error::invalid_syntax(format!(
                    "{path}.{} stands there twice, in different case. Send it once.",
                    sub.name
                )));
            }
            match self.value(sub, value, &format_args!("{path}.{}", sub.name))? {
                Some(value) => {
                    object.insert(sub.name.to_string(), value);
                }
                None if nulls == Nulls::Keep => {
                    object.insert(sub.name.to_string(), Value::Null);
                }
                None => emptied = true,
            }
        }
        if has_app_roles(attribute.name.as_str()) && object.get("value").and_then(app_role).is_some() {
            self.note(Dialect::AppRole);
        }
        // An object that says nothing changes nothing; only null takes a whole one away.
        let is_nothing = nulls == Nulls::Drop && (object.is_empty() || emptied && list::is_label(&object));
        Ok((!is_nothing).then_some(Value::Object(object)))
    }

    /// An object that came as text: JSON, or its `value`.
    fn object_in_disguise(
        &mut self,
        attribute: &Attribute,
        value: Value,
        path: &dyn Display,
        nulls: Nulls,
    ) -> Result<Option<Value>> {
        let text_of = attribute.sub_attribute("value").or_else(|| attribute.sub_attribute("formatted"));
        if let Some(Value::Object(map)) = value.as_str().and_then(json_in_text) {
            // An app role has members of its own, which would be lost; it is kept as sent.
            let is_whole = map.keys().all(|name| attribute.sub_attribute(name).is_some());
            if is_whole || text_of.is_none() {
                self.note(Dialect::JsonInText);
                return self.object(attribute, map, path, nulls);
            }
        }
        match text_of {
            Some(sub) if value.is_string() || value.is_number() => {
                self.note(Dialect::TextForObject);
                let map = Map::from_iter([(sub.name.to_string(), value)]);
                self.object(attribute, map, path, nulls)
            }
            _ => Err(misfit(attribute, &value, path)),
        }
    }

    fn simple(&mut self, attribute: &Attribute, value: Value, path: &dyn Display) -> Result<Value> {
        let read = match attribute.type_ {
            AttributeType::Boolean => self.boolean(&value),
            AttributeType::Integer => self.integer(&value),
            AttributeType::Decimal => self.decimal(&value),
            _ => match value {
                Value::String(text) => {
                    check_text(&text, path)?;
                    return Ok(Value::String(text));
                }
                Value::Number(_) | Value::Bool(_) => {
                    self.note(Dialect::NumberForText);
                    return Ok(Value::String(value.to_string()));
                }
                _ => None,
            },
        };
        read.ok_or_else(|| misfit(attribute, &value, path))
    }

    fn boolean(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Bool(boolean) => Some(Value::Bool(*boolean)),
            Value::String(text) => {
                let text = text.trim();
                let is = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
                let boolean = if is(["true", "1"]) { true } else { is(["false", "0"]).then_some(false)? };
                self.note(Dialect::BooleanText);
                Some(Value::Bool(boolean))
            }
            Value::Number(number) => {
                let boolean = match number.as_u64()? {
                    0 => false,
                    1 => true,
                    _ => return None,
                };
                self.note(Dialect::BooleanNumber);
                Some(Value::Bool(boolean))
            }
            _ => None,
        }
    }

    fn integer(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(value.clone()),
            Value::String(text) => {
                let number = text.trim().parse::<i64>().ok()?;
                self.note(Dialect::TextForNumber);
                Some(Value::from(number))
            }
            _ => None,
        }
    }

    fn decimal(&mut self, value: &Value) -> Option<Value> {
        match value {
            Value::Number(_) => Some(value.clone()),
            Value::String(text) => {
                let number = Number::from_f64(text.trim().parse().ok()?)?;
                self.note(Dialect::TextForNumber);
                Some(Value::Number(number))
            }
            _ => None,
        }
    }

    fn sub_attribute<'b>(&mut self, attribute: &'b Attribute, name: &str) -> Option<&'b Attribute> {
        attribute.sub_attribute(name).or_else(|| {
            let is_manager_id = attribute.name == "manager" && name.eq_ignore_ascii_case("managerId");
            is_manager_id.then(|| self.note(Dialect::ManagerId))?;
            attribute.sub_attribute("value")
        })
    }
}

/// What becomes of nothing in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// It is left out.
    Drop,
    /// It is null.
    Keep,
}

/// A value of which no schema is known: as sent, without what is empty.
///
/// # Errors
/// 400 `invalidValue` where it is nested deeper than [`json::MAX_DEPTH`], which no body is, and for text as
/// in [`check_text`]; `invalidSyntax` as in [`check_names`].
pub(crate) fn custom(value: Value, path: &dyn Display) -> Result<Option<Value>> {
    filled(value, json::MAX_DEPTH, path)
}

fn filled(value: Value, room: usize, path: &dyn Display) -> Result<Option<Value>> {
    let Some(room) = room.checked_sub(1) else {
        return Err(Error::invalid_value(format!("{path} is nested too deep. Send a flatter value.")));
    };
    Ok(match value {
        Value::Null => None,
        Value::String(text) => {
            check_text(&text, path)?;
            (!text.is_empty()).then_some(Value::String(text))
        }
        Value::Array(elements) => {
            let mut list = Vec::with_capacity(elements.len());
            for element in elements {
                list.extend(filled(element, room, path)?);
            }
            (!list.is_empty()).then_some(Value::Array(list))
        }
        Value::Object(map) => {
            check_names(&map)?;
            check_length(map.len(), MAX_ELEMENTS, path)?;
            let mut object = Map::new();
            for (name, value) in map {
                if let Some(value) = filled(value, room, path)? {
                    object.insert(name, value);
                }
            }
            (!object.is_empty()).then_some(Value::Object(object))
        }
        simple => Some(simple),
    })
}

/// Whether a text can be stored and given back.
///
/// # Errors
/// 400 `invalidValue` for U+0000, at which SQLite ends a text and which WordPress takes out of it.
pub(crate) fn check_text(text: &str, path: &dyn Display) -> Result<()> {
    if !text.contains('\0') {
        return Ok(());
    }
    Err(Error::invalid_value(format!(
        "{path} holds the character U+0000, which cannot be stored. Send the text without it."
    )))
}

/// Whether each name stands once in an object, whatever its case (RFC 7643 §2.1).
///
/// # Errors
/// 400 `invalidSyntax`.
pub(crate) fn check_names(members: &Map<String, Value>) -> Result<()> {
    let mut names = HashSet::with_capacity(members.len());
    match members.keys().find(|name| !names.insert(name.to_ascii_lowercase())) {
        None => Ok(()),
        Some(name) => {
            Err(Error::invalid_syntax(format!("{name} stands there twice, in different case. Send it once.")))
        }
    }
}

/// The inner object of a role that Entra ID sends as JSON in a string:
/// `"{\"id\":\"…\",\"value\":\"Admin\",\"displayName\":\"Admin\"}"`.
pub(crate) fn app_role(value: &Value) -> Option<Map<String, Value>> {
    match json_in_text(value.as_str()?)? {
        Value::Object(role) if role.get("value").is_some_and(Value::is_string) => Some(role),
        _ => None,
    }
}

/// How many elements a list may have.
pub(crate) fn limit(name: &str) -> usize {
    if name == "members" { MAX_MEMBERS } else { MAX_ELEMENTS }
}

/// Whether a list may have so many elements.
///
/// # Errors
/// 400 `invalidValue`.
pub(crate) fn check_length(length: usize, limit: usize, path: &dyn Display) -> Result<()> {
    if length <= limit {
        return Ok(());
    }
    Err(Error::invalid_value(format!(
        "{path} has {length} elements, but at most {limit} are accepted. Send fewer."
    )))
}

/// The error for a value that its attribute cannot take. It shows the value, unless that is a secret.
pub(crate) fn misfit(attribute: &Attribute, value: &Value, path: &dyn Display) -> Error {
    let (wanted, cure) = match attribute.type_ {
        AttributeType::Boolean => ("true or false", "true or false, without quotes"),
        AttributeType::Integer => ("a whole number", "a whole number, without quotes"),
        AttributeType::Decimal => ("a number", "a number, without quotes"),
        AttributeType::Complex => ("an object", "an object of its sub-attributes"),
        AttributeType::DateTime => ("a point in time", "one such as \"2025-01-31T12:00:00Z\""),
        AttributeType::String | AttributeType::Binary | AttributeType::Reference => ("a string", "a string"),
    };
    let each = if attribute.multi_valued { "each be" } else { "be" };
    if attribute.returned == Returned::Never {
        return Error::invalid_value(format!("{path} must {each} {wanted}. Send {cure}."));
    }
    Error::invalid_value(format!("{path} must {each} {wanted}, not {}. Send {cure}.", shown(value)))
}

/// A value as an error message shows it: JSON, cut where it grows long.
pub(crate) fn shown(value: &Value) -> String {
    const MAX_CHARACTERS: usize = 80;
    let mut text = value.to_string();
    if let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The object or array that a string of JSON holds.
pub(crate) fn json_in_text(text: &str) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| json::value(text).ok())?
}
