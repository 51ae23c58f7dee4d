//! The PHP extension: the only file that names ext-php-rs.
//!
//! It turns PHP arrays into values and back, and forwards to the core. Nothing is decided here.

#![expect(unnameable_types, reason = "PHP names its classes, nothing in Rust does")]

use crate::calls::{self, CallError};
use crate::exchange::{Exchange, OutOfTurn};
use crate::host::{HostError, MAX_NESTING};
use crate::http::{MAX_BODY, Request, Response};
use crate::panics;
use crate::service::closed::{Closed, closed};
use crate::service::tasks::MAX_PART;
use crate::settings;
use crate::token;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::exception::PhpException;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ArrayKey, ZendHashTable, Zval};
use ext_php_rs::zend::{ModuleEntry, ce};
use ext_php_rs::{convert::IntoZval, info_table_end, info_table_row, info_table_start};
use serde::Serialize;
use serde_json::{Map, Value};

type PhpArray = ZBox<ZendHashTable>;

/// How deep arrays may be nested on their way in. It bounds the recursion of [`value_of`].
const MAX_DEPTH: usize = 128;

/// What every exception of Rollbook is.
#[php_class]
#[php(name = "Rollbook\\Exception")]
#[php(extends(ce = ce::exception, stub = "\\Exception"))]
#[derive(Default)]
pub struct RollbookException;

/// A token that cannot be used. The message says why.
#[php_class]
#[php(name = "Rollbook\\InvalidToken")]
#[php(extends(RollbookException))]
#[derive(Default)]
pub struct InvalidToken;

/// A call that does not fit the order of the exchange. The message says why.
#[php_class]
#[php(name = "Rollbook\\OutOfTurn")]
#[php(extends(RollbookException))]
#[derive(Default)]
pub struct OutOfTurnException;

/// A settings document that is refused. The message holds every problem, a line each.
#[php_class]
#[php(name = "Rollbook\\InvalidSettings")]
#[php(extends(RollbookException))]
#[derive(Default)]
pub struct InvalidSettings {
    #[php(prop)]
    message: String,
    problems: Vec<settings::problem::SettingsProblem>,
}

#[php_impl]
impl InvalidSettings {
    /// Every problem: its place, the reason in English, and the same as a text to translate, with the values
    /// for its numbered places.
    ///
    /// @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
    pub fn problems(&self) -> PhpResult<PhpArray> {
        array_of(&self.problems)
    }
}

/// One SCIM request. Open it, fetch commands until there is none, give each its answer,
/// take the response.
#[php_class]
#[php(name = "Rollbook\\Exchange", flags = ClassFlags::Final)]
pub struct PhpExchange {
    exchange: Exchange,
}

#[php_impl]
impl PhpExchange {
    /// The largest body that is read, in bytes. Pass one byte more, if there is one.
    pub const MAX_BODY: i64 = MAX_BODY as i64;

    /// How many groups may lie around the one that somebody is a member of, for the outermost to be an
    /// indirect group.
    pub const MAX_NESTING: i64 = MAX_NESTING as i64;

    /// The most people or accounts in one part of a task.
    pub const MAX_PART: i64 = MAX_PART as i64;

    /// Opens the exchange for a request: an array of "method", "base", "path", "query", "headers", "body",
    /// "remote" (the client's IP address), "plain" (whether it came without TLS) and "now" (milliseconds).
    /// Settings that cannot be used are answered as an error of the server; null stands for those that the
    /// database does not give. The site is an array of "roles" (a list of arrays with "name" and
    /// "capabilities"), "default_role", "languages", "network" and "address".
    pub fn open(
        request: &ZendHashTable,
        settings: Option<&ZendHashTable>,
        site: &ZendHashTable,
    ) -> PhpResult<Self> {
        let request = Request {
            method: text(request, "method"),
            base: text(request, "base"),
            path: text(request, "path"),
            query: text(request, "query"),
            headers: headers(request),
            body: request.get("body").and_then(|body| body.binary::<u8>()).unwrap_or_default(),
            remote: text(request, "remote"),
            plain: request.get("plain").and_then(Zval::bool).unwrap_or_default(),
            now: request.get("now").and_then(Zval::long).unwrap_or_default(),
        };
        let settings = settings.map(map_of).transpose()?;
        let site = map_of(site)?;
        let exchange = guarded(|| calls::open(request, settings.as_ref(), site))?;
        Ok(Self { exchange })
    }

    /// Opens an exchange of Rollbook's own that renews what people of these accounts are searched by, and
    /// fills fields that are new. Those with an edit made inside WordPress get the next version if the
    /// accounts were edited just now. Its response is empty.
    pub fn refresh(
        user_ids: Vec<i64>,
        edited: bool,
        settings: &ZendHashTable,
        site: &ZendHashTable,
        now: i64,
    ) -> PhpResult<Self> {
        let (settings, site) = (map_of(settings)?, map_of(site)?);
        let exchange = guarded(|| calls::refresh(user_ids, edited, &settings, site, now))?;
        Ok(Self { exchange })
    }

    /// Opens an exchange of Rollbook's own that does something to everybody, a part at a time, or tells what
    /// it would change: an array of "task" and its fields. The response's body is a report as JSON, or an
    /// error with a "detail".
    pub fn task(
        task: &ZendHashTable,
        settings: &ZendHashTable,
        site: &ZendHashTable,
        now: i64,
    ) -> PhpResult<Self> {
        let (task, settings, site) = (map_of(task)?, map_of(settings)?, map_of(site)?);
        let exchange = guarded(|| calls::task(task, &settings, site, now))?;
        Ok(Self { exchange })
    }

    /// The next command: an array whose "do" is its name, beside its fields. Null once the response is ready.
    ///
    /// @return ?array<string, mixed>
    pub fn command(&mut self) -> PhpResult<Option<PhpArray>> {
        let Some(command) = self.exchange.command() else { return Ok(None) };
        let mut array = dictionary_of(&command.fields)?;
        array.insert("do", command.name)?;
        Ok(Some(array))
    }

    /// Gives the answer to the command last fetched.
    pub fn answer(&mut self, answer: &Zval) -> PhpResult<()> {
        let answer = value_of(answer, 0)?;
        self.exchange.answer(answer).map_err(out_of_turn)
    }

    /// Says that the command last fetched could not be carried out. The reason is for the activity log.
    /// "passes" says that it was the database's trouble, so that the request may succeed later;
    /// "may_be_stored" that it is not known how much was left behind.
    pub fn fail(&mut self, reason: &str, passes: Option<bool>, may_be_stored: Option<bool>) -> PhpResult<()> {
        let failure = HostError::new(reason)
            .passing(passes.unwrap_or_default())
            .maybe_stored(may_be_stored.unwrap_or_default());
        self.exchange.fail_with(failure).map_err(out_of_turn)
    }

    /// The response.
    ///
    /// @return array{status: int, headers: array<string, string>, body: string}
    pub fn response(&self) -> PhpResult<PhpArray> {
        array_of_response(self.exchange.response().map_err(out_of_turn)?)
    }

    /// The response to a request of this method while WordPress answers nobody: it is being updated, or else
    /// reaches no database.
    ///
    /// @return array{status: int, headers: array<string, string>, body: string}
    pub fn closed(is_maintenance: bool, method: &str) -> PhpResult<PhpArray> {
        let why = if is_maintenance { Closed::Maintenance } else { Closed::Database };
        array_of_response(&closed(why, method))
    }

    /// What the activity log says of the exchange. It holds no secret.
    ///
    /// @return array<string, mixed>
    pub fn summary(&self) -> PhpResult<PhpArray> {
        array_of(self.exchange.summary().map_err(out_of_turn)?)
    }
}

/// Bearer tokens.
#[php_class]
#[php(name = "Rollbook\\Token", flags = ClassFlags::Final)]
pub struct Token;

#[php_impl]
impl Token {
    /// Makes a token: its text, to be shown once, and its hash, to be stored.
    ///
    /// @return array{token: string, hash: string}
    pub fn generate() -> PhpResult<PhpArray> {
        array_of(&guarded(calls::generate_token)?)
    }

    /// The stored form of a token that the owner brings along.
    ///
    /// Throws Rollbook\InvalidToken when it is too short, too long, mistyped or easy to guess.
    pub fn hash(token: &str) -> PhpResult<String> {
        guarded(|| Ok(token::hash_own(token)?))
    }

    /// Why a token that the owner brings along cannot be used, as a text to translate with the values for its
    /// numbered places; null where it can.
    ///
    /// @return ?array{reason: string, text: string, values: list<mixed>}
    pub fn problem(token: &str) -> PhpResult<Option<PhpArray>> {
        let problem = guarded(|| Ok(calls::token_problem(token)))?;
        if problem.is_null() { Ok(None) } else { array_of(&problem).map(Some) }
    }
}

/// The settings document.
#[php_class]
#[php(name = "Rollbook\\Settings", flags = ClassFlags::Final)]
pub struct PhpSettings;

#[php_impl]
impl PhpSettings {
    /// The document that an empty one stands for.
    ///
    /// @return array<string, mixed>
    pub fn defaults() -> PhpResult<PhpArray> {
        array_of(&guarded(|| Ok(calls::defaults()))?)
    }

    /// Completes a document that is to be saved on a site in the place of another one. What the site has lost
    /// since that was saved does not stop it, unless it is changed.
    ///
    /// Throws Rollbook\InvalidSettings, whose problems() name every place and reason.
    ///
    /// @return array<string, mixed>
    pub fn validate(
        settings: &ZendHashTable,
        before: &ZendHashTable,
        site: &ZendHashTable,
    ) -> PhpResult<PhpArray> {
        let (settings, before, site) = (map_of(settings)?, map_of(before)?, map_of(site)?);
        array_of(&guarded(|| calls::validate(&settings, &before, site))?)
    }

    /// What is wrong with the document of a site as the site is now; each as in
    /// `InvalidSettings::problems()`.
    ///
    /// @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
    pub fn problems(settings: &ZendHashTable, site: &ZendHashTable) -> PhpResult<PhpArray> {
        let (settings, site) = (map_of(settings)?, map_of(site)?);
        array_of(&guarded(|| calls::problems(&settings, site))?)
    }

    /// What becomes dangerous when a document is saved on a site in the place of another one, and what
    /// follows; each as in `InvalidSettings::problems()`.
    ///
    /// @return list<array{place: string, reason: string, text: string, values: list<mixed>}>
    pub fn dangers(
        settings: &ZendHashTable,
        before: &ZendHashTable,
        site: &ZendHashTable,
    ) -> PhpResult<PhpArray> {
        let (settings, before, site) = (map_of(settings)?, map_of(before)?, map_of(site)?);
        array_of(&guarded(|| calls::dangers(&settings, &before, site))?)
    }

    /// The names of the roles and capabilities of a site that protect an account that has one by itself.
    ///
    /// @return list<string>
    pub fn protecting(settings: &ZendHashTable, site: &ZendHashTable) -> PhpResult<PhpArray> {
        let (settings, site) = (map_of(settings)?, map_of(site)?);
        array_of(&guarded(|| calls::protecting(&settings, site))?)
    }

    /// What may become of a user meta as a target: "open", "guarded", or "odd" where the database may take
    /// the key for another one.
    pub fn verdict(key: &str) -> PhpResult<&'static str> {
        guarded(|| Ok(calls::verdict(key)))
    }

    /// Whether a site that was at one address may be a copy at the address that it has now.
    pub fn moved(noted: &str, now: &str) -> PhpResult<bool> {
        guarded(|| Ok(calls::moved(noted, now)))
    }

    /// Which of some accounts the owner can unlink, and which can be linked again. Of each account an array
    /// of "user_id", "managed", "active", "unlinked" and "protected".
    ///
    /// @return array{unlinking: list<int>, allowing_linking: list<int>}
    pub fn links(settings: &ZendHashTable, links: &ZendHashTable) -> PhpResult<PhpArray> {
        let links = links.values().map(|link| value_of(link, 0)).collect::<PhpResult<_>>()?;
        let settings = map_of(settings)?;
        array_of(&guarded(|| calls::links(&settings, links))?)
    }

    /// The targets for which a person's stored document has a value: the identity provider replaces what is
    /// edited there.
    ///
    /// @return list<string>
    pub fn owned(settings: &ZendHashTable, document: &str) -> PhpResult<PhpArray> {
        let settings = map_of(settings)?;
        array_of(&guarded(|| calls::owned(&settings, document))?)
    }

    /// The numbers of those of a document's mappings whose attribute is not among the paths that were
    /// received.
    ///
    /// @return list<int>
    pub fn unreceived(settings: &ZendHashTable, received: &ZendHashTable) -> PhpResult<PhpArray> {
        let received = received.values().map(|path| value_of(path, 0)).collect::<PhpResult<Vec<_>>>()?;
        let settings = map_of(settings)?;
        array_of(&guarded(|| Ok(calls::unreceived(&settings, &received)))?)
    }

    /// The columns of the list of users that an index can give in order, by the numbers of their mappings:
    /// the attribute that has to be indexed, and the path in the table of values once everybody is in it.
    ///
    /// @return list<array{mapping: int, attribute: string, index: ?string, single: bool}>
    pub fn columns(settings: &ZendHashTable, site: &ZendHashTable) -> PhpResult<PhpArray> {
        let (settings, site) = (map_of(settings)?, map_of(site)?);
        array_of(&guarded(|| calls::columns(&settings, site))?)
    }

    /// What a mapping would store of a value, and what is wrong with the mapping.
    ///
    /// @return array{stored: mixed, problems: list<array{place: string, reason: string}>}
    pub fn tried(mapping: &ZendHashTable, sample: &str) -> PhpResult<PhpArray> {
        let mapping = map_of(mapping)?;
        array_of(&guarded(|| Ok(calls::tried(mapping, sample)))?)
    }

    /// A stored document as it may be shown under these settings: indented, without secrets. Empty for what
    /// is no JSON.
    pub fn shown(settings: &ZendHashTable, document: &str) -> PhpResult<String> {
        let settings = map_of(settings)?;
        guarded(|| calls::shown(&settings, document))
    }

    /// Samples of received attributes, by path, as they may be shown under these settings.
    ///
    /// @return array<string, string>
    pub fn samples(settings: &ZendHashTable, samples: &ZendHashTable) -> PhpResult<PhpArray> {
        let (settings, samples) = (map_of(settings)?, map_of(samples)?);
        array_of(&guarded(|| calls::samples(&settings, &samples))?)
    }

    /// What the owner is offered while typing; and what is mapped by itself where a plugin was here before
    /// that wrote one of these user metas.
    ///
    /// @return array{
    ///     paths: list<string>,
    ///     targets: list<string>,
    ///     former: list<array{metas: list<string>, mapping: array<string, mixed>}>,
    /// }
    pub fn suggestions() -> PhpResult<PhpArray> {
        array_of(&guarded(|| Ok(calls::suggestions()))?)
    }
}

/// When the owner is told that the provisioning is in trouble, and the message.
#[php_class]
#[php(name = "Rollbook\\Alerts", flags = ClassFlags::Final)]
pub struct PhpAlerts;

#[php_impl]
impl PhpAlerts {
    /// What the owner is to be told, and the state that is given with the next call. The facts are an array
    /// of "now", "address", "accepted", "requests" and "refusals".
    ///
    /// @return array{state: array<string, mixed>, alerts: list<array{event: string, ...}>}
    pub fn decide(
        settings: &ZendHashTable,
        facts: &ZendHashTable,
        state: &ZendHashTable,
    ) -> PhpResult<PhpArray> {
        let (settings, facts, state) = (map_of(settings)?, map_of(facts)?, map_of(state)?);
        array_of(&guarded(|| calls::decide_alerts(&settings, facts, state))?)
    }

    /// The message of an alert, signed with each of the secrets. It was raised at one time and is sent at
    /// another, in milliseconds. The issuer is the address of the site.
    ///
    /// @return array{headers: array<string, string>, body: string}
    pub fn message(
        alert: &ZendHashTable,
        id: &str,
        issuer: &str,
        raised: i64,
        now: i64,
        secrets: Vec<String>,
    ) -> PhpResult<PhpArray> {
        let alert = map_of(alert)?;
        array_of(&guarded(|| calls::alert_message(alert, id, issuer, raised, now, &secrets))?)
    }

    /// Makes a secret that messages are signed with.
    pub fn secret() -> PhpResult<String> {
        guarded(calls::new_alert_secret)
    }
}

/// Registers the classes.
#[php_module]
pub fn module(module: ModuleBuilder<'_>) -> ModuleBuilder<'_> {
    panics::hush();
    module
        .name(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .class::<RollbookException>()
        .class::<InvalidToken>()
        .class::<OutOfTurnException>()
        .class::<InvalidSettings>()
        .class::<PhpExchange>()
        .class::<Token>()
        .class::<PhpSettings>()
        .class::<PhpAlerts>()
        .info_function(info)
}

/// What phpinfo() shows.
#[expect(unsafe_code, reason = "PHP calls it by C's convention; it touches nothing of the module entry")]
unsafe extern "C" fn info(_module: *mut ModuleEntry) {
    info_table_start!();
    info_table_row!("Rollbook", "SCIM 2.0 user provisioning for WordPress");
    info_table_row!("Version", env!("CARGO_PKG_VERSION"));
    info_table_row!("Largest request body", format!("{MAX_BODY} bytes"));
    info_table_end!();
}

/// A call of the core. What a panic says might quote a secret, so PHP hears the place alone.
fn guarded<T>(call: impl FnOnce() -> Result<T, CallError>) -> PhpResult<T> {
    panics::caught(call).unwrap_or_else(|panic| Err(panic.into())).map_err(exception)
}

/// What PHP catches.
fn exception(error: CallError) -> PhpException {
    match error {
        CallError::InvalidToken(error) => PhpException::from_class::<InvalidToken>(error.to_string()),
        CallError::InvalidSettings(error) => invalid_settings(error),
        CallError::OutOfTurn(error) => out_of_turn(error),
        CallError::Panic(panic) => PhpException::from_class::<RollbookException>(panic.to_string()),
        CallError::Other(text) => PhpException::from_class::<RollbookException>(text),
    }
}

fn invalid_settings(error: settings::InvalidSettings) -> PhpException {
    let message = error.to_string();
    let exception = InvalidSettings { message: message.clone(), problems: error.problems };
    match exception.into_zval(false) {
        Ok(object) => PhpException::from_class::<InvalidSettings>(message).with_object(object),
        Err(_) => PhpException::from_class::<InvalidSettings>(message),
    }
}

fn out_of_turn(error: OutOfTurn) -> PhpException {
    PhpException::from_class::<OutOfTurnException>(error.to_string())
}

fn array_of_response(response: &Response) -> PhpResult<PhpArray> {
    let mut headers = ZendHashTable::new();
    for (name, value) in &response.headers {
        headers.insert(name.as_str(), value.as_str())?;
    }
    let mut array = ZendHashTable::new();
    array.insert("status", i64::from(response.status))?;
    array.insert("headers", headers)?;
    array.insert("body", response.body.as_str())?;
    Ok(array)
}

/// A string of an array; bytes that are no UTF-8 become marks of replacement, which no address and no token
/// contains.
fn text(array: &ZendHashTable, key: &str) -> String {
    let bytes = array.get(key).and_then(|value| value.binary::<u8>()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn headers(request: &ZendHashTable) -> Vec<(String, String)> {
    let Some(headers) = request.get("headers").and_then(Zval::array) else { return Vec::new() };
    headers
        .iter()
        .filter_map(|(name, value)| {
            let bytes = value.binary::<u8>()?;
            Some((name.to_string(), String::from_utf8_lossy(&bytes).into_owned()))
        })
        .collect()
}

fn map_of(array: &ZendHashTable) -> PhpResult<Map<String, Value>> {
    array.iter().map(|(key, value)| Ok((key.to_string(), value_of(value, 1)?))).collect()
}

/// A PHP value as JSON. A list is an array, any other array an object; what has no JSON is refused.
fn value_of(zval: &Zval, depth: usize) -> PhpResult<Value> {
    let zval = zval.dereference();
    if depth > MAX_DEPTH {
        return Err(PhpException::from_class::<RollbookException>(format!(
            "Nested deeper than {MAX_DEPTH}."
        )));
    }
    if zval.is_null() {
        return Ok(Value::Null);
    }
    if let Some(boolean) = zval.bool() {
        return Ok(Value::Bool(boolean));
    }
    if let Some(number) = zval.long() {
        return Ok(Value::from(number));
    }
    if let Some(number) = zval.double() {
        return Ok(Value::from(number));
    }
    if zval.is_string() {
        let bytes = zval.binary_slice::<u8>().unwrap_or_default();
        return Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()));
    }
    let Some(array) = zval.array() else {
        return Err(PhpException::from_class::<RollbookException>(format!(
            "{} has no JSON.",
            zval.get_type()
        )));
    };
    if array.has_sequential_keys() {
        return array
            .iter()
            .map(|(_, value)| value_of(value, depth + 1))
            .collect::<PhpResult<Vec<_>>>()
            .map(Value::Array);
    }
    let map: PhpResult<Map<String, Value>> =
        array.iter().map(|(key, value)| Ok((key.to_string(), value_of(value, depth + 1)?))).collect();
    map.map(Value::Object)
}

/// A list or an object of ours as a PHP array.
fn array_of(value: &impl Serialize) -> PhpResult<PhpArray> {
    match serde_json::to_value(value) {
        Ok(Value::Array(list)) => list_of(&list),
        Ok(Value::Object(map)) => dictionary_of(&map),
        Ok(_) | Err(_) => Ok(ZendHashTable::new()),
    }
}

fn list_of(list: &[Value]) -> PhpResult<PhpArray> {
    let mut array = ZendHashTable::with_capacity(u32::try_from(list.len()).unwrap_or_default());
    for element in list {
        array.push(zval_of(element)?)?;
    }
    Ok(array)
}

fn dictionary_of(map: &Map<String, Value>) -> PhpResult<PhpArray> {
    let mut array = ZendHashTable::with_capacity(u32::try_from(map.len()).unwrap_or_default());
    for (key, element) in map {
        array.insert(ArrayKey::Str(key), zval_of(element)?)?;
    }
    Ok(array)
}

/// JSON as a PHP value. Its depth is bounded by where it comes from.
fn zval_of(value: &Value) -> PhpResult<Zval> {
    Ok(match value {
        Value::Null => Zval::null(),
        Value::Bool(boolean) => boolean.into_zval(false)?,
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => integer.into_zval(false)?,
            (None, Some(double)) => double.into_zval(false)?,
            (None, None) => Zval::null(),
        },
        Value::String(text) => text.as_str().into_zval(false)?,
        Value::Array(list) => list_of(list)?.into_zval(false)?,
        Value::Object(map) => dictionary_of(map)?.into_zval(false)?,
    })
}
