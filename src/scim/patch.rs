//! PATCH (RFC 7644 §3.5.2).

use super::error::Result;
use super::filter::ValueFilter;
use super::resource::{MemberReference, Resource};
use super::schema::ResourceSchemas;
use crate::dialect::Dialects;
use serde_json::{Map, Value};
use smol_str::SmolStr;

/// How many operations one request may hold.
pub const MAX_OPERATIONS: usize = 1_000;

/// A PATCH request, read.
#[derive(Debug, Clone)]
pub struct Patch {}

/// What a PATCH makes of a resource.
#[derive(Clone, PartialEq, Eq)]
pub struct Patched {
    /// The resource afterwards; equal to the one before where nothing changed.
    pub resource: Resource,
    /// A new password.
    pub password: Option<String>,
}

/// A change of a group's membership, as a set operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberOperation {
    /// These join; who is there already stays.
    Add(Vec<MemberReference>),
    /// These leave, if they are there.
    Remove(Vec<SmolStr>),
    /// All leave.
    RemoveAll,
    /// Those leave whom the filter selects.
    RemoveWhere(ValueFilter),
    /// These and nobody else are members.
    Replace(Vec<MemberReference>),
}

impl Patch {
    /// Reads a PATCH body.
    ///
    /// # Errors
    /// 400 with the `scimType` of RFC 7644 Table 9.
    pub fn parse(
        _body: Map<String, Value>,
        _schemas: &ResourceSchemas,
        _dialects: &mut Dialects,
    ) -> Result<Self> {
        todo!()
    }

    /// Applies all operations in order, or none.
    ///
    /// # Errors
    /// 400 with the `scimType` of RFC 7644 Table 9.
    pub fn apply(&self, _current: &Resource, _schemas: &ResourceSchemas) -> Result<Patched> {
        todo!()
    }

    /// Takes the operations on a group's members out, as set operations in their order.
    ///
    /// # Errors
    /// 400 for what cannot be one.
    pub fn split_members(self) -> Result<(Self, Vec<MemberOperation>)> {
        todo!()
    }

    /// Whether there is no operation (left).
    pub fn is_empty(&self) -> bool {
        todo!()
    }
}
