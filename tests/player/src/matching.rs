//! Compares what is with what is expected, where only the listed keys count.

use regex::Regex;
use serde_json::{Map, Value};
use std::fmt;

const MATCHERS: [&str; 8] =
    ["$present", "$absent", "$nonempty", "$type", "$matches", "$length", "$unordered", "$contains"];

/// Everything that is not as expected.
#[derive(Debug, Default)]
pub struct Differences(Vec<String>);

impl Differences {
    /// Whether all is as expected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a difference at this place unless something holds.
    pub fn require(&mut self, holds: bool, place: &str, expected: &str, found: &str) {
        if !holds {
            self.0.push(format!("{place}: expected {expected}, found {found}"));
        }
    }

    /// Compares a value, its members or a matcher with what is there.
    pub fn compare(&mut self, place: &str, expected: &Value, found: Option<&Value>) {
        match expected {
            Value::Object(map) if is_matcher(map) => {
                for (matcher, argument) in map {
                    self.matcher(place, matcher, argument, found);
                }
            }
            Value::Object(map) => match found {
                Some(Value::Object(object)) => {
                    for (key, expected) in map {
                        self.compare(&format!("{place}/{key}"), expected, object.get(key));
                    }
                }
                _ => self.differ(place, &expected.to_string(), found),
            },
            Value::Array(list) => match found {
                Some(Value::Array(elements)) if list.len() == elements.len() => {
                    for (index, (expected, found)) in list.iter().zip(elements).enumerate() {
                        self.compare(&format!("{place}/{index}"), expected, Some(found));
                    }
                }
                _ => self.differ(place, &expected.to_string(), found),
            },
            _ if found == Some(expected) => {}
            _ => self.differ(place, &expected.to_string(), found),
        }
    }

    fn matcher(&mut self, place: &str, matcher: &str, argument: &Value, found: Option<&Value>) {
        let holds = match matcher {
            "$present" => found.is_some_and(|found| !found.is_null()) == (argument != false),
            "$absent" => found.is_none() == (argument != false),
            "$nonempty" => found.is_some_and(|found| !is_empty(found)) == (argument != false),
            "$type" => found.is_some_and(|found| type_of(found) == argument),
            "$matches" => match (found, Regex::new(argument.as_str().unwrap_or_default())) {
                (Some(Value::String(text)), Ok(pattern)) => pattern.is_match(text),
                _ => false,
            },
            "$length" => found.and_then(Value::as_array).is_some_and(|list| list.len() as u64 == *argument),
            "$unordered" => match (argument, found) {
                (Value::Array(expected), Some(Value::Array(list))) => {
                    expected.len() == list.len() && all_there(expected, list)
                }
                _ => false,
            },
            _ => match (argument, found) {
                (Value::String(part), Some(Value::String(text))) => text.contains(part),
                (Value::Array(expected), Some(Value::Array(list))) => all_there(expected, list),
                (one, Some(Value::Array(list))) => all_there(std::slice::from_ref(one), list),
                _ => false,
            },
        };
        if !holds {
            self.differ(place, &format!("{{{matcher:?}: {argument}}}"), found);
        }
    }

    fn differ(&mut self, place: &str, expected: &str, found: Option<&Value>) {
        let place = if place.is_empty() { "the body" } else { place };
        let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
        self.0.push(format!("{place}: expected {expected}, found {found}"));
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|difference| writeln!(f, "  - {difference}"))
    }
}

/// Whether all that was sent comes back, as an IdP sees it that compares attribute by attribute: `"True"` is
/// true, null and empty are nothing, a bare string stands for `value`, and lists have no order.
pub fn returned(sent: &Value, found: Option<&Value>, place: &str, differences: &mut Differences) {
    match (sent, found) {
        (sent, None) if is_empty(sent) => {}
        (Value::Object(sent), Some(Value::Object(found))) => {
            for (key, value) in sent {
                let known =
                    found.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value);
                returned(value, known, &format!("{place}/{key}"), differences);
            }
        }
        (Value::Array(sent), Some(Value::Array(list))) => {
            for (index, element) in sent.iter().enumerate() {
                let is_there = list.iter().any(|found| {
                    let mut trial = Differences::default();
                    returned(element, Some(found), "", &mut trial);
                    trial.is_empty()
                });
                if !is_there {
                    differences.differ(&format!("{place}/{index}"), &element.to_string(), found);
                }
            }
        }
        (Value::String(text), Some(Value::Bool(flag))) if text.eq_ignore_ascii_case(&flag.to_string()) => {}
        (Value::String(_), Some(Value::Object(object))) if object.get("value") == Some(sent) => {}
        (sent, Some(found)) if sent == found => {}
        _ => differences.differ(place, &sent.to_string(), found),
    }
}

fn is_matcher(map: &Map<String, Value>) -> bool {
    !map.is_empty() && map.keys().all(|key| MATCHERS.contains(&key.as_str()))
}

fn all_there(expected: &[Value], list: &[Value]) -> bool {
    let mut left: Vec<&Value> = list.iter().collect();
    expected.iter().all(|expected| {
        let place = left.iter().position(|found| {
            let mut trial = Differences::default();
            trial.compare("", expected, Some(found));
            trial.is_empty()
        });
        place.map(|place| left.remove(place)).is_some()
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
