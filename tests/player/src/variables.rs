//! Placeholders: `{{name}}` for what an earlier step captured, `{{$uuid}}` and `{{$random}}` for values that
//! are made up, the same ones each time a transcript is played.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What placeholders stand for while a transcript is played.
pub struct Variables {
    seed: String,
    captured: BTreeMap<String, Value>,
}

impl Variables {
    /// Nothing captured yet. The seed decides the values that are made up.
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), captured: BTreeMap::new() }
    }

    /// Captures a value under a name.
    pub fn set(&mut self, name: &str, value: Value) {
        self.captured.insert(name.to_owned(), value);
    }

    /// Fills in every string. A string that is one placeholder alone becomes the captured value itself, and
    /// `{"$merge": [a, b]}` becomes `a` with the members of `b`.
    pub fn fill(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
                Some(name) if !name.contains("}}") => self.value(name)?,
                _ => Value::String(self.fill_text(text)?),
            },
            Value::Array(list) => list.iter().map(|element| self.fill(element)).collect::<Result<_, _>>()?,
            Value::Object(map) => match map.get("$merge").and_then(Value::as_array) {
                Some(parts) => self.merged(parts)?,
                None => {
                    let filled = map.iter().map(|(key, value)| Ok((self.fill_text(key)?, self.fill(value)?)));
                    Value::Object(filled.collect::<Result<_, String>>()?)
                }
            },
            other => other.clone(),
        })
    }

    /// Fills in the placeholders of a text.
    pub fn fill_text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) =
                after.split_once("}}").ok_or_else(|| format!("{text:?} has no end of its {{{{"))?;
            filled.push_str(before);
            match self.value(name)? {
                Value::String(text) => filled.push_str(&text),
                other => filled.push_str(&other.to_string()),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<Value, String> {
        if let Some(made_up) = name.strip_prefix('$') {
            let mut hasher = DefaultHasher::new();
            (&self.seed, made_up).hash(&mut hasher);
            let number = hasher.finish();
            return match made_up.split(':').next() {
                Some("uuid") => Ok(Value::from(format!(
                    "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                    number & 0xffff_ffff,
                    number >> 48,
                    (number >> 32) & 0xfff,
                    (number >> 40) & 0xfff,
                    number.rotate_left(23) & 0xffff_ffff_ffff,
                ))),
                Some("random") => Ok(Value::from(letters(number))),
                _ => Err(format!("there is no {{{{{name}}}}}")),
            };
        }
        self.captured.get(name).cloned().ok_or_else(|| format!("no step has captured {name:?}"))
    }

    fn merged(&self, parts: &[Value]) -> Result<Value, String> {
        let mut merged = Map::new();
        for part in parts {
            match self.fill(part)? {
                Value::Object(map) => merged.extend(map),
                other => return Err(format!("$merge takes objects, not {other}")),
            }
        }
        Ok(Value::Object(merged))
    }
}

fn letters(mut number: u64) -> String {
    let mut text = String::new();
    for _ in 0..8 {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or_default()));
        number /= 26;
    }
    text
}
