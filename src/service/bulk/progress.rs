//! How far the operations of a bulk request are, and which comes next.

use super::plan::{Plan, Todo};
use super::references::Ids;
use super::result::{BulkResult, Tally};
use crate::scim::error::Error;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What has been done. A clone is a place to go back to.
#[derive(Clone)]
pub(super) struct Progress {
    /// What has been created.
    pub(super) ids: Ids,
    pub(super) tally: Tally,
    /// Why nothing further may be done, where the token has ended meanwhile or the time is over.
    pub(super) barred: Option<Error>,
    /// Operations that wait for nothing (more), the first ones first.
    ready: BTreeSet<usize>,
    /// For each operation, how many it waits for.
    waiting: Vec<usize>,
    /// For each operation, whether those that refer to what it creates need not wait for it any more.
    released: Vec<bool>,
    begun: BTreeMap<usize, Begun>,
    /// Operations that failed because of a person that a later operation changes, and those that were done
    /// again after that operation.
    postponed: BTreeSet<usize>,
    again: BTreeSet<usize>,
    results: Vec<Option<BulkResult>>,
}

/// A resource that was created without what it refers to.
#[derive(Clone)]
pub(super) struct Begun {
    pub(super) operation: usize,
    pub(super) id: String,
    /// What it refers to.
    pub(super) later: Map<String, Value>,
    /// The result of its creation.
    pub(super) result: BulkResult,
}

/// What is to be done next.
pub(super) enum Step<'a> {
    /// It cannot be done.
    Refuse(usize, Error),
    Run(usize, &'a Todo),
    /// Create it without what it refers to: it is part of a circle.
    Begin(usize, &'a Todo),
    /// Put in what it refers to.
    Finish(Box<Begun>),
}

impl Step<'_> {
    /// Whether something is begun by it. What was begun is finished in any case.
    pub(super) fn begins(&self) -> bool {
        matches!(self, Self::Run(..) | Self::Begin(..))
    }

    pub(super) fn operation(&self) -> usize {
        match self {
            Self::Refuse(operation, _) | Self::Run(operation, _) | Self::Begin(operation, _) => *operation,
            Self::Finish(begun) => begun.operation,
        }
    }
}

impl Progress {
    pub(super) fn new(plan: &Plan) -> Self {
        let waiting: Vec<usize> = plan.needs.iter().map(Vec::len).collect();
        let is_ready = |(index, count): (usize, &usize)| (*count == 0).then_some(index);
        Self {
            ids: Ids::new(),
            tally: Tally::default(),
            barred: None,
            ready: waiting.iter().enumerate().filter_map(is_ready).collect(),
            released: vec![false; waiting.len()],
            results: vec![None; waiting.len()],
            begun: BTreeMap::new(),
            postponed: BTreeSet::new(),
            again: BTreeSet::new(),
            waiting,
        }
    }

    /// Whether nothing is left to do, or nothing may be done any more.
    pub(super) fn is_over(&self, plan: &Plan) -> bool {
        self.barred.is_some() || self.next_unanswered(plan).is_none()
    }

    /// The first operation without a result, if it is to have one: there were not too many errors.
    pub(super) fn next_unanswered(&self, plan: &Plan) -> Option<usize> {
        let errors = self.results.iter().flatten().filter(|result| !result.is_success()).count();
        let is_left = plan.fail_on_errors.is_none_or(|limit| errors < limit);
        self.results.iter().position(Option::is_none).filter(|_| is_left)
    }

    /// Takes up what comes next.
    pub(super) fn next<'a>(&mut self, plan: &'a Plan) -> Option<Step<'a>> {
        if self.is_over(plan) {
            return None;
        }
        while let Some(operation) = self.ready.pop_first() {
            if self.result(operation).is_some() {
                continue;
            }
            if let Some(begun) = self.begun.get(&operation) {
                return Some(Step::Finish(Box::new(begun.clone())));
            }
            return Some(match &plan.operations.get(operation)?.todo {
                Ok(todo) => Step::Run(operation, todo),
                Err(error) => Step::Refuse(operation, error.clone()),
            });
        }
        if let Some(operation) = self.postponed.pop_first() {
            self.again.insert(operation);
            let todo = plan.operations.get(operation)?.todo.as_ref().ok()?;
            return Some(Step::Run(operation, todo));
        }
        let operation = self.in_circle(plan)?;
        let todo = plan.operations.get(operation)?.todo.as_ref().ok()?;
        Some(Step::Begin(operation, todo))
    }

    /// Puts an operation off until the others are done, once, if one that is not done yet is about the person
    /// that it conflicts with.
    pub(super) fn postpone(&mut self, plan: &Plan, operation: usize, blocker: &str) -> bool {
        let is_about = |other: usize| {
            let todo = plan.operations.get(other).and_then(|other| other.todo.as_ref().ok());
            todo.is_some_and(|todo| todo.id.as_deref() == Some(blocker))
        };
        let is_left = |other: usize| other != operation && self.result(other).is_none();
        let may_help = (0..self.results.len()).any(|other| is_left(other) && is_about(other));
        let postpones = may_help && !self.again.contains(&operation);
        if postpones {
            self.postponed.insert(operation);
        }
        postpones
    }

    pub(super) fn result(&self, operation: usize) -> Option<&BulkResult> {
        self.results.get(operation)?.as_ref()
    }

    pub(super) fn results(&self) -> impl Iterator<Item = Option<&BulkResult>> {
        self.results.iter().map(Option::as_ref)
    }

    /// Records an operation's result.
    pub(super) fn record_result(&mut self, plan: &Plan, operation: usize, result: BulkResult) {
        let created = result.id.clone().filter(|_| result.is_success());
        self.begun.remove(&operation);
        match created {
            Some(id) => self.name(plan, operation, id),
            None => self.unname(plan, operation),
        }
        if let Some(place) = self.results.get_mut(operation) {
            *place = Some(result);
        }
        self.release(plan, operation);
    }

    /// Notes that a resource was created without what it refers to.
    pub(super) fn begin(&mut self, plan: &Plan, begun: Begun) {
        let operation = begun.operation;
        self.name(plan, operation, begun.id.clone());
        self.begun.insert(operation, begun);
        self.release(plan, operation);
    }

    /// Those that were begun and will not be finished.
    pub(super) fn abandoned(&mut self) -> Vec<Begun> {
        std::mem::take(&mut self.begun).into_values().collect()
    }

    /// This state, and one operation as it stands in a later one.
    pub(super) fn with(mut self, operation: Option<usize>, plan: &Plan, later: &Self) -> Self {
        let Some(operation) = operation else { return self };
        if let Some(begun) = later.begun.get(&operation) {
            self.begin(plan, begun.clone());
        } else if let Some(result) = later.result(operation) {
            self.record_result(plan, operation, result.clone());
        }
        self
    }

    fn name(&mut self, plan: &Plan, operation: usize, id: String) {
        if let Some(name) = plan.created_by(operation) {
            self.ids.insert(name.to_owned(), id);
        }
    }

    fn unname(&mut self, plan: &Plan, operation: usize) {
        if let Some(name) = plan.created_by(operation) {
            self.ids.remove(name);
        }
    }

    /// Lets those go on that wait for an operation.
    fn release(&mut self, plan: &Plan, operation: usize) {
        match self.released.get_mut(operation) {
            Some(released) if !*released => *released = true,
            _ => return,
        }
        for dependent in plan.dependents.get(operation).into_iter().flatten() {
            if let Some(waiting) = self.waiting.get_mut(*dependent) {
                *waiting = waiting.saturating_sub(1);
                if *waiting == 0 {
                    self.ready.insert(*dependent);
                }
            }
        }
    }

    /// An operation that waits, in the end, for itself. There is one where operations are left and none is
    /// ready.
    fn in_circle(&self, plan: &Plan) -> Option<usize> {
        let is_left =
            |operation: &usize| self.result(*operation).is_none() && !self.begun.contains_key(operation);
        let mut current = (0..self.results.len()).find(is_left)?;
        let mut passed = BTreeSet::new();
        while passed.insert(current) {
            let is_awaited = |need: &&usize| self.released.get(**need) == Some(&false);
            current = *plan.needs.get(current)?.iter().find(is_awaited)?;
        }
        Some(current)
    }
}
