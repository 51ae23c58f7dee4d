//! Answers before they are written down.

use super::Summary;
use super::media::MEDIA_TYPE;
use crate::host::{HostError, Outcome, Unique};
use crate::http::Response;
use crate::scim::error::{Error, Result, ScimType};
use serde_json::{Map, Value};

/// An answer before it is written down.
pub(crate) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// A resource with its address and `ETag`. RFC 7643 §3.1 names the address in `Content-Location` always,
    /// RFC 7644 §3.3 in `Location` where it is new.
    pub(crate) fn resource(status: u16, resource: Map<String, Value>, version: &str, location: &str) -> Self {
        let reply = Self::json(status, Value::Object(resource));
        let reply = if status == 201 { reply.created(location.to_owned()) } else { reply };
        reply.header("Content-Location", location).header("ETag", version)
    }

    /// The answer about something that is new to the client, at this address.
    pub(crate) fn created(mut self, location: String) -> Self {
        self.status = 201;
        self.header("Location", location)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn into_response(self, head: bool) -> Response {
        let mut headers: Vec<(String, String)> = Vec::with_capacity(self.headers.len() + 4);
        if self.body.is_some() || self.status != 204 && self.status != 304 {
            headers.push(("Content-Type".to_owned(), MEDIA_TYPE.to_owned()));
        }
        headers.push(("Cache-Control".to_owned(), "private, no-store".to_owned()));
        headers.push(("Vary".to_owned(), "Authorization".to_owned()));
        headers.push(("X-Content-Type-Options".to_owned(), "nosniff".to_owned()));
        headers.extend(self.headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let body = match self.body {
            Some(body) if !head => body.to_string(),
            _ => String::new(),
        };
        Response { status: self.status, headers, body }
    }
}

/// The answer to a request that is refused. The log records it.
pub(super) fn refuse(note: &mut Summary, error: &Error) -> Reply {
    note.action = Some("refused");
    note.detail = Some(match note.finding.take() {
        Some(finding) => format!("{finding} {}", error.detail()),
        None => error.detail().to_owned(),
    });
    let reply = Reply::json(error.status(), error.to_json());
    match error.status() {
        401 => reply.header("WWW-Authenticate", "Bearer realm=\"SCIM\""),
        429 => reply.header("Retry-After", THROTTLED_FOR),
        503 => reply.header("Retry-After", OWNER_TAKES),
        _ => reply,
    }
}

/// How long a client is asked to wait that asks too much at once, in seconds.
const THROTTLED_FOR: &str = "60";

/// How long a client is asked to wait for a word of the owner, in seconds.
const OWNER_TAKES: &str = "300";

/// How long a client is asked to wait while the database is in trouble, in seconds.
pub(super) const RETRY_AFTER: &str = "30";

/// The answer where something broke on our side.
pub(super) fn break_down(note: &mut Summary, failure: &HostError) -> Reply {
    note.failure = Some(failure.to_string());
    let who = match failure.passes {
        true => "The database of the site",
        false => "WordPress or one of its plugins",
    };
    let what = left_behind(failure.may_be_stored);
    let detail = format!(
        "{who} failed while carrying this out; {what} The Rollbook activity log and the PHP error log of the \
         site name the cause."
    );
    let status = if failure.passes { 503 } else { 500 };
    let reply = refuse(note, &Error::new(status, detail));
    if failure.passes { reply.header("Retry-After", RETRY_AFTER) } else { reply }
}

/// The answer where the core itself has panicked.
pub(super) fn break_off(note: &mut Summary, reason: &str, may_be_stored: bool) -> Reply {
    note.failure = Some(reason.to_owned());
    let what = left_behind(may_be_stored);
    let detail = format!(
        "Rollbook failed while carrying this out; {what} The Rollbook activity log and the PHP error log of \
         the site name the place; its owner reports it to the maintainers."
    );
    refuse(note, &Error::new(500, detail))
}

/// What a request has left behind that was not carried through.
fn left_behind(may_be_stored: bool) -> &'static str {
    match may_be_stored {
        true => "it is not known how much of it was stored. Read the resource, and send the request again.",
        false => "nothing was changed by it.",
    }
}

/// What a write has stored. `None` if another request wrote in between: then it is decided anew.
///
/// # Errors
/// Why nothing was written. `taken` makes the error for a value that must be unique and is taken.
pub(super) fn written<T>(
    outcome: Outcome<T>,
    id: &str,
    taken: impl FnOnce(Unique) -> Error,
) -> Result<Option<T>> {
    match outcome {
        Outcome::Done { record } => Ok(Some(record)),
        Outcome::Stale => Ok(None),
        Outcome::Gone => Err(Error::not_found(id)),
        Outcome::Taken { value } => Err(taken(value)),
        Outcome::Refused { message, .. } => Err(refused_by_wordpress(&message)),
    }
}

/// 400 for a value of the request that does not fit.
pub(crate) fn refused_by_wordpress(message: &str) -> Error {
    Error::bad_request(ScimType::InvalidValue, format!("WordPress refuses this person: {message}"))
}
