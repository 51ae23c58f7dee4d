//! How much a resource may hold.

use super::Resource;
use super::read::{MAX_ELEMENTS, check_length};
use crate::scim::error::{Error, Result};
use serde_json::{Map, Value};

/// How many bytes of names and text a resource may hold, without its photos and without what is stored
/// elsewhere: a group's members, a person's groups. A search loads each resource that it looks at as a whole.
pub const MAX_SIZE: usize = 64 * 1024;

/// How many bytes of them one attribute may hold.
pub const MAX_ATTRIBUTE_SIZE: usize = 32 * 1024;

/// How many bytes the `photos` may hold, which may be pictures themselves (`data:`, RFC 7643 §4.1.2).
pub const MAX_PHOTOS_SIZE: usize = 128 * 1024;

/// What no document holds.
const ELSEWHERE: [&str; 5] = ["schemas", "id", "meta", "members", "groups"];

impl Resource {
    /// Whether the resource is small enough to be kept. What was there before is no reason to refuse a change
    /// that does not make it larger: somebody who has grown inside WordPress can still be locked out.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub(crate) fn check_size(&self, before: Option<&Self>) -> Result<()> {
        self.check_lengths()?;
        for (urn, name, size) in self.sizes() {
            let (limit, cure) = match is_photos(urn, name) {
                true => (
                    MAX_PHOTOS_SIZE,
                    "Send the addresses of pictures instead of the pictures, or smaller ones.",
                ),
                false => (MAX_ATTRIBUTE_SIZE, "Send a shorter value."),
            };
            let was_there = || {
                before.is_some_and(|before| {
                    before.sizes().any(|(urn_before, name_before, size_before)| {
                        (urn_before, name_before) == (urn, name) && size_before >= size
                    })
                })
            };
            if size > limit && !was_there() {
                let separator = if urn.is_some() { ":" } else { "" };
                return Err(Error::invalid_value(format!(
                    "{}{separator}{name} would hold {size} bytes, but at most {limit} are kept. {cure}",
                    urn.unwrap_or_default()
                )));
            }
        }
        let total = |resource: &Self| -> usize {
            let counted = resource.sizes().filter(|(urn, name, _)| !is_photos(*urn, name));
            counted.map(|(_, name, size)| name.len() + size).sum()
        };
        let size = total(self);
        if size <= MAX_SIZE || before.is_some_and(|before| total(before) >= size) {
            return Ok(());
        }
        Err(Error::invalid_value(format!(
            "The resource would hold {size} bytes, but at most {MAX_SIZE} are kept, photos not counted. \
             Leave out what is not needed here, or remove something first."
        )))
    }

    /// The bytes of names and text that each attribute holds, with the URN of its extension.
    fn sizes(&self) -> impl Iterator<Item = (Option<&str>, &str, usize)> {
        let kept = self.0.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()));
        kept.flat_map(|(name, value)| {
            let members = value.as_object().filter(|_| name.contains(':'));
            let within = members.into_iter().flatten();
            let within = within.map(move |(member, value)| (Some(name.as_str()), member.as_str(), value));
            let whole = members.is_none().then_some((None, name.as_str(), value));
            within.chain(whole)
        })
        .map(|(urn, name, value)| (urn, name, size(value)))
    }

    /// Whether the resource, and each extension of it, has no more attributes than an object may have
    /// members.
    ///
    /// # Errors
    /// 400 `invalidValue`.
    pub(super) fn check_lengths(&self) -> Result<()> {
        check_length(self.0.len(), MAX_ELEMENTS, &"The resource")?;
        self.0.iter().try_for_each(|(name, value)| {
            check_length(value.as_object().map_or(0, Map::len), MAX_ELEMENTS, name)
        })
    }
}

/// The bytes of names and text in a document.
pub(crate) fn bytes_of(document: &Map<String, Value>) -> usize {
    document.iter().map(|(name, value)| name.len() + size(value)).sum()
}

fn is_photos(urn: Option<&str>, name: &str) -> bool {
    urn.is_none() && name == "photos"
}

/// The bytes of names and text in a value. The recursion is as deep as the JSON that was read.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}
