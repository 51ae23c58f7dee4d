//! The result of an operation, and of all of them.

use super::plan::Operation;
use crate::service::{Reply, Summary};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The result of an operation.
#[derive(Debug, Clone)]
pub(super) struct BulkResult {
    status: u16,
    pub(super) location: Option<String>,
    version: Option<String>,
    /// The id of the resource, where there is one.
    pub(super) id: Option<String>,
    /// The error that a single request would have been answered with.
    response: Option<Value>,
}

impl BulkResult {
    /// Reads the answer that a single request would have got; `address` is that of the resource, if it had
    /// one before.
    pub(super) fn of(reply: Reply, address: Option<String>) -> Self {
        let header = |name: &str| {
            reply.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        let id = reply.body.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str);
        Self {
            id: id.map(str::to_owned),
            status: reply.status,
            location: header("Location").or_else(|| header("Content-Location")).or(address),
            version: header("ETag"),
            response: reply.body.filter(|_| reply.status >= 400),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status < 400
    }

    /// The same, after the resource was changed once more.
    pub(super) fn at_version_of(self, reply: Reply) -> Self {
        let Self { version, .. } = Self::of(reply, None);
        Self { version: version.or(self.version), ..self }
    }

    /// The operation's element of the response (RFC 7644 §3.7).
    pub(super) fn to_json(&self, operation: &Operation) -> Value {
        let mut json = Map::new();
        let mut put = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                json.insert(name.to_owned(), Value::from(value));
            }
        };
        put("method", operation.method.as_deref());
        put("bulkId", operation.bulk_id.as_deref());
        put("location", self.location.as_deref());
        put("version", self.version.as_deref());
        put("status", Some(&self.status.to_string()));
        if let Some(response) = &self.response {
            json.insert("response".to_owned(), json!(response));
        }
        Value::Object(json)
    }
}

/// What the activity log says of the request as a whole: how often each thing happened, and the first
/// complaint.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    actions: BTreeMap<&'static str, usize>,
    detail: Option<String>,
    failure: Option<String>,
}

impl Tally {
    /// Takes over what was noted of an operation.
    pub(super) fn count(&mut self, note: &mut Summary) {
        if let Some(action) = note.action.take() {
            *self.actions.entry(action).or_default() += 1;
        }
        note.resource = None;
        note.name = None;
        note.user_id = None;
        note.changes.clear();
        let (detail, failure) = (note.detail.take(), note.failure.take());
        self.detail = self.detail.take().or(detail);
        self.failure = self.failure.take().or(failure);
    }

    pub(super) fn write_into(&self, note: &mut Summary) {
        note.action = Some("bulk");
        note.changes = self.actions.iter().map(|(action, count)| format!("{action} {count}")).collect();
        note.detail.clone_from(&self.detail);
        note.failure.clone_from(&self.failure);
    }
}
