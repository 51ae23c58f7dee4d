//! The operations on a group's members as operations on a set. Most need no members to be loaded.

use super::{Op, Operation, Patch};
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::filter::{Comparison, Filter, Literal, Operator, ValueFilter};
use crate::scim::path::PatchPath;
use crate::scim::resource::MemberReference;
use serde_json::Value;
use smol_str::SmolStr;

/// A change of a group's membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberOperation {
    /// These join; those that are members already stay.
    Add(Vec<MemberReference>),
    /// These leave, if they are members.
    Remove(Vec<SmolStr>),
    /// All leave.
    RemoveAll,
    /// The members that the filter selects leave.
    RemoveWhere(ValueFilter),
    /// These are the members, and nobody else.
    Replace(Vec<MemberReference>),
}

impl MemberOperation {
    /// Whether all members must be known to carry it out.
    pub fn needs_members(&self) -> bool {
        matches!(self, Self::RemoveAll | Self::RemoveWhere(_) | Self::Replace(_))
    }
}

impl Patch {
    /// Takes the operations on a group's members out, in their order, and leaves the others.
    ///
    /// # Errors
    /// 400 `invalidValue` for an element that names nobody, `mutability` for a change of what a membership
    /// consists of (RFC 7643 §4.2 makes it immutable), `noTarget` for an `add` to a value filter that does
    /// not say who is meant.
    pub fn split_members(mut self) -> Result<(Self, Vec<MemberOperation>)> {
        let mut members = Vec::new();
        let mut others = Vec::with_capacity(self.operations.len());
        for operation in self.operations {
            let is_about_members =
                operation.path.attribute().is_some_and(|path| path.urn.is_none() && path.name == "members");
            if is_about_members {
                members.extend(on_members(operation)?);
            } else {
                others.push(operation);
            }
        }
        self.operations = others;
        Ok((self, members))
    }
}

fn on_members(Operation { op, path, value }: Operation) -> Result<Option<MemberOperation>> {
    match &path {
        PatchPath::Value(target, None) => on_selected(op, &path, &target.filter, value),
        PatchPath::Value(target, Some(sub)) if op == Op::Remove && *sub == "value" => {
            Ok(Some(selected(&target.filter)))
        }
        PatchPath::Attribute(attribute) if attribute.sub.is_none() => {
            let elements = match value {
                None => None,
                Some(Value::Array(elements)) => Some(elements),
                Some(single) => Some(vec![single]),
            };
            let members = elements.as_deref().map(MemberReference::read_all).transpose()?;
            Ok(match (op, members) {
                (Op::Add, None) => None,
                (Op::Add, Some(members)) => Some(MemberOperation::Add(members)),
                (Op::Replace, members) => Some(MemberOperation::Replace(members.unwrap_or_default())),
                (Op::Remove, None) => Some(MemberOperation::RemoveAll),
                (Op::Remove, Some(members)) => {
                    Some(MemberOperation::Remove(members.into_iter().map(|member| member.value).collect()))
                }
            })
        }
        _ => Err(unchangeable(&path)),
    }
}

fn on_selected(
    op: Op,
    path: &PatchPath,
    filter: &ValueFilter,
    value: Option<Value>,
) -> Result<Option<MemberOperation>> {
    if op == Op::Remove || op == Op::Replace && value.is_none() {
        return Ok(Some(selected(filter)));
    }
    let ids = ids(filter.filter()).unwrap_or_default();
    let [id] = ids.as_slice() else {
        return Err(Error::bad_request(
            ScimType::NoTarget,
            format!(
                "{path} does not say who is meant. Send {{\"op\": \"add\", \"path\": \"members\"}} and a \
                 value."
            ),
        ));
    };
    let mut element = match value {
        Some(Value::Object(map)) => map,
        Some(Value::String(text)) => serde_json::Map::from_iter([("value".to_owned(), Value::String(text))]),
        _ => serde_json::Map::new(),
    };
    element.retain(|_, value| !value.is_null());
    let named = element.entry("value").or_insert_with(|| Value::from(id.as_str()));
    if *named != id.as_str() {
        return Err(unchangeable(path));
    }
    Ok(Some(MemberOperation::Add(MemberReference::read_all(&[Value::Object(element)])?)))
}

/// The removal of the members that a value filter selects: by their ids, where the filter only lists ids.
fn selected(filter: &ValueFilter) -> MemberOperation {
    match ids(filter.filter()) {
        Some(ids) => MemberOperation::Remove(ids),
        None => MemberOperation::RemoveWhere(filter.clone()),
    }
}

/// The ids in `value eq "a"` and `value eq "a" or value eq "b"`.
fn ids(filter: &Filter) -> Option<Vec<SmolStr>> {
    match filter {
        Filter::Or(operands) => {
            let ids: Option<Vec<_>> = operands.iter().map(ids).collect();
            Some(ids?.into_iter().flatten().collect())
        }
        Filter::Compare(Comparison { path, operator: Operator::Equal, value }) => {
            let is_value = path.urn.is_none() && path.name == "value" && path.sub.is_none();
            match value {
                _ if !is_value => None,
                Literal::String(id) => Some(vec![id.clone()]),
                Literal::Number(id) => Some(vec![SmolStr::new(id.as_str())]),
                Literal::Boolean(_) | Literal::Null => None,
            }
        }
        _ => None,
    }
}

fn unchangeable(path: &PatchPath) -> Error {
    Error::bad_request(
        ScimType::Mutability,
        format!("{path} cannot be changed. Remove the member and add another one."),
    )
}
