//! What each endpoint does: one straight-line `async fn` per operation.
//!
//! A request passes, in this order: its token, its address, its method, its headers, its body. The first
//! that does not hold decides the answer.

mod admission;
mod bodies;
pub mod bulk;
pub mod closed;
mod cursor;
mod deactivation;
pub mod demand;
mod discovery;
mod effect;
mod endpoint;
mod event;
mod existing;
pub mod groups;
mod identity;
mod leaving;
pub mod list;
mod loading;
mod losses;
mod media;
mod origin;
mod precondition;
mod query;
mod refresh;
mod registration;
mod regrouping;
mod reply;
mod roles;
mod summary;
pub mod tasks;
pub mod users;
mod waiting;

use crate::dialect::Dialects;
use crate::host::{Host, HostError, TokenRecord};
use crate::http::{Request, Response};
use crate::mapping::schemas;
use crate::scim::error::{Error, Result};
use crate::scim::projection::Projection;
use crate::scim::schema::{ResourceSchemas, ResourceType, Schemas};
use crate::settings::Settings;
use admission::{NOT_ASKED, may_write};
use endpoint::{Endpoint, allow};
use media::{accepts_scim, body};
use query::Query;
use regrouping::Postponed;
use reply::{break_down, break_off, refuse};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub use bodies::{Bodies, Body};
pub use effect::{Change, Effect};
pub use event::{About, Event, Notice};
pub use losses::Alarm;
pub(crate) use precondition::Precondition;
pub(crate) use refresh::refresh;
pub(crate) use reply::Reply;
pub use summary::{Sample, Summary};

/// How often a write is decided anew when somebody else wrote in between. Each time another request has won:
/// so this many may change one resource at the same moment, and none is told to come again.
pub const MAX_ATTEMPTS: usize = 32;

/// Answers one request.
pub(crate) async fn answer(
    host: Host,
    request: Request,
    settings: Rc<Settings>,
    note: Rc<RefCell<Summary>>,
) -> (Response, Summary) {
    let service = Service::new(host, &request, settings, note);
    let admitted = service.admit(&request).await;
    let answer = match admitted {
        Ok(token) => {
            let answer = service.dispatch(&request, &token).await;
            service.count_demand(&token).await;
            answer
        }
        Err(problem) => Err(problem),
    };
    let reply = match answer {
        Ok(reply) => reply,
        Err(RequestError::Client(error)) => service.refuse(&error),
        Err(RequestError::Host(failure)) => service.break_down(failure),
    };
    service.conclude(&request, reply)
}

/// Says that nothing can be served.
pub(crate) fn broken(request: &Request, failure: &HostError) -> (Response, Summary) {
    let mut summary = Summary::of(request);
    summary.refusal = Some(NOT_ASKED);
    let reply = break_down(&mut summary, failure);
    let response = reply.into_response(request.method.eq_ignore_ascii_case("HEAD"));
    summary.status = response.status;
    (response, summary)
}

/// Ends a request in whose midst the core has panicked. `summary` is what was noted until then.
pub(crate) fn broken_off(
    mut summary: Summary,
    reason: &str,
    may_be_stored: bool,
    is_head: bool,
) -> (Response, Summary) {
    let response = break_off(&mut summary, reason, may_be_stored).into_response(is_head);
    summary.status = response.status;
    summary.outcome = summary.told_outcome();
    (response, summary)
}

/// Everything that an operation needs: WordPress, the settings, and where and when it happens.
pub(crate) struct Service {
    pub(crate) host: Host,
    pub(crate) settings: Rc<Settings>,
    pub(crate) base: String,
    pub(crate) now: i64,
    schemas: Schemas,
    /// Whether an administrator of the network made the token ([`TokenRecord::of_network`]).
    pub(crate) of_network: Cell<bool>,
    note: Rc<RefCell<Summary>>,
    dialects: RefCell<Dialects>,
    postponed: RefCell<Option<Postponed>>,
    /// How many requests this one counts for beside itself.
    demand: Cell<u64>,
    /// The person whose name or address was the reason why the last operation was refused.
    blocked_by: RefCell<Option<SmolStr>>,
    /// Whether the operation has noted a wish for a name. Another request may grant it at any moment.
    has_noted_wish: Cell<bool>,
}

/// Why an operation ended early.
#[derive(Debug)]
pub(crate) enum RequestError {
    /// The request cannot be carried out; the client is told why.
    Client(Error),
    /// Something broke on our side; the owner is told why.
    Host(HostError),
}

impl RequestError {
    /// The reason, for the owner.
    fn reason(&self) -> String {
        match self {
            Self::Client(error) => error.detail().to_owned(),
            Self::Host(failure) => failure.to_string(),
        }
    }
}

impl From<Error> for RequestError {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<HostError> for RequestError {
    fn from(failure: HostError) -> Self {
        Self::Host(failure)
    }
}

pub(crate) type Answer<T = Reply> = std::result::Result<T, RequestError>;

/// A change of a resource with its body; the type of the resource comes with the address.
enum Write<'a> {
    Create(Map<String, Value>),
    Replace(&'a str, Map<String, Value>),
    Patch(&'a str, Map<String, Value>),
    Delete(&'a str),
}

impl Service {
    fn new(host: Host, request: &Request, settings: Rc<Settings>, note: Rc<RefCell<Summary>>) -> Self {
        Self {
            host,
            schemas: schemas::for_reading(&settings.mappings),
            settings,
            base: request.base.trim_end_matches('/').to_owned(),
            now: request.now,
            of_network: Cell::new(false),
            note,
            dialects: RefCell::new(Dialects::default()),
            postponed: RefCell::default(),
            demand: Cell::new(0),
            blocked_by: RefCell::default(),
            has_noted_wish: Cell::default(),
        }
    }

    fn conclude(self, request: &Request, reply: Reply) -> (Response, Summary) {
        let response = reply.into_response(request.method.eq_ignore_ascii_case("HEAD"));
        let mut summary = self.note.take();
        summary.status = response.status;
        summary.outcome = summary.told_outcome();
        summary.dialects = self.dialects.into_inner().names().collect();
        bodies::keep(request, &response, &mut summary, &self.settings);
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
            ("GET" | "HEAD", Endpoint::Resource(Group, id)) => {
                self.get_group(&id, &precondition, &query).await
            }
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
                "/Me is not offered: a token stands for an identity provider, not for a person (RFC 7644 \
                 §3.11).",
            )
            .into()),
        }
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
        if let Write::Create(body) = &write {
            self.note_newcomer(resource_type, body);
        }
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

    fn method_not_allowed(&self, method: &str, allowed: &[&str]) -> Reply {
        let allowed = allow(allowed);
        let error = Error::new(405, format!("{method} is not possible here. Possible are: {allowed}."));
        self.refuse(&error).header("Allow", allowed)
    }

    fn refuse(&self, error: &Error) -> Reply {
        refuse(&mut self.note.borrow_mut(), error)
    }

    fn break_down(&self, mut failure: HostError) -> Reply {
        failure.may_be_stored |= self.has_noted_wish.get();
        break_down(&mut self.note.borrow_mut(), &failure)
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
