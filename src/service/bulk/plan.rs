//! A bulk request, read: which operations there are and which wait for which.

use super::MAX_OPERATIONS;
use super::references::{bulk_id_of, collect};
use crate::scim::error::{Error, Result};
use crate::scim::json::kind;
use crate::scim::message;
use crate::scim::schema::ResourceType;
use crate::service::{Endpoint, allow};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

/// Everything that a request asks for.
pub(super) struct Plan {
    pub(super) operations: Vec<Operation>,
    /// After how many errors nothing further is done.
    pub(super) fail_on_errors: Option<usize>,
    /// For each operation, those that create what it refers to.
    pub(super) needs: Vec<Vec<usize>>,
    /// For each operation, those that refer to what it creates.
    pub(super) dependents: Vec<Vec<usize>>,
}

/// One operation.
pub(super) struct Operation {
    pub(super) method: Option<String>,
    pub(super) bulk_id: Option<String>,
    /// What to do, or why it cannot be done.
    pub(super) todo: Result<Todo>,
}

/// What an operation does.
pub(super) struct Todo {
    pub(super) action: Action,
    pub(super) resource_type: ResourceType,
    /// The resource; none where one is created.
    pub(super) id: Option<String>,
    pub(super) data: Map<String, Value>,
    pub(super) version: Option<String>,
}

/// What an operation's method stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Replace,
    Patch,
    Delete,
}

impl Plan {
    /// Reads a request (RFC 7644 §3.7). Names are compared without regard to case.
    ///
    /// # Errors
    /// 400 where it is no bulk request, 413 where it holds more than [`MAX_OPERATIONS`] (§3.7.4). What is
    /// wrong with a single operation is that operation's error.
    pub(super) fn read(mut body: Map<String, Value>, base: &str) -> Result<Self> {
        message::Kind::Bulk.check(&body)?;
        let fail_on_errors = match take(&mut body, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(value) => match value.as_u64() {
                // No error is accepted by 0 just as by 1: the first one ends the request.
                Some(count) => Some(usize::try_from(count).unwrap_or(usize::MAX).max(1)),
                None => {
                    return Err(Error::invalid_value(format!(
                        "failOnErrors must be a whole number of errors, not {value}."
                    )));
                }
            },
        };
        let operations = match take(&mut body, "Operations") {
            Some(Value::Array(operations)) => operations,
            Some(other) => {
                return Err(Error::invalid_syntax(format!(
                    "Operations must be an array of operations, but it is {}.",
                    kind(&other)
                )));
            }
            None => {
                return Err(Error::invalid_syntax(
                    "A bulk request holds its operations under \"Operations\".",
                ));
            }
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(Error::new(
                413,
                format!(
                    "The request holds {} operations; maxOperations is {MAX_OPERATIONS}. Split it.",
                    operations.len()
                ),
            ));
        }
        let operations: Vec<Operation> =
            operations.into_iter().map(|value| Operation::read(value, base)).collect();
        Ok(Self::of(operations, fail_on_errors))
    }

    fn of(mut operations: Vec<Operation>, fail_on_errors: Option<usize>) -> Self {
        let mut makers: BTreeMap<String, usize> = BTreeMap::new();
        for (index, operation) in operations.iter_mut().enumerate() {
            let Ok(Todo { action: Action::Create, .. }) = operation.todo else { continue };
            let Some(name) = operation.bulk_id.clone() else { continue };
            match makers.entry(name) {
                Entry::Vacant(place) => drop(place.insert(index)),
                Entry::Occupied(place) => {
                    operation.todo = Err(Error::invalid_value(format!(
                        "The bulkId {:?} stands at an earlier operation already; each is used once in a \
                         request.",
                        place.key()
                    )));
                }
            }
        }
        let mut needs = Vec::with_capacity(operations.len());
        let mut dependents = vec![Vec::new(); operations.len()];
        for (index, operation) in operations.iter().enumerate() {
            // A name that nobody makes holds nothing up; the operation will fail by itself.
            let needed: Vec<usize> =
                operation.references().iter().filter_map(|name| makers.get(name).copied()).collect();
            for maker in &needed {
                if let Some(dependents) = dependents.get_mut(*maker) {
                    dependents.push(index);
                }
            }
            needs.push(needed);
        }
        Self { operations, fail_on_errors, needs, dependents }
    }

    /// The bulkId of what an operation creates.
    pub(super) fn created_by(&self, operation: usize) -> Option<&str> {
        let operation = self.operations.get(operation)?;
        let is_creation = operation.todo.as_ref().is_ok_and(|todo| todo.action == Action::Create);
        operation.bulk_id.as_deref().filter(|_| is_creation)
    }

    /// What an operation is about, where it can be told.
    pub(super) fn resource_type(&self, operation: usize) -> Option<ResourceType> {
        let todo = self.operations.get(operation)?.todo.as_ref().ok()?;
        Some(todo.resource_type)
    }
}

impl Operation {
    fn read(value: Value, base: &str) -> Self {
        let Value::Object(mut map) = value else {
            let error =
                Error::invalid_syntax(format!("An operation must be an object, but it is {}.", kind(&value)));
            return Self { method: None, bulk_id: None, todo: Err(error) };
        };
        let method = text(&mut map, "method").map(|method| method.map(|name| name.to_ascii_uppercase()));
        let bulk_id = text(&mut map, "bulkId");
        Self {
            method: method.clone().unwrap_or_default(),
            bulk_id: bulk_id.clone().unwrap_or_default(),
            todo: method.and_then(|method| Todo::read(method, bulk_id?.as_deref(), map, base)),
        }
    }

    /// The names of the resources that it refers to.
    fn references(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if let Ok(todo) = &self.todo {
            todo.data.values().for_each(|value| collect(value, &mut names));
            names.extend(todo.id.as_deref().and_then(bulk_id_of).map(str::to_owned));
        }
        names
    }
}

impl Todo {
    fn read(
        method: Option<String>,
        bulk_id: Option<&str>,
        mut map: Map<String, Value>,
        base: &str,
    ) -> Result<Self> {
        let action = match method.as_deref() {
            Some("POST") => Action::Create,
            Some("PUT") => Action::Replace,
            Some("PATCH") => Action::Patch,
            Some("DELETE") => Action::Delete,
            Some(other) => {
                return Err(Error::new(
                    405,
                    format!(
                        "{other} is not possible in a bulk request. Possible are: POST, PUT, PATCH, DELETE."
                    ),
                ));
            }
            None => return Err(Error::invalid_syntax("The operation has no method.")),
        };
        let path =
            text(&mut map, "path")?.ok_or_else(|| Error::invalid_syntax("The operation has no path."))?;
        let (resource_type, id) = target(action, &path, base)?;
        if action == Action::Create && bulk_id.is_none_or(str::is_empty) {
            return Err(Error::invalid_value(
                "A POST needs a bulkId, by which its answer is told from others.",
            ));
        }
        let version = text(&mut map, "version")?.filter(|version| !version.trim().is_empty());
        let data = match (action, take(&mut map, "data")) {
            (Action::Delete, _) => Map::new(),
            (_, Some(Value::Object(data))) => data,
            // RFC 7644 §3.7.3 itself shows the bare operations of a PATCH.
            (Action::Patch, Some(operations @ Value::Array(_))) => Map::from_iter([
                ("schemas".to_owned(), json!([super::PATCH_URN])),
                ("Operations".to_owned(), operations),
            ]),
            (_, None | Some(Value::Null)) => return Err(Error::invalid_syntax("The operation has no data.")),
            (_, Some(other)) => {
                return Err(Error::invalid_syntax(format!(
                    "data must be an object, but it is {}.",
                    kind(&other)
                )));
            }
        };
        let version = version.filter(|_| action != Action::Create);
        Ok(Self { action, resource_type, id, data, version })
    }
}

/// What a path addresses, with or without the slash or the whole address before it.
fn target(action: Action, path: &str, base: &str) -> Result<(ResourceType, Option<String>)> {
    let path = path.strip_prefix(base).unwrap_or(path);
    let path = path.split('?').next().unwrap_or_default();
    let endpoint = Endpoint::parse(path)?;
    match (action, &endpoint) {
        (Action::Create, Endpoint::Collection(resource_type)) => Ok((*resource_type, None)),
        (Action::Replace | Action::Patch | Action::Delete, Endpoint::Resource(resource_type, id)) => {
            Ok((*resource_type, Some(id.clone())))
        }
        (_, Endpoint::Bulk) => Err(Error::invalid_value("A bulk request holds no other bulk request.")),
        (_, Endpoint::Root) => Err(Error::invalid_syntax("The operation's path is empty.")),
        _ => Err(Error::new(
            405,
            format!("That is not possible at {path:?}. Possible are: {}.", allow(endpoint.methods())),
        )),
    }
}

fn take(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key = map.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    map.shift_remove(&key)
}

fn text(map: &mut Map<String, Value>, name: &str) -> Result<Option<String>> {
    match take(map, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            Err(Error::invalid_syntax(format!("{name} must be a string, but it is {}.", kind(&other))))
        }
    }
}
