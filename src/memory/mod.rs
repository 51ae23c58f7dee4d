//! An in-memory WordPress for tests and benches: it carries out every command with the same outcomes as the
//! plugin, without PHP and without SQL. Each filter is evaluated on each resource instead.
//!
//! Ids are counted, times come with the commands: the same requests always give the same responses.

mod accounts;
mod batch;
mod groups;
mod losses;
mod roles;
mod selection;
mod snapshot;
mod users;

pub use accounts::{StoredAccount, wordpress_stores};

use self::batch::Batch;
use self::groups::StoredGroup;
use self::losses::Losses;
use self::users::Person;
use crate::exchange::Exchange;
use crate::host::{
    CheckToken, Command, CountKnock, CountRequests, Knocks, ListTokens, Question, Scope, TokenRecord,
    TokenState, TouchToken, questions,
};
use crate::http::{Request, Response};
use crate::service::tasks::Task;
use crate::settings::Settings;
use crate::token;
use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

/// A WordPress site in memory.
#[derive(Clone)]
pub struct MemoryHost {
    /// Every command so far, also those that failed.
    pub trace: Vec<Command>,
    /// What WordPress makes of a value that is written to a target.
    pub stores: fn(target: &str, value: &Value) -> Value,
    /// The fields of plugins that the site has: targets that begin with `xprofile:` or `acf:`.
    pub plugin_fields: BTreeSet<String>,
    /// The roles that the site has.
    pub roles: BTreeSet<String>,
    /// How many milliseconds each operation of a batch takes.
    pub operation_takes: i64,
    settings: Rc<Settings>,
    tokens: Vec<TokenRecord>,
    knocks: BTreeMap<(i64, String), u64>,
    accounts: BTreeMap<u64, StoredAccount>,
    people: BTreeMap<u64, Person>,
    groups: BTreeMap<u64, StoredGroup>,
    losses: Losses,
    next: u64,
    fails_in: Option<usize>,
    stale_times: usize,
    clock: i64,
    changes_token: VecDeque<Option<fn(&mut TokenRecord)>>,
    batch: Batch,
}

impl Default for MemoryHost {
    fn default() -> Self {
        Self {
            trace: Vec::new(),
            stores: wordpress_stores,
            plugin_fields: BTreeSet::new(),
            roles: roles::of_wordpress(),
            operation_takes: 0,
            settings: Rc::default(),
            tokens: Vec::new(),
            knocks: BTreeMap::new(),
            accounts: BTreeMap::new(),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            losses: Losses::default(),
            next: 1,
            fails_in: None,
            stale_times: 0,
            clock: 0,
            changes_token: VecDeque::new(),
            batch: Batch::default(),
        }
    }
}

impl MemoryHost {
    /// A site without accounts and tokens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a token in and gives its number.
    pub fn add_token(&mut self, text: &str, scope: Scope) -> u64 {
        let id = self.number();
        self.tokens.push(TokenRecord {
            id,
            name: format!("token {id}"),
            hash: token::hash(text),
            scope,
            expires: None,
            revoked: None,
            last_used: None,
            minute: 0,
            requests: 0,
            of_network: true,
        });
        id
    }

    /// Carries a request through to its response.
    pub fn exchange(&mut self, request: Request, settings: &Rc<Settings>) -> Response {
        let exchange = self.converse(request, settings);
        exchange.response().cloned().unwrap_or_else(|error| Response {
            status: 500,
            headers: Vec::new(),
            body: error.to_string(),
        })
    }

    /// Carries a request through and gives the finished exchange, which also holds the summary.
    pub fn converse(&mut self, request: Request, settings: &Rc<Settings>) -> Exchange {
        self.settings = Rc::clone(settings);
        self.clock = request.now;
        let finished = self.hold(Exchange::open(request, Rc::clone(settings)));
        if let Ok(summary) = finished.summary()
            && let Some(alarm) = &summary.alarm
        {
            self.raise(alarm, self.clock);
        }
        finished
    }

    /// Carries a task through and gives the finished exchange.
    pub fn perform(&mut self, task: Task, settings: &Rc<Settings>, now: i64) -> Exchange {
        self.settings = Rc::clone(settings);
        self.hold(Exchange::task(task, Rc::clone(settings), now))
    }

    fn hold(&mut self, mut exchange: Exchange) -> Exchange {
        while let Some(command) = exchange.command() {
            let spoken = match self.run(&command) {
                Ok(answer) => exchange.answer(answer),
                Err(reason) => exchange.fail(&reason),
            };
            debug_assert!(spoken.is_ok(), "a command that was handed out can be answered");
        }
        exchange
    }

    /// Makes a command fail, after so many others: 0 is the next one.
    pub fn fail_after(&mut self, commands: usize) {
        self.fails_in = Some(commands);
    }

    /// Lets the owner change the token of a running request, after so many checks of it: 0 is the next check.
    pub fn change_token_after(&mut self, checks: usize, change: fn(&mut TokenRecord)) {
        self.changes_token = std::iter::repeat_n(None, checks).chain([Some(change)]).collect();
    }

    /// Lets another request write just before the next change of a user or group.
    pub fn stale_once(&mut self) {
        self.stale_times(1);
    }

    /// The same for so many changes in turn.
    pub fn stale_times(&mut self, times: usize) {
        self.stale_times = times;
    }

    /// Carries out one command.
    ///
    /// # Errors
    /// The reason why it cannot be carried out. Nothing was changed.
    pub fn run(&mut self, command: &Command) -> Result<Value, String> {
        self.trace.push(command.clone());
        self.lose_batch(command.name);
        if let Err(reason) = self.inject_failure() {
            self.fail_batch(command.name);
            return Err(reason);
        }
        self.carry_out_named(command)
    }

    /// Reads the command's fields, carries it out and writes the answer down.
    fn carry_out<Q>(
        &mut self,
        command: &Command,
        run: impl FnOnce(&mut Self, Q) -> Result<Q::Answer, String>,
    ) -> Result<Value, String>
    where
        Q: Question + serde::de::DeserializeOwned,
        Q::Answer: serde::Serialize,
    {
        let question = serde_json::from_value(Value::Object(command.fields.clone()))
            .map_err(|error| format!("the command {} has the wrong form: {error}", command.name))?;
        serde_json::to_value(run(self, question)?).map_err(|error| error.to_string())
    }

    fn list_tokens(&mut self, _: ListTokens) -> Result<Vec<TokenRecord>, String> {
        Ok(self.tokens.clone())
    }

    fn touch_token(&mut self, touch: TouchToken) -> Result<(), String> {
        let token = self.tokens.iter_mut().find(|token| token.id == touch.id).ok_or("no such token")?;
        token.last_used = Some(touch.now);
        Ok(())
    }

    fn check_token(&mut self, check: CheckToken) -> Result<TokenState, String> {
        if let Some(change) = self.changes_token.pop_front().flatten()
            && let Some(token) = self.tokens.iter_mut().find(|token| token.id == check.id)
        {
            change(token);
        }
        let token = self.tokens.iter().find(|token| token.id == check.id).cloned();
        Ok(TokenState { token, now: self.clock })
    }

    fn count_knock(&mut self, knock: CountKnock) -> Result<Knocks, String> {
        let all: u64 =
            self.knocks.iter().filter(|((minute, _), _)| *minute == knock.minute).map(|(_, n)| n).sum();
        let here = self.knocks.entry((knock.minute, knock.address)).or_default();
        let knocks = Knocks { here: *here + 1, all: all + 1 };
        if *here < knock.most_here && all < knock.most {
            *here += 1;
        }
        Ok(knocks)
    }

    fn count_requests(&mut self, count: CountRequests) -> Result<(), String> {
        if let Some(token) = self.tokens.iter_mut().find(|token| token.id == count.id) {
            let before = if token.minute == count.minute { token.requests } else { 0 };
            (token.minute, token.requests) = (count.minute, before + count.requests);
        }
        Ok(())
    }

    fn inject_failure(&mut self) -> Result<(), String> {
        match self.fails_in {
            Some(0) => {
                self.fails_in = None;
                Err("the database server has gone away".to_owned())
            }
            Some(left) => {
                self.fails_in = Some(left - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Whether a write that was decided on `expected` comes too late.
    fn comes_too_late(&mut self, expected: u64, stored: &mut u64) -> bool {
        if let Some(left) = self.stale_times.checked_sub(1) {
            self.stale_times = left;
            *stored += 1;
        }
        *stored != expected
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    fn id(&mut self) -> SmolStr {
        format_smolstr!("5c1b0000-0000-4000-8000-{:012x}", self.number())
    }
}

macro_rules! carry_out_named {
    ($($question:ident, $name:ident, $does:ident => $answer:ty;)*) => {
        impl MemoryHost {
            /// Carries a command out by the method of its name.
            fn carry_out_named(&mut self, command: &Command) -> Result<Value, String> {
                match command.name {
                    $(stringify!($name) => self.carry_out(command, Self::$name),)*
                    unknown => Err(format!("no such command: {unknown}")),
                }
            }
        }
    };
}

questions!(carry_out_named);

/// The state of the site after its last request, for the message of a test that failed.
impl std::fmt::Display for MemoryHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let accounts: Vec<Value> = self.accounts.values().map(|stored| json!(stored.account)).collect();
        let names: Vec<&str> = self.trace.iter().map(|command| command.name).collect();
        write!(f, "accounts: {}\ncommands: {}", Value::from(accounts), names.join(", "))
    }
}
