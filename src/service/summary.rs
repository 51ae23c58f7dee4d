//! What the activity log says of a request.

use super::{Alarm, Bodies, Effect, Event, Notice, Service};
use crate::host::UserRecord;
use crate::http::Request;
use crate::scim::resource::{MAX_PATHS, Resource};
use crate::scim::schema::ResourceType;
use crate::secrecy::Mask;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How much is told of a name that is refused, in characters.
const MAX_NAME: usize = 255;

/// How much is told of a value that was received, in characters.
const MAX_SAMPLE: usize = 60;

/// What the activity log says of a request. It holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The method.
    pub method: String,
    /// The path below the base address. The query is left out: a filter may name a person.
    pub path: String,
    /// The HTTP status.
    pub status: u16,
    /// The address of the client.
    pub address: String,
    /// The number of the token, if one was accepted.
    pub token: Option<u64>,
    /// Why no token was accepted, in one word. Such requests are counted and not listed, because anybody can
    /// send any number of them.
    pub refusal: Option<&'static str>,
    /// How it ended: `done`, `partly` where something of it did not arrive, `refused`, `failed`.
    pub outcome: &'static str,
    /// The resource that the request was about.
    pub resource: Option<String>,
    /// Its account, where it is a person.
    pub user_id: Option<u64>,
    /// Its `userName` or `displayName`; of a refused creation the one that was sent.
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
    /// The paths of attributes that people were searched by, one after the other, and that are to be indexed.
    pub wanted: Vec<String>,
    /// What became of accounts.
    pub effects: Vec<Effect>,
    /// The events that other plugins are told of.
    pub events: Vec<Event>,
    /// The accounts of the new people who are to get a welcome mail.
    pub welcome: Vec<u64>,
    /// The people who get a mail about a changed address or password.
    pub notices: Vec<Notice>,
    /// What the owner is told where an IdP takes something from too many people.
    pub alarm: Option<Alarm>,
    /// What was received of people and stored, by path: a first value of each, and whose it is.
    pub received: BTreeMap<String, Sample>,
    /// The request and its answer, where the owner wants them kept.
    pub bodies: Option<Bodies>,
}

/// A value that was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Its beginning; a mask for a secret.
    pub text: String,
    /// The SCIM id of the person.
    pub id: String,
}

impl Summary {
    /// How the request ended, in one word.
    pub(super) fn told_outcome(&self) -> &'static str {
        match (self.status, &self.failure) {
            (500.., _) => "failed",
            (400.., _) => "refused",
            (_, Some(_)) => "partly",
            (_, None) => "done",
        }
    }

    /// Forgets what became of people and accounts.
    pub(crate) fn forget_what_happened(&mut self) {
        self.effects.clear();
        self.events.clear();
        self.welcome.clear();
        self.notices.clear();
        self.received.clear();
    }

    pub(crate) fn of(request: &Request) -> Self {
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
        note.user_id = None;
    }

    /// Notes for the log what became of the person that the request was about.
    pub(crate) fn note_person(&self, action: &'static str, record: &UserRecord) {
        self.note(action, &record.id, &record.user_name);
        self.note.borrow_mut().user_id = Some(record.account.user_id);
    }

    /// Notes for the log which account it is about, which has no person.
    pub(crate) fn note_account(&self, user_id: u64) {
        self.note.borrow_mut().user_id = Some(user_id);
    }

    /// Notes for the log which person a request is about. The request may still be refused.
    pub(crate) fn note_attempt(&self, record: &UserRecord) {
        let mut note = self.note.borrow_mut();
        note.resource = Some(record.id.to_string());
        note.name = Some(record.user_name.clone());
        note.user_id = Some(record.account.user_id);
    }

    /// Notes for the log which person a request is to create. The request may still be refused.
    pub(crate) fn note_newcomer(&self, resource_type: ResourceType, body: &Map<String, Value>) {
        let name = match resource_type {
            ResourceType::User => "userName",
            ResourceType::Group => "displayName",
        };
        let sent = body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let sent = sent.and_then(|(_, value)| value.as_str());
        let mut note = self.note.borrow_mut();
        (note.resource, note.user_id) = (None, None);
        note.name = sent.map(|sent| sent.chars().take(MAX_NAME).collect());
    }

    /// Notes what was received of a person and stored.
    pub(super) fn note_received(&self, record: &UserRecord, resource: &Resource) {
        let received = &mut self.note.borrow_mut().received;
        let mask = Mask::for_places(self.settings.places());
        for (path, value) in resource.paths() {
            if received.len() < MAX_PATHS && !received.contains_key(&path) {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let text = mask.member(&path, &text).chars().take(MAX_SAMPLE).collect();
                received.insert(path, Sample { text, id: record.id.to_string() });
            }
        }
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
