//! Plays conversations of identity providers against Rollbook: in memory, and over HTTP against a real
//! WordPress.
//!
//! What a transcript may contain stands in `tests/transcripts/README.md`.

pub mod cycles;
pub mod http;
pub mod list;
pub mod lives;
pub mod matching;
pub mod memory;
pub mod queries;
pub mod transcript;
pub mod variables;

use matching::{Differences, returned};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use transcript::{Compare, Edit, Expect, Sent, Step, Transcript, Writes};
use variables::Variables;

/// A Rollbook to talk to, and the WordPress behind it to look at.
pub trait Site {
    /// An empty site with the transcript's settings and accounts.
    fn prepare(&mut self, transcript: &Transcript) -> Result<(), String>;

    /// Sends a request whose placeholders are filled in.
    fn send(&mut self, request: &Outgoing) -> Result<Incoming, String>;

    /// What WordPress holds of an account, found by login or e-mail address: `{"exists", "login", "email",
    /// "display_name", "roles", "active", "fields", "meta"}`; `fields` and `meta` hold at least the keys
    /// asked for.
    fn account(&mut self, login_or_email: &str, fields: &[String], meta: &[String]) -> Result<Value, String>;

    /// Gives the site a role, or a role that it has other capabilities.
    fn set_role(&mut self, name: &str, capabilities: &[String]) -> Result<(), String>;

    /// Changes profile fields, roles and capabilities as an administrator of the site would.
    fn edit(&mut self, edit: &Edit) -> Result<(), String>;

    /// Changes settings, as the owner would.
    fn configure(&mut self, settings: &Map<String, Value>) -> Result<(), String>;

    /// Whether a password is the account's.
    fn opens(&mut self, login_or_email: &str, password: &str) -> Result<bool, String>;

    /// Publishes a post of this account.
    fn publish(&mut self, login_or_email: &str, title: &str) -> Result<(), String>;

    /// The published posts, each as its title and its author's login.
    fn posts(&mut self) -> Result<Vec<(String, String)>, String>;

    /// How many mails WordPress has sent since the site was prepared.
    fn mails(&mut self) -> Result<u64, String>;

    /// Lets days pass, as far as that is possible.
    fn later(&mut self, days: u32);
}

/// A request on its way.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// `GET`, `POST`, …
    pub method: String,
    /// Relative to the base address, with the query.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// `full`, `read`, `none`, or a whole `Authorization` header.
    pub token: String,
    /// The body as it is sent.
    pub body: Option<String>,
}

/// A response.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: String,
}

impl Incoming {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// Sends a request with the full token that is to be answered with this status; the answer's body.
///
/// # Errors
/// No answer came, or one with another status.
pub fn send(
    site: &mut dyn Site,
    method: &str,
    path: &str,
    body: Option<&Value>,
    status: u16,
) -> Result<Value, String> {
    let request = Outgoing {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: body
            .iter()
            .map(|_| ("Content-Type".to_owned(), "application/scim+json".to_owned()))
            .collect(),
        token: "full".to_owned(),
        body: body.map(Value::to_string),
    };
    let response = site.send(&request)?;
    if response.status == status {
        return Ok(response.json());
    }
    let body = request.body.unwrap_or_default();
    Err(format!(
        "{method} {path} {body}\nis answered {} instead of {status}: {}",
        response.status, response.body
    ))
}

/// One step after it was played.
pub struct Played<'a> {
    /// The step.
    pub step: &'a Step,
    /// What was sent, with its placeholders filled in.
    pub request: Option<&'a Outgoing>,
    /// What was answered.
    pub response: Option<&'a Incoming>,
    /// What is not as expected.
    pub differences: &'a Differences,
}

/// Plays a whole transcript.
///
/// # Errors
/// The first step that does not go as expected: the request, the response and every difference.
pub fn play(transcript: &Transcript, site: &mut dyn Site) -> Result<(), String> {
    play_and_watch(transcript, site, &mut |_, _| {})
}

/// Plays a whole transcript and shows each step to the watcher.
///
/// # Errors
/// As [`play`].
pub fn play_and_watch(
    transcript: &Transcript,
    site: &mut dyn Site,
    watcher: &mut dyn FnMut(&mut dyn Site, &Played<'_>),
) -> Result<(), String> {
    site.prepare(transcript)
        .map_err(|reason| format!("{}: cannot be prepared: {reason}", transcript.title))?;
    let mut variables = Variables::new(&transcript.name);
    for round in 1..=transcript.rounds {
        let mut sent: Vec<(String, Value)> = Vec::new();
        for (index, step) in transcript.steps.iter().enumerate() {
            let place = if transcript.rounds > 1 { format!(", round {round}") } else { String::new() };
            let place = format!("{} ({}.json), step {}{place}", transcript.title, transcript.name, index + 1);
            play_step(transcript, step, site, &mut variables, &mut sent, watcher)
                .map_err(|problem| format!("{place}: {}\n{problem}", step.title))?;
        }
    }
    match site.mails()? {
        0 => Ok(()),
        mails => {
            Err(format!("{} ({}.json): WordPress has sent {mails} mails", transcript.title, transcript.name))
        }
    }
}

/// Sends a transcript's requests whatever is answered. A request is left out where no answer has told what it
/// needs.
///
/// # Errors
/// The site cannot be prepared, or does not answer.
pub fn walk_through(transcript: &Transcript, site: &mut dyn Site) -> Result<(), String> {
    site.prepare(transcript)
        .map_err(|reason| format!("{}: cannot be prepared: {reason}", transcript.title))?;
    let mut variables = Variables::new(&transcript.name);
    for step in (0..transcript.rounds).flat_map(|_| &transcript.steps) {
        step.roles.iter().try_for_each(|(name, capabilities)| site.set_role(name, capabilities))?;
        if !step.settings.is_empty() {
            site.configure(&step.settings)?;
        }
        let Some(request) = &step.request else { continue };
        let Ok(request) = outgoing(transcript, request, &variables) else { continue };
        let response = site.send(&request)?;
        for (name, place) in &step.capture {
            if let Some(value) = captured_value(&response, place) {
                variables.set(name, value);
            }
        }
    }
    Ok(())
}

fn play_step(
    transcript: &Transcript,
    step: &Step,
    site: &mut dyn Site,
    variables: &mut Variables,
    sent: &mut Vec<(String, Value)>,
    watcher: &mut dyn FnMut(&mut dyn Site, &Played<'_>),
) -> Result<(), String> {
    if let Some(days) = step.later_days {
        site.later(days);
    }
    step.roles.iter().try_for_each(|(name, capabilities)| site.set_role(name, capabilities))?;
    if !step.settings.is_empty() {
        site.configure(&step.settings)?;
    }
    if let Some(edit) = &step.edit {
        site.edit(edit)?;
    }
    if let Some(Writes { account, posts }) = &step.writes {
        posts.iter().try_for_each(|title| site.publish(account, title))?;
    }
    let mut differences = Differences::default();
    let mut exchange = None;
    if let Some(request) = &step.request {
        let request = outgoing(transcript, request, variables)?;
        let response = site.send(&request)?;
        let expect = step.expect.as_ref().ok_or("the step expects nothing")?;
        let body = request.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        sent.push((step.title.clone(), body.unwrap_or_default()));
        check_response(&request, &response, expect, variables, &mut differences)?;
        compare_with_sent(&expect.returns, sent, &response, &mut differences)?;
        let captured = if differences.is_empty() { step.capture.as_slice() } else { &[] };
        for (name, place) in captured {
            let value = captured_value(&response, place).ok_or_else(|| {
                format!("nothing stands at {place}, to be remembered as {name}\n{}", response.body)
            })?;
            variables.set(name, value);
        }
        exchange = Some((request, response));
    }
    for facts in &step.wordpress {
        check_wordpress(facts, site, variables, &mut differences)?;
    }
    let (request, response) = exchange.as_ref().map(|(request, response)| (request, response)).unzip();
    watcher(site, &Played { step, request, response, differences: &differences });
    if differences.is_empty() { Ok(()) } else { Err(report(request, response, &differences)) }
}

fn outgoing(transcript: &Transcript, sent: &Sent, variables: &Variables) -> Result<Outgoing, String> {
    let body = match (&sent.body, &sent.raw) {
        (Some(body), None) => Some(variables.fill(body)?.to_string()),
        (None, Some(raw)) => Some(variables.fill_text(raw)?),
        (None, None) => None,
        (Some(_), Some(_)) => return Err("a request has either a body or a raw one".to_owned()),
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in transcript.headers.iter().chain(&sent.headers) {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        let is_about_the_body = name.eq_ignore_ascii_case("Content-Type");
        if let Some(value) = value
            && (body.is_some() || !is_about_the_body || sent.headers.contains_key(name))
        {
            headers.push((name.clone(), variables.fill_text(value)?));
        }
    }
    Ok(Outgoing {
        method: sent.method.clone(),
        path: variables.fill_text(&sent.path)?,
        headers,
        token: sent.token.clone(),
        body,
    })
}

fn check_response(
    request: &Outgoing,
    response: &Incoming,
    expect: &Expect,
    variables: &Variables,
    differences: &mut Differences,
) -> Result<(), String> {
    differences.compare("status", &expect.status, Some(&json!(response.status)));
    for (name, expected) in &expect.headers {
        let found = response.header(name).map(Value::from);
        differences.compare(&format!("header {name}"), &variables.fill(expected)?, found.as_ref());
    }
    let body = response.json();
    if let Some(expected) = &expect.body {
        differences.compare("", &variables.fill(expected)?, Some(&body));
    }
    check_manners(request, response, &body, differences);
    Ok(())
}

/// What holds for every answer.
fn check_manners(request: &Outgoing, response: &Incoming, body: &Value, differences: &mut Differences) {
    let has_no_body = matches!(response.status, 204 | 304) || request.method == "HEAD";
    if has_no_body {
        differences.require(response.body.is_empty(), "the body", "none", &response.body);
        return;
    }
    let text = |name: &str| response.header(name).unwrap_or_default();
    differences.require(
        text("Content-Type") == "application/scim+json",
        "header Content-Type",
        "application/scim+json",
        text("Content-Type"),
    );
    let cache = text("Cache-Control");
    differences.require(cache.contains("no-store"), "header Cache-Control", "private, no-store", cache);
    differences.require(body.is_object(), "the body", "a JSON object", &response.body);
    if response.status >= 400 {
        let error = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": response.status.to_string(),
            "detail": { "$nonempty": true },
        });
        differences.compare("", &error, Some(body));
    }
    if response.status == 201 {
        let location = body.pointer("/meta/location").cloned().unwrap_or_default();
        differences.compare(
            "header Location",
            &location,
            response.header("Location").map(Value::from).as_ref(),
        );
    }
}

fn compare_with_sent(
    returns: &Option<Compare>,
    sent: &[(String, Value)],
    response: &Incoming,
    differences: &mut Differences,
) -> Result<(), String> {
    let Some(Compare { sent_in, at, except }) = returns else { return Ok(()) };
    let (_, body) = sent
        .iter()
        .rev()
        .find(|(title, _)| title == sent_in)
        .ok_or_else(|| format!("no earlier step is called {sent_in:?}"))?;
    let answer = response.json();
    let found = answer.pointer(at).ok_or_else(|| format!("nothing stands at {at}\n{}", response.body))?;
    let mut body = body.clone();
    if let Value::Object(map) = &mut body {
        // What a client sends of these is not the server's to return (RFC 7643 §2.2).
        map.retain(|name, _| {
            !["schemas", "id", "meta", "groups", "password"].contains(&name.as_str())
                && !except.contains(name)
        });
    }
    returned(&body, Some(found), "", differences);
    Ok(())
}

fn check_wordpress(
    facts: &Map<String, Value>,
    site: &mut dyn Site,
    variables: &Variables,
    differences: &mut Differences,
) -> Result<(), String> {
    let mut facts = variables.fill(&Value::Object(facts.clone()))?;
    let facts = facts.as_object_mut().ok_or("facts are an object")?;
    let account = facts.remove("account").ok_or("facts need an account")?;
    let account = account.as_str().ok_or("an account is named by login or e-mail address")?;
    facts.entry("exists").or_insert(json!(true));
    let posts = facts.remove("posts");
    let password = facts.remove("password");
    let keys = |name: &str| -> Vec<String> {
        facts
            .get(name)
            .and_then(Value::as_object)
            .map(|map| map.keys().cloned().collect())
            .unwrap_or_default()
    };
    let found = site.account(account, &keys("fields"), &keys("meta"))?;
    differences.compare(&format!("the account {account}: "), &Value::Object(facts.clone()), Some(&found));
    if let Some(expected) = posts {
        let login = found.get("login").and_then(Value::as_str).unwrap_or_default();
        let posts = site.posts()?.into_iter().filter(|(_, author)| author == login);
        let mut titles: Vec<String> = posts.map(|(title, _)| title).collect();
        titles.sort();
        differences.compare(&format!("the posts of {account}"), &expected, Some(&json!(titles)));
    }
    if let Some(password) = password.as_ref().and_then(Value::as_str) {
        let opens = site.opens(account, password)?;
        differences.require(opens, &format!("the password of {account}"), password, "another");
    }
    Ok(())
}

fn captured_value(response: &Incoming, place: &str) -> Option<Value> {
    match place.strip_prefix("header ") {
        Some(name) => response.header(name).map(Value::from),
        None => response.json().pointer(place).cloned(),
    }
}

/// The conversation of a step and what was wrong with it.
pub fn report(request: Option<&Outgoing>, response: Option<&Incoming>, differences: &Differences) -> String {
    let mut text = String::new();
    if let (Some(request), Some(response)) = (request, response) {
        let _ = writeln!(text, "\n  {} {}", request.method, request.path);
        for (name, value) in &request.headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
        if let Some(body) = &request.body {
            let _ = writeln!(text, "{}", indented(body));
        }
        let _ = writeln!(text, "\n  {} answered", response.status);
        for (name, value) in &response.headers {
            let _ = writeln!(text, "  {name}: {value}");
        }
        let _ = writeln!(text, "{}", indented(&response.body));
    }
    let _ = write!(text, "\nNot as expected:\n{differences}");
    text
}

fn indented(body: &str) -> String {
    let pretty = serde_json::from_str::<Value>(body).and_then(|body| serde_json::to_string_pretty(&body));
    let lines: Vec<String> =
        pretty.unwrap_or_else(|_| body.to_owned()).lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}
