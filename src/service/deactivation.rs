//! A request that was to lock a person out and was refused: the owner has to know that the person can still
//! log in.

use super::{Answer, RequestError, Service};
use crate::host::LoadUser;
use serde_json::{Map, Value};
use smol_str::SmolStr;

impl Service {
    /// Notes for the log that a refused request was to lock a person out, and that the person can still log
    /// in.
    pub(super) async fn note_lost_deactivation<T>(
        &self,
        locks_out: bool,
        id: &str,
        answer: Answer<T>,
    ) -> Answer<T> {
        if !locks_out || !matches!(answer, Err(RequestError::Client(_))) {
            return answer;
        }
        let load = LoadUser { id: SmolStr::new(id), targets: Vec::new() };
        if let Ok(Some(record)) = self.host.ask(&load).await
            && record.active
        {
            self.note.borrow_mut().finding = Some(format!(
                "The person {:?} was to be locked out by this request and is not: it was refused as a whole.",
                record.user_name
            ));
        }
        answer
    }
}

/// Whether a resource says that its person is not active.
pub(super) fn is_in_resource(body: &Map<String, Value>) -> bool {
    body.iter().any(|(name, value)| name.eq_ignore_ascii_case("active") && is_false(value))
}

/// Whether a PATCH does, with or without a path.
pub(super) fn is_in_patch(body: &Map<String, Value>) -> bool {
    let operations = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("operations"));
    let operations = operations.and_then(|(_, operations)| operations.as_array());
    operations.into_iter().flatten().filter_map(Value::as_object).any(|operation| {
        let get = |name: &str| {
            operation.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        match (get("path").and_then(Value::as_str), get("value")) {
            (Some(path), Some(value)) => {
                let name = path.rsplit(':').next().unwrap_or(path).trim();
                name.eq_ignore_ascii_case("active") && is_false(value)
            }
            (None, Some(Value::Object(value))) => is_in_resource(value),
            _ => false,
        }
    })
}

/// As some IdPs write it, too: in a string, or in a list of one.
fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(active) => !active,
        Value::String(text) => text.trim().eq_ignore_ascii_case("false"),
        Value::Array(list) => list.iter().all(is_false) && !list.is_empty(),
        Value::Object(map) => map.get("value").is_some_and(is_false),
        Value::Null | Value::Number(_) => false,
    }
}
