//! References to resources that are yet to be created: `bulkId:qwerty` (RFC 7644 §3.7.2).
//!
//! A reference is a whole string, the end of an address (`…/Users/bulkId:qwerty`), or a quoted value within
//! the path of a PATCH operation (`members[value eq "bulkId:qwerty"]`).

use crate::scim::error::{Error, Result};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a reference begins with.
const PREFIX: &str = "bulkId:";

/// What the resources that were created are called by, and their ids.
pub(super) type Ids = BTreeMap<String, String>;

/// The bulkId that an id of a path refers to.
pub(super) fn bulk_id_of(id: &str) -> Option<&str> {
    id.strip_prefix(PREFIX)
}

/// Collects the bulkIds that a value refers to.
pub(super) fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.extend(pieces(text).into_iter().filter_map(Piece::name).map(str::to_owned))
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, into)),
        Value::Object(map) => map.values().for_each(|value| collect(value, into)),
        _ => {}
    }
}

/// Writes ids for references.
///
/// # Errors
/// 400 `invalidValue` for a reference to what was not created.
pub(super) fn resolve(data: &mut Map<String, Value>, ids: &Ids) -> Result<()> {
    data.values_mut().try_for_each(|value| resolve_value(value, ids))
}

/// The id that stands in a path.
///
/// # Errors
/// As [`resolve`].
pub(super) fn resolved_id(id: &str, ids: &Ids) -> Result<String> {
    match bulk_id_of(id) {
        Some(name) => ids.get(name).cloned().ok_or_else(|| unresolvable(name)),
        None => Ok(id.to_owned()),
    }
}

/// Parts the data of a resource into what can be said now and what refers to resources that are not there
/// yet. Of a list only the elements that do are put off.
pub(super) fn split(data: Map<String, Value>, ids: &Ids) -> (Map<String, Value>, Map<String, Value>) {
    let (mut now, mut later) = (Map::new(), Map::new());
    for (key, value) in data {
        match value {
            value if !is_open(&value, ids) => drop(now.insert(key, value)),
            Value::Array(elements) => {
                let (open, known): (Vec<Value>, Vec<Value>) =
                    elements.into_iter().partition(|element| is_open(element, ids));
                if !known.is_empty() {
                    now.insert(key.clone(), Value::Array(known));
                }
                later.insert(key, Value::Array(open));
            }
            // An extension is no value but holds some.
            Value::Object(extension) if key.contains(':') => {
                let (known, open) = split_members(extension, ids);
                now.insert(key.clone(), Value::Object(known));
                later.insert(key, Value::Object(open));
            }
            value => drop(later.insert(key, value)),
        }
    }
    (now, later)
}

fn split_members(extension: Map<String, Value>, ids: &Ids) -> (Map<String, Value>, Map<String, Value>) {
    let is_known = |(_, value): &(String, Value)| !is_open(value, ids);
    extension.into_iter().partition(is_known)
}

/// Whether a value refers to something that is not there yet.
fn is_open(value: &Value, ids: &Ids) -> bool {
    let mut names = BTreeSet::new();
    collect(value, &mut names);
    names.iter().any(|name| !ids.contains_key(name))
}

fn resolve_value(value: &mut Value, ids: &Ids) -> Result<()> {
    match value {
        Value::String(text) => {
            let pieces = pieces(text);
            if pieces.iter().any(|piece| matches!(piece, Piece::Reference(_))) {
                *text = pieces.into_iter().map(|piece| piece.resolved(ids)).collect::<Result<_>>()?;
            }
            Ok(())
        }
        Value::Array(elements) => elements.iter_mut().try_for_each(|element| resolve_value(element, ids)),
        Value::Object(map) => resolve(map, ids),
        _ => Ok(()),
    }
}

/// A stretch of a string.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    Reference(&'a str),
}

impl<'a> Piece<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Self::Reference(name) => Some(name),
            Self::Text(_) => None,
        }
    }

    fn resolved<'b>(self, ids: &'b Ids) -> Result<&'b str>
    where
        'a: 'b,
    {
        match self {
            Self::Text(text) => Ok(text),
            Self::Reference(name) => ids.get(name).map(String::as_str).ok_or_else(|| unresolvable(name)),
        }
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    if let Some(name) = text.strip_prefix(PREFIX) {
        return vec![Piece::Reference(name)];
    }
    if let Some((_, name)) = text.rsplit_once("/bulkId:")
        && let Some(address) = text.strip_suffix(name).and_then(|head| head.strip_suffix(PREFIX))
    {
        return vec![Piece::Text(address), Piece::Reference(name)];
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\"bulkId:")
        && let Some((name, behind)) = after.split_once('"')
    {
        pieces.extend([Piece::Text(before), Piece::Text("\""), Piece::Reference(name), Piece::Text("\"")]);
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn unresolvable(name: &str) -> Error {
    Error::invalid_value(format!(
        "\"bulkId:{name}\" refers to nothing that this request has created. The operation that was to create \
         it is missing or has failed."
    ))
}
