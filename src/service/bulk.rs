//! Many operations in one request: `/Bulk` (RFC 7644 §3.7).
//!
//! The code of a single request carries out each operation. Operations are done in their order. An operation
//! that refers to a resource which a later one creates waits for it. Resources that refer to one another in a
//! circle are created without the reference, which is added afterwards (§3.7.1).
//!
//! Operations are handed to the host in batches, so that it need not use a transaction for each. The results
//! of a batch hold once the batch has ended. If the host says that they do not, the operations of that batch,
//! and all that follow, are carried out one by one. Roles that change with groups are decided once, at the
//! end of a batch.
//!
//! A request has a limited time ([`TIME_BUDGET`]), and the token is checked before each operation. When the
//! time is over or the token has ended, nothing further is done, and each operation that is left is answered
//! with the reason.

mod plan;
mod progress;
mod references;
mod result;
#[cfg(test)]
mod tests;

use super::query::Query;
use super::{Answer, Precondition, Reply, RequestError, Service, Write, refuse};
use crate::host::{BatchState, BeginBatch, CheckBatch, EndBatch, HostError, TokenRecord};
use crate::scim::error::Error;
use crate::scim::schema::ResourceType;
use plan::{Action, Plan, Todo};
use progress::{Begun, Progress, Step};
use references::Ids;
use result::BulkResult;
use serde_json::{Map, Value, json};

/// How many operations a request may hold. Published as Bulk's `maxOperations` (RFC 7643 §5).
pub const MAX_OPERATIONS: usize = 1_000;

/// How many operations the host may carry out in one transaction: enough for the COMMIT to cost little for
/// each, and few enough that nobody waits long for its locks.
const OPERATIONS_PER_BATCH: usize = 100;

/// For how many milliseconds operations of one request are begun. Published in `docs/features.md`; the usual
/// web server gives up after 60 seconds, and then the client would never learn what was done.
pub const TIME_BUDGET: i64 = 45_000;

/// After how many milliseconds a batch takes up no further operation, because others wait for what it has
/// locked.
const BATCH_TIME: i64 = 3_000;

const RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const PATCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

impl Service {
    /// Carries out the operations of a request.
    pub(super) async fn bulk(&self, body: Map<String, Value>, token: &TokenRecord) -> Answer {
        let plan = Plan::read(body, &self.base)?;
        if self.settings.requests_per_minute > 0 {
            self.counts_for((plan.operations.len() as u64).saturating_sub(1));
        }
        let mut progress = Progress::new(&plan);
        let mut together = plan.operations.len() > 1;
        let mut time = Time::default();
        while !progress.is_over(&plan) {
            let before = progress.clone();
            let events = self.events_so_far();
            let begun = match together {
                true => self.host.ask(&BeginBatch {}).await.ok(),
                false => None,
            };
            together = begun.is_some();
            begun.iter().for_each(|begun| time.note(begun.now));
            if begun.is_some_and(|begun| begun.shared) {
                self.begin_postponing();
            }
            let stands = self.some(&plan, &mut progress, token, together, events, &mut time).await;
            match stands {
                Ok(()) => {}
                Err(Broken::Lost(survivor)) => {
                    progress = before.with(survivor, &plan, &progress);
                    together = false;
                }
                Err(Broken::Unknown(failure)) => {
                    progress = self.doubt(&plan, before, &progress, &failure);
                }
            }
        }
        let ended = Error::new(
            409,
            "The request ended at its failOnErrors before what this resource refers to was created.",
        );
        for begun in progress.abandoned() {
            let error = progress.barred.clone().unwrap_or_else(|| ended.clone());
            let result = self.take_back(&plan, &begun, &error).await;
            self.record_result(&plan, &mut progress, begun.operation, result);
        }
        if let Some(error) = progress.barred.clone() {
            while let Some(operation) = progress.next_unanswered(&plan) {
                let reply = refuse(&mut self.note.borrow_mut(), &error);
                self.record_result(&plan, &mut progress, operation, BulkResult::of(reply, None));
            }
        }
        progress.tally.write_into(&mut self.note.borrow_mut());
        let operations = plan.operations.iter().zip(progress.results());
        let operations: Vec<Value> =
            operations.filter_map(|(operation, result)| Some(result?.to_json(operation))).collect();
        Ok(Reply::json(200, json!({ "schemas": [RESPONSE_URN], "Operations": operations })))
    }

    /// Carries out the operations of a batch and notes the `time`. There were `events` events before it.
    ///
    /// # Errors
    /// If what the batch did is gone, or may be.
    async fn some(
        &self,
        plan: &Plan,
        progress: &mut Progress,
        token: &TokenRecord,
        together: bool,
        events: usize,
        time: &mut Time,
    ) -> std::result::Result<(), Broken> {
        let end = time.spent + BATCH_TIME;
        for _ in 0..OPERATIONS_PER_BATCH {
            if time.is_over() {
                progress.barred = Some(out_of_time());
                break;
            }
            let Some(step) = progress.next(plan) else { break };
            let events_before = self.events_so_far();
            let operation = step.operation();
            let may = if step.begins() { self.still_admits(token).await } else { Ok(()) };
            match may {
                Ok(()) => self.step(plan, progress, step).await,
                Err(RequestError::Client(error)) => {
                    progress.barred = Some(error);
                    break;
                }
                Err(problem) => {
                    let result = BulkResult::of(self.reply(Err(problem)), None);
                    self.record_result(plan, progress, operation, result);
                }
            }
            // A failed check tells nothing; the end of the batch will.
            let report = self.host.ask(&CheckBatch {}).await.ok();
            report.iter().for_each(|report| time.note(report.now));
            if together && report.is_some_and(|report| report.state == BatchState::Lost) {
                let ended = self.host.ask(&EndBatch { keep: true }).await;
                if let Err(failure) = ended
                    && failure.may_be_stored
                {
                    drop(self.end_postponing());
                    self.forget_events(events..usize::MAX);
                    return Err(Broken::Unknown(failure));
                }
                let postponed = self.end_postponing();
                let stands = progress.result(operation).is_none_or(BulkResult::is_success);
                self.forget_events(events..if stands { events_before } else { usize::MAX });
                if stands && let Err(problem) = self.decide_postponed(postponed).await {
                    self.note_problem(&problem);
                }
                return Err(Broken::Lost(stands.then_some(operation)));
            }
            if together && time.spent >= end {
                break;
            }
        }
        if !together {
            return Ok(());
        }
        let keep = self.decide_postponed(self.end_postponing()).await.is_ok();
        match self.host.ask(&EndBatch { keep }).await {
            Ok(BatchState::Kept) => Ok(()),
            Err(failure) if failure.may_be_stored => {
                self.forget_events(events..usize::MAX);
                Err(Broken::Unknown(failure))
            }
            Ok(BatchState::Lost) | Err(HostError { .. }) => {
                self.forget_events(events..usize::MAX);
                Err(Broken::Lost(None))
            }
        }
    }

    /// Answers the operations of a batch that may or may not be stored, and bars the rest. If they were done
    /// again, the answer would be that what they created is there already.
    fn doubt(&self, plan: &Plan, before: Progress, after: &Progress, failure: &HostError) -> Progress {
        let mut progress = before;
        for operation in 0..plan.operations.len() {
            if progress.result(operation).is_some() {
                continue;
            }
            if let Some(result) = after.result(operation) {
                let result = match result.is_success() {
                    true => BulkResult::of(self.reply(Err(RequestError::Host(failure.clone()))), None),
                    false => result.clone(),
                };
                self.record_result(plan, &mut progress, operation, result);
            }
        }
        progress.barred = Some(Error::new(
            503,
            "The database of the site failed before this operation was begun; nothing was changed by it. \
             Send it again.",
        ));
        progress
    }

    async fn step(&self, plan: &Plan, progress: &mut Progress, step: Step<'_>) {
        self.has_noted_wish.set(false);
        match step {
            Step::Refuse(operation, error) => {
                let reply = refuse(&mut self.note.borrow_mut(), &error);
                self.record_result(plan, progress, operation, BulkResult::of(reply, None));
            }
            Step::Run(operation, todo) => {
                drop(self.blocked_by.take());
                let result = self.run(todo, todo.data.clone(), &progress.ids).await;
                let blocker = self.blocked_by.take().filter(|_| !result.is_success());
                if blocker.is_some_and(|id| progress.postpone(plan, operation, &id)) {
                    // It is announced when it is done again.
                    let mut note = self.note.borrow_mut();
                    (note.action, note.detail) = (None, None);
                    return;
                }
                self.record_result(plan, progress, operation, result);
            }
            Step::Begin(operation, todo) => {
                let (now, later) = references::split(todo.data.clone(), &progress.ids);
                let result = self.run(todo, now, &progress.ids).await;
                match result.id.clone().filter(|_| result.is_success()) {
                    Some(id) => progress.begin(plan, Begun { operation, id, later, result }),
                    None => self.record_result(plan, progress, operation, result),
                }
            }
            Step::Finish(begun) => {
                let result = self.finish(plan, &begun, &progress.ids).await;
                self.record_result(plan, progress, begun.operation, result);
            }
        }
    }

    async fn run(&self, todo: &Todo, data: Map<String, Value>, ids: &Ids) -> BulkResult {
        let mut address = None;
        let answer = self.carry_out(todo, data, ids, &mut address).await;
        BulkResult::of(self.reply(answer), address)
    }

    async fn carry_out(
        &self,
        todo: &Todo,
        mut data: Map<String, Value>,
        ids: &Ids,
        address: &mut Option<String>,
    ) -> Answer {
        let id = match &todo.id {
            Some(id) => references::resolved_id(id, ids)?,
            None => String::new(),
        };
        if todo.id.is_some() {
            *address = Some(crate::scim::meta::location(&self.base, todo.resource_type, &id));
        }
        references::resolve(&mut data, ids)?;
        let write = match todo.action {
            Action::Create => Write::Create(data),
            Action::Replace => Write::Replace(&id, data),
            Action::Patch => Write::Patch(&id, data),
            Action::Delete => Write::Delete(&id),
        };
        let precondition = Precondition { if_match: todo.version.as_deref(), if_none_match: None };
        self.write(todo.resource_type, write, &precondition, &id_only()).await
    }

    /// Adds to a resource the references that it could not have when it was created.
    async fn finish(&self, plan: &Plan, begun: &Begun, ids: &Ids) -> BulkResult {
        let Some(resource_type) = plan.resource_type(begun.operation) else { return begun.result.clone() };
        let mut later = begun.later.clone();
        let answer = match references::resolve(&mut later, ids) {
            Ok(()) => {
                let operations = json!([{ "op": "add", "value": later }]);
                let body = Map::from_iter([
                    ("schemas".to_owned(), json!([PATCH_URN])),
                    ("Operations".to_owned(), operations),
                ]);
                let any = Precondition { if_match: None, if_none_match: None };
                self.write(resource_type, Write::Patch(&begun.id, body), &any, &id_only()).await
            }
            Err(error) => Err(error.into()),
        };
        match answer {
            Ok(reply) => {
                self.note("created", "", "");
                begun.result.clone().at_version_of(reply)
            }
            Err(RequestError::Client(error)) => self.take_back(plan, begun, &error).await,
            Err(RequestError::Host(failure)) => {
                let reply = self.break_down(failure);
                let error = Error::new(reply.status, "The references of this resource could not be put in.");
                self.take_back(plan, begun, &error).await
            }
        }
    }

    /// Removes a resource that cannot become what was asked for. The client gets an error and may send it
    /// again.
    async fn take_back(&self, plan: &Plan, begun: &Begun, error: &Error) -> BulkResult {
        let any = Precondition { if_match: None, if_none_match: None };
        let removed = match plan.resource_type(begun.operation) {
            Some(ResourceType::Group) => self.delete_group(&begun.id, &any).await,
            // The account is kept whatever the owner's policy: it may have been somebody's before.
            _ => self.withdraw_user(&begun.id).await,
        };
        if removed.is_ok() {
            return BulkResult::of(refuse(&mut self.note.borrow_mut(), error), None);
        }
        let detail = format!(
            "{} The resource was created without them and could not be removed again: its id is {}.",
            error.detail(),
            begun.id
        );
        let reply = refuse(&mut self.note.borrow_mut(), &Error::new(error.status(), detail));
        BulkResult::of(reply, begun.result.location.clone())
    }

    fn reply(&self, answer: Answer) -> Reply {
        match answer {
            Ok(reply) => reply,
            Err(RequestError::Client(error)) => refuse(&mut self.note.borrow_mut(), &error),
            Err(RequestError::Host(failure)) => self.break_down(failure),
        }
    }

    fn record_result(&self, plan: &Plan, progress: &mut Progress, operation: usize, result: BulkResult) {
        progress.tally.count(&mut self.note.borrow_mut());
        progress.record_result(plan, operation, result);
    }
}

/// What became of a batch that was not kept.
enum Broken {
    /// What it did is gone, except for this one operation, if there is one.
    Lost(Option<usize>),
    /// Nobody knows.
    Unknown(HostError),
}

/// The answer to an operation that succeeded shows no resource (RFC 7644 §3.7: a server may omit it), so
/// nothing is read for it.
fn id_only() -> Query {
    Query { attributes: Some("id".to_owned()), ..Query::default() }
}

/// How long the request has taken, as far as the host has told the time.
#[derive(Default)]
struct Time {
    since: Option<i64>,
    spent: i64,
}

impl Time {
    fn note(&mut self, now: i64) {
        self.spent = now - *self.since.get_or_insert(now);
    }

    /// Whether no further operation is begun.
    fn is_over(&self) -> bool {
        self.spent >= TIME_BUDGET
    }
}

fn out_of_time() -> Error {
    Error::new(
        503,
        "The time of this request was over before this operation was begun; nothing was changed by it. Send \
         it again, in a request with fewer operations.",
    )
}
