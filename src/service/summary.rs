//! What the activity log says of a request.

use super::{Event, Notice, Service};
use crate::http::Request;
use serde::Serialize;

/// What the activity log says of a request. It holds no secret and no body.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The method.
    pub method: String,
    /// The path below the base address. The query is left out: a filter may name a person.
    pub path: String,
    /// The HTTP status.
    pub status: u16,
    /// The number of the token, if one was accepted.
    pub token: Option<u64>,
    /// Why no token was accepted, in one word. Such requests are counted and not listed, because anybody can
    /// send any number of them.
    pub refusal: Option<&'static str>,
    /// The resource that the request was about.
    pub resource: Option<String>,
    /// Its `userName` or `displayName`.
    pub name: Option<String>,
    /// What happened, in one word: `created`, `linked`, `updated`, `unchanged`, `deleted`, `read`, `refused`.
    pub action: Option<&'static str>,
    /// The paths of the attributes that were changed.
    pub changes: Vec<String>,
    /// The detail of the error that the client was given; of a success, what did not arrive in WordPress.
    pub detail: Option<String>,
    /// What the owner has to know beside that, if the request is refused.
    #[serde(skip)]
    pub finding: Option<String>,
    /// What went wrong on our side; not told to the client.
    pub failure: Option<String>,
    /// The names of the dialects that were met.
    pub dialects: Vec<&'static str>,
    /// The events that other plugins are told of.
    pub events: Vec<Event>,
    /// The accounts of the new people who are to get a welcome mail.
    pub welcome: Vec<u64>,
    /// The people who get a mail about a changed address or password.
    pub notices: Vec<Notice>,
}

impl Summary {
    pub(super) fn of(request: &Request) -> Self {
        Self { method: request.method.clone(), path: request.path.clone(), ..Self::default() }
    }
}

impl Service {
    /// Notes for the log what the request was about.
    pub(crate) fn note(&self, action: &'static str, resource: &str, name: &str) {
        let mut note = self.note.borrow_mut();
        note.action = Some(action);
        note.resource = Some(resource.to_owned());
        note.name = Some(name.to_owned());
    }

    pub(crate) fn note_changes(&self, changes: Vec<String>) {
        self.note.borrow_mut().changes = changes;
    }

    /// Notes for the log what did not arrive in WordPress.
    pub(crate) fn note_unwritten(&self, sentences: Vec<String>) {
        let mut note = self.note.borrow_mut();
        for sentence in sentences {
            note.detail = Some(match note.detail.take() {
                Some(noted) => format!("{noted} {sentence}"),
                None => sentence,
            });
        }
    }

    /// Notes for the log what else is to be said of what happened.
    pub(crate) fn note_detail(&self, sentence: &str) {
        let mut note = self.note.borrow_mut();
        note.detail = Some(match note.detail.take() {
            Some(detail) => format!("{detail} {sentence}"),
            None => sentence.to_owned(),
        });
    }
}
