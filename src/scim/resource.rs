//! Resources: a person or a group as JSON, in canonical form.
//!
//! Canonical means: attributes and sub-attributes have the names that the schemas give them, those of an
//! extension stand in an object under its full URN, every value is of its attribute's type, nothing is null
//! or empty, and `schemas` names the base schema and the URNs under which something stands. Otherwise a
//! resource is what the client sent, in its order: an IdP that compares finds nothing to do.
//!
//! ```
//! use rollbook::dialect::{Dialect, Dialects};
//! use rollbook::scim::{resource::Resource, schema::ResourceType};
//! use serde_json::json;
//!
//! let body = json!({ "UserName": "jdoe", "active": "True", "emails": "jdoe@example.com", "id": "mine" });
//! let mut dialects = Dialects::default();
//! let received = Resource::from_body(
//!     body.as_object().cloned().unwrap_or_default(),
//!     ResourceType::User.schemas(),
//!     &mut dialects,
//! )?;
//! assert_eq!(
//!     serde_json::Value::Object(received.resource.into_map()),
//!     json!({
//!         "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
//!         "userName": "jdoe", "active": true, "emails": [{ "value": "jdoe@example.com" }]
//!     })
//! );
//! assert!(dialects.contains(Dialect::BooleanText));
//! # Ok::<(), rollbook::scim::error::Error>(())
//! ```

mod diff;
mod elements;
mod list;
mod member;
mod merge;
mod names;
mod paths;
mod place;
mod read;
mod received;
mod size;
mod work;
mod write;

pub use diff::changes;
pub use member::MemberReference;
pub use paths::MAX_PATHS;
pub use read::{MAX_ELEMENTS, MAX_MEMBERS};
pub use received::Received;
pub use size::{MAX_ATTRIBUTE_SIZE, MAX_PHOTOS_SIZE, MAX_SIZE};
pub use work::MAX_COMPARED;
pub use write::Op;

pub(crate) use list::preferred;
pub(crate) use names::{Assignment, Origin};
pub(crate) use read::{Reader, check_length, limit, shown};
pub(crate) use size::bytes_of;
pub(crate) use work::Work;
pub(crate) use write::Writer;

use super::error::Result;
use super::path::{AttributePath, PatchPath};
use super::schema::{Attribute, Mutability, ResourceSchemas, Schema};
use crate::dialect::Dialects;
use merge::check_immutable;
use place::{Place, value_of};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A resource in canonical form. Two are equal whatever the order of their attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource(Map<String, Value>);

impl Resource {
    /// A resource that has nothing but its base schema.
    pub fn new(schemas: &ResourceSchemas) -> Self {
        Self::from_document(Map::new(), schemas)
    }

    /// A resource that was stored: canonical, but perhaps for its `schemas`, which are worked out.
    pub fn from_document(document: Map<String, Value>, schemas: &ResourceSchemas) -> Self {
        let mut resource = Self(document);
        resource.work_out_schemas(schemas);
        resource
    }

    /// Puts one of the server's own values at a path, creating what is missing on the way: the elements that
    /// a value filter asks for as well. Null, the empty string and the empty list take away.
    ///
    /// Read-only attributes such as `id` and `meta` are set as they are given.
    ///
    /// # Errors
    /// 400 `invalidValue` for a value that the attribute cannot take, `noTarget` for a value filter from
    /// which no element can be made.
    pub fn set(&mut self, path: &PatchPath, value: Value, schemas: &ResourceSchemas) -> Result<()> {
        let mut dialects = Dialects::default();
        let found = path.attribute().and_then(|path| schemas.find(path));
        let is_managed_here = found.is_some_and(|found| found.attribute.mutability == Mutability::ReadOnly);
        let value = if is_managed_here {
            Some(value).filter(|value| !value.is_null())
        } else {
            let assignment = Assignment { path: path.clone(), value };
            Reader::new(schemas, &mut dialects).assigned(assignment, false)?
        };
        let op = match (&value, path.filter()) {
            (Some(_), Some(_)) => Op::Add,
            _ => Op::Replace,
        };
        self.write(op, path, value.as_ref(), schemas, &mut dialects)
    }

    /// Takes away what stands at a path.
    pub fn remove(&mut self, path: &PatchPath, schemas: &ResourceSchemas) {
        // The only errors of a removal are about immutable values, which then stay.
        let _ = self.write(Op::Remove, path, None, schemas, &mut Dialects::default());
    }

    /// Takes the members of a group out: they are stored apart from the resource. Each is named once.
    ///
    /// # Errors
    /// 400 `invalidValue` for an element that names nobody.
    pub fn take_members(&mut self) -> Result<Vec<MemberReference>> {
        match self.0.shift_remove("members") {
            Some(Value::Array(elements)) => MemberReference::read_all(&elements),
            _ => Ok(Vec::new()),
        }
    }

    /// Gives a group its members, as the server describes them; `display` is its own to say (RFC 7643 §2.4).
    pub fn set_members(&mut self, members: Vec<Value>) {
        if members.is_empty() {
            self.0.shift_remove("members");
        } else {
            self.0.insert("members".to_owned(), Value::Array(members));
        }
    }

    /// The attributes.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The attributes.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The value at a path that [is canonical](ResourceSchemas::canonical); of a list's sub-attribute that of
    /// the primary element, or of the first.
    pub fn get(&self, path: &AttributePath) -> Option<&Value> {
        let container = match &path.urn {
            Some(urn) => value_of(&self.0, urn)?.as_object()?,
            None => &self.0,
        };
        let value = value_of(container, &path.name)?;
        let Some(sub) = &path.sub else { return Some(value) };
        let object = match value {
            Value::Array(elements) => elements.get(list::preferred(elements)?)?,
            single => single,
        };
        value_of(object.as_object()?, sub)
    }

    /// Every value at a path: each element of a list, or of those a value filter selects.
    pub fn select(&self, path: &PatchPath, schemas: &ResourceSchemas) -> Vec<&Value> {
        let Some(attribute) = path.attribute() else { return Vec::new() };
        let Some(place) = Place::of(attribute, schemas) else { return Vec::new() };
        let Some(value) = place.get(&self.0) else { return Vec::new() };
        let elements = match value {
            Value::Array(elements) => elements.as_slice(),
            single => std::slice::from_ref(single),
        };
        let selected = elements.iter().filter(|element| {
            path.filter().is_none_or(|filter| filter.matches_element(element, place.attribute))
        });
        match path.sub_attribute() {
            None => selected.collect(),
            Some(sub) => selected.filter_map(|element| value_of(element.as_object()?, sub)).collect(),
        }
    }

    /// `userName` of a person.
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// `externalId`: the id at the client.
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// `displayName`.
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    /// `active` of a person.
    pub fn active(&self) -> Option<bool> {
        self.0.get("active")?.as_bool()
    }

    /// The URNs in `schemas`, the base schema's first.
    pub fn schemas(&self) -> impl Iterator<Item = &str> {
        self.0.get("schemas").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// The resource as filters see it, those of searches and of role rules.
    ///
    /// Entra ID sends the roles of an application as JSON in a string, and expects the same back: `{"value":
    /// "{\"id\":\"…\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}"}`. Yet a filter's `roles.value
    /// eq "Admin"` means the inner value. Here each such element holds the inner `value`, and the inner
    /// `displayName` where it has no `display` of its own.
    pub fn matchable(&self) -> Cow<'_, Self> {
        let has_role = |(name, value): (&String, &Value)| {
            let mut elements = value.as_array().into_iter().flatten();
            elements.any(|element| matches!(matchable(name, element), Cow::Owned(_)))
        };
        if !self.0.iter().any(has_role) {
            return Cow::Borrowed(self);
        }
        let mut map = self.0.clone();
        for (name, value) in &mut map {
            for element in value.as_array_mut().into_iter().flatten() {
                if let Cow::Owned(seen) = matchable(name, element) {
                    *element = seen;
                }
            }
        }
        Cow::Owned(Self(map))
    }

    /// Whether a PUT may put this resource in the place of the current one: immutable attributes stay as they
    /// are.
    ///
    /// # Errors
    /// 400 `mutability` (RFC 7644 §3.5.1), `invalidValue` for more than is kept.
    pub fn check_replacement(&self, current: &Self, schemas: &ResourceSchemas) -> Result<()> {
        self.check_size(Some(current))?;
        let check = |attribute: &Attribute, extension: Option<&Schema>| {
            let place = |resource: &'_ Self| match extension {
                Some(schema) => resource.0.get(schema.id.as_str())?.get(attribute.name.as_str()).cloned(),
                None => resource.0.get(attribute.name.as_str()).cloned(),
            };
            check_immutable(attribute, place(current).as_ref(), place(self).as_ref(), &attribute.name)
        };
        schemas.base().attributes.iter().try_for_each(|attribute| check(attribute, None))?;
        schemas
            .extensions()
            .try_for_each(|schema| schema.attributes.iter().try_for_each(|found| check(found, Some(schema))))
    }

    /// The first required attribute that the resource has not, of its base schema and of the extensions that
    /// it has (RFC 7643 §2.2, §3.3).
    pub(crate) fn missing<'s>(&self, schemas: &'s ResourceSchemas) -> Option<&'s Attribute> {
        let missing = |schema: &'s Schema, map: &Map<String, Value>| {
            schema
                .attributes
                .iter()
                .find(|attribute| attribute.required && !map.contains_key(attribute.name.as_str()))
        };
        missing(schemas.base(), &self.0).or_else(|| {
            schemas
                .extensions()
                .find_map(|schema| missing(schema, self.0.get(schema.id.as_str())?.as_object()?))
        })
    }

    pub(crate) fn work_out_schemas(&mut self, schemas: &ResourceSchemas) {
        let known = schemas.extensions().map(|schema| schema.id.as_str());
        let mut urns = vec![schemas.base().id.as_str()];
        urns.extend(known.filter(|urn| self.0.contains_key(*urn)));
        let is_known = |name: &str| schemas.extensions().any(|schema| schema.id.as_str() == name);
        let others = urns.len();
        urns.extend(self.0.keys().map(String::as_str).filter(|name| name.contains(':') && !is_known(name)));
        if let Some(others) = urns.get_mut(others..) {
            others.sort_unstable();
        }
        if self.schemas().eq(urns.iter().copied()) {
            return;
        }
        let urns: Value = urns.into_iter().map(Value::from).collect();
        match self.0.get_mut("schemas") {
            Some(present) => *present = urns,
            None => {
                self.0.shift_insert(0, "schemas".to_owned(), urns);
            }
        }
    }

    fn write(
        &mut self,
        op: Op,
        path: &PatchPath,
        value: Option<&Value>,
        schemas: &ResourceSchemas,
        dialects: &mut Dialects,
    ) -> Result<()> {
        let mut writer = Writer::new(&mut self.0, schemas, dialects);
        writer.write(op, path, value)?;
        writer.finish();
        self.work_out_schemas(schemas);
        Ok(())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

/// Whether the attribute is one that Entra ID sends application roles in. Elsewhere JSON in a text is a text.
pub(crate) fn has_app_roles(attribute: &str) -> bool {
    matches!(attribute, "roles" | "entitlements")
}

/// An element of a list as filters see it: see [`Resource::matchable`].
pub(crate) fn matchable<'a>(attribute: &str, element: &'a Value) -> Cow<'a, Value> {
    if !has_app_roles(attribute) {
        return Cow::Borrowed(element);
    }
    // Looking at every member costs less than looking one up, and nearly no element is a role.
    let is_json = |value: &Value| value.as_str().is_some_and(|text| text.trim_start().starts_with('{'));
    let map = element.as_object().filter(|map| map.values().any(is_json));
    let role = map.and_then(|map| Some((map, read::app_role(map.get("value")?)?)));
    let Some((map, mut role)) = role else { return Cow::Borrowed(element) };
    let mut seen = map.clone();
    if let Some(name) = role.remove("displayName").filter(Value::is_string) {
        seen.entry("display").or_insert(name);
    }
    seen.extend(role.remove("value").map(|value| ("value".to_owned(), value)));
    Cow::Owned(Value::Object(seen))
}

/// Whether the path is that of the one attribute that is handed over apart from the resource.
pub(crate) fn is_password(path: &PatchPath, schemas: &ResourceSchemas) -> bool {
    let Some(found) = path.attribute().and_then(|path| schemas.find(path)) else { return false };
    found.extension.is_none()
        && found.attribute.name == "password"
        && found.attribute.mutability == Mutability::WriteOnly
}

#[cfg(test)]
mod tests;
