//! What each endpoint does: one straight-line `async fn` per operation.
//!
//! A request passes, in this order: its token, its address, its method, its headers, its body. The first
//! that does not hold decides the answer.

mod adoption;
pub mod bulk;
pub mod closed;
mod cursor;
mod deactivation;
mod discovery;
mod event;
pub mod groups;
mod identity;
mod leaving;
pub mod list;
mod loading;
mod query;
mod refresh;
mod regrouping;
mod roles;
pub mod tasks;
pub mod users;
mod waiting;

use crate::dialect::Dialects;
use crate::directory::{CheckToken, Directory, Failure, ListTokens, TokenRecord, TouchToken};
use crate::http::{MAX_BODY, Request, Response};
use crate::mapping::schemas;
use crate::scim::error::{Error, Result, ScimType};
use crate::scim::json;
use crate::scim::projection::Projection;
use crate::scim::schema::{ResourceSchemas, ResourceType, Schemas};
use crate::settings::Settings;
use crate::token;
pub use event::{About, Event, Notice};
use query::Query;
use regrouping::Postponed;
use serde::Serialize;
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

pub(crate) use refresh::refresh;

/// How often a write is decided anew when somebody else wrote in between.
pub const MAX_ATTEMPTS: usize = 5;

/// The media type of every answer, without a charset: a strict client fails the suffix.
const MEDIA_TYPE: &str = "application/scim+json";

/// What some editors and .NET put before text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How many milliseconds pass before the use of a token is noted again.
const TOUCH_INTERVAL: i64 = 60_000;

/// Under which name requests are counted that came from a network which the owner does not allow.
const WRONG_NETWORK: &str = "network";

/// Under which name requests are counted whose token could not be looked at.
const NOT_ASKED: &str = "failure";

/// What the activity log says of a request. It holds no secret and no body.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The method.
    pub method: String,
    /// The path below the base address. The query is left out: a filter may name a person.
    pub path: String,
    /// The HTTP status.
    pub status: u16,
    /// The number of the token, where one was let in.
    pub token: Option<u64>,
    /// Why none was let in, in one word. Such requests are counted: anybody can send any number of them.
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
    /// What the owner has to know besides, should the request be refused.
    #[serde(skip)]
    pub finding: Option<String>,
    /// What went wrong on our side; not told to the client.
    pub failure: Option<String>,
    /// The names of the dialects that were met.
    pub dialects: Vec<&'static str>,
    /// What other plugins are to hear of.
    pub events: Vec<Event>,
    /// The accounts of the new people who are to get a welcome mail.
    pub welcome: Vec<u64>,
    /// Who is to be told by mail of a changed address or password.
    pub notices: Vec<Notice>,
}

impl Summary {
    fn of(request: &Request) -> Self {
        Self { method: request.method.clone(), path: request.path.clone(), ..Self::default() }
    }
}

/// Answers one request.
pub(crate) async fn answer(
    directory: Directory,
    request: Request,
    settings: Rc<Settings>,
) -> (Response, Summary) {
    let service = Service::new(directory, &request, settings);
    let admitted = service.admit(&request).await;
    let answer = match admitted {
        Ok(token) => service.dispatch(&request, &token).await,
        Err(problem) => Err(problem),
    };
    let reply = match answer {
        Ok(reply) => reply,
        Err(Problem::Client(error)) => service.refuse(&error),
        Err(Problem::Failure(failure)) => break_down(&mut service.note.borrow_mut(), &failure),
    };
    service.conclude(&request, reply)
}

/// Says that nothing can be served.
pub(crate) fn broken(request: &Request, failure: &Failure) -> (Response, Summary) {
    let mut summary = Summary::of(request);
    summary.refusal = Some(NOT_ASKED);
    let reply = break_down(&mut summary, failure);
    let response = reply.into_response(request.method.eq_ignore_ascii_case("HEAD"));
    summary.status = response.status;
    (response, summary)
}

/// Everything that an operation needs: WordPress, the settings, and where and when it happens.
pub(crate) struct Service {
    pub(crate) directory: Directory,
    pub(crate) settings: Rc<Settings>,
    pub(crate) base: String,
    pub(crate) now: i64,
    schemas: Schemas,
    note: RefCell<Summary>,
    dialects: RefCell<Dialects>,
    postponed: RefCell<Option<Postponed>>,
    /// Who has the name or the address for which the last operation was refused.
    blocked_by: RefCell<Option<SmolStr>>,
}

/// Why an operation ended early.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The request cannot be carried out; the client is told why.
    Client(Error),
    /// Something broke on our side; the owner is told why.
    Failure(Failure),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

pub(crate) type Answer<T = Reply> = std::result::Result<T, Problem>;

/// What a path addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Endpoint {
    Root,
    Collection(ResourceType),
    Search(Option<ResourceType>),
    Resource(ResourceType, String),
    ServiceProviderConfig,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
    Bulk,
    Me,
}

/// A change of a resource, with what it says; not yet of which type.
enum Write<'a> {
    Create(Map<String, Value>),
    Replace(&'a str, Map<String, Value>),
    Patch(&'a str, Map<String, Value>),
    Delete(&'a str),
}

impl Endpoint {
    fn parse(path: &str) -> Result<Self> {
        let segments = query::segments(path)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Ok(match segments.as_slice() {
            [] => Self::Root,
            ["Users"] => Self::Collection(ResourceType::User),
            ["Groups"] => Self::Collection(ResourceType::Group),
            [".search"] => Self::Search(None),
            ["Users", ".search"] => Self::Search(Some(ResourceType::User)),
            ["Groups", ".search"] => Self::Search(Some(ResourceType::Group)),
            ["Users", id] => Self::Resource(ResourceType::User, (*id).to_owned()),
            ["Groups", id] => Self::Resource(ResourceType::Group, (*id).to_owned()),
            ["ServiceProviderConfig"] => Self::ServiceProviderConfig,
            ["ResourceTypes"] => Self::ResourceTypes(None),
            ["ResourceTypes", id] => Self::ResourceTypes(Some((*id).to_owned())),
            ["Schemas"] => Self::Schemas(None),
            ["Schemas", id] => Self::Schemas(Some((*id).to_owned())),
            ["Bulk"] => Self::Bulk,
            ["Me"] => Self::Me,
            _ => return Err(no_such_address(path)),
        })
    }

    /// The methods that the endpoint answers, beside OPTIONS.
    fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Collection(_) => &["GET", "HEAD", "POST"],
            Self::Resource(..) => &["GET", "HEAD", "PUT", "PATCH", "DELETE"],
            Self::Search(_) | Self::Bulk => &["POST"],
            Self::Root | Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_) => {
                &["GET", "HEAD"]
            }
            Self::Me => &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        }
    }
}

impl Service {
    fn new(directory: Directory, request: &Request, settings: Rc<Settings>) -> Self {
        Self {
            directory,
            schemas: schemas::for_reading(&settings.mappings),
            settings,
            base: request.base.trim_end_matches('/').to_owned(),
            now: request.now,
            note: RefCell::new(Summary::of(request)),
            dialects: RefCell::new(Dialects::default()),
            postponed: RefCell::default(),
            blocked_by: RefCell::default(),
        }
    }

    fn conclude(self, request: &Request, reply: Reply) -> (Response, Summary) {
        let response = reply.into_response(request.method.eq_ignore_ascii_case("HEAD"));
        let mut summary = self.note.into_inner();
        summary.status = response.status;
        summary.dialects = self.dialects.into_inner().names().collect();
        (response, summary)
    }

    async fn dispatch(&self, request: &Request, token: &TokenRecord) -> Answer {
        let endpoint = Endpoint::parse(&request.path)?;
        let allowed = endpoint.methods();
        let method = request.method.to_ascii_uppercase();
        if method == "OPTIONS" {
            return Ok(Reply::empty(204).header("Allow", allow(allowed)));
        }
        if !allowed.contains(&method.as_str()) {
            return Ok(self.method_not_allowed(&method, allowed));
        }
        let reads = matches!(endpoint, Endpoint::Search(_)) || matches!(method.as_str(), "GET" | "HEAD");
        if !reads {
            may_write(token)?;
        }
        accepts_scim(request)?;
        self.operate(request, &method, endpoint, token).await
    }

    async fn operate(
        &self,
        request: &Request,
        method: &str,
        endpoint: Endpoint,
        token: &TokenRecord,
    ) -> Answer {
        use ResourceType::{Group, User};
        // A search says everything in its body (RFC 7644 §3.4.3).
        if let Endpoint::Search(kind) = endpoint {
            let kinds = kind.map_or_else(|| ResourceType::ALL.to_vec(), |kind| vec![kind]);
            let query = Query::from_body(body(request)?)?;
            return self.list(kinds.as_slice(), &query).await;
        }
        let query = Query::parse(&request.query)?;
        let precondition = Precondition::of(request);
        match (method, endpoint) {
            ("GET" | "HEAD", Endpoint::Root) => self.list(&ResourceType::ALL, &query).await,
            ("GET" | "HEAD", Endpoint::ServiceProviderConfig) => {
                Ok(discovery::service_provider_config(&self.base, &self.settings))
            }
            ("GET" | "HEAD", Endpoint::ResourceTypes(id)) => {
                Ok(discovery::resource_types(&self.base, &self.settings, id.as_deref(), &query)?)
            }
            ("GET" | "HEAD", Endpoint::Schemas(id)) => {
                Ok(discovery::schemas(&self.base, &self.settings, id.as_deref(), &query)?)
            }
            ("GET" | "HEAD", Endpoint::Collection(User)) => self.list(&[User], &query).await,
            ("GET" | "HEAD", Endpoint::Resource(User, id)) => self.get_user(&id, &precondition, &query).await,
            ("GET" | "HEAD", Endpoint::Collection(Group)) => self.list(&[Group], &query).await,
            ("GET" | "HEAD", Endpoint::Resource(Group, id)) => self.get_group(&id, &precondition, &query).await,
            ("POST", Endpoint::Collection(kind)) => {
                self.write(kind, Write::Create(body(request)?), &precondition, &query).await
            }
            ("PUT", Endpoint::Resource(kind, id)) => {
                self.write(kind, Write::Replace(&id, body(request)?), &precondition, &query).await
            }
            ("PATCH", Endpoint::Resource(kind, id)) => {
                self.write(kind, Write::Patch(&id, body(request)?), &precondition, &query).await
            }
            ("DELETE", Endpoint::Resource(kind, id)) => {
                self.write(kind, Write::Delete(&id), &precondition, &query).await
            }
            ("POST", Endpoint::Bulk) => self.bulk(body(request)?, token).await,
            _ => Err(Error::new(
                501,
                "/Me is not offered: a token stands for an identity provider, not for a person (RFC 7644 §3.11).",
            )
            .into()),
        }
    }

    /// Lets the request in, or notes why it is not.
    async fn admit(&self, request: &Request) -> Answer<TokenRecord> {
        self.note.borrow_mut().refusal = Some(WRONG_NETWORK);
        self.comes_from_allowed_network(request)?;
        self.note.borrow_mut().refusal = Some(NOT_ASKED);
        self.authenticate(request).await
    }

    /// # Errors
    /// 403 where the owner has named networks and the request comes from another.
    fn comes_from_allowed_network(&self, request: &Request) -> Result<()> {
        if self.settings.admits(&request.remote) {
            return Ok(());
        }
        Err(Error::new(
            403,
            format!(
                "The address {} is not in the networks that the Rollbook settings allow. Add it there, or send the request \
                 from one of them.",
                request.remote
            ),
        ))
    }

    /// Changes a resource. Whether it is asked for alone or as a part of Bulk makes no difference here.
    async fn write(
        &self,
        resource_type: ResourceType,
        write: Write<'_>,
        precondition: &Precondition<'_>,
        query: &Query,
    ) -> Answer {
        use ResourceType::{Group, User};
        match (resource_type, write) {
            (User, Write::Create(body)) => self.create_user(body, query).await,
            (User, Write::Replace(id, body)) => {
                let locks_out = deactivation::is_in_resource(&body);
                let answer = self.replace_user(id, body, precondition, query).await;
                self.note_lost_deactivation(locks_out, id, answer).await
            }
            (User, Write::Patch(id, body)) => {
                let locks_out = deactivation::is_in_patch(&body);
                let answer = self.patch_user(id, body, precondition, query).await;
                self.note_lost_deactivation(locks_out, id, answer).await
            }
            (User, Write::Delete(id)) => self.delete_user(id, precondition).await,
            (Group, Write::Create(body)) => self.create_group(body, query).await,
            (Group, Write::Replace(id, body)) => self.replace_group(id, body, precondition, query).await,
            (Group, Write::Patch(id, body)) => self.patch_group(id, body, precondition, query).await,
            (Group, Write::Delete(id)) => self.delete_group(id, precondition).await,
        }
    }

    async fn authenticate(&self, request: &Request) -> Answer<TokenRecord> {
        let records = self.directory.ask(&ListTokens {}).await?;
        let token = match token::verify(request.header("Authorization"), &records, self.now) {
            Ok(token) => token.clone(),
            Err(refusal) => {
                self.note.borrow_mut().refusal = Some(refusal.name());
                return Err(Error::new(401, refusal.to_string()).into());
            }
        };
        self.note.borrow_mut().token = Some(token.id);
        self.note.borrow_mut().refusal = None;
        if token.last_used.is_none_or(|last| self.now - last >= TOUCH_INTERVAL) {
            self.directory.ask(&TouchToken { id: token.id, now: self.now }).await?;
        }
        Ok(token)
    }

    /// Whether the token that the request was let in with still opens the door to changes.
    ///
    /// # Errors
    /// 401 where it has ended meanwhile, 403 where it may only read now.
    async fn still_admits(&self, token: &TokenRecord) -> Answer<()> {
        let state = self.directory.ask(&CheckToken { id: token.id }).await?;
        let Some(token) = state.token else {
            return Err(Error::new(401, token::Refusal::Revoked.to_string()).into());
        };
        token.standing(state.now).map_err(|refusal| Error::new(401, refusal.to_string()))?;
        Ok(may_write(&token)?)
    }

    fn method_not_allowed(&self, method: &str, allowed: &[&str]) -> Reply {
        let allowed = allow(allowed);
        let error = Error::new(405, format!("{method} is not possible here. Possible are: {allowed}."));
        self.refuse(&error).header("Allow", allowed)
    }

    fn refuse(&self, error: &Error) -> Reply {
        refuse(&mut self.note.borrow_mut(), error)
    }

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

    pub(crate) fn dialects(&self) -> std::cell::RefMut<'_, Dialects> {
        self.dialects.borrow_mut()
    }

    pub(crate) fn schemas(&self, resource_type: ResourceType) -> &ResourceSchemas {
        self.schemas.of(resource_type)
    }

    /// The schemas that requests are read by.
    pub(crate) fn all_schemas(&self) -> &Schemas {
        &self.schemas
    }

    pub(crate) fn projection(&self, query: &Query, resource_type: ResourceType) -> Result<Projection> {
        for attributes in [&query.attributes, &query.excluded_attributes].into_iter().flatten() {
            self.dialects().note_attributes(attributes);
        }
        Projection::parse(
            query.attributes.as_deref(),
            query.excluded_attributes.as_deref(),
            self.schemas(resource_type),
        )
    }
}

/// The conditions of a request on the version of what it is about (RFC 7644 §3.14).
pub(crate) struct Precondition<'a> {
    if_match: Option<&'a str>,
    if_none_match: Option<&'a str>,
}

impl<'a> Precondition<'a> {
    pub(crate) fn of(request: &'a Request) -> Self {
        Self { if_match: request.header("If-Match"), if_none_match: request.header("If-None-Match") }
    }

    /// Whether a reader has this version already.
    pub(crate) fn is_known(&self, version: &str) -> bool {
        self.if_none_match.is_some_and(|known| names(known, version))
    }

    /// # Errors
    /// 412 where the client named a version and this is another.
    pub(crate) fn holds(&self, version: &str) -> Result<()> {
        let stale = self.if_match.is_some_and(|expected| !names(expected, version));
        if stale || self.is_known(version) {
            return Err(Error::new(
                412,
                format!("The resource has the version {version} now. Read it again and decide on that."),
            ));
        }
        Ok(())
    }

    /// What to say when a write lost against others [`MAX_ATTEMPTS`] times.
    pub(crate) fn lost(&self) -> Error {
        let status = if self.if_match.is_some() { 412 } else { 409 };
        Error::new(status, "The resource is being changed by others at the same time. Try again.")
    }
}

/// Whether a list of entity tags names a version; tags are compared weakly (RFC 9110 §8.8.3.2).
fn names(list: &str, version: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.trim() == "*" || list.split(',').any(|tag| opaque(tag) == opaque(version))
}

/// An answer before it is written down.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// A resource with its address and `ETag`. RFC 7643 §3.1 names the address in `Content-Location` always, RFC 7644 §3.3 in
    /// `Location` where it is new.
    pub(crate) fn resource(status: u16, resource: Map<String, Value>, version: &str, location: &str) -> Self {
        let reply = Self::json(status, Value::Object(resource));
        let reply = if status == 201 { reply.header("Location", location) } else { reply };
        reply.header("Content-Location", location).header("ETag", version)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn into_response(self, head: bool) -> Response {
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

/// # Errors
/// 403 for a token that may only read.
fn may_write(token: &TokenRecord) -> Result<()> {
    if token.scope.may_write() {
        return Ok(());
    }
    Err(Error::new(
        403,
        "The token may only read. Generate one with full access on the Rollbook settings page.",
    ))
}

fn refuse(note: &mut Summary, error: &Error) -> Reply {
    note.action = Some("refused");
    note.detail = Some(match note.finding.take() {
        Some(finding) => format!("{finding} {}", error.detail()),
        None => error.detail().to_owned(),
    });
    let reply = Reply::json(error.status(), error.to_json());
    if error.status() == 401 { reply.header("WWW-Authenticate", "Bearer realm=\"SCIM\"") } else { reply }
}

/// How long a client is asked to wait while the database is in trouble, in seconds.
const RETRY_AFTER: &str = "30";

fn break_down(note: &mut Summary, failure: &Failure) -> Reply {
    note.failure = Some(failure.to_string());
    let who = match failure.passes {
        true => "The database of the site",
        false => "WordPress or one of its plugins",
    };
    let what = match failure.may_be_stored {
        true => "it is not known how much of it was stored. Read the resource, and send the request again.",
        false => "nothing was changed by it.",
    };
    let detail = format!(
        "{who} failed while carrying this out; {what} The Rollbook activity log and the PHP error log of the site name the cause."
    );
    let status = if failure.passes { 503 } else { 500 };
    let reply = refuse(note, &Error::new(status, detail));
    if failure.passes { reply.header("Retry-After", RETRY_AFTER) } else { reply }
}

/// Reads the body of a request that must have one.
fn body(request: &Request) -> Result<Map<String, Value>> {
    if request.body.len() > MAX_BODY {
        return Err(Error::new(
            413,
            format!("The body is larger than {MAX_BODY} bytes. Split the request into smaller ones."),
        ));
    }
    if let Some(encoding) = request.header("Content-Encoding").filter(|value| is_encoded(value)) {
        return Err(Error::new(
            415,
            format!(
                "A body with Content-Encoding {encoding:?} cannot be read. Send it as it is, not compressed."
            ),
        ));
    }
    if let Some(content_type) = request.header("Content-Type").filter(|value| !value.is_empty()) {
        check_content_type(content_type)?;
    }
    // A byte order mark says nothing (RFC 8259 §8.1).
    json::object(request.body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&request.body))
}

/// Whether a body was changed on its way, by compression for instance (RFC 9110 §8.4).
fn is_encoded(codings: &str) -> bool {
    codings
        .split(',')
        .map(str::trim)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

fn check_content_type(content_type: &str) -> Result<()> {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    if !is_json(media_type) {
        return Err(Error::new(
            415,
            format!("The media type {media_type:?} cannot be read. Send the body as {MEDIA_TYPE}."),
        ));
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    match charset {
        Some(charset) if !charset.eq_ignore_ascii_case("utf-8") && !charset.eq_ignore_ascii_case("utf8") => {
            Err(Error::new(415, format!("The charset {charset:?} cannot be read. Send JSON in UTF-8.")))
        }
        _ => Ok(()),
    }
}

/// RFC 7644 §3.8: a client asks for SCIM JSON, JSON, or does not care.
fn accepts_scim(request: &Request) -> Result<()> {
    let Some(accept) = request.header("Accept").filter(|value| !value.is_empty()) else { return Ok(()) };
    let acceptable = accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
            })
        });
        !refused && (is_json(media_type) || matches!(media_type, "*/*" | "*" | "application/*"))
    });
    if acceptable {
        return Ok(());
    }
    Err(Error::new(
        406,
        format!("Only {MEDIA_TYPE} can be sent, but the Accept header allows only {accept:?}."),
    ))
}

fn is_json(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case(MEDIA_TYPE) || media_type.eq_ignore_ascii_case("application/json")
}

fn allow(methods: &[&str]) -> String {
    let mut allowed = methods.join(", ");
    allowed.push_str(", OPTIONS");
    allowed
}

fn no_such_address(path: &str) -> Error {
    Error::new(
        404,
        format!(
            "There is no SCIM endpoint {path:?} here. There are /Users, /Groups, /Bulk, /.search, \
             /ServiceProviderConfig, /ResourceTypes and /Schemas; names are case-sensitive."
        ),
    )
}

/// 400 for a value of the request that does not fit.
pub(crate) fn refused_by_wordpress(message: &str) -> Error {
    Error::bad_request(ScimType::InvalidValue, format!("WordPress refuses this person: {message}"))
}
