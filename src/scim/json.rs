//! Reads a request body: JSON with bounded depth and without duplicate keys.
//!
//! serde_json alone would keep the last of two equal keys, and what a proxy or a log then saw would differ
//! from what was done.

use super::error::{Error, Result};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// How deep arrays and objects may be nested in a body.
pub const MAX_DEPTH: usize = 64;

/// Reads a JSON object.
///
/// # Errors
/// 400 `invalidSyntax` that names line and column: not UTF-8, not JSON, nested deeper than [`MAX_DEPTH`], a
/// key twice in one object, or not an object.
pub fn object(body: &[u8]) -> Result<Map<String, Value>> {
    let text = std::str::from_utf8(body).map_err(|error| {
        Error::invalid_syntax(format!(
            "The body is not valid UTF-8: byte {} is wrong. Send JSON encoded in UTF-8.",
            error.valid_up_to() + 1
        ))
    })?;
    if text.trim().is_empty() {
        return Err(Error::invalid_syntax("The body is empty. Send a JSON object."));
    }
    match value(text)? {
        Value::Object(map) => Ok(map),
        other => {
            Err(Error::invalid_syntax(format!("The body must be a JSON object, but it is {}.", kind(&other))))
        }
    }
}

/// Reads any JSON value under the same rules.
///
/// # Errors
/// As [`object`].
pub fn value(text: &str) -> Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Nested { room: MAX_DEPTH }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| Error::invalid_syntax(format!("The body is not valid JSON: {error}.")))
}

/// What a JSON value is, in words: `a string`.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[derive(Clone, Copy)]
struct Nested {
    /// How many more levels are allowed.
    room: usize,
}

impl Nested {
    fn deeper<E: de::Error>(self) -> std::result::Result<Self, E> {
        let room = self
            .room
            .checked_sub(1)
            .ok_or_else(|| E::custom(format!("arrays and objects are nested deeper than {MAX_DEPTH}")))?;
        Ok(Self { room })
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> std::result::Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("the number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> std::result::Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(inner)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} stands twice in one object")));
            }
            map.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn refused(body: &[u8], part: &str) {
        let error = object(body).unwrap_err();
        assert_eq!(error.status(), 400);
        assert!(error.detail().contains(part), "{}", error.detail());
    }

    #[test]
    fn an_object_is_read_as_serde_json_reads_it() {
        let text = r#"{"a":[1,-2,3.5,null,true,"\u00e9"],"b":{}}"#;
        assert_eq!(
            Value::Object(object(text.as_bytes()).unwrap()),
            json!({"a":[1,-2,3.5,null,true,"é"],"b":{}})
        );
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        refused(b"", "empty");
        refused(b"[]", "it is an array");
        refused(b"{\"a\":\xff}", "byte 6");
        refused(b"{\"a\":1", "line 1 column 6");
        refused(b"{} {}", "trailing characters");
        refused(br#"{"a":1,"a":2}"#, "\"a\" stands twice");
        refused(br#"{"x":{"a":1,"b":2,"a":3}}"#, "\"a\" stands twice");
    }
}
