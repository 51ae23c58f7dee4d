//! Members of a group, as a client names them (RFC 7643 §4.2).

use super::shown;
use crate::scim::error::{Error, Result};
use crate::scim::schema::ResourceType;
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::HashSet;

/// A member of a group as a client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReference {
    /// The member's SCIM id.
    pub value: SmolStr,
    /// What it is, where the client says so; Okta does not.
    pub type_: Option<ResourceType>,
}

impl MemberReference {
    /// Reads the elements of a list of members in canonical form; of those with the same `value` the first.
    ///
    /// # Errors
    /// 400 `invalidValue` for an element with neither `value` nor `$ref`.
    pub(crate) fn read_all(elements: &[Value]) -> Result<Vec<Self>> {
        let mut seen = HashSet::with_capacity(elements.len());
        let mut members = Vec::with_capacity(elements.len());
        for element in elements {
            let member = Self::read(element)?;
            if seen.insert(member.value.clone()) {
                members.push(member);
            }
        }
        Ok(members)
    }

    /// Reads one element. `$ref` says who it is where `value` does not, and what it is where `type` does not.
    fn read(element: &Value) -> Result<Self> {
        let text = |name: &str| element.get(name).and_then(Value::as_str);
        let reference = text("$ref").and_then(Reference::parse);
        let Some(value) = text("value").or_else(|| reference.as_ref().map(|reference| reference.id)) else {
            return Err(Error::invalid_value(format!(
                "members holds {}, which names nobody. Send the id of a user or group as its \"value\".",
                shown(element)
            )));
        };
        let type_ = text("type").and_then(|name| {
            ResourceType::ALL.into_iter().find(|type_| type_.name().eq_ignore_ascii_case(name))
        });
        Ok(Self {
            value: SmolStr::new(value),
            type_: type_.or_else(|| reference.and_then(|reference| reference.type_)),
        })
    }
}

/// The end of a resource's address: `…/Groups/2819c223`.
struct Reference<'a> {
    type_: Option<ResourceType>,
    id: &'a str,
}

impl<'a> Reference<'a> {
    fn parse(address: &'a str) -> Option<Self> {
        let (rest, id) = address.trim_end_matches('/').rsplit_once('/')?;
        let endpoint = |type_: &ResourceType| rest.ends_with(type_.endpoint());
        (!id.is_empty()).then(|| Self { type_: ResourceType::ALL.into_iter().find(endpoint), id })
    }
}
