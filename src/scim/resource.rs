//! Resources: what a person or a group is, in canonical form.

use super::error::Result;
use super::path::{AttributePath, PatchPath};
use super::schema::{ResourceSchemas, ResourceType};
use crate::dialect::Dialects;
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::borrow::Cow;

/// A resource in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource(Map<String, Value>);

/// What a client sent in a POST or PUT.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The resource, without password.
    pub resource: Resource,
    /// The password, which belongs into no document.
    pub password: Option<String>,
}

/// A member of a group as a client names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberReference {
    /// The member's SCIM id.
    pub value: SmolStr,
    /// What it is, where the client says so.
    pub type_: Option<ResourceType>,
    /// The name the client gives it.
    pub display: Option<String>,
}

impl Resource {
    /// A resource that has nothing but its base schema.
    pub fn new(_schemas: &ResourceSchemas) -> Self {
        todo!()
    }

    /// Reads the body of a POST or PUT.
    ///
    /// # Errors
    /// 400
    pub fn from_body(
        _body: Map<String, Value>,
        _schemas: &ResourceSchemas,
        _dialects: &mut Dialects,
    ) -> Result<Received> {
        todo!()
    }

    /// A resource that was stored: canonical but perhaps for its `schemas`.
    pub fn from_document(_document: Map<String, Value>, _schemas: &ResourceSchemas) -> Self {
        todo!()
    }

    /// The attributes.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The attributes.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The value at a path; of a list's sub-attribute, that of the primary or first element.
    pub fn get(&self, _path: &AttributePath) -> Option<&Value> {
        todo!()
    }

    /// Every value at a path: of a list, those of all its elements or of those a filter selects.
    pub fn select(&self, _path: &PatchPath, _schemas: &ResourceSchemas) -> Vec<&Value> {
        todo!()
    }

    /// Puts a value at a path, creating what is missing; null, "" and [] remove. Read-only attributes too:
    /// it is for the server's own values.
    ///
    /// # Errors
    /// 400 as a PATCH `replace` would give.
    pub fn set(&mut self, _path: &PatchPath, _value: Value, _schemas: &ResourceSchemas) -> Result<()> {
        todo!()
    }

    /// Takes the value at a path away.
    pub fn remove(&mut self, _path: &PatchPath, _schemas: &ResourceSchemas) {
        todo!()
    }

    /// `userName`
    pub fn user_name(&self) -> Option<&str> {
        todo!()
    }

    /// `externalId`
    pub fn external_id(&self) -> Option<&str> {
        todo!()
    }

    /// `displayName`
    pub fn display_name(&self) -> Option<&str> {
        todo!()
    }

    /// `active`
    pub fn active(&self) -> Option<bool> {
        todo!()
    }

    /// Takes the members of a group out; `None` where it has none.
    ///
    /// # Errors
    /// 400 `invalidValue` for an element that names nobody.
    pub fn take_members(&mut self) -> Result<Vec<MemberReference>> {
        todo!()
    }

    /// The resource as role rules see it: a role whose value is JSON in a string (Entra ID) shows its inner
    /// value.
    pub fn matchable(&self) -> Cow<'_, Map<String, Value>> {
        todo!()
    }

    /// Whether a PUT of this resource leaves the immutable attributes of the current one alone.
    ///
    /// # Errors
    /// 400 `mutability` (RFC 7644 §3.5.1).
    pub fn check_replacement(&self, _current: &Self, _schemas: &ResourceSchemas) -> Result<()> {
        todo!()
    }
}
