//! PATCH: a list of operations that change one resource, all of them or none (RFC 7644 §3.5.2).
//!
//! [`Patch::parse`] does all the reading: it gives every operation one canonical path and a value of its
//! attribute's type, and turns an operation without path into one for each attribute it names.
//! [`Patch::apply`] is pure. A group's members can be [split off](Patch::split_members), so that a group of
//! 50,000 need not be loaded to add one.
//!
//! ```
//! use rollbook::dialect::Dialects;
//! use rollbook::scim::{patch::Patch, resource::Resource, schema::ResourceType};
//! use serde_json::{Value, json};
//!
//! let schemas = ResourceType::User.schemas();
//! let person = json!({ "userName": "jdoe", "active": true });
//! let person = Resource::from_document(person.as_object().cloned().unwrap_or_default(), schemas);
//! let message = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
//! let message = message.as_object().cloned().unwrap_or_default();
//! let patch = Patch::parse(message, schemas, &mut Dialects::default())?;
//! assert_eq!(patch.apply(&person, schemas)?.resource.active(), Some(false));
//! # Ok::<(), rollbook::scim::error::Error>(())
//! ```
//!
//! # What the RFC leaves open, and where IdPs go their own way
//!
//! - `replace` of an object merges: a sub-attribute that is not named stays. Null or `""` takes away.
//! - `replace` of the elements that a value filter selects replaces them whole, but keeps what the filter
//!   asks for: `emails[type eq "work"]` stays a work address.
//! - Where a value filter selects nothing, `add` creates an element, and `replace` does so sometimes (Entra
//!   ID). `remove` accepts it.
//! - At the end of the request, an element that has only its type left is removed as well.
//! - A required attribute may be removed and added again in one request (Microsoft's validator); it must be
//!   there at the end.

mod members;

pub use super::resource::Op;
pub use members::MemberOperation;

use super::error::{Error, Result, ScimType};
use super::json;
use super::message;
use super::path::{AttributePath, PatchPath};
use super::resource::{
    Assignment, Origin, Reader, Resource, Writer, check_length, is_password, limit, shown,
};
use super::schema::{Attribute, ResourceSchemas};
use crate::dialect::{Dialect, Dialects};
use serde_json::{Map, Value};
use std::fmt;

/// The schema of a PATCH message (RFC 7644 §3.5.2).
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations one request may hold.
pub const MAX_OPERATIONS: usize = 1_000;

/// How many attributes all operations of one request may name together, where an operation without path
/// names several and each element that is to be removed counts as one. Each costs a walk over a list.
pub const MAX_ASSIGNMENTS: usize = 5_000;

/// A PATCH request that was read.
#[derive(Clone, PartialEq)]
pub struct Patch {
    operations: Vec<Operation>,
    password: Option<String>,
}

/// One operation on one attribute, in canonical form.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub op: Op,
    /// To what.
    pub path: PatchPath,
    /// With what. `None` takes away; null in an object takes that sub-attribute away. With `remove`: the
    /// elements that go.
    pub value: Option<Value>,
}

impl Operation {
    /// How often carrying it out walks over a list. A group's members are [split off](Patch::split_members).
    fn walks(&self) -> usize {
        let is_about_members = self.path.attribute().is_some_and(|path| path.name == "members");
        match &self.value {
            Some(Value::Array(elements)) if self.op == Op::Remove && !is_about_members => elements.len(),
            _ => 1,
        }
    }
}

/// What a PATCH makes of a resource.
#[derive(Clone, PartialEq)]
pub struct Patched {
    /// The resource afterwards; equal to the one before where nothing changed.
    pub resource: Resource,
    /// A new password.
    pub password: Option<String>,
}

impl Patch {
    /// Reads a PATCH message.
    ///
    /// # Errors
    /// 400 with the `scimType` of RFC 7644 Table 9: `invalidSyntax` for a message that is none, `invalidPath`
    /// and `invalidFilter` for a path, `noTarget` for `remove` without path, `mutability` for the path of a
    /// read-only attribute, `invalidValue` for a value that does not fit.
    pub fn parse(
        body: Map<String, Value>,
        schemas: &ResourceSchemas,
        dialects: &mut Dialects,
    ) -> Result<Self> {
        let mut patch = Self { operations: Vec::new(), password: None };
        let mut reader = Reader::new(schemas, dialects);
        let mut named = 0;
        for (index, operation) in sent_operations(body, &mut reader)?.into_iter().enumerate() {
            let sent = Sent::read(operation, index + 1, &mut reader)?;
            let before = patch.operations.len();
            patch.push(sent, schemas, &mut reader)?;
            named += patch.operations.iter().skip(before).map(Operation::walks).sum::<usize>();
            if named > MAX_ASSIGNMENTS {
                return Err(Error::invalid_value(format!(
                    "The operations name more than {MAX_ASSIGNMENTS} attributes. Send several requests."
                )));
            }
        }
        Ok(patch)
    }

    /// Carries all operations out, in their order, or none.
    ///
    /// # Errors
    /// 400 with the `scimType` of RFC 7644 Table 9: `noTarget` for a value filter that selects nothing where
    /// something must be, `mutability` for an immutable attribute that has another value or a required one
    /// that is removed, `invalidValue` for a list or resource that grows too large.
    pub fn apply(&self, current: &Resource, schemas: &ResourceSchemas) -> Result<Patched> {
        self.apply_noting(current, schemas, &mut Dialects::default())
    }

    /// As [`Self::apply`], and notes the tolerances that show only against the resource: elements that were
    /// created because a value filter selected nothing.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn apply_noting(
        &self,
        current: &Resource,
        schemas: &ResourceSchemas,
        dialects: &mut Dialects,
    ) -> Result<Patched> {
        let mut map = current.as_map().clone();
        let mut writer = Writer::new(&mut map, schemas, dialects);
        for Operation { op, path, value } in &self.operations {
            writer.write(*op, path, value.as_ref())?;
        }
        writer.finish();
        let resource = Resource::from_document(map, schemas);
        if let Some(attribute) = resource.missing(schemas)
            && current.missing(schemas) != Some(attribute)
        {
            return Err(Error::bad_request(
                ScimType::Mutability,
                format!("{} is required and cannot be taken away. Replace it instead.", attribute.name),
            ));
        }
        resource.check_size(Some(current))?;
        Ok(Patched { resource, password: self.password.clone() })
    }

    /// The operations, in their order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.password.is_none()
    }

    fn push(&mut self, sent: Sent, schemas: &ResourceSchemas, reader: &mut Reader<'_>) -> Result<()> {
        let Sent { op, path, value } = sent;
        let mut assignments = Vec::new();
        match path {
            Some(path) if op == Op::Remove => {
                let mut removals = removals(path, value, schemas, reader)?;
                removals.retain(|operation| !is_password(&operation.path, schemas));
                self.operations.append(&mut removals);
                return Ok(());
            }
            Some(path) => {
                reader.assign(path, value.unwrap_or_default(), Origin::PatchPath, &mut assignments)?
            }
            None => {
                let Value::Object(members) = reader.unwrapped(value.unwrap_or_default()) else {
                    return Err(Error::invalid_value(format!(
                        "An operation without path needs an object of attributes as its value. \
                         Send one, or name the attribute in \"path\" ({}).",
                        schemas.base().name
                    )));
                };
                reader.assignments(members, None, Origin::PatchValue, &mut assignments)?;
            }
        }
        for assignment in assignments {
            if assignment.value.is_null() && op == Op::Replace {
                reader.note(Dialect::NullValue);
            }
            let path = assignment.path.clone();
            let value = reader.assigned(assignment, true)?;
            if !is_password(&path, schemas) {
                self.operations.push(Operation { op, path, value });
            } else if let Some(Value::String(password)) = value {
                self.password = Some(password);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Patch").field("operations", &self.operations).field("password", &password).finish()
    }
}

impl fmt::Debug for Patched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Patched").field("resource", &self.resource).field("password", &password).finish()
    }
}

/// An operation as it was sent, its path read.
struct Sent {
    op: Op,
    path: Option<PatchPath>,
    /// `None` where no value was sent at all.
    value: Option<Value>,
}

impl Sent {
    fn read(operation: Value, number: usize, reader: &mut Reader<'_>) -> Result<Self> {
        let Value::Object(members) = operation else {
            return Err(Error::invalid_syntax(format!(
                "Operation {number} must be an object, not {}. Send \"op\", \"path\" and \"value\".",
                json::kind(&operation)
            )));
        };
        let [op, path, value] = named_members(members, ["op", "path", "value"], number, reader)?;
        let op = match &op {
            Some(Value::String(name)) => op_named(name, reader),
            _ => None,
        };
        let Some(op) = op else {
            return Err(Error::invalid_syntax(format!(
                "Operation {number} has no \"op\" that is \"add\", \"replace\" or \"remove\". Send one of \
                 them."
            )));
        };
        let path = match path {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.trim().is_empty() => None,
            Some(Value::String(text)) => Some(reader.path(&text).map_err(|error| {
                let error = Error::from(error);
                let detail = format!("Operation {number}: {} (\"{text}\").", error.detail());
                Error::bad_request(error.scim_type().unwrap_or(ScimType::InvalidPath), detail)
            })?),
            Some(other) => {
                return Err(Error::bad_request(
                    ScimType::InvalidPath,
                    format!("The path of operation {number} must be a string, not {}.", json::kind(&other)),
                ));
            }
        };
        match (op, &path, &value) {
            (Op::Remove, None, _) => Err(Error::bad_request(
                ScimType::NoTarget,
                format!("Operation {number} removes without saying what. Name the attribute in \"path\"."),
            )),
            // The value filter may say it all: `add members[value eq "id"]`.
            (Op::Add, Some(PatchPath::Value(_, None)), None) | (Op::Remove, ..) | (_, _, Some(_)) => {
                Ok(Self { op, path, value })
            }
            _ => Err(Error::invalid_value(format!(
                "Operation {number} has no value. Send one, or null to take away what is there."
            ))),
        }
    }
}

fn op_named(name: &str, reader: &mut Reader<'_>) -> Option<Op> {
    let (canonical, op) = [("add", Op::Add), ("replace", Op::Replace), ("remove", Op::Remove)]
        .into_iter()
        .find(|(canonical, _)| canonical.eq_ignore_ascii_case(name.trim()))?;
    if canonical != name {
        reader.note(Dialect::OperationCase);
    }
    Some(op)
}

/// The operations of a message.
fn sent_operations(body: Map<String, Value>, reader: &mut Reader<'_>) -> Result<Vec<Value>> {
    let [schemas, operations] = named_members(body, ["schemas", "Operations"], 0, reader)?;
    if !message::Kind::Patch.is_named(schemas.as_ref())? {
        reader.note(Dialect::MissingMessageSchema);
    }
    let operations = match operations {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        _ => {
            return Err(Error::invalid_syntax(
                "A PATCH message needs \"Operations\", an array of at least one operation. Send it.",
            ));
        }
    };
    check_length(operations.len(), MAX_OPERATIONS, &"Operations")?;
    Ok(operations)
}

/// The members with these names, in any case. Others are ignored.
fn named_members<const N: usize>(
    members: Map<String, Value>,
    names: [&str; N],
    number: usize,
    reader: &mut Reader<'_>,
) -> Result<[Option<Value>; N]> {
    let mut found = [const { None }; N];
    for (name, value) in members {
        let known = names.iter().zip(&mut found).find(|(known, _)| known.eq_ignore_ascii_case(&name));
        let Some((known, slot)) = known else {
            reader.note(Dialect::ExtraMember);
            continue;
        };
        if **known != name {
            reader.note(Dialect::MemberNameCase);
        }
        if slot.replace(value).is_some() {
            let place = if number == 0 { "The message".to_owned() } else { format!("Operation {number}") };
            return Err(Error::invalid_syntax(format!(
                "{place} holds \"{known}\" twice, in different case. Send it once."
            )));
        }
    }
    Ok(found)
}

/// The operations that a `remove` comes to: none for an attribute that is ignored, several where the value of
/// a schema's URN names its attributes.
fn removals(
    path: PatchPath,
    value: Option<Value>,
    schemas: &ResourceSchemas,
    reader: &mut Reader<'_>,
) -> Result<Vec<Operation>> {
    let names_attributes = value.as_ref().and_then(Value::as_object).is_some_and(|map| !map.is_empty());
    if let PatchPath::Schema(urn) = &path
        && !names_attributes
    {
        if !schemas.extensions().any(|schema| *urn == schema.id) {
            return Err(Error::bad_request(
                ScimType::NoTarget,
                format!("{urn} cannot be removed as a whole. Name the attributes that are to go."),
            ));
        }
        return Ok(vec![Operation { op: Op::Remove, path, value: None }]);
    }
    // What may be removed is decided as for any other operation, and `members.value` is read as `members`.
    let mut assignments = Vec::new();
    reader.assign(path, value.unwrap_or_default(), Origin::PatchPath, &mut assignments)?;
    assignments.into_iter().map(|assignment| removal(assignment, schemas, reader)).collect()
}

fn removal(
    Assignment { path, value }: Assignment,
    schemas: &ResourceSchemas,
    reader: &mut Reader<'_>,
) -> Result<Operation> {
    let op = Op::Remove;
    let PatchPath::Attribute(attribute) = &path else { return Ok(Operation { op, path, value: None }) };
    let found = schemas.find(attribute).map(|found| found.attribute);
    let is_of_elements = match (found, &attribute.sub) {
        (Some(attribute), None) => attribute.multi_valued,
        (Some(_), Some(_)) => false,
        // Whether it is a list is told by what stands there. `skills.value` is about the elements themselves,
        // as `emails.value` is.
        (None, sub) => sub.as_ref().is_none_or(|sub| *sub == "value"),
    };
    if !is_of_elements || value.is_null() {
        return Ok(Operation { op, path, value: None });
    }
    let value = match found {
        Some(list) => leaving(list, value, &path, reader)?,
        None => {
            reader.note(Dialect::RemoveValues);
            let elements = reader.sent_elements(value);
            check_length(elements.len(), limit(&attribute.name), &path)?;
            elements
        }
    };
    let path = PatchPath::Attribute(AttributePath { sub: None, ..attribute.clone() });
    Ok(Operation { op, path, value: Some(Value::Array(value)) })
}

/// The elements that a `remove` with a value takes away: these and no others. Every one must be readable, so
/// that no more and no fewer are removed than the client means.
fn leaving(list: &Attribute, sent: Value, path: &PatchPath, reader: &mut Reader<'_>) -> Result<Vec<Value>> {
    reader.note(Dialect::RemoveValues);
    let unreadable = |value: &Value| {
        Error::invalid_value(format!(
            "{} is no element of {path} that could be removed. Send the elements that are to go, each with \
             its \"value\", or no value at all to remove every one.",
            shown(value)
        ))
    };
    if sent == "" {
        return Err(unreadable(&sent));
    }
    let elements = reader.sent_elements(sent);
    check_length(elements.len(), limit(&list.name), path)?;
    elements
        .into_iter()
        .map(|element| {
            let shown = element.clone();
            let read = reader.element(list, element, path, false)?.ok_or_else(|| unreadable(&shown))?;
            let names_one = match &read {
                Value::Object(map) if list.name == "members" => {
                    map.contains_key("value") || map.contains_key("$ref")
                }
                Value::Object(map) => map.keys().any(|name| name != "primary"),
                _ => true,
            };
            if names_one { Ok(read) } else { Err(unreadable(&shown)) }
        })
        .collect()
}

#[cfg(test)]
mod tests;
