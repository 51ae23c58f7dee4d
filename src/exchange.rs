//! One request: commands go out, answers come in, a response comes of it.
//!
//! An operation is an `async fn` that awaits its [`Host`]. There is no runtime and nothing ever
//! wakes anything: the future is polled once when the exchange opens and once after each answer, and
//! is pending exactly while a command is on its way. The owner of the exchange calls, in this order:
//! [`Exchange::command`] until it gives `None`, after each `Some` one of [`Exchange::answer`] or
//! [`Exchange::fail`], then [`Exchange::response`] and [`Exchange::summary`].

use crate::host::{BeginBatch, Command, EndBatch, Host, HostError, NotePanic, Question, Turn};
use crate::http::{Request, Response};
use crate::panics::{Panic, caught};
use crate::service::tasks::Task;
use crate::service::{self, Summary};
use crate::settings::Settings;
use serde_json::Value;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// One request on its way to its response.
pub struct Exchange {
    turn: Rc<RefCell<Turn>>,
    state: State,
    /// What the log is to say, as far as it is known.
    note: Rc<RefCell<Summary>>,
    is_head: bool,
    /// Whether a command went out that may have changed something.
    may_have_changed: bool,
    is_in_batch: bool,
}

enum State {
    Running(Pin<Box<dyn Future<Output = (Response, Summary)>>>),
    Finished(Box<(Response, Summary)>),
}

/// A call that does not fit the order of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfTurn {
    /// An answer came although no command had been handed out.
    #[error("no command has been handed out, so there is nothing to answer")]
    NothingAsked,
    /// The response was asked for while a command still awaits its answer.
    #[error("the exchange is not finished: fetch and answer every command first")]
    Unfinished,
}

impl Exchange {
    /// Opens the exchange for one HTTP request.
    pub fn open(request: Request, settings: Rc<Settings>) -> Self {
        let note = Summary::of(&request);
        let is_head = request.method.eq_ignore_ascii_case("HEAD");
        Self::run(note, is_head, |host, note| service::answer(host, request, settings, note))
    }

    /// Opens the exchange for a request that cannot be served, because the site's settings cannot be used.
    pub fn broken(request: Request, reason: &str) -> Self {
        Self::refused(request, HostError::new(&format!("The settings cannot be read: {reason}")))
    }

    /// Opens the exchange for a request that cannot be served at the moment, because the database does not
    /// give the site's settings.
    pub fn unavailable(request: Request) -> Self {
        Self::refused(request, HostError::new("The database does not give the settings.").passing(true))
    }

    /// Opens an exchange for a request in whose beginning the core has panicked.
    pub fn panicked(request: &Request, panic: &Panic) -> Self {
        let is_head = request.method.eq_ignore_ascii_case("HEAD");
        let mut exchange = Self::run(Summary::of(request), is_head, |_, _| std::future::pending());
        exchange.break_off(panic);
        exchange
    }

    fn refused(request: Request, failure: HostError) -> Self {
        Self::run(Summary::default(), false, |_, _| std::future::ready(service::broken(&request, &failure)))
    }

    /// Opens an exchange of our own: what people are searched by is renewed, and fields that are new are
    /// filled. `edited` says that the accounts were edited inside WordPress just now. Its response is empty.
    pub fn refresh(user_ids: Vec<u64>, edited: bool, settings: Rc<Settings>, now: i64) -> Self {
        Self::run(Summary::default(), false, |host, _| {
            service::refresh(host, user_ids, edited, settings, now)
        })
    }

    /// Opens an exchange of our own, for something that the owner has done to everybody. Its response is 200
    /// with a report, or an error ([`service::tasks`]).
    pub fn task(task: Task, settings: Rc<Settings>, now: i64) -> Self {
        Self::run(Summary::default(), false, |host, note| {
            service::tasks::perform(host, task, settings, now, note)
        })
    }

    fn run<F, Operation>(note: Summary, is_head: bool, start: F) -> Self
    where
        F: FnOnce(Host, Rc<RefCell<Summary>>) -> Operation,
        Operation: Future<Output = (Response, Summary)> + 'static,
    {
        let turn = Rc::new(RefCell::new(Turn::Service));
        let note = Rc::new(RefCell::new(note));
        let operation = start(Host { turn: Rc::clone(&turn) }, Rc::clone(&note));
        let state = State::Running(Box::pin(operation));
        let mut exchange = Self { turn, state, note, is_head, may_have_changed: false, is_in_batch: false };
        exchange.advance();
        exchange
    }

    /// The next command to carry out, or `None` once the response is ready. Until a command is
    /// answered, it is handed out only once.
    pub fn command(&mut self) -> Option<Command> {
        match self.turn.take() {
            Turn::Asked(command) => {
                self.turn.replace(Turn::Owner);
                self.may_have_changed |= command.may_change();
                match command.name {
                    BeginBatch::NAME => self.is_in_batch = true,
                    EndBatch::NAME => self.is_in_batch = false,
                    _ => {}
                }
                Some(command)
            }
            other => {
                self.turn.replace(other);
                None
            }
        }
    }

    /// Gives the answer to the command last handed out.
    ///
    /// # Errors
    /// [`OutOfTurn::NothingAsked`] when no command awaits an answer.
    pub fn answer(&mut self, answer: Value) -> Result<(), OutOfTurn> {
        self.proceed(Ok(answer))
    }

    /// Says that the command last handed out could not be carried out and left nothing behind.
    ///
    /// # Errors
    /// [`OutOfTurn::NothingAsked`] when no command awaits an answer.
    pub fn fail(&mut self, reason: &str) -> Result<(), OutOfTurn> {
        self.fail_with(HostError::new(reason))
    }

    /// Says that the command last handed out could not be carried out, and what is known of it.
    ///
    /// # Errors
    /// [`OutOfTurn::NothingAsked`] when no command awaits an answer.
    pub fn fail_with(&mut self, failure: HostError) -> Result<(), OutOfTurn> {
        self.proceed(Err(failure))
    }

    /// The response.
    ///
    /// # Errors
    /// [`OutOfTurn::Unfinished`] while a command awaits its answer.
    pub fn response(&self) -> Result<&Response, OutOfTurn> {
        match &self.state {
            State::Finished(finished) => Ok(&finished.0),
            State::Running(_) => Err(OutOfTurn::Unfinished),
        }
    }

    /// What the activity log says of this request. It holds no secret.
    ///
    /// # Errors
    /// [`OutOfTurn::Unfinished`] while a command awaits its answer.
    pub fn summary(&self) -> Result<&Summary, OutOfTurn> {
        match &self.state {
            State::Finished(finished) => Ok(&finished.1),
            State::Running(_) => Err(OutOfTurn::Unfinished),
        }
    }

    fn proceed(&mut self, answer: Result<Value, HostError>) -> Result<(), OutOfTurn> {
        if !matches!(*self.turn.borrow(), Turn::Owner) {
            return Err(OutOfTurn::NothingAsked);
        }
        self.turn.replace(Turn::Answered(answer));
        self.advance();
        Ok(())
    }

    fn advance(&mut self) {
        let State::Running(operation) = &mut self.state else { return };
        let mut context = Context::from_waker(Waker::noop());
        match caught(|| operation.as_mut().poll(&mut context)) {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(finished)) => self.state = State::Finished(Box::new(finished)),
            Err(panic) => self.break_off(&panic),
        }
    }

    /// Ends the request, and lets PHP log the reason and undo an open batch: nothing may be told of what that
    /// batch did.
    fn break_off(&mut self, panic: &Panic) {
        let mut summary = self.note.take();
        if self.is_in_batch {
            summary.forget_what_happened();
        }
        let reason = panic.to_string();
        let finished = service::broken_off(summary, &reason, self.may_have_changed, self.is_head);
        self.state = State::Finished(Box::new(finished));
        if let Ok(command) = Command::new(&NotePanic { reason }) {
            self.turn.replace(Turn::Asked(command));
        }
    }
}
